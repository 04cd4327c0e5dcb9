import { abortError } from '../../base';
import type { Target } from '../../ssh';
import type { App } from '../app';
import { ask } from '../ask';
import { withDoctor } from '../register';

/**
 * Makes sure that the server's key is known before the user's `ssh` meets it. A key that only the user's `ssh` can use
 * (on a security key, say) is no reason to stop once the server is known. What keeps keys from fitting is said before.
 */
export async function proven(app: App, target: Target, signal: AbortSignal): Promise<void> {
  const { SshError } = await import('../../ssh');
  const known = app.hosts.connected.some((each) => each.target.serverId === target.serverId);
  const mismatch = known
    ? undefined
    : await app.hosts.keyRing.mismatch(target, app.hosts.siteOf(target.serverId));
  if (mismatch !== undefined) {
    const detail = `${target.name} takes only those, so it will most likely refuse you. Put the private key of the pair into ~/.ssh or into your agent.`;
    if (!(await ask.confirm(mismatch, detail, 'Connect Anyway'))) throw abortError();
  }
  try {
    await app.hosts.connect(target, signal);
  } catch (thrown) {
    const onlyKey = thrown instanceof SshError && (thrown.kind === 'noKey' || thrown.kind === 'auth');
    const { knownHosts } = await app.hosts.ready();
    if (!onlyKey || (await knownHosts.pinned(target.serverId)).length === 0)
      throw withDoctor(app.hosts.siteOf(target.serverId), target.serverId, thrown);
  }
}
