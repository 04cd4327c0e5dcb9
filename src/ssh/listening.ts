import { SshError } from './problems';
import type { Connection } from './types';

/** A port that something listens on, on a server. */
export interface ListeningPort {
  readonly port: number;
  /** Where a forward goes to reach it, as seen from the server. */
  readonly host: string;
  /** Who listens, as far as it may be told: a container's name, a program. */
  readonly by: string | undefined;
}

const ASK_MS = 10_000;
const MAX_BYTES = 256 * 1024;
/** sshd itself, and what systemd listens on for everybody. */
const NOBODYS = new Set([22, 53, 111, 5355]);

/** `ss` has the ports; the names of containers that publish them come from Docker, where the user may ask it. */
const COMMAND = `ss -H -ltnp 2>/dev/null || netstat -ltn 2>/dev/null || echo --blind--
echo '--containers--'
command -v docker >/dev/null 2>&1 && docker ps --format '{{.Names}}\t{{.Ports}}' 2>/dev/null
true`;

/** The TCP ports that something listens on, on the server, lowest first. */
export async function listeningPorts(
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly ListeningPort[]> {
  const { stdout } = await connection.run(COMMAND, {
    signal,
    timeoutMs: ASK_MS,
    maxBytes: MAX_BYTES,
    env: { LC_ALL: 'C' },
  });
  if (!stdout.includes('--containers--') || stdout.includes('--blind--'))
    throw new SshError('protocol', `${connection.target.name} does not say what listens on it.`, {
      next: 'It has neither ss nor netstat.',
    });
  return parseListening(stdout);
}

/** Reads the answer of `ss -H -ltnp` (or `netstat -ltn`), then of `docker ps`. */
export function parseListening(text: string): readonly ListeningPort[] {
  const [sockets = '', containers = ''] = text.split('--containers--');
  const names = containerPorts(containers);
  const found = new Map<number, ListeningPort>();
  for (const line of sockets.split('\n')) {
    if (!/\bLISTEN\b/.test(line)) continue;
    const local = /(?:^|\s)([[\]\d.:a-f*]+(?:%\w+)?):(\d{1,5})\s+[[\]\d.:a-f*]+:(?:\*|\d+)(?:\s|$)/.exec(
      line,
    );
    const port = Number(local?.[2]);
    if (local === null || port < 1 || port > 65_535 || NOBODYS.has(port)) continue;
    const host = reachedAt(local[1] ?? '');
    const before = found.get(port);
    // IPv4 before IPv6 of the same port.
    if (before !== undefined && (before.host === '127.0.0.1' || host !== '127.0.0.1')) continue;
    const program = /users:\(\("([^"]{1,60})"/.exec(line)?.[1];
    found.set(port, { port, host, by: names.get(port) ?? program });
  }
  return [...found.values()].sort((a, b) => a.port - b.port);
}

/** Docker writes `0.0.0.0:8888->8888/tcp, :::8888->8888/tcp, 9000/tcp`. */
function containerPorts(text: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name = '', ports = ''] = line.split('\t');
    for (const [, first, last] of ports.matchAll(/:(\d{1,5})(?:-(\d{1,5}))?->/g))
      for (let port = Number(first); port <= Math.min(Number(last ?? first), Number(first) + 100); port += 1)
        names.set(port, name);
  }
  return names;
}

function reachedAt(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (bare === '*' || bare === '0.0.0.0' || bare === '::' || bare.startsWith('127.')) return '127.0.0.1';
  return bare.startsWith('::ffff:') ? bare.slice('::ffff:'.length) : bare;
}
