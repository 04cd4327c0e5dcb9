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
const folder = process.env['SVCLAB'] ?? path.join(tmpdir(), 'svclab');
const startedByUs = path.join(folder, 'run', 'started-by-tests');

type HostName = 'mlflow' | 'ray' | 'node1' | 'node2' | 'node3';

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
  host(command: 'ssh' | 'drop' | 'net' | 'sshd' | 'rekey', target: Target, ...more: string[]): Promise<void>;
}

/** Finds the lab or starts it (as root, on Debian); the same lab each time. */
export async function up(): Promise<Lab> {
  if (!(await isReady())) {
    await script('install.sh');
    await script('up.sh');
    await writeFile(startedByUs, '');
  }
  const net = process.env['SVCLAB_NET'] ?? '127.115.0';
  const target = (id: HostName, name: string, address: string, via: readonly Target[] = []): Target => ({
    serverId: id,
    name,
    address,
    port: 22,
    user: 'cc',
    via,
  });
  const node1 = target('node1', 'node1-cloud-ab1234', `${net}.21`);
  const node2 = target('node2', 'node2-cloud-ab1234', '192.168.1.12', [node1]);
  const key = (name: string): string => path.join(folder, 'keys', name);
  return {
    mlflow: target('mlflow', 'node-mlflow-ab1234', `${net}.11`),
    ray: target('ray', 'node-mltrain-ab1234', `${net}.13`),
    node1,
    node2,
    node3: target('node3', 'node3-cloud-ab1234', '192.168.1.13', [node1, node2]),
    ports: { mlflow: 8000, ray: 8265, jupyter: 8888 },
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
export async function down(): Promise<void> {
  if (!existsSync(startedByUs)) return;
  await script('down.sh');
  await rm(startedByUs, { force: true });
}

async function isReady(): Promise<boolean> {
  return script('ready.sh').then(
    () => true,
    () => false,
  );
}

async function script(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(path.join(scripts, name), args, {
    env: { ...process.env, SVCLAB: folder },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
