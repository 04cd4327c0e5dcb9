import { isAbort, Problem } from '../base';
import type { CommandResult, Connection, Door, HostKey, ListeningPort } from '../ssh';
import { failed, passed, unknown, type Rung } from './types';

/** What a server is expected to run, from the labs. */
export interface ExpectedService {
  readonly name: string;
  readonly port: number;
}

/** Who the server has to be: what was pinned at an earlier contact, and what its console printed. */
export interface KnownKeys {
  readonly pinned: readonly HostKey[];
  readonly printed: readonly HostKey[] | undefined;
}

/** The rungs that a stranger can climb: TCP, the first line, the host key. */
export function doorRungs(door: Door, known: KnownKeys): readonly Rung[] {
  if (door.gate !== undefined)
    return [
      failed('tcp', `The host before it was not reached: ${door.gate.message}`, {
        ...nextOf(door.gate),
        stops: true,
      }),
    ];
  if (door.tcp !== undefined) return [failed('tcp', door.tcp.message, { ...nextOf(door.tcp), stops: true })];
  const tcp = passed('tcp', 'Port 22 takes connections.');
  if (door.banner === undefined)
    return [
      tcp,
      failed('banner', 'It takes the connection and says nothing.', {
        next: 'It may still be starting, or have no memory left: wait, then restart it in Horizon.',
        repair: 'openInHorizon',
        stops: true,
      }),
    ];
  if (!door.banner.startsWith('SSH-'))
    return [
      tcp,
      failed('banner', `What answers on port 22 is no SSH server (“${short(door.banner)}”).`, {
        next: 'Something else was put on that port, or a network in between answers in its place.',
        stops: true,
      }),
    ];
  return [
    tcp,
    passed('banner', `It is ${short(door.banner.replace(/^SSH-[\d.]+-/, ''))}.`),
    hostKeyRung(door, known),
  ];
}

function hostKeyRung({ hostKey, handshake }: Door, { pinned, printed }: KnownKeys): Rung {
  if (hostKey === undefined)
    return failed('hostKey', handshake?.message ?? 'It showed no host key.', {
      ...nextOf(handshake),
      stops: true,
    });
  const same = (keys: readonly HostKey[]): boolean =>
    keys.some(({ type, base64 }) => type === hostKey.type && base64 === hostKey.base64);
  if (pinned.length > 0 && !same(pinned)) {
    const before = pinned.find(({ type }) => type === hostKey.type) ?? pinned[0];
    return failed(
      'hostKey',
      `It shows another key than before: now ${hostKey.fingerprint}, before ${before?.fingerprint ?? 'another'}.`,
      printed !== undefined && same(printed)
        ? {
            next: 'Its console prints the new key, so it was rebuilt: forget the old one.',
            repair: 'forgetHostKey',
            stops: true,
          }
        : {
            next: 'Only if you rebuilt it yourself, forget the old one. Else something else answers at its address.',
            repair: 'forgetHostKey',
            stops: true,
          },
    );
  }
  if (printed !== undefined && printed.length > 0 && !same(printed))
    return failed(
      'hostKey',
      `What answers is not this server: it shows ${hostKey.fingerprint}, its console printed ${printed.map(({ fingerprint }) => fingerprint).join(', ')}.`,
      { next: 'Look whose floating IP that is.', repair: 'attachFloatingIp', stops: true },
    );
  if (pinned.length > 0)
    return passed('hostKey', `It is the one that it had before (${hostKey.fingerprint}).`);
  if (printed !== undefined && printed.length > 0)
    return passed('hostKey', `It is the one that its console printed (${hostKey.fingerprint}).`);
  return unknown(
    'hostKey',
    `It was never met, and there is no console to compare ${hostKey.fingerprint} with.`,
    {
      next: 'At the first connection you are asked once.',
    },
  );
}

/** The login itself. */
export function loginRung(outcome: Connection | Error): Rung {
  if (!(outcome instanceof Error)) return passed('login', `You are in as ${outcome.target.user}.`);
  return failed('login', outcome.message, { ...nextOf(outcome), stops: true });
}

export function loginOfAnother(owner: string): Rung {
  return unknown('login', `It is ${owner}’s: your keys are not expected to be on it.`, {
    next: 'Its owner can run this on their machine and send you the report.',
    stops: true,
  });
}

/** One line for everything: what `df` says of the folders that a login needs, and whether they can be written. */
export const LOOK_COMMAND = `echo shell-works
df -P / "$HOME" /tmp 2>/dev/null | tail -n +2
echo '--inodes--'
df -Pi / "$HOME" /tmp 2>/dev/null | tail -n +2
echo '--write--'
t="$HOME/.chameleon-labs-$$"; (: > "$t") 2>&1 && rm -f "$t" && echo yes`;

/** Whether the shell works, and the disk has room. */
export function shellRungs(outcome: CommandResult | Error): readonly Rung[] {
  if (outcome instanceof Error)
    return [
      failed('shell', outcome.message, {
        next: 'Its shell may hang in a start-up file, or the machine is overloaded.',
        stops: true,
      }),
    ];
  const { stdout, stderr, exit } = outcome;
  if (!stdout.split('\n').includes('shell-works'))
    return [
      failed(
        'shell',
        `Its shell ends at once${exit === undefined ? '' : ` (${exit})`}: ${short(stderr || stdout) || 'no word why'}`,
        {
          next: 'Look at ~/.bashrc and at the login shell of the user.',
          stops: true,
        },
      ),
    ];
  return [passed('shell', 'A command runs.'), diskRung(stdout)];
}

function diskRung(stdout: string): Rung {
  const [space = '', rest = ''] = stdout.split('--inodes--');
  const [inodes = '', write = ''] = rest.split('--write--');
  const full = (text: string): string | undefined =>
    text
      .split('\n')
      .map((line) => /\s(\d{1,3})%\s+(\/.*)$/.exec(line))
      .find((match) => Number(match?.[1]) >= 99)?.[2];
  const fullSpace = full(space);
  if (fullSpace !== undefined)
    return failed('disk', `The disk of ${short(fullSpace)} is full.`, {
      next: 'Remove what is not needed (docker system prune, old checkpoints), or programs fail in odd ways.',
    });
  const fullInodes = full(inodes);
  if (fullInodes !== undefined)
    return failed('disk', `${short(fullInodes)} has no room for more files.`, {
      next: 'Remove folders with very many small files.',
    });
  if (/read-only file system/i.test(write))
    return failed('disk', 'Its disk is read-only, as after a fault.', {
      next: 'Restart it; if it stays so, save what you can and launch a new one.',
    });
  if (!/^yes$/m.test(write))
    return unknown('disk', `The home folder can’t be written: ${short(write) || 'no word why'}`);
  const used = /\s(\d{1,3})%\s/.exec(space)?.[1];
  return passed('disk', used === undefined ? 'It can be written.' : `${used} % of it is used.`);
}

/** Whether what the labs run there listens, and on which address. */
export function servicesRung(
  expected: readonly ExpectedService[],
  found: readonly ListeningPort[] | Error,
): Rung | undefined {
  if (expected.length === 0) return undefined;
  if (found instanceof Error) return unknown('services', found.message);
  const words = expected.map(({ name, port }) => {
    const it = found.find((each) => each.port === port);
    return it === undefined
      ? `nothing listens on ${port} (${name})`
      : `${name} listens on ${it.host}:${port}`;
  });
  const missing = expected.some(({ port }) => !found.some((each) => each.port === port));
  const what = `${words.join('; ')}.`.replace(/^./, (first) => first.toUpperCase());
  return missing
    ? failed('services', what, { next: 'Start the service as the lab says. SSH itself is fine.' })
    : passed('services', what);
}

/** For an error that ended a rung; an abort is passed on. */
export function errorOf(thrown: unknown): Error {
  if (thrown instanceof Error && isAbort(thrown)) throw thrown;
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function nextOf(error: Error | undefined): { next?: string | undefined } {
  return error instanceof Problem ? { next: error.next } : {};
}

/** A server's words: one short line without control characters. */
function short(text: string): string {
  const plain = [...text]
    .map((char) => ((char.codePointAt(0) ?? 0) < 32 || char === '\x7f' ? ' ' : char))
    .join('');
  const line = plain.trim().replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
