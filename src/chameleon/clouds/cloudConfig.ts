import { Problem } from '../../base';
import type { CloudConfig, CredentialCloud } from '../../openstack';

/** What clouds.yaml and openrc both say about a cloud, before it is judged. */
export interface CloudText {
  readonly name: string;
  readonly authType: string | undefined;
  readonly authUrl: string | undefined;
  readonly region: string | undefined;
  readonly interface: string | undefined;
  readonly credentialId: string | undefined;
  readonly credentialName: string | undefined;
  readonly secret: string | undefined;
  readonly hasPassword: boolean;
  readonly project: string | undefined;
}

/** A cloud that signs in through the testbed's identity provider: by the browser, here. Its password is not taken. */
export class NeedsBrowser extends Problem {
  readonly region: string | undefined;
  readonly project: string | undefined;

  constructor(text: CloudText, words: string) {
    super(`Cloud “${text.name}” signs in with ${words}, which is not kept here.`, {
      next: 'Sign in by the browser: one sign-in for all sites.',
    });
    this.region = text.region;
    this.project = text.project;
  }
}

/** What the identity provider's sign-ins are called in clouds.yaml, beside those of `OTHER_KINDS`. */
const BROWSER_KINDS = new Set([
  'v3oidcpassword',
  'v3chameleonoidc',
  'v3oidcdeviceauthz',
  'v3oidcaccesstoken',
]);

const HOW_TO_GET_ONE =
  'In Horizon of that site open Identity → Application Credentials, create one with “Unrestricted” ticked, and download its clouds.yaml.';

/** The other sign-in kinds that Chameleon hands out, and what each is called by the people who use it. */
const OTHER_KINDS: ReadonlyMap<string, string> = new Map([
  ['v3oidcpassword', 'the CLI password'],
  ['v3oidcaccesstoken', "the token of Chameleon's Jupyter"],
  ['v3chameleonoidc', 'ccauth'],
  ['v3oidcdeviceauthz', 'the browser (device flow)'],
  ['password', 'a Keystone password'],
  ['v3password', 'a Keystone password'],
  ['token', 'a ready-made token'],
  ['v3token', 'a ready-made token'],
]);

/** A config that can sign in, or the reason why this text gives none. Never names the secret. */
export function cloudConfigOf(text: CloudText): CredentialCloud | Problem {
  const kind = text.authType ?? guessedKind(text);
  if (kind !== undefined && BROWSER_KINDS.has(kind.toLowerCase()))
    return new NeedsBrowser(text, OTHER_KINDS.get(kind.toLowerCase()) ?? kind);
  if (kind !== 'v3applicationcredential') return otherKind(text.name, kind);
  if (text.credentialId === undefined)
    return text.credentialName === undefined
      ? missing(text.name, 'application_credential_id')
      : new Problem(`Cloud “${text.name}” names its application credential by name.`, {
          next: 'Put application_credential_id (the id that Horizon shows beside the name) in its place.',
        });
  if (text.secret === undefined) return missing(text.name, 'application_credential_secret');
  if (text.region === undefined) return missing(text.name, 'region_name');
  const authUrl = keystoneUrl(text.name, text.authUrl);
  if (authUrl instanceof Problem) return authUrl;
  return {
    name: text.name,
    authUrl,
    region: text.region,
    interface: interfaceOf(text.interface),
    credential: { kind: 'applicationCredential', id: text.credentialId, secret: text.secret },
  };
}

function guessedKind(text: CloudText): string | undefined {
  if (text.credentialId !== undefined || text.credentialName !== undefined) return 'v3applicationcredential';
  return text.hasPassword ? 'password' : undefined;
}

function otherKind(name: string, kind: string | undefined): Problem {
  if (kind === undefined)
    return new Problem(`Cloud “${name}” says nothing about how to sign in.`, { next: HOW_TO_GET_ONE });
  const words = OTHER_KINDS.get(kind.toLowerCase());
  const what =
    words === undefined
      ? `Cloud “${name}” signs in by “${kind}”, which this extension does not know.`
      : `Cloud “${name}” signs in with ${words} (${kind}); which Chameleon's own sites do not take.`;
  return new Problem(what, { next: HOW_TO_GET_ONE });
}

function missing(name: string, key: string): Problem {
  return new Problem(`Cloud “${name}” has no ${key}.`, { next: HOW_TO_GET_ONE });
}

/** Ends in `/v3` (some of Horizon's templates leave it out). Plain http is for this machine only: a secret travels. */
function keystoneUrl(name: string, text: string | undefined): string | Problem {
  if (text === undefined) return missing(name, 'auth_url');
  const url = parseUrl(text);
  if (url === undefined) return new Problem(`The auth_url of cloud “${name}” is not a web address.`);
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return new Problem(`The auth_url of cloud “${name}” is not encrypted (http).`, {
      next: 'Use the https address: a secret would travel in the open.',
    });
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v2\.0$/, '');
  return `${url.origin}${path.endsWith('/v3') ? path : `${path}/v3`}`;
}

function parseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function interfaceOf(text: string | undefined): CloudConfig['interface'] {
  const word = text?.replace(/URL$/, '');
  return word === 'internal' || word === 'admin' ? word : 'public';
}

/**
 * Names made unique: Horizon calls every cloud `openstack`, so those that share a name are called by their region,
 * and by a number where that repeats too.
 */
export function withUniqueNames(clouds: readonly CredentialCloud[]): CredentialCloud[] {
  const count = new Map<string, number>();
  for (const cloud of clouds) count.set(cloud.name, (count.get(cloud.name) ?? 0) + 1);
  const taken = new Set(clouds.filter((cloud) => count.get(cloud.name) === 1).map((cloud) => cloud.name));
  return clouds.map((cloud) => {
    if (count.get(cloud.name) === 1) return cloud;
    const name = freeName(cloud.region, taken);
    taken.add(name);
    return { ...cloud, name };
  });
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted} (${number})`)) number += 1;
  return `${wanted} (${number})`;
}
