import type { ForwardState } from './types';

/** What happens to a forward. */
export type ForwardEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  /** The service behind the forward answered. */
  | { readonly kind: 'answered'; readonly latencyMs: number }
  /** The connection stands, and the service does not do what it should. */
  | { readonly kind: 'ailing'; readonly what: string; readonly next: string | undefined }
  /** The connection broke or was not made, and trying again makes sense. */
  | {
      readonly kind: 'lost';
      readonly what: string;
      readonly next: string | undefined;
      readonly retryMs: number;
    }
  /** Trying again would not help before somebody does something. */
  | { readonly kind: 'refused'; readonly what: string; readonly next: string | undefined };

const FIRST_MS = 1_000;
const LAST_MS = 30_000;

/** How long to wait after the n-th failure in a row (the first is 1). */
export function backoffMs(failures: number): number {
  return Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(10, Math.max(0, failures - 1)));
}

/**
 * The next state of a forward. `since` is kept while the kind of state stays. Late news of a forward that was stopped or
 * refused change nothing: only a start does.
 */
export function forwardStep(state: ForwardState, event: ForwardEvent, now: number): ForwardState {
  if (event.kind === 'stop') return state.kind === 'stopped' ? state : { kind: 'stopped', since: now };
  if (event.kind === 'start') return state.kind === 'connecting' ? state : { kind: 'connecting', since: now };
  if (state.kind === 'stopped' || state.kind === 'refused') return state;
  const since = (kind: ForwardState['kind']): number => (state.kind === kind ? state.since : now);
  switch (event.kind) {
    case 'answered':
      // An answer that was under way when the connection broke is no sign of life.
      if (state.kind === 'waiting') return state;
      return { kind: 'up', since: since('up'), latencyMs: event.latencyMs };
    case 'ailing':
      if (state.kind === 'waiting') return state;
      return { kind: 'degraded', since: since('degraded'), what: event.what, next: event.next };
    case 'lost':
      return {
        kind: 'waiting',
        since: since('waiting'),
        retryAt: now + event.retryMs,
        what: event.what,
        next: event.next,
      };
    case 'refused':
      return { kind: 'refused', since: now, what: event.what, next: event.next };
  }
}
