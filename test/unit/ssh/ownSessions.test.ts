import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ClientChannel } from 'ssh2';
import type { OwnSsh } from '../../../src/ssh/own/program';
import { Sessions } from '../../../src/ssh/own/sessions';
import { ScriptedClock } from './scripted';

const target = { serverId: 'id-1', name: 'node1', address: '192.0.2.7', port: 22, user: 'cc', via: [] };
const NO_MORE = 'mux_client_request_session: session request failed: Session open refused by peer';

const programs = [
  ['one too many', `echo '${NO_MORE}' >&2; exit 255`],
  ['speaks first', 'echo hello; exec cat'],
] as const;

describe('sessions on a connection of the person’s own ssh', () => {
  let folder: string;
  let sessions: Sessions;
  let clock: ScriptedClock;
  let started: (() => void)[];

  /** In place of `ssh`: by the command a session that says nothing until it is spoken to, or another one. */
  const standIn: OwnSsh = {
    start: (args) => {
      const [, program] = programs.find(([name]) => args.at(-1)?.includes(name)) ?? [];
      const child = spawn('sh', ['-c', program ?? 'exec cat'], { stdio: 'pipe' });
      for (const tell of started.splice(0)) tell();
      return child;
    },
    hold: () => assert.fail('there is one that stands'),
    makeFolder: () => assert.fail('there is one'),
    removeFolder: () => assert.fail('it is the test’s'),
  };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'own-'));
    clock = new ScriptedClock();
    started = [];
    const { signal } = new AbortController();
    sessions = await Sessions.open({ own: standIn, shared: [], folder, target, clock, signal });
  });
  afterEach(async () => {
    sessions.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (command: string): Promise<ClientChannel> =>
    new Promise((resolve, reject) => {
      sessions.client.exec(command, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(error);
      });
    });

  it('that say nothing have begun after a second, and not before', async () => {
    let has = false;
    const begins = new Promise<void>((resolve) => started.push(resolve));
    const silent = run('sleep 60').then((channel) => {
      has = true;
      return channel;
    });
    await begins;
    clock.advance(999);
    // The answer to what was asked later is here, and theirs is not.
    await assert.rejects(run('one too many'), 'sshd lets no more in');
    assert.equal(has, false);
    clock.advance(1);
    const channel = await silent;
    assert.equal(clock.waiting, 0);
    channel.end('spoken to');
    const [said] = (await channel.toArray()) as unknown[];
    assert.equal(String(said), 'spoken to');
  });

  it('that are refused, or say something, are known at once', async () => {
    await assert.rejects(run('one too many'));
    const channel = await run('speaks first');
    assert.equal(clock.waiting, 0);
    channel.end();
    assert.equal(String(Buffer.concat((await channel.toArray()) as Buffer[])), 'hello\n');
  });
});
