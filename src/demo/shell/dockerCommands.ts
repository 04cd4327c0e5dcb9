import type { Bench, ContainerRecord } from '../world/bench';
import type { Invocation, Outcome, Run } from './commands';
import type { Shell } from './shell';
import { fails, lines, notFound, printed, quoted } from './outcomes';

const VERSION = '28.3.3';
const ID = 'sha256:6c9d3f2e8b1a4d7f5e0c2b9a8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e';
const NOT_FOUND = 127;

/** Docker, as far as the labs ask it; only on servers where a lab has installed it. */
export const docker: Run = (call) => {
  const { bench } = call.shell.host;
  if (bench === undefined) return notFound(call);
  const [what = '', ...rest] = call.args;
  switch (what) {
    case '--version':
      return lines(`Docker version ${VERSION}, build 980b856`);
    case 'version':
      return formatted(call, rest, [{ '.Server.Version': VERSION, '.Client.Version': VERSION }]);
    case 'info':
      return formatted(call, rest, [
        { 'json .Runtimes': '{"runc":{"path":"runc"}}', '.ServerVersion': VERSION },
      ]);
    case 'inspect':
      return inspect(call, rest, bench);
    case 'volume':
      return named(call, rest, 'volume', (name) =>
        bench.volumes[name] === undefined
          ? undefined
          : { '.Name': name, '.Mountpoint': `/var/lib/docker/volumes/${name}/_data` },
      );
    case 'image':
      return named(call, rest, 'image', (name) => {
        const tag = tagged(name);
        const isThere = bench.images.some((image) => tagged(image) === tag);
        return isThere ? { '.Id': ID, 'json .RepoTags': JSON.stringify([tag]) } : undefined;
      });
    case 'ps':
      return list(rest, bench);
    case 'run':
      return runOnce(call, rest, bench);
    case 'exec':
      return execute(call, rest, bench);
    case 'logs':
      return logs(call, rest, bench);
    case 'stop':
      return stop(call, rest, bench);
    case 'compose':
      return compose(call, rest, bench);
    default:
      return fails(call, `the demo knows no docker ${what}`);
  }
};

type Fields = Readonly<Record<string, string>>;

/** The value of an option, and what is left beside it. */
function option(args: readonly string[], ...names: readonly string[]): { value: string; rest: string[] } {
  const at = args.findIndex((arg) => names.includes(arg));
  if (at < 0) return { value: '', rest: [...args] };
  return { value: args[at + 1] ?? '', rest: args.filter((_, each) => each !== at && each !== at + 1) };
}

function formatted(call: Invocation, args: readonly string[], rows: readonly Fields[]): Outcome {
  const { value } = option(args, '--format', '-f');
  const unknown = [...value.matchAll(/\{\{\s*(.*?)\s*\}\}/g)].find(
    ([, field]) => rows[0]?.[field ?? ''] === undefined,
  );
  if (value === '' || (unknown !== undefined && rows.length > 0))
    return fails(call, 'the demo needs a --format that it knows');
  return lines(...rows.map((row) => filled(value, row)));
}

function filled(format: string, fields: Fields): string {
  return format.replace(/\{\{\s*(.*?)\s*\}\}/g, (_, field: string) => fields[field] ?? '');
}

function fieldsOf(name: string, container: ContainerRecord): Fields {
  const env = Object.entries(container.env).map(([key, value]) => `${key}=${value}`);
  return {
    '.Name': `/${name}`,
    '.State.Status': container.status,
    '.State.ExitCode': String(container.exitCode),
    '.State.Health.Status': container.healthy ? 'healthy' : 'none',
    '.Config.Image': container.image,
    'json .Config.Env': JSON.stringify(env),
    'index .Config.Labels "com.docker.compose.project"': container.project ?? '',
  };
}

function inspect(call: Invocation, args: readonly string[], { containers }: Bench): Outcome {
  const { rest: names } = option(args, '--format', '-f');
  const found = names.filter((name) => containers.has(name));
  const missing = names.filter((name) => !containers.has(name));
  const rows = [...containers].filter(([name]) => found.includes(name));
  rows.sort(([a], [b]) => names.indexOf(a) - names.indexOf(b));
  const shown = formatted(
    call,
    args,
    rows.map(([name, container]) => fieldsOf(name, container)),
  );
  if (missing.length === 0) return shown;
  const errors = missing.map((name) => `Error: No such object: ${name}\n`).join('');
  return { exit: 1, stdout: shown.exit === 0 && rows.length > 0 ? shown.stdout : '\n', stderr: errors };
}

function named(
  call: Invocation,
  [verb, ...args]: readonly string[],
  kind: string,
  fields: (name: string) => Fields | undefined,
): Outcome {
  if (verb !== 'inspect') return fails(call, `the demo knows no docker ${kind} ${verb ?? ''}`);
  const names = option(args, '--format', '-f').rest;
  const rows = names.map(fields).filter((found) => found !== undefined);
  const shown = rows.length > 0 ? formatted(call, args, rows) : printed('\n');
  const missing = names.filter((name) => fields(name) === undefined);
  if (missing.length === 0) return shown;
  const stderr = missing.map((name) => `Error response from daemon: get ${name}: no such ${kind}\n`).join('');
  return { exit: 1, stdout: shown.stdout, stderr };
}

/** An image's name with the tag that is meant where none is told. */
function tagged(name: string): string {
  return name.includes(':') ? name : `${name}:latest`;
}

/** `docker ps [-a] [--filter label=…|name=…] --format …` */
function list(args: readonly string[], { containers }: Bench): Outcome {
  const { value: filter, rest } = option(args, '--filter');
  const { value: format } = option(rest, '--format');
  const rows = [...containers]
    .filter(([, { status }]) => rest.includes('-a') || status === 'running')
    .filter(([name, container]) => passes(filter, name, container));
  const template = format === '' ? '{{.Names}}\t{{.Image}}\t{{.Status}}' : format;
  return lines(
    ...rows.map(([name, { image, status, ports, inside }]) =>
      filled(template, {
        '.Names': name,
        '.Image': image,
        '.Status': status,
        '.Ports': ports.flatMap((port) => published(port, inside ?? port)).join(', '),
      }),
    ),
  );
}

function published(outside: number, inside: number): string[] {
  return ['0.0.0.0', '[::]'].map((address) => `${address}:${outside}->${inside}/tcp`);
}

function passes(filter: string, name: string, { project }: ContainerRecord): boolean {
  const [key, value = ''] = filter.split(/=([^]*)/);
  if (key === 'label') return value === `com.docker.compose.project=${project ?? ''}`;
  if (key === 'name') return value.startsWith('^') ? value === `^${name}$` : name.includes(value);
  return true;
}

/** `docker run --rm -v VOLUME:/mnt alpine ls FOLDER` */
function runOnce(call: Invocation, args: readonly string[], { volumes }: Bench): Outcome {
  const { value, rest } = option(args, '-v');
  const [image, ...command] = rest.filter((arg) => !/^(?:--rm|-it?|-t)$/.test(arg));
  const [volume = '', mount = ''] = value.split(':');
  const folders = volumes[volume];
  if (image !== 'alpine' || folders === undefined) return fails(call, 'the demo does not run that');
  const inside = Object.entries(folders).map(([folder, names]) => [`${mount}${folder}`, names] as const);
  return within(call, command, { env: {}, folders: Object.fromEntries(inside), texts: {} });
}

function execute(call: Invocation, args: readonly string[], { containers }: Bench): Outcome {
  const [name = '', ...command] = args.filter((arg) => !/^-(?:it?|t)$/.test(arg));
  const container = containers.get(name);
  if (container?.status !== 'running')
    return fails(call, `Error response from daemon: No such container: ${name}`);
  if (command.join(' ') === 'jupyter server list' && container.ports.includes(8888))
    return lines(
      'Currently running servers:',
      `http://localhost:8888/?token=${tokenOf(call.shell)} :: /home/jovyan`,
    );
  return within(call, command, container);
}

/** `ls`, `cat` and `printenv` in a container. */
function within(
  call: Invocation,
  [name = '', ...args]: readonly string[],
  { env, folders, texts }: Pick<ContainerRecord, 'env' | 'folders' | 'texts'>,
): Outcome {
  if (name === 'printenv') {
    const values = args.flatMap((each) => env[each] ?? []);
    return { ...lines(...values), exit: values.length === args.length ? 0 : 1 };
  }
  if (name === 'cat') {
    const [file = ''] = args;
    const text = texts[file];
    return text === undefined
      ? fails({ ...call, name }, `${file}: No such file or directory`)
      : printed(text);
  }
  if (name !== 'ls') return fails(call, `the demo knows no ${quoted(name)} in a container`, NOT_FOUND);
  const folder = (args[0] ?? '/').replace(/(?<=.)\/$/, '');
  const names = folders[folder];
  return names === undefined
    ? { exit: 1, stdout: '', stderr: `ls: ${folder}: No such file or directory\n` }
    : lines(...names);
}

/** Of nothing but this demo: it opens no door that its server does not open anyway. */
function tokenOf({ host }: Shell): string {
  const digits = Buffer.from(`${host.hostname}/${host.upSince}`).toString('hex');
  return digits.repeat(2).slice(0, 48).padEnd(48, '0');
}

function logs(call: Invocation, [name = '']: readonly string[], { containers }: Bench): Outcome {
  if (!containers.has(name)) return fails(call, `Error response from daemon: No such container: ${name}`);
  if (name !== 'jupyter') return printed('');
  const url = `http://127.0.0.1:8888/lab?token=${tokenOf(call.shell)}`;
  return { exit: 0, stdout: '', stderr: `Jupyter Server 2.15.0 is running at:\n${url}\n` };
}

function stop(call: Invocation, names: readonly string[], bench: Bench): Outcome {
  const missing = names.find((name) => !bench.containers.has(name));
  if (missing !== undefined) return fails(call, `Error response from daemon: No such container: ${missing}`);
  for (const name of names) end(call.shell, bench, name);
  return lines(...names);
}

/** `docker compose -f FILE down`: the demo has one project on each server. */
function compose(call: Invocation, args: readonly string[], bench: Bench): Outcome {
  const { value: file, rest } = option(args, '-f');
  if (rest[0] !== 'down') return fails(call, `the demo knows no docker compose ${rest[0] ?? ''}`);
  if (!/(?:^|\/)mlflow-chi\/docker\/docker-compose-mlflow\.yaml$/.test(file))
    return fails(call, `open ${file}: no such file or directory`);
  const names = [...bench.containers].filter(([, { project }]) => project === 'tracking_service');
  for (const [name] of names) {
    end(call.shell, bench, name);
    bench.containers.delete(name);
  }
  return { exit: 0, stdout: '', stderr: names.map(([name]) => ` Container ${name}  Removed\n`).join('') };
}

function end({ host }: Shell, { containers }: Bench, name: string): void {
  const container = containers.get(name);
  if (container === undefined) return;
  for (const port of container.ports) host.programs.delete(port);
  if (container.passing) containers.delete(name);
  else containers.set(name, { ...container, status: 'exited' });
}
