import type { CheckResult, Lab, LabCheck, LabRun, LabStep, Verdict } from '../../labs';
import { nextRow, NOTHING_THERE, type Deployed } from './labNext';
import { row, type Row, type Tone } from './row';
import { bothTimes } from './when';

export interface LabsInput {
  readonly labs: readonly Lab[];
  /** Results by lab id. */
  readonly runs: ReadonlyMap<string, LabRun>;
  /** Ids of the labs whose checks are running. */
  readonly running: ReadonlySet<string>;
  /** Whether one-click repairs are offered for a lab. */
  readonly mayRepair: (lab: Lab) => boolean;
  /** What is offered for one's own labs only. */
  readonly mine?: {
    /** Ids of labs that come from the workspace. */
    readonly own: ReadonlySet<string>;
    /** How many checks of a lab are asked again by themselves, and how often. */
    readonly watching: (lab: Lab) => number;
    readonly watchSeconds: number;
    readonly mayLaunch: (lab: Lab) => boolean;
    readonly deployed: (lab: Lab) => Deployed;
    readonly has: (command: string) => boolean;
  };
}

/** The Labs view: lab → step → check, what is under way first. What failed is open, what passed is folded. */
export function labRows(input: LabsInput): readonly Row[] {
  return input.labs
    .map((lab) => ({ lab, deployed: input.mine?.deployed(lab) ?? NOTHING_THERE }))
    .map((each) => ({ ...each, begun: input.runs.has(each.lab.id) || isThere(each.deployed) }))
    .sort(
      (a, b) =>
        Number(b.begun) - Number(a.begun) ||
        a.lab.unit - b.lab.unit ||
        a.lab.title.localeCompare(b.lab.title),
    )
    .map(({ lab, deployed }) => labRow(input, lab, deployed));
}

function isThere({ leases, servers }: Deployed): boolean {
  return leases + servers.length > 0;
}

function labRow(input: LabsInput, lab: Lab, deployed: Deployed): Row {
  const { runs, running, mayRepair, mine } = input;
  const run = runs.get(lab.id);
  const repair = mayRepair(lab);
  const counted = countOf(run?.checks ?? [], cleanupOf(lab));
  const busy = running.has(lab.id);
  return row({
    // A tree keeps how a row was first folded: one that was run is another row.
    id: `lab:${lab.id}${run === undefined ? '' : ':ran'}`,
    label: `${lab.unit}  ${lab.title}`,
    description: busy ? 'checking …' : labWords(lab, run, counted, deployed),
    spoken: `Lab of unit ${lab.unit}, ${lab.title}, ${busy ? 'checking' : labWords(lab, run, counted, deployed)}`,
    icon: busy ? 'loading~spin' : 'mortar-board',
    tone: busy ? 'busy' : toneOf(counted, totalOf(lab)),
    tooltip: [
      lab.title,
      `Checks written from the lab text of ${lab.edition}`,
      `Sites: ${lab.sites.join(', ')}`,
      ...(run?.variant === undefined ? [] : [`Done as: ${lab.variants[run.variant]?.title ?? run.variant}`]),
      ...(mine?.own.has(lab.id) === true ? ['From a file of this workspace'] : []),
      ...watchWords(input, lab),
      lab.source,
    ],
    context: `lab.${busy ? 'running' : run === undefined ? 'notRun' : 'ran'}`,
    fold: run === undefined ? 'folded' : 'open',
    subject: { kind: 'lab', lab: lab.id },
    children: () => [
      ...(mine === undefined || busy ? [] : nextRows(input, mine, lab, deployed)),
      ...(isThere(deployed) ? [thereRow(lab, deployed)] : []),
      ...lab.steps.map((step) => stepRow(lab, step, run, repair)),
    ],
  });
}

function nextRows(
  { runs, mayRepair }: LabsInput,
  { mayLaunch, has }: NonNullable<LabsInput['mine']>,
  lab: Lab,
  deployed: Deployed,
): readonly Row[] {
  const next = nextRow({
    lab,
    run: runs.get(lab.id),
    deployed,
    mayRepair: mayRepair(lab),
    mayLaunch: mayLaunch(lab),
    has,
  });
  return next === undefined ? [] : [next];
}

/** How many checks count. */
function totalOf(lab: Lab): number {
  const counted = lab.steps.flatMap((step) => step.checks).filter((check) => !check.optional);
  return new Set(counted.map(({ id }) => id)).size; // several ways of a lab may have one each of an id
}

/** The lab's own servers with what they serve: a click opens a terminal, or the service. */
function thereRow(lab: Lab, { servers, missing }: Deployed): Row {
  const running = servers.filter((server) => server.running).length;
  const all = servers.length + missing.length;
  const words = servers.length === 0 ? 'a lease, no server' : `${running} of ${all} running`;
  return row({
    id: `there:${lab.id}`,
    label: 'What is there',
    description: words,
    icon: 'server-environment',
    tooltip: ['The servers and services of this lab that are deployed now'],
    context: 'there',
    fold: servers.length === 0 ? 'leaf' : 'folded',
    children: [
      ...servers.map(({ cloud, id, name, running: up, services }) =>
        row({
          id: `there:${lab.id}:${id}`,
          label: name,
          description: up ? 'running · click for a terminal' : 'not running',
          icon: up ? 'vm-running' : 'vm',
          tone: up ? 'good' : 'quiet',
          tooltip: [name],
          context: 'there.server',
          subject: { kind: 'server', cloud, id },
          click: up ? 'chameleon.openTerminal' : undefined,
          fold: services.length === 0 || !up ? 'leaf' : 'open',
          children: up ? services.map((service) => serviceRow(lab, cloud, id, service)) : [],
        }),
      ),
      ...missing.map((name) =>
        row({
          id: `there:${lab.id}:${name}`,
          label: name,
          description: 'not there',
          icon: 'vm-outline',
          tone: 'quiet',
          tooltip: [`${name} is a server of this lab`],
          context: 'there.missing',
        }),
      ),
    ],
  });
}

function serviceRow(
  lab: Lab,
  cloud: string,
  serverId: string,
  { id, name }: { readonly id: string; readonly name: string },
): Row {
  return row({
    id: `there:${lab.id}:${serverId}:${id}`,
    label: name,
    description: 'open',
    icon: 'globe',
    tooltip: [`Opens ${name} through a forward`],
    context: 'there.service',
    subject: { kind: 'service', cloud, serverId, lab: lab.id, service: id },
    click: 'chameleon.openService',
  });
}

function watchWords({ mine }: LabsInput, lab: Lab): string[] {
  const count = mine?.watching(lab) ?? 0;
  if (count === 0) return [];
  const often = mine?.watchSeconds === 60 ? 'once a minute' : `every ${mine?.watchSeconds ?? 0} s`;
  const what =
    count === 1
      ? 'A check whose evidence does not last is'
      : `${count} checks whose evidence does not last are`;
  return [`${what} looked for ${often} while this view is open`];
}

function labWords(lab: Lab, run: LabRun | undefined, counted: Counts, deployed: Deployed): string {
  const total = totalOf(lab);
  if (run === undefined)
    return `${total} checks · ${isThere(deployed) ? 'deployed, not run yet' : 'not run yet'}`;
  const last = cleanupOf(lab);
  const next = run.checks.find(
    ({ verdict, optional, step }) => verdict === 'failed' && !optional && !last.has(step),
  );
  return `${counted.passed} of ${total}${next === undefined ? '' : ` · next: ${next.title}`}`;
}

/** How far the lab at hand is, for the head of the view. */
export function labProgress(
  last: { readonly lab: Lab; readonly run: LabRun } | undefined,
): { readonly passed: number; readonly words: string; readonly spoken: string } | undefined {
  if (last === undefined) return undefined;
  const { lab, run } = last;
  const { passed, failed } = countOf(run.checks, cleanupOf(lab));
  const total = totalOf(lab);
  const wrong = failed === 0 ? '' : `, ${failed} failed`;
  return {
    passed,
    words: `unit ${lab.unit}: ${passed} of ${total}${wrong}`,
    spoken: `${lab.title}: ${passed} of ${total} passed${wrong}`,
  };
}

function stepRow(lab: Lab, step: LabStep, run: LabRun | undefined, repair: boolean): Row {
  // Before the variant is told, a check that each variant does in its own way is one row all the same.
  const checks = [...new Map(step.checks.map((check) => [check.id, check])).values()];
  const results = checks.map((check) => ({ check, result: resultOf(run, check) }));
  const counted = countOf(
    results.map(({ result }) => result).filter((result) => result !== undefined),
    cleanupOf(lab),
  );
  const open = results.filter(({ check, result }) => result === undefined && !check.optional).length;
  const isRun = results.some(({ result }) => result !== undefined);
  const look = isRun ? stepLook(counted, open) : verdictLook(undefined);
  return row({
    // A tree keeps how a row was first folded: a step that fails is another row.
    id: `step:${lab.id}:${step.id}${counted.failed > 0 ? ':failed' : ''}`,
    label: step.title,
    description: isRun
      ? stepWords(counted, open)
      : `${checks.length} ${checks.length === 1 ? 'check' : 'checks'}`,
    icon: look.icon,
    tone: look.tone,
    tooltip: [step.title],
    context: isRun ? 'step' : 'step.notRun',
    fold: counted.failed > 0 ? 'open' : 'folded',
    subject: { kind: 'step', lab: lab.id, step: step.id },
    children: () => results.map(({ check, result }) => checkRow(lab, step, check, result, repair)),
  });
}

/** Counts of one step or lab; an optional check that is not passed counts nowhere. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly unknown: number;
  readonly manual: number;
  /** Clean-up that is not done yet: no failure while the lab is under way. */
  readonly toDo: number;
}

/** Ids of the steps that are to be done last. */
function cleanupOf(lab: Lab): ReadonlySet<string> {
  return new Set(lab.steps.filter((step) => step.cleanup).map((step) => step.id));
}

function countOf(checks: readonly CheckResult[], cleanup: ReadonlySet<string>): Counts {
  const judged = checks.filter((check) => !check.optional);
  const count = (...verdicts: readonly Verdict[]): number =>
    judged.filter((check) => verdicts.includes(check.verdict)).length;
  const toDo = judged.filter((check) => check.verdict === 'failed' && cleanup.has(check.step)).length;
  return {
    passed: count('passed', 'passed earlier'),
    failed: count('failed') - toDo,
    toDo,
    unknown: count('unknown'),
    manual: count('manual'),
  };
}

/** `3 passed, 1 failed, 2 not checked` */
function stepWords(counted: Counts, notRun: number): string {
  const words = [
    counted.passed > 0 ? `${counted.passed} passed` : '',
    counted.failed > 0 ? `${counted.failed} failed` : '',
    counted.unknown > 0 ? `${counted.unknown} not known` : '',
    counted.manual > 0 ? `${counted.manual} for you to say` : '',
    counted.toDo > 0 ? `${counted.toDo} to do` : '',
    notRun > 0 ? `${notRun} not run` : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? 'optional' : words.join(', ');
}

function stepLook(counted: Counts, notRun: number): { icon: string; tone: Tone } {
  if (counted.failed > 0) return { icon: 'error', tone: 'bad' };
  if (counted.unknown > 0) return { icon: 'question', tone: 'warning' };
  if (counted.manual > 0) return { icon: 'account', tone: 'quiet' };
  // Of what is optional nothing was asked for, and so nothing passed.
  if (counted.toDo + notRun > 0 || counted.passed === 0) return { icon: 'circle-outline', tone: 'quiet' };
  return { icon: 'pass', tone: 'good' };
}

function toneOf({ passed, failed, manual, toDo }: Counts, total: number): Tone | undefined {
  if (failed > 0) return 'bad';
  return passed > 0 && passed + manual + toDo === total ? 'good' : undefined;
}

function checkRow(
  lab: Lab,
  step: LabStep,
  check: LabCheck,
  result: CheckResult | undefined,
  repair: boolean,
): Row {
  const toDo = step.cleanup && result?.verdict === 'failed';
  const look = toDo ? TO_DO : verdictLook(result?.verdict);
  const hint = result?.verdict === 'failed' && check.hint !== undefined;
  const fix = repair && result?.verdict === 'failed' && check.fix !== undefined;
  return row({
    id: `check:${lab.id}:${check.id}`,
    label: check.title,
    description:
      result === undefined ? (check.optional ? 'optional' : '') : `${look.words} · ${result.reason}`,
    spoken: `${check.title}, ${look.words}${result === undefined ? '' : `: ${result.reason}`}`,
    icon: look.icon,
    tone: look.tone,
    tooltip: checkTooltip(check, result, look.words),
    context: [
      'check',
      verdictWord(result?.verdict),
      hint ? 'hint' : '',
      fix ? 'fix' : '',
      check.probe.kind === 'manual' ? 'manual' : '',
    ]
      .filter((word) => word !== '')
      .join('.'),
    subject: { kind: 'check', lab: lab.id, check: check.id },
  });
}

const TO_DO = { words: 'to do', icon: 'circle-outline', tone: 'quiet' } as const;

function verdictWord(verdict: Verdict | undefined): string {
  return verdict === undefined ? 'notRun' : verdict === 'passed earlier' ? 'passedEarlier' : verdict;
}

/** A verdict as an icon, a tone and words; never by colour alone. */
export function verdictLook(verdict: Verdict | undefined): { words: string; icon: string; tone: Tone } {
  switch (verdict) {
    case 'passed':
      return { words: 'passed', icon: 'pass-filled', tone: 'good' };
    case 'passed earlier':
      return { words: 'passed earlier', icon: 'pass', tone: 'good' };
    case 'failed':
      return { words: 'failed', icon: 'error', tone: 'bad' };
    case 'unknown':
      return { words: 'not known', icon: 'question', tone: 'warning' };
    case 'manual':
      return { words: 'for you to say', icon: 'account', tone: 'quiet' };
    case undefined:
      return { words: 'not run', icon: 'circle-outline', tone: 'quiet' };
  }
}

function checkTooltip(check: LabCheck, result: CheckResult | undefined, words: string): string[] {
  if (result === undefined) return [`${check.title}: not run yet`];
  return [
    `${check.title}: ${words}`,
    result.reason,
    ...(result.site === undefined ? [] : [`At ${result.site}`]),
    ...(result.seenAt === undefined ? [] : [`Seen ${bothTimes(result.seenAt)}`]),
    ...(result.verdict === 'failed' && check.hint !== undefined ? [check.hint] : []),
  ];
}

function resultOf(run: LabRun | undefined, check: LabCheck): CheckResult | undefined {
  return run?.checks.find((result) => result.id === check.id);
}
