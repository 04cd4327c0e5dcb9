import path from 'node:path/posix';
import type { Invocation, Outcome, Run } from './commands';
import { USER } from './host';
import { exits, fails, lines, optionsOf, printed } from './outcomes';

const MISSING = 'No such file or directory';

/** Commands that look at files and change them. */
export const fileCommands: Readonly<Record<string, Run>> = {
  cat: (call) => each(call, ({ text }) => text),
  head: (call) => cut(call, (all, count) => all.slice(0, count)),
  tail: (call) => cut(call, (all, count) => all.slice(Math.max(0, all.length - count))),
  wc: (call) =>
    each(call, ({ text }) => {
      const { flags } = optionsOf(call.args);
      const counts = [
        text.split('\n').length - 1,
        text.split(/\s+/).filter((word) => word !== '').length,
        Buffer.byteLength(text),
      ];
      const shown = counts.filter((_, at) => flags.size === 0 || flags.has('lwc'[at] ?? ''));
      return `${shown.join(' ')}\n`;
    }),
  grep: (call) => {
    const { flags, rest } = optionsOf(call.args);
    const [pattern, ...files] = rest;
    if (pattern === undefined) return fails(call, 'a pattern is missing', 2);
    const atStart = pattern.startsWith('^');
    const asked = atStart ? pattern.slice(1) : pattern;
    const lookFor = flags.has('i') ? asked.toLowerCase() : asked;
    const fits = (line: string): boolean => (atStart ? line.startsWith(lookFor) : line.includes(lookFor));
    const found: string[] = [];
    const outcome = each({ ...call, args: files }, ({ text }) => {
      for (const line of text.split('\n').filter((each, at, all) => each !== '' || at < all.length - 1))
        if (fits(flags.has('i') ? line.toLowerCase() : line) !== flags.has('v')) found.push(line);
      return '';
    });
    if (outcome.exit !== 0) return { ...outcome, exit: 2 };
    const shown = flags.has('q') ? exits(0) : flags.has('c') ? lines(String(found.length)) : lines(...found);
    return { ...shown, exit: found.length === 0 ? 1 : 0 };
  },
  ls: list,
  find,
  mkdir: (call) => {
    const { flags, rest } = optionsOf(call.args);
    const { files } = call.shell.host;
    for (const name of rest) {
      const folder = call.shell.resolve(name);
      if (files.exists(folder) && !flags.has('p'))
        return fails(call, `cannot create directory '${name}': File exists`);
      if (!files.isFolder(path.dirname(folder)) && !flags.has('p'))
        return fails(call, `cannot create directory '${name}': ${MISSING}`);
      files.makeFolder(folder);
    }
    return exits(0);
  },
  touch: (call) => {
    for (const name of optionsOf(call.args).rest) {
      const file = call.shell.resolve(name);
      const { files } = call.shell.host;
      if (!files.exists(file) && !files.write(file, ''))
        return fails(call, `cannot touch '${name}': ${MISSING}`);
    }
    return exits(0);
  },
  rm: (call) => {
    const { flags, rest } = optionsOf(call.args);
    const { files } = call.shell.host;
    for (const name of rest) {
      const file = call.shell.resolve(name);
      if (!files.exists(file) && !flags.has('f')) return fails(call, `cannot remove '${name}': ${MISSING}`);
      if (files.isFolder(file) && !flags.has('r'))
        return fails(call, `cannot remove '${name}': Is a directory`);
      files.remove(file);
    }
    return exits(0);
  },
  cp: (call) => copy(call, false),
  mv: (call) => copy(call, true),
  tee: (call) => {
    const { flags, rest } = optionsOf(call.args);
    const { files } = call.shell.host;
    for (const name of rest) {
      const file = call.shell.resolve(name);
      if (!files.write(file, (flags.has('a') ? (files.read(file) ?? '') : '') + call.stdin))
        return { ...fails(call, `${name}: ${MISSING}`), stdout: call.stdin };
    }
    return printed(call.stdin);
  },
  stat: (call) =>
    call.args.slice(0, 2).join(' ') === '-c %U'
      ? each({ ...call, args: call.args.slice(2) }, () => `${USER}\n`)
      : each(call, ({ name, text }) => `  File: ${name}\n  Size: ${Buffer.byteLength(text)}\n`),
};

/** Does something with each named file, or with what comes in. */
function each(call: Invocation, show: (file: { name: string; text: string }) => string): Outcome {
  const { rest } = optionsOf(call.args);
  if (rest.length === 0) return printed(show({ name: '-', text: call.stdin }));
  let [stdout, stderr] = ['', ''];
  for (const name of rest) {
    const file = call.shell.resolve(name);
    const text = call.shell.host.files.read(file);
    if (text !== undefined) stdout += show({ name, text });
    else
      stderr += `${call.name}: ${name}: ${call.shell.host.files.isFolder(file) ? 'Is a directory' : MISSING}\n`;
  }
  return { exit: stderr === '' ? 0 : 1, stdout, stderr };
}

/** `head`, `tail`: `-n 3`, `-n3` and `-3`. */
function cut(call: Invocation, keep: (lines: string[], count: number) => string[]): Outcome {
  const joined = call.args.join(' ');
  const count = Number(/^-(?:n ?)?(\d+)/.exec(joined)?.[1] ?? 10);
  const files = joined.replace(/^-(?:n ?)?\d+ ?/, '').split(' ');
  return each({ ...call, args: files.filter((file) => file !== '') }, ({ text }) =>
    keep(text.split(/(?<=\n)/), count).join(''),
  );
}

function list(call: Invocation): Outcome {
  const { flags, rest } = optionsOf(call.args);
  const { files } = call.shell.host;
  let [stdout, stderr] = ['', ''];
  for (const name of rest.length === 0 ? ['.'] : rest) {
    const file = call.shell.resolve(name);
    if (!files.exists(file)) {
      stderr += `ls: cannot access '${name}': ${MISSING}\n`;
      continue;
    }
    const inside = files.isFolder(file) && !flags.has('d');
    const names = inside
      ? files.list(file).filter((each) => flags.has('a') || !each.startsWith('.'))
      : [name];
    for (const each of names) stdout += flags.has('l') ? longLine(call, file, inside, each) : `${each}\n`;
  }
  return { exit: stderr === '' ? 0 : 2, stdout, stderr };
}

/** `find FOLDER -type f [-size +0c] [-not -path '*\/.*']`: the files below a folder. */
function find(call: Invocation): Outcome {
  const [folder = '.', ...tests] = call.args;
  const place = call.shell.resolve(folder);
  const { files } = call.shell.host;
  if (!files.isFolder(place)) return fails(call, `'${folder}': ${MISSING}`);
  const known = tests.join(' ').replace(/-type f|-size \+0c|-not -path \*\/\.\*/g, '');
  if (known.trim() !== '') return fails(call, `the demo does not know ${known.trim()}`);
  const found = files
    .under(place)
    .filter((file) => !tests.includes('-size') || files.read(file) !== '')
    .filter((file) => !tests.includes('-not') || !file.includes('/.'));
  return lines(...found);
}

function longLine({ shell }: Invocation, file: string, inside: boolean, name: string): string {
  const { files, upSince } = shell.host;
  const whole = inside ? path.join(file, name) : file;
  const folder = files.isFolder(whole);
  const size = folder ? 4096 : Buffer.byteLength(files.read(whole) ?? '');
  const date = new Date(upSince).toISOString().slice(0, 16).replace('T', ' ');
  const mode = folder ? 'drwxr-xr-x 2' : '-rw-r--r-- 1';
  return `${mode} ${USER} ${USER} ${String(size).padStart(6)} ${date} ${name}\n`;
}

function copy(call: Invocation, andRemove: boolean): Outcome {
  const [from, to] = optionsOf(call.args).rest;
  if (from === undefined || to === undefined) return fails(call, 'missing file operand');
  const { files } = call.shell.host;
  const source = call.shell.resolve(from);
  const text = files.read(source);
  if (text === undefined) return fails(call, `cannot stat '${from}': ${MISSING}`);
  const target = call.shell.resolve(to);
  const file = files.isFolder(target) ? path.join(target, path.basename(source)) : target;
  if (!files.write(file, text)) return fails(call, `cannot create regular file '${to}': ${MISSING}`);
  if (andRemove && file !== source) files.remove(source);
  return exits(0);
}
