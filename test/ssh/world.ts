import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/base';
import {
  Connections,
  dialBy,
  Forwards,
  KnownHosts,
  ownSshHere,
  type ConnectOptions,
  type Forward,
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

  constructor(lab: Lab, keys: Keys = { agent: undefined, files: [{ path: lab.keys.rsa }] }) {
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
      clock: systemClock,
      own: ownSshHere(),
    };
    this.connections = new Connections(this.options);
    this.forwards = new Forwards({ connections: this.connections, clock: systemClock });
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

/** Options of a command that is not to be limited. */
export const freely = (env: Record<string, string> = {}): RunOptions => ({
  signal: new AbortController().signal,
  timeoutMs: 30_000,
  maxBytes: 1_000_000,
  env,
});
