import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { Problem, systemClock } from '../base';
import type { EvidenceStore, Lab, LabCheck, LabRun, ProbeWorld } from '../labs';
import type { Server } from '../openstack';
import type { App } from './app';
import { ask } from './ask';
import { readLocal } from './hosts';
import { PARAMETERS_STATE } from './keys';
import type { LabsInput } from './rows/labs';
import type { ServiceOnServer } from './rows/resources';

type OnServer = (
  labs: readonly Lab[],
  server: Server,
) => readonly { lab: Lab; host: string; services: Lab['services'][string][] }[];

/** The labs, and what their checks said last. */
export class LabDesk {
  readonly #app: App;
  readonly #runs = new Map<string, LabRun>();
  readonly #running = new Set<string>();
  #labs: readonly Lab[] = [];
  #loading: Promise<void> | undefined;
  #onServer: OnServer = () => [];

  constructor(app: App) {
    this.#app = app;
  }

  get labs(): readonly Lab[] {
    return this.#labs;
  }

  get shown(): LabsInput {
    return {
      labs: this.#labs,
      runs: this.#runs,
      running: this.#running,
      mayRepair: (lab) => this.mayRepair(lab),
    };
  }

  /** The labs that ship with the extension. A lab that can't be read is left out, and said in the log. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  lab(id: string): Lab {
    const lab = this.#labs.find((each) => each.id === id);
    if (lab === undefined) throw new Problem(`There is no lab ${id} here.`);
    return lab;
  }

  check(labId: string, checkId: string): LabCheck {
    const check = this.lab(labId)
      .steps.flatMap((step) => step.checks)
      .find((each) => each.id === checkId);
    if (check === undefined) throw new Problem(`The lab ${labId} has no check ${checkId}.`);
    return check;
  }

  run(id: string): LabRun | undefined {
    return this.#runs.get(id);
  }

  forget(): void {
    this.#runs.clear();
  }

  /** One-click repairs: where the lab or the course allows them; the demo does. */
  mayRepair(lab: Lab): boolean {
    return (
      this.#app.course.assist(lab).repair ||
      this.#app.demo !== undefined ||
      vscode.workspace.getConfiguration('chameleon').get<boolean>('course.allowRepair', false)
    );
  }

  servicesOn(server: Server): readonly ServiceOnServer[] {
    return this.#onServer(this.#labs, server).flatMap(({ lab, services }) =>
      services.map((service) => ({
        lab: lab.id,
        labTitle: lab.title,
        id: service.name,
        name: service.name,
        port: service.port,
        path: service.path,
        scheme: service.scheme,
        token: service.token,
        env: service.env,
        listens: this.#app.hosts.listens(server.id, service.port),
      })),
    );
  }

  /** Folders on a server that its labs hold worth saving before the lease ends. */
  foldersOn(server: Server): readonly { readonly path: string; readonly title: string }[] {
    return this.#onServer(this.#labs, server).flatMap(({ lab, host }) =>
      lab.keepFiles
        .filter((folder) => folder.host === host && !folder.path.includes('{{'))
        .map(({ path: folder, title }) => ({ path: folder, title })),
    );
  }

  /** How long the lab of a server takes, hours; of several, the longest. */
  expectedHoursOf(server: Server): number | undefined {
    const hours = this.#onServer(this.#labs, server)
      .map(({ lab }) => lab.expectedHours)
      .filter((each) => each !== undefined);
    return hours.length === 0 ? undefined : Math.max(...hours);
  }

  /** Whether a server is one of that lab's. */
  isOf(lab: Lab, server: Server): boolean {
    return this.#onServer([lab], server).length > 0;
  }

  /** Notes what the person says about a manual check: their word, never `passed`. */
  confirm(lab: Lab, check: LabCheck): void {
    const run = this.#runs.get(lab.id);
    if (run === undefined) throw new Problem('The lab was not checked yet.', { next: 'Run it first.' });
    const checks = run.checks.map((each) =>
      each.id === check.id ? { ...each, reason: 'You said that it is done.', seenAt: Date.now() } : each,
    );
    this.#runs.set(lab.id, { ...run, checks });
    this.#app.draw();
  }

  /** Runs a lab's checks, or only some, and shows each answer as it comes. */
  async runChecks(lab: Lab, only: readonly string[] | undefined, signal: AbortSignal): Promise<LabRun> {
    const { runLab } = await import('../labs');
    const parameters = await this.parameters(lab);
    this.#running.add(lab.id);
    this.#app.draw();
    try {
      const run = await runLab({
        lab,
        parameters,
        world: this.world(),
        subject: { kind: 'me' },
        evidence: await this.evidence(),
        signal,
        ...(only === undefined ? {} : { only }),
      });
      const merged = only === undefined ? run : merge(lab, this.#runs.get(lab.id), run, only);
      this.#runs.set(lab.id, merged);
      return merged;
    } finally {
      this.#running.delete(lab.id);
      this.#app.draw();
    }
  }

  /** What probes may touch for me, here. */
  world(): ProbeWorld {
    return {
      ...this.openWorld(),
      connect: (target, signal) => this.#app.hosts.connect(target, signal),
      local: { readFile: readLocal, home: homedir() },
    };
  }

  /** What the cloud and the open network can tell: for checks about somebody else. */
  openWorld(): ProbeWorld {
    const app = this.#app;
    return {
      inventory: app.inventory,
      session: (siteName) => app.signedIn?.sessionAt(siteName),
      fetch: globalThis.fetch,
      dial: async (host, port, signal) => {
        const { dialBy } = await import('../ssh');
        return dialBy(app.demo?.reach ?? ((h, p) => ({ host: h, port: p })))(host, port, signal);
      },
      clock: systemClock,
      connect: undefined,
      local: undefined,
    };
  }

  async evidence(): Promise<EvidenceStore> {
    const { fileEvidence } = await import('../labs');
    const folder = this.#app.demo === undefined ? 'evidence' : `demo-evidence-${process.pid}`;
    return fileEvidence(path.join(this.#app.context.globalStorageUri.fsPath, folder));
  }

  /** What a lab wants to know: told by the inventory, kept from last time, or asked. */
  async parameters(lab: Lab): Promise<Record<string, string>> {
    const { parametersFor } = await import('../labs');
    const kept = this.#app.context.globalState.get<Record<string, string>>(PARAMETERS_STATE, {});
    const demo: Record<string, string> =
      this.#app.demo === undefined
        ? {}
        : {
            keyFile: this.#app.demo.publicKeyFile,
            netID: this.#app.demo.me.netId,
            username: this.#app.demo.me.username,
            folder: this.#app.demo.folder,
          };
    const told = {
      ...(this.#app.demo === undefined ? kept : {}),
      ...parametersFor(lab, this.#app.inventory, { kind: 'me' }),
      ...demo,
    };
    const values: Record<string, string> = {};
    for (const [name, parameter] of Object.entries(lab.parameters)) {
      const known = told[name] ?? parameter.default;
      values[name] = known ?? (await askFor(lab, name, parameter));
    }
    if (this.#app.demo === undefined)
      await this.#app.context.globalState.update(PARAMETERS_STATE, { ...kept, ...values });
    return values;
  }

  async #load(): Promise<void> {
    const { labsOnServer, readLab } = await import('../labs');
    const folder = vscode.Uri.joinPath(this.#app.context.extensionUri, 'media', 'labs');
    const names = (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
    const read = await Promise.all(
      names
        .filter((name) => name.endsWith('.lab.yaml'))
        .map(async (name) => {
          const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, name));
          return { name, answer: readLab(new TextDecoder().decode(bytes), name) };
        }),
    );
    this.#labs = read.flatMap(({ name, answer }) => {
      if ('lab' in answer) return [answer.lab];
      for (const problem of answer.problems) this.#app.log.error(`${name}:${problem.line}: ${problem.what}`);
      return [];
    });
    this.#onServer = labsOnServer;
  }
}

async function askFor(lab: Lab, name: string, parameter: Lab['parameters'][string]): Promise<string> {
  const whole = new RegExp(`^(?:${parameter.pattern})$`, 'u');
  const text = await ask.text({
    title: lab.title,
    prompt: parameter.description ?? parameter.title,
    check: (typed) =>
      whole.test(typed.trim()) ? undefined : `That does not look like a ${parameter.title}.`,
  });
  if (text === undefined) throw new Problem(`The lab can't be checked without ${parameter.title} (${name}).`);
  return text.trim();
}

/** New answers over the earlier ones, in the lab's order. */
function merge(lab: Lab, before: LabRun | undefined, run: LabRun, only: readonly string[]): LabRun {
  const asked = new Set(only);
  const results = new Map((before?.checks ?? []).map((check) => [check.id, check]));
  for (const check of run.checks)
    if (asked.has(check.id) || !results.has(check.id)) results.set(check.id, check);
  const order = lab.steps.flatMap((step) => step.checks.map((check) => check.id));
  return { ...run, checks: order.map((id) => results.get(id)).filter((check) => check !== undefined) };
}
