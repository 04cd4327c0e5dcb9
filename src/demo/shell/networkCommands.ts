import { ask } from '../programs/program';
import type { Invocation, Outcome, Run } from './commands';
import { HOME, USER, type Host } from './host';
import { exits, fails, lines, printed, quoted } from './outcomes';
import { Shell } from './shell';

const HTTP_PORT = 80;
const NO_NAME = 2;
const CURL = { noHost: 6, refused: 7, httpError: 22 } as const;
const SSH_FAULT = 255;

/** Commands that go to other servers of the network, or to what listens on this one. */
export const networkCommands: Readonly<Record<string, Run>> = {
  getent: (call) => {
    const [database = '', name = ''] = call.args;
    if (database !== 'hosts') return fails(call, `the demo knows no ${database}`);
    const address = addressOf(call.shell.host, name);
    return address === undefined ? exits(NO_NAME) : lines(`${address.padEnd(15)} ${name}`);
  },
  curl,
  ssh,
};

/** As `/etc/hosts` has it; an address is its own. */
function addressOf({ files }: Host, name: string): string | undefined {
  if (/^[\d.]+$/.test(name)) return name;
  const rows = (files.read('/etc/hosts') ?? '').split('\n').map((line) => line.split(/\s+/));
  return rows.find(([, ...names]) => names.includes(name))?.[0];
}

/** The host of that name or address, as seen from this one. */
function hostCalled(host: Host, name: string): Host | undefined {
  const address = addressOf(host, name);
  if (address === undefined) return undefined;
  return address.startsWith('127.') ? host : host.around?.hostAt(address);
}

/** Arguments without options and the values of those that have one. */
function operands(args: readonly string[], withValue: RegExp): string[] {
  const at = args.findIndex((arg) => !arg.startsWith('-'));
  const skip = args.findIndex((arg, each) => (at < 0 || each < at) && withValue.test(arg));
  if (skip < 0) return at < 0 ? [] : args.slice(at);
  return operands([...args.slice(0, skip), ...args.slice(skip + 2)], withValue);
}

function curl(call: Invocation): Outcome {
  const [url = ''] = operands(call.args, /^(?:-[mow]|--(?:max-time|connect-timeout|output|write-out))$/);
  const [, name = '', port, path = '/'] = /^(?:http:\/\/)?([^/:]+)(?::(\d+))?(\/.*)?$/.exec(url) ?? [];
  const host = hostCalled(call.shell.host, name);
  if (host === undefined) return fails(call, `(6) Could not resolve host: ${name}`, CURL.noHost);
  const program = host.programs.get(Number(port ?? HTTP_PORT));
  if (program === undefined)
    return fails(call, `(7) Failed to connect to ${name}: Connection refused`, CURL.refused);
  const answer = ask(
    program,
    { method: 'GET', path, host: `${name}:${port ?? ''}`, origin: undefined },
    host,
  );
  if (answer.status >= 400 && call.args.some((arg) => /^-[a-zA-Z]*f|^--fail/.test(arg)))
    return fails(call, `(22) The requested URL returned error: ${answer.status}`, CURL.httpError);
  return printed(answer.body);
}

/** `ssh [-i KEY] cc@ADDRESS COMMAND`: the other host lets in whose public key it has. */
async function ssh(call: Invocation): Promise<Outcome> {
  const { host } = call.shell;
  const [where = '', ...command] = operands(call.args, /^-[ioplJF]$/);
  const name = where.replace(/^.*@/, '');
  const there = hostCalled(host, name);
  if (there === undefined) return fails(call, `connect to host ${name} port 22: No route to host`, SSH_FAULT);
  const at = call.args.indexOf('-i');
  const key = at < 0 ? `${HOME}/.ssh/id_rsa` : call.shell.resolve(call.args[at + 1] ?? '');
  const [, publicKey] = (host.files.read(`${key}.pub`) ?? '').split(/\s+/);
  const known = (there.files.read(`${HOME}/.ssh/authorized_keys`) ?? '').split(/\s+/);
  if (publicKey === undefined || !known.includes(publicKey))
    return { ...exits(SSH_FAULT), stderr: `${USER}@${name}: Permission denied (publickey).\n` };
  if (command.length === 0) return fails(call, 'the demo runs a command there, no shell', SSH_FAULT);
  return new Shell(there).run(
    command.length === 1 ? (command[0] ?? '') : command.map(quoted).join(' '),
    '',
    call.signal,
  );
}
