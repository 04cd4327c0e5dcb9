import { byText } from '../../base';
import type { CheckResult, Lab, LabCheck, LabRun, LabStep, Verdict } from '../../labs';
import { countsOf, judgedIn, labTone, ranWords, stepLook, stepWords, type Judged } from './labCounts';
import { nextRow, nextStep, NOTHING_THERE, type Deployed, type NextStep } from './labNext';
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
        Number(b.begun) - Number(a.begun) || a.lab.unit - b.lab.unit || byText(a.lab.title, b.lab.title),
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
  const counts = countsOf(lab.steps, run);
  const busy = running.has(lab.id);
  const next = nextIn(input, lab, deployed);
  const words = run === undefined ? notRunWords(counts.total, deployed) : ranWords(run, counts, next?.label);
  return row({
    // A tree keeps how a row was first folded: one that was run is another row.
    id: `lab:${lab.id}${run === undefined ? '' : ':ran'}`,
    label: `${lab.unit}  ${lab.title}`,
    description: busy ? 'checking …' : words,
    spoken: `Lab of unit ${lab.unit}, ${lab.title}, ${busy ? 'checking' : words.replaceAll(' · ', ', ')}`,
    icon: busy ? 'loading~spin' : 'mortar-board',
    tone: busy ? 'busy' : labTone(counts),
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
      ...(mine === undefined || busy || next === undefined ? [] : [nextRow(lab, next)]),
      ...(isThere(deployed) ? [thereRow(lab, deployed)] : []),
      ...lab.steps.map((step) => stepRow(lab, step, run, repair)),
    ],
  });
}

/** The one thing to do next, as the lab's head says it and the row below it does it; of somebody else what is open. */
function nextIn({ runs, mayRepair, mine }: LabsInput, lab: Lab, deployed: Deployed): NextStep | undefined {
  return nextStep({
    lab,
    run: runs.get(lab.id),
    deployed,
    mayRepair: mayRepair(lab),
    mayLaunch: mine?.mayLaunch(lab) ?? false,
    has: (command) => mine?.has(command) ?? false,
  });
}

function notRunWords(total: number, deployed: Deployed): string {
  return `${total} checks · ${isThere(deployed) ? 'deployed, not run yet' : 'not run yet'}`;
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

function stepRow(lab: Lab, step: LabStep, run: LabRun | undefined, repair: boolean): Row {
  const judged = judgedIn(step, run);
  const counts = countsOf([step], run);
  const isRun = judged.some(({ result }) => result !== undefined);
  const look = isRun ? stepLook(counts) : verdictLook(undefined);
  const words =
    run === undefined ? `${judged.length} ${judged.length === 1 ? 'check' : 'checks'}` : stepWords(counts);
  return row({
    // A tree keeps how a row was first folded: a step that fails is another row.
    id: `step:${lab.id}:${step.id}${counts.failed > 0 ? ':failed' : ''}`,
    label: step.title,
    description: words,
    icon: look.icon,
    tone: look.tone,
    tooltip: [`${step.title}: ${words}`],
    context: isRun ? 'step' : 'step.notRun',
    fold: counts.failed > 0 ? 'open' : 'folded',
    subject: { kind: 'step', lab: lab.id, step: step.id },
    children: () => judged.map((each) => checkRow(lab, step, each, run !== undefined, repair)),
  });
}

function checkRow(lab: Lab, step: LabStep, { check, result }: Judged, labRan: boolean, repair: boolean): Row {
  const toDo = step.cleanup && result?.verdict === 'failed';
  const look = toDo ? TO_DO : verdictLook(result?.verdict);
  const hint = result?.verdict === 'failed' && check.hint !== undefined;
  const fix = repair && result?.verdict === 'failed' && check.fix !== undefined;
  const silent = labRan ? look.words : '';
  return row({
    id: `check:${lab.id}:${check.id}`,
    label: check.title,
    description:
      result === undefined ? (check.optional ? 'optional' : silent) : `${look.words} · ${result.reason}`,
    spoken: `${check.title}, ${look.words}${result === undefined ? '' : `: ${result.reason} ${result.next ?? ''}`.trimEnd()}`,
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
    ...(result.next === undefined ? [] : [result.next]),
    ...(result.site === undefined ? [] : [`At ${result.site}`]),
    ...(result.seenAt === undefined ? [] : [`Seen ${bothTimes(result.seenAt)}`]),
    ...(result.verdict === 'failed' && check.hint !== undefined ? [check.hint] : []),
  ];
}
