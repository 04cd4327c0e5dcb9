import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Inventory } from '../../../src/chameleon';
import { fileEvidence, parametersFor, type ProbeWorld } from '../../../src/labs';
import { SshError } from '../../../src/ssh';
import { Visitor } from '../demo/visitor';
import { DemoDesk, verdictOf } from './labDesk';

const SERVER = 'node-mlflow-ab1234';
const ANSWERED_OF_RAY = [
  'key-at-site',
  'lease-exists',
  'lease-active',
  'server-active',
  'server-image',
  'fip-associated',
  'ssh-ready',
  'ray-http',
  'ray-nodes',
];

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

    it('passes what the demo can answer, and nothing else', async () => {
      const seen = await desk.check();
      const passed = seen.filter((check) => check.verdict === 'passed').map((each) => each.id);
      const open = seen.filter((check) => check.verdict !== 'passed').map((each) => each.id);
      if (id === 'lab5-mlflow')
        assert.deepEqual(open, ['clean-stack', 'clean-jupyter', 'clean-server', 'clean-lease', 'clean-fip']);
      // Of Ray the demo has the server and the dashboard; what its containers and jobs would tell is not there.
      else assert.deepEqual(passed, ANSWERED_OF_RAY);
      for (const { verdict, reason } of seen) if (verdict !== 'passed') assert.notEqual(reason, '');
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
      return desk.worldThrough(() => ({
        open: async (): Promise<Socket> => {
          const socket = connect(local, '127.0.0.1');
          await once(socket, 'connect');
          server.close();
          return socket;
        },
      }));
    }
  });

describe('lab5-mlflow: from the work to the clean-up, by the lab’s own commands', () => {
  let desk: DemoDesk;
  before(async () => {
    desk = await DemoDesk.open('lab5-mlflow');
  });
  after(() => desk.close());

  it('goes by the names that were there when all of it is cleaned up, until there are others', () => {
    const me = { kind: 'me' } as const;
    const { inventory, lab } = desk;
    const gone = {
      ...inventory,
      sites: inventory.sites.map((site) => ({ ...site, servers: [], leases: [] })),
    };
    const username = (of: Inventory, before?: Record<string, string>) =>
      parametersFor(lab, of, me, before)['username'];
    assert.equal(username(inventory), 'ab1234');
    assert.equal(username(gone), 'alexbaker');
    assert.equal(username(gone, { username: 'ab1234' }), 'ab1234');
    assert.equal(username(inventory, { username: 'other' }), 'ab1234');
    assert.equal(username(gone, { username: '; id' }), undefined);
  });

  it('keeps what was seen when the tracking system is taken down', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lab5-'));
    const evidence = fileEvidence(folder);
    try {
      await desk.check({ evidence });
      const server = desk.inventory.sites.flatMap((site) => site.servers).find(({ name }) => name === SERVER);
      const address = desk.inventory.sites
        .flatMap((site) => site.floatingIps)
        .find((ip) => ip.serverId === server?.id)?.address;
      assert(server !== undefined && address !== undefined);
      const target = { serverId: server.id, name: SERVER, address, port: 22, user: 'cc', via: [] };
      const { signal } = new AbortController();
      const connection = await desk.connections.to(target, signal);
      const options = { signal, timeoutMs: 20_000, maxBytes: 10_000, env: {} };
      for (const command of [
        'docker compose -f mlflow-chi/docker/docker-compose-mlflow.yaml down',
        'docker stop jupyter',
      ])
        assert.equal((await connection.run(command, options)).exit, 0, command);
      const seen = await desk.check({ evidence });
      assert.equal(verdictOf(seen, 'clean-stack').verdict, 'passed');
      assert.equal(verdictOf(seen, 'clean-jupyter').verdict, 'passed');
      for (const id of ['mlflow-http', 'torch-run', 'lightning-run', 'jupyter-env', 'staging-registered'])
        assert.equal(verdictOf(seen, id).verdict, 'passed earlier', id);
      const left = seen.filter(({ verdict }) => verdict === 'failed' || verdict === 'unknown');
      assert.deepEqual(
        left.map(({ id }) => id),
        ['clean-server', 'clean-lease', 'clean-fip'],
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is done again by the demo’s own hand, on a server of the lab that has its address, and nowhere else', async () => {
    const server = desk.inventory.sites.flatMap((site) => site.servers).find(({ name }) => name === SERVER);
    const address = desk.inventory.sites
      .flatMap((site) => site.floatingIps)
      .find((ip) => ip.serverId === server?.id)?.address;
    assert(server !== undefined && address !== undefined);
    assert.equal(verdictOf(await desk.check({ only: ['mlflow-http'] }), 'mlflow-http').verdict, 'failed');
    const played = await visit(address, 'play');
    assert.equal(played.exit, 0);
    assert.match(played.stdout, /^Played by the demo, as if you had followed the notebooks/);
    const seen = await desk.check();
    const open = seen.filter(({ verdict }) => verdict !== 'passed').map(({ id }) => id);
    assert.deepEqual(open, ['clean-stack', 'clean-jupyter', 'clean-server', 'clean-lease', 'clean-fip']);
    const others = desk.inventory.sites.flatMap((site) => site.floatingIps);
    const ray = desk.inventory.sites
      .flatMap((site) => site.servers)
      .find(({ name }) => name.startsWith('node-mltrain'));
    const elsewhere = await visit(others.find((ip) => ip.serverId === ray?.id)?.address ?? '', 'play');
    assert.equal(elsewhere.exit, 1);
    assert.match(elsewhere.stderr, /the MLflow lab, on node-mlflow-NETID/);
  });

  async function visit(address: string, command: string): Promise<Awaited<ReturnType<Visitor['run']>>> {
    const visitor = await Visitor.at(desk.demo, address);
    try {
      return await visitor.run(command);
    } finally {
      await visitor.leave();
    }
  }
});
