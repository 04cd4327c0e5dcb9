import assert from 'node:assert/strict';
import type { Lab } from '../../../src/labs';
import { ask, type Asking } from '../../../src/labs/probes/ask';
import { Asked } from '../../../src/labs/probes/openstack';
import { labOf } from '../../labs/bench';
import { onEach, together } from '../../../src/labs/probes/several';
import { valueOf, type Json } from '../../../src/labs/expression';

type Printed = Readonly<Record<string, Json>>;
const printed = (exit: number, stdout: string): Printed => ({
  login: true,
  exit,
  stdout,
  stderr: '',
  json: null,
});

describe('a command on several hosts', () => {
  const on = (answers: Readonly<Record<string, Printed>>): Promise<Json> =>
    onEach(Object.keys(answers), (host) => Promise.resolve(answers[host] ?? null));

  it('is judged as the first host’s, with all of them in order', async () => {
    const root = await on({ node1: printed(0, 'a'), node2: printed(0, 'b') });
    assert.equal(valueOf('stdout', root), 'a');
    assert.equal(valueOf('exit', root), 0);
    assert.equal(valueOf("join(' ', hosts[].join('=', [host, stdout]))", root), 'node1=a node2=b');
  });

  it('has failed where it failed anywhere', async () => {
    assert.equal(valueOf('exit', await on({ node1: printed(0, 'a'), node2: printed(4, 'a') })), 4);
    const refused = { login: false, exit: null, stdout: '', stderr: '', json: null };
    const root = await on({ node1: printed(0, 'a'), node2: refused });
    assert.deepEqual([valueOf('login', root), valueOf('exit', root)], [false, null]);
  });

  it('is not told where one host cannot be asked', async () => {
    const ask = (host: string): Promise<Json> =>
      host === 'node1' ? Promise.resolve(printed(0, 'a')) : Promise.reject(new Error('away'));
    await assert.rejects(onEach(['node1', 'node2'], ask), /away/);
  });
});

describe('answers judged together', () => {
  const own = Promise.resolve({ status: 200, body: { servers: [] } });

  it('are under their names', async () => {
    const root = await together(own, { images: 'image' }, (call) => Promise.resolve({ body: { of: call } }));
    assert.equal(valueOf('with.images.body.of', root), 'image');
    assert.equal(valueOf('status', root), 200);
    assert.equal(valueOf('with', await together(own, {}, () => Promise.resolve(null))), null);
  });

  it('are none where one of them is not to be had', async () => {
    await assert.rejects(
      together(own, { images: 'image' }, () => Promise.reject(new Error('away'))),
      /away/,
    );
  });
});

describe('the same command of several checks', () => {
  it('is run once on a host in a run of the lab, unless it takes what an earlier check saved', async () => {
    const { lab, asking, ran } = counted();
    const ssh = lab.steps.flatMap((step) => step.checks).filter(({ probe }) => probe.kind === 'ssh');
    const same = ssh.filter(
      ({ probe }) => probe.kind === 'ssh' && probe.run.includes('get workflows.argoproj.io -o'),
    );
    const saved = ssh.filter(({ id }) => id === 'gateway-split');
    assert(same.length > 5 && saved.length === 1);
    for (const check of [...same, ...same, ...saved, ...saved])
      await ask(check, asking, new AbortController().signal);
    assert.equal(ran.filter((run) => run.includes('get workflows.argoproj.io -o')).length, 1);
    assert.equal(ran.length, 3);
  });
});

function counted(): { lab: Lab; asking: Asking; ran: string[] } {
  const lab = labOf('lab3-mlops');
  const ran: string[] = [];
  const connection = {
    run: (run: string): Promise<unknown> => {
      ran.push(run);
      return Promise.resolve({ exit: 0, stdout: '{}', stderr: '', truncated: false });
    },
  };
  const server = { id: 's1', name: 'node1-mlops-ab1', status: 'ACTIVE', addresses: [] };
  const site = {
    site: { name: 'KVM@TACC' },
    servers: [server],
    floatingIps: [{ serverId: 's1', address: '129.114.26.7' }],
    parts: { servers: { state: 'fresh' } },
  };
  const world = {
    inventory: { sites: [site] },
    clock: { now: () => 0, after: () => () => undefined },
    connect: () => Promise.resolve(connection),
  } as unknown as Asking['world'];
  const bindings = {
    param: { netID: 'ab1' },
    name: { node1: 'node1-mlops-ab1' },
    saved: { node1Address: '10.56.0.9' },
    variant: {},
  };
  return { lab, asking: { lab, world, bindings, asked: new Asked() }, ran };
}
