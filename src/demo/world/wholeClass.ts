import { addLease, startLease } from './leases';
import { addFloatingIp, addServer, bindFloatingIp, finishBuild } from './servers';
import type { SiteWorld } from './site';
import { cutToMinute } from './time';
import type { World } from './world';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What a class of 191 people had in its fullest week, over all sites. */
export const wholeClass = { people: 191, leases: 200, servers: 600, floatingIps: 300 } as const;

/** So many leases are made at a time: the editor that the demo runs in must not stand still for it. */
const AT_A_TIME = 4;

/** Made up, as everybody here is; no two of them with the initials of hardware. */
const FIRST = 'adam bella carl dora emil fatima henry iris jose kara leo nina omar priya'.split(' ');
const LAST = 'abbott brandt costa dietz ellis ferrari hansen ito jensen kowal lund moreno'.split(' ');

interface Student {
  readonly netId: string;
  readonly username: string;
}

/** The rest of a whole class at the site of virtual machines, beside those that are there in any demo. */
export async function fillClass(world: World): Promise<void> {
  const site = world.site('KVM@TACC');
  const students = FIRST.flatMap((first, row) =>
    LAST.map((last, column): Student => {
      const number = 1000 + (((row * LAST.length + column) * 37) % 9000);
      return { netId: `${first.charAt(0)}${last.charAt(0)}${number}`, username: `${first}${last}` };
    }),
  );
  const leases = wholeClass.leases - countOf(world, 'leases');
  const servers = wholeClass.servers - countOf(world, 'servers');
  for (let at = 0; at < leases; at += 1) {
    const student = students[at % students.length];
    if (student === undefined) break;
    // As many as are left, in equal parts.
    const share = Math.floor((servers * (at + 1)) / leases) - Math.floor((servers * at) / leases);
    lab2(world, site, student, at, share);
    if (at % AT_A_TIME === AT_A_TIME - 1) await breath();
  }
  for (let at = 0; countOf(world, 'floatingIps') < wholeClass.floatingIps; at += 1)
    addFloatingIp(site, {
      created: world.now() - (1 + (at % 40)) * HOUR_MS,
      // Those who have no lease now first: of some only an address is left.
      description: `node1-cloud-${students[(leases + at) % students.length]?.netId ?? ''}`,
    });
}

function countOf(world: World, of: 'leases' | 'servers' | 'floatingIps'): number {
  return world.sites.reduce((sum, site) => sum + site[of].size, 0);
}

/** Lets everything else of this process have its turn. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lab 2's lease (for some a second one, of the project) with its servers up; the first has a public address. */
function lab2(world: World, site: SiteWorld, student: Student, at: number, count: number): void {
  const { netId, username } = student;
  const first = at < FIRST.length * LAST.length;
  const start = cutToMinute(world.now() - (20 + ((at * 53) % 400)) * MINUTE_MS);
  const flavor = site.flavor('m1.medium');
  const lease = addLease(site, {
    name: first ? `lease1_cloud_${netId}` : `project_${netId}`,
    userId: site.user(username).id,
    start,
    end: start + (8 + (at % 5)) * HOUR_MS,
    created: start,
    reservations: [{ type: 'flavor:instance', flavor, amount: Math.max(1, count) }],
  });
  startLease(site, lease, start);
  const created = start + MINUTE_MS;
  for (let number = 1; number <= count; number += 1) {
    const server = addServer(site, {
      name: first ? `node${number}-cloud-${netId}` : `node${number}-project-${netId}`,
      user: site.user(username),
      keyName: `${username}-jupyter`,
      image: site.image('CC-Ubuntu24.04'),
      flavor: site.flavors.get(lease.reservations[0]?.id ?? '') ?? flavor,
      host: undefined,
      lease,
      networks: [site.network('sharednet1')],
      securityGroups: ['default', 'allow-ssh'].map((group) => site.group(group)),
      created,
      buildMs: 25_000,
      authorizedKeys: [],
      hostKey: world.makeHostKey(),
    });
    finishBuild(server);
    const [port] = server.ports;
    if (number === 1 && port !== undefined) bindFloatingIp(addFloatingIp(site, { created }), port, created);
  }
}
