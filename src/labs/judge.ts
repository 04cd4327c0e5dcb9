import { fill, Unbound, type Bindings } from './bind';
import { valueOf, WrongForm, type Json } from './expression';
import type { Expectation, LabCheck, Scalar } from './types';

/**
 * The first expectation that does not hold, in words; undefined: all hold.
 * @throws WrongForm where the answer has not the form that an expression needs
 */
export function firstFault(
  expect: readonly Expectation[],
  root: Json,
  bindings: Bindings,
): string | undefined {
  for (const each of expect) {
    const value = valueOf(each.that, root);
    // What is absent is neither right nor wrong, unless it is the question.
    if (value === null && each.exists === undefined)
      throw new WrongForm('The answer does not say what is asked.');
    if (!holds(each, value, bindings))
      return each.else === undefined ? fault(each, value, bindings) : fill(each.else, bindings, 'plain');
  }
  return undefined;
}

function holds(each: Expectation, value: Json, bindings: Bindings): boolean {
  const bound = (wanted: Scalar): Scalar =>
    typeof wanted === 'string' ? fill(wanted, bindings, 'plain') : wanted;
  if (each.is !== undefined) return value === bound(each.is);
  if (each.matches !== undefined)
    return typeof value === 'string' && new RegExp(fill(each.matches, bindings, 'pattern'), 'u').test(value);
  if (each.contains !== undefined) return contains(value, bound(each.contains));
  if (each.atLeast !== undefined) return typeof value === 'number' && value >= each.atLeast;
  if (each.atMost !== undefined) return typeof value === 'number' && value <= each.atMost;
  if (each.oneOf !== undefined) return each.oneOf.some((one) => bound(one) === value);
  if (each.exists !== undefined) return (value !== null) === each.exists;
  return false;
}

function contains(value: Json, wanted: Scalar): boolean {
  if (typeof value === 'string') return typeof wanted === 'string' && value.includes(wanted);
  return Array.isArray(value) && value.some((item) => item === wanted);
}

const LONGEST_VALUE = 60;

/** What was seen stands as it is: a server may have braces in its words. */
function fault(each: Expectation, value: Json, bindings: Bindings): string {
  // The probe's word for a port that is closed.
  if (each.that === 'status' && value === 0) return 'Nothing listens there.';
  return `It says ${shown(value)}, where the lab wants ${fill(wanted(each), bindings, 'plain')}.`;
}

function shown(value: Json): string {
  if (value === null) return 'not there';
  if (typeof value === 'object') return Array.isArray(value) ? `a list of ${value.length}` : 'something else';
  const text = String(value).replace(/\s+/g, ' ').trim();
  if (text === '') return 'empty';
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)} …` : text;
}

function wanted(each: Expectation): string {
  if (each.is !== undefined) return String(each.is);
  if (each.matches !== undefined) return `like ${each.matches}`;
  if (each.contains !== undefined) return `something that contains ${String(each.contains)}`;
  if (each.atLeast !== undefined) return `at least ${each.atLeast}`;
  if (each.atMost !== undefined) return `at most ${each.atMost}`;
  if (each.oneOf !== undefined) return `one of ${each.oneOf.map(String).join(', ')}`;
  return each.exists === true ? 'there' : 'absent';
}

/** A check's hint with its values; without one that it names it would say nothing that helps: undefined. */
export function hintOf({ hint }: LabCheck, bindings: Bindings): string | undefined {
  try {
    return hint === undefined ? undefined : fill(hint, bindings, 'plain');
  } catch (thrown) {
    if (thrown instanceof Unbound) return undefined;
    throw thrown;
  }
}
