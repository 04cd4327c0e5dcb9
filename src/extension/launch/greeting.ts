import type { App } from '../app';

/** How long a greeting may take, ms. */
const GREETING_MS = 4_000;

/** True if an SSH server greets at port 22. */
export async function answersSsh(
  app: App,
  address: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { dialBy } = await import('../../ssh');
  const stop = AbortSignal.any([AbortSignal.timeout(GREETING_MS), ...(signal === undefined ? [] : [signal])]);
  try {
    const socket = await dialBy(app.demo?.reach ?? ((host, port) => ({ host, port })))(address, 22, stop);
    return await new Promise<boolean>((resolve) => {
      const done = (answer: boolean): void => {
        socket.destroy();
        resolve(answer);
      };
      socket.once('data', (chunk: Buffer) => {
        done(chunk.toString('latin1').startsWith('SSH-'));
      });
      socket.once('error', () => {
        done(false);
      });
      socket.once('close', () => {
        done(false);
      });
      stop.addEventListener('abort', () => {
        done(false);
      });
    });
  } catch (thrown) {
    if (signal?.aborted === true) throw thrown;
    return false;
  }
}
