import type { LabCheck } from '../../src/labs';
import { labOf } from './bench';
import type { Change, Down } from './world';

/** Changes of a plain world that the wrong answers of labs are made of. */
export type Said = string | { exit?: number; stdout?: string; stderr?: string } | Down;
export const SITE = 'KVM@TACC';

/** A command of a check answers so. */
export function says(id: string, said: Said, host = 'node'): Change {
  return (world) => {
    world.ssh = { ...world.ssh, [host]: { ...world.ssh?.[host], [`#${id}`]: said } };
  };
}

/** What a command of a check prints, with a part replaced. */
export function prints(id: string, part: string | RegExp, by: string, host = 'node'): Change {
  return (world) => {
    const said = world.ssh?.[host]?.[`#${id}`];
    const whole = typeof said === 'string' ? { stdout: said } : (said as { stdout?: string } | undefined);
    says(id, { ...whole, stdout: (whole?.stdout ?? '').replace(part, by) }, host)(world);
  };
}

/** A page answers so. */
export function shows(key: string, page: unknown, host = 'node'): Change {
  return (world) => {
    world.pages = { ...world.pages, [host]: { ...world.pages?.[host], [key]: page } };
  };
}

/** Nothing listens on a port. */
export function closes(port: number, host = 'node'): Change {
  return (world) => {
    const left = Object.entries(world.pages?.[host] ?? {}).filter(([key]) => !key.startsWith(`${port} `));
    world.pages = { ...world.pages, [host]: Object.fromEntries(left) };
  };
}

/** A call of OpenStack answers so. */
export function answers(path: string, body: unknown, site = SITE): Change {
  return (world) => {
    world.openstack = { ...world.openstack, [site]: { ...world.openstack?.[site], [path]: body } };
  };
}

/** A notebook is saved so. */
export function saves(path: string, notebook: unknown, host = 'node'): Change {
  return (world) => {
    world.notebooks = { ...world.notebooks, [host]: { ...world.notebooks?.[host], [path]: notebook } };
  };
}

/** Several changes as one. */
export function all(...changes: readonly Change[]): Change {
  return (world) => {
    for (const change of changes) change(world);
  };
}

/** `port path` of a page that a check asks for, as the worlds name it. */
export function pageOf(labId: string, id: string): string {
  const probe = checkOf(labId, id).probe;
  if (probe.kind !== 'forward') throw new Error(`${id} asks for no page`);
  return `${probe.port} ${probe.method === 'POST' ? 'POST ' : ''}${probe.path}`;
}

function checkOf(labId: string, id: string): LabCheck {
  const found = labOf(labId)
    .steps.flatMap((step) => step.checks)
    .find((check) => check.id === id);
  if (found === undefined) throw new Error(`${labId} has no check ${id}`);
  return found;
}

/** Every key is refused at the server. */
export function keyRefused(): Change {
  return (world) => {
    world.ssh = { ...world.ssh, node: { ...world.ssh?.['node'], '*': { down: 'auth' } } };
  };
}

/** The server is silent on port 22. */
export const silent: Change = (world) => {
  world.ssh = { ...world.ssh, node: { '*': { down: 'timeout' } } };
};
