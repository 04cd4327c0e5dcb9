import type { CheckResult, Lab, LabCheck, LabRun } from '../../labs';
import { row, type Row, type Subject } from './row';

/** What of a lab is there, as the inventory tells. */
export interface Deployed {
  readonly leases: number;
  readonly servers: readonly {
    readonly cloud: string;
    readonly id: string;
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

/** What a click does, in words and as a command. */
interface Step {
  readonly label: string;
  readonly does: string;
  readonly command: string;
  readonly subject: Subject;
  readonly tooltip: readonly string[];
}

/** The one thing to do next in a lab, done by a click; undefined where nothing is begun and nothing can be. */
export function nextRow(input: NextInput): Row | undefined {
  const step = nextStep(input);
  if (step === undefined) return undefined;
  const { label, does, command, subject, tooltip } = step;
  return row({
    id: `next:${input.lab.id}`,
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

function nextStep(input: NextInput): Step | undefined {
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
    return {
      label: 'All done',
      does: 'save the completion card',
      command: 'chameleon.saveCard',
      subject,
      tooltip: ['Everything that counts has passed.'],
    };
  return (
    made(input, open.result) ??
    judged(input, open.check, open.result, { kind: 'check', lab: lab.id, check: open.check.id })
  );
}

/** A lease or a server that is missing, where the lab says how it is to be. */
function made({ lab, deployed, has, mayLaunch }: NextInput, result?: CheckResult): Step | undefined {
  if (result !== undefined && result.verdict !== 'failed' && result.cause !== 'needs') return undefined;
  const subject: Subject = { kind: 'lab', lab: lab.id };
  // What waits for it may be something else than the first check that is open.
  const label = (missing: string): string => (result === undefined ? 'Begin' : `Next: ${missing}`);
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

function judged(
  { mayRepair }: NextInput,
  check: LabCheck,
  result: CheckResult | undefined,
  subject: Subject,
): Step {
  const label = `Next: ${check.title}`;
  const tooltip = result === undefined ? [] : [result.reason];
  const again = { label, does: 'check again', command: 'chameleon.runCheck', subject, tooltip };
  switch (result?.verdict) {
    case 'failed':
      if (mayRepair && check.fix !== undefined)
        return { label, does: lowered(check.fix.title), command: 'chameleon.fixCheck', subject, tooltip };
      return check.hint === undefined
        ? again
        : { label, does: 'what to do', command: 'chameleon.showHint', subject, tooltip };
    case 'manual':
      return { label, does: 'say that it is done', command: 'chameleon.confirmCheck', subject, tooltip };
    case 'passed':
    case 'passed earlier':
    case 'unknown':
    case undefined:
      return again;
  }
}

function lowered(title: string): string {
  return title.charAt(0).toLowerCase() + title.slice(1);
}

/**
 * Failures first, in the lab's order; then what is not known; then the person's word; then what waits for another check.
 * Clean-up comes last: it is no next step while anything of the work is open.
 */
function openCheck(lab: Lab, run: LabRun): { check: LabCheck; result: CheckResult | undefined } | undefined {
  const results = new Map(run.checks.map((result) => [result.id, result]));
  const all = lab.steps
    .flatMap((step) => step.checks.map((check) => ({ step, check, result: results.get(check.id) })))
    .filter(({ check }) => !check.optional);
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
