import assert from 'node:assert/strict';
import type { Lab } from '../../../src/labs';
import { inVariant } from '../../../src/labs/variants';
import type { RightWorld } from '../../labs/world';

/** What a program that can't run here says when it is called with these words; see `lab/stand-in.py`. */
export type StandInAnswer = { readonly program: string; readonly words: readonly string[] } & (
  | { readonly stdout?: string; readonly stderr?: string; readonly exit?: number }
  /** Words that begin so are run really, by another program of the host. */
  | { readonly run: string }
);

/** `docker inspect -f '{{.Name}}' minio`, as a shell reads it, with what it says. */
export function answer(
  line: string,
  said: string | { stdout?: string; stderr?: string; exit?: number },
): StandInAnswer {
  const [program = '', ...words] = wordsOf(line);
  return { program, words, ...(typeof said === 'string' ? { stdout: said } : said) };
}

/** A call that begins so is run really on the host, by that command. */
export function reallyRuns(line: string, run: string): StandInAnswer {
  const [program = '', ...words] = wordsOf(line);
  return { program, words, run };
}

/** The commands of these checks on a host, with what a right world says to them, where a command is a single one. */
export function answersOf(
  lab: Lab,
  world: RightWorld,
  host: string,
  ids: readonly string[],
): StandInAnswer[] {
  const checks = inVariant(lab, world.variant).steps.flatMap((step) => step.checks);
  return ids.flatMap((id) => {
    const check = checks.find((each) => each.id === id);
    assert(check !== undefined, `no check ${id}`);
    if (check.probe.kind !== 'ssh' || check.probe.host !== host || !isSingle(check.probe.run)) return [];
    const said = world.ssh?.[host]?.[`#${id}`] ?? world.ssh?.[host]?.[check.probe.run];
    assert(said === undefined || typeof said === 'string', `${id} does not just print in the right world`);
    return said === undefined ? [] : [answer(check.probe.run, said)];
  });
}

const QUOTED = /'[^']*'|"[^"$`\\]*"/g;

function isSingle(run: string): boolean {
  return !/[&|;`<>\n\\]|\$[\w({]/.test(run.trim().replace(QUOTED, 'word'));
}

/** @throws where only a shell could tell */
function wordsOf(line: string): string[] {
  assert(isSingle(line), `not a single command: ${line}`);
  const words = line.trim().match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replace(QUOTED, (quoted) => quoted.slice(1, -1)));
}
