import { readFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock, type Clock } from '../../src/base';
import { InventorySource, readClouds, type Inventory, type SiteInventory } from '../../src/chameleon';
import { Session, type CloudConfig, type CredentialCloud } from '../../src/openstack';
import { oslab } from './start';

/** The file with the credentials of everybody in the lab. */
export const cloudsFile = path.join(oslab, 'creds', 'clouds.yaml');

/** Who can sign in: see lab/README.md. */
export type Who = 'student_a' | 'student_a_memberonly' | 'student_b' | 'ta_c' | 'ta_c_other' | 'ta_c_reader';

/** That credential as the extension reads it from a clouds.yaml. */
export function cloud(who: Who): CredentialCloud {
  const found = readClouds(readFileSync(cloudsFile, 'utf8')).clouds.find(({ name }) => name === who);
  if (found === undefined) throw new Error(`The lab has no credential ${who}: run lab/seed.sh.`);
  return found;
}

/** The credential with a secret that Keystone refuses. */
export function wrongSecret(who: Who): CredentialCloud {
  const right = cloud(who);
  return { ...right, credential: { ...right.credential, secret: WRONG_SECRET } };
}

export const WRONG_SECRET = 'not-the-secret-of-anybody';

/** What went over the wire, in order. */
export interface Wire {
  readonly fetch: typeof globalThis.fetch;
  readonly calls: { readonly method: string; readonly path: string; readonly status: number | undefined }[];
  /** Sign-ins, whatever came of them. */
  signIns(): number;
  /** Changes a request before it is sent, once or for as long as it is set. */
  before: ((url: string, headers: Headers) => void) | undefined;
}

/** The real `fetch`, watched. */
export function wire(): Wire {
  const calls: Wire['calls'] = [];
  const watched: Wire = {
    calls,
    before: undefined,
    signIns: () =>
      calls.filter(({ method, path: at }) => method === 'POST' && at === '/v3/auth/tokens').length,
    fetch: async (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      const headers = new Headers(init?.headers);
      watched.before?.(url, headers);
      const call = { method: init?.method ?? 'GET', path: new URL(url).pathname };
      const place = calls.push({ ...call, status: undefined }) - 1;
      const answer = await fetch(input, { ...init, headers });
      calls[place] = { ...call, status: answer.status };
      return answer;
    },
  };
  return watched;
}

/** A session as the extension opens it. */
export function session(config: CloudConfig, seen: Wire = wire(), clock: Clock = systemClock): Session {
  return new Session(config, { fetch: seen.fetch, clock, random: Math.random });
}

/** An inventory of these clouds, by sessions of its own. */
export function source(clouds: readonly CloudConfig[], seen: Wire = wire()): InventorySource {
  return new InventorySource({ clouds, clock: systemClock, session: (config) => session(config, seen) });
}

/** The only site of an inventory. */
export function onlySite(inventory: Inventory): SiteInventory {
  const [site, ...others] = inventory.sites;
  if (site === undefined || others.length > 0) throw new Error('not one site');
  return site;
}
