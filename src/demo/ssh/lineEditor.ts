/** What a key does beside changing the line. */
export type Typed =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'end' };

const ESCAPE = '\u001b';
const BACK = '\b';
const ERASE_TO_END = '\u001b[K';
/** Escape sequences of cursor keys, in both of a terminal's modes. */
const SEQUENCE = new RegExp(`^${ESCAPE}(?:\\[[0-9;]*[A-Za-z~]|O[A-Za-z])`);

/** A line under the fingers, as a terminal in raw mode sends it. `echo` gets what the terminal has to draw. */
export class LineEditor {
  readonly #echo: (text: string) => void;
  readonly #history: string[] = [];
  #line = '';
  #cursor = 0;
  #recalled = 0;

  constructor(echo: (text: string) => void) {
    this.#echo = echo;
  }

  /** Takes what was typed, and gives what it amounts to, in order. */
  type(text: string): Typed[] {
    const typed: Typed[] = [];
    let rest = text.replaceAll('\r\n', '\r');
    while (rest !== '') {
      const sequence = SEQUENCE.exec(rest)?.[0];
      const key = sequence ?? [...rest][0] ?? '';
      rest = rest.slice(key.length);
      const outcome = this.#key(key);
      if (outcome !== undefined) typed.push(outcome);
    }
    return typed;
  }

  #key(key: string): Typed | undefined {
    switch (key) {
      case '\r':
      case '\n':
        return this.#enter();
      case '\u0003':
        this.#echo('^C\r\n');
        this.#reset();
        return { kind: 'interrupt' };
      case '\u0004':
        return this.#line === '' ? { kind: 'end' } : undefined;
      case '\u007f':
      case '\b':
        this.#replace(this.#line.slice(0, Math.max(0, this.#cursor - 1)), this.#line.slice(this.#cursor));
        return undefined;
      case '\u0015':
        this.#replace('', this.#line.slice(this.#cursor));
        return undefined;
      case '\u0001':
      case '\u001b[H':
        this.#moveTo(0);
        return undefined;
      case '\u0005':
      case '\u001b[F':
        this.#moveTo(this.#line.length);
        return undefined;
      case '\u001b[D':
      case '\u001bOD':
        this.#moveTo(this.#cursor - 1);
        return undefined;
      case '\u001b[C':
      case '\u001bOC':
        this.#moveTo(this.#cursor + 1);
        return undefined;
      case '\u001b[A':
      case '\u001bOA':
        this.#recall(-1);
        return undefined;
      case '\u001b[B':
      case '\u001bOB':
        this.#recall(1);
        return undefined;
      default:
        if (key >= ' ' && key !== '\u007f' && !key.startsWith('\u001b'))
          this.#replace(this.#line.slice(0, this.#cursor) + key, this.#line.slice(this.#cursor));
        return undefined;
    }
  }

  #enter(): Typed {
    const line = this.#line;
    this.#echo('\r\n');
    if (line.trim() !== '' && line !== this.#history.at(-1)) this.#history.push(line);
    this.#reset();
    return { kind: 'line', line };
  }

  #reset(): void {
    this.#line = '';
    this.#cursor = 0;
    this.#recalled = this.#history.length;
  }

  /** Draws the line anew from where it begins; the cursor stands between the two parts. */
  #replace(before: string, after: string): void {
    const appended = after === '' && this.#cursor === this.#line.length && before.startsWith(this.#line);
    const redraw = appended
      ? before.slice(this.#line.length)
      : BACK.repeat(this.#cursor) + before + after + ERASE_TO_END + BACK.repeat(after.length);
    this.#line = before + after;
    this.#cursor = before.length;
    this.#echo(redraw);
  }

  #moveTo(position: number): void {
    const to = Math.min(Math.max(0, position), this.#line.length);
    this.#echo(to < this.#cursor ? BACK.repeat(this.#cursor - to) : this.#line.slice(this.#cursor, to));
    this.#cursor = to;
  }

  #recall(step: number): void {
    const at = Math.min(Math.max(0, this.#recalled + step), this.#history.length);
    this.#recalled = at;
    this.#replace(this.#history[at] ?? '', '');
  }
}
