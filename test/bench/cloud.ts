/** The inventory against its slowest list, and the command line against the official client, on a real OpenStack. */
import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemClock } from '../../src/base';
import { InventorySource } from '../../src/chameleon';
import {
  listFloatingIps,
  listImages,
  listKeyPairs,
  listLeases,
  listNetworks,
  listPorts,
  listSecurityGroups,
  listServers,
  Session,
} from '../../src/openstack';
import { cloud, cloudsFile } from '../openstack/clouds';
import { bulkMeasures } from './bulk';
import { requestMeasures } from './requests';
import { median, timed, type Measure } from './table';

const run = promisify(execFile);
const ROUNDS = 7;
/** What a far site adds to each answer, ms. */
const FAR_MS = 300;

const lists = {
  leases: listLeases,
  servers: listServers,
  'floating IPs': listFloatingIps,
  ports: listPorts,
  networks: listNetworks,
  'security groups': listSecurityGroups,
  'key pairs': listKeyPairs,
  images: listImages,
} as const;

export async function cloudMeasures(cli: string): Promise<Measure[]> {
  return [
    ...(await againstSlowestList('near', 0)),
    ...(await againstSlowestList('far', FAR_MS)),
    await againstClient(cli),
    ...(await requestMeasures()),
    ...(await bulkMeasures()),
  ];
}

/**
 * Twice: against the slowest list asked for alone, and against the slowest answer among those that came side by side.
 * Where all services share two cores each is slower beside the others; at a site each has machines of its own.
 */
async function againstSlowestList(where: string, delay: number): Promise<Measure[]> {
  let slowestNow = 0;
  const far: typeof fetch = async (input, init) => {
    const began = performance.now();
    const answer = await fetch(input, init);
    await pause(delay);
    slowestNow = Math.max(slowestNow, performance.now() - began);
    return answer;
  };
  const config = cloud('student_a');
  const session = new Session(config, { fetch: far, clock: systemClock, random: Math.random });
  const source = new InventorySource({ clouds: [config], session: () => session, clock: systemClock });
  await source.refresh();
  const whole: number[] = [];
  const busy: number[] = [];
  const beside: number[] = [];
  const single = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    // In turn, so that both meet the same machine.
    slowestNow = 0;
    const before = processors();
    whole.push(await timed(() => source.refresh({ parts: [...partsOf()] })));
    busy.push(busyShare(before, processors()));
    beside.push(slowestNow);
    for (const [name, list] of Object.entries(lists))
      single.set(name, [...(single.get(name) ?? []), await timed(() => list(session))]);
  }
  source.dispose();
  const [slowest, slowestMs] = [...single]
    .map(([name, times]) => [name, median(times)] as const)
    .reduce((a, b) => (b[1] > a[1] ? b : a));
  const added = `${delay} ms added to each answer`;
  return [
    {
      name: `inventory ÷ its slowest list, alone (${where})`,
      value: median(whole) / slowestMs,
      unit: '×',
      budget: { atMost: 1.2 },
      how: `${Math.round(median(whole))} ms ÷ ${Math.round(slowestMs)} ms (${slowest}), ${added}; the slowest beside the others: ${Math.round(median(beside))} ms, the machine’s ${cpus().length} processors ${Math.round(100 * median(busy))} % busy`,
    },
    {
      name: `inventory ÷ its slowest list, side by side (${where})`,
      value: median(whole.map((each, at) => each / (beside[at] ?? NaN))),
      unit: '×',
      budget: { atMost: 1.2 },
      how: `${Math.round(median(whole))} ms ÷ ${Math.round(median(beside))} ms, ${added}`,
    },
  ];
}

/** Of all processors since the start, ms. */
function processors(): { readonly idle: number; readonly all: number } {
  const times = cpus().map(({ times: each }) => each);
  return {
    idle: times.reduce((sum, { idle }) => sum + idle, 0),
    all: times.reduce((sum, { idle, irq, nice, sys, user }) => sum + idle + irq + nice + sys + user, 0),
  };
}

function busyShare(before: ReturnType<typeof processors>, now: ReturnType<typeof processors>): number {
  return 1 - (now.idle - before.idle) / Math.max(1, now.all - before.all);
}

function partsOf() {
  return [
    'leases',
    'servers',
    'floatingIps',
    'ports',
    'networks',
    'securityGroups',
    'keyPairs',
    'images',
  ] as const;
}

async function againstClient(cli: string): Promise<Measure> {
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: cloudsFile, OS_CLOUD: 'student_a' };
  const client = async (): Promise<void> => {
    await run('openstack', ['server', 'list', '-f', 'json'], { env });
    await run('openstack', ['floating', 'ip', 'list', '-f', 'json'], { env });
    // Where its plug-in for reservations is missing, a third list of the same kind stands for the third command.
    await run('openstack', ['reservation', 'lease', 'list', '-f', 'json'], { env }).catch(() =>
      run('openstack', ['port', 'list', '-f', 'json'], { env }),
    );
  };
  const ours = (): Promise<unknown> =>
    run(process.execPath, [cli, 'inventory', '--json', '--cloud', 'student_a'], { env }).catch(partly);
  const [theirs, mine]: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round += 1) {
    theirs.push(await timed(client));
    mine.push(await timed(ours));
  }
  return {
    name: 'openstack client, three lists ÷ cli inventory',
    value: median(theirs) / median(mine),
    unit: '×',
    budget: { atLeast: 5 },
    how: `${Math.round(median(theirs))} ms ÷ ${Math.round(median(mine))} ms`,
  };
}

/** Exit code 3: it answered, and one service did not. Anything else is no measurement. */
function partly(thrown: unknown): void {
  if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 3)) throw thrown;
}
