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
        masked = masked.replaceAll(form, '•••');
    return masked
      .replace(
        /((?:x-auth-token|x-subject-token|authorization)["']?\s*[:=]\s*["']?(?:bearer\s+)?)[^\s"',}]+/gi,
        '$1•••',
      )
      .replace(/\bgAAAAA[\w-]{20,}/g, '•••');
  }
}
