import type { Clock } from '../../base';
import type { Inventory, Person } from '../../chameleon';
import type { Lab, LabRun } from '../types';
import { inVariant } from '../variants';
import { compareCard } from './compare';
import { subjectOfCard } from './comparePeople';
import type { PictureState } from './files';
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
  /** What the file's picture tells. */
  readonly picture?: PictureState | undefined;
  /** Nova's accounts, where they were asked for already. */
  readonly used?: ReadonlyMap<string, readonly UsedServer[]>;
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
    verification.used ?? accountsOf([record], world, signal),
  ]);
  return compareCard(record, {
    lab: inVariant(lab, record.lab.variant),
    inventory: world.inventory,
    run,
    used,
    now: world.clock.now(),
    picture: verification.picture,
    ...(handedInBy === undefined ? {} : { handedInBy }),
  });
}

/**
 * Nova's accounts by site name: one request for each site of which the cards show a server that is not there now.
 * Of a card's times only those of the last year count: a forged one makes no question longer.
 */
export async function accountsOf(
  records: readonly CardRecord[],
  world: CardWorld,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly UsedServer[]>> {
  const now = world.clock.now();
  const asked = world.inventory.sites.map(async ({ site, project, servers }) => {
    const live = new Set(servers.map(({ id }) => id));
    const times = records.flatMap(({ resources, takenAt }) => {
      const gone = resources.filter(
        (resource) => resource.kind === 'server' && resource.site === site.name && !live.has(resource.id),
      );
      return gone.flatMap(({ from }) => [from ?? takenAt, takenAt]);
    });
    const session = world.session(site.name);
    if (times.length === 0 || project === undefined || session === undefined) return undefined;
    const possible = times.map((time) => Math.min(now, Math.max(now - longestAccount, time)));
    const around = { from: Math.min(...possible), until: Math.max(...possible) };
    const used = await usedServers(session, project.id, around, signal);
    return used === undefined ? undefined : ([site.name, used] as const);
  });
  return new Map((await Promise.all(asked)).filter((entry) => entry !== undefined));
}

/** A course takes a term; longer back nobody marks, ms. */
const longestAccount = 366 * 24 * 3_600_000;
