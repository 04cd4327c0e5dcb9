import type { Connection } from '../ssh';

const ASK_MS = 20_000;
const MAX_BYTES = 64 * 1024;

/**
 * The token of a Jupyter server, asked on its host at that moment: it is another one after each start.
 * @param container the Docker container that it runs in; `''`: on the host itself
 * @returns undefined where no running server tells one
 */
export async function jupyterToken(
  connection: Connection,
  container: string,
  port: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const command =
    container === ''
      ? // The login shell knows where the person installed it.
        `bash -lc 'jupyter server list || jupyter notebook list' 2>/dev/null`
      : 'docker exec "$container" jupyter server list 2>/dev/null || docker exec "$container" jupyter notebook list 2>/dev/null';
  const { stdout } = await connection.run(command, {
    signal,
    timeoutMs: ASK_MS,
    maxBytes: MAX_BYTES,
    env: { container },
  });
  return tokenIn(stdout, port);
}

/** The token in `jupyter server list`: of the server on that port, or of the only one there is. */
export function tokenIn(text: string, port: number): string | undefined {
  const servers = [
    ...text.matchAll(/https?:\/\/[^\s/]*?:(\d{1,5})\/\S*?[?&]token=([A-Za-z0-9._~-]{1,256})/g),
  ].map(([, at, token]) => ({ port: Number(at), token }));
  const there = servers.filter((server) => server.port === port);
  const fits = there.length > 0 ? there : servers;
  return new Set(fits.map(({ token }) => token)).size === 1 ? fits[0]?.token : undefined;
}

/** A page with a token, as Jupyter takes it. */
export function withToken(url: string, token: string): string {
  const page = new URL(url);
  page.searchParams.set('token', token);
  return page.href;
}

/** Whether a page is one of `withToken`. */
export function hasToken(url: string): boolean {
  return new URL(url).searchParams.has('token');
}
