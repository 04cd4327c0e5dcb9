import type { Forward, ForwardState } from '../../ssh';
import { timeLeft } from '../../chameleon';
import { row, type Row, type Tone } from './row';

/** The Connections view: each forward with its state in words. @param now this machine's time, ms since 1970 */
export function connectionRows(forwards: readonly Forward[], now: number): readonly Row[] {
  return forwards.map((forward) => forwardRow(forward, now));
}

function forwardRow(forward: Forward, now: number): Row {
  const { spec, state } = forward;
  const look = forwardLook(forward, now);
  return row({
    id: `forward:${spec.id}`,
    label: spec.name,
    description: `${spec.target.name}:${spec.remotePort} · ${look.words}`,
    icon: look.icon,
    tone: look.tone,
    tooltip: tooltipOf(forward, look.words),
    context: `forward.${state.kind}`,
    subject: { kind: 'forward', id: spec.id },
    ...(state.kind === 'up' || state.kind === 'degraded' ? { click: 'chameleon.openForward' } : {}),
  });
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
      const wait = timeLeft(Math.max(0, state.retryAt - now));
      return { words: `reconnecting in ${wait} · ${state.what}`, icon: 'sync', tone: 'warning' };
    }
    case 'refused':
      return { words: state.what, icon: 'error', tone: 'bad' };
    case 'stopped':
      return { words: 'stopped', icon: 'debug-disconnect', tone: 'quiet' };
  }
}

function latency(state: Extract<ForwardState, { kind: 'up' }>): string {
  return state.latencyMs === undefined ? '' : `${Math.round(state.latencyMs)} ms`;
}

function tooltipOf(forward: Forward, words: string): string[] {
  const { spec, state, bytes } = forward;
  const next = 'next' in state ? state.next : undefined;
  const moved =
    forward.localPort !== undefined && forward.localPort !== spec.localPort
      ? [`Port ${spec.localPort} was taken on this machine, so it is ${forward.localPort}.`]
      : [];
  return [
    `${spec.name} on ${spec.target.name}, port ${spec.remotePort}: ${words}`,
    ...(next === undefined ? [] : [next]),
    ...(forward.localPort === undefined ? [] : [`http://127.0.0.1:${forward.localPort}${spec.path}`]),
    ...moved,
    `${kib(bytes.in)} received, ${kib(bytes.out)} sent`,
  ];
}

function kib(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
