import type { Duplex } from 'node:stream';
import { abortError } from '../base';
import { whenAborted } from './abort';
import type { SshConnection } from './connection';
import { establish, shownTo, type ConnectOptions } from './connect';
import { jumpsOf } from './sshConfig';
import type { Connection, HostKey, Target } from './types';

interface Entry {
  readonly attempt: Promise<SshConnection>;
  readonly abort: AbortController;
  askers: number;
  connection: SshConnection | undefined;
}

/** One shared connection a server: for commands, for forwards and as a jump to others. */
export class Connections {
  readonly #options: ConnectOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();
  #disposed = false;

  constructor(options: ConnectOptions) {
    this.#options = options;
  }

  /** The server's connection: the one that is there, or a new one. Who aborts leaves; the last one ends the attempt. */
  async to(target: Target, signal: AbortSignal): Promise<Connection> {
    return this.#to(target, signal);
  }

  /** The key that a server shows to a stranger over a stream to its port. */
  shown(target: Target, stream: Duplex, signal: AbortSignal): Promise<HostKey> {
    return shownTo(target, stream, this.#options, signal);
  }

  onChange(listen: () => void): () => void {
    this.#listeners.add(listen);
    return () => this.#listeners.delete(listen);
  }

  /** The connections that are up. */
  list(): readonly Connection[] {
    return [...this.#entries.values()].flatMap(({ connection }) =>
      connection === undefined ? [] : [connection],
    );
  }

  dispose(): void {
    this.#disposed = true;
    this.#listeners.clear();
    // Those through others first, so that they can still say goodbye.
    for (const entry of [...this.#entries.values()].reverse()) {
      entry.abort.abort();
      entry.connection?.close();
    }
    this.#entries.clear();
  }

  async #to(target: Target, signal: AbortSignal): Promise<SshConnection> {
    if (this.#disposed || signal.aborted) throw abortError();
    const key = `${target.serverId}\n${target.user}`;
    let entry = this.#entries.get(key);
    // One that ended is replaced at once, not only when its end was told.
    if (entry?.connection?.over === true || entry?.abort.signal.aborted === true) entry = undefined;
    entry ??= this.#begin(key, target);
    return this.#join(entry, signal);
  }

  #begin(key: string, target: Target): Entry {
    const abort = new AbortController();
    const entry: Entry = {
      attempt: this.#establish(target, abort.signal),
      abort,
      askers: 0,
      connection: undefined,
    };
    this.#entries.set(key, entry);
    const forget = (): void => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      this.#changed();
    };
    entry.attempt.then((connection) => {
      if (abort.signal.aborted) {
        connection.close();
        return;
      }
      entry.connection = connection;
      void connection.closed.then(forget);
      this.#changed();
    }, forget);
    return entry;
  }

  async #establish(target: Target, signal: AbortSignal): Promise<SshConnection> {
    const last = jumpsOf(target).at(-1);
    const jump = last === undefined ? undefined : await this.#to(last, signal);
    const connection = await establish(target, jump, this.#options, signal);
    void jump?.closed.then(() => {
      connection.close();
    });
    return connection;
  }

  #join(entry: Entry, signal: AbortSignal): Promise<SshConnection> {
    entry.askers += 1;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        entry.askers -= 1;
        forgetAbort();
      };
      const forgetAbort = whenAborted(signal, () => {
        leave();
        if (entry.askers === 0 && entry.connection === undefined) entry.abort.abort();
        reject(abortError());
      });
      entry.attempt.then(
        (connection) => {
          leave();
          resolve(connection);
        },
        (thrown: unknown) => {
          leave();
          reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        },
      );
    });
  }

  #changed(): void {
    for (const listen of [...this.#listeners]) listen();
  }
}
