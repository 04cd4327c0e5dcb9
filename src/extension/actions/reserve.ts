import { abortError, isAbort, Problem, systemClock } from '../../base';
import {
  awaitActive,
  checkMayReserve,
  deleteLease,
  me,
  reserveLease,
  siteByName,
  type ClockRules,
  type LeaseDraft,
  type LeasePlan,
  type Machine,
  type SiteInventory,
} from '../../chameleon';
import { listFlavors, type Flavor, type Lease, type Session } from '../../openstack';
import type { App } from '../app';
import { ask, type Choice } from '../ask';
import { CalendarPanel } from '../panels/calendar';
import { withProgress } from '../register';
import { sceneOf, soonestStart } from '../reserve/choices';
import { machineStep, type Place } from '../reserve/fields';
import { fillIn } from '../reserve/form';
import { askLab, labSteps, type ForLab } from '../reserve/labTemplates';
import type { LeaseTemplate } from '../reserve/template';
import { localTime } from '../rows/when';
import { inTurn, type Step } from '../steps';
import { subjectOf } from './subjects';

const DEFAULT_HOURS = 3;
const CHANGE = 'Change It';
const WATCH = 'Tell Me When One Frees';

/** Reserve for a lab, or free of one: asked, planned, sent once, and watched until it is active. */
export async function reserve(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  if (app.signedIn === undefined)
    throw new Problem('You are not signed in.', { next: 'Sign in, or open the demo.' });
  await app.labs.load();
  const subject = subjectOf(argument);
  await inTurn<Wanted>({ lab: 'free', variant: undefined, template: undefined, site: undefined }, [
    async (state) => {
      if (subject?.kind === 'lab')
        return { kind: 'given', value: { ...state, lab: app.labs.lab(subject.lab) } };
      if (subject?.kind === 'site') return { kind: 'given', value: state };
      const answer = await askLab(app.labs.labs);
      return answer === undefined || answer.kind === 'back'
        ? answer
        : { kind: answer.kind, value: { ...state, lab: answer.value } };
    },
    ...labSteps<Wanted>(app),
    (state) => askSite(app, argument, state),
    async (state) => {
      if (state.site === undefined) return undefined;
      const done = await reserveAt(app, state.site, state.template, signal);
      return done ? { kind: 'chosen', value: state } : { kind: 'back' };
    },
  ]);
}

interface Wanted extends ForLab {
  readonly site: SiteInventory | undefined;
}

/** With everything filled in, as a lab, a gap of the calendar or a watch has it. */
export async function reserveFrom(app: App, template: LeaseTemplate, signal: AbortSignal): Promise<boolean> {
  return reserveAt(app, siteOfTemplate(app, template), template, signal);
}

/** @returns false when the person went back */
async function reserveAt(
  app: App,
  site: SiteInventory,
  template: LeaseTemplate | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const session = sessionOf(app, site);
  await checkMayReserve(session, signal);
  const place: Place = {
    title: template?.title === undefined ? `Reserve at ${site.site.name}` : `Reserve for ${template.title}`,
    site: () => app.signedIn?.site(site.cloud) ?? site,
    course: app.course.course,
    flavors: site.site.kind === 'kvm' ? await flavorsOf(session, site, signal) : [],
  };
  let draft = await firstDraft(app, place, template);
  while (draft !== 'back') {
    const filled = await fillIn(place, draft);
    if (filled === 'back') return false;
    draft = filled.draft;
    if (await sent(app, place, filled, signal)) return true;
  }
  return false;
}

async function flavorsOf(session: Session, site: SiteInventory, signal: AbortSignal): Promise<Flavor[]> {
  return withProgress(`Reading the flavors of ${site.site.name} …`, signal, (inner) =>
    listFlavors(session, inner),
  );
}

async function askSite(app: App, argument: unknown, state: Wanted): ReturnType<Step<Wanted>> {
  if (state.template !== undefined)
    return { kind: 'given', value: { ...state, site: siteOfTemplate(app, state.template) } };
  const subject = subjectOf(argument);
  const sites = app.inventory.sites.filter(({ parts }) => parts.leases.state !== 'absent');
  const named = subject !== undefined && 'cloud' in subject ? subject.cloud : undefined;
  const given = sites.find(({ cloud }) => cloud === named) ?? (sites.length === 1 ? sites[0] : undefined);
  if (given !== undefined) return { kind: 'given', value: { ...state, site: given } };
  const answer = await ask.pickStep({
    title: 'Reserve',
    placeholder: 'At which site?',
    choices: sites.map((site) => ({
      label: site.site.name,
      description: site.project?.name ?? '',
      detail: SITE_WORDS[site.site.kind],
      value: site,
    })),
    canGoBack: true,
  });
  return answer?.kind === 'chosen' ? { kind: 'chosen', value: { ...state, site: answer.value } } : answer;
}

const SITE_WORDS: Readonly<Record<SiteInventory['site']['kind'], string>> = {
  kvm: 'Virtual machines, by flavor',
  baremetal: 'Whole machines, by node type',
  edge: 'Small devices, by machine name',
  unknown: 'Whole machines, by node type',
};

function siteOfTemplate(app: App, { site, title }: LeaseTemplate): SiteInventory {
  const found = app.inventory.sites.find((each) => each.site.name === site);
  if (found !== undefined) return found;
  throw new Problem(
    `You are not signed in at ${site}${title === undefined ? '' : `, where ${title} is done`}.`,
    {
      next: siteByName(site) === undefined ? 'Choose another site.' : 'Sign in there first.',
    },
  );
}

async function firstDraft(
  app: App,
  place: Place,
  template: LeaseTemplate | undefined,
): Promise<LeaseDraft | 'back'> {
  const machine =
    template === undefined
      ? await machineStep(place, DEFAULT_HOURS)
      : ({ kind: 'chosen', value: machineOf(template, place.flavors) } as const);
  if (machine === undefined) throw abortError();
  if (machine.kind === 'back') return 'back';
  const draft: LeaseDraft = {
    machine: machine.value,
    amount: template?.amount ?? 1,
    name: template?.name ?? defaultName(app),
    start: template?.start ?? 'now',
    hours: template?.hours ?? DEFAULT_HOURS,
    floatingIps: template?.floatingIps ?? 0,
    rules: rulesOf(app, template),
  };
  if (template?.start !== undefined) return draft;
  return { ...draft, start: soonestStart(sceneOf(place.site()), draft) ?? 'now' };
}

/** The lab's own, else the course's: what a lab leaves open the course may say. */
function rulesOf(app: App, template: LeaseTemplate | undefined): ClockRules {
  const { startOnHour, endMinute } = app.course.course?.leases ?? {};
  return {
    startOnHour: template?.rules.startOnHour === true || startOnHour,
    endMinute: template?.rules.endMinute ?? endMinute,
  };
}

function machineOf({ machine, site }: LeaseTemplate, flavors: readonly Flavor[]): Machine {
  if (machine.kind !== 'flavor') return machine;
  const flavor = flavors.find(({ name }) => name === machine.name);
  if (flavor !== undefined) return { kind: 'flavor', id: flavor.id, name: flavor.name };
  throw new Problem(`${site} offers no flavor ${machine.name} to you.`, {
    next: 'Reserve without the lab and choose another flavor, or ask the course staff.',
  });
}

function defaultName(app: App): string {
  const { netId, usernames } = me(app.inventory);
  return `lease_${netId ?? usernames[0] ?? 'mine'}`;
}

/** @returns false when it was refused and the person wants to change something */
async function sent(
  app: App,
  place: Place,
  { draft, plan }: { readonly draft: LeaseDraft; readonly plan: LeasePlan },
  signal: AbortSignal,
): Promise<boolean> {
  const site = place.site();
  const session = sessionOf(app, site);
  let lease: Lease;
  try {
    lease = await withProgress(`Reserving ${draft.name} …`, signal, (inner) =>
      reserveLease({ session, plan, clock: systemClock, signal: inner }),
    );
  } catch (thrown) {
    await app.refresh({ cloud: site.cloud, parts: ['leases'] });
    if (isAbort(thrown) || !(thrown instanceof Problem)) throw thrown;
    return !(await wantsChange(app, site, draft, thrown));
  }
  await app.refresh({ cloud: site.cloud, parts: ['leases'] });
  await watched(app, site, session, lease, signal);
  return true;
}

async function wantsChange(
  app: App,
  site: SiteInventory,
  draft: LeaseDraft,
  problem: Problem,
): Promise<boolean> {
  const canWatch = draft.machine.kind === 'hosts' && problem.message.includes('No node is free');
  const buttons = [CHANGE, ...(canWatch ? [WATCH] : [])];
  const pressed = await ask.error(
    [problem.message, problem.next].filter((each) => each !== undefined).join(' '),
    ...buttons,
  );
  if (pressed === WATCH) await app.slotWatch.add(site, draft);
  return pressed === CHANGE;
}

/** Until it is active; a cancel asks whether the lease shall stay. */
async function watched(
  app: App,
  site: SiteInventory,
  session: Session,
  lease: Lease,
  signal: AbortSignal,
): Promise<void> {
  const until = (time: number): string => localTime(time - site.clockOffset, Date.now());
  try {
    const active = await withProgress(`${lease.name} is made, and starts …`, signal, (inner, say) =>
      awaitActive({
        session,
        lease,
        clock: systemClock,
        signal: inner,
        seen: ({ status }) => {
          say(status.toLowerCase());
        },
      }),
    );
    await app.refresh({ cloud: site.cloud, parts: ['leases', 'floatingIps'] });
    switch (active.status) {
      case 'ACTIVE':
        return void ask.info(`${lease.name} is active until ${until(active.end)}.`);
      case 'ERROR':
        return void ask.error(
          `${lease.name} could not be started: the site marked it ERROR. Delete it and reserve again; if it stays so, tell the course staff.`,
        );
      default:
        return void ask.info(
          `${lease.name} is reserved: it starts ${until(active.start)} and ends ${until(active.end)}.`,
        );
    }
  } catch (thrown) {
    if (!isAbort(thrown) || signal.aborted) throw thrown;
    await offerToDelete(app, site, session, lease);
  }
}

async function offerToDelete(app: App, site: SiteInventory, session: Session, lease: Lease): Promise<void> {
  const choices: Choice<'keep' | 'delete'>[] = [
    { label: '$(check) Keep it', description: 'it starts by itself', value: 'keep' },
    { label: '$(trash) Delete it', description: 'its hours are given back', value: 'delete' },
  ];
  const what = await ask.pick(`${lease.name} was already made`, choices);
  if (what !== 'delete') return;
  await deleteLease(session, lease);
  await app.refresh({ cloud: site.cloud, parts: ['leases'] });
}

function sessionOf(app: App, site: SiteInventory): Session {
  if (app.signedIn === undefined) throw new Problem('You are not signed in any more.', { next: 'Sign in.' });
  return app.signedIn.session(site.cloud);
}

/** The availability calendar of a site: the row's, else the first that has nodes. */
export function showAvailability(app: App, argument: unknown): Promise<void> {
  const subject = subjectOf(argument);
  const { sites } = app.inventory;
  const site =
    sites.find(({ cloud }) => subject !== undefined && 'cloud' in subject && subject.cloud === cloud) ??
    sites.find(({ site: { kind } }) => kind === 'baremetal') ??
    sites[0];
  if (site === undefined) throw new Problem('You are not signed in.', { next: 'Sign in, or open the demo.' });
  CalendarPanel.show(app, site.cloud);
  return Promise.resolve();
}

/** Which slots are watched for, and which no longer shall be. */
export async function watchedSlots(app: App): Promise<void> {
  const wishes = await app.slotWatch.wishes();
  if (wishes.length === 0) {
    void ask.info('No slot is watched for. The availability calendar and a refused reservation offer it.');
    return;
  }
  const picked = await ask.pick(
    'Stop watching for',
    wishes.map((wish) => ({
      label: `${wish.amount} × ${wish.nodeType}`,
      description: `${wish.site} · ${wish.hours} h · ${wish.start === 'now' ? 'as soon as one is free' : localTime(wish.start, Date.now())}`,
      value: wish.id,
    })),
  );
  if (picked !== undefined) await app.slotWatch.remove(picked);
}
