import { belongsTo, type Inventory, type Owned, type PartName, type SiteInventory } from '../../chameleon';
import { shortId } from './claims';
import { clockTolerance, type Evidence } from './evidence';
import { subjectOfCard } from './comparePeople';
import type { CardLine, CardRecord, CardResource } from './record';
import type { UsedServer } from './usage';
import { resourceWords, timeWords } from './words';

/** The line's id of a resource: `server/6d1f…`. */
export function resourceLineId({ kind, id }: Pick<CardResource, 'kind' | 'id'>): string {
  return `${kind}/${id}`;
}

/** Each resource of the card: is it there, is it that person's, does the card's time lie in its life? */
export function resourceLines(record: CardRecord, evidence: Evidence): CardLine[] {
  return record.resources.map((resource) => ({
    id: resourceLineId(resource),
    kind: 'resource',
    // The code of a picture tells neither name nor state.
    title: `${resourceWords[resource.kind]} ${resource.name === '' ? resource.id : resource.name}`,
    card: `${resource.status.toLowerCase()} at ${resource.site}, id ${resource.id}`.trim(),
    ...judge(resource, record, evidence),
  }));
}

type Judgement = Pick<CardLine, 'now' | 'why'>;

const partOf: Readonly<Record<CardResource['kind'], PartName>> = {
  lease: 'leases',
  server: 'servers',
  floatingIp: 'floatingIps',
};

function judge(resource: CardResource, record: CardRecord, evidence: Evidence): Judgement {
  const sites = evidence.inventory.sites.filter(({ site }) => site.name === resource.site);
  const live = sites.map((site) => liveOf(resource, site)).find((found) => found !== undefined);
  if (live !== undefined) return judgeLive(resource, live, record, evidence.inventory);
  const isSure = sites.some((site) => site.parts[partOf[resource.kind]].state === 'fresh');
  if (!isSure) return { now: 'unknown', why: `${resource.site} can't be asked now.` };
  return judgeGone(resource, record, evidence.used.get(resource.site));
}

interface Live {
  readonly owned: Owned & { readonly userId?: string; readonly name?: string };
  readonly name: string;
  readonly from: number | undefined;
  readonly until: number | undefined;
  readonly isOver: boolean;
}

function liveOf({ kind, id }: CardResource, site: SiteInventory): Live | undefined {
  switch (kind) {
    case 'lease': {
      const lease = site.leases.find((each) => each.id === id);
      if (lease === undefined) return undefined;
      const { name, start, end, status } = lease;
      return { owned: lease, name, from: start, until: end, isOver: status === 'TERMINATED' };
    }
    case 'server': {
      const server = site.servers.find((each) => each.id === id);
      if (server === undefined) return undefined;
      const { name, created, status } = server;
      return { owned: server, name, from: created, until: undefined, isOver: status === 'DELETED' };
    }
    case 'floatingIp': {
      const ip = site.floatingIps.find((each) => each.id === id);
      return ip && { owned: ip, name: ip.address, from: undefined, until: undefined, isOver: false };
    }
  }
}

function judgeLive(resource: CardResource, live: Live, record: CardRecord, inventory: Inventory): Judgement {
  const contradicted = (why: string): Judgement => ({ now: 'contradicted', why });
  if (live.name !== resource.name) return contradicted(`It is called ${live.name}.`);
  const wrongTime = outsideLife(resource, live, record);
  if (wrongTime !== undefined) return contradicted(wrongTime);
  if (!belongsTo(inventory, resource.site, live.owned, subjectOfCard(record, inventory)))
    // An address carries no owner once it is unbound: then nothing is told, rather than something wrong.
    return resource.kind === 'floatingIp' && live.owned.owner.kind === 'unknown'
      ? { now: 'unknown', why: `It is there, but nobody can tell whose it is. ${live.owned.owner.why}` }
      : contradicted(`It is not this student's. ${live.owned.owner.why}`);
  if (live.isOver) return { now: 'gone', why: 'It has ended since.' };
  return { now: 'agreed', why: `It is there and theirs. ${live.owned.owner.why}` };
}

function outsideLife(resource: CardResource, live: Live, record: CardRecord): string | undefined {
  const site = record.sites.find(({ name }) => name === resource.site);
  const taken = site?.serverTime ?? record.takenAt;
  if (live.from !== undefined && taken + clockTolerance < live.from)
    return `The card is older than it: it began ${timeWords(live.from, record.zone)}.`;
  if (
    resource.from !== undefined &&
    live.from !== undefined &&
    Math.abs(resource.from - live.from) > clockTolerance
  )
    return `It began ${timeWords(live.from, record.zone)}, not when the card says.`;
  const isClaimedActive = resource.kind === 'lease' && resource.status === 'ACTIVE';
  if (isClaimedActive && live.until !== undefined && taken > live.until + clockTolerance)
    return `It had ended ${timeWords(live.until, record.zone)}, before the card was made.`;
  return undefined;
}

/** Nova keeps accounts of deleted servers; of leases and addresses that are gone nobody can be asked. */
function judgeGone(
  resource: CardResource,
  record: CardRecord,
  used: readonly UsedServer[] | undefined,
): Judgement {
  if (resource.kind !== 'server')
    return { now: 'gone', why: 'It is not there now; the site keeps no account of it.' };
  if (used === undefined)
    return { now: 'unknown', why: 'It is not there now, and Nova did not say which servers there were.' };
  const isShort = resource.name === '';
  const account = used.find(({ id }) => (isShort ? shortId(id) : id) === resource.id);
  if (account === undefined)
    return { now: 'contradicted', why: 'Nova has no account of such a server in this project at that time.' };
  if (!isShort && account.name !== resource.name)
    return { now: 'contradicted', why: `By Nova's account it was called ${account.name}.` };
  const life = `from ${timeWords(account.started, record.zone)}${account.ended === undefined ? '' : ` to ${timeWords(account.ended, record.zone)}`}`;
  const isWithin =
    record.takenAt + clockTolerance >= account.started &&
    (account.ended === undefined || record.takenAt <= account.ended + clockTolerance);
  if (!isWithin)
    return { now: 'contradicted', why: `By Nova's account it lived ${life}, not when the card was made.` };
  return {
    now: 'gone',
    why: `It is deleted. By Nova's account ${isShort ? `it was ${account.name} and ` : 'it '}lived ${life}; whose it was, Nova does not say.`,
  };
}
