import type { Socket } from 'node:net';
import { isAbort, Problem, type Clock } from '../base';
import type { Connections } from './connections';
import { backoffMs, forwardStep, type ForwardEvent } from './forwardState';
import { askHealth } from './health';
import { listenNear, type Listen, type Listener } from './listener';
import { SshError, type SshErrorKind } from './problems';
import { splice } from './splice';
import type { Connection, Forward, ForwardSpec, ForwardState } from './types';

const WELL_EVERY_MS = 30_000;
const AILING_EVERY_MS = 5_000;
/** A connection that lasted this long does not count as a failure in a row. */
const STEADY_MS = 10_000;
/** Sockets that wait for a connection that is being made; more are turned away. */
const MAX_HELD = 64;
/** A socket does not hasten the next try before this. */
const MIN_PAUSE_MS = 1_000;

/** Trying again does not help before somebody does something. */
const FINAL: ReadonlySet<SshErrorKind> = new Set<SshErrorKind>([
  'hostKeyChanged',
  'hostKeyRejected',
  'noKey',
  'auth',
  'encryption',
  'forwardRefused',
]);

/** One forward that lives through broken connections. */
export interface Link {
  start(): void;
  stop(): Promise<void>;
  /** The machine was asleep or changed its network: what waits is tried now, what stands is looked at. */
  wake(): void;
  /** True while it does something by itself. */
  readonly lives: boolean;
  now(): Forward;
}

/** A forward, not begun. */
export function forwardLink(
  spec: ForwardSpec,
  options: {
    readonly connections: Connections;
    readonly clock: Clock;
    readonly listen: Listen;
    readonly changed: () => void;
  },
): Link {
  return new ForwardLink(spec, options);
}

class ForwardLink implements Link {
  readonly #spec: ForwardSpec;
  readonly #options: Parameters<typeof forwardLink>[1];
  readonly #bytes = { in: 0, out: 0 };
  readonly #sockets = new Set<Socket>();
  readonly #held = new Set<Socket>();
  #state: ForwardState;
  #listener: Listener | undefined;
  /** The port it had before: a bookmark keeps working. */
  #port: number;
  #connection: Connection | undefined;
  #failures = 0;
  #failedAt = 0;
  /** Aborted when this run of the forward is over. */
  #run = new AbortController();
  #cancelTimer: () => void = () => undefined;
  #last: Forward['last'];
  #task: Promise<void> = Promise.resolve();

  constructor(spec: ForwardSpec, options: Parameters<typeof forwardLink>[1]) {
    this.#spec = spec;
    this.#options = options;
    this.#port = spec.localPort;
    this.#state = { kind: 'stopped', since: options.clock.now() };
  }

  now(): Forward {
    return {
      spec: this.#spec,
      localPort: this.#listener?.port,
      state: this.#state,
      bytes: { ...this.#bytes },
      last: this.#last,
    };
  }

  get lives(): boolean {
    return this.#state.kind !== 'stopped' && this.#state.kind !== 'refused';
  }

  wake(): void {
    this.#failures = 0;
    if (this.#state.kind === 'waiting') this.#attempt();
    else if (this.#connection !== undefined) this.#lookNow(this.#run.signal);
  }

  start(): void {
    this.#run = new AbortController();
    this.#failures = 0;
    this.#attempt();
  }

  async stop(): Promise<void> {
    this.#run.abort();
    this.#cancelTimer();
    this.#connection = undefined;
    this.#closeListener();
    this.#step({ kind: 'stop' });
    await this.#task;
  }

  #attempt(): void {
    this.#cancelTimer();
    this.#step({ kind: 'start' });
    const { signal } = this.#run;
    this.#task = this.#connect(signal).catch((thrown: unknown) => {
      if (!signal.aborted) this.#failed(thrown);
    });
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { connections, clock, listen } = this.#options;
    if (this.#listener === undefined) {
      const listener = await listenNear(this.#port, listen, (socket) => {
        this.#accept(socket, signal);
      });
      if (signal.aborted) {
        listener.close();
        return;
      }
      this.#listener = listener;
      this.#port = listener.port;
      this.#options.changed();
    }
    const connection = await connections.to(this.#spec.target, signal);
    if (signal.aborted) return;
    this.#connection = connection;
    const began = clock.now();
    void connection.closed.then((reason) => {
      if (signal.aborted || this.#connection !== connection) return;
      this.#connection = undefined;
      if (clock.now() - began >= STEADY_MS) this.#failures = 0;
      this.#failed(reason ?? new Problem(`The connection to ${this.#spec.target.name} was closed.`));
    });
    for (const socket of [...this.#held]) this.#carry(socket, connection, signal);
    await this.#look(signal);
  }

  /** One look at the service; the next one is set for later. */
  async #look(signal: AbortSignal): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined || signal.aborted) return;
    const { clock } = this.#options;
    const health = await askHealth(connection, this.#spec, this.#port, clock, signal);
    if (signal.aborted || this.#connection !== connection) return;
    if (health.kind === 'forbidden') {
      this.#give({ kind: 'refused', what: health.what, next: health.next });
      return;
    }
    if (health.kind === 'well') this.#step({ kind: 'answered', latencyMs: health.latencyMs });
    if (health.kind === 'ailing') this.#step({ kind: 'ailing', what: health.what, next: health.next });
    this.#cancelTimer();
    this.#cancelTimer = clock.after(health.kind === 'well' ? WELL_EVERY_MS : AILING_EVERY_MS, () => {
      this.#lookNow(signal);
    });
  }

  #lookNow(signal: AbortSignal): void {
    this.#cancelTimer();
    this.#task = this.#look(signal).catch((thrown: unknown) => {
      if (!signal.aborted && !isAbort(thrown)) this.#failed(thrown);
    });
  }

  #failed(thrown: unknown): void {
    this.#cancelTimer();
    this.#connection = undefined;
    if (thrown instanceof SshError && FINAL.has(thrown.kind)) {
      this.#give({ kind: 'refused', what: thrown.message, next: thrown.next });
      return;
    }
    this.#dropHeld();
    this.#failures += 1;
    this.#failedAt = this.#options.clock.now();
    const retryMs = backoffMs(this.#failures);
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    const next = thrown instanceof Problem ? thrown.next : undefined;
    this.#step({ kind: 'lost', what, next, retryMs });
    this.#cancelTimer = this.#options.clock.after(retryMs, () => {
      this.#attempt();
    });
  }

  /** Ends for good until a restart, with the reason. */
  #give(event: ForwardEvent): void {
    this.#run.abort();
    this.#cancelTimer();
    this.#connection = undefined;
    this.#closeListener();
    this.#step(event);
  }

  #accept(socket: Socket, signal: AbortSignal): void {
    socket.on('error', () => undefined);
    if (signal.aborted || this.#held.size >= MAX_HELD) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#held.delete(socket);
    });
    if (this.#connection !== undefined) {
      this.#carry(socket, this.#connection, signal);
      return;
    }
    this.#held.add(socket);
    // Somebody wants it now: no reason to sit out the wait, unless the last try has only just failed.
    if (this.#state.kind === 'waiting' && this.#options.clock.now() - this.#failedAt >= MIN_PAUSE_MS)
      this.#attempt();
    else if (this.#state.kind === 'waiting') socket.destroy();
  }

  #carry(socket: Socket, connection: Connection, signal: AbortSignal): void {
    this.#held.delete(socket);
    const { remoteHost, remotePort } = this.#spec;
    connection.open(remoteHost, remotePort, signal).then(
      (channel) => {
        if (socket.destroyed) {
          channel.resume();
          channel.destroy();
          return;
        }
        splice(socket, channel, {
          in: (bytes) => (this.#bytes.in += bytes),
          out: (bytes) => (this.#bytes.out += bytes),
        });
      },
      () => socket.destroy(),
    );
  }

  #dropHeld(): void {
    for (const socket of this.#held) socket.destroy();
  }

  #closeListener(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  #step(event: ForwardEvent): void {
    const next = forwardStep(this.#state, event, this.#options.clock.now());
    if (next === this.#state) return;
    this.#state = next;
    if ('what' in next) this.#last = { what: next.what, next: next.next, at: this.#options.clock.now() };
    this.#options.changed();
  }
}
