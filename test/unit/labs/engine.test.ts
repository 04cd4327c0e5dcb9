import assert from 'node:assert/strict';
import {
  merged,
  readLab,
  runLab,
  type CheckResult,
  type Evidence,
  type Lab,
  type LabRun,
  type ProbeWorld,
} from '../../../src/labs';
import { Lanes } from '../../../src/labs/lanes';
import { targetOf } from '../../../src/labs/probes/hosts';
import { inVariant, variantsThatFit } from '../../../src/labs/variants';
import type { Inventory, OwnedServer } from '../../../src/chameleon';
import { SshError, type CommandResult, type Connection } from '../../../src/ssh';
import { cloudOf } from '../../labs/cloud';
import { hostsOf } from '../../labs/host';
import type { PlainWorld } from '../../labs/world';
import { ScriptedClock } from '../ssh/scripted';

const text = `id: lab0-ways
title: Ways
edition: 2026-01
unit: 0
source: https://example.org
sites: [CHI@TACC]
variants:
  a100: { title: A100, vars: { image: CC-CUDA, gpus: 4 }, detect: { nodeType: compute_liqid, image: CC-CUDA } }
  mi100: { title: MI100, vars: { image: CC-ROCm, gpus: 2 }, detect: { nodeType: gpu_mi100, image: CC-ROCm } }
  vm: { title: Virtual, sites: [KVM@TACC], vars: { image: CC-CUDA, gpus: 1 }, detect: { flavor: g1.h100.pci.1 } }
parameters:
  netID: { title: Net ID, pattern: '[a-z]+[0-9]+' }
names: { lease: 'l-{{netID}}', server: 'n-{{netID}}' }
hosts:
  node: { server: '{{name.server}}' }
  inner: { address: 192.168.1.12, via: node, only: [vm] }
  innermost: { address: 192.168.2.13, via: inner, user: ubuntu, only: [vm] }
steps:
  - id: one
    title: One
    checks:
      - id: here
        title: A file
        local: { file: ~/x }
        expect: [{ that: exists, is: true }]
      - id: lease
        title: The lease
        keep: true
        openstack: { service: reservation, path: /leases, list: leases }
        expect: [{ that: 'length(body.leases[?name == $.name.lease])', is: 1 }]
        save: { leaseId: 'body.leases[?name == $.name.lease] | [0].id' }
      - id: gpus
        title: GPUs
        ssh: { host: node, run: 'count-gpus "$variant_image"' }
        expect:
          - { that: 'to_number(stdout)', is: 4, only: [a100] }
          - { that: 'to_string(to_number(stdout))', is: '{{variant.gpus}}', only: [mi100, vm] }
      - id: rocm
        title: ROCm
        only: [mi100]
        ssh: { host: node, run: rocm-smi }
        expect: [{ that: exit, is: 0 }]
`;
const reading = readLab(text, 'lab0-ways.lab.yaml');
assert('lab' in reading, JSON.stringify(reading));
const { lab } = reading;
const parameters = { netID: 'ab1234' };

function plain(kind: 'a100' | 'mi100' | 'vm' | 'nothing', change: Partial<PlainWorld> = {}): PlainWorld {
  const site = kind === 'vm' ? 'KVM@TACC' : 'CHI@TACC';
  const leases = {
    a100: [{ name: 'l-ab1234', site, nodeType: 'compute_liqid' }],
    mi100: [{ name: 'l-ab1234', site, nodeType: 'gpu_mi100' }],
    vm: [{ name: 'l-ab1234', site, flavor: 'g1.h100.pci.1' }],
    nothing: [],
  }[kind];
  const server = { name: 'n-ab1234', site, image: kind === 'mi100' ? 'CC-ROCm' : 'CC-CUDA' };
  return {
    ...(kind === 'nothing' ? {} : { variant: kind }),
    parameters,
    inventory: {
      leases,
      servers: kind === 'nothing' ? [] : [server],
      floatingIps: kind === 'nothing' ? [] : [{ address: '129.114.1.2', server: 'n-ab1234', site }],
    },
    ssh: {
      node: {
        'count-gpus "$variant_image"': { a100: '4\n', mi100: '2\n', vm: '1\n', nothing: '' }[kind],
        'rocm-smi': 'ok',
      },
    },
    local: { '~/x': 'x' },
    ...change,
  };
}

async function worldOf(world: PlainWorld, change: Partial<ProbeWorld> = {}): Promise<ProbeWorld> {
  const cloud = await cloudOf(world, lab);
  return { ...cloud, ...hostsOf(world, lab, cloud), ...change };
}

async function run(
  world: ProbeWorld,
  more: { variant?: string; only?: string[]; evidence?: Evidence; lab?: Lab } = {},
) {
  const kept: Evidence[] = [];
  const { evidence, ...rest } = more;
  const done = await runLab({
    lab,
    parameters,
    world,
    subject: { kind: 'me' },
    evidence: {
      load: () => Promise.resolve(evidence),
      save: (_key, value) => {
        kept.push(value);
        return Promise.resolve();
      },
    },
    signal: new AbortController().signal,
    ...rest,
  });
  const verdicts = Object.fromEntries(done.checks.map((each) => [each.id, each.cause ?? each.verdict]));
  return { ...done, verdicts, kept: kept.at(-1) };
}

describe('variants of a lab', () => {
  for (const [kind, verdicts] of [
    ['a100', { here: 'passed', lease: 'passed', gpus: 'passed' }],
    ['mi100', { here: 'passed', lease: 'passed', gpus: 'passed', rocm: 'passed' }],
    ['vm', { here: 'passed', lease: 'passed', gpus: 'passed' }],
  ] as const)
    it(`${kind}: told by what is deployed, and judged as it is`, async () => {
      const done = await run(await worldOf(plain(kind)));
      assert.equal(done.variant, kind);
      assert.deepEqual(done.verdicts, verdicts);
    });

  it('a wrong image does not hide which node it is', async () => {
    const world = plain('mi100');
    for (const server of world.inventory?.servers ?? []) server.image = 'CC-CUDA';
    const { inventory } = await worldOf(world);
    assert.deepEqual(variantsThatFit(lab, parameters, inventory), ['mi100']);
  });

  it('somebody else’s node tells nothing, nor does an ended lease', async () => {
    const theirs = plain('vm', {
      inventory: { leases: [{ name: 'l-ab12345', site: 'KVM@TACC', flavor: 'g1.h100.pci.1' }] },
    });
    assert.deepEqual(variantsThatFit(lab, parameters, (await worldOf(theirs)).inventory), []);
    const ended = plain('vm', {
      inventory: {
        leases: [{ name: 'l-ab1234', site: 'KVM@TACC', flavor: 'g1.h100.pci.1', status: 'TERMINATED' }],
      },
    });
    assert.deepEqual(variantsThatFit(lab, parameters, (await worldOf(ended)).inventory), []);
  });

  it('a lease that does not say is ambiguous', async () => {
    const world = plain('a100', {
      inventory: { leases: [{ name: 'l-ab1234', site: 'CHI@TACC', nodeName: 'P3-GPU-001' }] },
    });
    assert.deepEqual(variantsThatFit(lab, parameters, (await worldOf(world)).inventory), ['a100', 'mi100']);
  });

  it('where nothing tells, what differs is not judged', async () => {
    const done = await run(await worldOf(plain('nothing')));
    assert.equal(done.variant, undefined);
    assert.deepEqual(done.verdicts, { here: 'notRun', lease: 'notRun', gpus: 'notRun' });
  });

  it('the one that is given counts, and one of nothing is refused', async () => {
    const done = await run(await worldOf(plain('a100')), { variant: 'mi100' });
    assert.deepEqual([done.variant, done.verdicts['gpus']], ['mi100', 'failed']);
    await assert.rejects(run(await worldOf(plain('a100')), { variant: 'h200' }), /no variant “h200”/);
  });

  it('is remembered when all is cleaned up', async () => {
    const { kept } = await run(await worldOf(plain('vm')));
    assert.equal(kept?.variant, 'vm');
    assert(kept !== undefined);
    const after = await run(await worldOf(plain('nothing')), { evidence: kept });
    assert.deepEqual([after.variant, after.verdicts['lease']], ['vm', 'passed earlier']);
  });
});

describe('the way to a host', () => {
  it('goes through all hosts before it', async () => {
    const { inventory } = await worldOf(plain('vm'));
    const bindings = { param: parameters, name: { server: 'n-ab1234' }, saved: {}, variant: {} };
    const target = targetOf(lab, 'innermost', bindings, inventory);
    assert.deepEqual(
      [...target.via, target].map(({ address, user }) => `${user}@${address}`),
      ['cc@129.114.1.2', 'cc@192.168.1.12', 'ubuntu@192.168.2.13'],
    );
    const [gate] = target.via;
    assert.equal(target.serverId, `${gate?.serverId}/192.168.1.12/192.168.2.13`);
  });

  it('is the server of the inventory at that address, so that it is met by the pin that terminals know', async () => {
    const { inventory } = await worldOf(plain('vm'));
    const bindings = { param: parameters, name: { server: 'n-ab1234' }, saved: {}, variant: {} };
    const at = (gateId: string, on: string): Inventory => ({
      ...inventory,
      sites: inventory.sites.map((site) => ({
        ...site,
        servers: site.servers.flatMap((server) => {
          const fixed = (address: string): OwnedServer['addresses'] => [
            ...server.addresses,
            { network: on, address, version: 4, kind: 'fixed', mac: undefined },
          ];
          return [
            { ...server, addresses: fixed('192.168.1.11') },
            { ...server, id: gateId, name: 'node2', addresses: fixed('192.168.1.12').slice(-1) },
          ];
        }),
      })),
    });
    const inner = targetOf(lab, 'inner', bindings, at('node2-id', 'private'));
    assert.deepEqual([inner.serverId, inner.name, inner.address], ['node2-id', 'node2', '192.168.1.12']);
  });
});

describe('asking side by side', () => {
  it('eight at a place at once; a slow place keeps no other waiting', async () => {
    const lanes = new Lanes();
    const { signal } = new AbortController();
    const out = await Promise.all(Array.from({ length: 8 }, () => lanes.enter('host a', signal)));
    let ninth = false;
    const waiting = lanes.enter('host a', signal).then((leave) => {
      ninth = true;
      return leave;
    });
    (await lanes.enter('host b', signal))();
    assert.equal(ninth, false);
    out[0]?.();
    (await waiting)();
  });

  it('a host that never answers ends in a time-out, and the rest is told', async () => {
    const clock = new ScriptedClock();
    const connect = (): Promise<Connection> => never();
    const running = run(
      await worldOf(plain('a100'), { connect: (_target, signal) => aborting(connect(), signal), clock }),
    );
    while (clock.waiting === 0) await new Promise(setImmediate);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    clock.advance(600_000);
    const done = await running;
    assert.deepEqual(done.verdicts, { here: 'passed', lease: 'passed', gpus: 'timeout' });
  });
});

describe('a run that is cancelled', () => {
  const after = `      - id: after
        title: After the GPUs
        needs: [gpus]
        local: { file: ~/x }
        expect: [{ that: exists, is: true }]
`;
  const longer = readLab(text + after, 'lab0-ways.lab.yaml');
  assert('lab' in longer, JSON.stringify(longer));
  const { lab: whole } = longer;
  const mine = inVariant(whole, 'mi100');

  /** Cancelled when the lease was seen and both commands run: they end with their signal alone. */
  async function cancelled(before: Evidence = { version: 1, checks: {} }) {
    const stop = new AbortController();
    const clock = new ScriptedClock();
    const running = new Set<string>();
    const asked: string[] = [];
    const told: CheckResult[] = [];
    const ended: LabRun[] = [];
    const kept: Evidence[] = [];
    const cancelWhenHalfWay = (): void => {
      if (running.size === 2 && told.some(({ id }) => id === 'lease')) stop.abort();
    };
    const world = await worldOf(plain('mi100'), { clock });
    const { connect } = world;
    assert(connect !== undefined);
    await assert.rejects(
      runLab({
        lab: whole,
        parameters,
        subject: { kind: 'me' },
        world: {
          ...world,
          connect: async (target, signal): Promise<Connection> => ({
            ...(await connect(target, signal)),
            run: async (command, { signal: own }) => {
              asked.push(command);
              running.add(command);
              cancelWhenHalfWay();
              return aborting(never<CommandResult>(), own).finally(() => running.delete(command));
            },
          }),
        },
        evidence: {
          load: () => Promise.resolve(before),
          save: (_key, value) => {
            kept.push(value);
            return Promise.resolve();
          },
        },
        signal: stop.signal,
        onResult: (result) => {
          told.push(result);
          cancelWhenHalfWay();
        },
        onEnd: (each) => ended.push(each),
      }),
      { name: 'AbortError' },
    );
    const [seen] = ended;
    assert(seen !== undefined && ended.length === 1);
    return { seen, told, kept: kept.at(-1), clock, running, asked };
  }

  it('keeps what it saw, and nothing that it did not ask', async () => {
    const { seen, told, kept } = await cancelled();
    assert.equal(seen.variant, 'mi100');
    assert.deepEqual(seen.checks.map(({ id, verdict }) => [id, verdict]).sort(), [
      ['here', 'passed'],
      ['lease', 'passed'],
    ]);
    assert.deepEqual(new Set(seen.checks), new Set(told));
    assert.deepEqual(Object.keys(kept?.checks ?? {}), ['lease']);
    const first = merged(mine, undefined, seen);
    assert.deepEqual(
      first.checks.map(({ id }) => id),
      ['here', 'lease'],
    );
    assert.deepEqual(first.left, ['gpus', 'rocm', 'after']);
  });

  it('leaves nothing running, and asks nothing more', async () => {
    const { clock, running, asked, told } = await cancelled();
    const before = [asked.length, told.length];
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    assert.deepEqual([...running], []);
    assert.equal(clock.waiting, 0, 'no timer waits');
    assert.deepEqual([asked.length, told.length], before);
  });

  it('leaves earlier answers as they were where it has none of its own', async () => {
    const { seen } = await cancelled();
    const [lease] = seen.checks.filter(({ id }) => id === 'lease');
    assert(lease !== undefined);
    const earlier: LabRun = {
      ...seen,
      checks: [
        { ...lease, verdict: 'failed', reason: 'None.', seenAt: 1 },
        { ...lease, id: 'gpus', verdict: 'passed', seenAt: 1 },
        { ...lease, id: 'gone-from-the-file', verdict: 'passed', seenAt: 1 },
      ],
    };
    const both = merged(mine, earlier, seen);
    assert.deepEqual(
      both.checks.map(({ id, verdict, seenAt }) => [id, verdict, seenAt === 1]),
      [
        ['here', 'passed', false],
        ['lease', 'passed', false],
        ['gpus', 'passed', true],
      ],
    );
    assert.deepEqual(both.left, ['gpus', 'rocm', 'after'], 'that of before is none of this run');
    for (const other of [
      { ...earlier, variant: 'a100' },
      { ...earlier, parameters: { netID: 'cd5678' } },
    ])
      assert.deepEqual(
        merged(mine, other, seen).checks.map(({ id }) => id),
        ['here', 'lease'],
      );
  });
});

describe('a run of some checks', () => {
  it('changes those, and fills what was open of what they need', async () => {
    const done = await run(await worldOf(plain('mi100')), { only: ['gpus', 'rocm'] });
    const [gpus, rocm] = done.checks;
    assert(gpus !== undefined && rocm !== undefined);
    const mine = inVariant(lab, 'mi100');
    const before: LabRun = { ...done, checks: [{ ...gpus, verdict: 'failed' }], left: ['lease', 'rocm'] };
    const only = merged(mine, before, done, new Set(['rocm']));
    assert.deepEqual(
      only.checks.map(({ id, verdict }) => [id, verdict]),
      [
        ['gpus', 'failed'],
        ['rocm', 'passed'],
      ],
    );
    assert.deepEqual(only.left, ['lease'], 'what was cancelled before and has not answered since');
    assert.deepEqual(merged(mine, { ...before, left: ['rocm'] }, done, new Set(['rocm'])).left, undefined);
    const none = merged(mine, before, { ...done, checks: [gpus] }, new Set(['rocm']));
    assert.deepEqual(none.left, ['lease', 'rocm']);
  });
});

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

function aborting<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new DOMException('', 'AbortError'));
    });
    promise.then(resolve, () => {
      reject(new SshError('unreachable', 'Away.'));
    });
  });
}
