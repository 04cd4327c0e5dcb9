import * as v from 'valibot';
import { consoleText } from '../world/console';
import type { SecurityGroupRecord, ServerRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import { Fault, ok, type Reply, type SignedCall } from './api';

const Console = v.object({
  'os-getConsoleOutput': v.object({ length: v.optional(v.nullable(v.number())) }),
});
const Group = v.object({ name: v.string() });
const Action = v.union([
  v.object({ addSecurityGroup: Group }),
  v.object({ removeSecurityGroup: Group }),
  v.object({ reboot: v.object({ type: v.picklist(['SOFT', 'HARD']) }) }),
  v.object({ 'os-start': v.null() }),
  v.object({ 'os-stop': v.null() }),
  v.object({ rebuild: v.object({ imageRef: v.string() }) }),
  v.object({ createImage: v.object({ name: v.string() }) }),
  Console,
]);

const ACCEPTED: Reply = { status: 202 };

/** `POST /servers/{id}/action`. */
export function act(site: SiteWorld, call: SignedCall, server: ServerRecord, now: number): Reply {
  const read = v.safeParse(Action, call.body);
  if (!read.success) throw new Fault(400, 'There is no such action, or its body is not as it should be.');
  const action = read.output;
  if ('os-getConsoleOutput' in action)
    return ok({ output: consoleOf(site, server, action['os-getConsoleOutput'].length) });
  if ('addSecurityGroup' in action) return addGroup(site, server, action.addSecurityGroup.name);
  if ('removeSecurityGroup' in action) return removeGroup(site, server, action.removeSecurityGroup.name);
  if ('reboot' in action) return ACCEPTED;
  if ('rebuild' in action) return rebuild(site, server, action.rebuild.imageRef, now);
  if ('createImage' in action) return snapshot(site, server, action.createImage.name, now);
  return 'os-start' in action
    ? power(server, { from: 'SHUTOFF', to: 'ACTIVE', verb: 'start' }, now)
    : power(server, { from: 'ACTIVE', to: 'SHUTOFF', verb: 'stop' }, now);
}

/** The disk is the image's again; addresses and ports stay. */
function rebuild(site: SiteWorld, server: ServerRecord, imageId: string, now: number): Reply {
  const image = site.images.find((each) => each.id === imageId);
  if (image === undefined) throw new Fault(400, `Image ${imageId} could not be found.`);
  server.image = image;
  server.updated = now;
  return ACCEPTED;
}

function snapshot(site: SiteWorld, server: ServerRecord, name: string, now: number): Reply {
  const id = site.ids.uuid();
  site.images.push({ id, name, created: now, os: server.image.os, ownerProjectId: site.project.id });
  return { status: 202, body: { image_id: id } };
}

function consoleOf(site: SiteWorld, server: ServerRecord, lines: number | null | undefined): string {
  // Ironic's driver of 2023.1 has no console to read.
  if (site.kind === 'baremetal') throw new Fault(501, 'The requested functionality is not supported.');
  const text = consoleText(server);
  return typeof lines === 'number' && lines >= 0 ? text.split('\n').slice(-lines).join('\n') : text;
}

function addGroup(site: SiteWorld, server: ServerRecord, name: string): Reply {
  const group = groupNamed(site, name);
  for (const port of server.ports)
    if (port.portSecurity && !port.securityGroupIds.includes(group.id))
      port.securityGroupIds = [...port.securityGroupIds, group.id];
  return ACCEPTED;
}

function removeGroup(site: SiteWorld, server: ServerRecord, name: string): Reply {
  const group = groupNamed(site, name);
  if (!server.ports.some((port) => port.securityGroupIds.includes(group.id)))
    throw new Fault(404, `Security group ${name} is not associated with instance ${server.id}`);
  for (const port of server.ports)
    port.securityGroupIds = port.securityGroupIds.filter((id) => id !== group.id);
  return ACCEPTED;
}

/** By id or by name; a name that several groups have can't be meant. */
function groupNamed(site: SiteWorld, name: string): SecurityGroupRecord {
  const groups = [...site.securityGroups.values()].filter((each) => each.id === name || each.name === name);
  const [group, second] = groups;
  if (group === undefined) throw new Fault(404, `Unable to find security_group with name or id '${name}'`);
  if (second !== undefined)
    throw new Fault(
      409,
      `Multiple security_group matches found for name '${name}', use an ID to be more specific.`,
    );
  return group;
}

function power(
  server: ServerRecord,
  { from, to, verb }: { from: ServerRecord['status']; to: 'ACTIVE' | 'SHUTOFF'; verb: string },
  now: number,
): Reply {
  if (server.status !== from)
    throw new Fault(
      409,
      `Cannot '${verb}' instance ${server.id} while it is in vm_state ${server.status.toLowerCase()}`,
    );
  server.status = to;
  server.updated = now;
  return ACCEPTED;
}
