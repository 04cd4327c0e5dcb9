import * as v from 'valibot';
import { Problem } from '../../base';
import type { Inventory } from '../../chameleon';
import type { Lab } from '../types';
import { claimedRecord, claimsIn } from './claims';
import { pixelDigest } from './pixels';
import { isPng, textIn, withText } from './png';
import { CardRecordSchema, type CardRecord } from './record';
import { codeIn, isJpeg } from './scan';

/** The PNG text keyword under which a card's picture carries its record. */
const keyword = 'chameleon-labs-card';
/** Beside it, the digest of the pixels that were drawn from that record. */
const pictureKeyword = 'chameleon-labs-picture';
/** A card is some tens of kilobytes, its picture some hundreds: more is not a card. */
const maxBytes = 20 * 1024 * 1024;

/** The record as a file: JSON that a person can read; the digest does not depend on its spacing. */
export function cardJson(record: CardRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** The picture with the record inside it. */
export function embedInPng(png: Uint8Array, record: CardRecord): Uint8Array {
  const withRecord = withText(png, keyword, JSON.stringify(record));
  const drawn = pixelDigest(png);
  return drawn === undefined ? withRecord : withText(withRecord, pictureKeyword, drawn);
}

/** What a card's picture tells beside its record. */
export type PictureState =
  /** The pixels are those that were drawn from the record. */
  | 'asDrawn'
  /** They were changed since. */
  | 'edited'
  /** The record is lost, and what is known was read from the QR code. */
  | 'scanned';

/** A card as it was handed in. */
export interface HandedIn {
  readonly labId: string;
  /** `undefined` where there is no picture, or nothing tells. */
  readonly picture: PictureState | undefined;
  /** Its record: of a scanned picture as much as the code says, with the words of the lab and what is there now. */
  readonly record: (lab: Lab | undefined, inventory: Inventory) => CardRecord;
}

/**
 * A card's file: JSON, the HTML page, a PNG with the record inside, or any PNG or JPEG picture of the card (a
 * screenshot, a copy that a portal has re-encoded). Rejects with a Problem that says what the file is instead.
 */
export async function openCard(bytes: Uint8Array): Promise<HandedIn> {
  if (!isPicture(bytes) || (isPng(bytes) && textIn(bytes, keyword) !== undefined)) {
    const record = readCard(bytes);
    return { labId: record.lab.id, picture: pictureState(bytes), record: () => record };
  }
  inSize(bytes);
  const code = await codeIn(bytes);
  const claims = code === undefined ? undefined : claimsIn(code);
  if (claims === undefined)
    throw new Problem('The picture has no record inside, and no card’s code can be read from it.', {
      next: 'The whole card has to be on it, its code sharp. Else ask for the PNG or JSON file that Save wrote, sent as a file.',
    });
  return {
    labId: claims.lab,
    picture: 'scanned',
    record: (lab, inventory) => claimedRecord(claims, lab, inventory),
  };
}

/** True for the kinds of pictures that a card can be read from. */
export function isPicture(bytes: Uint8Array): boolean {
  return isPng(bytes) || isJpeg(bytes);
}

function pictureState(bytes: Uint8Array): PictureState | undefined {
  if (!isPng(bytes)) return undefined;
  const [drawn, now] = [textIn(bytes, pictureKeyword), pixelDigest(bytes)];
  if (drawn === undefined || now === undefined) return undefined;
  return drawn === now ? 'asDrawn' : 'edited';
}

/**
 * The record in a card's file: a PNG with it inside, JSON, or the HTML page. Throws a Problem that says what the
 * file is instead and what to do.
 */
export function readCard(bytes: Uint8Array): CardRecord {
  inSize(bytes);
  return recordIn(isPng(bytes) ? textInPicture(bytes) : new TextDecoder().decode(bytes));
}

function inSize({ length }: Uint8Array): void {
  if (length > maxBytes)
    throw new Problem('The file is too large to be a card.', {
      next: 'Choose a card saved by Chameleon Labs.',
    });
}

function textInPicture(bytes: Uint8Array): string {
  const text = textIn(bytes, keyword);
  if (text !== undefined) return text;
  throw new Problem('The picture has no record inside.', {
    next: 'It may be a screenshot, or a portal has re-encoded it: ask for the PNG or JSON file that Save wrote, sent as a file.',
  });
}

function recordIn(text: string): CardRecord {
  const inPage = /<script type="application\/json" id="record">([\s\S]*?)<\/script>/.exec(text)?.[1];
  const parsed = v.safeParse(CardRecordSchema, parseJson(inPage ?? text));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const place = v.getDotPath(issue) ?? 'the whole file';
  throw new Problem(`The file is not a completion card that this version can read (${place}).`, {
    next: 'If the card is from a newer Chameleon Labs, update the extension; else ask for the file that Save wrote.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('The file is not a completion card.', {
      next: 'Choose the PNG, JSON or HTML file that Save Completion Card wrote.',
    });
  }
}

/** `lab1-hello-chameleon-ab1234-2026-11-24`: the name that Save proposes, without its ending. */
export function cardFileStem(record: CardRecord): string {
  const who = record.subject.netId ?? record.subject.usernames[0] ?? 'card';
  const day = new Date(record.takenAt).toISOString().slice(0, 10);
  return `${record.lab.id}-${who}-${day}`.replace(/[^A-Za-z0-9._-]+/g, '_');
}
