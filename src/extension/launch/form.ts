import { abortError } from '../../base';
import { ask, type Choice } from '../ask';
import { iconless } from '../plainText';
import type { StepAnswer } from '../steps';
import {
  hindrance,
  imageChoices,
  isVirtual,
  machineChoices,
  machineWords,
  networkChoices,
  planOf,
  usualWords,
  type LaunchDraft,
} from './draft';
import { keyChoices } from './keys';

type Field = 'machine' | 'name' | 'image' | 'networks' | 'groups' | 'floatingIp' | 'key' | 'userData';
type Answer = Promise<StepAnswer<LaunchDraft>>;

const QUESTIONS: Readonly<Record<Field, (title: string, draft: LaunchDraft) => Answer>> = {
  machine: askMachine,
  name: askName,
  image: askImage,
  networks: askNetworks,
  groups: askGroups,
  floatingIp: askFloatingIp,
  key: askKey,
  userData: showUserData,
};

/**
 * One server on one page: what was filled in, each line to be changed, and the way on first.
 * @param on what the first line does: launches, or takes the server back into the list of several
 * @returns as it was left: `back` keeps what was changed, for the page before
 * @throws AbortError when dismissed
 */
export async function fillInServer(
  title: string,
  given: LaunchDraft,
  on: 'launch' | 'list',
): Promise<{ readonly kind: 'chosen' | 'back'; readonly value: LaunchDraft }> {
  let draft = given;
  let active = 0;
  for (;;) {
    const plan = planOf(draft, Date.now());
    const ready = 'request' in plan;
    const lines: readonly Choice<Field | 'on'>[] = [
      ready
        ? {
            label: on === 'launch' ? `$(rocket) Launch ${draft.wish.name}` : '$(check) As it is now',
            description: usualWords(plan),
            detail: `At ${draft.ground.site().site.name}, ${machineWords(draft)}`,
            value: 'on',
          }
        : { label: '$(error) Not ready to launch', detail: hindrance(plan), value: 'on' },
      ...linesOf(draft),
    ];
    const answer = await ask.pickStep({
      title,
      placeholder: 'Enter on a line changes it',
      choices: lines,
      active,
      canGoBack: true,
    });
    if (answer === undefined) throw abortError();
    if (answer.kind === 'back') return { kind: 'back', value: draft };
    if (answer.value === 'on') {
      if (ready || on === 'list') return { kind: 'chosen', value: draft };
      continue;
    }
    const field = answer.value;
    active = lines.findIndex(({ value }) => value === field);
    const changed = await QUESTIONS[field](title, draft);
    if (changed === undefined) throw abortError();
    if (changed.kind === 'chosen') draft = changed.value;
  }
}

function linesOf(draft: LaunchDraft): readonly Choice<Field>[] {
  const { ground, wish, key } = draft;
  const line = (value: Field, label: string, description: string): Choice<Field> => ({
    label: `$(edit) ${label}`,
    description,
    value,
  });
  const groups = wish.groups.map(({ name }) => name).join(', ');
  return [
    line('name', 'Name', wish.name),
    line('machine', 'Machine', machineWords(draft)),
    line('image', 'Image', wish.image),
    line('networks', 'Networks', wish.networks.join(', ')),
    ...(isVirtual(ground.site())
      ? [line('groups', 'Lets in', groups === '' ? 'nothing from the internet' : groups)]
      : []),
    line(
      'floatingIp',
      'Public address',
      wish.floatingIp ? 'yes' : 'no, it is reached through another server',
    ),
    line('key', 'Key pair', `${key.name} · ${key.how}`),
    ...(wish.userData === undefined
      ? []
      : [
          {
            label: '$(eye) User data',
            description: 'sent as the lab has it, for the first boot',
            value: 'userData' as const,
          },
        ]),
  ];
}

function changed<T>(answer: StepAnswer<T>, change: (value: T) => LaunchDraft): StepAnswer<LaunchDraft> {
  return answer?.kind === 'chosen' ? { kind: 'chosen', value: change(answer.value) } : answer;
}

function inWish(draft: LaunchDraft, change: Partial<LaunchDraft['wish']>): LaunchDraft {
  return { ...draft, wish: { ...draft.wish, ...change } };
}

async function askName(title: string, draft: LaunchDraft): Answer {
  const answer = await ask.textStep({
    title,
    prompt: 'Name of the server; end it with your net ID, so that it can be told whose it is',
    value: draft.wish.name,
    canGoBack: true,
    check: (text) =>
      text.trim() === '' || text.length > 255 ? 'A name has 1 to 255 characters.' : undefined,
  });
  return changed(answer, (name) => inWish(draft, { name: name.trim() }));
}

async function askMachine(title: string, draft: LaunchDraft): Answer {
  const choices = machineChoices(draft.ground, Date.now());
  const answer = await ask.pickStep({
    title,
    placeholder: choices.length === 0 ? 'You have no running lease here: reserve first' : 'On which lease?',
    choices,
    canGoBack: true,
  });
  return changed(answer, (machine) => inWish(draft, machine));
}

async function askImage(title: string, draft: LaunchDraft): Answer {
  const choices = imageChoices(draft.ground.site());
  const answer = await ask.pickStep({
    title,
    placeholder: 'Which image?',
    choices,
    active: choices.findIndex(({ value }) => value === draft.wish.image),
    canGoBack: true,
  });
  return changed(answer, (image) => inWish(draft, { image }));
}

async function askNetworks(title: string, draft: LaunchDraft): Answer {
  const { networks } = draft.wish;
  const answer = await ask.manyStep({
    title,
    placeholder: 'On which networks?',
    choices: networkChoices(draft.ground.site()).map((each) => ({
      ...each,
      picked: networks.includes(each.value),
    })),
    canGoBack: true,
  });
  // Its interfaces keep their order: the first is the one that the others are added to.
  return changed(answer, (chosen) =>
    inWish(draft, {
      networks: [
        ...networks.filter((name) => chosen.includes(name)),
        ...chosen.filter((name) => !networks.includes(name)),
      ],
    }),
  );
}

async function askGroups(title: string, draft: LaunchDraft): Answer {
  const { groups } = draft.wish;
  const known = draft.ground.site().securityGroups.map(({ name }) => ({ name, port: undefined }));
  const all = [...groups, { name: 'allow-ssh', port: undefined }, ...known].filter(
    ({ name }, at, list) =>
      (name.startsWith('allow-') || groups.some((each) => each.name === name)) &&
      list.findIndex((each) => each.name === name) === at,
  );
  const answer = await ask.manyStep({
    title,
    placeholder: 'What may come in from the internet?',
    choices: all.map((group) => ({
      label: group.name,
      ...(group.port === undefined ? {} : { description: `port ${group.port}` }),
      picked: groups.includes(group),
      value: group,
    })),
    canGoBack: true,
  });
  return changed(answer, (chosen) => inWish(draft, { groups: chosen }));
}

async function askFloatingIp(title: string, draft: LaunchDraft): Answer {
  const answer = await ask.pickStep({
    title,
    placeholder: 'A public address?',
    choices: [
      { label: 'Yes', description: 'one that the lease reserved, else a new one', value: true },
      { label: 'No', description: 'it is reached through another server', value: false },
    ],
    active: draft.wish.floatingIp ? 0 : 1,
    canGoBack: true,
  });
  return changed(answer, (floatingIp) => inWish(draft, { floatingIp }));
}

async function askKey(title: string, draft: LaunchDraft): Answer {
  const answer = await ask.pickStep({
    title,
    placeholder: 'Which key shall open the server?',
    choices: keyChoices(draft.ground.keys),
    canGoBack: true,
  });
  return changed(answer, (key) => ({ ...draft, key }));
}

/** To be read, a line a row: it is the lab's, and nothing of it is changed here. */
function showUserData(title: string, draft: LaunchDraft): Answer {
  const lines = (draft.wish.userData ?? '').trimEnd().split('\n');
  return ask.pickStep({
    title,
    placeholder: 'What the server does at its first boot',
    choices: lines.map((text) => ({ label: iconless(text), value: draft })),
    canGoBack: true,
  });
}
