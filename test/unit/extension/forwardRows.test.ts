import assert from 'node:assert/strict';
import { connectionRows } from '../../../src/extension/rows/connections';
import { flat, type Row } from '../../../src/extension/rows/row';
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
    last: undefined,
  };
}
const rowOf = (it: Forward, now = 0, pinned: readonly string[] = []): Row | undefined =>
  connectionRows({
    forwards: [it],
    connected: [],
    waiting: [],
    elsewhere: [],
    pinned: new Set(pinned),
    subject: () => undefined,
    variable: () => undefined,
    now,
  })[0]?.children[0];
const wordsOf = (state: ForwardState): string => rowOf(forward(state), 1000)?.description ?? '';

describe('connection rows', () => {
  it('say each state in words', () => {
    assert.match(wordsOf({ kind: 'up', since: 0, latencyMs: 18.2 }), /up · 127\.0\.0\.1:8000 · 18 ms$/);
    assert.match(
      wordsOf({ kind: 'waiting', since: 0, retryAt: 5000, what: 'network is away', next: undefined }),
      /reconnecting in 4 s · network is away$/,
    );
    assert.match(
      wordsOf({ kind: 'waiting', since: 0, retryAt: 1000, what: 'network is away', next: undefined }),
      /reconnecting … · network is away$/,
    );
    assert.match(wordsOf({ kind: 'stopped', since: 0 }), /stopped$/);
    const what = `The host key of node-mlflow-ab1234 (192.0.2.7) is not the one it had.`;
    const refused = wordsOf({ kind: 'refused', since: 0, what, next: undefined });
    assert.match(refused, /refused · The host key is not the one it had\.$/, 'its server’s row stands above');
    const spoken = rowOf(forward({ kind: 'refused', since: 0, what, next: undefined }))?.spoken;
    assert.ok(spoken?.includes(what), spoken);
  });

  it('open in the browser only while something can answer', () => {
    const click = (state: ForwardState): string | undefined => rowOf(forward(state))?.click;
    assert.equal(click({ kind: 'up', since: 0, latencyMs: undefined }), 'chameleon.openForward');
    assert.equal(click({ kind: 'refused', since: 0, what: 'no', next: undefined }), undefined);
  });

  it('say when another local port was taken', () => {
    const row = rowOf(forward({ kind: 'up', since: 0, latencyMs: 1 }, 8001));
    assert.ok(row?.tooltip.some((line) => line.includes('8000 was taken')));
    assert.equal(flat(row === undefined ? [] : [row]).length, 1);
  });

  it('say since when, how much, and the last trouble with its next step', () => {
    const last = { what: 'The connection broke.', next: 'Wait.', at: 0 };
    const lines = rowOf({ ...forward({ kind: 'up', since: 0, latencyMs: 1 }), last })?.tooltip ?? [];
    assert.ok(
      lines.some((line) => line.startsWith('Up since 1970')),
      lines.join('\n'),
    );
    assert.ok(lines.some((line) => line === '0 KiB received, 0 KiB sent'));
    assert.ok(lines.some((line) => line.endsWith('The connection broke. Wait.')));
    const now = rowOf({
      ...forward({ kind: 'waiting', since: 0, retryAt: 1, what: 'x', next: 'Do.' }),
      last,
    });
    assert.ok(now?.tooltip.includes('Do.') === true);
    assert.ok(
      now !== undefined && !now.tooltip.some((line) => line.startsWith('Last trouble')),
      'it is not over',
    );
  });

  it('stand below their server, with the way there; a pinned one also without it', () => {
    const one = forward({ kind: 'up', since: 0, latencyMs: 1 });
    const gate = { ...one.spec.target, serverId: 'g', name: 'gate' };
    const target = { ...one.spec.target, via: [gate] };
    const kept = { serverId: 'old', serverName: 'node9', remoteHost: '127.0.0.1', remotePort: 8888 };
    const rows = connectionRows({
      forwards: [{ ...one, spec: { ...one.spec, target, speaks: 'https' } }],
      connected: [{ target, hostKey: { type: 'ssh-ed25519', base64: '', fingerprint: 'SHA256:abc' } }],
      waiting: [
        {
          ...kept,
          id: 'old:8888',
          localPort: 8888,
          name: 'Jupyter',
          path: '/',
          pinned: true,
          stopped: false,
        },
        { ...kept, id: 'old:9000', localPort: 9000, name: 'Other', path: '/', pinned: true, stopped: true },
      ],
      elsewhere: [],
      pinned: new Set(['s:8000']),
      variable: () => ({ name: 'MLFLOW_TRACKING_URI', used: true }),
      subject: (id) => (id === 's' ? { kind: 'server', cloud: 'c', id } : undefined),
      now: 0,
    });
    assert.deepEqual(
      rows.map((row) => [row.label, row.description, row.context, row.children[0]?.context]),
      [
        ['node-mlflow-ab1234', 'connected · via gate', 'session.up', 'forward.up.pinned.inTerminals'],
        ['node9', 'not there now', 'session.down', 'kept.pinned'],
      ],
    );
    assert.deepEqual(
      rows[1]?.children.map(({ description }) => description),
      [':8888 · comes back with node9 · pinned', ':8888 · stopped · pinned'],
    );
    assert.ok(rows[0]?.tooltip.includes('Host key SHA256:abc'));
    assert.ok(rows[0]?.children[0]?.tooltip.includes('https://127.0.0.1:8000/'));
  });

  it('of another window are shown as that, and open from here', () => {
    const [server] = connectionRows({
      forwards: [],
      connected: [],
      waiting: [],
      elsewhere: [
        {
          id: 's:8000',
          serverId: 's',
          serverName: 'node-mlflow-ab1234',
          remoteHost: '127.0.0.1',
          remotePort: 8000,
          localPort: 8001,
          name: 'MLflow',
          path: '/',
          pinned: false,
          stopped: false,
        },
      ],
      pinned: new Set(),
      subject: () => undefined,
      variable: () => undefined,
      now: 0,
    });
    assert.equal(server?.description, 'in another window');
    const [row] = server?.children ?? [];
    assert.deepEqual(
      [row?.description, row?.context, row?.click],
      [':8000 · 127.0.0.1:8001 · in another window', 'elsewhere', 'chameleon.openForward'],
    );
    assert.match(row?.spoken ?? '', /forwarded by another window/);
  });
});
