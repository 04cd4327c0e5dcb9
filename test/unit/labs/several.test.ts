import assert from 'node:assert/strict';
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
