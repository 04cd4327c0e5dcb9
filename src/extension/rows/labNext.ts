import type { CheckResult, Lab, LabCheck, LabRun } from '../../labs';
import { countsOf, judgedIn, lowered, type Judged } from './labCounts';
import { row, type Row, type Subject } from './row';

/** What of a lab is there, as the inventory tells. */
export interface Deployed {
  readonly leases: number;
  readonly servers: readonly {
    readonly cloud: string;
    readonly id: string;
    /** The lab's word for it. */
    readonly host: string | undefined;
    readonly name: string;
    readonly running: boolean;
    readonly services: readonly { readonly id: string; readonly name: string }[];
  }[];
  /** Names of its servers that are not there. */
  readonly missing: readonly string[];
}

export const NOTHING_THERE: Deployed = { leases: 0, servers: [], missing: [] };

export interface NextInput {
  readonly lab: Lab;
  readonly run: LabRun | undefined;
  readonly deployed: Deployed;
  readonly mayRepair: boolean;
  readonly mayLaunch: boolean;
  /** Commands that this version has. */
  readonly has: (command: string) => boolean;
}

/** What is to be done, and what a click does for it, in words and as a command. */
export interface NextStep {
  readonly label: string;
  readonly does: string;
  readonly command: string;
  readonly subject: Subject;
  readonly tooltip: readonly string[];
}

/** A click does it. */
export function nextRow(lab: Lab, { label, does, command, subject, tooltip }: NextStep): Row {
  return row({
    id: `next:${lab.id}`,
    label,
    description: does,
    spoken: `${label}. Press Enter: ${does}`,
    icon: 'arrow-right',
    tone: 'busy',
    tooltip: [...tooltip, `Click: ${does}`],
    context: 'next',
    subject,
    click: command,
  });
}

/** The one thing to do next in a lab; undefined where nothing is begun and nothing can be. */
export function nextStep(input: NextInput): NextStep | undefined {
  const { lab, run, deployed } = input;
  const subject: Subject = { kind: 'lab', lab: lab.id };
  if (run === undefined) {
    const [server] = deployed.servers;
    // Templates of one name are a choice; those of several are all wanted.
    const wanted = new Set(lab.reserve.map(({ name }) => name)).size;
    if (server === undefined && deployed.leases > 0 && deployed.leases < wanted)
      return {
        label: `Continue: ${deployed.leases} of ${wanted} leases`,
        does: 'reserve',
        command: 'chameleon.reserve',
        subject,
        tooltip: ['The lab wants another lease.'],
      };
    if (server !== undefined || deployed.leases > 0)
      return {
        label: `Continue: ${server === undefined ? 'your lease is there' : `${server.name} is there`}`,
        does: 'check the lab',
        command: 'chameleon.runLab',
        subject,
        tooltip: ['Something of this lab is deployed already.'],
      };
    return made(input);
  }
  const open = openCheck(lab, run);
  if (open === undefined)
    return input.has('chameleon.saveCard')
      ? {
          label: 'All done',
          does: 'save the completion card',
          command: 'chameleon.saveCard',
          subject,
          tooltip: ['Everything that counts has passed.'],
        }
      : undefined;
  return made(input, open.result) ?? (open.result === undefined ? rest(input, open) : judged(input, open));
}

/** A lease or a server that is missing, where the lab says how it is to be. */
function made({ lab, run, deployed, has, mayLaunch }: NextInput, result?: CheckResult): NextStep | undefined {
  if (result !== undefined && result.verdict !== 'failed' && result.cause !== 'needs') return undefined;
  const subject: Subject = { kind: 'lab', lab: lab.id };
  // What waits for it may be something else than the first check that is open.
  const label = (missing: string): string => (run === undefined ? 'Begin' : `Next: ${missing}`);
  if (deployed.servers.length > 0) return undefined;
  if (deployed.leases === 0 && lab.reserve.length > 0 && has('chameleon.reserve'))
    return { label: label('a lease'), does: 'reserve', command: 'chameleon.reserve', subject, tooltip: [] };
  if (deployed.leases > 0 && lab.launch.length > 0 && mayLaunch && has('chameleon.launchServer'))
    return {
      label: label('the server'),
      does: 'launch the server',
      command: 'chameleon.launchServer',
      subject,
      tooltip: [],
    };
  return undefined;
}

/** What a run that was cancelled, or one of a few checks, did not ask. */
function rest({ lab, run }: NextInput, { check }: Judged): NextStep {
  const { notRun } = countsOf(lab.steps, run);
  if (notRun > 1)
    return {
      label: 'Next: the rest',
      does: 'check the lab',
      command: 'chameleon.runLab',
      subject: { kind: 'lab', lab: lab.id },
      tooltip: [`${notRun} checks were not run.`],
    };
  return {
    label: `Next: ${check.title}`,
    does: 'check it',
    command: 'chameleon.runCheck',
    subject: { kind: 'check', lab: lab.id, check: check.id },
    tooltip: [],
  };
}

function judged(input: NextInput, { check, result }: Judged): NextStep {
  const { lab, mayRepair } = input;
  const subject: Subject = { kind: 'check', lab: lab.id, check: check.id };
  const label = `Next: ${check.title}`;
  const tooltip = [result && `${check.title}: ${result.reason}`, result?.next].filter(
    (line) => line !== undefined,
  );
  switch (result?.verdict) {
    case 'failed':
      if (mayRepair && check.fix !== undefined)
        return { label, does: lowered(check.fix.title), command: 'chameleon.fixCheck', subject, tooltip };
      if (check.hint === undefined) break;
      return { label, does: 'what to do', command: 'chameleon.showHint', subject, tooltip };
    case 'manual':
      return { label, does: 'say that it is done', command: 'chameleon.confirmCheck', subject, tooltip };
    case 'unknown': {
      const server = outOfReach(input, check, result);
      if (server === undefined) break;
      return {
        label: `Next: reach ${server.name}`,
        does: 'why it can’t be reached',
        command: 'chameleon.whyNoConnection',
        subject: { kind: 'server', cloud: server.cloud, id: server.id },
        tooltip,
      };
    }
    case 'passed':
    case 'passed earlier':
    case undefined:
  }
  return { label, does: 'check again', command: 'chameleon.runCheck', subject, tooltip };
}

const OUT_OF_REACH: readonly CheckResult['cause'][] = ['unreachable', 'timeout', 'noKey'];

/** The server that a check found no way to: its own, or the one on the way. */
function outOfReach(
  { lab, deployed }: NextInput,
  { probe }: LabCheck,
  { cause }: CheckResult,
): Deployed['servers'][number] | undefined {
  if (!OUT_OF_REACH.includes(cause)) return undefined;
  let host = 'host' in probe ? probe.host : undefined;
  for (; host !== undefined; host = lab.hosts[host]?.via) {
    const server = deployed.servers.find((each) => each.host === host);
    if (server !== undefined) return server;
  }
  return undefined;
}

/**
 * Failures first, in the lab's order; then what is not known; then the person's word; then what waits for another check.
 * Clean-up comes last: it is no next step while anything of the work is open. What only somebody else can see is none.
 */
function openCheck(lab: Lab, run: LabRun): Judged | undefined {
  const all = lab.steps
    .flatMap((step) => judgedIn(step, run).map((each) => ({ ...each, step })))
    .filter(({ check, result }) => !check.optional && result?.cause !== 'notSubject');
  const open = (...verdicts: readonly (CheckResult['verdict'] | undefined)[]) =>
    all.filter(({ result }) => verdicts.includes(result?.verdict));
  const ofWork = (list: typeof all): typeof all => list.filter(({ step }) => !step.cleanup);
  const failed = ofWork(open('failed'));
  const notKnown = ofWork(open('unknown', undefined));
  const waits = notKnown.filter(({ result }) => result?.cause === 'needs');
  const unknown = notKnown.filter((each) => !waits.includes(each));
  const manual = ofWork(open('manual')).filter(({ result }) => !isSaid(result));
  return [...failed, ...unknown, ...manual, ...waits, ...open('failed')][0];
}

/** A person's word is marked by its time: a check that only waits for it was never seen. */
function isSaid(result: CheckResult | undefined): boolean {
  return result?.reason === SAID;
}

/** The words of a manual check that the person has answered. */
export const SAID = 'You said that it is done.';
