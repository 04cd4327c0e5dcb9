import { Problem } from '../base';

/** What went wrong with a call, as far as the caller can act on it differently. */
export type OpenStackErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'conflict'
  | 'badRequest'
  | 'tooMany'
  | 'serverFault'
  | 'badAnswer';

interface ErrorFacts {
  readonly kind: OpenStackErrorKind;
  /** The catalog type that was asked: identity, compute, reservation, … */
  readonly service: string;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly said?: string | undefined;
  readonly next?: string | undefined;
  readonly cause?: unknown;
}

/** A call to an OpenStack service that did not give what was asked. Carries no token and no secret. */
export class OpenStackError extends Problem {
  readonly kind: OpenStackErrorKind;
  readonly service: string;
  /** The HTTP status; `undefined` where no answer came. */
  readonly status: number | undefined;
  /** What the operators' logs know the request by. */
  readonly requestId: string | undefined;
  /** The service's own sentence, untranslated. */
  readonly said: string | undefined;

  constructor(what: string, facts: ErrorFacts) {
    super(what, { next: facts.next, cause: facts.cause });
    this.kind = facts.kind;
    this.service = facts.service;
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.said = facts.said;
  }
}

/**
 * Whether what was asked for may have been done although no proper answer came: then the truth is read again instead
 * of asking twice. A refusal in the service's own words is none of these.
 */
export function isAnswerLost({ kind, said }: OpenStackError): boolean {
  switch (kind) {
    case 'unreachable':
    case 'timeout':
    case 'badAnswer':
      return true;
    case 'serverFault':
      return said === undefined;
    case 'unauthorized':
    case 'forbidden':
    case 'notFound':
    case 'conflict':
    case 'badRequest':
    case 'tooMany':
      return false;
  }
}

/** Names of the services that a student meets in Horizon and in the labs. */
const SERVICE_NAMES: ReadonlyMap<string, string> = new Map([
  ['identity', 'Keystone (sign-in)'],
  ['compute', 'Nova (servers)'],
  ['network', 'Neutron (networks)'],
  ['image', 'Glance (images)'],
  ['reservation', 'Blazar (leases)'],
  ['volumev3', 'Cinder (volumes)'],
  ['object-store', 'Swift (object store)'],
  ['container', 'Zun (containers)'],
]);

/** The service in words: `Nova (servers)`. */
export function serviceName(service: string): string {
  return SERVICE_NAMES.get(service) ?? service;
}

/** The error for an answer with a status that says no. `text` is the body as sent. */
export function refusalOf(
  service: string,
  answer: { readonly status: number; readonly headers: Headers; readonly text: string },
): OpenStackError {
  const said = sentenceIn(answer.text);
  const { kind, next } = meaningOf(answer.status);
  const full = said !== undefined && QUOTA.test(said);
  const name = serviceName(service);
  const words = said === undefined ? `answered ${answer.status}` : `says: ${said}`;
  return new OpenStackError(`${name} ${words}`, {
    kind,
    service,
    status: answer.status,
    requestId: requestIdOf(answer.headers),
    said,
    next: full
      ? 'Delete what nobody needs any more, or tell the course staff: it is the whole project’s.'
      : next,
  });
}

/** Nova, Neutron and Cinder say it with 403, 409 and 413. */
const QUOTA = /quota|maximum number of ports exceeded/i;

/** Whether the project has as much of something as it may have. */
export function isOverQuota({ said }: OpenStackError): boolean {
  return QUOTA.test(said ?? '');
}

function meaningOf(status: number): { kind: OpenStackErrorKind; next: string } {
  switch (status) {
    case 401:
      return { kind: 'unauthorized', next: 'Sign in again.' };
    case 403:
      return {
        kind: 'forbidden',
        next: 'Your role may not do this. If the credential was made with the role “member” only, make one with all your roles.',
      };
    case 404:
    case 410:
      return { kind: 'notFound', next: 'It may have been deleted: refresh and look again.' };
    case 409:
      return { kind: 'conflict', next: 'Refresh, look at its state, and try again.' };
    case 413:
    case 429:
      return { kind: 'tooMany', next: 'Wait a minute and try again.' };
    default:
      return status >= 500
        ? { kind: 'serverFault', next: 'Try again in a minute; if it stays so, tell the course staff.' }
        : { kind: 'badRequest', next: 'Refresh and try again.' };
  }
}

/** `x-openstack-request-id`, or the older name that Nova sends too. */
export function requestIdOf(headers: Headers): string | undefined {
  return headers.get('x-openstack-request-id') ?? headers.get('x-compute-request-id') ?? undefined;
}

const LONGEST_SENTENCE = 300;

/**
 * The sentence inside an error body. Services agree on nothing: `{"error":{"message"}}` (Keystone),
 * `{"itemNotFound":{"message"}}` (Nova), `{"NeutronError":{"message"}}`, `{"error_message"}` (Blazar), HTML (proxies).
 * @returns undefined where there is none worth showing
 */
export function sentenceIn(text: string): string | undefined {
  const found = jsonSentence(text);
  if (found === undefined || found.trim() === '') return undefined;
  const line = found.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_SENTENCE ? `${line.slice(0, LONGEST_SENTENCE)} …` : line;
}

function jsonSentence(text: string): string | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(body)) return undefined;
  for (const key of ['error_message', 'message', 'faultstring']) {
    const value = body[key];
    if (typeof value === 'string') return value;
  }
  for (const value of Object.values(body))
    if (isRecord(value) && typeof value['message'] === 'string') return value['message'];
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
