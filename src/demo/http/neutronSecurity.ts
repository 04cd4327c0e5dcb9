import * as v from 'valibot';
import { securityGroup } from '../world/ground';
import type { RuleRecord, SecurityGroupRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { Fault, wanted, type Reply, type SignedCall } from './api';
import { read } from './neutronBody';
import { ruleShape, securityGroupShape } from './neutronShapes';

const NewGroup = v.object({
  security_group: v.object({ name: v.string(), description: v.optional(v.string(), '') }),
});
const NewRule = v.object({
  security_group_rule: v.object({
    security_group_id: v.string(),
    direction: v.picklist(['ingress', 'egress']),
    ethertype: v.optional(v.picklist(['IPv4', 'IPv6']), 'IPv4'),
    protocol: v.nullish(v.string()),
    port_range_min: v.nullish(v.number()),
    port_range_max: v.nullish(v.number()),
    remote_ip_prefix: v.nullish(v.string()),
    remote_group_id: v.nullish(v.string()),
  }),
});

export function newSecurityGroup(site: SiteWorld, call: SignedCall, now: number): Reply {
  const { name, description } = read(NewGroup, call).security_group;
  const group = securityGroup(site.ids, name, description, now);
  site.securityGroups.set(group.id, group);
  return { status: 201, body: { security_group: securityGroupShape(site, group) } };
}

export function removeSecurityGroup(site: SiteWorld, id: string): Reply {
  groupOf(site, id);
  if ([...site.ports.values()].some((port) => port.securityGroupIds.includes(id)))
    throw new Fault(409, `Security Group ${id} in use.`, 'SecurityGroupInUse');
  site.securityGroups.delete(id);
  return { status: 204 };
}

export function newRule(site: SiteWorld, call: SignedCall, now: number): Reply {
  const asked = read(NewRule, call).security_group_rule;
  const group = groupOf(site, asked.security_group_id);
  const rule: RuleRecord = {
    id: site.ids.uuid(),
    direction: asked.direction,
    etherType: asked.ethertype,
    protocol: asked.protocol ?? undefined,
    portMin: asked.port_range_min ?? undefined,
    portMax: asked.port_range_max ?? undefined,
    remotePrefix: asked.remote_ip_prefix ?? undefined,
    remoteGroupId: asked.remote_group_id ?? undefined,
    created: now,
  };
  const same = group.rules.find((each) => sameRule(each, rule));
  if (same !== undefined)
    throw new Fault(
      409,
      `Security group rule already exists. Rule id is ${same.id}.`,
      'SecurityGroupRuleExists',
    );
  group.rules.push(rule);
  return { status: 201, body: { security_group_rule: ruleShape(site, group.id, rule) } };
}

function sameRule(a: RuleRecord, b: RuleRecord): boolean {
  const told = ({ id: _id, created: _created, ...rest }: RuleRecord): string =>
    JSON.stringify(Object.entries(rest).sort());
  return told(a) === told(b);
}

export function groupOf(site: SiteWorld, id: string): SecurityGroupRecord {
  return wanted(site.securityGroups.get(id), `Security group ${id} does not exist`, 'SecurityGroupNotFound');
}
