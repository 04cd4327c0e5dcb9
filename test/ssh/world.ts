import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, type Clock } from '../../src/base';
import {
  Connections,
  dialBy,
  Forwards,
  KnownHosts,
  ownSshHere,
  type ConnectOptions,
  SshError,
  type Connection,
  type Forward,
  type ForwardSpec,
  type ForwardState,
  type Keys,
  type RunOptions,
} from '../../src/ssh';
import type { Lab } from './setup';

/** One window's SSH: a folder, what it knows, its connections and forwards. */
export class World {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'Our SSH '));
  readonly known = new KnownHosts(path.join(this.folder, 'known hosts'));
  readonly options: ConnectOptions & { readonly keys: Keys };
  readonly connections: Connections;
  readonly forwards: Forwards;
  readonly asked: string[] = [];
  readonly #lab: Lab;

  constructor(
    lab: Lab,
    keys: Keys = { agent: undefined, files: [{ path: lab.keys.rsa }] },
    clock: Clock = systemClock,
  ) {
    this.#lab = lab;
    this.options = {
      keys,
      knownHosts: this.known,
      decision: {
        consoleKeys: async (target) => {
          this.asked.push(target.serverId);
          return lab.console(target);
        },
        accept: async () => false,
      },
      dial: dialBy((host, port) => ({ host, port })),
      clock,
      own: ownSshHere(),
    };
    this.connections = new Connections(this.options);
    this.forwards = new Forwards({ connections: this.connections, clock });
  }

  /** A forward of the lab's MLflow, on any free port. */
  mlflow(more: Partial<ForwardSpec> = {}): ForwardSpec {
    const { mlflow: target, ports } = this.#lab;
    const there = { remoteHost: '127.0.0.1', remotePort: ports.mlflow };
    return { id: 'mlflow', target, ...there, localPort: 0, name: 'MLflow', path: '/', ...more };
  }

  /** Resolves once a forward is in one of the states. */
  becomes(id: string, ...kinds: ForwardState['kind'][]): Promise<Forward> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.forwards.list().find((each) => each.spec.id === id);
        if (found === undefined || !kinds.includes(found.state.kind)) return;
        stop();
        resolve(found);
      };
      const stop = this.forwards.onChange(look);
      look();
    });
  }

  async end(): Promise<void> {
    await this.forwards.dispose();
    this.connections.dispose();
    rmSync(this.folder, { recursive: true });
  }
}

/** Our own limits of time are over five times as soon: for peers that never say anything, however long one waits. */
export const hurried: Clock = {
  now: () => systemClock.now(),
  after: (ms, run) => systemClock.after(ms / 5, run),
};

/** Options of a command that is not to be limited. */
export const freely = (env: Record<string, string> = {}): RunOptions => ({
  signal: new AbortController().signal,
  timeoutMs: 30_000,
  maxBytes: 1_000_000,
  env,
});

/**
 * A command that takes too long is ended with all its children.
 * @param mark two numbers of seconds that nobody else sleeps
 */
export async function endsWhole(connection: Connection, mark: readonly [number, number]): Promise<void> {
  const [first, second] = mark;
  await assert.rejects(
    connection.run(`sleep ${first} & sleep ${second}; wait`, { ...freely(), timeoutMs: 1_000 }),
    (thrown: unknown) => thrown instanceof SshError && thrown.kind === 'timeout',
  );
  const left = `i=0; while pgrep -x sleep -a | grep -qE "${first}|${second}"; do i=$((i+1)); [ $i -lt 100 ] || exit 1; sleep 0.1; done`;
  assert.equal((await connection.run(left, freely())).exit, 0);
}
