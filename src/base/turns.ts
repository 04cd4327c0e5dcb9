/** The last of those who wait for a turn. */
let last: Promise<void> = Promise.resolve();

/**
 * Resolves in a turn of the event loop of its own, after those who asked before: dozens of answers that come together,
 * or of requests that begin together, then hold up nobody else in an editor's host for longer than one of them takes.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}
