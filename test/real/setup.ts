/** The set-up of what takes long to build: the hosts with their sshd, and Kubernetes. */
import { cluster, install } from './kubernetes';
import { down as hostsDown, up as hostsUp } from '../ssh/setup';

/** Idempotent; the first time it builds for most of an hour. */
export async function up(): Promise<void> {
  await hostsUp();
  await install();
}

export async function down(): Promise<void> {
  await cluster('down.sh').catch(() => undefined);
  await hostsDown();
}
