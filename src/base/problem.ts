/** An error that a person can act on: what happened, in plain words, and what to do next. */
export class Problem extends Error {
  /** The reader's next step, a full sentence; undefined where there is none to offer. */
  readonly next: string | undefined;

  constructor(what: string, options: { readonly next?: string | undefined; readonly cause?: unknown } = {}) {
    super(what, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.next = options.next;
  }
}

/** The sentence of any thrown thing, with the next step where it has one. */
export function sentenceOf(thrown: unknown): string {
  if (thrown instanceof Problem)
    return thrown.next === undefined ? thrown.message : `${thrown.message} ${thrown.next}`;
  if (thrown instanceof Error) return thrown.message;
  return String(thrown);
}

/** True for what an aborted `AbortSignal` throws: a cancel is not an error and is never shown as one. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}
