import assert from 'node:assert/strict';
import { lookAtDoor, type Target } from '../../src/ssh';
import { causeOf, climb, type Diagnosis } from '../../src/doctor';
import { right } from '../unit/doctor/right';
import { up, type Lab } from './setup';
import { freely, hurried, World } from './world';

const signal = new AbortController().signal;

describe('faults between us and a real server', () => {
  let lab: Lab;
  let world: World;
  before(async () => {
    lab = await up();
  });
  beforeEach(() => {
    world = new World(lab);
  });
  afterEach(async () => {
    await lab.host('net', lab.mlflow, 'mend');
    await lab.host('ssh', lab.mlflow, 'on');
    await lab.host('sshd', lab.mlflow);
    await world.end();
  });

  it('a network that drops everything is noticed within 15 s, and the forward is back on its port', async () => {
    world.forwards.start(world.mlflow());
    const { localPort } = await world.becomes('mlflow', 'up');
    await lab.host('net', lab.mlflow, 'cut');
    const began = performance.now();
    await world.becomes('mlflow', 'waiting');
    const took = performance.now() - began;
    assert.ok(took < 15_000, `${Math.round(took)} ms`);
    await lab.host('net', lab.mlflow, 'mend');
    const again = await world.becomes('mlflow', 'up');
    assert.equal(again.localPort, localPort);
    assert.equal((await fetch(`http://127.0.0.1:${localPort ?? 0}/`)).status, 200);
    assert.match(again.last?.what ?? '', /broke|answer/);
  });

  it('a link that goes down behind a jump host is noticed, and the forward is back when it is up', async () => {
    const connection = await world.connections.to(lab.node2, signal);
    const { stdout } = await connection.run(
      'mkdir -p /tmp/linked && cd /tmp/linked && echo linked > index.html && (python3 -m http.server 8124 --bind 127.0.0.1 >/dev/null 2>&1 & echo $!)',
      freely(),
    );
    try {
      world.forwards.start(world.mlflow({ target: lab.node2, remotePort: 8124 }));
      await until(
        () => world.becomes('mlflow', 'up', 'degraded'),
        async (forward) => {
          if (forward.state.kind !== 'up') await world.forwards.restart('mlflow');
          return forward.state.kind === 'up';
        },
      );
      const began = performance.now();
      await lab.host('link', lab.node2, 'down');
      await world.becomes('mlflow', 'waiting');
      assert.ok(performance.now() - began < 15_000);
      await lab.host('link', lab.node2, 'up');
      const { localPort } = await world.becomes('mlflow', 'up');
      assert.equal(await (await fetch(`http://127.0.0.1:${localPort ?? 0}/`)).text(), 'linked\n');
    } finally {
      await lab.host('link', lab.node2, 'up');
      const again = await world.connections.to(lab.node2, signal);
      await again.run(`kill ${Number(stdout)}`, freely());
    }
  });

  it('a server that allows one session at a time runs all commands, one after the other', async () => {
    await lab.host('sshd', lab.mlflow, 'MaxSessions 1');
    const connection = await world.connections.to(lab.mlflow, signal);
    world.forwards.start(world.mlflow());
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, at) => connection.run(`sleep 0.1; echo ${at}`, freely())),
    );
    assert.deepEqual(
      all.map(({ exit, stdout }) => [exit, stdout]),
      Array.from({ length: 6 }, (_, at) => [0, `${at}\n`]),
    );
    await world.becomes('mlflow', 'up');
    assert.equal(world.connections.list().length, 1);
  });

  it('a server that forbids forwards is said, and not asked for ever', async () => {
    await lab.host('sshd', lab.mlflow, 'AllowTcpForwarding no');
    world.forwards.start(world.mlflow());
    const { state } = await world.becomes('mlflow', 'refused');
    assert.ok(state.kind === 'refused');
    assert.match(state.what, /does not allow forwards/);
    assert.ok(state.next?.includes('AllowTcpForwarding'));
  });

  it('a service behind two jump hosts is forwarded', async () => {
    const connection = await world.connections.to(lab.node3, signal);
    const { stdout } = await connection.run(
      'mkdir -p /tmp/page && cd /tmp/page && echo deep > index.html && (python3 -m http.server 8123 --bind 127.0.0.1 >/dev/null 2>&1 & echo $!)',
      freely(),
    );
    try {
      world.forwards.start(world.mlflow({ target: lab.node3, remotePort: 8123 }));
      const { localPort } = await until(
        () => world.becomes('mlflow', 'up', 'degraded'),
        async (forward) => {
          if (forward.state.kind !== 'up') await world.forwards.restart('mlflow');
          return forward.state.kind === 'up';
        },
      );
      assert.equal(await (await fetch(`http://127.0.0.1:${localPort ?? 0}/`)).text(), 'deep\n');
    } finally {
      await connection.run(`kill ${Number(stdout)}`, freely());
    }
  });

  it('a server that was rebuilt stops its forward until its key is learnt anew', async () => {
    world.forwards.start(world.mlflow());
    await world.becomes('mlflow', 'up');
    await lab.host('rekey', lab.mlflow);
    await lab.host('drop', lab.mlflow);
    const { state } = await world.becomes('mlflow', 'refused');
    assert.ok(state.kind === 'refused' && state.what.includes('host key'), JSON.stringify(state));
    await world.known.forget(lab.mlflow.serverId);
    await world.forwards.restart('mlflow');
    await world.becomes('mlflow', 'up');
    assert.deepEqual(world.asked, ['mlflow', 'mlflow'], 'its console, both times');
  });

  describe('are found by the ladder', () => {
    const ladder = async (target: Target = lab.mlflow, from: World = world): Promise<Diagnosis> =>
      climb(
        right(),
        {
          door: (inner) => lookAtDoor(target, { ...from.options, connections: from.connections }, inner),
          pinned: () => from.known.pinned(target.serverId),
          printed: await lab.console(lab.mlflow),
          login: (inner) => from.connections.to(target, inner),
          owner: 'me',
          listening: async (connection, inner) => {
            const { listeningPorts } = await import('../../src/ssh');
            return listeningPorts(connection, inner);
          },
          services: [{ name: 'MLflow', port: lab.ports.mlflow }],
        },
        signal,
        () => undefined,
      );
    const cause = async (...args: Parameters<typeof ladder>): Promise<string> => {
      const found = causeOf(await ladder(...args));
      return found === undefined ? 'none' : `${found.id}: ${found.what}`;
    };

    it('when there are none', async () => {
      assert.equal(await cause(), 'none');
    });
    it('when sshd does not listen', async () => {
      await lab.host('ssh', lab.mlflow, 'off');
      let found = await cause();
      // The listener goes away within a moment, which may be in the middle of a climb.
      while (!found.startsWith('tcp: ')) found = await cause();
      assert.match(found, /^tcp: .*refuses connections/);
    });
    /** The cause as who has no patience finds it. */
    const soonCause = async (): Promise<string> => {
      const hasty = new World(lab, undefined, hurried);
      try {
        return await cause(lab.mlflow, hasty);
      } finally {
        await hasty.end();
      }
    };

    it('when packets get no answer', async () => {
      await lab.host('net', lab.mlflow, 'cut');
      assert.match(await soonCause(), /^tcp: .*does not answer on port 22/);
    });
    it('when sshd says nothing', async () => {
      await lab.host('ssh', lab.mlflow, 'hang');
      let found = '';
      while (!found.startsWith('banner: ')) found = await soonCause();
      assert.match(found, /^banner: It takes the connection and says nothing/);
    });
    it('when its address is another server’s', async () => {
      assert.match(
        await cause({ ...lab.mlflow, address: lab.ray.address }),
        /^hostKey: What answers is not this server/,
      );
    });
    it('when no key is accepted', async () => {
      const stranger = new World(lab, { agent: undefined, files: [{ path: lab.keys.stranger }] });
      try {
        assert.match(await cause(lab.mlflow, stranger), /^login: None of your keys is accepted/);
      } finally {
        await stranger.end();
      }
    });
    it('when the shell ends at once', async () => {
      await lab.host('sshd', lab.mlflow, 'ForceCommand echo This account is not available; exit 1');
      assert.match(await cause(), /^shell: Its shell ends at once \(1\): This account is not available/);
    });
  });

  it('words of a server are text, however long and odd', async () => {
    await lab.host(
      'sshd',
      lab.mlflow,
      `ForceCommand head -c 10000000 /dev/zero | tr '\\\\0' x; printf '\\\\033[31m$(id)'`,
    );
    const connection = await world.connections.to(lab.mlflow, signal);
    const { truncated, stdout } = await connection.run('true', freely());
    assert.ok(truncated && stdout.length === 1_000_000);
  });
});

/** Asks again until the answer fits. */
async function until<T>(ask: () => Promise<T>, fits: (answer: T) => Promise<boolean>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (await fits(answer)) return answer;
  }
}
