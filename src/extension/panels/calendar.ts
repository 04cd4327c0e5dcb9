import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { FromPanelSchema, type FromPanel } from '../../../webview/calendar/contract';
import { isAbort } from '../../base';
import { me, type SiteInventory } from '../../chameleon';
import { reserveFrom } from '../actions/reserve';
import type { App } from '../app';
import { calendarView, type CalendarWish } from './calendarView';
import { panelPage } from './page';

const TITLE = 'Availability';

/** The availability calendar in an editor tab; one for all sites. */
export class CalendarPanel {
  static #open: CalendarPanel | undefined;
  readonly #app: App;
  readonly #panel: vscode.WebviewPanel;
  readonly #stop = new AbortController();
  #wish: CalendarWish;

  /** Opens it, or brings it to the front, with that cloud's site. */
  static show(app: App, cloud: string): void {
    const open = CalendarPanel.#open;
    if (open === undefined) {
      CalendarPanel.#open = new CalendarPanel(app, cloud);
      return;
    }
    open.#wish = { ...open.#wish, cloud };
    open.#panel.reveal();
    open.draw();
  }

  private constructor(app: App, cloud: string) {
    this.#app = app;
    this.#wish = { cloud, hours: 3, amount: 1 };
    const scripts = vscode.Uri.joinPath(app.context.extensionUri, 'dist', 'webview');
    this.#panel = vscode.window.createWebviewPanel('chameleon.calendar', TITLE, vscode.ViewColumn.Active, {
      enableScripts: true,
      retainContextWhenHidden: true,
      localResourceRoots: [scripts],
    });
    const listening = app.drawn.event(() => {
      this.draw();
    });
    this.#panel.onDidDispose(() => {
      CalendarPanel.#open = undefined;
      listening.dispose();
      this.#stop.abort();
    });
    this.#panel.webview.onDidReceiveMessage((message: unknown) => {
      this.#receive(message);
    });
    this.#panel.webview.html = panelPage({
      script: this.#panel.webview.asWebviewUri(vscode.Uri.joinPath(scripts, 'calendar.js')).toString(),
      title: TITLE,
      nonce: randomBytes(18).toString('base64'),
    });
  }

  draw(): void {
    const view = calendarView(this.#app.inventory.sites, this.#wish, Date.now());
    if (view !== undefined) void this.#panel.webview.postMessage(view);
  }

  #receive(message: unknown): void {
    const parsed = v.safeParse(FromPanelSchema, message);
    if (!parsed.success) return;
    this.#answer(parsed.output).catch((thrown: unknown) => {
      if (!isAbort(thrown)) this.#app.report(thrown, 'calendar');
    });
  }

  async #answer(message: FromPanel): Promise<void> {
    switch (message.kind) {
      case 'ready':
        this.draw();
        return this.#refresh();
      case 'refresh':
        return this.#refresh();
      case 'site':
        this.#wish = { ...this.#wish, cloud: message.cloud };
        this.draw();
        return;
      case 'wanted':
        this.#wish = { ...this.#wish, hours: message.hours, amount: message.amount };
        this.draw();
        return;
      case 'reserve':
        await reserveFrom(this.#app, this.#template(message), this.#stop.signal);
        this.draw();
        return;
      case 'watch': {
        const { nodeType } = message;
        const { hours, amount } = this.#wish;
        const machine = { kind: 'hosts', nodeType } as const;
        const name = this.#name();
        return this.#app.slotWatch.add(this.#site(), {
          machine,
          amount,
          hours,
          name,
          start: 'now',
          floatingIps: 0,
          rules: {},
        });
      }
    }
  }

  /** Two lists: who has which node when, and our own leases' names. */
  async #refresh(): Promise<void> {
    const { cloud, parts } = this.#site();
    const hosts = parts.hosts.asOf === undefined ? (['hosts'] as const) : [];
    await this.#app.refresh({ cloud, parts: [...hosts, 'hostAllocations', 'leases'] });
    this.draw();
  }

  #template({
    nodeType,
    node,
    start,
  }: Extract<FromPanel, { kind: 'reserve' }>): Parameters<typeof reserveFrom>[1] {
    const { site, clockOffset } = this.#site();
    const { hours, amount } = this.#wish;
    return {
      title: undefined,
      site: site.name,
      machine: { kind: 'hosts', nodeType, ...(node === null || amount > 1 ? {} : { nodeName: node }) },
      amount,
      name: this.#name(),
      hours,
      floatingIps: 0,
      rules: {},
      start: start <= Date.now() ? 'now' : start + clockOffset,
    };
  }

  #name(): string {
    const { netId, usernames } = me(this.#app.inventory);
    return `lease_${netId ?? usernames[0] ?? 'mine'}`;
  }

  #site(): SiteInventory {
    const { sites } = this.#app.inventory;
    const site = sites.find(({ cloud }) => cloud === this.#wish.cloud) ?? sites[0];
    if (site === undefined) throw new Error('Nothing is signed in.');
    return site;
  }
}
