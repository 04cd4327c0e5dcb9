/** Two windows of one person, each a process of its own, on real services. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { cloud, session } from './clouds';
import { Made, until } from './made';
import { Relay } from './relay';

/** A minute passes in six seconds. */
const FASTER = 10;
const PERIOD_MS = 60_000 / FASTER;

interface Told {
  readonly at: number;
  readonly leads?: boolean;
  readonly warned?: string;
  readonly servers?: number;
  readonly started?: number;
}

class Window {
  readonly told: Told[] = [];
  readonly child: ChildProcess;

  constructor(folder: string, id: string, config: object) {
    const program = path.join(import.meta.dirname, 'window.ts');
    this.child = spawn(
      process.execPath,
      ['--import=tsx', program, folder, id, JSON.stringify(config), String(FASTER)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    if (this.child.stdout === null) throw new Error('no output');
    createInterface(this.child.stdout).on('line', (line) => this.told.push(JSON.parse(line) as Told));
  }

  async tells(what: (told: Told) => boolean): Promise<Told> {
    const found = await until(
      () => Promise.resolve(this.told.find(what)),
      (told) => told !== undefined,
    );
    if (found === undefined) throw new Error('it never told');
    return found;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await new Promise((resolve) => this.child.once('exit', resolve));
  }
}

describe('Two windows', function () {
  this.timeout(240_000);
  const relay = new Relay();
  const made = new Made(session(cloud('student_a')));
  const folder = mkdtempSync(path.join(tmpdir(), 'windows-'));
  const open: Window[] = [];

  before(async () => {
    await relay.start();
    await made.hostLease('lease-windows-ab1234', 1, 1.5);
  });
  after(async () => {
    for (const each of open) await each.end();
    relay.stop();
    rmSync(folder, { recursive: true, force: true });
    await made.undo();
  });

  function opened(id: string): Window {
    const window = new Window(folder, id, relay.through(cloud('student_a')));
    open.push(window);
    return window;
  }
  /** Server lists are one a round. */
  const rounds = (): number => relay.asked.filter(({ path: at }) => at.includes('/servers/detail')).length;
  const signIns = (): number => relay.asked.filter(({ path: at }) => at.endsWith('/auth/tokens')).length;
  const afterRounds = async (wanted: number): Promise<{ asked: number; tookMs: number }> => {
    const [from, began, asked] = [rounds(), Date.now(), relay.asked.length];
    await until(
      () => Promise.resolve(rounds()),
      (now) => now >= from + wanted,
    );
    return { asked: relay.asked.length - asked, tookMs: Date.now() - began };
  };

  it('ask no more than one, sign in once, warn once; when the leader is killed the other goes on', async () => {
    const a = opened('a');
    await a.tells(({ started }) => started !== undefined);
    await a.tells(({ warned }) => warned === 'lease-windows-ab1234');
    const alone = await afterRounds(2);
    const [signedIn] = [signIns()];

    const b = opened('b');
    const { started } = await b.tells(({ started: there }) => there !== undefined);
    assert.ok((started ?? 0) > 0, 'the other shows what the leader knows');
    const both = await afterRounds(3);
    // Rounds come no faster, and one costs no more.
    assert.ok(both.tookMs > 2 * PERIOD_MS, `three rounds in ${both.tookMs} ms`);
    assert.ok(both.asked / 3 <= (alone.asked / 2) * 1.2, `${both.asked} for three, ${alone.asked} for two`);
    assert.equal(signIns(), signedIn);

    const killedAt = Date.now();
    await a.end();
    await b.tells(({ leads }) => leads === true);
    const [heir] = [Date.now() - killedAt];
    assert.ok(heir <= PERIOD_MS, `taken over after ${heir * FASTER} ms of its clock`);
    await afterRounds(1);
    assert.equal(signIns(), signedIn + 1);
    const warnings = [...a.told, ...b.told].filter(({ warned }) => warned === 'lease-windows-ab1234');
    assert.equal(warnings.length, 1);
    const kept = readFileSync(path.join(folder, 'inventory.snapshot'), 'utf8');
    assert.ok(!kept.includes(cloud('student_a').credential.secret));
  });
});
