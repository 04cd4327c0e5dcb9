import * as vscode from 'vscode';
import { abortError, Problem } from '../../base';
import { knownSites } from '../../chameleon';
import type { Lab, LabCheck, LabRun } from '../../labs';
import type { App } from '../app';
import { ask } from '../ask';
import { repairs } from '../repairs';
import { withProgress } from '../register';
import { subjectOf } from './subjects';

/** Runs all checks of a lab. */
export async function runLab(app: App, argument: unknown, signal: AbortSignal): Promise<LabRun> {
  const lab = await labFor(app, argument, 'Check which lab?');
  return withProgress(`Checking ${lab.title} …`, signal, (inner, say) =>
    app.labs.runChecks(lab, undefined, inner, say),
  );
}

/** Runs one check, or those of one step. */
export async function runCheck(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  await readyToCheck(app);
  const { lab, ids } = idsOf(app, argument);
  await app.labs.runChecks(lab, ids.slice(0, lengthOf(app, argument)), signal);
}

/** Runs a check or step and all that come after it. */
export async function runFromHere(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  await readyToCheck(app);
  const { lab, ids } = idsOf(app, argument);
  await withProgress(`Checking ${lab.title} from here …`, signal, (inner, say) =>
    app.labs.runChecks(lab, ids, inner, say),
  );
}

/** The lab's own text, beside the editor; in the browser where its page can't be shown here. */
export async function openLabText(app: App, argument: unknown): Promise<void> {
  const lab = await labFor(app, argument, 'Open the text of which lab?');
  const page = vscode.Uri.parse(textOf(lab.source), true);
  const shown = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  try {
    await vscode.commands.executeCommand('simpleBrowser.api.open', page, shown);
  } catch {
    await vscode.env.openExternal(page);
  }
}

/** A GitHub page of the course's own materials can stand in a frame; their repository can't. */
function textOf(source: string): string {
  const [, owner, name] =
    /^https:\/\/github\.com\/(teaching-on-testbeds)\/([\w.-]+?)(?:\.git)?\/?$/.exec(source) ?? [];
  return owner === undefined || name === undefined ? source : `https://${owner}.github.io/${name}/`;
}

/** Starts a lab file in the folder that is open. */
export async function newLab(): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (folder === undefined)
    throw new Problem('A lab is a file in a folder, and none is open.', { next: 'Open a folder first.' });
  const title = await ask.text({ title: 'New Lab', prompt: 'What is the lab called?' });
  if (title === undefined || title.trim() === '') return;
  const id = await ask.text({
    title: 'New Lab',
    prompt: 'Its id; the file is called after it.',
    value: idIn(title),
    check: (text) => (/^[a-z0-9][a-z0-9-]*$/.test(text) ? undefined : 'Small letters, digits and dashes'),
  });
  if (id === undefined) return;
  const site = await ask.pick(
    'Where is it done?',
    knownSites().map(({ name, kind }) => ({ label: name, description: kind, value: name })),
  );
  if (site === undefined) return;
  const { newLabText } = await import('../../labs');
  const file = vscode.Uri.joinPath(folder, `${id}.lab.yaml`);
  if (await exists(file))
    throw new Problem(`There is a file ${id}.lab.yaml already.`, { next: 'Choose another id.' });
  const edition = new Date().toISOString().slice(0, 7);
  const text = newLabText({ id, title: title.trim(), edition, site });
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(file);
}

function idIn(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

async function exists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    return false;
  }
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
  const { confirm, why } = check.probe;
  const yes = await ask.confirm(check.title, why === undefined ? confirm : `${confirm}\n\n${why}`, 'Done');
  if (yes) await app.labs.confirm(lab, check);
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

async function readyToCheck(app: App): Promise<void> {
  if (app.signedIn === undefined)
    throw new Problem('You are not signed in, so nothing can be checked.', {
      next: 'Sign in, or open the demo.',
    });
  await app.labs.load();
}

/** The ids from a check or step on, in the lab's order. */
function idsOf(app: App, argument: unknown): { lab: Lab; ids: string[] } {
  const subject = subjectOf(argument);
  if (subject?.kind !== 'check' && subject?.kind !== 'step')
    throw new Problem('No check was chosen.', { next: 'Choose it in the Labs view.' });
  const lab = app.labs.lab(subject.lab);
  const all = lab.steps.flatMap((step) => step.checks.map((check) => ({ step: step.id, id: check.id })));
  const from = all.findIndex(({ step, id }) =>
    subject.kind === 'check' ? id === subject.check : step === subject.step,
  );
  return { lab, ids: all.slice(Math.max(0, from)).map(({ id }) => id) };
}

function lengthOf(app: App, argument: unknown): number {
  const subject = subjectOf(argument);
  if (subject?.kind !== 'step') return 1;
  return app.labs.lab(subject.lab).steps.find(({ id }) => id === subject.step)?.checks.length ?? 1;
}

function checkOf(app: App, argument: unknown): { lab: Lab; check: LabCheck } {
  const subject = subjectOf(argument);
  if (subject?.kind !== 'check')
    throw new Problem('No check was chosen.', { next: 'Choose it in the Labs view.' });
  return { lab: app.labs.lab(subject.lab), check: app.labs.check(subject.lab, subject.check) };
}
