/**
 * One window as the extension makes it, without the editor: `node --import=tsx window.ts FOLDER ID CLOUD-JSON FASTER`.
 * Tells on its standard output when it leads, what it warns of, and what it shows.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../src/base';
import { warningsDue, type WarningState } from '../../src/chameleon';
import type { CloudConfig } from '../../src/openstack';
import { Leader } from '../../src/extension/leader';
import { SignedIn } from '../../src/extension/signedIn';

const [folder = '', id = '', config = '', faster = '1'] = process.argv.slice(2);
const scale = Number(faster);
const began = Date.now();
/** Minutes pass in seconds. */
const clock: Clock = {
  now: () => began + (Date.now() - began) * scale,
  after: (ms, run) => {
    const timer = setTimeout(run, ms / scale);
    return () => {
      clearTimeout(timer);
    };
  },
};
const say = (what: object): void => {
  process.stdout.write(`${JSON.stringify({ at: clock.now(), ...what })}\n`);
};

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const open: { window?: SignedIn } = {};
  const leader = new Leader(path.join(folder, 'leader.lock'), id, clock, (leads) => {
    open.window?.setLeads(leads);
    say({ leads });
  });
  await leader.start();
  const clouds = [JSON.parse(config) as CloudConfig];
  const shows = new SignedIn({
    clouds,
    me: {},
    fetch,
    signIn: undefined,
    meeting: { folder, id, clock, leads: leader.leads },
  });
  open.window = shows;
  shows.onChange(({ sites }) => {
    say({ servers: sites[0]?.servers.length ?? 0 });
    if (leader.leads) warn(shows, clock.now());
  });
  shows.setVisible(true);
  await shows.start();
  say({ started: shows.inventory.sites[0]?.servers.length ?? 0 });
}

/** What was said is known to all windows, as the editor's own store is. */
function warn(window: SignedIn, now: number): void {
  const file = path.join(folder, 'warned.json');
  for (const site of window.inventory.sites)
    for (const lease of site.leases.filter(({ owner }) => owner.kind === 'me')) {
      const { due, state } = warningsDue(lease, warnedIn(file), now + site.clockOffset, [120]);
      writeFileSync(file, JSON.stringify(state));
      if (due !== undefined) say({ warned: lease.name });
    }
}

function warnedIn(file: string): WarningState {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as WarningState;
  } catch {
    return {};
  }
}

void main();
