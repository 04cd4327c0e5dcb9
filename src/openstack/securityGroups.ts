import * as v from 'valibot';
import { listOf, maybe, parsed } from './border';
import { listAll } from './page';
import type { Session } from './session';
import type { SecurityGroup, SecurityGroupRule } from './types';

const ruleWire = v.pipe(
  v.object({
    id: v.string(),
    direction: v.string(),
    protocol: maybe(v.string()),
    port_range_min: maybe(v.number()),
    port_range_max: maybe(v.number()),
    remote_ip_prefix: maybe(v.string()),
    remote_group_id: maybe(v.string()),
    ethertype: v.optional(v.string(), 'IPv4'),
  }),
  v.transform((wire): SecurityGroupRule => ({
    id: wire.id,
    direction: wire.direction,
    protocol: wire.protocol,
    portMin: wire.port_range_min,
    portMax: wire.port_range_max,
    remotePrefix: wire.remote_ip_prefix,
    remoteGroupId: wire.remote_group_id,
    etherType: wire.ethertype,
  })),
);

const securityGroupWire = v.pipe(
  v.object({
    id: v.string(),
    name: v.string(),
    description: v.optional(v.string(), ''),
    project_id: maybe(v.string()),
    tenant_id: maybe(v.string()),
    security_group_rules: listOf(ruleWire),
  }),
  v.transform((wire): SecurityGroup => ({
    id: wire.id,
    name: wire.name,
    description: wire.description,
    projectId: wire.project_id ?? wire.tenant_id ?? '',
    rules: wire.security_group_rules,
  })),
);

/** @throws OpenStackError */
export async function listSecurityGroups(session: Session, signal?: AbortSignal): Promise<SecurityGroup[]> {
  return listAll(session, {
    service: 'network',
    path: '/v2.0/security-groups',
    key: 'security_groups',
    item: securityGroupWire,
    marker: (group) => group.id,
    signal,
  });
}

/** Makes a group that lets everything out and nothing in. Names may repeat. @throws OpenStackError */
export async function createSecurityGroup(
  session: Session,
  wish: { readonly name: string; readonly description: string },
  signal?: AbortSignal,
): Promise<SecurityGroup> {
  const answer = await session.json({
    service: 'network',
    method: 'POST',
    path: '/v2.0/security-groups',
    body: { security_group: wish },
    signal,
  });
  return parsed(v.object({ security_group: securityGroupWire }), answer, 'network').security_group;
}

/** Lets TCP connections to a port in, from anywhere. @throws OpenStackError `conflict` if the group does so already */
export async function createTcpRule(
  session: Session,
  groupId: string,
  port: number,
  signal?: AbortSignal,
): Promise<SecurityGroupRule> {
  const answer = await session.json({
    service: 'network',
    method: 'POST',
    path: '/v2.0/security-group-rules',
    body: {
      security_group_rule: {
        security_group_id: groupId,
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol: 'tcp',
        port_range_min: port,
        port_range_max: port,
        remote_ip_prefix: '0.0.0.0/0',
      },
    },
    signal,
  });
  return parsed(v.object({ security_group_rule: ruleWire }), answer, 'network').security_group_rule;
}
