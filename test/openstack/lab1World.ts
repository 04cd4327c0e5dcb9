import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createLease, type FloatingIp, type Lease, type Server, type Session } from '../../src/openstack';
import { cli, newHome } from './cli';
import { cloud, session } from './clouds';
import { Guest } from './guest';
import { printHostKey } from './knobs';
import { Made } from './made';
import { oslab } from './start';

export const NAME = 'hello_chameleon-student_a';
export const HOST = 'hello-chameleon-student-a';
const key = path.join(oslab, 'creds', 'id_rsa_chameleon');

/** A check as `check --json` tells it. */
export interface Check {
  readonly id: string;
  readonly verdict: string;
  readonly cause?: string;
  readonly reason: string;
}

/** Lab 1 as a student has done it, by the lab's own APIs. */
export class Lab1World {
  readonly home = newHome();
  readonly session: Session;
  readonly made: Made;
  readonly lease: Lease;
  readonly server: Server;
  readonly ip: FloatingIp;
  readonly guest: Guest;

  private constructor(parts: Pick<Lab1World, 'made' | 'session' | 'lease' | 'server' | 'ip' | 'guest'>) {
    this.made = parts.made;
    this.session = parts.session;
    this.lease = parts.lease;
    this.server = parts.server;
    this.ip = parts.ip;
    this.guest = parts.guest;
    mkdirSync(this.copies);
  }

  static async make(): Promise<Lab1World> {
    const open = session(cloud('student_a'));
    const made = new Made(open);
    const lease = await made.flavorLease(NAME, 'm1.small', 6);
    const server = await made.server({ name: NAME, flavor: reservedFlavor(lease) });
    const ip = await made.floatingIp(server);
    const guest = await Guest.start(ip.address, publicKey());
    guest.answers.set('hostname', `${HOST}\n`);
    guest.answers.set('cat /home/cc/hello.txt', `Hello from ${HOST}\nand from student_a\n`);
    printHostKey(NAME, guest.hostKey);
    return new Lab1World({ made, session: open, lease, server, ip, guest });
  }

  get publicKey(): string {
    return publicKey();
  }

  /** Where the student copies files to. */
  get copies(): string {
    return path.join(this.home, 'copies');
  }

  /** All checks of Lab 1, by the command line, by their ids. */
  async check(
    options: {
      readonly username?: string;
      readonly keyFile?: string;
      readonly more?: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<{ code: number; checks: ReadonlyMap<string, Check> }> {
    const { username = 'student_a', keyFile = `${key}.pub`, more = [], env = {} } = options;
    const words = ['check', 'lab1-hello-chameleon', '--cloud', 'student_a', '--json', '--ssh-key', key];
    const parameters = [`username=${username}`, `keyFile=${keyFile}`, `folder=${this.copies}`];
    const ran = await cli(
      this.home,
      [...words, ...parameters.flatMap((each) => ['--param', each]), ...more],
      env,
    );
    if (ran.stdout === '') throw new Error(`check says: ${ran.stderr}`);
    const { checks } = JSON.parse(ran.stdout) as { readonly checks: readonly Check[] };
    return { code: ran.code, checks: new Map(checks.map((check) => [check.id, check])) };
  }

  async tidy(): Promise<void> {
    printHostKey(NAME, undefined);
    await this.guest.stop();
    await this.made.undo();
    rmSync(this.home, { recursive: true, force: true });
  }
}

function publicKey(): string {
  return readFileSync(`${key}.pub`, 'utf8');
}

/** The name of the flavor that a lease gives. */
export function reservedFlavor({ name, reservations }: Lease): string {
  const [reservation] = reservations;
  if (reservation === undefined) throw new Error(`${name} reserves nothing`);
  return `reservation:${reservation.id}`;
}

/** A lease that begins in an hour. */
export async function laterLease(open: Session, name: string): Promise<Lease> {
  const start = Date.now() + 3_600_000;
  return createLease(open, {
    name,
    start,
    end: start + 6 * 3_600_000,
    reservations: [{ resource_type: 'flavor:instance', flavor_id: '2', amount: 1, affinity: null }],
  });
}
