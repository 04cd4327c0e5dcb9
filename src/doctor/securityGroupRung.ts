import type { SecurityGroup, SecurityGroupRule } from '../openstack';
import { unseen, type CloudFacts } from './cloudRungs';
import { failed, passed, unknown, type Rung } from './types';

const SSH_PORT = 22;

/** How a group lets SSH in from outside: for all, for some addresses, or not. */
export function opensSsh(group: SecurityGroup): 'all' | 'some' | 'none' {
  // Every project's “default” lets its own members in: the person's machine is no member of any group.
  const rules = group.rules.filter((rule) => isForSsh(rule) && rule.remoteGroupId === undefined);
  if (rules.some(({ remotePrefix }) => isEverybody(remotePrefix))) return 'all';
  return rules.length > 0 ? 'some' : 'none';
}

/** Whether the groups of the server's ports let SSH in. They have an effect on KVM only. */
export function securityGroupRung(facts: CloudFacts): Rung {
  const { site, server } = facts;
  if (site.site.kind === 'baremetal')
    return passed('securityGroup', 'Bare metal has none; the firewall of Chameleon’s images lets SSH in.');
  const blind = unseen('securityGroup', facts, 'ports') ?? unseen('securityGroup', facts, 'securityGroups');
  if (blind !== undefined) return blind;
  const bound = site.floatingIps.find(({ serverId }) => serverId === server.id)?.portId;
  const ports = site.ports.filter(
    ({ deviceId, id }) => deviceId === server.id && (bound === undefined || id === bound),
  );
  if (ports.some(({ portSecurity }) => !portSecurity))
    return passed('securityGroup', 'Its port is open: it has no port security.');
  const groups = ports.flatMap(({ securityGroupIds }) =>
    securityGroupIds.map((id) => site.securityGroups.find((group) => group.id === id)),
  );
  const known = groups.filter((group) => group !== undefined);
  const open = known.find((group) => opensSsh(group) === 'all');
  if (open !== undefined) return passed('securityGroup', `“${open.name}” lets SSH in.`);
  if (known.length < groups.length)
    return unknown('securityGroup', 'Some of its security groups can’t be seen.');
  const some = known.find((group) => opensSsh(group) === 'some');
  if (some !== undefined)
    return unknown('securityGroup', `“${some.name}” lets SSH in from some addresses only.`, {
      next: 'If you are not there, attach a group that lets SSH in from anywhere.',
      repair: 'openSshPort',
    });
  const inner = known.find(({ rules }) =>
    rules.some((rule) => isForSsh(rule) && rule.remoteGroupId !== undefined),
  );
  if (bound === undefined && inner !== undefined)
    return unknown('securityGroup', `“${inner.name}” lets SSH in from the members of a group only.`, {
      next: 'The server on the way to it must be one of them; if it is not, attach a group that lets SSH in.',
      repair: 'openSshPort',
    });
  const names = known.map(({ name }) => `“${name}”`).join(', ');
  return failed(
    'securityGroup',
    known.length === 0
      ? 'It has no security group, and without one nothing comes in.'
      : `None of its security groups (${names}) lets SSH in.`,
    { next: 'Attach a group that opens TCP port 22.', repair: 'openSshPort' },
  );
}

function isForSsh(rule: SecurityGroupRule): boolean {
  if (rule.direction !== 'ingress' || rule.etherType !== 'IPv4') return false;
  const protocol = rule.protocol?.toLowerCase();
  if (protocol !== undefined && !['tcp', '6', 'any', '0'].includes(protocol)) return false;
  return (rule.portMin ?? 0) <= SSH_PORT && SSH_PORT <= (rule.portMax ?? 65_535);
}

function isEverybody(prefix: string | undefined): boolean {
  return prefix === undefined || /^(0\.0\.0\.0|::)\/0$/.test(prefix);
}
