import { OpenStackError, sentenceIn } from '../../openstack';
import { boundCommand } from '../../ssh';
import { environmentOf, fill, type Bindings } from '../bind';
import type { Json } from '../expression';
import type { Probe } from '../types';
import type { ProbeSession } from '../world';
import { causeOf } from './openstack';
import { Unseen } from './unseen';

type ZunProbe = Extract<Probe, { kind: 'zun' }>;

/** The version that python-chi asks for (`platform` 4.6). */
const VERSION = { 'OpenStack-API-Version': 'container 1.41' };
const MAX_BYTES = 4_000_000;

/**
 * A container at the edge, by its exact name: without a command `{ status, body }`, its record; with one
 * `{ exit, stdout, json }` of what it did in the container. Values reach it as environment alone.
 * @throws Unseen where there is none, more than one, or no answer
 */
export async function probeZun(
  probe: ZunProbe,
  bindings: Bindings,
  site: string,
  session: ProbeSession | undefined,
  signal: AbortSignal,
): Promise<Json> {
  if (session === undefined) throw new Unseen('notAllowed', `You are not signed in at ${site}.`);
  try {
    const name = fill(probe.container, bindings, 'plain');
    const record = await containerNamed(session, name, signal);
    if (record === undefined) {
      if (probe.run === undefined) return { status: 404, body: {} };
      throw new Unseen('needs', `There is no container named ${name}.`);
    }
    if (probe.run === undefined) return { status: 200, body: record };
    return await executed(session, textOf(record['uuid']), probe.run, environmentOf(bindings), signal);
  } catch (thrown) {
    if (thrown instanceof OpenStackError)
      throw new Unseen(causeOf(thrown), thrown.message, { cause: thrown });
    throw thrown;
  }
}

type JsonRecord = Readonly<Record<string, Json>>;

async function containerNamed(
  session: ProbeSession,
  name: string,
  signal: AbortSignal,
): Promise<Record<string, Json> | undefined> {
  const body = await asked(session, { method: 'GET', path: '/containers', query: {} }, signal);
  const { containers } = body;
  if (!Array.isArray(containers) || !containers.every(isNamed))
    throw new Unseen('badAnswer', 'Zun sent no usable list of containers.');
  const found = containers.filter((each) => recordOf(each)['name'] === name);
  if (found.length > 1) throw new Unseen('badAnswer', `There are ${found.length} containers named ${name}.`);
  return found[0] === undefined ? undefined : { ...recordOf(found[0]) };
}

async function executed(
  session: ProbeSession,
  uuid: string,
  run: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Json> {
  // Zun splits the line as a shell would, and runs it without one.
  const command = boundCommand(run, env).replace(/ <\/dev\/null$/, '');
  const path = `/containers/${encodeURIComponent(uuid)}/execute`;
  const body = await asked(session, { method: 'POST', path, query: { command, run: 'true' } }, signal);
  const { output, exit_code: exit } = body;
  if (typeof output !== 'string' || typeof exit !== 'number')
    throw new Unseen('badAnswer', 'Zun did not say how the command ended.');
  return { exit, stdout: output, json: jsonOrNull(output) };
}

async function asked(
  session: ProbeSession,
  request: {
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
  },
  signal: AbortSignal,
): Promise<JsonRecord> {
  const answer = await session.raw({
    ...request,
    service: 'container',
    headers: VERSION,
    maxBytes: MAX_BYTES,
    signal,
  });
  const { status, text, truncated } = answer;
  const said = sentenceIn(text);
  const what = `Zun ${said === undefined ? `answered ${status}` : `says: ${said}`}`;
  if (status === 401 || status === 403) throw new Unseen('notAllowed', what);
  if (status === 429 || status >= 500) throw new Unseen('unreachable', what);
  const body = jsonOrNull(text);
  if (status < 200 || status > 299 || truncated || body === null) throw new Unseen('badAnswer', what);
  return recordOf(body);
}

function isNamed(item: Json): boolean {
  const { uuid, name } = recordOf(item);
  return typeof uuid === 'string' && typeof name === 'string';
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function recordOf(value: Json): JsonRecord {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function jsonOrNull(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
