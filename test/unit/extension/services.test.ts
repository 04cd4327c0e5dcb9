import assert from 'node:assert/strict';
import { tokenIn, withToken } from '../../../src/extension/serviceToken';
import { TerminalVariables } from '../../../src/extension/terminalVariables';
import type { Forward } from '../../../src/ssh';

describe('a Jupyter token', () => {
  const list = (...servers: string[]): string => `Currently running servers:\n${servers.join('\n')}\n`;

  it('is that of the server on the port, or of the only one', () => {
    const one = 'http://localhost:8888/?token=abc123 :: /home/cc';
    const other = 'http://0.0.0.0:8890/lab/?token=def456 :: /work';
    assert.equal(tokenIn(list(one, other), 8890), 'def456');
    assert.equal(tokenIn(list(one), 8889), 'abc123', 'a container has its own ports');
    assert.equal(tokenIn(list(one, other), 1), undefined, 'which of them?');
    assert.equal(tokenIn('[I] http://3f2a:8888/user/x/?token=tok-en_1.~ :: /', 8888), 'tok-en_1.~');
  });

  it('is none where none is told', () => {
    for (const text of ['', list(), list('http://localhost:8888/ :: /home'), 'token=abc', '<html>?token='])
      assert.equal(tokenIn(text, 8888), undefined);
  });

  it('is never read as more than a token', () => {
    const evil = tokenIn(list('http://localhost:8888/?token=abc"&x=$(id)<script> :: /'), 8888);
    assert.equal(evil, 'abc');
    assert.equal(
      withToken('http://127.0.0.1:8888/lab?x=1', 'a b&c'),
      'http://127.0.0.1:8888/lab?x=1&token=a+b%26c',
    );
  });
});

describe('variables of new terminals', () => {
  const set = new Map<string, string>();
  const collection = {
    persistent: true,
    description: undefined as unknown,
    replace: (name: string, value: string) => void set.set(name, value),
    delete: (name: string) => void set.delete(name),
  };
  const forward = (id: string, localPort: number | undefined, speaks?: 'https'): Forward => ({
    spec: {
      id,
      target: { serverId: 's', name: 'n', address: 'a', port: 22, user: 'cc', via: [] },
      remoteHost: '127.0.0.1',
      remotePort: 8000,
      localPort: 8000,
      name: 'MLflow',
      path: '/ui',
      ...(speaks === undefined ? {} : { speaks }),
    },
    localPort,
    state: { kind: 'stopped', since: 0 },
    bytes: { in: 0, out: 0 },
    last: undefined,
  });

  it('follow their forward, and go away with it', () => {
    const variables = new TerminalVariables(collection);
    assert.equal(collection.persistent, false);
    variables.use(forward('one', 8000), 'MLFLOW_TRACKING_URI');
    assert.equal(set.get('MLFLOW_TRACKING_URI'), 'http://127.0.0.1:8000');
    assert.match(String(collection.description), /MLFLOW_TRACKING_URI/);
    variables.follow([forward('one', 8001, 'https'), forward('two', 9000)]);
    assert.deepEqual([...set], [['MLFLOW_TRACKING_URI', 'https://127.0.0.1:8001']]);
    variables.follow([forward('one', undefined)]);
    assert.equal(set.size, 0);
    variables.use(forward('two', 9000), 'MLFLOW_TRACKING_URI');
    assert.equal(variables.nameOf('one'), undefined, 'one forward a variable');
    variables.follow([forward('one', 8001)]);
    assert.deepEqual([...set], [['MLFLOW_TRACKING_URI', 'http://127.0.0.1:9000']]);
    variables.drop('two');
    assert.equal(set.size, 0);
    assert.equal(collection.description, undefined);
  });
});
