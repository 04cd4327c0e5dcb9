import * as v from 'valibot';
import { LineCounter, isMap, isNode, isScalar, parseDocument, type Document } from 'yaml';
import type { Lab, LabCheck, LabVariant, OpenStackCall, Probe } from '../types';
import { labSchema, type CheckText, type LabText } from './schema';
import { faultsOf, type Path } from './references';

export interface LabProblem {
  readonly what: string;
  /** From 1, of the file. */
  readonly line: number;
  readonly column: number;
  /** Where the marked words end; the same as the beginning where there are none. */
  readonly end: { readonly line: number; readonly column: number };
}
export type LabReading = { readonly lab: Lab } | { readonly problems: readonly LabProblem[] };

/**
 * Reads a lab file. Nothing of it is run or guessed: what is not as the form wants it is a problem with its place.
 * @param name the file's name, for the message when the id does not fit it
 */
export function readLab(text: string, name: string): LabReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const spot = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const at = ([from, to]: Span): Omit<LabProblem, 'what'> => ({
    ...spot(from),
    end: spot(Math.max(from, to)),
  });
  if (document.errors.length > 0)
    return {
      problems: document.errors.map((error) => ({
        what: error.message.split('\n')[0] ?? 'not YAML',
        ...at(error.pos),
      })),
    };
  const parsed = v.safeParse(labSchema, document.toJS({ maxAliasCount: 0 }));
  if (!parsed.success)
    return {
      problems: parsed.issues.map((issue) => {
        const path = (issue.path ?? []).map((item) => item.key as string | number);
        return { what: sentence(issue, path), ...at(spanOf(document, path, isUnknownKey(issue))) };
      }),
    };
  const lab = labOf(parsed.output);
  const problems = [...nameFaults(lab, name), ...faultsOf(lab)].map(({ what, path }) => ({
    what,
    ...at(spanOf(document, path)),
  }));
  return problems.length > 0 ? { problems } : { lab };
}

function nameFaults(lab: Lab, file: string): { what: string; path: Path }[] {
  const stem = file.replace(/^.*[\\/]/, '').replace(/\.lab\.(?:ya?ml|json)$/, '');
  return stem === file || stem === lab.id
    ? []
    : [{ what: `The id is “${lab.id}”, but the file is called ${stem}.`, path: ['id'] }];
}

function sentence(issue: v.BaseIssue<unknown>, path: Path): string {
  const last = path.at(-1);
  if (isUnknownKey(issue)) return `Unknown key “${String(last)}”.`;
  if (issue.received === 'undefined') return `“${String(last)}” is missing.`;
  return `“${path.join('.')}”: ${issue.message}`;
}

function isUnknownKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never';
}

/** Offsets in the text. */
type Span = readonly [from: number, to: number];

/**
 * The words of a path: of a scalar its value, of a map or list the key that it stands under; or the nearest place
 * above it that is there.
 */
function spanOf(document: Document, path: Path, wantsKey = false): Span {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    const key = keyOf(document, path.slice(0, length));
    if (isScalar(node) && node.range && !wantsKey) return [node.range[0], node.range[1]];
    if (key !== undefined && isNode(node)) return key;
    if (isNode(node) && node.range) return [node.range[0], node.range[0]];
  }
  return [0, 0];
}

function keyOf(document: Document, path: Path): Span | undefined {
  const last = path.at(-1);
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const key = parent.items.find((pair) => isScalar(pair.key) && pair.key.value === last)?.key;
  return isScalar(key) && key.range ? [key.range[0], key.range[1]] : undefined;
}

function labOf(text: LabText): Lab {
  const variants = Object.entries(text.variants ?? {}).map(
    ([key, variant]) => [key, variantOf(variant, text.sites)] as const,
  );
  return {
    ...text,
    sites: [...new Set([...text.sites, ...variants.flatMap(([, { sites }]) => sites)])],
    variants: Object.fromEntries(variants),
    expectedHours: text.expectedHours,
    assist: { launch: text.assist?.launch ?? true, repair: text.assist?.repair ?? true },
    parameters: Object.fromEntries(
      Object.entries(text.parameters ?? {}).map(([key, each]) => [
        key,
        { ...each, default: each.default, description: each.description },
      ]),
    ),
    names: text.names ?? {},
    hosts: Object.fromEntries(
      Object.entries(text.hosts ?? {}).map(([key, host]) => [
        key,
        {
          server: host.server,
          address: host.address,
          via: host.via,
          user: host.user ?? 'cc',
          only: host.only,
        },
      ]),
    ),
    services: Object.fromEntries(
      Object.entries(text.services ?? {}).map(([key, service]) => [
        key,
        {
          ...service,
          scheme: service.scheme ?? 'http',
          token: service.token,
          env: service.env,
          only: service.only,
        },
      ]),
    ),
    keepFiles: (text.keepFiles ?? []).map((folder) => ({ ...folder, only: folder.only })),
    reserve: (text.reserve ?? []).map((each) => ({
      ...each,
      flavor: each.flavor,
      nodeType: each.nodeType,
      device: each.device,
      amount: each.amount ?? 1,
      floatingIp: each.floatingIp ?? false,
      startOnHour: each.startOnHour ?? false,
      endMinute: each.endMinute,
      only: each.only,
    })),
    launch: (text.launch ?? []).map((each) => ({
      ...each,
      lease: each.lease,
      site: each.site,
      networks: each.networks ?? ['sharednet1'],
      securityGroups: (each.securityGroups ?? []).map(({ name, port }) => ({ name, port })),
      floatingIp: each.floatingIp ?? false,
      userData: each.userData,
      only: each.only,
    })),
    steps: text.steps.map((step) => ({
      ...step,
      only: step.only,
      cleanup: step.cleanup ?? false,
      checks: step.checks.map(checkOf),
    })),
  };
}

function variantOf(text: NonNullable<LabText['variants']>[string], sites: readonly string[]): LabVariant {
  const { title, vars, detect } = text;
  return {
    title,
    sites: text.sites ?? sites,
    vars: vars ?? {},
    detect: { nodeType: detect?.nodeType, flavor: detect?.flavor, image: detect?.image },
  };
}

function checkOf(text: CheckText): LabCheck {
  const probe = probeOf(text);
  return {
    id: text.id,
    title: text.title,
    about: text.about ?? aboutOf(probe),
    only: text.only,
    probe,
    expect: text.expect ?? [],
    save: text.save ?? {},
    needs: text.needs ?? [],
    keep: text.keep ?? false,
    optional: text.optional ?? false,
    seen: text.seen,
    hint: text.hint,
    fix: text.fix,
  };
}

type CallText = Omit<NonNullable<CheckText['openstack']>, 'with'>;

function callOf({ site, service, path, query, list }: CallText): OpenStackCall {
  return { site, service, path, query: query ?? {}, list };
}

const DEFAULT_COMMAND_SECONDS = 20;

function probeOf(text: CheckText): Probe {
  const { openstack, http, forward, tcp, ssh, local, jupyter, zun, manual } = text;
  if (openstack !== undefined)
    return {
      kind: 'openstack',
      ...callOf(openstack),
      with: Object.fromEntries(
        Object.entries(openstack.with ?? {}).map(([key, call]) => [key, callOf(call)]),
      ),
    };
  if (http !== undefined) return { kind: 'http', ...http };
  if (forward !== undefined)
    return {
      kind: 'forward',
      ...forward,
      method: forward.method ?? (forward.json === undefined ? 'GET' : 'POST'),
      json: forward.json,
      headers: forward.headers ?? {},
    };
  if (tcp !== undefined) return { kind: 'tcp', ...tcp };
  if (ssh !== undefined)
    return {
      kind: 'ssh',
      host: ssh.host,
      also: ssh.also ?? [],
      run: ssh.run,
      timeoutSeconds: ssh.timeoutSeconds ?? DEFAULT_COMMAND_SECONDS,
    };
  if (local !== undefined)
    return 'publicKey' in local
      ? { kind: 'local', what: 'publicKey', file: local.publicKey }
      : { kind: 'local', what: 'file', file: local.file };
  if (jupyter !== undefined) return { kind: 'jupyter', ...jupyter, container: jupyter.container };
  if (zun !== undefined) return { kind: 'zun', ...zun, site: zun.site, run: zun.run };
  return { kind: 'manual', confirm: manual?.confirm ?? '', why: manual?.why };
}

function aboutOf(probe: Probe): LabCheck['about'] {
  switch (probe.kind) {
    case 'openstack':
    case 'http':
    case 'tcp':
      return 'project';
    case 'zun':
      // A command in somebody's container is not for others to run.
      return probe.run === undefined ? 'project' : 'person';
    case 'forward':
    case 'ssh':
    case 'jupyter':
      return 'host';
    case 'local':
      return 'thisMachine';
    case 'manual':
      return 'person';
  }
}
