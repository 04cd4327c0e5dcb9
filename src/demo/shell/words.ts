import { SyntaxFault, type List, type Part, type Word } from './syntax';

/** Reads a line from left to right. */
export class Cursor {
  at = 0;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get rest(): string {
    return this.text.slice(this.at);
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  peek(): string {
    return this.text[this.at] ?? '';
  }

  /** Goes past `expected` if it stands here. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  /** Goes past what matches here (`pattern` is sticky). */
  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }
}

/** Reads the commands of a `$(…)` up to its end. */
export type ReadList = (cursor: Cursor) => List;

const ENDS = /[\s;&|<>()]/;

/** The word that begins here; `undefined` where none does. */
export function readWord(cursor: Cursor, readList: ReadList): Word | undefined {
  const parts: Part[] = [];
  while (!cursor.done && !ENDS.test(cursor.peek())) parts.push(...readPart(cursor, readList));
  return parts.length === 0 ? undefined : parts;
}

function readPart(cursor: Cursor, readList: ReadList): readonly Part[] {
  if (cursor.take("'")) return [text(upTo(cursor, "'"), true)];
  if (cursor.take('"')) return insideQuotes(cursor, readList);
  if (cursor.take('\\')) {
    const escaped = cursor.match(/[^]/y)?.[0] ?? '\\';
    return escaped === '\n' ? [] : [text(escaped, true)];
  }
  const expansion = readExpansion(cursor, false, readList);
  if (expansion !== undefined) return [expansion];
  const plain = cursor.match(/[^\s;&|<>()'"\\$`]+/y)?.[0] ?? cursor.match(/[^]/y)?.[0] ?? '';
  return [text(plain, false)];
}

function insideQuotes(cursor: Cursor, readList: ReadList): readonly Part[] {
  const parts: Part[] = [];
  while (!cursor.take('"')) {
    if (cursor.done) throw new SyntaxFault('unterminated double quote');
    const expansion = readExpansion(cursor, true, readList);
    const escaped = cursor.match(/\\(["\\$`\n])/y)?.[1];
    if (expansion !== undefined) parts.push(expansion);
    else if (escaped !== undefined) parts.push(text(escaped === '\n' ? '' : escaped, true));
    else parts.push(text(cursor.match(/[^"\\$`]+/y)?.[0] ?? cursor.match(/[^]/y)?.[0] ?? '', true));
  }
  // An empty pair of quotes is a word too.
  return parts.length === 0 ? [text('', true)] : parts;
}

function readExpansion(cursor: Cursor, quoted: boolean, readList: ReadList): Part | undefined {
  if (cursor.take('$(')) {
    const list = readList(cursor);
    if (!cursor.take(')')) throw new SyntaxFault('expecting ")"');
    return { kind: 'command', list, quoted };
  }
  if (cursor.take('`')) return { kind: 'command', list: readList(new Cursor(upTo(cursor, '`'))), quoted };
  const braced = cursor.match(/\$\{([A-Za-z_][A-Za-z0-9_]*|[?#@0-9])(?::?-([^}]*))?\}/y);
  if (braced !== undefined) return { kind: 'variable', name: braced[1] ?? '', fallback: braced[2], quoted };
  const plain = cursor.match(/\$([A-Za-z_][A-Za-z0-9_]*|[?$#@0-9])/y);
  return plain === undefined
    ? undefined
    : { kind: 'variable', name: plain[1] ?? '', fallback: undefined, quoted };
}

function upTo(cursor: Cursor, end: string): string {
  const at = cursor.text.indexOf(end, cursor.at);
  if (at < 0) throw new SyntaxFault(`unterminated ${end}`);
  const inside = cursor.text.slice(cursor.at, at);
  cursor.at = at + end.length;
  return inside;
}

function text(value: string, quoted: boolean): Part {
  return { kind: 'text', text: value, quoted };
}
