/**
 * A last net under what goes into a card: checks and lab files should never hand over a secret or a private path,
 * but a card is published, so anything that looks like one is cut here too.
 */
const secrets: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bgAAAAA[\w-]{20,}=*/g, // Fernet: Keystone tokens
  /\beyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?/g, // JSON web tokens: OIDC, Jupyter
  /\bssh-(?:rsa|ed25519|dss)\s+[A-Za-z0-9+/=]{40,}/g, // key material, also public: not a card's business
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, // S3 access keys
  /((?:token|secret|passw(?:or)?d|api[_-]?key|authorization)["']?\s*[:=]\s*["']?(?:bearer\s+)?)[^\s"',;&]{4,}/gi,
  /(\bbearer\s+)[\w.~+/=-]{8,}/gi,
];

/** A home directory of a laptop; `/home/cc` is the servers' own and says nothing private. */
const privatePath =
  /(?:~|\/home\/(?!cc\b)[^/\s]+|\/root|\/Users\/[^/\s]+|[A-Za-z]:\\Users\\[^\\\s]+)(?:[/\\][^\s"',;:]*)/g;

/** The text without anything that looks like a secret, and with private paths cut down to the file's name. */
export function publishable(text: string): string {
  const withoutSecrets = secrets.reduce(
    (rest, secret) =>
      rest.replace(secret, (_found, lead: unknown) => `${typeof lead === 'string' ? lead : ''}[removed]`),
    text,
  );
  return withoutSecrets
    .replace(privatePath, (path) => `…/${path.split(/[/\\]/).findLast((part) => part !== '') ?? ''}`)
    .slice(0, 2000);
}
