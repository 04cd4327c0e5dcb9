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

/**
 * On this machine all services share its processors, so that each is slower beside the others, which at a site it is
 * not: so the budgets are held against their own answers, each given again after the time that it took alone.
 */
export async function cloudMeasures(cli: string): Promise<Measure[]> {
  await script('bulk.sh', console.log);
  const relay = new Relay();
  await relay.start();
  const far = relay.through(cloud('student_a'));
  const client = await clientWithLeases(far);
  try {
    const here = await againstSlowestList(far, 'on one machine', undefined);
    for (const list of LISTS) await client.list(list);
    relay.repeat();
    relay.delay(FAR_MS);
    return [
      here,
      await againstSlowestList(far, `machines of their own, ${FAR_MS} ms away`, 1.2),
      await againstClient(cli, client),
      ...(await requestMeasures()),
      ...(await bulkMeasures()),
    ];
  } finally {
    client.end();
    relay.stop();
  }
}

/** The whole inventory against the slowest list asked for alone. */
async function againstSlowestList(
  config: CloudConfig,
  where: string,
  atMost: number | undefined,
): Promise<Measure> {
  const session = new Session(config, { fetch, clock: systemClock, random: Math.random });
  const source = new InventorySource({ clouds: [config], session: () => session, clock: systemClock });
  // The last to be asked all at once: from here on the relay knows each answer's own time.
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
async function againstClient(cli: string, client: Client): Promise<Measure> {
  const theirs: number[] = [];
  const mine: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    theirs.push(
      await timed(async () => {
        for (const list of LISTS) await client.list(list);
      }),
    );
    const ours = [cli, 'inventory', '--json', '--cloud', client.cloud];
    mine.push(await timed(() => run(process.execPath, ours, client.options)));
  }
  return {
    name: `openstack client, three lists ÷ cli inventory (${FAR_MS} ms away)`,
    value: median(theirs) / median(mine),
    unit: '×',
    budget: { atLeast: 5 },
    how: `${Math.round(median(theirs))} ms ÷ ${Math.round(median(mine))} ms`,
  };
}

interface Client {
  readonly cloud: string;
  readonly options: { readonly env: NodeJS.ProcessEnv; readonly maxBuffer: number };
  list(words: readonly string[]): Promise<unknown>;
  end(): void;
}

/** The official client with its plug-in for reservations, which Debian does not have: from PyPI, beside Debian's own. */
async function clientWithLeases(config: CredentialCloud): Promise<Client> {
  const venv = path.join(oslab, 'client-venv');
  const python = path.join(venv, 'bin', 'python');
  if (!existsSync(path.join(venv, 'ready'))) {
    await run('/usr/bin/python3', ['-m', 'venv', '--system-site-packages', venv]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', BLAZAR_CLIENT]);
    writeFileSync(path.join(venv, 'ready'), '');
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'far-'));
  const file = path.join(folder, 'clouds.yaml');
  writeFileSync(file, cloudsYamlOf([config]));
  const env = { ...process.env, OS_CLIENT_CONFIG_FILE: file, OS_CLOUD: config.name };
  const options = { env, maxBuffer: 64_000_000 };
  return {
    cloud: config.name,
    options,
    list: (words) => run(python, ['/usr/bin/openstack', ...words, '-f', 'json'], options),
    end: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
