import { setMaxListeners } from 'node:events';

/** Calls `run` at the abort; the returned function takes it back. One signal may stand behind hundreds of these. */
export function whenAborted(signal: AbortSignal, run: () => void): () => void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', run, { once: true });
  return () => {
    signal.removeEventListener('abort', run);
  };
}
