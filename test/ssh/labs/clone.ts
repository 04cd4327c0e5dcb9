import path from 'node:path';
import { onHost, onHosts, type HostName } from '../setup';

const script = onHosts('ssh', 'labs', 'content', 'repository.sh');

/** A clone in the home of a host, as the lab makes it, on a branch with these commits of the student's own. */
export async function clone(
  host: HostName,
  folder: string,
  branch: string,
  ...messages: string[]
): Promise<void> {
  const origin = `https://github.com/teaching-on-testbeds/${path.basename(folder)}`;
  await onHost(host, script, `/home/cc/${folder}`, origin, branch, ...messages);
}
