import * as v from 'valibot';
import type { OwnedServer } from '../chameleon';
import type { Forward, ForwardSpec } from '../ssh';

/** A forward as it is remembered between sessions: by its server, not by an address, which is recycled. */
const kept = v.object({
  id: v.string(),
  serverId: v.string(),
  serverName: v.string(),
  remoteHost: v.string(),
  remotePort: v.number(),
  /** The port that it had last: a bookmark keeps working. */
  localPort: v.number(),
  name: v.string(),
  path: v.string(),
  speaks: v.optional(v.picklist(['http', 'https', 'any'])),
  pinned: v.boolean(),
  stopped: v.boolean(),
});
export type KeptForward = v.InferOutput<typeof kept>;

/** Where it is written: VS Code's memory of the workspace. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

const KEY = 'chameleon.forwards';
const MOST = 100;

/**
 * What comes back after a reload or a restart. A forward is remembered while it runs; a pinned one also when it is
 * stopped or its server is gone, and then for the next server of mine with the same name.
 */
export class KeptForwards {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  list(): readonly KeptForward[] {
    const stored = this.#memory.get(KEY);
    if (!Array.isArray(stored)) return [];
    return stored.flatMap((each: unknown) => {
      const read = v.safeParse(kept, each);
      return read.success ? [read.output] : [];
    });
  }

  isPinned(id: string): boolean {
    return this.list().some((each) => each.id === id && each.pinned);
  }

  /** Remembers forwards as they are now; others stay as they were. */
  async note(forwards: readonly Forward[]): Promise<void> {
    const before = this.list();
    const noted = forwards.flatMap((forward) => {
      const pinned = before.some((each) => each.id === forward.spec.id && each.pinned);
      const stopped = forward.state.kind === 'stopped';
      return pinned || !stopped ? [keptOf(forward, pinned, stopped)] : [];
    });
    const ids = new Set(forwards.map(({ spec }) => spec.id));
    await this.#write(before, [...before.filter(({ id }) => !ids.has(id)), ...noted]);
  }

  async pin(forward: Forward, pinned: boolean): Promise<void> {
    const before = this.list();
    const others = before.filter(({ id }) => id !== forward.spec.id);
    const stopped = forward.state.kind === 'stopped';
    await this.#write(before, pinned || !stopped ? [...others, keptOf(forward, pinned, stopped)] : others);
  }

  async forget(id: string): Promise<void> {
    const before = this.list();
    await this.#write(
      before,
      before.filter((each) => each.id !== id),
    );
  }

  async #write(before: readonly KeptForward[], after: readonly KeptForward[]): Promise<void> {
    const now = after.slice(-MOST);
    if (JSON.stringify(now) !== JSON.stringify(before)) await this.#memory.update(KEY, now);
  }
}

/** The server that a remembered forward leads to now: the same one, or for a pinned one mine of the same name. */
export function serverOf<S extends Pick<OwnedServer, 'id' | 'name' | 'owner' | 'status'>>(
  forward: KeptForward,
  servers: readonly S[],
): S | undefined {
  const running = servers.filter(({ status }) => status === 'ACTIVE');
  const same = running.find(({ id }) => id === forward.serverId);
  if (same !== undefined || !forward.pinned || servers.some(({ id }) => id === forward.serverId)) return same;
  const named = running.filter(({ name, owner }) => name === forward.serverName && owner.kind === 'me');
  return named.length === 1 ? named[0] : undefined;
}

/** One forward a port of a server. */
export function forwardId(serverId: string, port: number, host = '127.0.0.1'): string {
  return host === '127.0.0.1' ? `${serverId}:${port}` : `${serverId}:${host}:${port}`;
}

/** A remembered forward as one to start. */
export function specOf(forward: KeptForward, target: ForwardSpec['target']): ForwardSpec {
  const { remoteHost, remotePort, localPort, name, path, speaks } = forward;
  const id =
    target.serverId === forward.serverId ? forward.id : forwardId(target.serverId, remotePort, remoteHost);
  const spec = { id, target, remoteHost, remotePort, localPort, name, path };
  return speaks === undefined ? spec : { ...spec, speaks };
}

function keptOf({ spec, localPort }: Forward, pinned: boolean, stopped: boolean): KeptForward {
  return {
    id: spec.id,
    serverId: spec.target.serverId,
    serverName: spec.target.name,
    remoteHost: spec.remoteHost,
    remotePort: spec.remotePort,
    localPort: localPort ?? spec.localPort,
    name: spec.name,
    path: spec.path,
    ...(spec.speaks === undefined ? {} : { speaks: spec.speaks }),
    pinned,
    stopped,
  };
}
