import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cloudsYaml } from '../cloudsYaml';
import { buildCli, cli, newHome, type Ran } from './cli';
import { column } from './client';
import { cloud, cloudsFile, WRONG_SECRET } from './clouds';
import { startServices, stopService } from './services';

interface Shape {
  readonly takenAt: string;
  readonly sites: readonly {
    readonly site: string;
    readonly project: { readonly name: string };
    readonly user: { readonly name: string };
    readonly parts: Readonly<Record<string, { state: string; ageSeconds: number | null; error?: string }>>;
    readonly leases: readonly { readonly id: string }[];
    readonly servers: readonly {
      readonly id: string;
      readonly name: string;
      readonly status: string;
      readonly owner: { readonly kind: string; readonly why: string };
      readonly leaseId: string | null;
      readonly addresses: readonly { readonly address: string; readonly kind: string }[];
    }[];
    readonly floatingIps: readonly { readonly id: string; readonly serverId: string | null }[];
  }[];
}

describe('The command line on a real OpenStack', () => {
  const home = newHome();
  const secrets = [...readFileSync(cloudsFile, 'utf8').matchAll(/secret: "([^"]+)"/g)].map(([, it]) => it);
  const ran = async (words: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran> => {
    const it = await cli(home, words, env);
    assert.ok(secrets.length > 0);
    for (const secret of [...secrets, WRONG_SECRET])
      assert.ok(!`${it.stdout}${it.stderr}`.includes(secret ?? ''), 'a secret was printed');
    assert.doesNotMatch(it.stderr, /\n\s+at |node:internal/);
    return it;
  };

  before(buildCli);
  after(() => {
    rmSync(home, { recursive: true });
  });

  it('inventory --json has the shape that scripts rely on, and 0', async () => {
    const { code, stdout, stderr } = await ran(['inventory', '--cloud', 'student_a', '--json']);
    assert.equal(stderr, '');
    assert.equal(code, 0);
    const { takenAt, sites } = JSON.parse(stdout) as Shape;
    assert.match(takenAt, /^\d{4}-\d\d-\d\dT.*Z$/);
    const [site, ...others] = sites;
    assert.ok(site !== undefined && others.length === 0);
    assert.deepEqual([site.site, site.project.name, site.user.name], ['KVM@TACC', 'CHI-251409', 'student_a']);
    assert.equal(site.parts['servers']?.state, 'fresh');
    assert.equal(typeof site.parts['servers']?.ageSeconds, 'number');
    assert.deepEqual(
      site.servers.map(({ id }) => id).sort(),
      await column('student_a', 'ID', 'server', 'list'),
    );
    const node1 = site.servers.find(({ name }) => name === 'node1-cloud-ab1234');
    assert.equal(node1?.status, 'ACTIVE');
    assert.equal(node1?.owner.kind, 'me');
    assert.equal(node1?.leaseId, null);
    assert.deepEqual(node1?.addresses.map(({ kind }) => kind).sort(), ['fixed', 'fixed', 'floating']);
    assert.ok(site.floatingIps.some(({ serverId }) => serverId === node1?.id));
    assert.ok(site.floatingIps.some(({ serverId }) => serverId === null));
  });

  it('inventory for people: a line each', async () => {
    const { code, stdout } = await ran(['inventory'], { OS_CLOUD: 'student_b' });
    assert.equal(code, 0);
    assert.match(stdout, /^KVM@TACC {2}CHI-251409 {2}student_b\n/);
    assert.match(stdout, /^ *server +node1-cloud-ab1234 +ACTIVE +ab1234 .*192\.168\.1\.11/m);
  });

  it('two projects at once', async () => {
    const { code, stdout } = await ran(['inventory', '--cloud', 'ta_c', 'ta_c_other', '--json']);
    assert.equal(code, 0);
    const { sites } = JSON.parse(stdout) as Shape;
    assert.deepEqual(
      sites.map(({ project }) => project.name),
      ['CHI-251409', 'CHI-231095'],
    );
  });

  it('what can’t be read makes 3, and the rest is told', async () => {
    const { code, stdout } = await ran(['inventory', '--cloud', 'student_a_memberonly', '--json']);
    assert.equal(code, 3);
    const [site] = (JSON.parse(stdout) as Shape).sites;
    assert.equal(site?.parts['servers']?.state, 'failed');
    assert.equal(site?.parts['servers']?.ageSeconds, null);
    assert.match(site?.parts['servers']?.error ?? '', /Policy doesn't allow/);
    assert.ok((site?.floatingIps.length ?? 0) > 0);
  });

  it('a wrong secret: 1 and one line that says what to do', async () => {
    const file = path.join(home, 'wrong.yaml');
    writeFileSync(file, cloudsYaml(cloud('student_a'), WRONG_SECRET), { mode: 0o600 });
    for (const words of [
      ['inventory', '--json'],
      ['check', 'lab1-hello-chameleon', '--param', 'username=student_a'],
      ['inspect', 'ab1234'],
    ]) {
      const { code, stdout, stderr } = await ran(words, { OS_CLIENT_CONFIG_FILE: file });
      assert.equal(code, 1, words.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, /^KVM@TACC: Keystone refused this application credential[^\n]*Horizon[^\n]*\n$/);
    }
  });

  it('one of two refused: the other is listed, and 3', async () => {
    const file = path.join(home, 'both.yaml');
    const good = readFileSync(cloudsFile, 'utf8');
    const bad = cloudsYaml({ ...cloud('student_b'), name: 'refused' }, WRONG_SECRET);
    writeFileSync(file, good + bad.replace('clouds:\n', ''), { mode: 0o600 });
    const { code, stdout } = await ran(['inventory', '--cloud', 'refused', 'student_a', '--json'], {
      OS_CLIENT_CONFIG_FILE: file,
    });
    assert.equal(code, 3);
    const { sites } = JSON.parse(stdout) as Shape;
    assert.deepEqual(
      sites.map(({ servers }) => servers.length > 0),
      [false, true],
    );
  });

  it('usage: 1 and one line', async () => {
    for (const [words, says] of [
      [['inventory', '--cloud', 'nobody'], /There is no cloud nobody\. There are: student_a,/],
      [['inventory', '--nonsense'], /--help/],
      [['nonsense'], /There is no command nonsense/],
      [['check', 'lab99', '--cloud', 'student_a'], /There is no lab lab99/],
      [['inspect', 'zz9999', '--cloud', 'student_a'], /Nothing here belongs to zz9999/],
    ] as const) {
      const { code, stdout, stderr } = await ran(words);
      assert.equal(code, 1, words.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, says);
      assert.equal(stderr.split('\n').length, 2);
    }
  });

  it('inspect: a fellow student’s resources and nobody else’s', async () => {
    const { code, stdout } = await ran(['inspect', 'cd5678', '--cloud', 'ta_c', '--json']);
    assert.ok([0, 2, 3].includes(code));
    const { sites, likelyFault } = JSON.parse(stdout) as Shape & { readonly likelyFault: string | null };
    assert.ok(sites[0]?.servers.some(({ name }) => name === 'node-gpu-cd5678'));
    assert.match(likelyFault ?? '', /node-gpu-cd5678 found no place to run/);
  });

  it('a service that is down: 3, with its reason', async () => {
    await stopService('blazar-api');
    try {
      const { code, stdout } = await ran(['inventory', '--cloud', 'student_a', '--json']);
      assert.equal(code, 3);
      const [site] = (JSON.parse(stdout) as Shape).sites;
      assert.equal(site?.parts['leases']?.state, 'failed');
      assert.match(site?.parts['leases']?.error ?? '', /Blazar \(leases\) can't be reached/);
      assert.equal(site?.parts['servers']?.state, 'fresh');
    } finally {
      await startServices();
    }
  });
});
