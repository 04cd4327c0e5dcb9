import path from 'node:path';
import * as vscode from 'vscode';
import { readCourse, readRoster, type Course, type Person } from '../chameleon';
import type { Lab } from '../labs';
import type { App } from './app';
import { ask } from './ask';

/** The course as its file and its roster say it; read anew when a setting or a file changes. */
export class CourseDesk {
  readonly #app: App;
  #course: Course | undefined;
  #roster: readonly Person[] = [];
  #loading: Promise<void> | undefined;

  constructor(app: App) {
    this.#app = app;
  }

  /** `undefined` until it was read, and while its file is wrong. */
  get course(): Course | undefined {
    return this.#course;
  }

  /** What a server of no lab may take, in hours, before the course's factor makes it overdue. */
  get hoursOfNoLab(): number | undefined {
    const { hours, factor } = this.#course?.overdue ?? {};
    return hours === undefined ? undefined : hours / (factor ?? 2);
  }

  /** What one-click help a lab allows, by the course where it says so, else by the lab itself. */
  assist(lab: Lab): Lab['assist'] {
    const { labs, launch, repair } = this.#course?.assist ?? {};
    const own = labs?.[lab.id];
    return {
      launch: own?.launch ?? launch ?? lab.assist.launch,
      repair: own?.repair ?? repair ?? lab.assist.repair,
    };
  }

  /** The labs of the course, in their own order; all where its file names none. @param own ids of the workspace's labs */
  labsOf(labs: readonly Lab[], own: ReadonlySet<string>): readonly Lab[] {
    const named = this.#course?.labs;
    return named === undefined ? labs : labs.filter(({ id }) => named.includes(id) || own.has(id));
  }

  /** Whether the course is held in that project. */
  isProject(name: string): boolean {
    return this.#course?.projects.includes(name) === true;
  }

  /** Everybody that the course names, in its file or its roster. */
  get people(): readonly Person[] {
    return [...(this.#course?.people ?? []), ...this.#roster];
  }

  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** After a change of settings or files. */
  async reload(): Promise<void> {
    this.#loading = undefined;
    await this.load();
  }

  async #load(): Promise<void> {
    const file = this.#file();
    const text = await this.#textOf(file);
    if (text === undefined) return;
    const read = readCourse(text);
    if ('faults' in read) {
      const [first] = read.faults;
      const name = path.basename(file.fsPath);
      void ask.warn(
        `${name}, line ${first?.line ?? 1}: ${first?.what ?? 'It is wrong.'} The course file is not used until it is right.`,
      );
      for (const { line, what } of read.faults) this.#app.log.error(`${name}:${line}: ${what}`);
      this.#course = undefined;
      return;
    }
    this.#course = read.course;
    this.#roster = await this.#readRoster(file, read.course);
  }

  /** The setting's, else the one that ships. */
  #file(): vscode.Uri {
    const named = setting('courseFile');
    return named === ''
      ? vscode.Uri.joinPath(this.#app.context.extensionUri, 'media', 'course', 'course.yaml')
      : vscode.Uri.file(named);
  }

  async #readRoster(courseFile: vscode.Uri, { rosterFile }: Course): Promise<readonly Person[]> {
    const named = setting('rosterFile');
    if (named === '' && rosterFile === undefined) return [];
    const file =
      named === '' ? vscode.Uri.joinPath(courseFile, '..', rosterFile ?? '') : vscode.Uri.file(named);
    const text = await this.#textOf(file);
    if (text === undefined) return [];
    const { people, faults } = readRoster(text);
    for (const { line, what } of faults) this.#app.log.warn(`${path.basename(file.fsPath)}:${line}: ${what}`);
    return people;
  }

  async #textOf(file: vscode.Uri): Promise<string | undefined> {
    try {
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    } catch {
      this.#app.log.error(`${file.fsPath} can't be read.`);
      void ask.warn(`${file.fsPath} can't be read: correct its path in the settings of Chameleon Labs.`);
      return undefined;
    }
  }
}

function setting(name: 'courseFile' | 'rosterFile'): string {
  return vscode.workspace.getConfiguration('chameleon').get<string>(name, '').trim();
}
