import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { holderName, isAbort, systemClock } from '../base';
import { isRetired, type Inventory, type Myself } from '../chameleon';
import type { CloudConfig, Session } from '../openstack';
import { AgreedSecrets } from './agreedSecrets';
import { Attentions } from './attentions';
import { StoredClouds } from './cloudStore';
import { CourseDesk } from './courseDesk';
import { ConsoleDocuments } from './consoleDocuments';
import { startEmbeddedDemo, type Demo } from './demo';
import { Drawing } from './draw';
import { Filters } from './filters';
import { Hosts } from './hosts';
import { Identity } from './identity';
import { BROWSER_SECRET, CLOUDS_SECRET } from './keys';
import { Inspector } from './inspector';
import { LabDesk } from './labDesk';
import type { LabEditor } from './labEditor';
import { LabWatch } from './labWatch';
import type { Masking } from './masking';
import { OrderlyMemory } from './memory';
import { report } from './register';
import { noteRemoteFolder } from './remoteTwins';
import type { RowView } from './rowView';
import { forgetInventory } from './sharedInventory';
import { SignedIn } from './signedIn';
import { SiteDirectory } from './siteDirectory';
import { Leader } from './leader';
import { LeaseTimer } from './leaseTimer';
import { SlotWatch } from './slotWatch';

/** The views of the container, made at activation and empty until there is something to show. */
export interface Views {
  readonly resources: RowView;
  readonly labs: RowView;
  readonly connections: RowView;
  readonly inspect: RowView;
}

export interface AppParts {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly masking: Masking;
  readonly views: Views;
  readonly statusItem: vscode.StatusBarItem;
  readonly editor: LabEditor;
}

const NOTHING: Inventory = { takenAt: 0, sites: [], people: [] };

/** Several sites are stored one after the other: what this window itself does is done by then. */
const FOLLOW_MS = 1000;

/** What the window knows and shows. Loaded when there is something to do, not at activation. */
export class App {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly masking: Masking;
  readonly views: Views;
  readonly memory: OrderlyMemory;
  /** Of the sign-ins. */
  readonly secrets: AgreedSecrets;
  readonly clouds: StoredClouds;
  readonly filters: Filters;
  readonly identity: Identity;
  readonly course: CourseDesk;
  readonly consoles = new ConsoleDocuments();
  readonly editor: LabEditor;
  readonly watch: LabWatch;
  readonly labs: LabDesk;
  readonly hosts: Hosts;
  readonly inspector: Inspector;
  readonly attentions = new Attentions(this);
  readonly timer: LeaseTimer;
  readonly leader: Leader;
  readonly slotWatch: SlotWatch;
  /** Fires whenever what is shown may have changed. */
  readonly drawn = new vscode.EventEmitter<void>();
  /** Of this window, unlike all others of this machine. */
  readonly #id = randomUUID();
  readonly #directory: SiteDirectory;
  #signedIn: SignedIn | undefined;
  #stopListening: () => void = () => undefined;
  #entering: Promise<unknown> = Promise.resolve();
  #demo: Demo | undefined;
  #wasDemo = false;
  #cancelFollowing: () => void = () => undefined;
  readonly #drawing = new Drawing(this);

  constructor({ context, log, masking, views, statusItem, editor }: AppParts) {
    this.context = context;
    this.log = log;
    this.masking = masking;
    this.views = views;
    this.memory = new OrderlyMemory(context.globalState);
    const { fsPath } = context.globalStorageUri;
    this.secrets = new AgreedSecrets(context.secrets, fsPath);
    this.clouds = new StoredClouds(this.secrets);
    this.#directory = new SiteDirectory(fsPath, systemClock);
    this.filters = new Filters(this.memory);
    this.identity = new Identity(this.secrets, masking, fsPath);
    this.course = new CourseDesk(this);
    this.editor = editor;
    this.watch = new LabWatch(this);
    this.labs = new LabDesk(this);
    this.hosts = new Hosts(this);
    this.inspector = new Inspector(this);
    this.timer = new LeaseTimer(this, statusItem);
    this.slotWatch = new SlotWatch(this);
    this.leader = new Leader(path.join(fsPath, 'leader.lock'), holderName(), systemClock, (leads) => {
      this.#signedIn?.setLeads(leads);
      if (!leads) return;
      this.draw();
      this.slotWatch.resume();
    });
    const seen = Object.values(views).map((view: RowView) =>
      view.view.onDidChangeVisibility(() => {
        this.#tellVisible();
      }),
    );
    const otherWindow = context.secrets.onDidChange(({ key }) => {
      if (key === CLOUDS_SECRET) this.#signInChanged();
    });
    // In a browser the event tells of this window's own changes alone.
    const watching = this.secrets.watch(() => {
      this.#signInChanged();
    });
    watching.catch((thrown: unknown) => {
      this.report(thrown, 'sign-in of other windows');
    });
    const otherCourse = vscode.workspace.onDidChangeConfiguration((change) => {
      if (
        !change.affectsConfiguration('chameleon.courseFile') &&
        !change.affectsConfiguration('chameleon.rosterFile')
      )
        return;
      this.course
        .reload()
        .then(() => this.signInAgain())
        .catch((thrown: unknown) => {
          this.report(thrown, 'course file');
        });
    });
    context.subscriptions.push(...seen, otherWindow, otherCourse, {
      dispose: () => void watching.then((stop) => stop()).catch(() => undefined),
    });
    void noteRemoteFolder(this.memory, vscode.workspace.workspaceFolders?.[0]?.uri);
  }

  get inventory(): Inventory {
    return this.#signedIn?.inventory ?? NOTHING;
  }

  get signedIn(): SignedIn | undefined {
    return this.#signedIn;
  }

  get demo(): Demo | undefined {
    return this.#demo;
  }

  /** Whether this window warns and watches: one of several does; the demo is each window's own. */
  get speaks(): boolean {
    return this.leader.leads || this.#demo !== undefined;
  }

  /** At every site, whosever it is. */
  get showsEveryone(): boolean {
    const { sites } = this.inventory;
    return sites.length > 0 && sites.every(({ cloud }) => this.filters.of(cloud).kind === 'everyone');
  }

  async showEveryone(everyone: boolean): Promise<void> {
    const clouds = this.inventory.sites.map(({ cloud }) => cloud);
    await this.filters.set(clouds, { kind: everyone ? 'everyone' : 'mine' });
    this.draw();
  }

  /** Signs in to what is stored, or to the demo while that is open, and asks for everything once. */
  async signInAgain(): Promise<void> {
    // One change after the other; the asking that follows is cut off by the next one.
    const entering = this.#entering.then(() => this.#changeOver());
    this.#entering = entering.catch(() => undefined);
    await entering;
    await this.#signedIn?.start().catch((thrown: unknown) => {
      if (!isAbort(thrown)) throw thrown;
    });
    this.draw();
    this.slotWatch.resume();
    if (this.#signedIn !== undefined) this.renewSites();
  }

  /** Asks for the testbed's list of sites, at most once a day, beside whatever goes on. */
  renewSites(): void {
    if (this.#demo !== undefined) return;
    this.#directory
      .renew(globalThis.fetch)
      .then(async (isOther) => {
        if (isOther) await this.#follow();
      })
      .catch((thrown: unknown) => {
        this.report(thrown, 'the list of sites');
      });
  }

  async #changeOver(): Promise<void> {
    await this.#directory.load();
    const clouds = this.#demo?.clouds ?? (await this.#storedClouds());
    await this.#takePart(clouds);
    await this.course.load();
    // A server whose services come later than itself would stay folded: the editor keeps what it first saw.
    await this.labs.load();
    this.#forgetOthers(clouds);
    const older = await this.#leave(clouds);
    if (clouds.length > 0) this.#enter(clouds, older);
    await this.#tellContexts();
    this.draw();
  }

  /** Who comes after the demo, before it or after a sign-out is another person: what was run is not theirs. */
  #forgetOthers(clouds: readonly CloudConfig[]): void {
    const isDemo = this.#demo !== undefined;
    if (clouds.length === 0 || isDemo !== this.#wasDemo) this.labs.forget();
    this.#wasDemo = isDemo;
  }

  /** @param wholeClass with 191 people and their 600 servers; one that is open of the other size is closed */
  async openDemo(wholeClass = false): Promise<void> {
    if (this.#demo !== undefined && this.#demo.wholeClass !== wholeClass) await this.closeDemo();
    if (this.#demo === undefined) {
      await this.hosts.close();
      this.#demo = await startEmbeddedDemo(wholeClass);
    }
    await this.signInAgain();
  }

  async closeDemo(): Promise<void> {
    const demo = this.#demo;
    this.#demo = undefined;
    this.inspector.close();
    await this.hosts.close();
    await this.signInAgain();
    await demo?.stop();
  }

  async refresh(options?: Parameters<SignedIn['refresh']>[0]): Promise<void> {
    await this.#signedIn?.refresh(options);
    this.draw();
  }

  /** Who sits here, as far as settings or the demo say. */
  get myself(): Myself {
    if (this.#demo !== undefined) return { netId: this.#demo.me.netId, usernames: [this.#demo.me.username] };
    const settings = vscode.workspace.getConfiguration('chameleon');
    const netId = settings.get<string>('netId', '').trim();
    const username = settings.get<string>('username', '').trim();
    return { ...(netId === '' ? {} : { netId }), ...(username === '' ? {} : { usernames: [username] }) };
  }

  /** Soon draws everything from what is known then, once for all who ask meanwhile; cheap when nothing changed. */
  draw(): void {
    this.#drawing.want();
  }

  /** Resolves when all that was asked to be drawn by now is. */
  whenDrawn(): Promise<void> {
    return this.#drawing.done();
  }

  /** Resolves when another window may lead and nothing of this one is left. */
  async dispose(): Promise<void> {
    this.#drawing.dispose();
    this.consoles.dispose();
    this.timer.dispose();
    this.slotWatch.dispose();
    this.#cancelFollowing();
    this.watch.dispose();
    this.#directory.dispose();
    await Promise.all([this.#leave([]), this.leader.stop(), this.hosts.close(), this.#demo?.stop()]);
  }

  #enter(clouds: readonly CloudConfig[], older: readonly Session[]): void {
    for (const { credential } of clouds)
      if (credential.kind === 'applicationCredential') this.masking.add(credential.secret);
    const folder = this.context.globalStorageUri.fsPath;
    // The demo is each window's own.
    const meeting =
      this.#demo === undefined
        ? { meeting: { folder, id: this.#id, clock: systemClock, leads: this.leader.leads } }
        : {};
    this.#signedIn = new SignedIn({
      clouds,
      me: this.myself,
      fetch: globalThis.fetch,
      signIn: this.identity.signIn,
      roster: this.course.people,
      older,
      ...meeting,
    });
    let isDue = false;
    this.#stopListening = this.#signedIn.onChange(() => {
      if (isDue) return;
      isDue = true;
      // In a turn of its own: a class has taken a good part of this one to be put together.
      setImmediate(() => {
        isDue = false;
        this.draw();
        this.hosts.follow().catch((thrown: unknown) => {
          this.report(thrown, 'forwards of before');
        });
      });
    });
    this.#tellVisible();
  }

  /** Joins the windows that are signed in at this machine: one of them leads. The demo's are each for themselves. */
  async #takePart(clouds: readonly CloudConfig[]): Promise<void> {
    const folder = this.context.globalStorageUri.fsPath;
    if (this.#demo !== undefined || clouds.length === 0) {
      await this.leader.stop();
      return;
    }
    await mkdir(folder, { recursive: true });
    await this.leader.start();
  }

  /** Of a site that the testbed has no more nothing is asked or shown; its sign-in stays, should it come back. */
  async #storedClouds(): Promise<readonly CloudConfig[]> {
    return (await this.clouds.list()).filter((cloud) => !isRetired(cloud));
  }

  /** Another window signed in or out: this one follows. */
  #signInChanged(): void {
    this.#cancelFollowing();
    this.#cancelFollowing = systemClock.after(FOLLOW_MS, () => {
      this.#follow().catch((thrown: unknown) => {
        this.report(thrown, 'sign-in of another window');
      });
    });
  }

  async #follow(): Promise<void> {
    await this.secrets.get(BROWSER_SECRET).catch(() => undefined); // removed elsewhere, it is removed here
    if (this.#demo !== undefined) return;
    const stored = await this.#storedClouds();
    if (JSON.stringify(stored) === JSON.stringify(this.#signedIn?.clouds ?? [])) return;
    if (stored.length === 0) await this.hosts.close();
    await this.signInAgain();
  }

  /** Ends all that runs at the sites that are signed out, and leaves nothing of them on this machine. */
  async #leave(staying: readonly CloudConfig[]): Promise<readonly Session[]> {
    this.#stopListening();
    const before = this.#signedIn;
    this.#signedIn = undefined;
    // In this order: what is cut off by the closing is no failure to be shown.
    const written = before?.dispose();
    const older = before?.closeAllBut(staying) ?? [];
    await written;
    if (
      before !== undefined &&
      staying.length === 0 &&
      this.#demo === undefined &&
      (await this.clouds.list()).length === 0
    )
      await forgetInventory(this.context.globalStorageUri.fsPath);
    return older;
  }

  async #tellContexts(): Promise<void> {
    const set = (name: string, value: unknown): Thenable<unknown> =>
      vscode.commands.executeCommand('setContext', `chameleon.${name}`, value);
    await Promise.all([
      set('signedIn', this.#signedIn !== undefined),
      set('demo', this.#demo !== undefined),
      set('ready', true),
    ]);
  }

  #tellVisible(): void {
    const visible = Object.values(this.views).some((view: RowView) => view.view.visible);
    this.#signedIn?.setVisible(visible);
    this.watch.setVisible(this.views.labs.view.visible);
  }

  /** For what runs outside a command. */
  report(thrown: unknown, where: string): void {
    report(thrown, where, this);
  }
}
