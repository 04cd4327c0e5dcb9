import { OpenStackError, sentenceIn, serviceName, type RawAnswer } from '../../openstack';
import { fill, type Bindings } from '../bind';
import type { Json } from '../expression';
import type { Expectation, OpenStackCall, UnknownCause } from '../types';
import type { ProbeSession } from '../world';
import { names, Unseen } from './unseen';

const PAGE_SIZE = 1000;
const MOST_PAGES = 50;
const MAX_BYTES = 16_000_000;

/** Answers of one run, so that checks of one list ask for it once. */
export class Asked {
  readonly #answers = new Map<string, Promise<Json>>();

  /** What was asked before with the same words, or the answer of `ask`. */
  once(words: readonly string[], ask: () => Promise<Json>): Promise<Json> {
    const key = JSON.stringify(words);
    const answer = this.#answers.get(key) ?? ask();
    this.#answers.set(key, answer);
    return answer;
  }
}

/** A site as the person is signed in there. */
export interface SignedIn {
  readonly name: string;
  readonly session: ProbeSession | undefined;
  /** Whose resources count; undefined where it is not known. */
  readonly projectId: string | undefined;
}

/** `{ status, headers, body }` of a call. @throws Unseen for what says nothing about the deployment */
export async function probeOpenStack(
  probe: OpenStackCall,
  expect: readonly Expectation[],
  bindings: Bindings,
  site: SignedIn,
  asked: Asked,
  signal: AbortSignal,
): Promise<Json> {
  const { name, session, projectId } = site;
  if (session === undefined) throw new Unseen('notAllowed', `You are not signed in at ${name}.`);
  const path = fill(probe.path, bindings, 'url');
  const query = Object.fromEntries(
    Object.entries(probe.query).map(([key, value]) => [key, fill(value, bindings, 'plain')]),
  );
  const judgesStatus = names(expect, 'status');
  const words = [name, probe.service, path, JSON.stringify(query), probe.list ?? '', String(judgesStatus)];
  return asked.once(words, async () => {
    try {
      const call = { probe, path, query, judgesStatus, projectId, signal };
      return probe.list === undefined ? await one(session, call) : await whole(session, call, probe.list);
    } catch (thrown) {
      if (thrown instanceof OpenStackError)
        throw new Unseen(causeOf(thrown), thrown.message, { cause: thrown });
      throw thrown;
    }
  });
}

interface Call {
  readonly probe: OpenStackCall;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly judgesStatus: boolean;
  /** Whose resources count; undefined where it is not known. */
  readonly projectId: string | undefined;
  readonly signal: AbortSignal;
}

async function one(session: ProbeSession, call: Call): Promise<Json> {
  const { probe, path, query, judgesStatus, projectId, signal } = call;
  const answer = await session.raw({
    service: probe.service,
    method: 'GET',
    path,
    query,
    maxBytes: MAX_BYTES,
    signal,
  });
  judgeStatus(answer, probe.service, judgesStatus);
  const body = bodyOf(answer, probe.service);
  if (Object.values(recordOf(body)).some((inner) => isForeign(inner, projectId)))
    throw new Unseen('notAllowed', 'It belongs to another project.');
  return { status: answer.status, headers: { ...answer.headers }, body };
}

/** Follows the pages by marker: the service's own links may name hosts that only it can reach. */
async function whole(session: ProbeSession, call: Call, key: string): Promise<Json> {
  const items: Json[] = [];
  let marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = {
      ...call.query,
      ...(paged(call.probe.service) ? { limit: String(PAGE_SIZE) } : {}),
      ...(marker === undefined ? {} : { marker }),
    };
    const answer = await one(session, { ...call, query });
    const body = recordOf(recordOf(answer)['body'] ?? null);
    const part = body[key];
    if (!Array.isArray(part) || !part.every(isNamed))
      throw new Unseen('badAnswer', `${serviceName(call.probe.service)} sent no usable list of ${key}.`);
    items.push(...part.filter((item) => !isForeign(item, call.projectId)));
    const last = part.at(-1);
    const next = Array.isArray(body[`${key}_links`]) || typeof body['next'] === 'string';
    const lastId = last === undefined ? undefined : recordOf(last)['id'];
    if (!next || typeof lastId !== 'string' || lastId === marker)
      return { status: 200, headers: {}, body: { [key]: items } };
    marker = lastId;
  }
  throw new Unseen('badAnswer', `The list of ${key} does not end.`);
}

/** Blazar knows no pages, and keypairs of one person are few. */
function paged(service: string): boolean {
  return service !== 'reservation' && service !== 'identity';
}

/** An item that can be told from others: by an id or a name, its own or (key pairs) that of the one thing in it. */
function isNamed(item: Json): boolean {
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return false;
  if (typeof item['id'] === 'string') return !('name' in item) || typeof item['name'] === 'string';
  if (typeof item['name'] === 'string') return true;
  const inner = Object.values(item);
  return inner.length === 1 && inner[0] !== undefined && isNamed(inner[0]);
}

/** Of another project, and not shared by it: administrators see those too, and they are nobody's work here. */
function isForeign(item: Json, projectId: string | undefined): boolean {
  const { project_id: project, tenant_id: tenant, shared, 'router:external': external } = recordOf(item);
  const owner = project ?? tenant;
  if (projectId === undefined || typeof owner !== 'string' || owner === '') return false;
  return owner !== projectId && shared !== true && external !== true;
}

function recordOf(value: Json): Readonly<Record<string, Json>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function judgeStatus({ status, text }: RawAnswer, service: string, judged: boolean): void {
  if (status >= 200 && status < 300) return;
  const said = sentenceIn(text);
  const what = `${serviceName(service)} ${said === undefined ? `answered ${status}` : `says: ${said}`}`;
  if (status === 401 || status === 403) throw new Unseen('notAllowed', what);
  if (status === 429 || status >= 500) throw new Unseen('unreachable', what);
  if (!judged) throw new Unseen('badAnswer', what);
}

function bodyOf(answer: RawAnswer, service: string): Json {
  const wrong = new Unseen('badAnswer', `The answer of ${serviceName(service)} can't be understood.`);
  if (answer.truncated) throw wrong;
  // An object store lists as a bare list, and an empty container as nothing.
  const isStore = service === 'object-store';
  if (isStore && answer.status === 204) return [];
  try {
    const body = JSON.parse(answer.text) as Json;
    if (isStore && Array.isArray(body) && body.every(isStored)) return body;
    if (body !== null && typeof body === 'object' && !Array.isArray(body)) return body;
  } catch {
    // Said below.
  }
  throw wrong;
}

/** Containers and objects have a name, folders a path. */
function isStored(item: Json): boolean {
  const { name, subdir } = recordOf(item);
  return typeof name === 'string' || typeof subdir === 'string';
}

/** Why an OpenStack service could not tell. */
export function causeOf(error: OpenStackError): UnknownCause {
  switch (error.kind) {
    case 'unreachable':
    case 'serverFault':
    case 'tooMany':
      return 'unreachable';
    case 'timeout':
      return 'timeout';
    case 'unauthorized':
    case 'forbidden':
    case 'notFound':
      return 'notAllowed';
    case 'conflict':
    case 'badRequest':
    case 'badAnswer':
      return 'badAnswer';
  }
}
