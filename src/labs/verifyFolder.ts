import { isAbort, Problem, sentenceOf } from '../base';
import { Slots } from '../ssh';
import {
  accountsOf,
  compareFolder,
  openCard,
  type CardRecord,
  type CardWorld,
  type FolderEntry,
  type FolderVerdict,
  type PictureState,
  type UsedServer,
} from './card';
import { sharedSession } from './sharedLists';
import { verifyCard } from './verifyCard';
import type { Lab } from './types';
import type { ProbeWorld } from './world';

/** Cards that are judged at once: enough to wait for no single server, few enough to flood none. */
const SIDE_BY_SIDE = 8;

export interface FolderFile {
  /** As a marker knows it: its path below the folder. */
  readonly name: string;
  read(): Promise<Uint8Array>;
}

/**
 * Judges all cards of a folder. Lists and Nova's accounts are asked for once and shared by all cards, so requests
 * grow with services rather than with students. A file that is no card is named, and stops nothing.
 * @throws AbortError
 */
export async function verifyFolder(request: {
  readonly files: readonly FolderFile[];
  readonly labs: readonly Lab[];
  readonly world: ProbeWorld & CardWorld;
  readonly signal: AbortSignal;
  readonly onCard?: (done: number, of: number) => void;
}): Promise<FolderVerdict> {
  const { files, signal, onCard } = request;
  // One after the other: each may be a large picture, and reading it keeps the processor busy.
  const read: (Card | NoCard)[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    read.push(await recordIn(file, request));
  }
  signal.throwIfAborted();
  const cards = read.filter((each): each is Card => 'record' in each);
  const world = shared(request.world, signal);
  const used = await accountsOf(
    cards.map(({ record }) => record),
    world,
    signal,
  );
  const slots = new Slots(SIDE_BY_SIDE);
  let done = 0;
  const entries = await Promise.all(
    cards.map(async (card) => {
      const leave = await slots.enter(signal);
      try {
        return await judged(card, { ...request, world, used });
      } finally {
        leave();
        onCard?.((done += 1), cards.length);
      }
    }),
  );
  return compareFolder(
    entries,
    read.filter((each): each is NoCard => 'why' in each),
  );
}

interface Card {
  readonly file: string;
  readonly record: CardRecord;
  readonly picture: PictureState | undefined;
}

interface NoCard {
  readonly file: string;
  readonly why: string;
}

async function recordIn(
  file: FolderFile,
  { labs, world }: { readonly labs: readonly Lab[]; readonly world: CardWorld },
): Promise<Card | NoCard> {
  try {
    const card = await openCard(await file.read());
    const lab = labs.find(({ id }) => id === card.labId);
    return { file: file.name, record: card.record(lab, world.inventory), picture: card.picture };
  } catch (thrown) {
    return { file: file.name, why: thrown instanceof Problem ? thrown.message : "It can't be read." };
  }
}

async function judged(
  { file, record, picture }: Card,
  request: {
    readonly labs: readonly Lab[];
    readonly world: ProbeWorld & CardWorld;
    readonly used: ReadonlyMap<string, readonly UsedServer[]>;
    readonly signal: AbortSignal;
  },
): Promise<FolderEntry> {
  const lab = request.labs.find(({ id }) => id === record.lab.id);
  if (lab === undefined) return { file, record, why: `There is no lab ${record.lab.id} here.` };
  try {
    return { file, record, verdict: await verifyCard({ ...request, record, lab, picture }) };
  } catch (thrown) {
    if (isAbort(thrown) && request.signal.aborted) throw thrown;
    return { file, record, why: sentenceOf(thrown) };
  }
}

function shared(world: ProbeWorld & CardWorld, signal: AbortSignal): ProbeWorld & CardWorld {
  const sessions = new Map<string, ReturnType<typeof sharedSession> | undefined>();
  return {
    ...world,
    session: (site) => {
      if (!sessions.has(site)) {
        const session = world.session(site);
        sessions.set(site, session === undefined ? undefined : sharedSession(session, signal));
      }
      return sessions.get(site);
    },
  };
}
