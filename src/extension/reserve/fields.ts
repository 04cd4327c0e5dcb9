import type { Course, LeaseDraft, Machine, SiteInventory } from '../../chameleon';
import type { Flavor } from '../../openstack';
import { ask } from '../ask';
import type { StepAnswer } from '../steps';
import {
  flavorChoices,
  lengthChoices,
  nodeTypeChoices,
  sceneOf,
  soonestStart,
  startChoices,
  typedTime,
  type Scene,
} from './choices';

/** Where the lease is to be: the site, always as it is known now, and its flavors. */
export interface Place {
  readonly title: string;
  readonly site: () => SiteInventory;
  readonly flavors: readonly Flavor[];
  /** Whose rules are said where they would be broken. */
  readonly course: Course | undefined;
}

type Answer = Promise<StepAnswer<LeaseDraft>>;

function chosen<T>(answer: StepAnswer<T>, change: (value: T) => LeaseDraft): StepAnswer<LeaseDraft> {
  return answer?.kind === 'chosen' ? { kind: 'chosen', value: change(answer.value) } : answer;
}

/** Which node type, flavor or device. */
export async function askMachine(place: Place, draft: LeaseDraft): Answer {
  const answer = await machineStep(place, draft.hours);
  return chosen(answer, (machine) => ({
    ...draft,
    machine,
    start: soonestStart(sceneOf(place.site()), { ...draft, machine }) ?? draft.start,
  }));
}

/** The choice for that kind of site. */
export async function machineStep(place: Place, hours: number): Promise<StepAnswer<Machine>> {
  const scene = sceneOf(place.site());
  const { kind } = scene.site.site;
  if (kind === 'kvm') return flavorStep(place);
  if (kind === 'edge') return deviceStep(place);
  return nodeTypeStep(place, scene, hours);
}

async function nodeTypeStep(place: Place, scene: Scene, hours: number): Promise<StepAnswer<Machine>> {
  const choices = nodeTypeChoices(scene, hours);
  const answer =
    choices.length > 0
      ? await ask.pickStep({ title: place.title, placeholder: 'Which node type?', choices, canGoBack: true })
      : await ask.textStep({
          title: place.title,
          prompt: 'Node type, for example compute_skylake: the site’s list of nodes has not come yet',
          canGoBack: true,
          check: (text) => (/^[\w-]+$/.test(text.trim()) ? undefined : 'A node type is one word.'),
        });
  return answer?.kind === 'chosen'
    ? { kind: 'chosen', value: { kind: 'hosts', nodeType: answer.value.trim() } }
    : answer;
}

async function flavorStep(place: Place): Promise<StepAnswer<Machine>> {
  const answer = await ask.pickStep({
    title: place.title,
    placeholder: 'Which flavor?',
    choices: flavorChoices(place.flavors),
    canGoBack: true,
  });
  return answer?.kind === 'chosen'
    ? { kind: 'chosen', value: { kind: 'flavor', id: answer.value.id, name: answer.value.name } }
    : answer;
}

async function deviceStep(place: Place): Promise<StepAnswer<Machine>> {
  const answer = await ask.textStep({
    title: place.title,
    prompt: 'Machine name of the device, for example raspberrypi4-64',
    canGoBack: true,
    check: (text) => (/^[\w-]+$/.test(text.trim()) ? undefined : 'A machine name is one word.'),
  });
  return answer?.kind === 'chosen'
    ? { kind: 'chosen', value: { kind: 'device', machine: answer.value.trim() } }
    : answer;
}

export async function askAmount(place: Place, draft: LeaseDraft): Answer {
  const answer = await wholeNumber(place, 'How many?', draft.amount, 1);
  return chosen(answer, (amount) => ({ ...draft, amount }));
}

export async function askFloatingIps(place: Place, draft: LeaseDraft): Answer {
  const prompt = 'How many floating IPs to reserve with it? 0: take one when the server runs';
  const answer = await wholeNumber(place, prompt, draft.floatingIps, 0);
  return chosen(answer, (floatingIps) => ({ ...draft, floatingIps }));
}

async function wholeNumber(
  place: Place,
  prompt: string,
  value: number,
  least: number,
): Promise<StepAnswer<number>> {
  const answer = await ask.textStep({
    title: place.title,
    prompt,
    value: String(value),
    canGoBack: true,
    check: (text) =>
      /^\d{1,3}$/.test(text.trim()) && Number(text) >= least ? undefined : `A whole number from ${least} on.`,
  });
  return answer?.kind === 'chosen' ? { kind: 'chosen', value: Number(answer.value) } : answer;
}

export async function askName(place: Place, draft: LeaseDraft): Answer {
  const answer = await ask.textStep({
    title: place.title,
    prompt: 'Name of the lease; the course finds yours by the net ID at its end',
    value: draft.name,
    canGoBack: true,
    check: (text) => {
      const length = [...text.trim()].length;
      return length >= 1 && length <= 80 ? undefined : 'A name has 1 to 80 characters.';
    },
  });
  return chosen(answer, (name) => ({ ...draft, name: name.trim() }));
}

export async function askStart(place: Place, draft: LeaseDraft): Answer {
  const scene = sceneOf(place.site());
  const answer = await ask.pickStep<number | 'now' | 'other'>({
    title: place.title,
    placeholder: scene.types === undefined ? 'When? What is free can’t be read here' : 'When?',
    choices: [...startChoices(scene, draft), { label: '$(calendar) Another time …', value: 'other' }],
    canGoBack: true,
  });
  if (answer?.kind !== 'chosen') return answer;
  const { value } = answer;
  if (value !== 'other') return { kind: 'chosen', value: { ...draft, start: value } };
  return askOtherStart(place, draft);
}

async function askOtherStart(place: Place, draft: LeaseDraft): Answer {
  const { site } = sceneOf(place.site());
  const answer = await ask.textStep({
    title: place.title,
    prompt: 'Start in your own time: 18:00, or 2026-12-01 18:00',
    canGoBack: true,
    check: (text) => {
      const time = typedTime(text, Date.now());
      if (time === undefined) return 'Write it as 18:00 or 2026-12-01 18:00.';
      return time > Date.now() ? undefined : 'That has passed.';
    },
  });
  return chosen(answer, (text) => {
    const time = typedTime(text, Date.now());
    return time === undefined ? draft : { ...draft, start: time + site.clockOffset };
  });
}

export async function askLength(place: Place, draft: LeaseDraft): Answer {
  const scene = sceneOf(place.site());
  const choices = lengthChoices(scene, draft);
  const answer = await ask.pickStep<number>({
    title: place.title,
    placeholder: 'How long?',
    choices,
    active: Math.max(
      0,
      choices.findIndex(({ value }) => value === draft.hours),
    ),
    canGoBack: true,
  });
  return chosen(answer, (hours) => ({ ...draft, hours }));
}
