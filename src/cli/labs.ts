import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../base';
import { readLab, type Lab, type LabProblem } from '../labs';
import type { Arguments } from './args';
import { exit, Usage, type Outcome } from './words';

const IS_FILE = /\.lab\.ya?ml$/;

/** `labs`: those that ship with this program. */
export async function listLabs(): Promise<Outcome> {
  const labs = (await allLabs()).map((lab) => ({
    id: lab.id,
    title: lab.title,
    unit: lab.unit,
    sites: lab.sites,
    variants: Object.keys(lab.variants),
    parameters: Object.keys(lab.parameters),
    checks: new Set(lab.steps.flatMap((step) => step.checks.map((check) => check.id))).size,
  }));
  const width = Math.max(...labs.map(({ id }) => id.length));
  const line = ({ id, title, checks, sites, variants }: (typeof labs)[number]): string =>
    [
      `${id.padEnd(width)}  ${String(checks).padStart(3)} checks  ${title}`,
      ` (${sites.join(', ')}${variants.length === 0 ? '' : `; ${variants.join(', ')}`})\n`,
    ].join('');
  return { code: exit.fine, text: labs.map(line).join(''), data: labs };
}

/** `check-file FILE…`: what is wrong with lab files, each with its place; for an instructor's own checks in CI. */
export async function checkFiles(args: Arguments): Promise<Outcome> {
  if (args.rest.length === 0) throw new Usage('Which file?');
  const files = await Promise.all(args.rest.map(async (file) => ({ file, reading: await labFile(file) })));
  const problems = files.flatMap(({ file, reading }) =>
    'problems' in reading ? reading.problems.map((problem) => ({ file, ...problem })) : [],
  );
  const text = files.flatMap(({ file, reading }) =>
    'problems' in reading
      ? reading.problems.map((problem) => placed(file, problem))
      : [`${file} is a lab file: ${sized(reading.lab)}.\n`],
  );
  return { code: problems.length === 0 ? exit.fine : exit.failed, text: text.join(''), data: { problems } };
}

function placed(file: string, { what, line, column }: LabProblem): string {
  return `${file}:${line}:${column}: ${what}\n`;
}

function sized(lab: Lab): string {
  const checks = lab.steps.flatMap((step) => step.checks);
  const manual = checks.filter(({ probe }) => probe.kind === 'manual').length;
  return `${checks.length} checks in ${lab.steps.length} steps, ${manual} of them for the student to say`;
}

/** A lab by its id, or one of a file of one's own. @throws Usage */
export async function labNamed(name: string | undefined): Promise<Lab> {
  if (name !== undefined && IS_FILE.test(name)) {
    const reading = await labFile(name);
    if ('lab' in reading) return reading.lab;
    const [first] = reading.problems;
    throw new Usage(first === undefined ? `${name} is no lab file.` : placed(name, first).trimEnd(), {
      next: `See check-file ${name}.`,
    });
  }
  const labs = await allLabs();
  const lab = labs.find((each) => each.id === name);
  if (lab === undefined)
    throw new Usage(name === undefined ? 'Which lab?' : `There is no lab ${name}.`, {
      next: `There are: ${labs.map((each) => each.id).join(', ')}.`,
    });
  return lab;
}

async function labFile(file: string): Promise<ReturnType<typeof readLab>> {
  return readLab(new TextDecoder().decode(await bytesOf(file)), path.basename(file));
}

/** The labs that ship with this program. */
export async function allLabs(): Promise<Lab[]> {
  const folder = path.join(__dirname, __dirname.endsWith('cli') ? '../..' : '..', 'media', 'labs');
  const files = (await readdir(folder)).filter((name) => IS_FILE.test(name)).sort();
  return Promise.all(
    files.map(async (name) => {
      const reading = readLab(await readFile(path.join(folder, name), 'utf8'), name);
      if ('lab' in reading) return reading.lab;
      const [first] = reading.problems;
      throw new Problem(`${name}:${first?.line ?? 1}: ${first?.what ?? 'it is no lab file'}`);
    }),
  );
}

/** @throws Usage where a file can't be read */
export async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new Usage(`${file} can't be read.`, { cause });
  }
}
