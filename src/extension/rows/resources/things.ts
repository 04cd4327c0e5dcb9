import type {
  OwnedFloatingIp,
  OwnedNetwork,
  OwnedObjectContainer,
  OwnedRouter,
  OwnedVolume,
  OwnedZunContainer,
} from '../../../chameleon';
import type { Image, KeyPair, SecurityGroup, SecurityGroupRule } from '../../../openstack';
import { row, type Row } from '../row';
import { bytesWords, floatingIpLook, ownerWords, volumeLook, zunLook } from '../states';
import { bothTimes } from '../when';
import { ownership, type At } from './input';

export function floatingIpRow(at: At, ip: OwnedFloatingIp): Row {
  const look = floatingIpLook(ip);
  const reserved = ip.tags.some((tag) => tag.startsWith('reservation:'));
  return row({
    id: `ip:${at.site.cloud}:${ip.id}`,
    label: ip.address,
    description: words(at, ip.owner, look.words, reserved ? 'reserved' : undefined),
    icon: look.icon,
    tone: look.tone,
    tooltip: [
      `Floating IP ${ip.address}: ${look.words}`,
      ip.owner.why,
      ...(reserved ? ['A lease reserved it and takes it away at its end.'] : []),
      ...(ip.portId === undefined && !reserved
        ? ['The class shares few of them: release it when it is not needed.']
        : []),
    ],
    context: ['floatingIp', ip.portId === undefined ? 'idle' : 'used', ownership(ip)].join('.'),
    subject: { kind: 'floatingIp', cloud: at.site.cloud, id: ip.id },
  });
}

export function volumeRow(at: At, volume: OwnedVolume): Row {
  const look = volumeLook(volume);
  return row({
    id: `volume:${at.site.cloud}:${volume.id}`,
    label: volume.name === '' ? `volume ${volume.id.slice(0, 8)}` : volume.name,
    description: words(at, volume.owner, `${volume.sizeGb} GB`, look.words),
    icon: look.icon,
    tone: look.tone,
    tooltip: [
      `Volume ${volume.name}, ${volume.sizeGb} GB${volume.type === undefined ? '' : ` of ${volume.type}`}: ${look.words}`,
      volume.owner.why,
      ...volume.attachments.map((each) => `In a server as ${each.device ?? 'a disk'}`),
      'It outlives servers and leases.',
      `Made ${bothTimes(volume.created)}`,
    ],
    context: [
      'volume',
      volume.status === 'in-use' ? 'attached' : volume.status === 'available' ? 'free' : 'other',
      ownership(volume),
    ].join('.'),
    subject: { kind: 'volume', cloud: at.site.cloud, id: volume.id },
  });
}

export function objectContainerRow(at: At, container: OwnedObjectContainer): Row {
  const holds =
    container.count === 0 ? 'empty' : `${container.count} objects, ${bytesWords(container.bytes)}`;
  return row({
    id: `bucket:${at.site.cloud}:${container.name}`,
    label: container.name,
    description: words(at, container.owner, holds),
    icon: 'archive',
    tooltip: [
      `Container ${container.name} of the object store: ${holds}`,
      container.owner.why,
      'It outlives servers and leases. Everybody in the project can read, change and delete it.',
      'A click shows what is in it.',
    ],
    context: `bucket.${ownership(container)}`,
    subject: { kind: 'objectContainer', cloud: at.site.cloud, id: container.name },
    click: 'chameleon.browseObjects',
  });
}

export function zunContainerRow(at: At, container: OwnedZunContainer): Row {
  const look = zunLook(container);
  return row({
    id: `zun:${at.site.cloud}:${container.id}`,
    label: container.name,
    description: words(at, container.owner, look.words, container.addresses[0]),
    icon: look.icon,
    tone: look.tone,
    tooltip: [
      `Container ${container.name} at the edge: ${look.words}`,
      container.owner.why,
      `Image ${container.image}`,
      ...(container.statusReason === undefined ? [] : [`The site says: ${container.statusReason}`]),
    ],
    context: `zun.${ownership(container)}`,
    subject: { kind: 'zunContainer', cloud: at.site.cloud, id: container.id },
  });
}

export function networkRow(at: At, network: OwnedNetwork): Row {
  return row({
    id: `network:${at.site.cloud}:${network.id}`,
    label: network.name,
    description: words(at, network.owner, network.shared ? 'shared' : 'network'),
    icon: 'type-hierarchy',
    tooltip: [
      `Network ${network.name}`,
      network.owner.why,
      `${network.subnetIds.length} subnets; ${network.status.toLowerCase()}`,
    ],
    context: `network.${ownership(network)}`,
    subject: { kind: 'network', cloud: at.site.cloud, id: network.id },
  });
}

export function routerRow(at: At, router: OwnedRouter): Row {
  const out = router.externalNetworkId !== undefined;
  return row({
    id: `router:${at.site.cloud}:${router.id}`,
    label: router.name,
    description: words(at, router.owner, out ? 'router to outside' : 'router without a way out'),
    icon: 'git-merge',
    tooltip: [
      `Router ${router.name}`,
      router.owner.why,
      out
        ? 'A server behind it can get a floating IP.'
        : 'It has no gateway, so nothing behind it can get a floating IP.',
    ],
    context: `router.${ownership(router)}`,
    subject: { kind: 'router', cloud: at.site.cloud, id: router.id },
  });
}

export function securityGroupRow(at: At, group: SecurityGroup, sameName: number): Row {
  const open = group.rules.filter((rule) => rule.direction === 'ingress').map(ruleWords);
  return row({
    id: `group:${at.site.cloud}:${group.id}`,
    label: group.name,
    description: [
      open.length === 0 ? 'lets nothing in' : open.slice(0, 3).join(', '),
      ...(sameName > 1 ? [`one of ${sameName} of this name`] : []),
    ].join(' · '),
    icon: 'shield',
    tooltip: [
      `Security group ${group.name} (${group.id})`,
      ...(open.length === 0 ? ['It lets nothing in.'] : [...new Set(open)].map((each) => `Lets in ${each}`)),
      'The whole class uses it: it is never deleted from here.',
    ],
    context: 'securityGroup',
    subject: { kind: 'securityGroup', cloud: at.site.cloud, id: group.id },
  });
}

function ruleWords(rule: SecurityGroupRule): string {
  if (rule.remoteGroupId !== undefined) return 'its own members';
  const from =
    rule.remotePrefix === undefined || /^(0\.0\.0\.0|::)\/0$/.test(rule.remotePrefix)
      ? ''
      : ` from ${rule.remotePrefix}`;
  const protocol = (rule.protocol ?? 'anything').toUpperCase();
  if (rule.portMin === undefined) return `${rule.protocol === undefined ? 'anything' : protocol}${from}`;
  const ports =
    rule.portMax === undefined || rule.portMax === rule.portMin
      ? String(rule.portMin)
      : `${rule.portMin}–${rule.portMax}`;
  return `${protocol} ${ports}${from}`;
}

export function keyPairRow(at: At, pair: KeyPair): Row {
  return row({
    id: `key:${at.site.cloud}:${pair.name}`,
    label: pair.name,
    description: pair.publicKey.split(' ', 1)[0] ?? '',
    icon: 'key',
    tooltip: [
      `Key pair ${pair.name}`,
      `Fingerprint ${pair.fingerprint}`,
      'It is yours alone, and of this site alone.',
    ],
    context: 'keyPair',
    subject: { kind: 'keyPair', cloud: at.site.cloud, id: pair.name },
  });
}

export function imageRow(at: At, image: Image): Row {
  return row({
    id: `image:${at.site.cloud}:${image.id}`,
    label: image.name,
    description: image.status === 'active' ? image.visibility : image.status,
    icon: image.status === 'active' || image.status === 'deactivated' ? 'file-media' : 'loading~spin',
    tooltip: [
      `Image ${image.name} of this project: ${image.status}`,
      `Made ${bothTimes(image.created)}`,
      'It outlives servers and leases.',
    ],
    context: 'image.project',
    subject: { kind: 'image', cloud: at.site.cloud, id: image.id },
  });
}

function words(at: At, owner: OwnedVolume['owner'], ...said: readonly (string | undefined)[]): string {
  return [...said, at.showsOwner ? ownerWords(owner) : undefined]
    .filter((word) => word !== undefined)
    .join(' · ');
}
