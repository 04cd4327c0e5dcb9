import { isAbort } from '../../base';
import { SshError, type Target } from '../../ssh';
import type { Bindings } from '../bind';
import type { Json } from '../expression';
import type { Expectation, Probe } from '../types';
import type { ProbeWorld } from '../world';
import { names, Unseen } from './unseen';

type SshProbe = Extract<Probe, { kind: 'ssh' }>;
const MAX_OUTPUT_BYTES = 1_000_000;

/**
 * `{ login, exit, stdout, stderr, json }` of a command on a host. Values reach it as environment variables, never as
 * text of the command. `login: false` is only given to a check that asks about it.
 * @throws Unseen
 */
export async function probeSsh(
  probe: SshProbe,
  expect: readonly Expectation[],
  target: Target,
  bindings: Bindings,
  world: ProbeWorld,
  signal: AbortSignal,
): Promise<Json> {
  if (world.connect === undefined)
    throw new Unseen('noKey', 'Without a key for the server, this cannot be seen from here.');
  try {
    const connection = await world.connect(target, signal);
    const result = await connection.run(probe.run, {
      signal,
      timeoutMs: probe.timeoutSeconds * 1000,
      maxBytes: MAX_OUTPUT_BYTES,
      env: environmentOf(bindings),
    });
    if (result.exit === undefined) throw new Unseen('unreachable', 'The connection broke.');
    if (result.truncated) throw new Unseen('badAnswer', 'The command printed too much to judge.');
    return {
      login: true,
      exit: result.exit,
      stdout: result.stdout,
      stderr: result.stderr,
      json: jsonOrNull(result.stdout),
    };
  } catch (thrown) {
    if (thrown instanceof SshError && thrown.kind === 'auth' && names(expect, 'login'))
      return { login: false, exit: null, stdout: '', stderr: '', json: null };
    if (isAbort(thrown) && signal.aborted) throw thrown;
    throw unseen(thrown);
  }
}

function unseen(thrown: unknown): unknown {
  if (!(thrown instanceof SshError)) return thrown;
  const { message, kind } = thrown;
  switch (kind) {
    case 'timeout':
      return new Unseen('timeout', message, { cause: thrown });
    case 'noKey':
    case 'auth':
      return new Unseen('noKey', message, { cause: thrown });
    case 'hostKeyChanged':
    case 'hostKeyRejected':
      return new Unseen('notAllowed', message, { cause: thrown });
    case 'unreachable':
    case 'refused':
    case 'closed':
    case 'forwardRefused':
    case 'protocol':
      return new Unseen('unreachable', message, { cause: thrown });
  }
}

function environmentOf({ param, name, saved }: Bindings): Record<string, string> {
  const values: Record<string, string> = { ...param };
  for (const [key, value] of Object.entries(name)) values[`name_${key}`] = value;
  for (const [key, value] of Object.entries(saved))
    if (typeof value === 'string' || typeof value === 'number') values[`saved_${key}`] = String(value);
  return values;
}

function jsonOrNull(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
