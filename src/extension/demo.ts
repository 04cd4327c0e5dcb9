import type { Demo } from '../demo';

export type { Demo };

/**
 * Starts the embedded miniature Chameleon: loopback only, its clouds live in memory only.
 * @param wholeClass a class in its fullest week, else some classmates
 */
export async function startEmbeddedDemo(wholeClass: boolean): Promise<Demo> {
  const { startDemo } = await import('../demo');
  return startDemo({ wholeClass });
}
