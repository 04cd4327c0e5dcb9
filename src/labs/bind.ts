import { Problem } from '../base';

/** What templates and expressions may name. */
export interface Bindings {
  readonly param: Readonly<Record<string, string>>;
  readonly name: Readonly<Record<string, string>>;
  readonly saved: Readonly<Record<string, unknown>>;
}

/** Where a value lands: there it is encoded, so that it cannot break out. */
export type Place = 'plain' | 'url' | 'pattern';

const SLOT = /\{\{\s*([A-Za-z][\w.]*)\s*\}\}/g;

/** A template names what is not known (yet): the check can't be asked. */
export class Unbound extends Problem {
  readonly what: string;
  constructor(what: string) {
    super(`${what} is not known.`);
    this.what = what;
  }
}

/** The names inside `{{…}}`. */
export function slotsOf(template: string): string[] {
  return [...template.matchAll(SLOT)].map(([, name]) => name ?? '');
}

/**
 * Fills a template: `{{netID}}` is a parameter, `{{name.x}}` one of the lab's names, `{{saved.x}}` a value from an
 * earlier check.
 * @throws Unbound
 */
export function fill(template: string, bindings: Bindings, place: Place): string {
  return template.replace(SLOT, (_, slot: string) => encoded(lookUp(slot, bindings), place));
}

function encoded(value: string, place: Place): string {
  switch (place) {
    case 'plain':
      return value;
    case 'url':
      return encodeURIComponent(value);
    case 'pattern':
      return value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
}

function lookUp(slot: string, { param, name, saved }: Bindings): string {
  const [room, key] = slot.includes('.') ? slot.split('.', 2) : ['param', slot];
  const values = room === 'param' ? param : room === 'name' ? name : saved;
  const value = values[key ?? ''];
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Unbound(key ?? slot);
}

/** The lab's names with the parameters in them; one that lacks a parameter is left out. */
export function namesOf(
  templates: Readonly<Record<string, string>>,
  param: Readonly<Record<string, string>>,
): Record<string, string> {
  const names: Record<string, string> = {};
  for (const [key, template] of Object.entries(templates))
    if (slotsOf(template).every((slot) => param[slot] !== undefined))
      names[key] = fill(template, { param, name: {}, saved: {} }, 'plain');
  return names;
}

/** `$.name.x`, `$.param.x`, `$.saved.x` in an expression. */
export function referencesIn(expression: string): { room: 'param' | 'name' | 'saved'; key: string }[] {
  return [...expression.matchAll(/\$\.(param|name|saved)\.([A-Za-z]\w*)/g)].map(([, room, key]) => ({
    room: room === 'param' ? 'param' : room === 'name' ? 'name' : 'saved',
    key: key ?? '',
  }));
}
