import type { Target } from '../../ssh';
import { fill, type Bindings } from '../bind';
import type { Json } from '../expression';
import type { Probe } from '../types';
import type { ProbeWorld } from '../world';
import { commandOn } from './host';
import { Unseen } from './unseen';

type NotebookProbe = Extract<Probe, { kind: 'jupyter' }>;

/** Pictures are saved inside a notebook. */
const MAX_NOTEBOOK_BYTES = 16_000_000;
const READ_MS = 20_000;
/** What our line of shell says when there is no such file; no tool in it uses this code. */
const NO_FILE = 44;

// A path that begins with `~` is below the home folder of whoever reads, in the container that of its user.
const READ =
  'case "$lab_notebook" in "~/"*) file="$HOME/${lab_notebook#"~/"}";; *) file="$lab_notebook";; esac; ' +
  `[ -f "$file" ] || exit ${NO_FILE}; cat -- "$file"`;
const READ_IN_CONTAINER = `docker exec -e lab_notebook="$lab_notebook" -- "$lab_container" sh -c '${READ}'`;

/**
 * `{ exists, cells, executed, outputs, errors, text, json }` of a notebook as it was last saved: the number of code
 * cells, of those with an execution count, all text outputs in order, the names of errors, all outputs joined, and the
 * notebook itself.
 * @throws Unseen
 */
export async function probeNotebook(
  probe: NotebookProbe,
  target: Target,
  bindings: Bindings,
  world: ProbeWorld,
  signal: AbortSignal,
): Promise<Json> {
  const { container, notebook } = probe;
  const env = {
    lab_notebook: fill(notebook, bindings, 'plain'),
    lab_container: container === undefined ? '' : fill(container, bindings, 'plain'),
  };
  const run = container === undefined ? READ : READ_IN_CONTAINER;
  const options = { env, timeoutMs: READ_MS, maxBytes: MAX_NOTEBOOK_BYTES };
  const { exit, stdout } = await commandOn(target, run, options, world, signal);
  if (exit === NO_FILE)
    return { exists: false, cells: 0, executed: 0, outputs: [], errors: [], text: '', json: {} };
  if (exit !== 0) throw new Unseen('badAnswer', `The notebook ${notebook} can’t be read on ${target.name}.`);
  return seenIn(stdout);
}

/** @throws Unseen for what is no notebook */
function seenIn(text: string): Json {
  const json = parsedNotebook(text);
  const cells = listIn(json, 'cells').filter((cell) => fieldOf(cell, 'cell_type') === 'code');
  const all = cells.flatMap((cell) => listIn(cell, 'outputs'));
  const outputs = all.map(textOf).filter((each) => each !== undefined);
  const errors = all
    .filter((output) => fieldOf(output, 'output_type') === 'error')
    .map((output) => fieldOf(output, 'ename') ?? '');
  return {
    exists: true,
    cells: cells.length,
    executed: cells.filter((cell) => typeof fieldOf(cell, 'execution_count') === 'number').length,
    outputs,
    errors,
    text: outputs.join('\n'),
    json,
  };
}

function parsedNotebook(text: string): Json {
  try {
    const json = JSON.parse(text) as Json;
    if (Array.isArray(fieldOf(json, 'cells'))) return json;
  } catch {
    // Said below.
  }
  throw new Unseen('badAnswer', 'The file is no notebook, or it was being saved just then.');
}

/** What an output shows as text: of a stream, of a result, of a figure the words that stand for it. */
function textOf(output: Json): string | undefined {
  const data = fieldOf(output, 'data') ?? null;
  return joined(fieldOf(output, 'text')) ?? joined(fieldOf(data, 'text/plain'));
}

/** Jupyter saves texts whole or line by line. */
function joined(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((line) => typeof line === 'string').join('') : undefined;
}

function fieldOf(value: Json, key: string): Json | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value[key] : undefined;
}

function listIn(value: Json, key: string): readonly Json[] {
  const list = fieldOf(value, key);
  return Array.isArray(list) ? list : [];
}
