import type { Attention } from '../../../chameleon';
import { row, type Row } from '../row';
import { ownerWords } from '../states';
import type { At } from './input';

const ICONS: Readonly<Record<Attention['kind'], string>> = {
  idleFloatingIp: 'globe',
  detachedVolume: 'database',
  serverInError: 'error',
  emptyLease: 'calendar',
  overdueServer: 'watch',
  endlessServer: 'vm-running',
};

/** What needs attention among what is shown, first of all the rows of a site. */
export function attentionHeading(at: At): Row[] {
  const list = at
    .attention(at.site)
    .filter((each) => at.shows(at.site, { owner: each.owner, leaseId: undefined, name: each.name }));
  if (list.length === 0) return [];
  return [
    row({
      // The editor keeps a heading as it was once opened: of many things it is another, and folded.
      id: `attention:${at.site.cloud}${list.length > MOST_OPEN ? ':many' : ''}`,
      label: 'Needs attention',
      description: String(list.length),
      icon: 'warning',
      tone: 'warning',
      tooltip: ['What costs or blocks something and seems to be of no use.'],
      context: 'heading.attention',
      fold: list.length > MOST_OPEN ? 'folded' : 'open',
      children: list.map((each) => attentionRow(at, each)),
    }),
  ];
}

/** More than these would push everything else off the screen. */
const MOST_OPEN = 12;

function attentionRow(at: At, { kind, subject, name, reason, why, action, owner }: Attention): Row {
  return row({
    id: `attention:${at.site.cloud}:${subject.kind}:${subject.id}`,
    label: name === '' ? `${subject.kind} ${subject.id.slice(0, 8)}` : name,
    description: [reason, ...(at.showsOwner ? [ownerWords(owner)] : [])].join(' · '),
    icon: ICONS[kind],
    tone: kind === 'serverInError' ? 'bad' : 'warning',
    tooltip: [`${name}: ${reason}`, why, owner.why],
    context: ['attention', action, owner.kind === 'me' ? 'mine' : 'other'].join('.'),
    subject: { ...subject, cloud: at.site.cloud },
  });
}
