import * as vscode from 'vscode';
import { isAbort, systemClock } from '../base';
import {
  defaultThresholds,
  endsWithLease,
  overdueDue,
  timeLeft,
  warningsDue,
  type Attention,
  type OverdueState,
  type OwnedLease,
  type SiteInventory,
  type WarningState,
} from '../chameleon';
import type { Forward } from '../ssh';
import type { App } from './app';
import { ask } from './ask';
import { MUTED_STATE, OVERDUE_STATE, WARNED_STATE } from './keys';
import { countdown, type Countdown } from './rows/countdown';

const EXTEND = 'Extend …';
const SAVE = 'Save My Work …';
const MUTE = 'Mute';
const CLEAN_UP = 'Clean Up …';
const MINUTE_MS = 60_000;
const OVERDUE_LOOK_MS = 60_000;

/** The status bar item and the warnings: a tick at each full minute, each second in the last one. */
export class LeaseTimer {
  readonly #app: App;
  readonly #item: vscode.StatusBarItem;
  #cancel: () => void = () => undefined;
  #overdueAgain = 0;
  /** Leases of which a warning is about to be said. */
  readonly #asked = new Set<string>();

  constructor(app: App, item: vscode.StatusBarItem) {
    this.#app = app;
    this.#item = item;
    item.command = 'chameleon.countdownMenu';
    item.name = 'Chameleon lease timer';
  }

  /** What the item says; `undefined` while it is hidden. */
  get text(): string | undefined {
    return this.#countdown?.text;
  }

  get #countdown(): Countdown | undefined {
    return countdown(this.#app.inventory, Date.now());
  }

  draw(): void {
    this.#cancel();
    this.#warnOverdue();
    const shown = this.#countdown;
    if (shown === undefined) {
      this.#item.hide();
      return;
    }
    this.#item.text = shown.text;
    this.#item.tooltip = shown.tooltip.join('\n');
    this.#item.accessibilityInformation = { label: shown.spoken, role: 'button' };
    this.#item.backgroundColor =
      shown.alarm === 'none' ? undefined : new vscode.ThemeColor(`statusBarItem.${shown.alarm}Background`);
    this.#item.show();
    this.#warn();
    this.#schedule(shown.cloud, shown.leaseId);
  }

  /** No more warnings for this lease; the countdown stays. */
  async mute(leaseId: string): Promise<void> {
    await this.#app.memory.update(MUTED_STATE, [...this.#muted, leaseId].slice(-50));
  }

  isMuted(leaseId: string): boolean {
    return this.#muted.includes(leaseId);
  }

  /** Warns of this lease again. */
  async unmute(leaseId: string): Promise<void> {
    await this.#app.memory.update(
      MUTED_STATE,
      this.#muted.filter((each) => each !== leaseId),
    );
  }

  dispose(): void {
    this.#cancel();
  }

  get #muted(): readonly string[] {
    return this.#app.memory.get<readonly string[]>(MUTED_STATE, []);
  }

  #schedule(cloud: string, leaseId: string): void {
    const site = this.#app.inventory.sites.find((each) => each.cloud === cloud);
    const lease = site?.leases.find((each) => each.id === leaseId);
    if (site === undefined || lease === undefined) return;
    const left = lease.end - Date.now() - site.clockOffset;
    const wait = left <= MINUTE_MS ? 1000 : (left % MINUTE_MS) + 50;
    this.#cancel = systemClock.after(wait, () => {
      this.#app.draw();
    });
  }

  /** One window of several speaks: the leader. */
  #warn(): void {
    if (!this.#app.speaks) return;
    // What would be lost is part of the warning: it waits for the servers' list.
    const known = this.#app.inventory.sites.filter(({ parts }) =>
      [parts.servers, parts.hosts, parts.hostAllocations].every(({ state }) => state !== 'loading'),
    );
    for (const site of known)
      for (const lease of site.leases.filter((each) => each.owner.kind === 'me'))
        if (!this.#asked.has(lease.id) && this.#saidAfter(site, lease) !== undefined)
          this.#say(site.cloud, lease.id).catch((thrown: unknown) => {
            if (!isAbort(thrown)) this.#app.report(thrown, 'lease warning');
          });
  }

  /** What has been said once the warning that is due now was; `undefined` where none is. */
  #saidAfter(site: SiteInventory, lease: OwnedLease): WarningState | undefined {
    const thresholds = vscode.workspace
      .getConfiguration('chameleon')
      .get<readonly number[]>('warnBeforeEndMinutes', defaultThresholds);
    const kept = this.#app.memory.get<WarningState>(WARNED_STATE, {});
    const { due, state } = warningsDue(lease, kept, Date.now() + site.clockOffset, thresholds);
    return due === undefined ? undefined : state;
  }

  /** What of mine runs too long, or without an end: once a day, all in one message. */
  #warnOverdue(): void {
    const now = Date.now();
    // A whole class is looked through for it: not at each of the draws while lists come in.
    if (!this.#app.speaks || now < this.#overdueAgain) return;
    this.#overdueAgain = now + OVERDUE_LOOK_MS;
    const { memory } = this.#app;
    const found = this.#app.inventory.sites.flatMap((site) => this.#app.attentions.of(site));
    const before = memory.get<OverdueState>(OVERDUE_STATE, {});
    const { due, state } = overdueDue(found, before, now);
    if (state !== before) void memory.update(OVERDUE_STATE, state);
    if (due.length === 0) return;
    this.#sayOverdue(due).catch((thrown: unknown) => {
      this.#app.report(thrown, 'overdue');
    });
  }

  async #sayOverdue(due: readonly Attention[]): Promise<void> {
    const [first] = due;
    const words =
      due.length === 1 && first !== undefined
        ? `${first.name} ${first.reason}.`
        : `${due.length} servers of yours run too long: ${listed(due.map(({ name, reason }) => `${name} (${reason})`))}.`;
    const pressed = await ask.warn(`${words} Save what you need, then clean up.`, CLEAN_UP);
    if (pressed === CLEAN_UP) await vscode.commands.executeCommand('chameleon.cleanUp');
  }

  async #say(cloud: string, leaseId: string): Promise<void> {
    const due = await this.#stillDue(cloud, leaseId);
    if (due === undefined) return;
    const { site, lease } = due;
    const left = timeLeft(lease.end - Date.now() - site.clockOffset);
    const lost = whatEnds(site, lease.id, this.#app.hosts.forwards);
    const keeps = endsWithLease(site, lease.id).servers.find(({ status }) => status === 'ACTIVE');
    const button = await ask.warn(
      `${lease.name} at ${site.site.name} ends in ${left}. ${lost}`,
      EXTEND,
      ...(keeps === undefined ? [] : [SAVE]),
      MUTE,
    );
    if (button === MUTE) await this.mute(lease.id);
    if (button === SAVE && keeps !== undefined)
      await vscode.commands.executeCommand('chameleon.saveMyWork', {
        subject: { kind: 'server', cloud: site.cloud, id: keeps.id },
      });
    if (button === EXTEND)
      await vscode.commands.executeCommand('chameleon.extendLease', {
        subject: { kind: 'lease', cloud: site.cloud, id: lease.id },
      });
  }

  /**
   * A warning that is due also by the newest list. Only then is it kept as said: one that another sign-in cut off before
   * is due again.
   */
  async #stillDue(cloud: string, leaseId: string): Promise<Due | undefined> {
    this.#asked.add(leaseId);
    try {
      // It may have been extended or ended elsewhere since it was last seen; one list tells.
      await this.#app.refresh({ cloud, parts: ['leases'] });
      const site = this.#app.inventory.sites.find((each) => each.cloud === cloud);
      const lease = site?.leases.find(({ id }) => id === leaseId);
      if (site === undefined || lease === undefined) return undefined;
      const said = this.#saidAfter(site, lease);
      if (said === undefined) return undefined;
      await this.#app.memory.update(WARNED_STATE, said);
      return this.isMuted(leaseId) ? undefined : { site, lease };
    } finally {
      this.#asked.delete(leaseId);
    }
  }
}

interface Due {
  readonly site: SiteInventory;
  readonly lease: OwnedLease;
}

/** What is lost with a lease and what stays, in plain sentences: servers, reserved addresses, running forwards. */
export function whatEnds(site: SiteInventory, leaseId: string, forwards: readonly Forward[] = []): string {
  const { servers, floatingIps } = endsWithLease(site, leaseId);
  const names = [...servers.map((server) => server.name), ...floatingIps.map((ip) => ip.address)];
  if (names.length === 0) return 'Nothing runs in it.';
  const ids = new Set(servers.map((server) => server.id));
  const up = forwards.filter(({ spec, state }) => ids.has(spec.target.serverId) && state.kind !== 'stopped');
  return [
    `With it ${names.length === 1 ? 'goes' : 'go'} ${listed(names)}, with everything on ${names.length === 1 ? 'its disk' : 'their disks'}.`,
    ...(up.length === 0
      ? []
      : [
          `The forward${up.length === 1 ? '' : 's'} to ${listed(up.map(({ spec }) => spec.name))} ${up.length === 1 ? 'breaks' : 'break'} off.`,
        ]),
    'Volumes and object-store containers stay.',
  ].join(' ');
}

function listed(names: readonly string[]): string {
  const more = names.length > 4 ? ` and ${names.length - 4} more` : '';
  return `${names.slice(0, 4).join(', ')}${more}`;
}
