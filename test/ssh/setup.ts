import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hostKeysFromConsole, type HostKey, type Target } from '../../src/ssh';

const run = promisify(execFile);
const scripts = path.join(path.dirname(fileURLToPath(import.meta.url)), 'lab');
const usualFolder = process.env['SVCLAB'] ?? path.join(tmpdir(), 'svclab');

/** Where a lab is. Two of them may run side by side. */
export interface Place {
  readonly folder: string;
  /** The first three bytes of its hosts' addresses, of 127.0.0.0/8. */
  readonly net: string;
}
/** The lab of the suites. */
export const usual: Place = { folder: usualFolder, net: process.env['SVCLAB_NET'] ?? '127.115.0' };
/** The services' programs, which all labs share. */
const programs = process.env['SVCLAB_VENV'] ?? path.join(usualFolder, 'venv');

/** The hosts with an address of their own, with its last byte. */
const ADDRESSED = { mlflow: 11, persist: 12, ray: 13, serve: 14, online: 16, data: 18, node1: 21 } as const;
export type HostName = keyof typeof ADDRESSED | 'node2' | 'node3';
/** A service of the lab's table. */
export type ServiceName = 'mlflow' | 'jupyter' | 'ray' | 'nginx';

/** Real servers on this machine: sshd on each, MLflow on one, Ray on another, nginx behind a jump host. */
export interface Lab {
  readonly mlflow: Target;
  readonly ray: Target;
  readonly node1: Target;
  /** Only through node1. */
  readonly node2: Target;
  /** Through node1 and node2. */
  readonly node3: Target;
  readonly ports: { readonly mlflow: number; readonly ray: number; readonly jupyter: number };
  /** A program that came with a service, such as its client: `program('ray', 'ray')`. */
  program(of: 'mlflow3' | 'jupyter' | 'ray', name: string): string;
  /** The token of the JupyterLab on the MLflow host. */
  jupyterToken(): Promise<string>;
  readonly keys: {
    readonly rsa: string;
    readonly ed25519: string;
    /** Needs `passphrase`. */
    readonly locked: string;
    readonly passphrase: string;
    /** Is accepted nowhere. */
    readonly stranger: string;
  };
  /** What cloud-init would have printed. */
  console(target: Target): Promise<HostKey[]>;
  /** A command of `host.sh` for a host. */
  host(
    command: 'ssh' | 'drop' | 'net' | 'link' | 'sshd' | 'rekey' | 'address' | 'disk' | 'run',
    target: Target,
    ...more: string[]
  ): Promise<void>;
}

/**
 * Finds the lab or starts it (as root, on Debian); the same lab each time.
 * @param services those that must answer; all of the lab's where none is named
 */
export async function up(services: readonly ServiceName[] = [], place: Place = usual): Promise<Lab> {
  const { folder } = place;
  const script = (name: string, ...args: string[]): Promise<string> => runScript(place, name, args);
  const isReady = await script('ready.sh', ...services).then(
    () => true,
    () => false,
  );
  if (!isReady) {
    // The whole of it at once, also what some tests alone need: an installation is no test's time.
    await script('install.sh', ...(services.length === 0 ? ['labs'] : services));
    await script('up.sh', ...services);
    await writeFile(markOf(place), '');
  }
  const target = (id: HostName, name: string, address: string, via: readonly Target[] = []): Target => ({
    serverId: id,
    name,
    address,
    port: 22,
    user: 'cc',
    via,
  });
  const node1 = target('node1', 'node1-cloud-ab1234', addressOf('node1', place));
  const node2 = target('node2', 'node2-cloud-ab1234', '192.168.1.12', [node1]);
  const key = (name: string): string => path.join(folder, 'keys', name);
  return {
    mlflow: target('mlflow', 'node-mlflow-ab1234', addressOf('mlflow', place)),
    ray: target('ray', 'node-mltrain-ab1234', addressOf('ray', place)),
    node1,
    node2,
    node3: target('node3', 'node3-cloud-ab1234', '192.168.1.13', [node1, node2]),
    ports: { mlflow: 8000, ray: 8265, jupyter: 8888 },
    program: (of, name) => path.join(programs, of, 'bin', name),
    jupyterToken: () => readFile(key('jupyter_token'), 'utf8'),
    keys: {
      rsa: key('id_rsa_chameleon'),
      ed25519: key('id_ed25519'),
      locked: key('id_passphrase'),
      passphrase: 'lab passphrase',
      stranger: key('id_stranger'),
    },
    console: async ({ serverId }) => hostKeysFromConsole(await script('host.sh', 'console', serverId)),
    host: async (command, { serverId }, ...more) => {
      await script('host.sh', command, serverId, ...more);
    },
  };
}

/** Stops the lab if it was started by `up`. */
export async function down(place: Place = usual): Promise<void> {
  if (!existsSync(markOf(place))) return;
  await runScript(place, 'down.sh', []);
  await rm(markOf(place), { force: true });
}

/** The lab as if it had never been started; what is installed stays. */
export async function wipe(): Promise<void> {
  await runScript(usual, 'down.sh', ['--wipe']);
}

function markOf({ folder }: Place): string {
  return path.join(folder, 'run', 'started-by-tests');
}

async function runScript(
  { folder, net }: Place,
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await run(path.join(scripts, name), args, {
    env: { ...process.env, SVCLAB: folder, SVCLAB_NET: net, SVCLAB_VENV: programs, ...env },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

/** Where the host is reached from outside. */
export function addressOf(host: keyof typeof ADDRESSED, { net }: Place = usual): string {
  return `${net}.${ADDRESSED[host]}`;
}

/** A file of the usual lab. */
export function inLab(...names: string[]): string {
  return path.join(usual.folder, ...names);
}

/** A file of the tests as the hosts see it: the checkout itself may be in a folder of root alone. */
export function onHosts(...names: string[]): string {
  return inLab('tests', ...names);
}

/** A program of one of the services. */
export function program(of: string, name: string): string {
  return path.join(programs, of, 'bin', name);
}

/** Starts services of the usual lab that `up` leaves alone; it must be up. */
export async function startServices(...names: string[]): Promise<void> {
  const ready = await script('ready.sh', ...names).then(
    () => true,
    () => false,
  );
  if (ready) return;
  await script('install.sh', 'labs');
  await script('up.sh', ...names);
}

/** What a command on a host printed, as its user `cc`. @throws where it fails */
export async function onHost(host: HostName, ...command: string[]): Promise<string> {
  return script('host.sh', 'run', host, ...command);
}

/** Runs one of the usual lab's scripts; what it printed. @param args its words, and its environment @throws Error */
export async function script(
  name: string,
  ...args: (string | Readonly<Record<string, string>>)[]
): Promise<string> {
  const words = args.filter((each) => typeof each === 'string');
  const env = Object.assign({}, ...args.filter((each) => typeof each === 'object')) as Record<string, string>;
  return runScript(usual, name, words, env);
}
