import { homedir } from 'node:os';
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { systemClock } from '../base';
import { consoleOutput, type Session } from '../openstack';
import {
  Connections,
  dialBy,
  findKeys,
  hostKeysFromConsole,
  KnownHosts,
  ownSshHere,
  type Keys,
} from '../ssh';
import type { ProbeWorld } from '../labs';
import type { SignedIn } from './sites';

const CONSOLE_LINES = 400;

/** What checks may touch from here, and the end of it. */
export interface World {
  readonly probes: ProbeWorld & { session(siteName: string): Session | undefined };
  close(): void;
}

/** @param mine false for looking at somebody else: then this machine's keys and files answer nothing */
export async function worldOf(
  signedIn: SignedIn,
  options: { readonly mine: boolean; readonly sshKey: string | undefined },
): Promise<World> {
  const { inventory } = signedIn;
  const session = (site: string): Session | undefined => signedIn.session(site);
  const direct = dialBy((host, port) => ({ host, port }));
  const open = {
    inventory,
    session,
    fetch: globalThis.fetch,
    dial: direct,
    clock: systemClock,
    connect: undefined,
    local: undefined,
  };
  if (!options.mine) return { probes: open, close: () => undefined };
  const connections = new Connections({
    keys: await keysOf(options.sshKey),
    knownHosts: new KnownHosts(knownHostsFile()),
    decision: {
      consoleKeys: async (target, signal) => {
        const site = inventory.sites.find((each) => each.servers.some(({ id }) => id === target.serverId));
        const cloud = site === undefined ? undefined : session(site.site.name);
        const text =
          cloud === undefined
            ? undefined
            : await consoleOutput(cloud, target.serverId, CONSOLE_LINES, signal);
        const keys = text === undefined ? [] : hostKeysFromConsole(text);
        return keys.length === 0 ? undefined : keys;
      },
      // Nobody sits here to compare a fingerprint.
      accept: () => Promise.resolve(false),
    },
    dial: direct,
    clock: systemClock,
    own: ownSshHere(),
  });
  return {
    probes: {
      ...open,
      connect: (target, signal) => connections.to(target, signal),
      local: { readFile, home: homedir() },
    },
    close: () => {
      connections.dispose();
    },
  };
}

async function keysOf(sshKey: string | undefined): Promise<Keys> {
  if (sshKey !== undefined) return { agent: undefined, files: [{ path: sshKey }] };
  return findKeys({ env: process.env, home: homedir() });
}

function knownHostsFile(): string {
  const state = process.env['XDG_STATE_HOME'];
  const folder = state === undefined || state === '' ? path.join(homedir(), '.local', 'state') : state;
  return path.join(folder, 'chameleon-labs', 'known_hosts');
}
