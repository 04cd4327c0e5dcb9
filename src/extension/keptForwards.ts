import * as v from 'valibot';
import type { OwnedServer } from '../chameleon';
import type { Forward, ForwardSpec } from '../ssh';
import { SharedList } from './sharedList';

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

const MOST = 100;

/**
 * What comes back after a reload or a restart. A forward is remembered while it runs; a pinned one also when it is
 * stopped or its server is gone, and then for the next server of mine with the same name. Of all windows of this machine
 * each changes its own forwards alone.
 */
export class KeptForwards {
  readonly #list: SharedList<KeptForward>;

  /** @param file `undefined`: nothing outlives this window */
  constructor(file: string | undefined) {
    this.#list = new SharedList(file, kept);
  }

  /** What is remembered, as it was when last looked at or changed. */
  list(): readonly KeptForward[] {
    return this.#list.known;
  }

  /** Looks what other windows have changed. @returns true when something is otherwise than before */
  async look(): Promise<boolean> {
    const before = JSON.stringify(this.list());
    await this.#list.look();
    return JSON.stringify(this.list()) !== before;
  }

  isPinned(id: string): boolean {
    return this.list().some((each) => each.id === id && each.pinned);
  }

  /** Remembers forwards as they are now; others stay as they were. */
  async note(forwards: readonly Forward[]): Promise<void> {
    const noted = (before: readonly KeptForward[]): readonly KeptForward[] => {
      // One that has no port yet would send another window to the wrong one.
      const told = forwards.filter(
        ({ localPort, state }) => localPort !== undefined || state.kind !== 'connecting',
      );
      const now = told.flatMap((forward) => {
        const pinned = before.some((each) => each.id === forward.spec.id && each.pinned);
        const stopped = forward.state.kind === 'stopped';
        return pinned || !stopped ? [keptOf(forward, pinned, stopped)] : [];
      });
      const ids = new Set(told.map(({ spec }) => spec.id));
      return [...before.filter(({ id }) => !ids.has(id)), ...now];
    };
    // Its own forwards are this window's alone: what it knows of them is true without a look.
    if (!this.#list.isChanging && isSame(noted(this.list()), this.list())) return;
    await this.#change(noted);
  }

  async pin(forward: Forward, pinned: boolean): Promise<void> {
    const stopped = forward.state.kind === 'stopped';
    await this.#change((before) => {
      const others = before.filter(({ id }) => id !== forward.spec.id);
      return pinned || !stopped ? [...others, keptOf(forward, pinned, stopped)] : others;
    });
  }

  async forget(id: string): Promise<void> {
    await this.#change((before) => before.filter((each) => each.id !== id));
  }

  async #change(edit: (before: readonly KeptForward[]) => readonly KeptForward[]): Promise<void> {
    await this.#list.change((before) => {
      const after = edit(before).slice(-MOST);
      return isSame(after, before) ? before : after;
    });
  }
}

/** The order is of no meaning. */
function isSame(some: readonly KeptForward[], others: readonly KeptForward[]): boolean {
  const words = (list: readonly KeptForward[]): string =>
    JSON.stringify(
      [...list].sort((a, b) => (a.id < b.id ? -1 : 1)).map((each) => Object.entries(each).sort()),
    );
  return words(some) === words(others);
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
