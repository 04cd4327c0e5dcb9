import * as vscode from 'vscode';
import { abortError, Problem } from '../../base';
import { readRoster } from '../../chameleon';
import type { App } from '../app';
import { ask, besideTheWork } from '../ask';

/** Takes a roster in: its file is checked, and named in the settings. Its text stays where it is. */
export async function importRoster(app: App): Promise<void> {
  const file = await ask.openFile('Roster', { CSV: ['csv', 'tsv', 'txt'] });
  if (file === undefined) throw abortError();
  const { people, faults } = readRoster(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
  const [first] = faults;
  if (people.length === 0)
    throw new Problem(`That is no roster: ${first?.what ?? 'it names nobody.'}`, {
      next: 'Export a CSV file with a column netid, and if possible username, email and group.',
    });
  await vscode.workspace
    .getConfiguration('chameleon')
    .update('rosterFile', file.fsPath, vscode.ConfigurationTarget.Global);
  await app.course.reload();
  await app.signInAgain();
  const left =
    first === undefined
      ? ''
      : ` ${faults.length} line${faults.length === 1 ? ' was' : 's were'} left out; line ${first.line}: ${first.what}`;
  void ask.info(`The roster has ${people.length} people.${left}`);
}

const START = `# yaml-language-server: $schema=SCHEMA
title: My course
projects: [CHI-000000]
# roster: roster.csv          # columns netid, username, email, group
# labs: [lab1-hello-chameleon, lab2-cloud]   # which are shown; all without it
# prices: { m1.medium: 0.04, gpu_mi100: 2.5 }   # US dollars an hour: what Reserve and Extend say
# assist: { launch: true, labs: { lab2-cloud: { launch: false } } }   # one-click help, over what each lab says
leases:
  maxHours: 8
  startOnHour: true
  endMinute: 50
  timeZone: America/New_York
overdue:
  factor: 2
  hours: 12
`;

/** Opens the course file that is in force; where it is the one that ships, a new one to save and to name. */
export async function openCourseFile(app: App): Promise<void> {
  const named = vscode.workspace.getConfiguration('chameleon').get<string>('courseFile', '').trim();
  if (named !== '') {
    await vscode.window.showTextDocument(vscode.Uri.file(named));
    return;
  }
  const target = await ask.saveFile('New Course File', besideTheWork('course.yaml'), {
    'Course file': ['yaml'],
  });
  if (target === undefined) throw abortError();
  const schema = vscode.Uri.joinPath(app.context.extensionUri, 'dist', 'course.schema.json');
  await vscode.workspace.fs.writeFile(
    target,
    new TextEncoder().encode(START.replace('SCHEMA', schema.toString())),
  );
  await vscode.workspace
    .getConfiguration('chameleon')
    .update('courseFile', target.fsPath, vscode.ConfigurationTarget.Global);
  await vscode.window.showTextDocument(target);
}
