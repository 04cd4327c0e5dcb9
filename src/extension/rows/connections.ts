import type { Connection, Forward, ForwardState } from '../../ssh';
import { timeLeft } from '../../chameleon';
import type { KeptForward } from '../keptForwards';
import { row, type Row, type Subject, type Tone } from './row';
import { bothTimes, localTime } from './when';

export interface ConnectionsInput {
  readonly forwards: readonly Forward[];
  /** The connections that are up. */
  readonly connected: readonly Pick<Connection, 'target' | 'hostKey'>[];
  /** Pinned forwards whose server is not there now. */
  readonly waiting: readonly KeptForward[];
  /** Forwards of another window of this machine. */
  readonly elsewhere: readonly KeptForward[];
  readonly pinned: ReadonlySet<string>;
  /** The variable of a forward's service, and whether new terminals have it. */
  readonly variable: (forward: Forward) => { readonly name: string; readonly used: boolean } | undefined;
  /** Which server of the inventory a row is about. */
  readonly subject: (serverId: string) => Subject | undefined;
  /** This machine's time, ms since 1970. */
  readonly now: number;
}

/** The Connections view: each server with its session, below it its forwards, each with its state in words. */
export function connectionRows(input: ConnectionsInput): readonly Row[] {
  const servers = new Map<string, string>();
  for (const { target } of input.connected) servers.set(target.serverId, target.name);
  for (const { spec } of input.forwards) servers.set(spec.target.serverId, spec.target.name);
  for (const kept of [...input.elsewhere, ...input.waiting])
    if (!servers.has(kept.serverId)) servers.set(kept.serverId, kept.serverName);
  return [...servers].map(([serverId, name]) => serverRow(serverId, name, input));
}

function serverRow(serverId: string, name: string, input: ConnectionsInput): Row {
  const up = input.connected.find(({ target }) => target.serverId === serverId);
  const forwards = input.forwards.filter(({ spec }) => spec.target.serverId === serverId);
  const waiting = input.waiting.filter((each) => each.serverId === serverId);
  const via = (up?.target ?? forwards[0]?.spec.target)?.via.map((jump) => jump.name) ?? [];
  const elsewhere = input.elsewhere.filter((each) => each.serverId === serverId);
  const apart =
    elsewhere.length > 0 ? 'in another window' : waiting.length > 0 ? 'not there now' : 'not connected';
  const words = up === undefined ? apart : 'connected';
  return row({
    id: `session:${serverId}`,
    label: name,
    description: [words, ...(via.length > 0 ? [`via ${via.join(', ')}`] : [])].join(' · '),
    icon: up === undefined ? 'vm-outline' : 'vm-connect',
    tone: up === undefined ? 'quiet' : 'good',
    tooltip: [
      `SSH to ${name}: ${words}`,
      ...(up === undefined
        ? []
        : [
            `${up.target.user}@${up.target.address}, port ${up.target.port}`,
            `Host key ${up.hostKey.fingerprint}`,
          ]),
      ...(via.length > 0 ? [`Through ${via.join(', then ')}`] : []),
    ],
    context: `session.${up === undefined ? 'down' : 'up'}`,
    subject: input.subject(serverId),
    children: [
      ...forwards.map((forward) => forwardRow(forward, input)),
      ...elsewhere.map((kept) => elsewhereRow(kept)),
      ...waiting.map((kept) => waitingRow(kept)),
    ],
  });
}

function forwardRow(forward: Forward, { now, pinned, variable }: ConnectionsInput): Row {
  const its = variable(forward);
  const { spec, state } = forward;
  const look = forwardLook(forward, now);
  const isPinned = pinned.has(spec.id);
  return row({
    id: `forward:${spec.id}`,
    label: spec.name,
    description: [
      ...(spec.name === `Port ${spec.remotePort}` ? [] : [`:${spec.remotePort}`]),
      belowServer(look.words, spec.target),
      ...(isPinned ? ['pinned'] : []),
      ...(its?.used === true ? [its.name] : []),
    ].join(' · '),
    icon: look.icon,
    tone: look.tone,
    tooltip: tooltipOf(forward, look.words, now),
    spoken: `${spec.name} on port ${spec.remotePort} of ${spec.target.name}: ${look.words}`,
    context: [
      'forward',
      state.kind,
      ...(isPinned ? ['pinned'] : []),
      ...(its === undefined ? [] : [its.used ? 'inTerminals' : 'variable']),
    ].join('.'),
    subject: { kind: 'forward', id: spec.id },
    ...(state.kind === 'up' || state.kind === 'degraded' ? { click: 'chameleon.openForward' } : {}),
  });
}

function waitingRow(kept: KeptForward): Row {
  const words = kept.stopped ? 'stopped' : `comes back with ${kept.serverName}`;
  return row({
    id: `kept:${kept.id}`,
    label: kept.name,
    description: `:${kept.remotePort} · ${words} · pinned`,
    icon: 'pinned',
    tone: 'quiet',
    tooltip: [
      `${kept.name} is pinned to 127.0.0.1:${kept.localPort}.`,
      kept.stopped
        ? 'It was stopped. Open its service in Resources, or forward its port again.'
        : `It comes back as soon as a running server of yours is named ${kept.serverName}.`,
    ],
    context: 'kept.pinned',
    subject: { kind: 'forward', id: kept.id },
  });
}

function elsewhereRow(kept: KeptForward): Row {
  const words = `127.0.0.1:${kept.localPort} · in another window${kept.pinned ? ' · pinned' : ''}`;
  return row({
    id: `elsewhere:${kept.id}`,
    label: kept.name,
    description: `:${kept.remotePort} · ${words}`,
    icon: 'multiple-windows',
    tone: 'quiet',
    tooltip: [
      `${kept.name} on ${kept.serverName} is forwarded by another window to 127.0.0.1:${kept.localPort}.`,
      'It opens from here, too. When that window closes, it goes on in this one.',
    ],
    spoken: `${kept.name} on port ${kept.remotePort} of ${kept.serverName}: forwarded by another window`,
    context: 'elsewhere',
    subject: { kind: 'forward', id: kept.id },
    click: 'chameleon.openForward',
  });
}

/** Words without the server that they are about: its row stands above, and they are cut where the view ends. */
function belowServer(words: string, { name, address }: Forward['spec']['target']): string {
  for (const about of [`${name} (${address})`, name])
    for (const by of [' of ', ' to ', ' on ']) words = words.replace(`${by}${about}`, '');
  return words;
}

/** A forward's state as an icon, a tone and words. */
export function forwardLook(forward: Forward, now: number): { words: string; icon: string; tone: Tone } {
  const { state } = forward;
  const here = forward.localPort === undefined ? '' : `127.0.0.1:${forward.localPort}`;
  switch (state.kind) {
    case 'connecting':
      return { words: 'connecting …', icon: 'loading~spin', tone: 'busy' };
    case 'up':
      return {
        words: ['up', here, latency(state)].filter((word) => word !== '').join(' · '),
        icon: 'plug',
        tone: 'good',
      };
    case 'degraded':
      return { words: `${here} · ${state.what}`, icon: 'warning', tone: 'warning' };
    case 'waiting': {
      const seconds = Math.ceil((state.retryAt - now) / 1000);
      const wait = seconds <= 0 ? '…' : `in ${timeLeft(seconds * 1000)}`;
      return { words: `reconnecting ${wait} · ${state.what}`, icon: 'sync', tone: 'warning' };
    }
    case 'refused':
      return { words: `refused · ${state.what}`, icon: 'error', tone: 'bad' };
    case 'stopped':
      return { words: 'stopped', icon: 'debug-disconnect', tone: 'quiet' };
  }
}

function latency(state: Extract<ForwardState, { kind: 'up' }>): string {
  return state.latencyMs === undefined ? '' : `${Math.round(state.latencyMs)} ms`;
}

const SINCE: Readonly<Record<ForwardState['kind'], string>> = {
  connecting: 'Connecting since',
  up: 'Up since',
  degraded: 'So since',
  waiting: 'Away since',
  refused: 'Given up at',
  stopped: 'Stopped at',
};

function tooltipOf(forward: Forward, words: string, now: number): string[] {
  const { spec, state, bytes, last } = forward;
  const next = 'next' in state ? state.next : undefined;
  const moved =
    forward.localPort !== undefined && spec.localPort > 0 && forward.localPort !== spec.localPort
      ? [`Port ${spec.localPort} was taken on this machine, so it is ${forward.localPort}.`]
      : [];
  const over = state.kind === 'up' || state.kind === 'stopped' || state.kind === 'connecting';
  return [
    `${spec.name} on ${spec.target.name}, port ${spec.remotePort}: ${words}`,
    ...(next === undefined ? [] : [next]),
    `${SINCE[state.kind]} ${bothTimes(state.since)}`,
    ...(forward.localPort === undefined ? [] : [urlOf(forward) ?? `127.0.0.1:${forward.localPort}`]),
    ...moved,
    `${kib(bytes.in)} received, ${kib(bytes.out)} sent`,
    ...(last === undefined || !over
      ? []
      : [
          `Last trouble, ${localTime(last.at, now)}: ${last.what}${last.next === undefined ? '' : ` ${last.next}`}`,
        ]),
  ];
}

/** Where a forward is opened; `undefined` while it has no port. */
export function urlOf(forward: Forward): string | undefined {
  if (forward.localPort === undefined) return undefined;
  const scheme = forward.spec.speaks === 'https' ? 'https' : 'http';
  return `${scheme}://127.0.0.1:${forward.localPort}${forward.spec.path}`;
}

function kib(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
