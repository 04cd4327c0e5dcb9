import type { Demo } from '../demo';

export type { Demo };

/** Starts the embedded miniature Chameleon: loopback only, its clouds live in memory only. */
export async function startEmbeddedDemo(): Promise<Demo> {
  const { startDemo } = await import('../demo');
  return startDemo();
}
