import assert from 'node:assert/strict';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { connect, downloadFolder, lookAtDoor, SshError, upload, type Keys } from '../../src/ssh';
import { securityKey } from '../unit/ssh/securityKey';
import { up, type Lab } from './setup';
import { endsWhole, freely, World } from './world';

const run = promisify(execFile);
const signal = new AbortController().signal;
const AFTER_QUANTUM = 'KexAlgorithms sntrup761x25519-sha512@openssh.com';

describe('what only the person’s own ssh can do', function () {
  // Each connection is tried by ssh2 first, and its program starts anew.
  this.timeout(60_000);
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
    await lab.host('sshd', lab.mlflow);
    await world.end();
  });
  /** How many processes use its sockets. */
  const ofOurSsh = async (): Promise<number> =>
    Number((await run('sh', ['-c', 'pgrep -fc "ControlPath=.*/chl-" || true'])).stdout);
  const ofOurs = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('chl-'));

  for (const only of [AFTER_QUANTUM, 'Ciphers chacha20-poly1305@openssh.com'])
    it(`a server with “${only}” is met by its console, and runs commands`, async () => {
      const before = ofOurs();
      await lab.host('sshd', lab.mlflow, only);
      await assert.rejects(
        connect(lab.mlflow, { ...world.options, own: undefined, signal }),
        (thrown: unknown) => thrown instanceof SshError && thrown.kind === 'encryption',
        'without it this is said',
      );
      const connection = await world.connections.to(lab.mlflow, signal);
      assert.deepEqual(world.asked, ['mlflow'], 'its console, once');
      assert.ok((await world.known.pinned('mlflow')).length > 0);
      const command = 'hostname; printf "%s" "$WHO"; echo oh >&2; exit 3';
      assert.deepEqual(await connection.run(command, freely({ WHO: `it's "me" $(id)\n-o x` })), {
        exit: 3,
        stdout: `node-mlflow-ab1234\nit's "me" $(id)\n-o x`,
        stderr: 'oh\n',
        truncated: false,
      });
      connection.close();
      await connection.closed;
      await until(() => ofOurs().length <= before.length);
    });

  it('its forward is up, tells why a port is not, and comes back when the connection was cut', async () => {
    await lab.host('sshd', lab.mlflow, AFTER_QUANTUM);
    world.forwards.start(world.mlflow());
    const { localPort } = await world.becomes('mlflow', 'up');
    const url = `http://127.0.0.1:${localPort ?? 0}/`;
    const pages = await Promise.all(Array.from({ length: 12 }, async () => (await fetch(url)).status));
    assert.deepEqual(new Set(pages), new Set([200]));
    world.forwards.start(world.mlflow({ id: 'none', remotePort: 8001 }));
    const { state } = await world.becomes('none', 'degraded');
    assert.ok(state.kind === 'degraded');
    assert.match(state.what, /Nothing listens on port 8001/);
    await world.forwards.remove('none');
    await lab.host('drop', lab.mlflow);
    await world.becomes('mlflow', 'waiting', 'connecting');
    const again = await world.becomes('mlflow', 'up');
    assert.equal(again.localPort, localPort);
    assert.equal((await fetch(url)).status, 200);
  });

  it('a server that forbids forwards is said, and not asked for ever', async () => {
    await lab.host('sshd', lab.mlflow, AFTER_QUANTUM, 'AllowTcpForwarding no');
    world.forwards.start(world.mlflow());
    const { state } = await world.becomes('mlflow', 'refused');
    assert.ok(state.kind === 'refused');
    assert.match(state.what, /does not allow forwards/);
  });

  it('a server that allows one session at a time runs commands, forwards and files, one after the other', async () => {
    await lab.host('sshd', lab.mlflow, AFTER_QUANTUM, 'MaxSessions 1');
    const connection = await world.connections.to(lab.mlflow, signal);
    await connection.run('mkdir -p one && echo a > one/a', freely());
    const all = await Promise.all(
      Array.from({ length: 4 }, (_, at) => connection.run(`sleep 0.1; echo ${at}`, freely())),
    );
    assert.deepEqual(
      all.map(({ exit, stdout, stderr }) => [exit, stdout, stderr]),
      Array.from({ length: 4 }, (_, at) => [0, `${at}\n`, '']),
    );
    world.forwards.start(world.mlflow());
    const { localPort } = await world.becomes('mlflow', 'up');
    const here = mkdtempSync(path.join(tmpdir(), 'saved '));
    try {
      const [saved, asked, page] = await Promise.all([
        downloadFolder(connection, '~/one', here, signal, () => undefined),
        connection.run('hostname', freely()),
        fetch(`http://127.0.0.1:${localPort ?? 0}/`),
      ]);
      assert.deepEqual(
        saved.files.map((file) => file.path),
        ['a'],
      );
      assert.deepEqual([asked.exit, page.status], [0, 200]);
    } finally {
      rmSync(here, { recursive: true });
    }
    assert.equal(world.connections.list().length, 1);
  });

  it('nothing of it is left when the process that holds it is killed', async () => {
    await lab.host('sshd', lab.mlflow, AFTER_QUANTUM);
    const program = path.join(world.folder, 'window.ts');
    writeFileSync(
      program,
      `import { World } from ${JSON.stringify(path.resolve('test/ssh/world.ts'))};
       import { up } from ${JSON.stringify(path.resolve('test/ssh/setup.ts'))};
       up().then(async (lab) => {
         const { connections } = new World(lab);
         await connections.to(lab.mlflow, new AbortController().signal);
         process.send?.('connected');
       });`,
    );
    const before = await ofOurSsh();
    const window = fork(program, [], { execArgv: ['--import=tsx'] });
    await once(window, 'message');
    assert.ok((await ofOurSsh()) > before);
    window.kill('SIGKILL');
    while ((await ofOurSsh()) > before);
  });

  it('its door is looked at, too: the ladder finds its host key', async () => {
    await lab.host('sshd', lab.mlflow, AFTER_QUANTUM);
    const { connections } = world;
    const door = await lookAtDoor(lab.mlflow, { ...world.options, connections }, signal);
    assert.match(door.banner ?? '', /^SSH-2\.0-OpenSSH/);
    assert.equal(door.handshake, undefined);
    const printed = await lab.console(lab.mlflow);
    assert.ok(printed.some((key) => key.base64 === door.hostKey?.base64));
  });

  it('files are saved and put there', async () => {
    await lab.host('sshd', lab.mlflow, AFTER_QUANTUM);
    const connection = await world.connections.to(lab.mlflow, signal);
    const here = mkdtempSync(path.join(tmpdir(), 'saved '));
    try {
      const there = 'rm -rf own && mkdir own && head -c 3000000 /dev/urandom > own/a && sha256sum < own/a';
      const { stdout } = await connection.run(there, freely());
      const { files } = await downloadFolder(connection, '~/own', here, signal, () => undefined);
      assert.equal(files[0]?.sha256, stdout.slice(0, 64));
      await upload(connection, path.join(here, 'a'), '~/own/back', signal, () => undefined).catch(
        () => undefined,
      );
      writeFileSync(path.join(here, 'b'), 'b');
      await upload(connection, path.join(here, 'b'), '~/own', signal, () => undefined);
      assert.equal((await connection.run('cat own/b; rm -rf own', freely())).stdout, 'b');
    } finally {
      rmSync(here, { recursive: true });
    }
  });

  it('a command that takes too long is ended with all its children', async () => {
    await lab.host('sshd', lab.mlflow, AFTER_QUANTUM);
    const connection = await world.connections.to(lab.mlflow, signal);
    await endsWhole(connection, [5252, 5253]);
  });

  it('at the recycled address of another it stops, with both fingerprints', async () => {
    await world.connections.to(lab.mlflow, signal);
    world.connections.dispose();
    await lab.host('sshd', lab.ray, AFTER_QUANTUM);
    try {
      const recycled = { ...lab.mlflow, address: lab.ray.address };
      await assert.rejects(connect(recycled, { ...world.options, signal }), (thrown: unknown) => {
        assert.ok(thrown instanceof SshError);
        assert.equal(thrown.kind, 'hostKeyChanged', thrown.message);
        assert.equal(new Set(thrown.message.match(/SHA256:[A-Za-z0-9+/]{43}/g)).size, 2, thrown.message);
        return true;
      });
    } finally {
      await lab.host('sshd', lab.ray);
    }
  });

  it('packets that get no answer end it within its time', async () => {
    await lab.host('sshd', lab.mlflow, AFTER_QUANTUM);
    const connection = await world.connections.to(lab.mlflow, signal);
    const began = performance.now();
    await lab.host('net', lab.mlflow, 'cut');
    const reason = await connection.closed;
    assert.ok(reason instanceof SshError && reason.kind === 'closed');
    assert.ok(performance.now() - began < 20_000, `${Math.round(performance.now() - began)} ms`);
  });

  describe('a certificate', () => {
    let folder: string;
    const keys = (name: string): Keys => ({ agent: undefined, files: [{ path: path.join(folder, name) }] });
    before(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'certificates-'));
      const make = (name: string): Promise<unknown> =>
        run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(folder, name)]);
      await Promise.all(['ca', 'mine', 'bare', 'other'].map(make));
      const sign = (name: string, who: string): Promise<unknown> =>
        run('ssh-keygen', [
          '-q',
          '-s',
          path.join(folder, 'ca'),
          '-I',
          who,
          '-n',
          who,
          path.join(folder, `${name}.pub`),
        ]);
      await sign('mine', 'cc');
      await sign('other', 'somebody');
    });
    after(() => {
      rmSync(folder, { recursive: true });
    });
    const trusted = (): Promise<void> =>
      lab.host(
        'sshd',
        lab.mlflow,
        'AuthorizedKeysFile none',
        `TrustedUserCAKeys ${path.join(folder, 'ca.pub')}`,
      );

    it('of the authority that the server trusts lets in', async () => {
      await trusted();
      const own = new World(lab, keys('mine'));
      try {
        own.forwards.start(world.mlflow());
        await own.becomes('mlflow', 'up');
        const connection = await own.connections.to(lab.mlflow, signal);
        assert.equal((await connection.run('whoami', freely())).stdout, 'cc\n');
      } finally {
        await own.end();
      }
    });

    it('for another name, or none, does not', async () => {
      await trusted();
      for (const name of ['other', 'bare'])
        await assert.rejects(
          connect(lab.mlflow, { ...world.options, keys: keys(name), signal }),
          (thrown: unknown) => thrown instanceof SshError && thrown.kind === 'auth',
          name,
        );
    });

    it('that the agent holds lets in, too', async () => {
      await trusted();
      const socket = path.join(folder, 'agent');
      const agent = execFile('ssh-agent', ['-D', '-a', socket]);
      try {
        await until(() => existsSync(socket));
        await run('ssh-add', ['-q', path.join(folder, 'mine')], {
          env: { ...process.env, SSH_AUTH_SOCK: socket },
        });
        const made = await connect(lab.mlflow, {
          ...world.options,
          keys: { agent: socket, files: [] },
          signal,
        });
        made.close();
        await made.closed;
      } finally {
        agent.kill();
      }
    });
  });

  it('a security key whose device is not there is said', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'fido-'));
    try {
      const file = path.join(folder, 'id_ed25519_sk');
      writeFileSync(file, securityKey(), { mode: 0o600 });
      const { stdout } = await run('ssh-keygen', ['-y', '-f', file]);
      // sshd reads it as the user.
      chmodSync(folder, 0o755);
      const authorized = path.join(folder, 'authorized');
      writeFileSync(authorized, stdout);
      await lab.host('sshd', lab.mlflow, `AuthorizedKeysFile ${authorized}`);
      await assert.rejects(
        connect(lab.mlflow, {
          ...world.options,
          keys: { agent: undefined, files: [{ path: file }] },
          signal,
        }),
        (thrown: unknown) => {
          assert.ok(thrown instanceof SshError);
          assert.equal(thrown.kind, 'noKey', thrown.message);
          assert.match(thrown.message, /security key did not sign/);
          return true;
        },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Asks again until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
