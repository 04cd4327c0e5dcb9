import { at, listAt, named, type Caller, type Json } from './client';

export async function servers(caller: Caller): Promise<Json[]> {
  return listAt((await caller('compute', '/servers/detail')).body, 'servers');
}

export async function leases(caller: Caller): Promise<Json[]> {
  return listAt((await caller('reservation', '/leases')).body, 'leases');
}

export async function floatingIps(caller: Caller): Promise<Json[]> {
  return listAt((await caller('network', '/v2.0/floatingips')).body, 'floatingips');
}

/** The public address of a server. */
export async function addressOf(caller: Caller, name: string): Promise<string> {
  const entries = listAt(named(await servers(caller), name), 'addresses', 'sharednet1');
  const floating = entries.find((entry) => entry['OS-EXT-IPS:type'] === 'floating');
  return String(at(floating, 'addr'));
}
