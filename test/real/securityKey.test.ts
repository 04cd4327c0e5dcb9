import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { downloadFolder, SshError, type Keys } from '../../src/ssh';
import { up, type Lab } from '../ssh/setup';
import { freely, World } from '../ssh/world';

const run = promisify(execFile);
const signal = new AbortController().signal;

/**
 * Keys of a security key (FIDO), to a real sshd. The device is OpenSSH's own stand-in for its tests, which signs as one
 * does that was touched: all but the USB is real. It is taken out of Debian's package, which is not installed.
 */
describe('a security key', function () {
  this.timeout(60_000);
  let lab: Lab;
  let folder: string;
  let authorized: string;
  let device: string;
  const key = (name: string): string => path.join(folder, name);
  before(async () => {
    lab = await up(['mlflow']);
    folder = mkdtempSync(path.join(tmpdir(), 'security-key-'));
    chmodSync(folder, 0o755); // sshd reads the public keys as the user
    await run('apt-get', ['download', '-q', 'openssh-tests'], { cwd: folder });
    const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.deb'));
    await run('dpkg-deb', ['-x', archive, 'package'], { cwd: folder });
    device = path.join(folder, 'package/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so');
    for (const type of ['ed25519-sk', 'ecdsa-sk', 'ed25519'])
      await run('ssh-keygen', ['-q', '-t', type, '-w', device, '-N', '', '-f', key(type)]);
    authorized = key('authorized');
    const accepted = ['ed25519-sk', 'ecdsa-sk'].map((type) => readFileSync(`${key(type)}.pub`, 'utf8'));
    writeFileSync(authorized, accepted.join(''));
    await lab.host('sshd', lab.mlflow, `AuthorizedKeysFile ${authorized}`);
  });
  after(async () => {
    await lab.host('sshd', lab.mlflow);
    rmSync(folder, { recursive: true });
  });

  const having = async (keys: Keys, use: (world: World) => Promise<void>): Promise<void> => {
    const world = new World(lab, keys);
    try {
      await use(world);
    } finally {
      await world.end();
    }
  };
  const file = (name: string): Keys => ({
    agent: undefined,
    files: [{ path: key(name) }],
    securityKeyProvider: device,
  });

  for (const type of ['ed25519-sk', 'ecdsa-sk'])
    it(`of the kind ${type} logs in for commands, forwards and files`, () =>
      having(file(type), async (world) => {
        const connection = await world.connections.to(lab.mlflow, signal);
        assert.equal((await connection.run('whoami', freely())).stdout, 'cc\n');
        world.forwards.start(world.mlflow());
        const { localPort } = await world.becomes('mlflow', 'up');
        assert.equal((await fetch(`http://127.0.0.1:${localPort ?? 0}/`)).status, 200);
        await connection.run('mkdir -p sk && echo a > sk/a', freely());
        const { files } = await downloadFolder(connection, '~/sk', world.folder, signal, () => undefined);
        assert.equal(files.length, 1);
        assert.equal(world.connections.list().length, 1, 'one touch for all of it');
      }));

  it('that the agent holds logs in, too', async () => {
    const socket = key('agent');
    const agent = spawn('ssh-agent', ['-D', '-P', device, '-a', socket], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      await once(agent.stdout, 'data');
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      await run('ssh-add', ['-q', '-S', device, key('ed25519-sk')], { env });
      await having({ agent: socket, files: [] }, async (world) => {
        const connection = await world.connections.to(lab.mlflow, signal);
        assert.equal((await connection.run('whoami', freely())).stdout, 'cc\n');
      });
    } finally {
      agent.kill();
    }
  });

  it('is said where its device is gone, and no other key of the person is accepted', async () => {
    // The machine's own ssh looks for one at USB, and there is none.
    await having({ ...file('ed25519-sk'), securityKeyProvider: undefined }, async (world) => {
      await assert.rejects(world.connections.to(lab.mlflow, signal), (thrown: unknown) => {
        assert.ok(thrown instanceof SshError && thrown.kind === 'noKey', String(thrown));
        assert.match(thrown.message, /security key did not sign/);
        return true;
      });
    });
    await having(file('ed25519'), async (world) => {
      await assert.rejects(
        world.connections.to(lab.mlflow, signal),
        (thrown: unknown) => thrown instanceof SshError && thrown.kind === 'auth',
      );
    });
  });
});
