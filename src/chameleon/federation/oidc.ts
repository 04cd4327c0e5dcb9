import * as v from 'valibot';
import { abortError, isAbort, Problem, sleep, type Clock } from '../../base';

/**
 * The identity provider's side of Chameleon's sign-in: the OAuth 2.0 device flow (RFC 8628) with rotating refresh
 * tokens. Goes by the standards' `error` codes alone; descriptions differ from provider to provider.
 */
export interface OidcClient {
  /** `…/.well-known/openid-configuration` of the realm. */
  readonly discoveryUrl: string;
  readonly clientId: string;
  readonly scope: string;
}

/** The public client and realm of Chameleon (ccauth `config.py`, May 2026). */
export const chameleonOidc: OidcClient = {
  discoveryUrl: 'https://auth.chameleoncloud.org/auth/realms/chameleon/.well-known/openid-configuration',
  clientId: 'chi-cli-device-token',
  scope: 'openid',
};

/** What a person needs to approve the sign-in in a browser, and until when (ms since 1970). */
export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  /** With the code filled in, where the provider gives it. */
  readonly verificationUriComplete: string | undefined;
  readonly expiresAt: number;
  readonly deviceCode: string;
  readonly intervalMs: number;
}

/** Tokens with their ends in ms since 1970; the refresh token changes at every use. */
export interface OidcTokens {
  readonly accessToken: string;
  readonly accessEndsAt: number;
  readonly refreshToken: string;
  readonly refreshEndsAt: number | undefined;
}

export interface OidcWorld {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

/** The sign-in ended without a session; signing in again is the only way on. */
export class SignInEnded extends Problem {
  readonly reason: 'denied' | 'expired' | 'sessionOver';
  constructor(reason: SignInEnded['reason'], what: string) {
    super(what, { next: 'Sign in again.' });
    this.reason = reason;
  }
}

const Discovery = v.object({ device_authorization_endpoint: v.string(), token_endpoint: v.string() });
const DeviceAnswer = v.object({
  device_code: v.string(),
  user_code: v.string(),
  verification_uri: v.string(),
  verification_uri_complete: v.optional(v.string()),
  expires_in: v.number(),
  interval: v.optional(v.number(), 5), // RFC 8628 3.2: 5 s if absent
});
const TokenAnswer = v.object({
  access_token: v.string(),
  expires_in: v.number(),
  refresh_token: v.string(),
  refresh_expires_in: v.optional(v.number()),
});
const ErrorAnswer = v.object({ error: v.string() });

/** RFC 8628 3.5: each `slow_down` makes the interval 5 s longer, for the rest of the flow. */
const slowDownMs = 5_000;

/** Asks for a code to show; `Problem` if the provider can't be reached or refuses the client. */
export async function requestDeviceCode(
  client: OidcClient,
  world: OidcWorld,
  signal: AbortSignal,
): Promise<DeviceCode> {
  const endpoints = await discover(client, world, signal);
  const answer = await post(
    world,
    endpoints.device_authorization_endpoint,
    { client_id: client.clientId, scope: client.scope },
    signal,
  );
  const parsed = v.safeParse(DeviceAnswer, answer.body);
  if (answer.status !== 200 || !parsed.success) throw refused(answer);
  const code = parsed.output;
  return {
    userCode: code.user_code,
    verificationUri: code.verification_uri,
    verificationUriComplete: code.verification_uri_complete,
    expiresAt: world.clock.now() + code.expires_in * 1000,
    deviceCode: code.device_code,
    intervalMs: code.interval * 1000,
  };
}

/**
 * Waits until the person has answered in the browser. The code is exchanged once only: a second exchange would end
 * the session. Throws `SignInEnded` when it was denied or the code ran out, an `AbortError` on a cancel.
 */
export async function awaitApproval(
  client: OidcClient,
  code: DeviceCode,
  world: OidcWorld,
  signal: AbortSignal,
): Promise<OidcTokens> {
  const { token_endpoint } = await discover(client, world, signal);
  let interval = code.intervalMs;
  for (;;) {
    await sleep(world.clock, interval, signal);
    if (world.clock.now() >= code.expiresAt) throw expired();
    const answer = await post(
      world,
      token_endpoint,
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        client_id: client.clientId,
        device_code: code.deviceCode,
      },
      signal,
    );
    if (answer.status === 200) return tokensFrom(answer, world.clock.now());
    switch (errorOf(answer)) {
      case 'authorization_pending':
        break;
      case 'slow_down':
        interval += slowDownMs;
        break;
      case 'access_denied':
        throw new SignInEnded('denied', 'The sign-in was refused in the browser.');
      case 'expired_token':
      case 'invalid_grant': // what an ended code becomes after some seconds
        throw expired();
      default:
        throw refused(answer);
    }
  }
}

/**
 * New tokens for a refresh token, which is spent by this call: an old one used again ends the newest session too, so
 * the caller holds a lock over all windows and stores the answer before anything else.
 */
export async function refreshTokens(
  client: OidcClient,
  refreshToken: string,
  world: OidcWorld,
  signal: AbortSignal,
): Promise<OidcTokens> {
  const { token_endpoint } = await discover(client, world, signal);
  const answer = await post(
    world,
    token_endpoint,
    { grant_type: 'refresh_token', client_id: client.clientId, refresh_token: refreshToken },
    signal,
  );
  if (answer.status === 200) return tokensFrom(answer, world.clock.now());
  if (errorOf(answer) === 'invalid_grant')
    throw new SignInEnded('sessionOver', 'Your Chameleon sign-in has ended.');
  throw refused(answer);
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function discover(
  client: OidcClient,
  world: OidcWorld,
  signal: AbortSignal,
): Promise<v.InferOutput<typeof Discovery>> {
  const answer = await call(world, client.discoveryUrl, { headers: { Accept: 'application/json' }, signal });
  const parsed = v.safeParse(Discovery, answer.body);
  if (answer.status !== 200 || !parsed.success) throw refused(answer);
  return parsed.output;
}

function post(
  world: OidcWorld,
  url: string,
  form: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> {
  return call(world, url, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    signal,
  });
}

async function call(world: OidcWorld, url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await world.fetch(url, { ...init, redirect: 'manual' });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch (thrown) {
    if (isAbort(thrown)) throw abortError();
    throw new Problem("Chameleon's sign-in service can't be reached.", {
      next: 'Check your network, then try again.',
      cause: thrown,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // HTML of a proxy: judged by the schemas as no answer
  }
}

function errorOf(answer: Answer): string | undefined {
  const parsed = v.safeParse(ErrorAnswer, answer.body);
  return parsed.success ? parsed.output.error : undefined;
}

function tokensFrom(answer: Answer, now: number): OidcTokens {
  const parsed = v.safeParse(TokenAnswer, answer.body);
  if (!parsed.success) throw refused(answer);
  const token = parsed.output;
  return {
    accessToken: token.access_token,
    accessEndsAt: now + token.expires_in * 1000,
    refreshToken: token.refresh_token,
    refreshEndsAt: token.refresh_expires_in === undefined ? undefined : now + token.refresh_expires_in * 1000,
  };
}

function expired(): SignInEnded {
  return new SignInEnded('expired', 'The sign-in code ran out before it was used.');
}

/** Names the provider's own error code, which is never a secret; the body is left out, since it may hold tokens. */
function refused(answer: Answer): Problem {
  const code = errorOf(answer);
  return new Problem(
    `Chameleon's sign-in service gave an answer that can't be used (HTTP ${answer.status}${code === undefined ? '' : `, ${code}`}).`,
    { next: 'Try again in a minute; an application credential works meanwhile.' },
  );
}
