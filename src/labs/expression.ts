import {
  compile,
  register,
  search,
  TYPE_ANY,
  TYPE_ARRAY,
  TYPE_STRING,
  type JSONValue,
} from '@jmespath-community/jmespath';
import { Problem } from '../base';

export type Json = JSONValue;

const STRING = { types: [TYPE_STRING] };
const ANY = { types: [TYPE_ANY] };
const LIST = { types: [TYPE_ARRAY] };

/**
 * Functions beside JMESPath's own, each with its documentation: a closed list. A text that is not there is refused by
 * its type, so that what is absent stays unknown.
 */
export const labFunctions = {
  minutesBetween: {
    call: 'minutesBetween(a, b)',
    says: 'Minutes from time a to time b. Times without a zone are UTC, as Blazar writes them.',
    takes: [STRING, STRING],
    of: (a: unknown, b: unknown): Json => (timeOf(b) - timeOf(a)) / 60_000,
  },
  minuteOf: {
    call: 'minuteOf(time)',
    says: 'The minute of the hour of a time, 0 to 59, in UTC.',
    takes: [STRING],
    of: (time: unknown): Json => new Date(timeOf(time)).getUTCMinutes(),
  },
  sameKey: {
    call: 'sameKey(a, b)',
    says: 'Whether two public keys (`type base64 comment`) are one key, whatever the comment says.',
    takes: [ANY, ANY],
    of: (a: unknown, b: unknown): Json => {
      const [first, second] = [keyOf(a), keyOf(b)];
      return first !== undefined && first === second;
    },
  },
  lines: {
    call: 'lines(text)',
    says: 'The lines of a text that are not empty, without blanks at their end.',
    takes: [STRING],
    of: (text: unknown): Json =>
      String(text)
        .split('\n')
        .map((line) => line.trimEnd())
        .filter((line) => line !== ''),
  },
  words: {
    call: 'words(text)',
    says: 'The words of a text: what blanks, tabs and line ends separate.',
    takes: [STRING],
    of: (text: unknown): Json =>
      String(text)
        .split(/\s+/)
        .filter((word) => word !== ''),
  },
  matches: {
    call: "matches(text, 'pattern')",
    says: 'Whether a regular expression is found in a text.',
    takes: [STRING, STRING],
    of: (text: unknown, pattern: unknown): Json => new RegExp(String(pattern), 'u').test(String(text)),
  },
  captures: {
    call: "captures(text, 'pattern')",
    says: 'The first group, or the whole match, of each match in a text. `^` and `$` are those of a line.',
    takes: [STRING, STRING],
    of: (text: unknown, pattern: unknown): Json =>
      [...String(text).matchAll(new RegExp(String(pattern), 'gmu'))].map((found) =>
        found.length > 1 ? (found[1] ?? '') : found[0],
      ),
  },
  parseJson: {
    call: 'parseJson(text)',
    says: 'What JSON in a text says; null if it is none.',
    takes: [ANY],
    of: (text: unknown): Json => {
      try {
        return typeof text === 'string' ? (JSON.parse(text) as Json) : null;
      } catch {
        return null;
      }
    },
  },
  unique: {
    call: 'unique(list)',
    says: 'The different items of a list, in their order.',
    takes: [LIST],
    of: (list: unknown): Json => [...byText(list).values()],
  },
  count: {
    call: 'count(list, value)',
    says: 'How many items of a list are that value.',
    takes: [LIST, ANY],
    of: (list: unknown, value: unknown): Json =>
      itemsOf(list).filter((item) => JSON.stringify(item) === JSON.stringify(value)).length,
  },
  base64Decode: {
    call: 'base64Decode(text)',
    says: 'The text that base64 stands for.',
    takes: [STRING],
    of: (text: unknown): Json => {
      const packed = String(text).replace(/\s+/g, '');
      if (!/^(?:[\w+/-]{4})*(?:[\w+/-]{2,3}={0,2})?$/.test(packed)) throw new RangeError('not base64');
      return Buffer.from(packed, 'base64').toString('utf8');
    },
  },
} as const;

for (const [name, { takes, of }] of Object.entries(labFunctions))
  register(name, ([a, b]) => of(a, b), [...takes]);

function itemsOf(list: unknown): readonly Json[] {
  return Array.isArray(list) ? (list as Json[]) : [];
}

function byText(list: unknown): Map<string, Json> {
  const seen = new Map<string, Json>();
  for (const item of itemsOf(list)) {
    const text = JSON.stringify(item);
    if (!seen.has(text)) seen.set(text, item);
  }
  return seen;
}

function timeOf(value: unknown): number {
  const text = String(value).trim().replace(' ', 'T');
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(time)) throw new RangeError('not a time');
  return time;
}

const KEY = /^((?:ssh|ecdsa|sk)-[\w@.-]+)\s+([A-Za-z0-9+/]{40,}={0,2})(?:\s|$)/;

function keyOf(value: unknown): string | undefined {
  const found = typeof value === 'string' ? KEY.exec(value.trim()) : null;
  return found === null ? undefined : `${found[1]} ${found[2]}`;
}

/** @returns what is wrong with an expression, or undefined */
export function faultIn(expression: string): string | undefined {
  let tree: unknown;
  try {
    tree = compile(expression);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  const pattern = patternFault(tree);
  if (pattern !== undefined) return pattern;
  const unknown = [...expression.matchAll(/([A-Za-z_]\w*)\s*\(/g)]
    .map(([, name]) => name ?? '')
    .find((name) => !known.has(name));
  return unknown === undefined ? undefined : `There is no function ${unknown}().`;
}

/** A pattern is written out: one put together from values would let a value break out of its place. */
function patternFault(tree: unknown): string | undefined {
  if (tree === null || typeof tree !== 'object') return undefined;
  if ('type' in tree && tree.type === 'Function' && 'name' in tree && 'children' in tree) {
    const { name, children } = tree;
    if ((name === 'matches' || name === 'captures') && Array.isArray(children)) {
      const pattern: unknown = children[1];
      const literal =
        pattern !== null && typeof pattern === 'object' && 'value' in pattern ? pattern.value : 0;
      if (typeof literal !== 'string') return `The pattern of ${name}() must be written out in quotes.`;
      if (!isPattern(literal)) return `The pattern of ${name}() is no regular expression.`;
    }
  }
  for (const child of Object.values(tree)) {
    const fault = patternFault(child);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Whether a text is a regular expression. */
export function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}

// The library says so only when it meets the call in an answer.
const known = new Set(
  (
    'abs avg ceil contains ends_with find_first find_last floor from_items group_by items join keys length lower map ' +
    'max max_by merge min min_by not_null pad_left pad_right replace reverse sort sort_by split starts_with sum ' +
    'to_array to_number to_string trim trim_left trim_right type upper values zip'
  )
    .split(' ')
    .concat(Object.keys(labFunctions)),
);

/** An expression met data of another form than it is written for: nothing can be said of it. */
export class WrongForm extends Problem {}

/**
 * The value of an expression in a probe's answer.
 * @throws WrongForm where the answer has not the form that the expression needs (`length` of nothing, …)
 */
export function valueOf(expression: string, root: Json): Json {
  try {
    return search(root, expression);
  } catch (cause) {
    throw new WrongForm('The answer has another form than expected.', { cause });
  }
}
