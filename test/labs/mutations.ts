import { OpenStackError, type RawAnswer } from '../../src/openstack';
import { SshError } from '../../src/ssh';
import type { LabCheck, LabStep } from '../../src/labs';
import { names } from '../../src/labs/probes/unseen';
import type { Tap } from './host';

/** One way to spoil a right answer. */
export interface Mutation {
  readonly name: string;
  /** The answer tells nothing then: `failed` would be a lie too. */
  readonly silent: boolean;
  readonly tap?: Tap;
  /** OpenStack's and the edge's answers. */
  readonly raw?: (answer: RawAnswer) => RawAnswer;
}

/** One of the answers that a check is judged by: its own (`undefined`), another call's, another host's. */
export type Part = { readonly call: string } | { readonly host: string } | undefined;

/** The answers of a check that can be spoilt alone. */
export function partsOf({ probe }: LabCheck): Part[] {
  if (probe.kind === 'openstack') return [undefined, ...Object.keys(probe.with).map((call) => ({ call }))];
  if (probe.kind === 'ssh' && probe.also.length > 0)
    return [undefined, ...[probe.host, ...probe.also].map((host) => ({ host }))];
  return [undefined];
}

/** The check as if it asked for a part of its answers alone: what is expected of another one is not its business. */
export function partial(check: LabCheck, part: Part): LabCheck {
  if (check.probe.kind !== 'openstack' || part === undefined || !('call' in part)) return check;
  const call = check.probe.with[part.call];
  if (call === undefined) throw new Error(`${check.id} asks for no ${part.call}`);
  const isOfIt = (text: string): boolean => text.includes(`with.${part.call}.`);
  return {
    ...check,
    probe: { kind: 'openstack', ...call, with: {} },
    expect: check.expect.filter(({ that }) => isOfIt(that)),
    save: Object.fromEntries(Object.entries(check.save).filter(([, text]) => isOfIt(text))),
  };
}

/** What spoils the text of an answer; the same text back: it does not apply. */
type Spoil = (text: string) => string;

const HTML = '<!doctype html><html><head><title>Log in</title></head><body>Please log in.</body></html>';
const OTHER_PROJECT = '0123456789abcdef0123456789abcdef';

/** The mutations for a check; `known`: the names and parameters of the world, which neighbours have longer ones of. */
export function mutationsOf(check: LabCheck, step: LabStep, known: readonly string[]): Mutation[] {
  switch (check.probe.kind) {
    case 'openstack':
      return [...silentAnswers, ...spoilt(check, step, known).map(onAnswer)];
    case 'zun':
      return check.probe.run === undefined
        ? [...silentAnswers, ...spoilt(check, step, known).map(onAnswer)]
        : [...silentAnswers, ...spoilt(check, step, known).map(inOutput)];
    case 'ssh':
      return [
        ...silentCommands,
        { name: 'exit 1', silent: false, tap: { command: (result) => ({ ...result, exit: 1 }) } },
        { name: 'exit 255', silent: false, tap: { command: (r) => ({ ...r, exit: 255, stdout: '' }) } },
        ...(looksAt(check, 'stdout', 'json') ? spoilt(check, step, known).map(onCommand) : []),
      ];
    case 'jupyter':
      return [
        ...silentCommands,
        {
          name: 'no file',
          silent: false,
          tap: { command: (result) => ({ ...result, exit: 44, stdout: '' }) },
        },
        ...[...spoilt(check, step, known), ['not run', notRun] as const].map(onCommand),
      ];
    case 'forward':
    case 'http':
      return [
        ...silentPages,
        ...[301, 403, 404, 500].map((status) => ({
          name: String(status),
          silent: false,
          tap: { page: (page: Page): Page => ({ ...page, status }) },
        })),
        { name: 'hung up', silent: false, tap: { page: (): undefined => undefined } },
        { name: 'nothing listens', silent: false, tap: { opening: throwing('refused') } },
        ...(looksAt(check, 'body', 'text') ? spoilt(check, step, known).map(onPage) : []),
      ];
    case 'tcp':
      return [
        { name: 'network cut', silent: true, tap: { opening: thrower(() => coded('EHOSTUNREACH')) } },
        { name: 'time-out', silent: true, tap: { opening: thrower(() => coded('ETIMEDOUT')) } },
        { name: 'refused', silent: false, tap: { banner: (): null => null } },
        ...(looksAt(check, 'banner')
          ? [
              {
                name: 'another protocol',
                silent: false,
                tap: { banner: (): string => 'HTTP/1.1 400 No\r\n' },
              },
              { name: 'silent port', silent: false, tap: { banner: (): string => '' } },
            ]
          : []),
      ];
    case 'local':
      return [
        { name: 'no file', silent: false, tap: { file: (): undefined => undefined } },
        { name: 'empty', silent: false, tap: { file: (): string => '' } },
        ...(check.probe.what === 'publicKey'
          ? [{ name: 'HTML', silent: false, tap: { file: (): string => HTML } }]
          : []),
      ];
    case 'manual':
      return [];
  }
}

type Page = Parameters<NonNullable<Tap['page']>>[0];

const silentAnswers: readonly Mutation[] = [
  { name: 'network cut', silent: true, raw: thrower(() => noAnswer('unreachable')) },
  { name: 'time-out', silent: true, raw: thrower(() => noAnswer('timeout')) },
  { name: '503', silent: true, raw: (answer) => ({ ...answer, status: 503, text: '{}' }) },
  { name: '403', silent: true, raw: (answer) => ({ ...answer, status: 403, text: '{}' }) },
  { name: 'too long', silent: true, raw: (answer) => ({ ...answer, truncated: true }) },
  { name: '404 of a proxy', silent: false, raw: (answer) => ({ ...answer, status: 404, text: HTML }) },
];

const silentCommands: readonly Mutation[] = [
  { name: 'network cut', silent: true, tap: { command: throwing('unreachable') } },
  { name: 'time-out', silent: true, tap: { command: throwing('timeout') } },
  { name: 'connection lost', silent: true, tap: { command: throwing('closed') } },
  { name: 'killed', silent: true, tap: { command: (result) => ({ ...result, exit: undefined }) } },
  { name: 'too long', silent: true, tap: { command: (result) => ({ ...result, truncated: true }) } },
];

const silentPages: readonly Mutation[] = [
  { name: 'network cut', silent: true, tap: { opening: throwing('unreachable') } },
  { name: 'time-out', silent: true, tap: { opening: throwing('timeout') } },
];

function noAnswer(kind: 'unreachable' | 'timeout'): Error {
  return new OpenStackError('No answer.', { kind, service: 'compute' });
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function thrower(make: () => Error): () => never {
  return () => {
    throw make();
  };
}

function throwing(kind: ConstructorParameters<typeof SshError>[0]): () => never {
  return thrower(() => new SshError(kind, 'Away.'));
}

function onAnswer([name, spoil, silent = false]: Named): Mutation {
  return { name, silent, raw: (answer) => ({ ...answer, text: spoil(answer.text) }) };
}

/** What a command in a container printed, inside the answer of the service. */
function inOutput([name, spoil]: Named): Mutation {
  return {
    name,
    silent: false,
    raw: (answer) => {
      const body = jsonOf(answer.text);
      if (body === undefined || typeof body !== 'object' || body === null || !('output' in body))
        return answer;
      return { ...answer, text: JSON.stringify({ ...body, output: spoil(String(body.output)) }) };
    },
  };
}

function onCommand([name, spoil]: Named): Mutation {
  return {
    name,
    silent: false,
    tap: { command: (result) => ({ ...result, stdout: spoil(result.stdout) }) },
  };
}

function onPage([name, spoil]: Named): Mutation {
  return { name, silent: false, tap: { page: (page) => ({ ...page, text: spoil(page.text) }) } };
}

type Named = readonly [name: string, spoil: Spoil, silent?: boolean];

/** Garbled, empty and similar texts. At clean-up, an absence is what is right: what only takes away is left out. */
function spoilt(check: LabCheck, { cleanup }: LabStep, known: readonly string[]): Named[] {
  const isWire = check.probe.kind === 'openstack';
  const garbled: Named[] = [
    ['empty', () => '', isWire],
    ['HTML', () => HTML, isWire],
    ['truncated JSON', (text) => (jsonOf(text) === undefined ? text : text.trimEnd().slice(0, -2)), isWire],
    ['null', () => 'null', isWire],
    ['another object', (text) => (jsonOf(text) === undefined ? text : '{"hello":"world"}')],
    ['wrong type', onJson(retyped)],
  ];
  const fewer: Named[] = [
    ...(looksIntoLists(check)
      ? ([
          ['none', onJson(emptied)],
          ['a list of nulls', onJson((json) => (hasLists(json) ? nulled(json) : json))],
        ] as const)
      : []),
    ...(asksByName(check) ? [['a longer name', (text: string) => longer(text, known)] as const] : []),
    ...(isWire ? [['another project', otherProject] as Named] : []),
    ...tooFew(check),
  ];
  const more: Named[] = countsExactly(check) ? [['one too many', doubled]] : [];
  return [...garbled, ...(cleanup ? [] : fewer), ...more];
}

function looksIntoLists({ expect, save }: LabCheck): boolean {
  return [...expect.map(({ that }) => that), ...Object.values(save)].some((text) =>
    /\w\[|\[\?|\b(?:length|count|contains)\(/.test(text),
  );
}

/** Of a list that is asked whole, or by a name in what is expected: a neighbour's may be in it. */
function asksByName({ probe, expect, save }: LabCheck): boolean {
  const text = JSON.stringify([expect.map(({ else: _words, ...rest }) => rest), save]);
  return (probe.kind === 'openstack' && probe.list !== undefined) || /\$\.(?:name|param)\.|\{\{/.test(text);
}

function looksAt({ expect }: LabCheck, ...keys: readonly string[]): boolean {
  return keys.some((key) => names(expect, key));
}

/** Counts that are to be one number; not those that any number of other things may stand beside. */
function countsExactly({ expect }: LabCheck): boolean {
  return expect.some(
    ({ that, is }) =>
      typeof is === 'number' && is > 0 && /\b(?:length|count)\(/.test(that) && !that.includes('unique('),
  );
}

/** Without one item, for those that count two or more. */
function tooFew({ expect }: LabCheck): Named[] {
  const most = Math.max(
    0,
    ...expect.map(({ that, is, atLeast }) => {
      const number = typeof is === 'number' ? is : (atLeast ?? 0);
      return /\b(?:length|count)\(/.test(that) ? number : 0;
    }),
  );
  return most < 2 ? [] : [['one too few', halved]];
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function onJson(change: (json: unknown) => unknown): Spoil {
  return (text) => {
    const json = jsonOf(text);
    return json === undefined || typeof json !== 'object' ? text : JSON.stringify(change(json));
  };
}

function mapped(
  json: unknown,
  list: (items: unknown[]) => unknown,
  leaf: (value: unknown) => unknown,
): unknown {
  if (Array.isArray(json)) return list(json.map((item) => mapped(item, list, leaf)));
  if (json === null || typeof json !== 'object') return leaf(json);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, mapped(value, list, leaf)]));
}

const same = (value: unknown): unknown => value;

function emptied(json: unknown): unknown {
  return mapped(json, () => [], same);
}

function nulled(json: unknown): unknown {
  return mapped(json, (items) => items.map(() => null), same);
}

function hasLists(json: unknown): boolean {
  return JSON.stringify(emptied(json)) !== JSON.stringify(json);
}

/** Numbers and words as texts, texts as lists. */
function retyped(json: unknown): unknown {
  return mapped(
    json,
    (items) => ({ items }),
    (value) => (typeof value === 'string' ? [value] : value === null ? null : JSON.stringify(value)),
  );
}

/** Every item, or line, twice. */
function doubled(text: string): string {
  const json = jsonOf(text);
  if (json !== undefined && typeof json === 'object')
    return JSON.stringify(mapped(json, (items) => items.flatMap((item) => [item, item]), same));
  const lines = text.trimEnd();
  return lines === '' ? text : `${lines}\n${lines}\n`;
}

/** The first half of every list, or of the lines: there is one too few of whatever was counted, wherever it stands. */
function halved(text: string): string {
  const json = jsonOf(text);
  const half = <T>(items: T[]): T[] => items.slice(0, Math.floor(items.length / 2));
  if (json !== undefined && typeof json === 'object') return JSON.stringify(mapped(json, half, same));
  const lines = text.trimEnd().split('\n');
  return lines.length < 2 ? text : `${half(lines).join('\n')}\n`;
}

function longer(text: string, known: readonly string[]): string {
  return known.reduce(
    (changed, name) =>
      changed.replace(
        new RegExp(`(?<![\\w.-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w.-])`, 'g'),
        `${name}0`,
      ),
    text,
  );
}

function otherProject(text: string): string {
  return text.replace(/("(?:project_id|tenant_id)": *)"[^"]*"/g, `$1"${OTHER_PROJECT}"`);
}

function notRun(text: string): string {
  return onJson((json) => mappedCells(json, (cell) => ({ ...cell, execution_count: null, outputs: [] })))(
    text,
  );
}

function mappedCells(json: unknown, change: (cell: object) => object): unknown {
  if (json === null || typeof json !== 'object' || !('cells' in json) || !Array.isArray(json.cells))
    return json;
  return {
    ...json,
    cells: json.cells.map((cell: unknown) =>
      cell !== null && typeof cell === 'object' ? change(cell) : cell,
    ),
  };
}
