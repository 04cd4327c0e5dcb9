import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { connect } from 'node:net';
import { once } from 'node:events';
import type { ProbeWorld } from '../../../src/labs';
import { SshError, type Connection } from '../../../src/ssh';
import { DemoDesk, verdictOf } from './labDesk';

for (const [id, service, port] of [
  ['lab5-mlflow', 'mlflow-http', 8000],
  ['lab5-ray', 'ray-http', 8265],
] as const)
  describe(`${id}: what is deployed`, () => {
    let desk: DemoDesk;
    before(async () => {
      desk = await DemoDesk.open(id);
    });
    after(() => desk.close());

    it('passes in the right world, clean-up and the key of the site aside', async () => {
      const left = (await desk.check()).filter((check) => check.verdict !== 'passed').map((each) => each.id);
      assert.deepEqual(
        left.filter((check) => check !== 'key-at-site'),
        ['clean-server', 'clean-lease', 'clean-fip'],
      );
    });

    it('fails where nothing listens, and passes nothing else that listens', async () => {
      const name = Object.values(desk.lab.names).find((each) => each.startsWith('node-')) ?? '';
      const server = name.replace('{{username}}', desk.demo.me.netId);
      desk.demo.world.stopProgram(server, port);
      const stopped = verdictOf(await desk.check({ only: [service] }), service);
      assert.equal(stopped.verdict, 'failed', stopped.reason);
      desk.demo.world.startProgram(server, port);

      const page = (status: string, body: string) =>
        `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
      for (const [answer, verdict] of [
        [page('200 OK', '<html>It works!</html>'), 'failed'],
        [page('200 OK', '{}'), id === 'lab5-ray' ? 'unknown' : 'failed'],
        [page('403 Forbidden', 'Invalid Host header'), 'failed'],
        [page('500 No', 'MLflow'), 'failed'],
        ['garbage\r\n\r\n', 'unknown'],
        ['', 'unknown'],
      ] as const) {
        const seen = verdictOf(
          await desk.check({ world: await answering(answer), only: [service] }),
          service,
        );
        assert.notEqual(seen.verdict, 'passed', answer);
        if (id === 'lab5-mlflow') assert.equal(seen.verdict, verdict, `${answer}: ${seen.reason}`);
      }
    });

    it('is unknown where the server can’t be reached', async () => {
      const world = desk.world({ connect: () => Promise.reject(new SshError('unreachable', 'Away.')) });
      const seen = await desk.check({ world });
      assert.equal(verdictOf(seen, 'ssh-ready').verdict, 'unknown');
      assert.equal(verdictOf(seen, service).cause, 'needs');
    });

    /** A world in which every port of the server says that and hangs up. */
    async function answering(text: string): Promise<ProbeWorld> {
      const server = createServer((socket) => {
        socket.once('data', () => socket.end(text));
        socket.on('error', () => undefined);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port: local } = server.address() as AddressInfo;
      return desk.world({
        connect: async (target, signal): Promise<Connection> => {
          const real = await desk.connections.to(target, signal);
          return {
            target: real.target,
            hostKey: real.hostKey,
            closed: real.closed,
            close: () => undefined,
            run: (command, options) => real.run(command, options),
            open: async (): Promise<Socket> => {
              const socket = connect(local, '127.0.0.1');
              await once(socket, 'connect');
              server.close();
              return socket;
            },
          };
        },
      });
    }
  });
