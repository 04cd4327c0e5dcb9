import type { Inventory, Person } from '../../chameleon';
import type { Lab, LabRun } from '../types';
import type { PictureState } from './files';
import type { UsedServer } from './usage';

/** What is known now, by which a card is judged. */
export interface Evidence {
  readonly lab: Lab;
  readonly inventory: Inventory;
  /** The lab's checks run again for the card's person. */
  readonly run: LabRun;
  /** Nova's accounting by site name; no entry: the site did not say. */
  readonly used: ReadonlyMap<string, readonly UsedServer[]>;
  /** Milliseconds since 1970 by this machine. */
  readonly now: number;
  /** Who handed the card in, where that is known: it has to be theirs. */
  readonly handedInBy?: Person;
  /** What the file's picture tells. */
  readonly picture?: PictureState | undefined;
}

/** Clocks of laptops are wrong by minutes: differences up to this are none, ms. */
export const clockTolerance = 5 * 60_000;
