import { SyntaxFault, type Assignment, type Chain, type Command, type List, type Pipeline } from './syntax';
import type { Redirect, Word } from './syntax';
import { Cursor, readWord } from './words';

/** Reads a whole command line. @throws SyntaxFault */
export function parse(line: string): List {
  const cursor = new Cursor(line);
  const list = readList(cursor);
  if (!cursor.done) throw new SyntaxFault(`"${cursor.peek()}" unexpected`);
  return list;
}

function readList(cursor: Cursor): List {
  const chains: Chain[] = [];
  for (;;) {
    cursor.match(/(?:[\s;]|&(?!&)|#[^\n]*)*/y);
    if (cursor.done || cursor.peek() === ')' || /^(?:\}|done\b(?!-))/.test(cursor.rest)) return chains;
    chains.push(readChain(cursor));
  }
}

function readChain(cursor: Cursor): Chain {
  const first = readPipeline(cursor);
  const rest: { when: '&&' | '||'; then: Pipeline }[] = [];
  for (;;) {
    const when = cursor.match(/[ \t]*(&&|\|\|)\s*/y)?.[1];
    if (when !== '&&' && when !== '||') return { first, rest };
    rest.push({ when, then: readPipeline(cursor) });
  }
}

function readPipeline(cursor: Cursor): Pipeline {
  const negated = cursor.match(/[ \t]*![ \t]+/y) !== undefined;
  const commands = [readCommand(cursor)];
  while (cursor.match(/[ \t]*\|(?!\|)\s*/y) !== undefined) commands.push(readCommand(cursor));
  return { negated, commands };
}

function readCommand(cursor: Cursor): Command {
  cursor.match(/[ \t]*/y);
  const apart = cursor.take('(');
  if (apart || cursor.match(/\{\s+/y) !== undefined) {
    const list = readList(cursor);
    if (!cursor.take(apart ? ')' : '}')) throw new SyntaxFault(`expecting "${apart ? ')' : '}'}"`);
    return { kind: 'group', list, apart, redirects: readWords(cursor).redirects };
  }
  const variable = cursor.match(/for\s+([A-Za-z_]\w*)\s+in(?=\s)/y)?.[1];
  if (variable !== undefined) return readLoop(cursor, variable);
  const { words, redirects } = readWords(cursor);
  const assignments: Assignment[] = [];
  let [word] = words;
  for (; word !== undefined; word = words[assignments.length]) {
    const assignment = assignmentIn(word);
    if (assignment === undefined) break;
    assignments.push(assignment);
  }
  if (words.length === 0 && redirects.length === 0)
    throw new SyntaxFault(cursor.done ? 'end of file unexpected' : `"${cursor.peek()}" unexpected`);
  return { kind: 'simple', assignments, words: words.slice(assignments.length), redirects };
}

function readLoop(cursor: Cursor, name: string): Command {
  const { words } = readWords(cursor);
  if (cursor.match(/[\s;]*do(?=\s)/y) === undefined) throw new SyntaxFault('expecting "do"');
  const list = readList(cursor);
  if (!cursor.take('done')) throw new SyntaxFault('expecting "done"');
  return { kind: 'loop', name, words, list, redirects: readWords(cursor).redirects };
}

/** `NAME=…`: the name and the sign stand there unquoted. */
function assignmentIn(word: Word): Assignment | undefined {
  const [first, ...rest] = word;
  if (first?.kind !== 'text' || first.quoted) return undefined;
  const found = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/.exec(first.text);
  if (found === null) return undefined;
  const [, name = '', value = ''] = found;
  return { name, value: [{ ...first, text: value }, ...rest] };
}

function readWords(cursor: Cursor): { words: Word[]; redirects: Redirect[] } {
  const words: Word[] = [];
  const redirects: Redirect[] = [];
  for (;;) {
    cursor.match(/(?:[ \t]|\\\n)*(?:#[^\n]*)?/y);
    const redirect = readRedirect(cursor);
    const word = redirect === undefined ? readWord(cursor, readList) : undefined;
    if (redirect !== undefined) redirects.push(redirect);
    else if (word !== undefined) words.push(word);
    else return { words, redirects };
  }
}

function readRedirect(cursor: Cursor): Redirect | undefined {
  const found = cursor.match(/([012]|&)?(>>|>&|>|<)[ \t]*/y);
  if (found === undefined) return undefined;
  const [, before, sign] = found;
  const target = readWord(cursor, readList);
  if (target === undefined) throw new SyntaxFault('a redirection names no file');
  const stream = before === '&' ? 'both' : before === '2' ? 2 : sign === '<' ? 0 : 1;
  const how = sign === '>>' ? 'append' : sign === '>&' ? 'join' : sign === '<' ? 'read' : 'write';
  return { stream, how, target };
}
