import * as v from 'valibot';
import { LineCounter, isNode, parseDocument, type Document } from 'yaml';
import type { Lab, LabCheck, Probe } from '../types';
import { labSchema, type CheckText, type LabText } from './schema';
import { faultsOf, type Path } from './references';

export interface LabProblem {
  readonly what: string;
  /** From 1, of the file. */
  readonly line: number;
  readonly column: number;
}
export type LabReading = { readonly lab: Lab } | { readonly problems: readonly LabProblem[] };

/**
 * Reads a lab file. Nothing of it is run or guessed: what is not as the form wants it is a problem with its place.
 * @param name the file's name, for the message when the id does not fit it
 */
export function readLab(text: string, name: string): LabReading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0)
    return {
      problems: document.errors.map((error) => ({
        what: error.message.split('\n')[0] ?? 'not YAML',
        ...at(error.pos[0]),
      })),
    };
  const parsed = v.safeParse(labSchema, document.toJS({ maxAliasCount: 0 }));
  if (!parsed.success)
    return {
      problems: parsed.issues.map((issue) => {
        const path = (issue.path ?? []).map((item) => item.key as string | number);
        return { what: sentence(issue, path), ...at(offsetOf(document, path)) };
      }),
    };
  const lab = labOf(parsed.output);
  const problems = [...nameFaults(lab, name), ...faultsOf(lab)].map(({ what, path }) => ({
    what,
    ...at(offsetOf(document, path)),
  }));
  return problems.length > 0 ? { problems } : { lab };
}

function nameFaults(lab: Lab, file: string): { what: string; path: Path }[] {
  const stem = file.replace(/^.*[\\/]/, '').replace(/\.lab\.ya?ml$/, '');
  return stem === file || stem === lab.id
    ? []
    : [{ what: `The id is “${lab.id}”, but the file is called ${stem}.`, path: ['id'] }];
}

function sentence(issue: v.BaseIssue<unknown>, path: Path): string {
  const last = path.at(-1);
  if (issue.type === 'strict_object' && issue.expected === 'never') return `Unknown key “${String(last)}”.`;
  if (issue.received === 'undefined') return `“${String(last)}” is missing.`;
  return `“${path.join('.')}”: ${issue.message}`;
}

/** Where the value of a path begins, or the nearest place above it that is there. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function labOf(text: LabText): Lab {
  return {
    ...text,
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
        { server: host.server, address: host.address, via: host.via, user: host.user ?? 'cc' },
      ]),
    ),
    services: text.services ?? {},
    steps: text.steps.map((step) => ({
      ...step,
      cleanup: step.cleanup ?? false,
      checks: step.checks.map(checkOf),
    })),
  };
}

function checkOf(text: CheckText): LabCheck {
  const probe = probeOf(text);
  return {
    id: text.id,
    title: text.title,
    about: text.about ?? aboutOf(probe),
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

const DEFAULT_COMMAND_SECONDS = 20;

function probeOf({ openstack, http, forward, tcp, ssh, local, manual }: CheckText): Probe {
  if (openstack !== undefined)
    return {
      kind: 'openstack',
      site: openstack.site,
      service: openstack.service,
      path: openstack.path,
      query: openstack.query ?? {},
      list: openstack.list,
    };
  if (http !== undefined) return { kind: 'http', ...http };
  if (forward !== undefined) return { kind: 'forward', ...forward };
  if (tcp !== undefined) return { kind: 'tcp', ...tcp };
  if (ssh !== undefined)
    return {
      kind: 'ssh',
      host: ssh.host,
      run: ssh.run,
      timeoutSeconds: ssh.timeoutSeconds ?? DEFAULT_COMMAND_SECONDS,
    };
  if (local !== undefined)
    return 'publicKey' in local
      ? { kind: 'local', what: 'publicKey', file: local.publicKey }
      : { kind: 'local', what: 'file', file: local.file };
  return { kind: 'manual', confirm: manual?.confirm ?? '' };
}

function aboutOf(probe: Probe): LabCheck['about'] {
  switch (probe.kind) {
    case 'openstack':
    case 'http':
    case 'tcp':
      return 'project';
    case 'forward':
    case 'ssh':
      return 'host';
    case 'local':
      return 'thisMachine';
    case 'manual':
      return 'person';
  }
}
