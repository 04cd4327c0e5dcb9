import assert from 'node:assert/strict';
import { PNG } from 'pngjs';
import { systemClock } from '../../../../src/base';
import type { Inventory, OwnedServer, Person } from '../../../../src/chameleon';
import {
  cardJson,
  cardRecord,
  digestOf,
  embedInPng,
  folderCsv,
  folderMarkdown,
  folderWords,
  openCard,
  rowState,
  verifyFolder,
  type CardRecord,
  type FolderFile,
  type FolderRow,
  type FolderVerdict,
  type Lab,
  type LabRun,
} from '../../../../src/labs';
import type { RawAnswer } from '../../../../src/openstack';
import { textIn, withText } from '../../../../src/labs/card/png';
import { labNamed } from '../labDesk';
import { pngOf } from './pictures';
import {
  card,
  classmate,
  hour,
  ids,
  inventory,
  lab,
  otherServer,
  server,
  siteName,
  takenAt,
} from './samples';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function files(of: Readonly<Record<string, CardRecord | Uint8Array>>): FolderFile[] {
  return Object.entries(of).map(([name, content]) => ({
    name,
    read: () => Promise.resolve(content instanceof Uint8Array ? content : bytes(cardJson(content))),
  }));
}

function forged(record: CardRecord, change: Partial<CardRecord>): CardRecord {
  const changed = { ...record, ...change };
  return { ...changed, digest: digestOf(changed) };
}

/** A site of which each answer is counted; lists by their path. */
class Site {
  readonly asked: string[] = [];
  readonly #lists: Readonly<Record<string, unknown>>;

  constructor(lists: Readonly<Record<string, unknown>>) {
    this.#lists = lists;
  }

  readonly clockOffset = 0;

  raw({ service, path }: { readonly service: string; readonly path: string }): Promise<RawAnswer> {
    this.asked.push(`${service} ${path}`);
    const body = this.#lists[path];
    return Promise.resolve({
      status: body === undefined ? 404 : 200,
      headers: {},
      text: JSON.stringify(body ?? {}),
      truncated: false,
    });
  }
}

async function verify(
  of: readonly FolderFile[],
  {
    world = inventory(),
    site = new Site({}),
    labs = [lab],
    now = takenAt + hour,
  }: {
    readonly world?: Inventory;
    readonly site?: Site;
    readonly labs?: readonly Lab[];
    readonly now?: number;
  } = {},
): Promise<FolderVerdict> {
  return verifyFolder({
    files: of,
    labs,
    world: {
      inventory: world,
      session: () => site,
      fetch: () => Promise.reject(new Error('cut')),
      dial: () => Promise.reject(new Error('cut')),
      clock: { ...systemClock, now: () => now },
      connect: undefined,
      local: undefined,
    },
    signal: new AbortController().signal,
  });
}

function rowOf({ rows }: FolderVerdict, file: string): FolderRow {
  const row = rows.find((each) => each.file === file);
  assert.ok(row, file);
  return row;
}

const theirs = (): CardRecord =>
  cardRecord({
    run: { ...emptyRun },
    lab,
    inventory: inventory(),
    subject: { kind: 'person', person: classmate },
    takenAt: takenAt + 1,
    zone: 'UTC',
  });
const emptyRun: LabRun = {
  lab: lab.id,
  edition: lab.edition,
  variant: undefined,
  parameters: { username: 'cd567' },
  checks: [],
};

describe('card: verify folder', () => {
  it('has a row for each card, what needs a look first, and names what is no card', async () => {
    const png = new PNG({ width: 8, height: 4 });
    const edited: CardRecord = { ...forged(theirs(), { zone: 'Asia/Tokyo' }), takenAt: takenAt + 2 };
    const verdict = await verify(
      files({
        'a/card.json': card(),
        'b/card.png': embedInPng(PNG.sync.write(png), theirs()),
        'c/card.json': edited,
        'notes.txt': bytes('hello'),
        'shot.png': PNG.sync.write(png),
      }),
    );
    assert.deepEqual(
      verdict.rows.map(({ file }) => file),
      ['c/card.json', 'a/card.json', 'b/card.png'],
    );
    assert.equal(rowOf(verdict, 'c/card.json').digest, 'broken');
    assert.match(rowOf(verdict, 'c/card.json').worst ?? '', /changed after its digest/);
    assert.equal(rowOf(verdict, 'a/card.json').counts.contradicted, 0);
    assert.ok(rowOf(verdict, 'a/card.json').counts.agreed > 4);
    assert.deepEqual(
      verdict.others.map(({ file }) => file),
      ['notes.txt', 'shot.png'],
    );
    assert.match(folderWords(verdict), /^3 cards: 1 to look at, .* 2 files are no card\.$/);
  });

  it('finds edited pixels around the old record, not a picture that was compressed anew', async () => {
    const [png, other] = [new PNG({ width: 8, height: 4 }), new PNG({ width: 8, height: 4 })];
    png.data.fill(0x7f);
    other.data.fill(0x7f).writeUInt8(0x10, 40);
    const saved = embedInPng(PNG.sync.write(png), card());
    assert.equal((await openCard(saved)).picture, 'asDrawn');
    const around = (picture: PNG, level: number): Uint8Array => {
      const drawn = textIn(saved, 'chameleon-labs-picture') ?? '';
      const kept = embedInPng(PNG.sync.write(picture, { deflateLevel: level, filterType: 4 }), card());
      return withText(kept, 'chameleon-labs-picture', drawn);
    };
    const verdict = await verify(files({ 'edited.png': around(other, 9), 'packed.png': around(png, 1) }));
    assert.match(rowOf(verdict, 'edited.png').worst ?? '', /pixels were changed|Shared card/);
    assert.equal(rowOf(verdict, 'edited.png').counts.contradicted, 1);
    assert.equal(rowOf(verdict, 'packed.png').counts.contradicted, 0);
  });

  it('reads a screenshot by its code, and finds that it is another file’s card', async () => {
    const verdict = await verify(
      files({ 'a.json': card(), 'own.json': theirs(), 'shot.png': pngOf(card(), 1) }),
    );
    assert.equal(rowOf(verdict, 'shot.png').digest, 'scanned');
    assert.equal(rowOf(verdict, 'shot.png').counts.contradicted, 0);
    assert.equal(rowOf(verdict, 'shot.png').checks.passed, rowOf(verdict, 'a.json').checks.passed);
    assert.deepEqual(rowOf(verdict, 'shot.png').sharedWith, ['a.json']);
    assert.deepEqual(rowOf(verdict, 'own.json').sharedWith, []);
    assert.match(folderCsv(verdict), /\(scanned\)/);
  });

  it('goes on when a file can not be read, and when there is no such lab here', async () => {
    const unreadable = { name: 'x.json', read: () => Promise.reject(new Error('EACCES')) };
    const verdict = await verify([...files({ 'a.json': card() }), unreadable], { labs: [] });
    assert.deepEqual(verdict.others, [{ file: 'x.json', why: "It can't be read." }]);
    assert.equal(rowState(rowOf(verdict, 'a.json')), 'unknown');
    assert.match(rowOf(verdict, 'a.json').worst ?? '', /There is no lab lab1/);
    assert.deepEqual((await verify([])).rows, []);
  });

  it('flags one card that two people hand in', async () => {
    const verdict = await verify(
      files({ 'ab1234.json': card(), 'cd567.json': card(), 'own.json': theirs() }),
    );
    assert.deepEqual(rowOf(verdict, 'ab1234.json').sharedWith, ['cd567.json']);
    assert.deepEqual(rowOf(verdict, 'cd567.json').sharedWith, ['ab1234.json']);
    assert.deepEqual(rowOf(verdict, 'own.json').sharedWith, []);
    assert.equal(rowState(rowOf(verdict, 'cd567.json')), 'contradicted');
    assert.match(rowOf(verdict, 'cd567.json').worst ?? '', /^Shared card: the same as ab1234\.json/);
  });

  it("flags one person's work under another name, not what a group did together", async () => {
    const named = forged(card(), { subject: theirs().subject, takenAt: takenAt + 77_000 });
    const verdict = await verify(files({ 'a.json': card(), 'b.json': named }));
    assert.deepEqual(rowOf(verdict, 'b.json').sharedWith, ['a.json']);
    assert.match(rowOf(verdict, 'b.json').worst ?? '', /under another name/);
    const later = named.checks.map((check, at) => ({ ...check, seenAt: takenAt + at }));
    const mate = await verify(files({ 'a.json': card(), 'b.json': forged(named, { checks: later }) }));
    assert.deepEqual(rowOf(mate, 'b.json').sharedWith, []);
  });

  it('judges each card as Verify Card does: a card older than its server is contradicted', async () => {
    const late = { ...server, created: takenAt + 2 * hour };
    const world = inventory({ servers: [late, otherServer] });
    const verdict = await verify(files({ 'a.json': card() }), { world, now: takenAt + 3 * hour });
    assert.equal(rowState(rowOf(verdict, 'a.json')), 'contradicted');
    assert.match(rowOf(verdict, 'a.json').worst ?? '', /older/);
  });

  it('stops when it is told to', async () => {
    const stopped = new AbortController();
    stopped.abort();
    await assert.rejects(
      verifyFolder({
        files: files({ 'a.json': card() }),
        labs: [lab],
        world: {
          inventory: inventory(),
          session: () => undefined,
          fetch: globalThis.fetch,
          dial: () => Promise.reject(new Error('cut')),
          clock: systemClock,
          connect: undefined,
          local: undefined,
        },
        signal: stopped.signal,
      }),
      { name: 'AbortError' },
    );
  });

  it('asks for lists, not per student: 191 cards of Lab 2 cost what one costs', async () => {
    const lab2 = await labNamed('lab2-cloud');
    const one = await requestsFor(1, lab2);
    const all = await requestsFor(191, lab2);
    assert.equal(all.rows, 191);
    assert.deepEqual([...new Set(all.asked)].sort(), [...new Set(one.asked)].sort());
    assert.ok(all.asked.length <= 12, `${all.asked.length} requests: ${all.asked.join(', ')}`);
    assert.ok(all.agreed > 191, `only ${all.agreed} lines agreed`);
  });
});

/** Cards of a class whose servers are gone for every second student, against a site that answers with lists. */
async function requestsFor(
  count: number,
  of: Lab,
): Promise<{ readonly asked: readonly string[]; readonly rows: number; readonly agreed: number }> {
  const people = Array.from({ length: count }, (_none, at): Person => ({
    netId: `st${1000 + at}`,
    usernames: [`st${1000 + at}_nyu_edu`],
    userIds: { [siteName]: `user${at}` },
    group: undefined,
  }));
  const servers = people.flatMap(({ netId }, at) =>
    [1, 2, 3].map((node): OwnedServer => ({
      ...server,
      id: `server-${at}-${node}`,
      name: `node${node}-cloud-${netId ?? ''}`,
      userId: `user${at}`,
      owner: { kind: 'person', netId: netId ?? '', why: 'By its name.' },
      leaseId: undefined,
    })),
  );
  const whole: Inventory = { ...inventory({ servers, leases: [], floatingIps: [] }), people };
  const cards = people.map((person, at) =>
    cardRecord({
      run: { ...emptyRun, lab: of.id, edition: of.edition, parameters: { netID: person.netId ?? '' } },
      lab: of,
      inventory: whole,
      subject: { kind: 'person', person },
      takenAt: takenAt + at,
      zone: 'UTC',
    }),
  );
  const left = servers.filter(({ id }) => !id.endsWith('-3'));
  const site = new Site({
    '/servers/detail': {
      servers: left.map(({ id, name }) => ({ id, name, status: 'ACTIVE', tenant_id: ids.project })),
    },
    '/v2.0/networks': {
      networks: people.map(({ netId }, at) => ({
        id: `net-${at}`,
        name: `private_cloud_net_${netId ?? ''}`,
        status: 'ACTIVE',
        project_id: ids.project,
      })),
    },
    '/v2.0/subnets': { subnets: [] },
    '/v2.0/ports': { ports: [] },
    '/v2.0/routers': { routers: [] },
    '/v2.0/floatingips': { floatingips: [] },
    '/v2.0/security-groups': { security_groups: [] },
    '/leases': { leases: [] },
    [`/os-simple-tenant-usage/${ids.project}`]: { tenant_usage: {} },
  });
  const world: Inventory = { ...inventory({ servers: left, leases: [], floatingIps: [] }), people };
  const verdict = await verify(files(Object.fromEntries(cards.map((each, at) => [`${at}.json`, each]))), {
    world,
    site,
    labs: [of],
  });
  return {
    asked: site.asked,
    rows: verdict.rows.length,
    agreed: verdict.rows.reduce((sum, { counts }) => sum + counts.agreed, 0),
  };
}

describe('card: table of a folder', () => {
  const row: FolderRow = {
    file: 'a "b", c.json',
    person: '=HYPERLINK("http://x")',
    lab: '+1',
    code: '1234-5678',
    digest: 'ok',
    counts: { agreed: 1, gone: 2, contradicted: 3, unknown: 4 },
    checks: { passed: 5, total: 6 },
    unsure: false,
    worst: '@SUM(A1) <img src=x> [x](command:a) | y',
    sharedWith: [],
  };
  const verdict: FolderVerdict = { rows: [row], others: [{ file: '-2.txt', why: 'no\ncard' }] };

  it('is CSV that no spreadsheet runs and no quote breaks out of', () => {
    const [, first = '', second = ''] = folderCsv(verdict).split('\r\n');
    assert.equal(
      first,
      `"'=HYPERLINK(""http://x"")","'+1","5 of 6","1","2","3","4","1234-5678","a ""b"", c.json","'@SUM(A1) <img src=x> [x](command:a) | y"`,
    );
    assert.match(second, /"'-2\.txt","No card: no\ncard"$/);
    for (const start of ['=', '+', '-', '@', ' =', '\t=', '\r=', '\n@', '＝', '\u0000='])
      assert.ok(folderCsv({ rows: [{ ...row, person: `${start}1` }], others: [] }).includes(`"'${start}1"`));
    assert.ok(folderCsv({ rows: [{ ...row, person: 'ab1=2' }], others: [] }).includes('"ab1=2"'));
  });

  it('is Markdown in which what cards say is text', () => {
    const page = folderMarkdown(verdict);
    assert.doesNotMatch(page, /<img|\[x\]\(|[^\\]\| y/);
    assert.match(page, /Contradicted/);
  });
});
