import type { Person } from '../chameleon';
import {
  verifyCardWith,
  type CardRecord,
  type CardVerdict,
  type CardWorld,
  type PictureState,
  type UsedServer,
} from './card';
import { keepsNothing } from './evidence';
import { runLab } from './run';
import type { Lab } from './types';
import type { ProbeWorld } from './world';

/** Compares a card with what is there now, line by line. @throws AbortError */
export async function verifyCard(request: {
  readonly record: CardRecord;
  readonly lab: Lab;
  readonly world: ProbeWorld & CardWorld;
  readonly handedInBy?: Person;
  /** What the file's picture tells. */
  readonly picture?: PictureState | undefined;
  /** Nova's accounts, where they were asked for already. */
  readonly used?: ReadonlyMap<string, readonly UsedServer[]>;
  readonly signal: AbortSignal;
}): Promise<CardVerdict> {
  const { variant } = request.record.lab;
  return verifyCardWith({
    ...request,
    rerun: (again) =>
      runLab({
        ...again,
        ...(variant === undefined ? {} : { variant }),
        world: request.world,
        evidence: keepsNothing,
      }),
  });
}
