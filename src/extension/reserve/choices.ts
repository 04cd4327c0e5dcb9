import {
  availabilityOf,
  freeCount,
  nextHour,
  slotOf,
  soonestFit,
  timeLeft,
  type ClockRules,
  type LeaseDraft,
  type NodeTypeTimeline,
  type SiteInventory,
} from '../../chameleon';
import type { Flavor } from '../../openstack';
import type { Choice } from '../ask';
import { slotWords } from '../rows/leaseWords';
import { localTime } from '../rows/when';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far ahead a free slot is looked for. */
export const HORIZON_MS = 14 * DAY_MS;

/** Where a site's nodes stand, and what time it is there. */
export interface Scene {
  readonly site: SiteInventory;
  /** `undefined` where members can't read it. */
  readonly types: readonly NodeTypeTimeline[] | undefined;
  /** This machine's time. */
  readonly now: number;
}

/** The site as it is known now. */
export function sceneOf(site: SiteInventory): Scene {
  return { site, types: availabilityOf(site), now: Date.now() };
}

function serverTime({ site, now }: Scene): number {
  return now + site.clockOffset;
}

/** The type of the draft's nodes, where it is known. */
export function typeOf(
  { types }: Scene,
  { machine }: Pick<LeaseDraft, 'machine'>,
): NodeTypeTimeline | undefined {
  return machine.kind === 'hosts' ? types?.find(({ nodeType }) => nodeType === machine.nodeType) : undefined;
}

/**
 * The start that is offered first: now where enough is free, else the soonest fit by the rules.
 * @returns server time; `undefined` when nothing fits within two weeks, or nothing is known
 */
export function soonestStart(
  scene: Scene,
  draft: Pick<LeaseDraft, 'machine' | 'amount' | 'hours' | 'rules'>,
): number | 'now' | undefined {
  const type = typeOf(scene, draft);
  if (type === undefined) return undefined;
  const now = serverTime(scene);
  const slot = slotOf('now', draft.hours, draft.rules, now);
  if (freeCount(type, { start: now, end: slot.end }) >= draft.amount) return 'now';
  const found = soonestFit(
    type,
    { amount: draft.amount, lengthMs: draft.hours * HOUR_MS },
    { start: now, end: now + HORIZON_MS },
    draft.rules.startOnHour === true ? nextHour : undefined,
  );
  return found === undefined ? undefined : Math.max(found, now);
}

/** Node types with what is free of them now, those that are free first. */
export function nodeTypeChoices(scene: Scene, hours: number): readonly Choice<string>[] {
  const now = serverTime(scene);
  const span = { start: now, end: now + hours * HOUR_MS };
  return (scene.types ?? [])
    .map((type) => ({ type, free: freeCount(type, span) }))
    .sort((a, b) => Number(b.free > 0) - Number(a.free > 0))
    .map(({ type, free }) => ({
      label: type.nodeType,
      description: `${free} of ${type.nodes.length} free for the next ${hours} h`,
      ...(free > 0 ? {} : { detail: soonestWords(scene, type, hours) }),
      value: type.nodeType,
    }));
}

function soonestWords(scene: Scene, type: NodeTypeTimeline, hours: number): string {
  const now = serverTime(scene);
  const window = { start: now, end: now + HORIZON_MS };
  const start = soonestFit(type, { amount: 1, lengthMs: hours * HOUR_MS }, window);
  return start === undefined
    ? 'None is free for that long within two weeks'
    : `Soonest: ${localTime(start - scene.site.clockOffset, scene.now)}`;
}

/** Flavors that can be asked for: not the private ones that reservations made. */
export function flavorChoices(flavors: readonly Flavor[]): readonly Choice<Flavor>[] {
  return flavors
    .filter(({ name }) => !name.startsWith('reservation:') && name !== 'baremetal')
    .map((flavor) => ({
      label: flavor.name,
      description: `${flavor.vcpus} vCPU · ${Math.round(flavor.ramMb / 1024)} GB memory · ${flavor.diskGb} GB disk`,
      value: flavor,
    }));
}

/** Starts to choose from: the soonest fit, now, and the next full hours, each with what is free then. */
export function startChoices(scene: Scene, draft: LeaseDraft): readonly Choice<number | 'now'>[] {
  const now = serverTime(scene);
  const soonest = soonestStart(scene, draft);
  const hours = Array.from({ length: 12 }, (_, at) => nextHour(now + 1) + at * HOUR_MS);
  const type = typeOf(scene, draft);
  const choice = (start: number | 'now', label?: string): Choice<number | 'now'> => {
    const slot = slotOf(start, draft.hours, draft.rules, now);
    const words = slotWords(slot, scene.site.clockOffset, scene.now);
    const free =
      type === undefined
        ? undefined
        : freeCount(type, { start: slot.start === 'now' ? now : slot.start, end: slot.end });
    return {
      label: label === undefined ? words : `${label}: ${words}`,
      ...(free === undefined ? {} : { description: freeWords(free, draft.amount) }),
      value: start,
    };
  };
  return [
    ...(soonest === undefined ? [] : [choice(soonest, '$(zap) Soonest fit')]),
    ...(soonest === 'now' ? [] : [choice('now', '$(play) Now')]),
    ...hours.filter((start) => start !== soonest).map((start) => choice(start)),
  ];
}

function freeWords(free: number, wanted: number): string {
  if (free >= wanted) return `${free} free`;
  return free === 0 ? 'none free' : `only ${free} free`;
}

/** Lengths to choose from, with the end that each gives. */
export function lengthChoices(scene: Scene, draft: LeaseDraft): readonly Choice<number>[] {
  const now = serverTime(scene);
  return [1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 168].map((hours) => {
    const slot = slotOf(draft.start, hours, draft.rules, now);
    const from = slot.start === 'now' ? now : slot.start;
    return {
      label: timeLeft(hours * HOUR_MS),
      description: `until ${localTime(slot.end - scene.site.clockOffset, scene.now)} (${timeLeft(slot.end - from)})`,
      value: hours,
    };
  });
}

/** The rule in words, for the form; `undefined` where there is none. */
export function ruleWords({ startOnHour, endMinute }: ClockRules): string | undefined {
  const parts = [
    ...(startOnHour === true ? ['starts on the hour'] : []),
    ...(endMinute === undefined ? [] : [`ends at :${String(endMinute).padStart(2, '0')}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** A time as a person types it, local: `18:30`, `2026-06-01 18:30`. @returns this machine's time; `undefined`: no time */
export function typedTime(text: string, now: number): number | undefined {
  const match = /^(?:(\d{4})-(\d\d?)-(\d\d?)[ T])?(\d\d?):(\d\d)$/.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour, minute] = match.map(Number);
  const today = new Date(now);
  const has = match[1] !== undefined;
  const date = new Date(
    has ? (year ?? 0) : today.getFullYear(),
    has ? (month ?? 1) - 1 : today.getMonth(),
    has ? (day ?? 1) : today.getDate(),
    hour ?? 0,
    minute ?? 0,
  );
  // `31:99` or the 31st of February would roll over to another time than was typed.
  if (date.getHours() !== hour || date.getMinutes() !== minute || (has && date.getDate() !== day))
    return undefined;
  // An hour that has passed today is tomorrow's.
  return has || date.getTime() > now ? date.getTime() : date.getTime() + DAY_MS;
}
