import {
  createSecurityGroup,
  createTcpRule,
  listPorts,
  listSecurityGroups,
  OpenStackError,
  setPortSecurityGroups,
  type SecurityGroup,
  type Server,
  type Session,
} from '../../openstack';

/** A group that a lab wants: by name, and by what it lets in. */
export interface WantedGroup {
  readonly name: string;
  /** TCP. */
  readonly port: number;
}

/**
 * The group of that name which lets that port in. Names repeat in a class's project, so it is found by what it does
 * and used by id; only if none does is one made. Nothing of the others is touched.
 */
export async function groupFor(
  session: Session,
  { name, port }: WantedGroup,
  signal?: AbortSignal,
): Promise<SecurityGroup> {
  const { project } = await session.token(signal);
  const own = (await listSecurityGroups(session, signal)).filter(
    (group) => project === undefined || group.projectId === '' || group.projectId === project.id,
  );
  const found = groupOpening(own, { name, port });
  if (found !== undefined) return found;
  const made = await createSecurityGroup(session, { name, description: `Lets in TCP port ${port}` }, signal);
  try {
    const rule = await createTcpRule(session, made.id, port, signal);
    return { ...made, rules: [...made.rules, rule] };
  } catch (thrown) {
    if (thrown instanceof OpenStackError && thrown.kind === 'conflict') return made;
    throw thrown;
  }
}

/** Of the groups that let the port in from anywhere: one of that name, else one that lets in nothing else. */
export function groupOpening(
  groups: readonly SecurityGroup[],
  { name, port }: WantedGroup,
): SecurityGroup | undefined {
  const opening = groups.filter((group) => group.rules.some((rule) => opens(rule, port)));
  return (
    opening.find((group) => group.name === name) ??
    opening.find((group) =>
      group.rules.filter((rule) => rule.direction === 'ingress').every((rule) => opens(rule, port)),
    )
  );
}

function opens(rule: SecurityGroup['rules'][number], port: number): boolean {
  return (
    rule.direction === 'ingress' &&
    rule.etherType === 'IPv4' &&
    (rule.protocol === undefined || rule.protocol === 'tcp' || rule.protocol === '6') &&
    rule.remoteGroupId === undefined &&
    (rule.remotePrefix === undefined || rule.remotePrefix === '0.0.0.0/0') &&
    (rule.portMin === undefined || rule.portMin === -1 || rule.portMin <= port) &&
    (rule.portMax === undefined || rule.portMax === -1 || port <= rule.portMax)
  );
}

/** The group's name that the course gives a port. */
export function groupNameOf(port: number): string {
  if (port === 22) return 'allow-ssh';
  return port === 80 ? 'allow-http-80' : `allow-${port}`;
}

export interface Opened {
  readonly group: SecurityGroup;
  /** `already`: a group on it lets the port in. `noGroups`: its networks have no security groups, so nothing closes it. */
  readonly outcome: 'opened' | 'already' | 'noGroups';
}

/** Lets TCP connections to a port of a server in, at a site that has security groups. @throws OpenStackError */
export async function openPort(
  session: Session,
  server: Pick<Server, 'id'>,
  wanted: WantedGroup,
  signal?: AbortSignal,
): Promise<Opened> {
  const group = await groupFor(session, wanted, signal);
  const ports = (await listPorts(session, signal)).filter(
    ({ deviceId, portSecurity }) => deviceId === server.id && portSecurity,
  );
  if (ports.length === 0) return { group, outcome: 'noGroups' };
  const closed = ports.filter((port) => !port.securityGroupIds.includes(group.id));
  for (const port of closed)
    await setPortSecurityGroups(session, port.id, [...port.securityGroupIds, group.id], signal);
  return { group, outcome: closed.length === 0 ? 'already' : 'opened' };
}
