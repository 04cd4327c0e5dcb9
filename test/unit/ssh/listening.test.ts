import assert from 'node:assert/strict';
import { parseListening } from '../../../src/ssh';

describe('what listens on a server', () => {
  it('is read from ss, with programs, and containers where Docker tells', () => {
    const ports = parseListening(`
LISTEN 0      4096   127.0.0.53%lo:53         0.0.0.0:*
LISTEN 0      128          0.0.0.0:22         0.0.0.0:*    users:(("sshd",pid=7,fd=3))
LISTEN 0      2048       127.0.0.1:8000       0.0.0.0:*    users:(("mlflow",pid=812,fd=5))
LISTEN 0      4096         0.0.0.0:8888       0.0.0.0:*
LISTEN 0      4096            [::]:8888          [::]:*
LISTEN 0      511                *:8265             *:*
LISTEN 0      100            [::1]:5432          [::]:*
LISTEN 0      100       10.56.0.12:9000       0.0.0.0:*
--containers--
jupyter\t0.0.0.0:8888->8888/tcp, :::8888->8888/tcp
redpanda\t127.0.0.1:9000-9001->9000-9001/tcp
`);
    assert.deepEqual(ports, [
      { port: 5432, host: '::1', by: undefined },
      { port: 8000, host: '127.0.0.1', by: 'mlflow' },
      { port: 8265, host: '127.0.0.1', by: undefined },
      { port: 8888, host: '127.0.0.1', by: 'jupyter' },
      { port: 9000, host: '10.56.0.12', by: 'redpanda' },
    ]);
  });

  it('is read from netstat, where there is no ss', () => {
    const text = `Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 127.0.0.1:8000          0.0.0.0:*               LISTEN
tcp6       0      0 :::3000                 :::*                    LISTEN
`;
    assert.deepEqual(
      parseListening(text).map(({ port, host }) => [port, host]),
      [
        [3000, '127.0.0.1'],
        [8000, '127.0.0.1'],
      ],
    );
  });

  it('is nothing where the answer is something else', () => {
    for (const text of [
      '',
      'sh: 1: ss: not found',
      '<html>LISTEN :80</html>',
      `LISTEN ${'x:9 '.repeat(9999)}`,
    ])
      assert.deepEqual(parseListening(text), []);
    assert.deepEqual(parseListening('LISTEN 0 1 0.0.0.0:99999 0.0.0.0:*'), []);
  });
});
