import type { Clock } from '../../base';
import type { Inventory, Person } from '../../chameleon';
import type { Lab, LabRun } from '../types';
import { compareCard } from './compare';
import { subjectOfCard } from './comparePeople';
import type { CardRecord, CardVerdict } from './record';
import { usedServers, type UsageSession, type UsedServer } from './usage';

/** What a verification may touch. */
export interface CardWorld {
  readonly inventory: Inventory;
  session(siteName: string): UsageSession | undefined;
  readonly clock: Clock;
}

export interface Verification {
  readonly record: CardRecord;
  readonly lab: Lab;
  readonly world: CardWorld;
  /** Runs the lab's checks for the card's person, as far as the world allows: what can't be seen is `unknown`. */
  rerun(request: {
    readonly lab: Lab;
    readonly parameters: Readonly<Record<string, string>>;
    readonly subject: { readonly kind: 'person'; readonly person: Person };
    readonly signal: AbortSignal;
  }): Promise<LabRun>;
  /** Who handed the card in, where that is known. */
  readonly handedInBy?: Person;
  readonly signal: AbortSignal;
}

/**
 * Compares a card with the cloud: the checks are run again, and Nova is asked for its accounts of servers that are
 * gone, side by side. Rejects only on a cancel or if `rerun` does; a site that can't be asked leaves lines `unknown`.
 */
export async function verifyCardWith(verification: Verification): Promise<CardVerdict> {
  const { record, lab, world, signal, handedInBy } = verification;
  const person = subjectOfCard(record, world.inventory);
  const [run, used] = await Promise.all([
    verification.rerun({ lab, parameters: record.parameters, subject: { kind: 'person', person }, signal }),
    accounts(record, world, signal),
  ]);
  return compareCard(record, {
    lab,
    inventory: world.inventory,
    run,
    used,
    now: world.clock.now(),
    ...(handedInBy === undefined ? {} : { handedInBy }),
  });
}

/** One request for each site of which the card shows a server that is not there now. */
async function accounts(
  record: CardRecord,
  world: CardWorld,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly UsedServer[]>> {
  const asked = world.inventory.sites.map(async ({ site, project, servers }) => {
    const live = new Set(servers.map(({ id }) => id));
    const gone = record.resources.filter(
      (resource) => resource.kind === 'server' && resource.site === site.name && !live.has(resource.id),
    );
    const session = world.session(site.name);
    if (gone.length === 0 || project === undefined || session === undefined) return undefined;
    const from = Math.min(record.takenAt, ...gone.map((server) => server.from ?? record.takenAt));
    const used = await usedServers(session, project.id, { from, until: record.takenAt }, signal);
    return used === undefined ? undefined : ([site.name, used] as const);
  });
  return new Map((await Promise.all(asked)).filter((entry) => entry !== undefined));
}
