import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { inLab, script } from '../ssh/setup';

const run = promisify(execFile);
const scripts = path.join(import.meta.dirname, 'kubernetes');
const folder = process.env['K8SLAB'] ?? '/tmp/k8slab';
const HOST = 'node1';

/** A real Kubernetes API in the network of node1, whose three nodes are played; see `kubernetes/README.md`. */
export const kubectl = path.join(folder, 'bin', 'kubectl');

/** Builds what is missing, which takes most of an hour the first time. */
export async function install(): Promise<void> {
  await run(path.join(scripts, 'install.sh'), { env: { ...process.env, K8SLAB: folder } });
}

/** The right world of a lab, in a new cluster or healed; its administrator's file is that of the host's user. */
export async function seeded(world: 'lab2' | 'lab3' | 'empty'): Promise<void> {
  const now = await readFile(path.join(folder, 'run', 'world'), 'utf8').catch(() => '');
  if (now.trim() === world) await cluster('heal.sh');
  else {
    await cluster('down.sh', '--wipe');
    await cluster('up.sh');
    await cluster('seed.sh', world);
  }
  await useConfig('admin');
}

/** Runs one of the cluster's scripts: `break.sh`, `heal.sh`. @throws where it fails */
export async function cluster(name: string, ...words: string[]): Promise<void> {
  await script('host.sh', 'root', HOST, 'env', `K8SLAB=${folder}`, path.join(scripts, name), ...words);
}

/** Lets the host's user sign in as another one: `admin`, `student`, `badtoken`, … */
export async function useConfig(name: string): Promise<void> {
  const home = inLab('hosts', HOST, 'home', '.kube');
  await run('install', ['-d', '-o', '1000', '-g', '1000', home]);
  const file = path.join(folder, 'conf', `${name}.conf`);
  await run('install', ['-o', '1000', '-g', '1000', '-m', '600', file, path.join(home, 'config')]);
}
