/** The inventory against its slowest list, and the command line against the official client, on a real OpenStack. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../src/base';
import { InventorySource, partNames, type PartName } from '../../src/chameleon';
import { Session, type CloudConfig, type CredentialCloud } from '../../src/openstack';
import { cloudsYamlOf } from '../cloudsYaml';
import { cloud } from '../openstack/clouds';
import { Relay } from '../openstack/relay';
import { oslab, script } from '../openstack/start';
import { bulkMeasures } from './bulk';
import { requestMeasures } from './requests';
import { median, timed, type Measure } from './table';

const run = promisify(execFile);
/** The newest that Debian 12's libraries meet. */
const BLAZAR_CLIENT = 'python-blazarclient==3.6.0';
const LISTS = [
  ['server', 'list'],
  ['floating', 'ip', 'list'],
  ['reservation', 'lease', 'list'],
] as const;
const ROUNDS = 5;
/** What a far site adds to each answer, ms. */
const FAR_MS = 300;

export async function cloudMeasures(cli: string): Promise<Measure[]> {
  await script('bulk.sh', console.log);
  const relay = new Relay();
  await relay.start();
  try {
    const far = relay.through(cloud('student_a'));
    return [
      await againstSlowestList(cloud('student_a'), 'near', undefined),
      await delayed(relay, () => againstSlowestList(far, `each answer ${FAR_MS} ms later`, 1.2)),
      await delayed(relay, () => againstClient(cli, far)),
      ...(await requestMeasures()),
      ...(await bulkMeasures()),
    ];
  } finally {
    relay.stop();
  }
}

async function delayed<T>(relay: Relay, measure: () => Promise<T>): Promise<T> {
  relay.delay(FAR_MS);
  try {
    return await measure();
  } finally {
    relay.delay(0);
  }
}

/**
 * The whole inventory against the slowest list asked for alone. Where all services share two cores each is slower
 * beside the others; at a site each has machines of its own: so how busy the machine was is said.
 */
async function againstSlowestList(
  config: CloudConfig,
  where: string,
  atMost: number | undefined,
): Promise<Measure> {
  const session = new Session(config, { fetch, clock: systemClock, random: Math.random });
  const source = new InventorySource({ clouds: [config], session: () => session, clock: systemClock });
  const { sites } = await source.refresh();
  const [site] = sites;
  if (site === undefined) throw new Error('no site');
  const asked = partNames.filter((part) => site.parts[part].state === 'fresh');
  const whole: number[] = [];
  const busy: number[] = [];
  const single = new Map<PartName, number[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    // In turn, so that both meet the same machine.
    const before = processors();
    whole.push(await timed(() => source.refresh({ parts: asked })));
    busy.push(busyShare(before, processors()));
    for (const part of asked)
      single.set(part, [...(single.get(part) ?? []), await timed(() => source.refresh({ parts: [part] }))]);
  }
  source.dispose();
  const [slowest, slowestMs] = [...single]
    .map(([name, times]) => [name, median(times)] as const)
    .reduce((a, b) => (b[1] > a[1] ? b : a));
  return {
    name: `a class’s inventory ÷ its slowest list alone (${where})`,
    value: median(whole) / slowestMs,
    unit: '×',
    budget: atMost === undefined ? undefined : { atMost },
    how: `${Math.round(median(whole))} ms for ${asked.length} lists ÷ ${Math.round(slowestMs)} ms (${slowest}); ${site.servers.length} servers, ${site.floatingIps.length} floating IPs, ${site.leases.length} leases; ${cpus().length} processors ${Math.round(100 * median(busy))} % busy, the services among it`,
  };
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

/** The three lists that people ask for, one after the other, and our command that has all of them. */
async function againstClient(cli: string, far: CredentialCloud): Promise<Measure> {
  const folder = mkdtempSync(path.join(tmpdir(), 'far-'));
  const file = path.join(folder, 'clouds.yaml');
  writeFileSync(file, cloudsYamlOf([far]));
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: file, OS_CLOUD: far.name };
  const client = await clientWithLeases();
  const theirs: number[] = [];
  const mine: number[] = [];
  const big = { env, maxBuffer: 64_000_000 };
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      theirs.push(
        await timed(async () => {
          for (const list of LISTS) await run(client.program, [...client.first, ...list, '-f', 'json'], big);
        }),
      );
      const ours = ['inventory', '--json', '--cloud', far.name];
      mine.push(await timed(() => run(process.execPath, [cli, ...ours], big)));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return {
    name: `openstack client, three lists ÷ cli inventory (each answer ${FAR_MS} ms later)`,
    value: median(theirs) / median(mine),
    unit: '×',
    budget: { atLeast: 5 },
    how: `${Math.round(median(theirs))} ms ÷ ${Math.round(median(mine))} ms`,
  };
}

/** The official client with its plug-in for reservations, which Debian does not have: from PyPI, beside Debian's own. */
async function clientWithLeases(): Promise<{ readonly program: string; readonly first: readonly string[] }> {
  const venv = path.join(oslab, 'client-venv');
  const python = path.join(venv, 'bin', 'python');
  if (!existsSync(path.join(venv, 'ready'))) {
    await run('/usr/bin/python3', ['-m', 'venv', '--system-site-packages', venv]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', BLAZAR_CLIENT]);
    writeFileSync(path.join(venv, 'ready'), '');
  }
  return { program: python, first: ['/usr/bin/openstack'] };
}
