import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { abortError, type Clock } from '../../base';
import { whenAborted } from '../abort';
import { SshConnection } from '../connection';
import { hostAlias } from '../hostKeys';
import { broken, openFailure } from '../problems';
import type { HostKey, Target } from '../types';
import type { Words } from './connect';
import type { OwnSsh } from './program';
import type { Sessions } from './sessions';
import { ChildStream } from './stream';

/** A version of ssh that says it in other words is taken to be through after this, ms. */
const THROUGH_MS = 2_000;

/** A connection that the person's own `ssh` holds: each stream is one more `ssh` on it. */
export class OwnConnection extends SshConnection {
  readonly #options: {
    readonly own: OwnSsh;
    readonly clock: Clock;
    readonly words: () => Words;
    readonly shared: readonly string[];
  };

  constructor(options: {
    readonly target: Target;
    readonly hostKey: HostKey;
    readonly own: OwnSsh;
    readonly clock: Clock;
    readonly master: ChildProcessWithoutNullStreams;
    readonly words: () => Words;
    readonly shared: readonly string[];
    readonly sessions: Sessions;
    readonly folder: string;
  }) {
    const { target, hostKey, own, clock, master, sessions, folder } = options;
    super(target, sessions.client, hostKey, clock);
    this.#options = options;
    // What ends one ends the other; the folder goes last.
    master.once('close', () => {
      sessions.close();
    });
    if (master.exitCode !== null || master.signalCode !== null) sessions.close();
    void this.closed.then(() => {
      sessions.close();
      master.stdin.end();
      master.kill();
      void own.removeFolder(folder).catch(() => undefined);
    });
  }

  override async open(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    await this.warm();
    return this.#through(host, port, signal);
  }

  #through(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    const { own, clock, shared, words } = this.#options;
    const { target } = this;
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(abortError());
        return;
      }
      if (this.over) {
        reject(broken(target));
        return;
      }
      const before = words().total;
      const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
      const child = own.start([...shared, '-v', '-W', where, hostAlias(target.serverId)]);
      let said = '';
      const settle = (how: () => void): void => {
        cancel();
        forgetAbort();
        child.stderr.removeListener('data', onWords);
        child.stderr.resume();
        child.removeListener('close', onClose);
        how();
      };
      const opened = (): void => {
        settle(() => {
          resolve(new ChildStream(child));
        });
      };
      const onWords = (chunk: Buffer): void => {
        said = (said + chunk.toString('utf8')).slice(-4096);
        if (said.includes('master session id')) opened();
      };
      const onClose = (): void => {
        settle(() => {
          // The reason is told to whom holds the connection.
          const { text, total } = words();
          const told = `${total === before ? '' : text.slice(before - total)}\n${said}`;
          const why = /open failed: ([^\r\n]*)/.exec(told)?.[1] ?? 'connect failed: ';
          reject(this.over ? broken(target) : openFailure(target, host, port, why));
        });
      };
      const forgetAbort = whenAborted(signal, () => {
        settle(() => {
          child.kill();
          reject(abortError());
        });
      });
      const cancel = clock.after(THROUGH_MS, opened);
      child.on('error', () => undefined);
      child.stdin.on('error', () => undefined);
      child.stderr.on('data', onWords);
      child.once('close', onClose);
    });
  }
}
