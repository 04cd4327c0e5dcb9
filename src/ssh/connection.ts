import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import type { Duplex } from 'node:stream';
import { abortError, sleep, type Clock } from '../base';
import { whenAborted } from './abort';
import { boundCommand } from './command';
import { broken, openFailure, SshError } from './problems';
import { Slots } from './slots';
import type { CommandResult, Connection, HostKey, RunOptions, Target } from './types';

/** sshd's MaxSessions is 10; two are left to the person's own terminals over a shared connection. */
const SESSIONS = 8;
/** A command that was asked to end has this long before it is killed. */
const KILL_AFTER_MS = 1_000;
const WARM_MS = 5_000;
/** How long sshd may take to notice that a session has ended. */
const CLOSING_MS = 50;
const CLOSING_TRIES = 20;

/** An authenticated connection of ssh2 as a `Connection`. */
export class SshConnection implements Connection {
  readonly target: Target;
  readonly hostKey: HostKey;
  readonly closed: Promise<Error | undefined>;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #sessions = new Slots(SESSIONS);
  readonly #asked = new Set<() => void>();
  #warm: Promise<void> | undefined;
  #over = false;
  #byUs = false;

  constructor(target: Target, client: Client, hostKey: HostKey, clock: Clock) {
    this.target = target;
    this.hostKey = hostKey;
    this.#client = client;
    this.#clock = clock;
    let last: Error | undefined;
    client.on('error', (error) => (last = error));
    this.closed = new Promise((resolve) => {
      client.once('close', () => {
        this.#over = true;
        for (const end of [...this.#asked]) end();
        resolve(this.#byUs ? undefined : broken(target, last));
      });
    });
  }

  /** True once it has ended, or is ending by us. */
  get over(): boolean {
    return this.#over || this.#byUs;
  }

  close(): void {
    if (this.over) return;
    this.#byUs = true;
    this.#client.end();
    // A peer that is gone never answers to the end.
    const cancel = this.#clock.after(KILL_AFTER_MS, () => this.#client.destroy());
    void this.closed.then(cancel);
  }

  async run(command: string, options: RunOptions): Promise<CommandResult> {
    return this.#exec(boundCommand(command, options.env), options);
  }

  async open(host: string, port: number, signal: AbortSignal): Promise<Duplex> {
    await this.warm();
    return this.#channel(`the port ${port} of ${host}`, signal, (done) =>
      this.#client.forwardOut('127.0.0.1', 0, host, port, done),
    ).catch((thrown: unknown) => {
      throw this.#openFailure(thrown, host, port);
    });
  }

  /** A channel for files; the caller ends it. */
  async sftp(signal: AbortSignal): Promise<SFTPWrapper> {
    return this.#session<SFTPWrapper>('a channel for files', signal, (done) => this.#client.sftp(done));
  }

  /** sshd sends small answers at once only after a session ran on the connection (Nagle; 48 ms otherwise). */
  protected async warm(): Promise<void> {
    this.#warm ??= this.#runOnce();
    await this.#warm;
  }

  async #runOnce(): Promise<void> {
    const options = { signal: new AbortController().signal, timeoutMs: WARM_MS, maxBytes: 1024, env: {} };
    // A jump host may forbid commands; forwards then work all the same.
    await this.run('true', options).catch(() => undefined);
  }

  /** A channel that counts among sshd's sessions until it closes. */
  async #session<C extends ClientChannel | SFTPWrapper>(
    what: string,
    signal: AbortSignal,
    ask: (done: (error: Error | undefined, channel: C) => void) => void,
  ): Promise<C> {
    for (let tries = 0; ; tries += 1) {
      const leave = await this.#sessions.enter(signal);
      try {
        const channel = await this.#channel<C>(what, signal, ask);
        channel.once('close', leave);
        return channel;
      } catch (thrown) {
        try {
          await this.#narrowed(thrown, tries, signal);
        } finally {
          leave();
        }
      }
    }
  }

  /** Its sshd allows fewer sessions (MaxSessions): as many as are there, and the others wait. @throws what it is else */
  async #narrowed(thrown: unknown, tries: number, signal: AbortSignal): Promise<void> {
    const others = this.#sessions.inside - 1;
    const isLate = this.#sessions.size < SESSIONS && tries < CLOSING_TRIES;
    if (!isTooMany(thrown) || (others < 1 && !isLate)) throw thrown;
    // It counts one that has ended for a moment longer than we do.
    if (others < 1) await sleep(this.#clock, CLOSING_MS, signal);
    this.#sessions.narrow(others);
  }

  async #exec(line: string, options: RunOptions): Promise<CommandResult> {
    const stream = await this.#session<ClientChannel>('a command', options.signal, (done) =>
      this.#client.exec(line, done),
    );
    return new Promise<CommandResult>((resolve, reject) => {
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      let room = options.maxBytes;
      let truncated = false;
      let exit: number | undefined;
      let settled = false;
      const result = (): CommandResult => ({
        exit,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
        truncated,
      });
      const finish = (settle: () => void): void => {
        if (settled) return;
        settled = true;
        cancelTimer();
        forgetAbort();
        settle();
      };
      const keep = (list: Buffer[]) => (chunk: Buffer) => {
        if (settled) return;
        list.push(chunk.length <= room ? chunk : chunk.subarray(0, room));
        room -= chunk.length;
        if (room >= 0) return;
        truncated = true;
        finish(() => {
          resolve(result());
        });
        this.#kill(stream);
      };
      const forgetAbort = whenAborted(options.signal, () => {
        finish(() => {
          reject(abortError());
        });
        this.#kill(stream);
      });
      const cancelTimer = this.#clock.after(options.timeoutMs, () => {
        finish(() => {
          reject(
            new SshError(
              'timeout',
              `A command on ${this.target.name} took longer than ${Math.ceil(options.timeoutMs / 1000)} s.`,
              { next: 'The server may be busy; try again.' },
            ),
          );
        });
        this.#kill(stream);
      });
      stream.on('data', keep(out));
      stream.stderr.on('data', keep(err));
      stream.on('error', () => undefined);
      // The status also comes with `exit`, but that may be over before this listens: both may come in one packet.
      stream.once('close', (code?: number | null) => {
        exit = code ?? undefined;
        finish(() => {
          resolve(result());
        });
      });
    });
  }

  /** Ends a command: by signal, which reaches all of its processes, and by closing what it writes to. */
  #kill(stream: ClientChannel): void {
    stream.resume();
    stream.stderr.resume();
    const signal = (name: string): void => {
      try {
        stream.signal(name);
      } catch {
        // The channel has closed meanwhile.
      }
    };
    signal('TERM');
    const cancel = this.#clock.after(KILL_AFTER_MS, () => {
      signal('KILL');
      stream.close();
    });
    stream.once('close', cancel);
  }

  /** A channel, or the reason why not; one that comes after the abort is closed. */
  #channel<C extends ClientChannel | SFTPWrapper = ClientChannel>(
    what: string,
    signal: AbortSignal,
    ask: (done: (error: Error | undefined, channel: C) => void) => void,
  ): Promise<C> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(abortError());
        return;
      }
      if (this.over) {
        reject(broken(this.target));
        return;
      }
      const onClose = (): void => {
        forget();
        reject(broken(this.target));
      };
      const forgetAbort = whenAborted(signal, () => {
        reject(abortError());
      });
      const forget = (): void => {
        forgetAbort();
        this.#asked.delete(onClose);
      };
      // A set, not the promise of the end: that would keep every channel there ever was.
      this.#asked.add(onClose);
      const done = (error: Error | undefined, channel: C): void => {
        forget();
        if (error !== undefined) reject(refusal(this.target, what, error));
        else if (signal.aborted) {
          channel.on('error', () => undefined);
          channel.end();
        } else resolve(channel);
      };
      try {
        ask(done);
      } catch (thrown) {
        forget();
        reject(broken(this.target, thrown));
      }
    });
  }

  #openFailure(thrown: unknown, host: string, port: number): unknown {
    const cause = thrown instanceof SshError && thrown.kind === 'protocol' ? thrown.cause : undefined;
    if (!(cause instanceof Error)) return thrown;
    const reason = 'reason' in cause ? cause.reason : undefined;
    const silent = reason === 2 && cause.message.endsWith('failure: ');
    const why = reason === 1 ? 'administratively prohibited' : silent ? 'connect failed: ' : cause.message;
    return openFailure(this.target, host, port, why, cause);
  }
}

/** sshd's answer to one session too many; the same as to one that it could not start. */
function isTooMany(thrown: unknown): boolean {
  const cause = thrown instanceof SshError && thrown.kind === 'protocol' ? thrown.cause : undefined;
  if (!(cause instanceof Error)) return false;
  // Where the person's own `ssh` holds the connection, it is known only after the session was begun.
  return ('reason' in cause && cause.reason === 2) || /^Unable to (exec|start subsystem)/.test(cause.message);
}

function refusal(target: Target, what: string, cause: Error): SshError {
  return new SshError('protocol', `${target.name} did not open ${what}: ${cause.message}`, {
    next: 'Try again; if it stays so, look at sshd’s log on the server.',
    cause,
  });
}
