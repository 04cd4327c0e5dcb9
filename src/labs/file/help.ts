import { labFunctions } from '../expression';

/** What a word of a lab file means: a function of expressions, or a key of the form. */
export interface WordHelp {
  /** How it is written. */
  readonly form: string;
  readonly says: string;
}

/** The descriptions of a JSON schema by key; of keys that occur in several places, all that they mean. */
export function keysOf(schema: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, Set<string>>();
  const walk = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if ('properties' in node && node.properties !== null && typeof node.properties === 'object')
      for (const [key, value] of Object.entries(node.properties)) {
        const says = descriptionOf(value);
        if (says !== undefined) found.set(key, (found.get(key) ?? new Set()).add(says));
      }
    Object.values(node).forEach(walk);
  };
  walk(schema);
  return new Map([...found].map(([key, says]) => [key, [...says].join(' ')]));
}

function descriptionOf(value: unknown): string | undefined {
  const isObject = value !== null && typeof value === 'object';
  return isObject && 'description' in value && typeof value.description === 'string'
    ? value.description
    : undefined;
}

/**
 * Help for the word at a place of a line; undefined where it is neither a function nor a key.
 * @param column from 0
 */
export function helpAt(
  line: string,
  column: number,
  keys: ReadonlyMap<string, string>,
): (WordHelp & { readonly from: number; readonly to: number }) | undefined {
  for (const found of line.matchAll(/[A-Za-z]\w*/g)) {
    const [word] = found;
    const [from, to] = [found.index, found.index + word.length];
    if (column < from || column > to) continue;
    const after = line.slice(to);
    const named = Object.entries(labFunctions).find(([name]) => name === word)?.[1];
    if (named !== undefined && after.startsWith('(')) return { form: named.call, says: named.says, from, to };
    const says = keys.get(word);
    if (says !== undefined && /^\s*:(?:\s|$)/.test(after)) return { form: `${word}:`, says, from, to };
  }
  return undefined;
}
