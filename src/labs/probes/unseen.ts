import { Problem } from '../../base';
import type { UnknownCause } from '../types';

/** A probe could not see what it was to judge: the check is `unknown`, for this reason. The next step is its cause's. */
export class Unseen extends Problem {
  readonly unknown: UnknownCause;

  constructor(cause: UnknownCause, what: string, options: { readonly cause?: unknown } = {}) {
    super(what, { ...options, next: options.cause instanceof Problem ? options.cause.next : undefined });
    this.unknown = cause;
  }
}

/** Whether an expression looks at that key of the answer's root, so that the engine leaves the key to it. */
export function names(expect: readonly { readonly that: string }[], key: string): boolean {
  const pattern = new RegExp(`(?<![.\\w$'"])${key}(?!\\w)`);
  return expect.some(({ that }) => pattern.test(that));
}
