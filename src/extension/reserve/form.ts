import { abortError, type Problem } from '../../base';
import {
  brokenRules,
  costOfWish,
  machineName,
  planLease,
  slotOfDraft,
  timeLeft,
  wishOf,
  type Course,
  type LeaseDraft,
  type LeasePlan,
  type Slot,
} from '../../chameleon';
import { ask, type Choice } from '../ask';
import { costWords, slotWords, summary } from '../rows/leaseWords';
import { localTime } from '../rows/when';
import type { StepAnswer } from '../steps';
import { ruleWords, sceneOf, type Scene } from './choices';
import { askAmount, askFloatingIps, askLength, askMachine, askName, askStart, type Place } from './fields';

const MINUTE_MS = 60_000;

type Field = 'machine' | 'amount' | 'name' | 'start' | 'hours' | 'floatingIps';

const QUESTIONS: Readonly<
  Record<Field, (place: Place, draft: LeaseDraft) => Promise<StepAnswer<LeaseDraft>>>
> = {
  machine: askMachine,
  amount: askAmount,
  name: askName,
  start: askStart,
  hours: askLength,
  floatingIps: askFloatingIps,
};

export interface Filled {
  readonly draft: LeaseDraft;
  readonly plan: LeasePlan;
}

/**
 * The whole lease on one page: what was filled in, each line to be changed, and Reserve first once it can be sent.
 * @returns `back` when the person wants another site or lab
 * @throws AbortError when dismissed
 */
export async function fillIn(place: Place, given: LeaseDraft): Promise<Filled | 'back'> {
  let draft = given;
  let active = 0;
  for (;;) {
    const scene = sceneOf(place.site());
    const plan = planLease(wishOf(draft, scene.site, serverNow(scene)), scene.site.site, serverNow(scene));
    const lines = linesOf(scene, draft, plan, place.course);
    const answer = await ask.pickStep<Field | 'reserve'>({
      title: place.title,
      placeholder: 'Enter on a line changes it',
      choices: lines,
      active,
      canGoBack: true,
    });
    if (answer === undefined) throw abortError();
    if (answer.kind === 'back') return 'back';
    if (answer.value === 'reserve') {
      if ('request' in plan) return { draft, plan };
      continue;
    }
    active = lines.findIndex(({ value }) => value === answer.value);
    const changed = await QUESTIONS[answer.value](place, draft);
    if (changed === undefined) throw abortError();
    if (changed.kind === 'chosen') draft = changed.value;
  }
}

function serverNow({ site, now }: Scene): number {
  return now + site.clockOffset;
}

function linesOf(
  scene: Scene,
  draft: LeaseDraft,
  plan: LeasePlan | readonly Problem[],
  course: Course | undefined,
): readonly Choice<Field | 'reserve'>[] {
  const { site, now } = scene;
  const slot = slotOfDraft(draft, serverNow(scene));
  const rules = ruleWords(draft.rules);
  return [
    reserveLine(scene, draft, plan, course),
    line('machine', MACHINE_WORDS[draft.machine.kind], machineName(draft.machine)),
    line('amount', 'Amount', String(draft.amount)),
    line('name', 'Name', draft.name),
    line(
      'start',
      'When',
      slotWords(slot, site.clockOffset, now) +
        (rules === undefined ? '' : ` · by the course’s rule ${rules}`),
    ),
    line('hours', 'Length', timeLeft(draft.hours * 3_600_000)),
    line('floatingIps', 'Reserved floating IP', draft.floatingIps === 0 ? 'none' : String(draft.floatingIps)),
  ];
}

const MACHINE_WORDS = { hosts: 'Node type', flavor: 'Flavor', device: 'Device' } as const;

function line(value: Field, label: string, description: string): Choice<Field> {
  return { label: `$(edit) ${label}`, description, value };
}

function reserveLine(
  scene: Scene,
  draft: LeaseDraft,
  plan: LeasePlan | readonly Problem[],
  course: Course | undefined,
): Choice<'reserve'> {
  if (!('request' in plan)) {
    const [first] = plan;
    return {
      label: '$(error) Not ready to reserve',
      detail: `${first?.message ?? ''} ${first?.next ?? ''}`.trim(),
      value: 'reserve',
    };
  }
  const slot = slotOfDraft(draft, serverNow(scene));
  const cautions = cautionsOf(scene, draft, slot, course);
  const { resources } = wishOf(draft, scene.site, serverNow(scene));
  const cost = costOfWish(resources, lengthOf(slot, serverNow(scene)), {
    prices: course?.prices,
    hosts: scene.site.hosts,
  });
  return {
    label: `$(check) Reserve ${draft.name}`,
    description: costWords(cost),
    // The line is cut at its end: what to be careful of comes first.
    detail: [
      ...cautions.map((each) => `$(warning) ${each}`),
      summary(draft, scene.site, slot, scene.now),
    ].join('. '),
    value: 'reserve',
  };
}

/** From its start, cut to the minute as the site does, to its end. */
function lengthOf({ start, end }: Slot, now: number): number {
  return end - (start === 'now' ? Math.floor(now / MINUTE_MS) * MINUTE_MS : start);
}

/** What people would want to know before they press: the course's rules, and a lease of that name that is there. */
function cautionsOf(
  { site, now }: Scene,
  draft: LeaseDraft,
  slot: Slot,
  course: Course | undefined,
): readonly string[] {
  const start = slot.start === 'now' ? now : slot.start - site.clockOffset;
  const same = site.leases.find(
    ({ name, status, owner }) => name === draft.name && owner.kind === 'me' && status !== 'TERMINATED',
  );
  return [
    ...(course === undefined ? [] : brokenRules(course, start, slot.end - site.clockOffset)),
    ...(same === undefined
      ? []
      : [`You have a lease of that name already, until ${localTime(same.end - site.clockOffset, now)}`]),
  ];
}
