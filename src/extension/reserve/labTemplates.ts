import { Problem } from '../../base';
import type { Lab } from '../../labs';
import type { App } from '../app';
import { ask, type Choice } from '../ask';
import { wayChoices } from '../labParameters';
import type { Asked, Step, StepAnswer } from '../steps';
import type { LeaseTemplate } from './template';

/** What is known of a reservation before its page: for which lab, its way, and which of its leases. */
export interface ForLab {
  readonly lab: Lab | 'free';
  readonly variant: string | undefined;
  readonly template: LeaseTemplate | undefined;
}

/** Which lab to reserve for; `free` for none. */
export async function askLab(labs: readonly Lab[]): Promise<Asked<Lab | 'free'>> {
  const withLeases = labs.filter(({ reserve }) => reserve.length > 0);
  if (withLeases.length === 0) return { kind: 'given', value: 'free' };
  const choices: Choice<Lab | 'free'>[] = [
    ...withLeases.map((lab) => ({
      label: lab.title,
      description: [...new Set(lab.reserve.map(({ site }) => site))].join(', '),
      value: lab,
    })),
    { label: '$(server-environment) Free of a lab …', value: 'free' },
  ];
  return ask.pickStep({ title: 'Reserve', placeholder: 'For which lab?', choices, canGoBack: false });
}

/** The steps from a lab to the lease that is to be made; nothing is asked where there is no lab. */
export function labSteps<S extends ForLab>(app: App): readonly Step<S>[] {
  return [
    async (state) => {
      if (state.lab === 'free' || Object.keys(state.lab.variants).length === 0)
        return { kind: 'given', value: { ...state, variant: undefined } };
      const answer = await ask.pickStep({
        title: `Reserve for ${state.lab.title}`,
        placeholder: 'Which way do you do it?',
        choices: wayChoices(state.lab),
        canGoBack: true,
      });
      return answer?.kind === 'chosen'
        ? { kind: 'chosen', value: { ...state, variant: answer.value } }
        : answer;
    },
    async (state) => {
      const { lab, variant } = state;
      if (lab === 'free') return { kind: 'given', value: { ...state, template: undefined } };
      const { reservationsOf } = await import('../../labs');
      const leases = reservationsOf(lab, variant, await app.labs.parameters(lab));
      const [only] = leases;
      if (only === undefined)
        throw new Problem(`${lab.title} needs no lease of its own.`, { next: 'Reserve free of a lab.' });
      if (leases.length === 1) return { kind: 'given', value: { ...state, template: templateOf(lab, only) } };
      const answer = await askWhich(lab, leases);
      return answer?.kind === 'chosen'
        ? { kind: 'chosen', value: { ...state, template: templateOf(lab, answer.value) } }
        : answer;
    },
  ];
}

type Filled = ReturnType<typeof import('../../labs').reservationsOf>[number];

function templateOf(lab: Lab, one: Filled): LeaseTemplate {
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

function machineOf({ nodeType, flavor, device, name }: Filled): LeaseTemplate['machine'] {
  if (nodeType !== undefined) return { kind: 'hosts', nodeType };
  if (flavor !== undefined) return { kind: 'flavor', name: flavor };
  if (device !== undefined) return { kind: 'device', machine: device };
  throw new Problem(`The lab file does not say what ${name} reserves.`, { next: 'Tell the course staff.' });
}

function askWhich(lab: Lab, leases: readonly Filled[]): Promise<StepAnswer<Filled>> {
  return ask.pickStep({
    title: `Reserve for ${lab.title}`,
    placeholder: 'It has several leases: which?',
    choices: leases.map((lease) => ({
      label: lease.name,
      description: `${lease.amount} × ${lease.nodeType ?? lease.flavor ?? lease.device ?? ''} at ${lease.site}`,
      value: lease,
    })),
    canGoBack: true,
  });
}
