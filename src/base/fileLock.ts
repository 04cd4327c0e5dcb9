import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { sleep, systemClock, type Clock } from './clock';

/** A lock file that all windows of this machine see: one of them holds it, by writing its own name into it. */
export interface FileLock {
  readonly file: string;
  /** This holder's name, unlike all others: see `holderName`. */
  readonly id: string;
  readonly clock: Clock;
  /** A lock that was not touched for so long belonged to a window that is gone, ms. */
  readonly staleMs: number;
}

/** A name for who holds locks, from which others see when its process has ended without giving them back. */
export function holderName(): string {
  return `${process.pid}@${hostname()} ${randomUUID()}`;
}

/** Takes the lock if it is free or its holder is gone. Never waits. */
export async function tryLock(lock: FileLock): Promise<boolean> {
  if (await written(lock.file, lock)) return true;
  if (!(await isGone(lock))) return holds(lock);
  return takenOver(lock);
}

/** Who has it now: nobody who lives, this window, another one, or one that was not heard of for long. */
export async function lockState(lock: FileLock): Promise<'free' | 'mine' | 'another' | 'stale'> {
  const holder = await holderOf(lock);
  if (holder === undefined || hasEnded(holder)) return 'free';
  if (holder === lock.id) return 'mine';
  return (await isStale(lock, lock.file)) ? 'stale' : 'another';
}

/** True while the lock is this window's. */
export async function holds(lock: FileLock): Promise<boolean> {
  return (await holderOf(lock)) === lock.id;
}

/** Says that the holder lives. @returns false if another window has taken it over (after a long sleep) */
export async function touch(lock: FileLock): Promise<boolean> {
  if (!(await holds(lock))) return false;
  const now = lock.clock.now() / 1000;
  await utimes(lock.file, now, now).catch(() => undefined);
  return true;
}

/** Gives it back; nothing happens to one that is another's. */
export async function unlock(lock: FileLock): Promise<void> {
  if (await holds(lock)) await rm(lock.file, { force: true });
}

const WAIT_MS = 100;

/**
 * Runs something while no other window runs the same.
 * @throws AbortError on a cancel while waiting; what `run` throws
 */
export async function whileLocked<T>(
  lock: FileLock,
  run: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  while (!(await tryLock(lock))) await sleep(lock.clock, WAIT_MS, signal);
  try {
    return await run();
  } finally {
    await unlock(lock);
  }
}

/** Runs something while nobody else runs the same. */
export type Guard = <T>(run: () => Promise<T>) => Promise<T>;

/** One after the other within this process. */
export function oneByOne(): Guard {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const mine = last.catch(() => undefined).then(run);
    last = mine;
    return mine;
  };
}

/** A change takes milliseconds: who holds the lock for so long was ended in the middle of one. */
const CHANGE_MS = 10_000;

/** For changes of a file that all windows of this machine make: one after the other, by a lock beside it. */
export function lockedBeside(file: string, staleMs = CHANGE_MS): Guard {
  const lock: FileLock = { file: `${file}.lock`, id: holderName(), clock: systemClock, staleMs };
  const here = oneByOne();
  return (run) =>
    here(async () => {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      return whileLocked(lock, run);
    });
}

async function written(file: string, { id, clock }: FileLock): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(id);
    await handle.utimes(clock.now() / 1000, clock.now() / 1000);
    await handle.close();
    return true;
  } catch (thrown) {
    if (isCode(thrown, 'EEXIST')) return false;
    throw thrown;
  }
}

async function holderOf({ file }: FileLock): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

async function isGone(lock: FileLock): Promise<boolean> {
  const holder = await holderOf(lock);
  return (holder !== undefined && hasEnded(holder)) || isStale(lock, lock.file);
}

/** Whether the process of a `holderName` is gone. Of another machine with the same folder nothing is known. */
export function hasEnded(holder: string): boolean {
  const [, pid, host] = /^(\d+)@(\S+) /.exec(holder) ?? [];
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (thrown) {
    return isCode(thrown, 'ESRCH'); // EPERM: it is somebody else's, and lives
  }
}

async function isStale({ clock, staleMs }: FileLock, file: string): Promise<boolean> {
  const touched = await stat(file).catch(() => undefined);
  return touched !== undefined && Math.abs(clock.now() - touched.mtimeMs) > staleMs;
}

/** Only one window may take a lock over: two would each remove what the other has just written. */
async function takenOver(lock: FileLock): Promise<boolean> {
  const turn = `${lock.file}.turn`;
  if (!(await written(turn, lock))) {
    if (await isStale(lock, turn)) await rm(turn, { force: true });
    return false;
  }
  try {
    if (await isGone(lock)) await rm(lock.file, { force: true });
    return await written(lock.file, lock);
  } finally {
    await rm(turn, { force: true });
  }
}

function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
