import * as vscode from 'vscode';
import { abortError, Problem } from '../../base';
import type { Lab, LabCheck, LabRun } from '../../labs';
import type { App } from '../app';
import { ask } from '../ask';
import { repairs } from '../repairs';
import { withProgress } from '../register';
import { subjectOf } from './subjects';

/** Runs all checks of a lab. */
export async function runLab(app: App, argument: unknown, signal: AbortSignal): Promise<LabRun> {
  const lab = await labFor(app, argument, 'Check which lab?');
  return withProgress(`Checking ${lab.title} …`, signal, (inner) =>
    app.labs.runChecks(lab, undefined, inner),
  );
}

export async function runCheck(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { lab, check } = checkOf(app, argument);
  await app.labs.runChecks(lab, [check.id], signal);
}

export async function showHint(app: App, argument: unknown): Promise<void> {
  const { check } = checkOf(app, argument);
  await ask.info(
    check.hint === undefined ? 'There is no hint for this check.' : `${check.title}: ${check.hint}`,
  );
}

/** The one-click repair of a failed check, from a closed list; then the check runs again. */
export async function fixCheck(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { lab, check } = checkOf(app, argument);
  if (check.fix === undefined || !app.labs.mayRepair(lab))
    throw new Problem('There is no one-click repair for this check.', { next: check.hint });
  const repair = repairs[check.fix.action];
  if (repair === undefined) throw new Problem(`This version does not know the repair “${check.fix.action}”.`);
  await repair({ app, lab, check, signal });
  await app.refresh();
  await app.labs.runChecks(lab, [check.id], signal);
}

/** A check that only the person can answer: they say so, and it is marked as said. */
export async function confirmCheck(app: App, argument: unknown): Promise<void> {
  const { lab, check } = checkOf(app, argument);
  if (check.probe.kind !== 'manual') throw new Problem('This check is not for you to say.');
  const yes = await ask.confirm(check.title, check.probe.confirm, 'Done');
  if (yes) app.labs.confirm(lab, check);
}

/** The card of what the checks said; they run first where they did not yet. */
export async function saveCard(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const lab = await labFor(app, argument, 'Card of which lab?');
  const run = app.labs.run(lab.id) ?? (await runLab(app, { subject: { kind: 'lab', lab: lab.id } }, signal));
  const { cardRecord } = await import('../../labs');
  const { showCard } = await import('../panels');
  const record = cardRecord({
    run,
    lab,
    inventory: app.inventory,
    subject: { kind: 'me' },
    takenAt: Date.now(),
  });
  await Promise.resolve(showCard(app.context, record));
}

/** Opens a card that was handed in and compares it with what is there. */
export async function verifyCard(app: App, _argument: unknown, signal: AbortSignal): Promise<void> {
  const file = await ask.openFile('Completion card', { 'Completion card': ['png', 'json'] });
  if (file === undefined) return;
  const bytes = await vscode.workspace.fs.readFile(file);
  const { readCard, verifyCard: verify } = await import('../../labs');
  const { showVerification } = await import('../panels');
  const record = readCard(bytes);
  await app.labs.load();
  const lab = app.labs.lab(record.lab.id);
  const verdict = await withProgress('Comparing the card with what is there …', signal, (inner) =>
    verify({ record, lab, world: app.labs.openWorld(), signal: inner }),
  );
  await Promise.resolve(showVerification(app.context, record, verdict));
}

async function labFor(app: App, argument: unknown, title: string): Promise<Lab> {
  if (app.signedIn === undefined)
    throw new Problem('You are not signed in, so nothing can be checked.', {
      next: 'Sign in, or open the demo.',
    });
  await app.labs.load();
  const subject = subjectOf(argument);
  if (subject?.kind === 'lab') return app.labs.lab(subject.lab);
  const { labs } = app.labs;
  const picked = await ask.pick(
    title,
    labs.map((lab) => ({ label: lab.title, description: `unit ${lab.unit}`, value: lab })),
  );
  if (picked === undefined) throw abortError();
  return picked;
}

function checkOf(app: App, argument: unknown): { lab: Lab; check: LabCheck } {
  const subject = subjectOf(argument);
  if (subject?.kind !== 'check')
    throw new Problem('No check was chosen.', { next: 'Choose it in the Labs view.' });
  return { lab: app.labs.lab(subject.lab), check: app.labs.check(subject.lab, subject.check) };
}
