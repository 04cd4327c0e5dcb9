import { isAbort } from '../../base';
import type { Target } from '../../ssh';
import type { Bindings } from '../bind';
import type { Json } from '../expression';
import type { Expectation, Lab, LabCheck, OpenStackCall } from '../types';
import type { ProbeWorld } from '../world';
import { probeForward, probeSsh } from './host';
import { targetOf } from './hosts';
import { probeLocal } from './local';
import { probeHttp, probeTcp } from './network';
import { probeNotebook } from './notebook';
import { probeOpenStack, type Asked } from './openstack';
import { onEach, together } from './several';
import { names, Unseen } from './unseen';
import { probeZun } from './zun';

/** What a run asks with. */
export interface Asking {
  /** In its variant. */
  readonly lab: Lab;
  readonly world: ProbeWorld;
  readonly bindings: Bindings;
  readonly asked: Asked;
}

/** The longest that one check may take with all its connections; each probe has a shorter limit of its own. */
const LIMIT_MS = 120_000;

/**
 * The answer to a check's question, within the time of one check.
 * @throws Unseen; AbortError when `signal` aborts
 */
export async function ask(check: LabCheck, asking: Asking, signal: AbortSignal): Promise<Json> {
  const limit = new AbortController();
  const { probe } = check;
  const own = probe.kind === 'ssh' ? probe.timeoutSeconds * 1000 : 0;
  const cancel = asking.world.clock.after(LIMIT_MS + own, () => {
    limit.abort();
  });
  try {
    return await probed(check, asking, AbortSignal.any([signal, limit.signal]));
  } catch (thrown) {
    if (isAbort(thrown) && limit.signal.aborted && !signal.aborted)
      throw new Unseen('timeout', 'It took too long to find out.', { cause: thrown });
    throw thrown;
  } finally {
    cancel();
  }
}

async function probed(check: LabCheck, asking: Asking, signal: AbortSignal): Promise<Json> {
  const { lab, world, bindings } = asking;
  const { probe, expect } = check;
  const target = (host: string): Target => targetOf(lab, host, bindings, world.inventory);
  const here = lab.sites[0] ?? '';
  switch (probe.kind) {
    case 'openstack': {
      const site = probe.site ?? here;
      return together(call(probe, expect, site, asking, signal), probe.with, (other) =>
        call(other, [], other.site ?? site, asking, signal),
      );
    }
    case 'tcp':
      return probeTcp(target(probe.host).address, probe.port, world, signal);
    case 'http':
      return probeHttp(probe.url, bindings, (host) => target(host).address, world, signal);
    case 'forward':
      return probeForward(probe, target(probe.host), bindings, world, signal);
    case 'ssh':
      return onEach([probe.host, ...probe.also], (host) => {
        const at = target(host);
        const run = (): Promise<Json> => probeSsh(probe, expect, at, bindings, world, signal);
        // Values of earlier checks may have changed since the same words were last sent.
        if (/\$\{?saved_/.test(probe.run)) return run();
        const { serverId } = at;
        const words = [
          'ssh',
          serverId,
          probe.run,
          String(probe.timeoutSeconds),
          String(names(expect, 'login')),
        ];
        return asking.asked.once(words, run);
      });
    case 'local':
      return probeLocal(probe, bindings, world);
    case 'jupyter':
      return probeNotebook(probe, target(probe.host), bindings, world, signal);
    case 'zun': {
      const site = probe.site ?? here;
      return probeZun(probe, bindings, site, world.session(site), signal);
    }
    case 'manual':
      return null;
  }
}

function call(
  wanted: OpenStackCall,
  expect: readonly Expectation[],
  site: string,
  { world, bindings, asked }: Asking,
  signal: AbortSignal,
): Promise<Json> {
  const projectId = world.inventory.sites.find((each) => each.site.name === site)?.project?.id;
  const session = world.session(site);
  return probeOpenStack(wanted, expect, bindings, { name: site, session, projectId }, asked, signal);
}
