/**
 * A class of 600 servers, 300 floating IPs and 200 leases as it arrives: recorded answers of the real services, as
 * often as that many need, from a server in a process of its own, so that only the reader's stand-stills are seen.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { systemClock } from '../../src/base';
import { InventorySource, readSnapshot, snapshotOf, type Inventory } from '../../src/chameleon';
import { Session, type CloudConfig } from '../../src/openstack';
import { repository } from '../vscode/editions.mjs';
import { median, type Measure } from './table';

const SERVERS = 600;
const FLOATING_IPS = 300;
const LEASES = 200;
const RUNS = 8;
/** What nobody notices, ms. */
const FREEZE_MS = 50;

export async function bulkMeasures(): Promise<Measure[]> {
  const { server, port } = await served(answers());
  try {
    return await measured({
      name: 'bulk',
      authUrl: `http://127.0.0.1:${port}/identity/v3`,
      region: 'KVM@TACC',
      interface: 'public',
      credential: { kind: 'applicationCredential', id: 'id', secret: 'secret' },
    });
  } finally {
    server.kill();
  }
}

async function measured(config: CloudConfig): Promise<Measure[]> {
  const freezes: number[] = [];
  let held: Inventory | undefined;
  let source: InventorySource | undefined;
  const before = heapMiB();
  for (let run = 0; run < RUNS; run += 1) {
    source?.dispose();
    const session = new Session(config, { fetch, clock: systemClock, random: Math.random });
    source = new InventorySource({ clouds: [config], clock: systemClock, session: () => session });
    await session.token();
    const turns = longestTurn();
    held = await source.refresh();
    freezes.push(turns.end());
  }
  if (source === undefined || held === undefined) throw new Error('nothing was measured');
  const [site] = held.sites;
  if (site?.servers.length !== SERVERS || site.leases.length !== LEASES)
    throw new Error(`not the class: ${JSON.stringify(site?.parts)}`);
  const after = heapMiB();
  const { facts } = source;
  const written: number[] = [];
  const read: number[] = [];
  let bytes = 0;
  for (let run = 0; run < RUNS; run += 1) {
    written.push(took(() => (bytes = snapshotOf(facts, [config]).length)));
    const text = snapshotOf(facts, [config]);
    const nothing = facts.map((each) => ({ ...each, askedAt: {} }));
    read.push(took(() => readSnapshot(text, [config], nothing)));
  }
  source.dispose();
  const size = `${SERVERS} servers, ${FLOATING_IPS} floating IPs, ${LEASES} leases`;
  const least = (all: readonly number[]): number => Math.min(...all);
  return [
    {
      name: 'longest stand-still while a class arrives',
      value: least(freezes),
      unit: 'ms',
      budget: { atMost: FREEZE_MS },
      how: `processor time of the longest turn, least of ${RUNS} runs (median ${Math.round(median(freezes))} ms), ${size}`,
    },
    {
      name: 'memory of a class',
      value: after - before,
      unit: 'MiB',
      budget: undefined,
      how: `${size}${globalThis.gc === undefined ? ', without a collection before' : ''}`,
    },
    {
      name: 'a class written for the other windows',
      value: least(written),
      unit: 'ms',
      budget: { atMost: FREEZE_MS },
      how: `least of ${RUNS} runs, ${Math.round(bytes / 1024)} KiB`,
    },
    {
      name: 'and read by them',
      value: least(read),
      unit: 'ms',
      budget: { atMost: FREEZE_MS },
      how: `least of ${RUNS} runs, all of it new`,
    },
  ];
}

/** Processor time of the longest turn of the event loop, ms: what else the machine does is not ours. */
function longestTurn(): { readonly end: () => number } {
  let longest = 0;
  let over = false;
  let last = process.cpuUsage();
  const turn = (): void => {
    const { user, system } = process.cpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.cpuUsage();
    if (!over) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    end: () => {
      over = true;
      return longest;
    },
  };
}

function took(run: () => unknown): number {
  const began = performance.now();
  run();
  return performance.now() - began;
}

function heapMiB(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

const record = v.record(v.string(), v.unknown());

/** The first record of a recorded list. */
function recorded(file: string, key: string): Record<string, unknown> {
  const text = readFileSync(path.join(repository, 'test', 'fixtures', 'openstack-zed', file), 'utf8');
  const list = v.parse(v.array(record), v.parse(record, JSON.parse(text))[key]);
  const [first] = list;
  if (first === undefined) throw new Error(`${file} is empty`);
  return first;
}

/** That record, so many times, each with an id and what else is its own. */
function copies(
  of: Record<string, unknown>,
  count: number,
  own: (at: number) => Record<string, unknown>,
): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, at) => ({ ...of, id: `id-${at}`, ...own(at) }));
}

/** By the end of the path. */
function answers(): Record<string, string> {
  const netId = (at: number): string => `ks${1000 + (at % 190)}`;
  const list = (key: string, all: readonly unknown[]): string => JSON.stringify({ [key]: all });
  return {
    '/leases': list(
      'leases',
      copies(recorded('blazar-leases.json', 'leases'), LEASES, (at) => ({
        name: `lease1_cloud_${netId(at)}`,
        user_id: `u-${at % 190}`,
      })),
    ),
    '/servers/detail': list(
      'servers',
      copies(recorded('nova-servers-detail.json', 'servers'), SERVERS, (at) => ({
        name: `node${(at % 3) + 1}-cloud-${netId(Math.floor(at / 3))}`,
        user_id: `u-${Math.floor(at / 3) % 190}`,
        status: 'ACTIVE',
      })),
    ),
    '/floatingips': list(
      'floatingips',
      copies(recorded('neutron-floatingips.json', 'floatingips'), FLOATING_IPS, () => ({})),
    ),
    '/ports': list(
      'ports',
      copies(recorded('neutron-ports.json', 'ports'), 2 * SERVERS, () => ({})),
    ),
    '/networks': list(
      'networks',
      copies(recorded('neutron-networks.json', 'networks'), 200, (at) => ({
        name: `private_cloud_net_${netId(at)}`,
      })),
    ),
    '/security-groups': list(
      'security_groups',
      copies(recorded('neutron-security-groups.json', 'security_groups'), 100, () => ({})),
    ),
  };
}

/** Serves them in a process of its own: Keystone, and every other service at the same port. */
async function served(all: Record<string, string>): Promise<{ server: ChildProcess; port: number }> {
  const program = `
    const { createServer } = require('node:http');
    process.once('message', (all) => {
      const types = ['compute', 'network', 'reservation'];
      const server = createServer((request, answer) => {
        const { pathname } = new URL(request.url, 'http://localhost');
        const { port } = server.address();
        if (pathname.endsWith('/auth/tokens')) {
          request.resume();
          answer.writeHead(201, { 'content-type': 'application/json', 'x-subject-token': 't' });
          answer.end(JSON.stringify({ token: {
            expires_at: new Date(Date.now() + 3600000).toISOString(),
            user: { id: 'u-0', name: 'ks1000' }, project: { id: 'p', name: 'CHI-251409' },
            roles: [{ name: 'member' }],
            catalog: types.map((type) => ({ type, name: type, endpoints: [
              { interface: 'public', region: 'KVM@TACC', url: 'http://127.0.0.1:' + port + '/' + type } ] })),
          } }));
          return;
        }
        const found = Object.entries(all).find(([end]) => pathname.endsWith(end));
        answer.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
        answer.end(found ? found[1] : '{}');
      });
      server.listen(0, '127.0.0.1', () => process.send(server.address().port));
    });`;
  const server = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  server.send(all);
  const [port] = (await once(server, 'message')) as [number];
  return { server, port };
}
