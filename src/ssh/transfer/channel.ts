import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import { abortError, Problem } from '../../base';
import { whenAborted } from '../abort';
import { SshConnection } from '../connection';
import type { Connection } from '../types';
import { widen } from '../window';

/** Bytes that are under way at once: what a link of 20 ms needs to be full at 200 MB/s. */
const UNDER_WAY = 4 * 1024 * 1024;
/** OpenSSH gives as much at a time; a server that gives less is asked for the rest. */
const READ = 128 * 1024;
/** Every server takes as much at a time. */
const WRITE = 32 * 1024;

/** A server's files over one SFTP channel. Everything ends with the signal. */
export class SftpChannel {
  readonly #sftp: SFTPWrapper;
  readonly #signal: AbortSignal;

  private constructor(sftp: SFTPWrapper, signal: AbortSignal) {
    this.#sftp = sftp;
    this.#signal = signal;
  }

  /** Opens a channel for `use` and closes it. @throws Problem where the server has no SFTP */
  static async use<T>(
    connection: Connection,
    signal: AbortSignal,
    use: (files: SftpChannel) => Promise<T>,
  ): Promise<T> {
    if (!(connection instanceof SshConnection))
      throw new Problem('Files are copied over connections of our own only.');
    const sftp = await connection.sftp(signal);
    sftp.on('error', () => undefined);
    const forget = whenAborted(signal, () => sftp.end());
    try {
      return await use(new SftpChannel(sftp, signal));
    } finally {
      forget();
      sftp.end();
    }
  }

  /** Where `path` really is; `~` is the home folder. */
  real(path: string): Promise<string> {
    const inHome = path === '~' ? '.' : path.startsWith('~/') ? `./${path.slice(2)}` : path;
    return this.#ask(`${path} was not found`, (done) => this.#sftp.realpath(inHome, done));
  }

  list(folder: string): Promise<FileEntryWithStats[]> {
    return this.#ask(`${folder} can't be listed`, (done) => this.#sftp.readdir(folder, done));
  }

  stat(path: string): Promise<Stats> {
    return this.#ask(`${path} was not found`, (done) => this.#sftp.stat(path, done));
  }

  /** Makes a folder; one that is there is fine. */
  async folder(path: string): Promise<void> {
    await this.#do(`${path} can't be made`, (done) => this.#sftp.mkdir(path, done)).catch(
      async (thrown: unknown) => {
        if (!(await this.stat(path)).isDirectory()) throw thrown;
      },
    );
  }

  /** Replaces `to`, in one step where the server can do that. */
  async rename(from: string, to: string): Promise<void> {
    await this.#do(`${to} can't be written`, (done) => {
      this.#sftp.ext_openssh_rename(from, to, done);
    });
  }

  /** The bytes of a file from `start` on, in order; many requests are under way, few are held. */
  async *read(path: string, start: number, size: number): AsyncGenerator<Buffer> {
    const handle = await this.#ask<Buffer>(`${path} can't be read`, (done) =>
      this.#sftp.open(path, 'r', done),
    );
    const under: Promise<Buffer>[] = [];
    let asked = start;
    const fill = (): void => {
      while (under.length < UNDER_WAY / READ && asked < size) {
        const length = Math.min(READ, size - asked);
        const part = this.#piece(handle, path, asked, length);
        // Taken up in order; one that fails before its turn is no unhandled rejection.
        part.catch(() => undefined);
        under.push(part);
        asked += length;
      }
    };
    try {
      for (fill(); under.length > 0; fill()) {
        const part = await under.shift();
        if (part !== undefined) yield part;
      }
    } finally {
      this.#sftp.close(handle, () => undefined);
    }
  }

  /** Writes what comes, from `start` on. */
  async write(path: string, start: number, mode: number, data: AsyncIterable<Buffer>): Promise<void> {
    const what = `${path} can't be written`;
    const handle = await this.#ask<Buffer>(what, (done) =>
      this.#sftp.open(path, start === 0 ? 'w' : 'r+', mode, done),
    );
    const under = new Set<Promise<void>>();
    let failure: unknown;
    try {
      let at = start;
      for await (const chunk of data)
        for (let offset = 0; offset < chunk.length; offset += WRITE) {
          if (failure !== undefined) throw failure instanceof Error ? failure : new Error(what);
          const part = chunk.subarray(offset, offset + WRITE);
          const place = at;
          at += part.length;
          const writing = this.#do(what, (done) =>
            this.#sftp.write(handle, part, 0, part.length, place, done),
          );
          under.add(writing);
          writing.then(
            () => under.delete(writing),
            (thrown: unknown) => {
              failure ??= thrown;
              under.delete(writing);
            },
          );
          if (under.size >= UNDER_WAY / WRITE) await Promise.race(under);
        }
      await Promise.all(under);
      if (failure !== undefined) throw failure instanceof Error ? failure : new Error(what);
    } finally {
      this.#sftp.close(handle, () => undefined);
    }
  }

  /** Exactly `length` bytes at `at`: a server may give fewer at a time. */
  async #piece(handle: Buffer, path: string, at: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let got = 0;
    while (got < length) {
      const count = await this.#ask<number>(`${path} can't be read`, (done) =>
        this.#sftp.read(handle, bytes, got, length - got, at + got, done),
      );
      if (count === 0) throw new Problem(`${path} became shorter while it was read.`, { next: 'Try again.' });
      got += count;
      widen(this.#sftp);
    }
    return bytes;
  }

  #do(what: string, ask: (done: (error?: Error | null) => void) => void): Promise<void> {
    return this.#ask<undefined>(what, (done) => {
      ask((error) => {
        done(error ?? undefined, undefined);
      });
    });
  }

  #ask<T>(what: string, ask: (done: (error: Error | undefined, value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#signal.aborted) {
        reject(abortError());
        return;
      }
      const forget = whenAborted(this.#signal, () => {
        reject(abortError());
      });
      const done = (error: Error | undefined, value: T): void => {
        forget();
        if (error === undefined) resolve(value);
        else
          reject(
            new Problem(`${what}: ${error.message}`, {
              next: 'Look at its rights, and at the room on the disk.',
              cause: error,
            }),
          );
      };
      try {
        ask(done);
      } catch (thrown) {
        forget();
        reject(
          new Problem(`${what}: the connection broke.`, {
            next: 'Try again: it goes on where it was.',
            cause: thrown,
          }),
        );
      }
    });
  }
}
