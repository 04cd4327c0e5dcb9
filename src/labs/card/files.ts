import * as v from 'valibot';
import { Problem } from '../../base';
import { pixelDigest } from './pixels';
import { isPng, textIn, withText } from './png';
import { CardRecordSchema, type CardRecord } from './record';

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

/** Whether a card's picture still shows what was drawn with its record; `undefined` where nothing tells. */
export function isAsDrawn(bytes: Uint8Array): boolean | undefined {
  if (!isPng(bytes)) return undefined;
  const [drawn, now] = [textIn(bytes, pictureKeyword), pixelDigest(bytes)];
  return drawn === undefined || now === undefined ? undefined : drawn === now;
}

/**
 * The record in a card's file: a PNG with it inside, JSON, or the HTML page. Throws a Problem that says what the
 * file is instead and what to do.
 */
export function readCard(bytes: Uint8Array): CardRecord {
  if (bytes.length > maxBytes)
    throw new Problem('The file is too large to be a card.', {
      next: 'Choose a card saved by Chameleon Labs.',
    });
  return recordIn(isPng(bytes) ? textInPicture(bytes) : new TextDecoder().decode(bytes));
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
