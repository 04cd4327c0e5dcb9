import type { Lab, Only } from '../types';
import type { Fault, Path } from './references';

/** The variants in which something is part of the lab. */
export type Scope = readonly string[];

/** The one way of a lab that has no variants. */
export const EVERY_WAY = '';

/** The variants of something, within those of what it is in. */
export function scopeOf(lab: Lab, only: Only, within: Scope = everyWay(lab)): Scope {
  return only === undefined ? within : within.filter((variant) => only.includes(variant));
}

function everyWay(lab: Lab): Scope {
  const variants = Object.keys(lab.variants);
  return variants.length === 0 ? [EVERY_WAY] : variants;
}

/** Variants that the lab has not, and what is in no variant at all. */
export function onlyFaults(lab: Lab, only: Only, path: Path, scope: Scope = scopeOf(lab, only)): Fault[] {
  const unknown = (only ?? [])
    .filter((variant) => lab.variants[variant] === undefined)
    .map((variant) => ({ what: `There is no variant “${variant}”.`, path: [...path, 'only'] }));
  if (unknown.length > 0 || only === undefined || scope.length > 0) return unknown;
  return [{ what: 'It is in no variant, so it is never asked.', path: [...path, 'only'] }];
}
