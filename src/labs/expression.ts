import {
  compile,
  register,
  search,
  TYPE_ANY,
  TYPE_STRING,
  type JSONValue,
} from '@jmespath-community/jmespath';
import { Problem } from '../base';

export type Json = JSONValue;

/** Functions beside JMESPath's own, each with its documentation: a closed list. */
const FUNCTIONS = {
  /** `minutesBetween(a, b)`: from `a` to `b`, as a number; times without a zone are UTC, as Blazar writes them. */
  minutesBetween: (a: unknown, b: unknown): number => (timeOf(b) - timeOf(a)) / 60_000,
  /** `sameKey(a, b)`: whether two public keys (`type base64 comment`) are one key, whatever the comment says. */
  sameKey: (a: unknown, b: unknown): boolean => {
    const [first, second] = [keyOf(a), keyOf(b)];
    return first !== undefined && first === second;
  },
};

register('minutesBetween', ([a, b]) => FUNCTIONS.minutesBetween(a, b), [
  { types: [TYPE_STRING] },
  { types: [TYPE_STRING] },
]);
register('sameKey', ([a, b]) => FUNCTIONS.sameKey(a, b), [{ types: [TYPE_ANY] }, { types: [TYPE_ANY] }]);

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
  try {
    compile(expression);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
  const unknown = [...expression.matchAll(/([A-Za-z_]\w*)\s*\(/g)]
    .map(([, name]) => name ?? '')
    .find((name) => !known.has(name));
  return unknown === undefined ? undefined : `There is no function ${unknown}().`;
}

// The library says so only when it meets the call in an answer.
const known = new Set(
  (
    'abs avg ceil contains ends_with find_first find_last floor from_items group_by items join keys length lower map ' +
    'max max_by merge min min_by not_null pad_left pad_right replace reverse sort sort_by split starts_with sum ' +
    'to_array to_number to_string trim trim_left trim_right type upper values zip'
  )
    .split(' ')
    .concat(Object.keys(FUNCTIONS)),
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
