import assert from 'node:assert/strict';
import { connectionRows } from '../../../src/extension/rows/connections';
import { flat } from '../../../src/extension/rows/row';
import type { Forward, ForwardState } from '../../../src/ssh';

function forward(state: ForwardState, localPort: number | undefined = 8000): Forward {
  const target = {
    serverId: 's',
    name: 'node-mlflow-ab1234',
    address: '192.0.2.7',
    port: 22,
    user: 'cc',
    via: [],
  };
  return {
    spec: {
      id: 's:8000',
      target,
      remoteHost: '127.0.0.1',
      remotePort: 8000,
      localPort: 8000,
      name: 'MLflow',
      path: '/',
    },
    localPort,
    state,
    bytes: { in: 0, out: 0 },
  };
}
const wordsOf = (state: ForwardState): string => connectionRows([forward(state)], 1000)[0]?.description ?? '';

describe('connection rows', () => {
  it('say each state in words', () => {
    assert.match(wordsOf({ kind: 'up', since: 0, latencyMs: 18.2 }), /up · 127\.0\.0\.1:8000 · 18 ms$/);
    assert.match(
      wordsOf({ kind: 'waiting', since: 0, retryAt: 5000, what: 'network is away' }),
      /reconnecting in 4 s · network is away$/,
    );
    assert.match(wordsOf({ kind: 'stopped', since: 0 }), /stopped$/);
  });

  it('open in the browser only while something can answer', () => {
    const click = (state: ForwardState): string | undefined => connectionRows([forward(state)], 0)[0]?.click;
    assert.equal(click({ kind: 'up', since: 0, latencyMs: undefined }), 'chameleon.openForward');
    assert.equal(click({ kind: 'refused', since: 0, what: 'no', next: undefined }), undefined);
  });

  it('say when another local port was taken', () => {
    const [row] = connectionRows([forward({ kind: 'up', since: 0, latencyMs: 1 }, 8001)], 0);
    assert.ok(row?.tooltip.some((line) => line.includes('8000 was taken')));
    assert.equal(flat(row === undefined ? [] : [row]).length, 1);
  });
});
