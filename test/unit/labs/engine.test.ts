import assert from 'node:assert/strict';
import { keepsNothing, readLab, runLab, type Evidence, type Lab, type ProbeWorld } from '../../../src/labs';
import { Lanes } from '../../../src/labs/lanes';
import { targetOf } from '../../../src/labs/probes/hosts';
import { variantsThatFit } from '../../../src/labs/variants';
import type { Inventory, OwnedServer } from '../../../src/chameleon';
import { SshError, type Connection } from '../../../src/ssh';
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

  it('a cancel reaches every probe, and keeps what was seen', async () => {
    const stop = new AbortController();
    const signals: AbortSignal[] = [];
    const world = await worldOf(plain('a100'), {
      connect: (_target, signal) => {
        signals.push(signal);
        queueMicrotask(() => {
          stop.abort();
        });
        return aborting(never(), signal);
      },
    });
    const kept: Evidence[] = [];
    await assert.rejects(
      runLab({
        lab,
        parameters,
        world,
        subject: { kind: 'me' },
        evidence: {
          load: keepsNothing.load.bind(keepsNothing),
          save: (_key, value) => {
            kept.push(value);
            return Promise.resolve();
          },
        },
        signal: stop.signal,
      }),
      { name: 'AbortError' },
    );
    assert.ok(signals.length > 0 && signals.every(({ aborted }) => aborted));
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
