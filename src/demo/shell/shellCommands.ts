import { abortError, sleep, systemClock } from '../../base';
import { benchCommands, placeOf } from './benchCommands';
import { commandNamed, commandNames, type Invocation, type Outcome, type Run } from './commands';
import { exits, fails, lines, printed, quoted } from './outcomes';
import { Shell } from './shell';
import { test } from './test';

const TIMED_OUT = 124;

/** Commands of the shell itself, and those that run others. */
export const shellCommands: Readonly<Record<string, Run>> = {
  ':': () => exits(0),
  true: () => exits(0),
  false: () => exits(1),
  clear: () => printed('\u001b[H\u001b[2J'),
  echo: ({ args }) => {
    const [first, ...rest] = args;
    return first === '-n' ? printed(rest.join(' ')) : lines(args.join(' '));
  },
  printf: ({ args }) => printed(formatted(args)),
  test: (call) => test(call.args, call.shell),
  '[': (call) =>
    call.args.at(-1) === ']' ? test(call.args.slice(0, -1), call.shell) : fails(call, "missing ']'", 2),
  pwd: ({ shell }) => lines(shell.cwd),
  cd: (call) => {
    const folder = call.shell.resolve(call.args[0] ?? call.shell.env.get('HOME') ?? '/');
    if (!call.shell.host.files.isFolder(folder))
      return fails(call, `${call.args[0] ?? folder}: No such file or directory`);
    call.shell.cwd = folder;
    return exits(0);
  },
  exit: ({ args, shell }) => {
    shell.ended = true;
    return exits(Number(args[0] ?? shell.lastExit) & 255);
  },
  logout: ({ shell }) => {
    shell.ended = true;
    return exits(0);
  },
  export: ({ args, shell }) => {
    for (const arg of args) {
      const [name = '', value] = arg.split(/=([^]*)/);
      if (value !== undefined) shell.env.set(name, value);
    }
    return exits(0);
  },
  unset: ({ args, shell }) => {
    for (const name of args) shell.env.delete(name);
    return exits(0);
  },
  set: () => exits(0),
  command: (call) =>
    call.args[0] === '-v' ? which({ ...call, args: call.args.slice(1) }) : runs(call, call.args),
  which,
  exec: async (call) => {
    const outcome = await runs(call, call.args);
    call.shell.ended = true;
    return outcome;
  },
  nohup: (call) => runs(call, call.args),
  env: environment,
  sh: inner,
  bash: inner,
  sleep: async ({ args, signal }) => {
    await sleep(systemClock, Math.min(Number.parseFloat(args[0] ?? '0') || 0, 86_400) * 1000, signal);
    return exits(0);
  },
  timeout: limited,
  help: () =>
    lines(
      'The demo imitates a server. It knows:',
      commandNames().join(' '),
      'Pipes, && || ; > >> < and $(…) work.',
    ),
};

function runs(call: Invocation, words: readonly string[]): Promise<Outcome> {
  return call.shell.run(words.map(quoted).join(' '), call.stdin, call.signal);
}

function which(call: Invocation): Outcome {
  const [name = ''] = call.args;
  if (commandNamed(name) === undefined) return exits(1);
  if (name.includes('/')) return lines(name);
  const place = benchCommands[name] === undefined ? `/usr/bin/${name}` : placeOf(call, name);
  return place === undefined ? exits(1) : lines(place);
}

/** `env NAME=value … command`, and alone the list. */
async function environment(call: Invocation): Promise<Outcome> {
  const at = call.args.findIndex((arg) => !/^[A-Za-z_][A-Za-z0-9_]*=/.test(arg) && arg !== '-i');
  const settings = at < 0 ? call.args : call.args.slice(0, at);
  const shell = new Shell(call.shell.host, call.shell);
  for (const setting of settings) {
    const [name = '', value = ''] = setting.split(/=([^]*)/);
    if (name !== '-i') shell.env.set(name, value);
  }
  if (at < 0) return lines(...[...shell.env].map(([name, value]) => `${name}=${value}`));
  return runs({ ...call, shell }, call.args.slice(at));
}

/** `sh -c 'script' [name [argument …]]`, a script from the standard input, or a script file. */
async function inner(call: Invocation): Promise<Outcome> {
  const shell = new Shell(call.shell.host, call.shell);
  const at = call.args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  if (at >= 0) {
    const [script, ...parameters] = call.args.slice(at + 1);
    if (script === undefined) return fails(call, '-c requires an argument', 2);
    for (const [number, value] of parameters.entries()) shell.env.set(String(number), value);
    return shell.run(script, call.stdin, call.signal);
  }
  const file = call.args.find((arg) => !arg.startsWith('-'));
  if (file === undefined) return shell.run(call.stdin, '', call.signal);
  const script = shell.host.files.read(shell.resolve(file));
  if (script === undefined) return fails(call, `0: cannot open ${file}: No such file`, 127);
  return shell.run(script, call.stdin, call.signal);
}

async function limited(call: Invocation): Promise<Outcome> {
  const words = [...call.args];
  while (words[0]?.startsWith('-') === true) words.splice(0, /^-[ks]$/.test(words[0]) ? 2 : 1);
  const [duration = '', ...command] = words;
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(duration) ?? [];
  if (number === undefined) return fails(call, `invalid time interval '${duration}'`, 125);
  const ms = Number(number) * ({ m: 60_000, h: 3_600_000 }[unit] ?? 1000);
  const limit = AbortSignal.timeout(Math.min(ms, 2 ** 31 - 1));
  try {
    return await runs({ ...call, signal: AbortSignal.any([call.signal, limit]) }, command);
  } catch (thrown) {
    if (call.signal.aborted || !limit.aborted) throw call.signal.aborted ? abortError() : thrown;
    return exits(TIMED_OUT);
  }
}

/** `%s`, `%d`, `%%` and the usual escapes; the format is used again while arguments are left. */
function formatted([format = '', ...args]: readonly string[]): string {
  const text = format.replace(/\\([nt\\])/g, (_, which: string) => ({ n: '\n', t: '\t' })[which] ?? '\\');
  const left = [...args];
  let all = '';
  do {
    const before = left.length;
    all += text.replace(/%([sd%])/g, (_, kind: string) => (kind === '%' ? '%' : (left.shift() ?? '')));
    if (left.length === before) break;
  } while (left.length > 0);
  return all;
}
