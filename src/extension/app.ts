import * as vscode from 'vscode';
import {
  belongsTo,
  me,
  timeLeft,
  type Inventory,
  type Myself,
  type Owned,
  type SiteInventory,
} from '../chameleon';
import type { CloudConfig } from '../openstack';
import { StoredClouds } from './cloudStore';
import { startEmbeddedDemo, type Demo } from './demo';
import { Hosts } from './hosts';
import { Inspector } from './inspector';
import { FILTER_STATE } from './keys';
import { LabDesk } from './labDesk';
import type { Masking } from './masking';
import { report } from './register';
import { connectionRows } from './rows/connections';
import { countdown, type Countdown } from './rows/countdown';
import { labRows } from './rows/labs';
import { attentionCount, resourceRows } from './rows/resources';
import type { Row } from './rows/row';
import type { RowView } from './rowView';
import { SignedIn } from './signedIn';
import { LeaseTimer } from './leaseTimer';

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
}

const NOTHING: Inventory = { takenAt: 0, sites: [], people: [] };

/** What the window knows and shows. Loaded when there is something to do, not at activation. */
export class App {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly masking: Masking;
  readonly views: Views;
  readonly clouds: StoredClouds;
  readonly labs: LabDesk;
  readonly hosts: Hosts;
  readonly inspector: Inspector;
  readonly timer: LeaseTimer;
  #signedIn: SignedIn | undefined;
  #stopListening: () => void = () => undefined;
  #demo: Demo | undefined;

  constructor({ context, log, masking, views, statusItem }: AppParts) {
    this.context = context;
    this.log = log;
    this.masking = masking;
    this.views = views;
    this.clouds = new StoredClouds(context.secrets);
    this.labs = new LabDesk(this);
    this.hosts = new Hosts(this);
    this.inspector = new Inspector(this);
    this.timer = new LeaseTimer(this, statusItem);
    const seen = Object.values(views).map((view: RowView) =>
      view.view.onDidChangeVisibility(() => {
        this.#tellVisible();
      }),
    );
    context.subscriptions.push(...seen);
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

  get showsEveryone(): boolean {
    return this.context.globalState.get<string>(FILTER_STATE) === 'everyone';
  }

  async showEveryone(everyone: boolean): Promise<void> {
    await this.context.globalState.update(FILTER_STATE, everyone ? 'everyone' : 'mine');
    this.draw();
  }

  /** Signs in to what is stored, or to the demo while that is open, and asks for everything once. */
  async signInAgain(): Promise<void> {
    const clouds = this.#demo?.clouds ?? (await this.clouds.list());
    // A server whose services come later than itself would stay folded: the editor keeps what it first saw.
    await this.labs.load();
    this.#leave();
    if (clouds.length > 0) this.#enter(clouds);
    await this.#tellContexts();
    this.draw();
    await this.#signedIn?.refresh();
    this.draw();
  }

  async openDemo(): Promise<void> {
    if (this.#demo === undefined) {
      await this.hosts.close();
      this.#demo = await startEmbeddedDemo();
    }
    await this.signInAgain();
  }

  async closeDemo(): Promise<void> {
    const demo = this.#demo;
    this.#demo = undefined;
    this.inspector.close();
    this.labs.forget();
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

  /** The Resources view's rows for one condition: mine, everyone's, or (in Inspect) one person's. */
  resourceRows(
    shows: (site: SiteInventory, resource: Owned & { userId?: string; name?: string }) => boolean,
    showsOwner: boolean,
  ): readonly Row[] {
    return resourceRows({
      inventory: this.inventory,
      shows,
      showsOwner,
      services: (server) => this.labs.servicesOn(server),
      demo: new Set(this.#demo?.clouds.map((cloud) => cloud.name)),
      now: Date.now(),
    });
  }

  get countdown(): Countdown | undefined {
    return countdown(this.inventory, Date.now());
  }

  /** Draws everything from what is known now; cheap when nothing changed. */
  draw(): void {
    const everyone = this.showsEveryone;
    this.views.resources.show(
      this.resourceRows((site, resource) => everyone || this.#isMine(site, resource), everyone),
    );
    this.views.labs.show(labRows(this.labs.shown));
    this.views.connections.show(this.#connectionRows());
    this.views.inspect.show(this.inspector.rows);
    this.#drawHeads(everyone);
    this.timer.draw();
  }

  dispose(): void {
    this.#leave();
    this.timer.dispose();
    void this.hosts.close();
    void this.#demo?.stop();
  }

  #enter(clouds: readonly CloudConfig[]): void {
    for (const cloud of clouds) this.masking.add(cloud.credential.secret);
    this.#signedIn = new SignedIn(clouds, this.myself, globalThis.fetch);
    this.#stopListening = this.#signedIn.onChange(() => {
      this.draw();
      this.hosts.restore().catch((thrown: unknown) => {
        this.report(thrown, 'forwards of before');
      });
    });
    this.#tellVisible();
  }

  #leave(): void {
    this.#stopListening();
    this.#signedIn?.dispose();
    this.#signedIn = undefined;
  }

  #isMine(site: SiteInventory, resource: Owned & { userId?: string; name?: string }): boolean {
    return (
      resource.owner.kind === 'me' || belongsTo(this.inventory, site.site.name, resource, me(this.inventory))
    );
  }

  #connectionRows(): readonly Row[] {
    const { forwards, connected, waiting, kept } = this.hosts;
    return connectionRows({
      forwards,
      connected,
      waiting,
      pinned: new Set(forwards.filter(({ spec }) => kept.isPinned(spec.id)).map(({ spec }) => spec.id)),
      subject: (serverId) => {
        const site = this.hosts.siteOf(serverId);
        return site === undefined ? undefined : { kind: 'server', cloud: site.cloud, id: serverId };
      },
      now: Date.now(),
    });
  }

  #drawHeads(everyone: boolean): void {
    const { resources, connections, inspect } = this.views;
    const mine = me(this.inventory);
    const name = mine.netId ?? mine.usernames[0];
    const demo = this.#demo === undefined ? '' : ' · demo';
    const who = everyone ? 'everyone' : `mine${name === undefined ? '' : ` (${name})`}`;
    resources.view.description = this.#signedIn === undefined ? '' : `${who}${demo}`;
    const attention = attentionCount(resources.rows);
    resources.view.badge =
      attention === 0 ? undefined : { value: attention, tooltip: `${attention} things need attention` };
    const up = this.hosts.forwards.filter((forward) => forward.state.kind === 'up').length;
    connections.view.badge = up === 0 ? undefined : { value: up, tooltip: `${up} forwards are up` };
    inspect.view.description = this.inspector.age === undefined ? '' : `${timeLeft(this.inspector.age)} ago`;
    void vscode.commands.executeCommand('setContext', 'chameleon.everyone', everyone);
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
  }

  /** For what runs outside a command. */
  report(thrown: unknown, where: string): void {
    report(thrown, where, this);
  }
}
