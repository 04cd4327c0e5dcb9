import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { connect, SshError, sshConfig, terminalCommand, writeSshConfig, type Target } from '../../src/ssh';
import { up, type Lab } from './setup';
import { endsWhole, freely, World } from './world';

const run = promisify(execFile);
const signal = new AbortController().signal;

describe('a real sshd', () => {
  let lab: Lab;
  let world: World;
  before(async () => {
    lab = await up();
  });
  beforeEach(() => {
    world = new World(lab);
  });
  afterEach(() => world.end());

  const withSsh = async (
    target: Target,
    command: string,
  ): Promise<{ code: number; out: string; err: string }> => {
    const file = path.join(world.folder, 'config');
    await writeSshConfig(
      file,
      sshConfig([target], { knownHostsFile: world.known.file, keys: world.options.keys }),
    );
    const line = terminalCommand(target, { configFile: file });
    return run(line.file, [...line.args, command]).then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
      (thrown: { code: number; stdout: string; stderr: string }) => ({
        code: thrown.code,
        out: thrown.stdout,
        err: thrown.stderr,
      }),
    );
  };

  it('is met by its console, asked by a probe, and known to the user’s own ssh from then on', async () => {
    const before = await withSsh(lab.mlflow, 'hostname');
    assert.equal(before.code, 255);
    assert.match(before.err, /No ED25519 host key is known|Host key verification failed/);

    const connection = await world.connections.to(lab.mlflow, signal);
    const got = await connection.run(
      'hostname; printf "%s" "$WHO"; exit 3',
      freely({ WHO: `it's "me" $(id)` }),
    );
    assert.deepEqual(got, {
      exit: 3,
      stdout: `node-mlflow-ab1234\nit's "me" $(id)`,
      stderr: '',
      truncated: false,
    });
    assert.deepEqual(await withSsh(lab.mlflow, 'hostname; whoami'), {
      code: 0,
      out: 'node-mlflow-ab1234\ncc\n',
      err: '',
    });
  });

  it('behind one and two jump hosts is reached by us and by ssh', async () => {
    for (const target of [lab.node2, lab.node3]) {
      const connection = await world.connections.to(target, signal);
      assert.equal((await connection.run('hostname', freely())).stdout, `${target.name}\n`);
      assert.deepEqual(await withSsh(target, 'hostname'), { code: 0, out: `${target.name}\n`, err: '' });
    }
    assert.deepEqual(world.asked, ['node1', 'node2', 'node3'], 'hosts on the way are shared');
  });

  it('at the recycled address of another is told apart, by us and by ssh', async () => {
    await world.connections.to(lab.mlflow, signal);
    const recycled = { ...lab.mlflow, address: lab.ray.address };
    const [wanted] = await lab
      .console(lab.mlflow)
      .then((keys) => keys.filter((key) => key.type === 'ssh-ed25519'));
    const [shown] = await lab
      .console(lab.ray)
      .then((keys) => keys.filter((key) => key.type === 'ssh-ed25519'));
    await assert.rejects(connect(recycled, { ...world.options, signal }), (thrown: unknown) => {
      assert.ok(thrown instanceof SshError);
      assert.equal(thrown.kind, 'hostKeyChanged');
      assert.ok(thrown.message.includes(wanted?.fingerprint ?? '?'), thrown.message);
      assert.ok(thrown.message.includes(shown?.fingerprint ?? '?'), thrown.message);
      return true;
    });
    const ssh = await withSsh(recycled, 'hostname');
    assert.equal(ssh.code, 255);
    assert.match(ssh.err, /REMOTE HOST IDENTIFICATION HAS CHANGED/);
  });

  it('that was never met is refused if it is not what its console printed', async () => {
    const other = { ...world.options.decision, consoleKeys: () => lab.console(lab.ray) };
    await assert.rejects(
      connect(lab.mlflow, { ...world.options, decision: other, signal }),
      (thrown: unknown) => thrown instanceof SshError && thrown.kind === 'hostKeyRejected',
    );
    assert.deepEqual(await world.known.pinned('mlflow'), []);
  });

  it('takes RSA and Ed25519 keys, says that it takes no other, and a locked one by its passphrase', async () => {
    for (const [file, kind] of [
      [lab.keys.rsa, undefined],
      [lab.keys.ed25519, undefined],
      [lab.keys.stranger, 'auth'],
      [lab.keys.locked, 'noKey'],
    ] as const) {
      const made = connect(lab.mlflow, {
        ...world.options,
        keys: { agent: undefined, files: [{ path: file }] },
        signal,
      });
      if (kind === undefined) (await made).close();
      else
        await assert.rejects(made, (thrown: unknown) => thrown instanceof SshError && thrown.kind === kind);
    }
    const unlocked = await connect(lab.mlflow, {
      ...world.options,
      keys: { agent: undefined, files: [{ path: lab.keys.locked, passphrase: lab.keys.passphrase }] },
      signal,
    });
    unlocked.close();
  });

  it('takes keys of all kinds and forms that ssh-keygen makes', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kinds-'));
    try {
      // sshd reads it as the user.
      chmodSync(folder, 0o755);
      const kinds = [
        ['ed25519', '-t', 'ed25519'],
        ['ecdsa-256', '-t', 'ecdsa', '-b', '256'],
        ['ecdsa-384-pem', '-t', 'ecdsa', '-b', '384', '-m', 'PEM'],
        ['ecdsa-521-pkcs8', '-t', 'ecdsa', '-b', '521', '-m', 'PKCS8'],
        ['rsa-pem', '-t', 'rsa', '-b', '2048', '-m', 'PEM'],
        ['rsa-pkcs8', '-t', 'rsa', '-b', '2048', '-m', 'PKCS8'],
      ].flatMap(([name = '', ...options]) => [
        { file: path.join(folder, name), options, passphrase: '' },
        { file: path.join(folder, `${name}-locked`), options, passphrase: 'of this test' },
      ]);
      for (const { file, options, passphrase } of kinds)
        await run('ssh-keygen', ['-q', '-a', '1', '-N', passphrase, '-f', file, ...options]);
      const all = kinds.map(({ file }) => readFileSync(`${file}.pub`, 'utf8')).join('');
      writeFileSync(path.join(folder, 'authorized'), all);
      await lab.host('sshd', lab.mlflow, `AuthorizedKeysFile ${path.join(folder, 'authorized')}`);
      for (const { file, passphrase } of kinds) {
        const keys = { agent: undefined, files: [{ path: file, passphrase }] };
        const made = await connect(lab.mlflow, { ...world.options, keys, own: undefined, signal }).catch(
          (thrown: unknown) => {
            throw new Error(path.basename(file), { cause: thrown });
          },
        );
        made.close();
      }
    } finally {
      await lab.host('sshd', lab.mlflow);
      rmSync(folder, { recursive: true });
    }
  }).timeout(60_000);

  it('takes a locked key that the agent holds', async () => {
    const socket = path.join(world.folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await once(agent.stdout, 'data');
      const askpass = path.join(world.folder, 'askpass');
      writeFileSync(askpass, `#!/bin/sh\necho '${lab.keys.passphrase}'\n`);
      chmodSync(askpass, 0o700);
      await run('ssh-add', ['-q', lab.keys.locked], {
        env: { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' },
      });
      for (const files of [[{ path: lab.keys.locked }], []]) {
        const made = await connect(lab.mlflow, { ...world.options, keys: { agent: socket, files }, signal });
        made.close();
      }
    } finally {
      agent.kill();
      await once(agent, 'exit');
    }
  });

  it('ends a command that takes too long, with all its children', async () => {
    const connection = await world.connections.to(lab.mlflow, signal);
    await endsWhole(connection, [4242, 4243]);
  });

  it('that is off or says nothing is told apart', async () => {
    await lab.host('ssh', lab.node1, 'off');
    try {
      const began = connect(lab.node1, { ...world.options, signal });
      // The listener goes away within a moment; then it refuses.
      await began.then((early) => early.closed).catch(() => undefined);
      await eventually(async () => {
        const failed = await connect(lab.node1, { ...world.options, signal }).catch(
          (thrown: unknown) => thrown,
        );
        return failed instanceof SshError && failed.kind === 'refused';
      });
    } finally {
      await lab.host('ssh', lab.node1, 'on');
      await eventually(() =>
        connect(lab.node1, { ...world.options, signal }).then(
          (made) => {
            made.close();
            return true;
          },
          () => false,
        ),
      );
    }
  });
});

/** Asks again until it is so. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}
