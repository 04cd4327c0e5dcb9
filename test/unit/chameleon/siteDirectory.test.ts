import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  askDirectory,
  builtInSites,
  isRetired,
  knownSites,
  learnSites,
  readDirectory,
  siteByName,
  siteOf,
} from '../../../src/chameleon';
import { SiteDirectory } from '../../../src/extension/siteDirectory';
import type { CloudConfig } from '../../../src/openstack';
import { FakeClock } from '../openstack/fakeCloud';

/** As the directory writes a site. */
function item(uid: string, name: string, web: string, site_class: string): Record<string, unknown> {
  return {
    uid,
    name,
    description: 'A site.',
    location: 'Austin, Texas, USA',
    latitude: 30.4,
    longitude: -97.7,
    site_class,
    web,
    user_support_contact: 'help@chameleoncloud.org',
    version: 'a1b2c3',
    links: [{ rel: 'self', type: 'application/vnd.grid5000.item+json', href: `/sites/${uid}` }],
    type: 'site',
  };
}

const ITEMS = builtInSites.map(({ uid, name, web, kind }) => item(uid, name, web, kind));

function directory(items: readonly unknown[], more: Record<string, unknown> = {}): string {
  return JSON.stringify({ total: items.length, offset: 0, items, version: 'a1b2c3', links: [], ...more });
}

function cloudAt(
  region: string,
  authUrl = `https://${region.toLowerCase().replace('@', '.')}.example:5000/v3`,
) {
  return {
    name: 'c',
    region,
    authUrl,
    interface: 'public',
    credential: { kind: 'federated', project: 'p' },
  } as const satisfies CloudConfig;
}

describe('the directory of sites', () => {
  afterEach(() => {
    learnSites(undefined);
  });

  it('lists the sites that are built in, the same to the letter', () => {
    assert.deepEqual(readDirectory(directory(ITEMS)), builtInSites);
  });

  it('a new site is one, with Keystone at its usual port; of a kind that nobody knows nothing is assumed', () => {
    const more = [
      item('ucsd', 'CHI@UCSD', 'https://chi.ucsd.example/', 'baremetal'),
      item('q', 'QC@Edge', 'https://q.example', 'quantum'),
    ];
    learnSites(readDirectory(directory([...ITEMS, ...more])));
    assert.deepEqual(siteByName('chi@ucsd'), {
      uid: 'ucsd',
      name: 'CHI@UCSD',
      web: 'https://chi.ucsd.example',
      authUrl: 'https://chi.ucsd.example:5000/v3',
      kind: 'baremetal',
    });
    assert.equal(siteByName('QC@Edge')?.kind, 'unknown');
  });

  it('a site that it lists no more is none; without an answer nothing disappears', () => {
    const nrp = cloudAt('CHI@NRP', 'https://chi.nrp.ai:5000/v3');
    assert.equal(isRetired(cloudAt('CHI@EVL')), false, 'nothing was read yet');
    learnSites(readDirectory(directory(ITEMS.filter(({ uid }) => uid !== 'nrp'))));
    assert.ok(isRetired(nrp));
    assert.ok(isRetired(cloudAt('CHI@EVL')), 'one that went before this version');
    assert.equal(siteByName('CHI@NRP'), undefined);
    assert.equal(isRetired(cloudAt('CHI@UC')), false, 'the directory has it, wherever its Keystone is');
    assert.equal(isRetired(cloudAt('CHI-UC', 'https://chi.uc.chameleoncloud.org:5000/v3')), false);
    assert.equal(isRetired(cloudAt('RegionOne')), false, 'none of the testbed');
    assert.equal(siteOf(cloudAt('CHI@UC')).name, 'CHI@UC');
  });

  it('an older directory lacks the site of virtual machines, which is there all the same', () => {
    learnSites(readDirectory(directory(ITEMS.filter(({ uid }) => uid !== 'kvm'))));
    assert.equal(siteByName('KVM@TACC')?.kind, 'kvm');
    assert.equal(isRetired(cloudAt('KVM@TACC')), false);
  });

  const useless: [string, string][] = [
    ['a page', '<!doctype html><title>503 Service Unavailable</title>'],
    ['nothing', ''],
    ['JSON of another kind', '["CHI@TACC"]'],
    ['an error', '{"code":500,"message":"Internal Server Error"}'],
    ['an empty list', directory([])],
    ['half of a list', directory(ITEMS).slice(0, 900)],
    ['a first page of several', directory(ITEMS.slice(0, 5), { total: 7 })],
    ['few of the sites', directory(ITEMS.slice(0, 3))],
    ['a site without its address', directory([...ITEMS, { uid: 'x', name: 'CHI@X' }])],
    ['a site without TLS', directory([...ITEMS, item('x', 'CHI@X', 'http://chi.x.example', 'baremetal')])],
    ['an address with a way out', directory([...ITEMS, item('x', 'CHI@X', 'https://a@b.example', 'edge')])],
  ];
  for (const [what, text] of useless)
    it(`${what} in its place changes nothing`, () => {
      assert.equal(readDirectory(text), undefined);
      learnSites(readDirectory(text));
      assert.equal(knownSites(), builtInSites);
    });

  it('is asked without a sign-in; what it refuses, or what does not come, is no answer', async () => {
    const answered = (status: number, text: string): Promise<string | undefined> =>
      askDirectory(() => Promise.resolve(new Response(text, { status })), new AbortController().signal);
    assert.equal(await answered(200, directory(ITEMS)), directory(ITEMS));
    assert.equal(await answered(500, directory(ITEMS)), undefined);
    assert.equal(await answered(200, '<html></html>'), undefined);
    const away = askDirectory(
      () => Promise.reject(new TypeError('fetch failed')),
      new AbortController().signal,
    );
    assert.equal(await away, undefined);
  });

  it('is asked once a day and kept; what was kept and can’t be read is asked for again', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sites-'));
    try {
      const clock = new FakeClock();
      const answer = { text: directory(ITEMS.filter(({ uid }) => uid !== 'nrp')), asked: 0 };
      const fetch = (): Promise<Response> => {
        answer.asked += 1;
        return Promise.resolve(new Response(answer.text));
      };
      const opened = async (): Promise<SiteDirectory> => {
        const made = new SiteDirectory(folder, clock);
        await made.load();
        return made;
      };
      const first = await opened();
      assert.equal(knownSites(), builtInSites);
      assert.equal(await first.renew(fetch), true);
      assert.equal(siteByName('CHI@NRP'), undefined);
      learnSites(undefined);
      const second = await opened();
      assert.equal(siteByName('CHI@NRP'), undefined, 'known before anything is asked');
      assert.equal(await second.renew(fetch), false);
      assert.equal(answer.asked, 1);
      clock.pass(25 * 3_600_000);
      assert.equal(await second.renew(fetch), false, 'asked, and the same');
      assert.equal(answer.asked, 2);

      const file = path.join(folder, 'sites.json');
      await writeFile(file, '{"items":');
      const third = await opened();
      assert.equal(knownSites(), builtInSites);
      assert.equal(await third.renew(fetch), true);
      assert.equal(await readFile(file, 'utf8'), answer.text);
      clock.pass(25 * 3_600_000);
      answer.text = 'nothing of use';
      assert.equal(await third.renew(fetch), false);
      assert.equal(siteByName('CHI@NRP'), undefined, 'what is known serves on');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
