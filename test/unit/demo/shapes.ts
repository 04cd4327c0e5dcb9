import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isObject } from './client';

const FOLDER = path.join(import.meta.dirname, '../../fixtures/openstack-zed');

/** Objects whose keys are data: names of networks, of specs, of roles. */
const FREE_KEYS = new Set(['addresses', 'extra_specs', 'metadata', 'properties']);

/** A recorded answer of a real service. */
export function recorded(name: string): unknown {
  return JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8'));
}

interface Shape {
  readonly types: Set<string>;
  readonly keys: Map<string, Shape>;
  items: Shape | undefined;
  free: Shape | undefined;
}

/** All that was ever seen at each place of these values. */
export function shapeOf(values: readonly unknown[]): Shape {
  const shape: Shape = { types: new Set(), keys: new Map(), items: undefined, free: undefined };
  for (const value of values) add(shape, value, '');
  return shape;
}

function add(shape: Shape, value: unknown, name: string): void {
  shape.types.add(typeOf(value));
  if (Array.isArray(value)) {
    for (const item of value) add((shape.items ??= shapeOf([])), item, name);
  } else if (isObject(value)) {
    for (const [key, inside] of Object.entries(value)) {
      if (FREE_KEYS.has(name)) add((shape.free ??= shapeOf([])), inside, key);
      else {
        const known = shape.keys.get(key) ?? shapeOf([]);
        shape.keys.set(key, known);
        add(known, inside, key);
      }
    }
  }
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
}

/** Places where a value has a key or a type that was never recorded. */
export function strangers(value: unknown, shape: Shape | undefined, where = '$'): string[] {
  if (shape === undefined) return [`${where}: never recorded`];
  const type = typeOf(value);
  if (!shape.types.has(type)) return [`${where}: ${type}, recorded is ${[...shape.types].join(' or ')}`];
  if (Array.isArray(value))
    return unique(value.flatMap((item) => strangers(item, shape.items, `${where}[]`)));
  if (!isObject(value)) return [];
  return unique(
    Object.entries(value).flatMap(([key, inside]) =>
      strangers(inside, shape.free ?? shape.keys.get(key), `${where}.${key}`),
    ),
  );
}

/** Keys that every recorded object at a place has and this value lacks. */
export function missing(value: unknown, examples: readonly unknown[], where = '$'): string[] {
  if (Array.isArray(value)) {
    const items = examples.flatMap((example): unknown[] => (Array.isArray(example) ? example : []));
    return unique(value.flatMap((item) => missing(item, items, `${where}[]`)));
  }
  const objects = examples.filter(isObject);
  const [first] = objects;
  if (!isObject(value) || first === undefined || FREE_KEYS.has(where.split('.').at(-1) ?? '')) return [];
  const common = Object.keys(first).filter((key) => objects.every((each) => key in each));
  return common.flatMap((key) =>
    key in value
      ? missing(
          value[key],
          objects.map((each) => each[key]),
          `${where}.${key}`,
        )
      : [`${where}.${key}: left out`],
  );
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}
