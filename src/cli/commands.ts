import path from 'node:path';
import { peopleMatching, personNamed } from '../chameleon';
import {
  fileEvidence,
  folderCsv,
  inspect,
  keepsNothing,
  openCard,
  parametersFor,
  rowState,
  runLab,
  verifyCard,
  verifyFolder,
  type CheckResult,
  type Lab,
} from '../labs';
import type { Arguments } from './args';
import { filesIn, written } from './files';
import { allLabs, bytesOf, checkFiles, labNamed, listLabs } from './labs';
import { checkShape, inventoryShape, personShape, runShape, siteShape } from './shapes';
import { signIn } from './sites';
import { checksText, folderText, inventoryText, siteText, verdictText } from './tables';
import { exit, Usage, type Exit, type Outcome } from './words';
import { worldOf } from './world';

type Command = (args: Arguments, signal: AbortSignal) => Promise<Outcome>;

export const commands: Readonly<Record<string, Command>> = {
  inventory,
  check,
  inspect: inspectPerson,
  card,
  labs: listLabs,
  'check-file': checkFiles,
};

/** What is told, and what joins it: nothing else is asked for. */
const TOLD = ['leases', 'servers', 'floatingIps', 'ports', 'hosts', 'hostAllocations'] as const;

async function inventory(args: Arguments, signal: AbortSignal): Promise<Outcome> {
  const { inventory: seen } = await signIn(args, signal, TOLD);
  const blind = seen.sites.some(
    (site) =>
      site.signIn !== undefined ||
      Object.values(site.parts).some(({ state }) => state === 'failed' || state === 'stale'),
  );
  return {
    code: blind ? exit.unknown : exit.fine,
    text: inventoryText(seen),
    data: inventoryShape(seen),
  };
}

async function check(args: Arguments, signal: AbortSignal): Promise<Outcome> {
  const lab = await labNamed(args.rest[0]);
  const given = parametersOf(lab, args);
  const signedIn = await signIn(args, signal);
  const parameters = { ...parametersFor(lab, signedIn.inventory, { kind: 'me' }), ...given };
  const missing = Object.entries(lab.parameters).find(
    ([name, parameter]) => parameters[name] === undefined && parameter.default === undefined,
  );
  if (missing !== undefined)
    throw new Usage(`The lab needs ${missing[1].title}.`, { next: `Add --param ${missing[0]}=…` });
  const world = await worldOf(signedIn, { mine: true, sshKey: args.sshKey });
  try {
    const run = await runLab({
      lab,
      parameters,
      ...(args.variant === undefined ? {} : { variant: args.variant }),
      world: world.probes,
      subject: { kind: 'me' },
      evidence:
        args.evidence === undefined ? keepsNothing : fileEvidence(path.resolve(jsonFile(args.evidence))),
      ...(args.only.length === 0 ? {} : { only: args.only }),
      signal,
    });
    return { code: codeOf(run.checks), text: checksText(run.checks), data: runShape(run) };
  } finally {
    world.close();
  }
}

function jsonFile(file: string): string {
  return file.endsWith('.json') ? file : `${file}.json`;
}

async function inspectPerson(args: Arguments, signal: AbortSignal): Promise<Outcome> {
  const [name] = args.rest;
  if (name === undefined) throw new Usage('Whom? Give a net ID or a user name.');
  const signedIn = await signIn(args, signal);
  const person = personNamed(signedIn.inventory, name);
  if (person === undefined) {
    const like = peopleMatching(signedIn.inventory, name.slice(0, 3)).slice(0, 5);
    throw new Usage(`Nothing here belongs to ${name}.`, {
      next:
        like.length === 0
          ? 'Check the spelling, and that you are signed in at their site.'
          : `Did you mean ${like.map((each) => each.netId ?? each.usernames[0] ?? '').join(', ')}?`,
    });
  }
  const world = await worldOf(signedIn, { mine: false, sshKey: undefined });
  const seen = await inspect({
    inventory: signedIn.inventory,
    person,
    labs: await allLabs(),
    world: world.probes,
    signal,
  });
  const checks = seen.labs.flatMap(({ run }) => run.checks);
  const { takenAt } = signedIn.inventory;
  return {
    code: codeOf(checks),
    text: [
      `${person.netId ?? person.usernames[0] ?? name}: ${seen.likelyFault ?? 'no fault is seen from outside'}\n`,
      ...seen.sites.map(siteText),
      ...seen.labs.map(({ lab, run }) => `${lab.title}\n${checksText(run.checks)}`),
    ].join('\n'),
    data: {
      person: personShape(person),
      sites: seen.sites.map((site) => siteShape(site, takenAt)),
      labs: seen.labs.map(({ lab, run }) => ({ lab: lab.id, checks: run.checks.map(checkShape) })),
      likelyFault: seen.likelyFault ?? null,
    },
  };
}

async function card(args: Arguments, signal: AbortSignal): Promise<Outcome> {
  const [verb, file] = args.rest;
  if (file === undefined || (verb !== 'verify' && verb !== 'verify-folder'))
    throw new Usage('card verify FILE and card verify-folder DIR are what there is.');
  return verb === 'verify' ? verifyOne(file, args, signal) : verifyAll(file, args, signal);
}

async function verifyOne(file: string, args: Arguments, signal: AbortSignal): Promise<Outcome> {
  const card = await openCard(await bytesOf(file));
  const lab = await labNamed(card.labId);
  const signedIn = await signIn(args, signal);
  const world = await worldOf(signedIn, { mine: false, sshKey: undefined });
  const verdict = await verifyCard({
    record: card.record(lab, signedIn.inventory),
    lab,
    world: world.probes,
    picture: card.picture,
    signal,
  });
  const said = verdict.lines.map((line) => line.now);
  const contradicted = verdict.digest === 'broken' || said.includes('contradicted');
  return {
    code: contradicted ? exit.failed : said.includes('unknown') ? exit.unknown : exit.fine,
    text: verdictText(verdict),
    data: {
      digest: verdict.digest,
      lines: verdict.lines.map(({ id, card: says, now, why }) => ({ id, card: says, now, why })),
    },
  };
}

async function verifyAll(folder: string, args: Arguments, signal: AbortSignal): Promise<Outcome> {
  const files = await filesIn(folder);
  const [labs, signedIn] = await Promise.all([allLabs(), signIn(args, signal)]);
  const world = await worldOf(signedIn, { mine: false, sshKey: undefined });
  const verdict = await verifyFolder({ files, labs, world: world.probes, signal });
  if (args.csv !== undefined) await written(args.csv, folderCsv(verdict));
  const isContradicted = verdict.rows.some((row) => rowState(row) === 'contradicted');
  const isUnknown = verdict.rows.some(({ unsure, counts }) => unsure || counts.unknown > 0);
  return {
    code: isContradicted ? exit.failed : isUnknown ? exit.unknown : exit.fine,
    text: folderText(verdict),
    data: {
      cards: verdict.rows.map((row) => ({ ...row, worst: row.worst ?? null, state: rowState(row) })),
      others: verdict.others,
    },
  };
}

/** Who one is may be said to any lab; anything else must be a parameter of it. @throws Usage */
function parametersOf(lab: Lab, { parameters }: Arguments): Record<string, string> {
  const known: Record<string, string> = {};
  for (const [name, value] of Object.entries(parameters)) {
    const parameter = lab.parameters[name];
    if (parameter === undefined) {
      if (name === 'netID' || name === 'username') continue;
      throw new Usage(`${lab.id} has no parameter ${name}.`, {
        next: `It has: ${Object.keys(lab.parameters).join(', ')}.`,
      });
    }
    if (!new RegExp(`^(?:${parameter.pattern})$`, 'u').test(value))
      throw new Usage(`“${value}” is no ${parameter.title} (${name}).`);
    known[name] = value;
  }
  return known;
}

function codeOf(checks: readonly CheckResult[]): Exit {
  const verdicts = checks.filter((each) => !each.optional).map((each) => each.verdict);
  if (verdicts.includes('failed')) return exit.failed;
  return verdicts.includes('unknown') ? exit.unknown : exit.fine;
}
