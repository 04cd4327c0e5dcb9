const HIDDEN = '•••';

/** What looks like a secret, though nobody told of it. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [
    /((?:x-auth-token|x-subject-token|authorization)["']?\s*[:=]\s*["']?(?:bearer\s+|basic\s+)?)[^\s"',}]+/gi,
    `$1${HIDDEN}`,
  ],
  // Keystone's tokens, JSON web tokens, keys of Amazon's kind
  [/\bgAAAAA[\w-]{20,}/g, HIDDEN],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]+)?/g, HIDDEN],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, HIDDEN],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
  // a variable or an entry with a telling name
  [
    /([\w-]*(?:passw(?:or)?d|passphrase|secret|token|api_?key|access_?key)[\w-]*(?:\s*=\s*|["']\s*:\s*)["']?)[^\s"',;&}]+/gi,
    `$1${HIDDEN}`,
  ],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*:)[^\s@/]+(?=@)/gi, `$1${HIDDEN}`],
];

/** Takes secrets out of text before it is shown or logged. */
export class Masking {
  readonly #secrets = new Set<string>();

  /** Short words are no secrets, and would blank the text. */
  add(secret: string): void {
    if (secret.length >= 6) this.#secrets.add(secret);
  }

  /** The text with every known secret, and what looks like a token in a header, replaced by `•••`. */
  mask(text: string): string {
    let masked = text;
    for (const secret of [...this.#secrets].sort((a, b) => b.length - a.length))
      for (const form of new Set([
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64'),
      ]))
        masked = masked.replaceAll(form, HIDDEN);
    return PATTERNS.reduce((so, [pattern, by]) => so.replace(pattern, by), masked);
  }

  /** What is copied to be sent to somebody: servers print what they like, so nobody's e-mail address either. */
  forOthers(text: string): string {
    return this.mask(text).replace(/[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi, HIDDEN);
  }
}
