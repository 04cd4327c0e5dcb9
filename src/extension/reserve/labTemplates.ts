import { abortError, Problem } from '../../base';
import type { Lab } from '../../labs';
import type { App } from '../app';
import { ask, type Choice } from '../ask';
import type { LeaseTemplate } from './template';

/** Which lab to reserve for; `free` for none. @throws AbortError when dismissed */
export async function askLab(labs: readonly Lab[]): Promise<Lab | 'free'> {
  const withLeases = labs.filter(({ reserve }) => reserve.length > 0);
  if (withLeases.length === 0) return 'free';
  const choices: Choice<Lab | 'free'>[] = [
    ...withLeases.map((lab) => ({
      label: lab.title,
      description: [...new Set(lab.reserve.map(({ site }) => site))].join(', '),
      value: lab,
    })),
    { label: '$(server-environment) Free of a lab …', value: 'free' },
  ];
  const picked = await ask.pick('Reserve for which lab?', choices);
  if (picked === undefined) throw abortError();
  return picked;
}

/** The lease of the lab that is to be made: its variant and, of several leases, which. @throws AbortError */
export async function templateOf(app: App, lab: Lab): Promise<LeaseTemplate> {
  const variant = await askVariant(lab);
  const { reservationsOf } = await import('../../labs');
  const leases = reservationsOf(lab, variant, await app.labs.parameters(lab));
  if (leases.length === 0)
    throw new Problem(`${lab.title} needs no lease of its own.`, { next: 'Reserve free of a lab.' });
  const one = leases.length === 1 ? leases[0] : await askWhich(lab, leases);
  if (one === undefined) throw abortError();
  const { name, site, amount, hours, startOnHour, endMinute } = one;
  return {
    title: lab.title,
    site,
    machine: machineOf(one),
    amount,
    name,
    hours,
    floatingIps: one.floatingIp ? 1 : 0,
    rules: { startOnHour, endMinute },
  };
}

type Filled = ReturnType<typeof import('../../labs').reservationsOf>[number];

function machineOf({ nodeType, flavor, device, name }: Filled): LeaseTemplate['machine'] {
  if (nodeType !== undefined) return { kind: 'hosts', nodeType };
  if (flavor !== undefined) return { kind: 'flavor', name: flavor };
  if (device !== undefined) return { kind: 'device', machine: device };
  throw new Problem(`The lab file does not say what ${name} reserves.`, { next: 'Tell the course staff.' });
}

async function askVariant(lab: Lab): Promise<string | undefined> {
  const variants = Object.entries(lab.variants);
  if (variants.length === 0) return undefined;
  const picked = await ask.pick(
    `${lab.title}: which way?`,
    variants.map(([key, { title, sites }]) => ({ label: title, description: sites.join(', '), value: key })),
  );
  if (picked === undefined) throw abortError();
  return picked;
}

async function askWhich(lab: Lab, leases: readonly Filled[]): Promise<Filled | undefined> {
  return ask.pick(
    `${lab.title} has several leases: which?`,
    leases.map((lease) => ({
      label: lease.name,
      description: `${lease.amount} × ${lease.nodeType ?? lease.flavor ?? lease.device ?? ''} at ${lease.site}`,
      value: lease,
    })),
  );
}
