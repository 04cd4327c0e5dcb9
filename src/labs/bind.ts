import { Problem } from '../base';

/** What templates and expressions may name. */
export interface Bindings {
  readonly param: Readonly<Record<string, string>>;
  readonly name: Readonly<Record<string, string>>;
  readonly saved: Readonly<Record<string, unknown>>;
  /** Of the variant in force; empty where the lab has none. */
  readonly variant: Readonly<Record<string, string | number>>;
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
 * earlier check, `{{variant.x}}` one of the variant in force.
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

function lookUp(slot: string, bindings: Bindings): string {
  const [room = '', key] = slot.includes('.') ? slot.split('.', 2) : ['param', slot];
  const value = isRoom(room) ? bindings[room][key ?? ''] : undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Unbound(key ?? slot);
}

/** The rooms of values that templates and expressions name. */
const ROOMS = ['param', 'name', 'saved', 'variant'] as const;
export type Room = (typeof ROOMS)[number];

function isRoom(word: string): word is Room {
  return ROOMS.some((room) => room === word);
}

/** The lab's names with the values in them; one that lacks a value is left out. */
export function namesOf(
  templates: Readonly<Record<string, string>>,
  param: Readonly<Record<string, string>>,
  variant: Bindings['variant'] = {},
): Record<string, string> {
  const names: Record<string, string> = {};
  const bindings = { param, name: {}, saved: {}, variant };
  for (const [key, template] of Object.entries(templates))
    if (slotsOf(template).every((slot) => isKnown(slot, bindings)))
      names[key] = fill(template, bindings, 'plain');
  return names;
}

function isKnown(slot: string, { param, variant }: Pick<Bindings, 'param' | 'variant'>): boolean {
  return slot.startsWith('variant.')
    ? variant[slot.slice('variant.'.length)] !== undefined
    : param[slot] !== undefined;
}

/** `$.name.x`, `$.param.x`, `$.saved.x`, `$.variant.x` in an expression. */
export function referencesIn(expression: string): { room: Room; key: string }[] {
  return [...expression.matchAll(/\$\.(\w+)\.([A-Za-z]\w*)/g)].flatMap(([, room = '', key = '']) =>
    isRoom(room) ? [{ room, key }] : [],
  );
}

/** What a command finds in its environment. */
export function environmentOf({ param, name, saved, variant }: Bindings): Record<string, string> {
  const values: Record<string, string> = { ...param };
  for (const [key, value] of Object.entries(name)) values[`name_${key}`] = value;
  for (const [key, value] of Object.entries(saved))
    if (typeof value === 'string' || typeof value === 'number') values[`saved_${key}`] = String(value);
  for (const [key, value] of Object.entries(variant)) values[`variant_${key}`] = String(value);
  return values;
}

const IN_ENVIRONMENT = /\$\{?(name|saved|variant)_([A-Za-z]\w*)/g;

/** `$name_x`, `$saved_x`, `$variant_x` in a command. */
export function environmentIn(command: string): { room: Room; key: string }[] {
  return [...command.matchAll(IN_ENVIRONMENT)].flatMap(([, room = '', key = '']) =>
    isRoom(room) ? [{ room, key }] : [],
  );
}

/** Whether a command or a script uses the variable. */
export function usesVariable(variable: string, command: string): boolean {
  return new RegExp(`\\$\\{?${variable}\\b`).test(command);
}

/** All texts in a value that a lab file wrote, keys aside. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(textsIn);
}
