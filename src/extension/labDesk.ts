import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { Problem, systemClock } from '../base';
import type { Inventory } from '../chameleon';
import type { EvidenceStore, Lab, LabCheck, LabRun, ProbeWorld, RunRequest } from '../labs';
import type { Server } from '../openstack';
import type { App } from './app';
import { commandIds } from './commands';
import { readLocal } from './hosts';
import { findLabs, watchLabs } from './labFiles';
import { parametersOf, variantFor } from './labParameters';
import { PersonsWord } from './labWord';
import { NOTHING_THERE, type Deployed } from './rows/labNext';
import type { LabsInput } from './rows/labs';
import type { ServiceOnServer } from './rows/resources';

/** What of the labs' room is used while drawing: it is loaded with the labs. */
type Labs = typeof import('../labs');

/** The labs, and what their checks said last. */
export class LabDesk {
  readonly #app: App;
  readonly #runs = new Map<string, LabRun>();
  readonly #running = new Set<string>();
  readonly #folded = new Set<string>();
  readonly #word: PersonsWord;
  #labs: readonly Lab[] = [];
  readonly #deployed = new Map<
    string,
    {
      readonly inventory: Inventory;
      readonly run: LabRun['parameters'] | undefined;
      readonly deployed: Deployed;
    }
  >();
  readonly #onServer = new Map<string, ReturnType<Labs['labsOnServer']>>();
  #own: ReadonlySet<string> = new Set();
  #loading: Promise<void> | undefined;
  #module: Labs | undefined;
  #last: string | undefined;

  constructor(app: App) {
    this.#app = app;
    this.#word = new PersonsWord(app);
    const { view } = app.views.labs;
    app.context.subscriptions.push(
      watchLabs(() => {
        this.#loading = undefined;
        void this.load().then(() => {
          app.draw();
        });
      }),
      view.onDidCollapseElement(({ element }) => {
        if (element.subject?.kind === 'lab') this.#folded.add(element.subject.lab);
      }),
      view.onDidExpandElement(({ element }) => {
        if (element.subject?.kind === 'lab') this.#folded.delete(element.subject.lab);
      }),
    );
  }

  /** Those of the course, and the workspace's own. */
  get labs(): readonly Lab[] {
    return this.#app.course.labsOf(this.#labs, this.#own);
  }

  /** Each in the way in which it was run last. */
  get #asDone(): readonly Lab[] {
    return this.labs.map((lab) => this.#inVariant(lab, this.#runs.get(lab.id)?.variant));
  }

  get shown(): LabsInput {
    const signedIn = this.#app.signedIn !== undefined;
    return {
      labs: this.#asDone,
      runs: this.#runs,
      running: this.#running,
      mayRepair: (lab) => this.mayRepair(lab),
      mine: {
        own: this.#own,
        watching: (lab) => (this.#app.watch.seconds === 0 ? 0 : this.#watched(lab).length),
        watchSeconds: this.#app.watch.seconds,
        mayLaunch: (lab) => this.#app.course.assist(lab).launch,
        deployed: (lab) => (signedIn ? this.deployed(lab) : NOTHING_THERE),
        has: (command) => commandIds.some((id) => id === command),
      },
    };
  }

  /** The lab that was run last here. */
  get last(): { readonly lab: Lab; readonly run: LabRun } | undefined {
    const run = this.#runs.get(this.#last ?? '');
    const lab = this.#labs.find((each) => each.id === this.#last);
    return lab === undefined || run === undefined || this.#module === undefined
      ? undefined
      : { lab: this.#module.inVariant(lab, run.variant), run };
  }

  /** The labs that were run in this window and are unfolded. */
  open(): readonly Lab[] {
    return this.#labs.filter(({ id }) => this.#runs.has(id) && !this.#folded.has(id));
  }

  /** Looks for what of each lab is there now, before it is drawn. */
  look(): void {
    if (this.#app.signedIn !== undefined) for (const lab of this.#asDone) this.deployed(lab);
  }

  /** What of a lab is there now: looked for once in each inventory, as all labs are drawn at each draw. */
  deployed(lab: Lab): Deployed {
    const { inventory } = this.#app;
    const run = this.#runs.get(lab.id)?.parameters;
    const known = this.#deployed.get(lab.id);
    if (known?.inventory === inventory && known.run === run) return known.deployed;
    const deployed = this.#deployedIn(inventory, lab);
    if (this.#module !== undefined) this.#deployed.set(lab.id, { inventory, run, deployed });
    return deployed;
  }

  #deployedIn(inventory: Inventory, lab: Lab): Deployed {
    if (this.#module === undefined) return NOTHING_THERE;
    const { deployedOf, parametersFor } = this.#module;
    const parameters = this.#runs.get(lab.id)?.parameters ?? parametersFor(lab, inventory, { kind: 'me' });
    const { leases, servers, missing } = deployedOf(lab, parameters, inventory);
    return {
      leases: leases.length,
      servers: servers.map(({ cloud, host, server }) => ({
        cloud,
        id: server.id,
        host,
        name: server.name,
        running: server.status === 'ACTIVE',
        services: Object.values(lab.services)
          .filter((service) => service.host === host)
          .map(({ name }) => ({ id: name, name })),
      })),
      missing,
    };
  }

  #watched(lab: Lab): readonly string[] {
    const run = this.#runs.get(lab.id);
    if (run === undefined || this.#module === undefined || this.#folded.has(lab.id)) return [];
    return this.#module.worthWatching(this.#inVariant(lab, run.variant), run.checks);
  }

  /** One round of looking for what lives shortly; quiet, with what the last run knew. */
  async watch(lab: Lab, signal: AbortSignal): Promise<void> {
    const run = this.#runs.get(lab.id);
    const only = this.#watched(lab);
    if (run === undefined || only.length === 0 || this.#running.has(lab.id)) return;
    const seen = await this.#asked(lab, run.parameters, run.variant, only, signal);
    this.#keep(lab, seen, new Set(only));
    this.#app.draw();
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
    this.#word.forget();
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
    return this.#labsOn(server).flatMap(({ lab, services }) =>
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
    return this.#labsOn(server).flatMap(({ lab, host }) =>
      lab.keepFiles
        .filter((folder) => folder.host === host && !folder.path.includes('{{'))
        .map(({ path: folder, title }) => ({ path: folder, title })),
    );
  }

  /** How long the lab of a server takes, hours; of several, the longest. */
  expectedHoursOf(server: Server): number | undefined {
    const hours = this.#labsOn(server)
      .map(({ lab }) => lab.expectedHours)
      .filter((each) => each !== undefined);
    return hours.length === 0 ? undefined : Math.max(...hours);
  }

  /** By its name alone, so once for each: a class has hundreds, and each is asked about at each draw. */
  #labsOn({ name }: Server): ReturnType<Labs['labsOnServer']> {
    const known = this.#onServer.get(name);
    if (known !== undefined || this.#module === undefined) return known ?? [];
    const found = this.#module.labsOnServer(this.#labs, { name });
    this.#onServer.set(name, found);
    return found;
  }

  /** Whether a server is one of that lab's. */
  isOf(lab: Lab, server: Server): boolean {
    return (this.#module?.labsOnServer([lab], server) ?? []).length > 0;
  }

  /** Notes what the person says about a manual check: their word, never `passed`. */
  async confirm(lab: Lab, check: LabCheck): Promise<void> {
    const run = this.#runs.get(lab.id);
    if (run === undefined) throw new Problem('The lab was not checked yet.', { next: 'Run it first.' });
    await this.#word.take(run, check.id, Date.now());
    this.#runs.set(lab.id, this.#word.in(run));
    this.#app.draw();
  }

  /**
   * Runs a lab's checks, or only some. What was seen before a cancel stays.
   * @param say told how many have answered
   */
  async runChecks(
    lab: Lab,
    only: readonly string[] | undefined,
    signal: AbortSignal,
    say: (message: string) => void = () => undefined,
  ): Promise<LabRun> {
    const parameters = await parametersOf(this.#app, lab, this.#runs.get(lab.id)?.parameters);
    const variant = await variantFor(this.#app, lab, parameters, this.#runs.get(lab.id)?.variant);
    this.#running.add(lab.id);
    this.#last = lab.id;
    this.#folded.delete(lab.id);
    this.#app.draw();
    const asked = only === undefined ? undefined : new Set(only);
    const wanted = new Set(
      this.#inVariant(lab, variant)
        .steps.flatMap((step) => step.checks.map(({ id }) => id))
        .filter((id) => asked?.has(id) ?? true),
    );
    let answered = 0;
    try {
      const run = await this.#asked(lab, parameters, variant, only, signal, {
        onResult: ({ id }) => {
          if (wanted.has(id)) say(`${(answered += 1)} of ${wanted.size}`);
        },
        onEnd: (run) => {
          this.#keep(lab, run, asked);
        },
      });
      return this.#runs.get(lab.id) ?? run;
    } finally {
      this.#running.delete(lab.id);
      this.#app.draw();
      this.#app.editor.redraw();
    }
  }

  async #asked(
    lab: Lab,
    parameters: Readonly<Record<string, string>>,
    variant: string | undefined,
    only: readonly string[] | undefined,
    signal: AbortSignal,
    told: Pick<RunRequest, 'onResult' | 'onEnd'> = {},
  ): Promise<LabRun> {
    const { runLab } = await import('../labs');
    return runLab({
      lab,
      parameters,
      ...(variant === undefined ? {} : { variant }),
      world: this.world(),
      subject: { kind: 'me' },
      evidence: await this.evidence(),
      signal,
      ...(only === undefined ? {} : { only }),
      ...told,
    });
  }

  /** Keeps what a run saw, with what earlier ones did. */
  #keep(lab: Lab, run: LabRun, only: ReadonlySet<string> | undefined): void {
    const here = this.#inVariant(lab, run.variant);
    const whole = this.#module?.merged(here, this.#runs.get(lab.id), run, only) ?? run;
    this.#runs.set(lab.id, this.#word.in(whole));
  }

  #inVariant(lab: Lab, variant: string | undefined): Lab {
    return this.#module?.inVariant(lab, variant) ?? lab;
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
      fetch: app.demo?.fetch ?? globalThis.fetch,
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
  parameters(lab: Lab): Promise<Record<string, string>> {
    return parametersOf(this.#app, lab);
  }

  async #load(): Promise<void> {
    this.#module = await import('../labs');
    const found = await findLabs(this.#app.context.extensionUri, this.#app.log);
    this.#labs = found.map(({ lab }) => lab);
    this.#onServer.clear();
    this.#deployed.clear();
    this.#own = new Set(found.filter(({ own }) => own).map(({ lab }) => lab.id));
  }
}
