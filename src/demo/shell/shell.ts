import path from 'node:path/posix';
import { abortError } from '../../base';
import { commandNamed, type Outcome } from './commands';
import { HOME, USER, type Host } from './host';
import { parse } from './parse';
import { SyntaxFault, type Chain, type Command, type List, type Part, type Pipeline } from './syntax';
import type { Redirect, Word } from './syntax';

const NOT_FOUND = 127;
const SYNTAX_ERROR = 2;

type Simple = Extract<Command, { kind: 'simple' }>;
type Loop = Extract<Command, { kind: 'loop' }>;

/** One shell of the user `cc`: where it is and what it was told to remember. */
export class Shell {
  readonly host: Host;
  readonly env: Map<string, string>;
  cwd: string;
  /** `exit` was said: nothing more is run. */
  ended = false;
  lastExit = 0;

  constructor(host: Host, from?: Shell) {
    this.host = host;
    this.cwd = from?.cwd ?? HOME;
    this.lastExit = from?.lastExit ?? 0;
    this.env = new Map(
      from?.env ?? [
        ['HOME', HOME],
        ['USER', USER],
        ['LOGNAME', USER],
        ['SHELL', '/bin/bash'],
        ['PATH', '/usr/local/bin:/usr/bin:/bin'],
      ],
    );
  }

  /** A file's whole path. */
  resolve(file: string): string {
    return path.resolve(this.cwd, file);
  }

  /** Runs a command line as `sh -c` does. Rejects only when `signal` is aborted. */
  async run(line: string, stdin: string, signal: AbortSignal): Promise<Outcome> {
    try {
      return await this.#list(parse(line), stdin, signal);
    } catch (thrown) {
      if (!(thrown instanceof SyntaxFault)) throw thrown;
      this.lastExit = SYNTAX_ERROR;
      return { exit: SYNTAX_ERROR, stdout: '', stderr: `sh: 1: Syntax error: ${thrown.message}\n` };
    }
  }

  async #list(list: List, stdin: string, signal: AbortSignal): Promise<Outcome> {
    let all: Outcome = { exit: this.lastExit, stdout: '', stderr: '' };
    for (const chain of list) {
      if (this.ended) break;
      all = joined(all, await this.#chain(chain, stdin, signal));
    }
    return all;
  }

  async #chain(chain: Chain, stdin: string, signal: AbortSignal): Promise<Outcome> {
    let all = await this.#pipeline(chain.first, stdin, signal);
    for (const { when, then } of chain.rest)
      if (!this.ended && (when === '&&') === (all.exit === 0))
        all = joined(all, await this.#pipeline(then, stdin, signal));
    return all;
  }

  async #pipeline({ commands, negated }: Pipeline, stdin: string, signal: AbortSignal): Promise<Outcome> {
    let last: Outcome = { exit: 0, stdout: stdin, stderr: '' };
    let errors = '';
    for (const command of commands) {
      // As in sh each part of a real pipeline is a shell of its own.
      const shell = commands.length === 1 ? this : new Shell(this.host, this);
      last = await shell.#command(command, last.stdout, signal);
      errors += last.stderr;
    }
    const exit = negated ? Number(last.exit === 0) : last.exit;
    this.lastExit = exit;
    return { exit, stdout: last.stdout, stderr: errors };
  }

  async #command(command: Command, stdin: string, signal: AbortSignal): Promise<Outcome> {
    if (signal.aborted) throw abortError();
    const input = await this.#input(command.redirects, stdin, signal);
    if (input.fault !== undefined) return input.fault;
    const shell = command.kind === 'group' && command.apart ? new Shell(this.host, this) : this;
    const outcome = await shell.#inside(command, input.text, signal);
    return this.#redirect(command.redirects, outcome, signal);
  }

  #inside(command: Command, stdin: string, signal: AbortSignal): Promise<Outcome> {
    switch (command.kind) {
      case 'simple':
        return this.#simple(command, stdin, signal);
      case 'group':
        return this.#list(command.list, stdin, signal);
      case 'loop':
        return this.#loop(command, stdin, signal);
    }
  }

  async #loop({ name, words, list }: Loop, stdin: string, signal: AbortSignal): Promise<Outcome> {
    const values: string[] = [];
    for (const word of words) values.push(...(await this.#fields(word, signal)));
    let all: Outcome = { exit: 0, stdout: '', stderr: '' };
    for (const value of values) {
      if (this.ended) break;
      this.env.set(name, value);
      all = joined(all, await this.#list(list, stdin, signal));
    }
    return all;
  }

  async #simple(command: Simple, stdin: string, signal: AbortSignal): Promise<Outcome> {
    const words: string[] = [];
    let errors = '';
    for (const word of command.words) words.push(...(await this.#fields(word, signal)));
    const values = new Map<string, string>();
    for (const { name, value } of command.assignments) values.set(name, await this.#text(value, signal));
    const [name, ...args] = words;
    if (name === undefined) {
      for (const [key, value] of values) this.env.set(key, value);
      return { exit: 0, stdout: '', stderr: errors };
    }
    const run = commandNamed(name);
    const script =
      run === undefined && name.includes('/') ? this.host.files.read(this.resolve(name)) : undefined;
    if (script !== undefined) return new Shell(this.host, this).run(script, stdin, signal);
    if (run === undefined) {
      errors = name.includes('/') ? 'No such file or directory' : 'command not found';
      return { exit: NOT_FOUND, stdout: '', stderr: `bash: line 1: ${name}: ${errors}\n` };
    }
    const before = new Map(this.env);
    for (const [key, value] of values) this.env.set(key, value);
    const outcome = await run({ name, args, stdin, shell: this, signal });
    for (const key of values.keys()) restore(this.env, key, before.get(key));
    return outcome;
  }

  /** Words as the command gets them: what stood unquoted in an expansion is split at blanks. */
  async #fields(word: Word, signal: AbortSignal): Promise<string[]> {
    const fields: string[] = [];
    let current: string | undefined;
    for (const part of this.#withHome(word)) {
      const value = await this.#value(part, signal);
      if (part.kind === 'text' || part.quoted) {
        current = (current ?? '') + value;
        continue;
      }
      const pieces = value.split(/[ \t\n]+/);
      for (const [at, piece] of pieces.entries()) {
        if (at > 0 && current !== undefined) {
          fields.push(current);
          current = undefined;
        }
        if (piece !== '') current = (current ?? '') + piece;
      }
    }
    return current === undefined ? fields : [...fields, current];
  }

  async #text(word: Word, signal: AbortSignal): Promise<string> {
    let all = '';
    for (const part of this.#withHome(word)) all += await this.#value(part, signal);
    return all;
  }

  #withHome(word: Word): Word {
    const [first, ...rest] = word;
    if (first?.kind !== 'text' || first.quoted || !/^~(?:\/|$)/.test(first.text)) return word;
    return [{ ...first, text: `${this.env.get('HOME') ?? HOME}${first.text.slice(1)}` }, ...rest];
  }

  async #value(part: Part, signal: AbortSignal): Promise<string> {
    switch (part.kind) {
      case 'text':
        return part.text;
      case 'variable':
        return this.#variable(part.name, part.fallback);
      case 'command': {
        const outcome = await new Shell(this.host, this).#list(part.list, '', signal);
        return outcome.stdout.replace(/\n+$/, '');
      }
    }
  }

  #variable(name: string, fallback = ''): string {
    if (name === '?') return String(this.lastExit);
    if (name === '$') return '4242';
    const value = this.env.get(name) ?? '';
    return value === '' ? fallback : value;
  }

  async #input(
    redirects: readonly Redirect[],
    stdin: string,
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly fault?: Outcome }> {
    let text = stdin;
    for (const { how, target } of redirects) {
      if (how !== 'read') continue;
      const name = await this.#text(target, signal);
      const read = name === '/dev/null' ? '' : this.host.files.read(this.resolve(name));
      if (read === undefined)
        return { text, fault: failure(`bash: line 1: ${name}: No such file or directory`) };
      text = read;
    }
    return { text };
  }

  async #redirect(redirects: readonly Redirect[], from: Outcome, signal: AbortSignal): Promise<Outcome> {
    let { stdout, stderr } = from;
    let to: string | undefined;
    for (const { stream, how, target } of redirects) {
      if (how === 'read') continue;
      const name = await this.#text(target, signal);
      if (how === 'join') {
        const errorsToOut = stream === 2 && name === '1';
        const moved = errorsToOut ? stderr : stdout;
        if (errorsToOut && to !== undefined) this.#write(to, moved, true);
        else if (errorsToOut) stdout += moved;
        else stderr += moved;
        if (errorsToOut) stderr = '';
        else stdout = '';
        continue;
      }
      const text = (stream === 2 ? '' : stdout) + (stream === 1 ? '' : stderr);
      if (!this.#write(name, text, how === 'append'))
        return failure(`bash: line 1: ${name}: No such file or directory`);
      if (stream !== 2) {
        stdout = '';
        to = name;
      }
      if (stream !== 1) stderr = '';
    }
    return { exit: from.exit, stdout, stderr };
  }

  #write(name: string, text: string, append: boolean): boolean {
    if (name === '/dev/null') return true;
    const file = this.resolve(name);
    return this.host.files.write(file, append ? (this.host.files.read(file) ?? '') + text : text);
  }
}

function joined(a: Outcome, b: Outcome): Outcome {
  return { exit: b.exit, stdout: a.stdout + b.stdout, stderr: a.stderr + b.stderr };
}

function failure(message: string): Outcome {
  return { exit: 1, stdout: '', stderr: `${message}\n` };
}

function restore(env: Map<string, string>, key: string, value: string | undefined): void {
  if (value === undefined) env.delete(key);
  else env.set(key, value);
}
