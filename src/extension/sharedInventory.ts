import { chmod, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ownTurn, sleep, type Clock } from '../base';
import {
  partNames,
  readSnapshot,
  snapshotOf,
  type CloudFacts,
  type InventoryPoll,
  type InventorySource,
  type PartName,
} from '../chameleon';
import type { CloudConfig } from '../openstack';

/** Where the windows of this machine meet. */
export interface Meeting {
  readonly folder: string;
  /** This window's name, unlike all others. */
  readonly id: string;
  readonly clock: Clock;
}

const LOOK_MS = 2_000;
/** Several answers come together: they are written once. */
const WRITE_MS = 300;
const SEEN_MS = 10_000;
/** How long a window that opens waits for the leader's word, and how often it looks meanwhile. */
const TELLING_MS = 10_000;
const SOON_MS = 500;
/** As for the leader: a window that is not heard of for so long is gone. */
const GONE_MS = 30_000;
/** A file that nobody kept true for so long tells of another day. */
const OLD_MS = 15 * 60_000;

/**
 * What all windows of this machine know of the sites: one file, into which each writes what it has asked for, and from
 * which each takes what others have asked for later. The leader does the polling, for all whose views are in sight.
 */
export class SharedInventory {
  readonly #meeting: Meeting;
  readonly #clouds: readonly CloudConfig[];
  readonly #source: InventorySource;
  readonly #poll: InventoryPoll;
  readonly #stopListening: () => void;
  #leads: boolean;
  #visible = false;
  #saidVisible = -Infinity;
  /** Of the file as it was read or written last. */
  #mark = '';
  #inFile: ReadonlyMap<string, number> = new Map();
  #cancelLook: () => void = () => undefined;
  #cancelWrite: (() => void) | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #over = false;

  constructor(
    meeting: Meeting,
    parts: {
      readonly clouds: readonly CloudConfig[];
      readonly source: InventorySource;
      readonly poll: InventoryPoll;
      readonly leads: boolean;
    },
  ) {
    this.#meeting = meeting;
    this.#clouds = parts.clouds;
    this.#source = parts.source;
    this.#poll = parts.poll;
    this.#leads = parts.leads;
    this.#stopListening = this.#source.onChange(() => {
      this.#plan();
    });
  }

  /** Resolves when what the others know is taken over; goes on looking until `dispose`. */
  async start(): Promise<void> {
    await this.#one(() => this.#look());
  }

  get leads(): boolean {
    return this.#leads;
  }

  /**
   * Waits until the leader has told everything, for some seconds: two windows that open together must not both ask.
   * @returns what it did not tell
   */
  async told(): Promise<readonly { readonly cloud: string; readonly parts: readonly PartName[] }[]> {
    const until = this.#meeting.clock.now() + TELLING_MS;
    for (;;) {
      const missing = this.#source.facts.flatMap(({ cloud, askedAt: at }) => {
        const parts = partNames.filter((part) => at[part] === undefined);
        return parts.length === 0 ? [] : [{ cloud, parts }];
      });
      if (missing.length === 0 || this.#over) return [];
      if (this.#leads || this.#meeting.clock.now() >= until) return missing;
      await sleep(this.#meeting.clock, SOON_MS);
      await this.#one(() => this.#look());
    }
  }

  setLeads(leads: boolean): void {
    this.#leads = leads;
    this.#poll.setLeads(leads);
    void this.#one(() => this.#look());
  }

  /** Whether a view of this window is in sight: the leader polls for it. */
  setVisible(visible: boolean): void {
    if (visible === this.#visible) return;
    this.#visible = visible;
    this.#saidVisible = -Infinity;
    this.#poll.setVisible(visible);
    void this.#one(() => this.#look());
  }

  /** Resolves when what was begun by now is read or written. */
  async settled(): Promise<void> {
    await this.#work;
  }

  /** Says nothing more, and resolves when nothing more is written. */
  async dispose(): Promise<void> {
    this.#over = true;
    this.#stopListening();
    this.#cancelLook();
    this.#cancelWrite?.();
    await this.#work;
    await rm(this.#own, { force: true }).catch(() => undefined);
  }

  get #file(): string {
    return inventoryFile(this.#meeting.folder);
  }

  get #own(): string {
    return path.join(this.#meeting.folder, 'windows', this.#meeting.id);
  }

  /** One after the other: a look and a write at once would each miss the other. Never rejects. */
  #one(run: () => Promise<void>): Promise<void> {
    const done = this.#work.then(async () => {
      if (!this.#over) await run().catch(() => undefined); // a folder that can't be used: each for itself
    });
    this.#work = done;
    return done;
  }

  async #look(): Promise<void> {
    this.#cancelLook();
    await this.#read();
    await this.#sayVisible();
    if (this.#leads) this.#poll.setVisible(this.#visible || (await this.#othersLook()));
    if (this.#over) return;
    this.#cancelLook = this.#meeting.clock.after(LOOK_MS, () => {
      void this.#one(() => this.#look());
    });
  }

  async #read(): Promise<void> {
    const found = await stat(this.#file).catch(() => undefined);
    if (found === undefined) return;
    const mark = `${found.mtimeMs} ${found.size} ${found.ino}`;
    if (mark === this.#mark || Math.abs(this.#meeting.clock.now() - found.mtimeMs) > OLD_MS) return;
    const text = await readFile(this.#file, 'utf8');
    this.#mark = mark;
    if (this.#over) return;
    const read = readSnapshot(text, this.#clouds, this.#source.facts);
    this.#inFile = askedAt(read.map(({ newer, askedAt: at }) => ({ cloud: newer.cloud, askedAt: at })));
    if (this.#source.adopt(read.map(({ newer }) => newer))) this.#poll.heard(wholeAt(this.#source.facts));
    // Two windows wrote at once, and one of them over the other.
    if (this.#hasNewer()) this.#plan();
  }

  #hasNewer(): boolean {
    return [...askedAt(this.#source.facts)].some(([key, at]) => at > (this.#inFile.get(key) ?? -1));
  }

  /** Writes soon what is newer here than in the file. */
  #plan(): void {
    if (this.#over || this.#cancelWrite !== undefined) return;
    this.#cancelWrite = this.#meeting.clock.after(WRITE_MS, () => {
      this.#cancelWrite = undefined;
      void this.#one(() => this.#write());
    });
  }

  async #write(): Promise<void> {
    await this.#read();
    if (!this.#hasNewer()) return;
    const { facts } = this.#source;
    const { folder, id, clock } = this.#meeting;
    await mkdir(folder, { recursive: true });
    const part = path.join(folder, `inventory.${id}.part`);
    await ownTurn();
    // Names of a whole class: for this user alone.
    await writeFile(part, snapshotOf(facts, this.#clouds), { mode: 0o600 });
    await chmod(part, 0o600);
    await utimes(part, clock.now() / 1000, clock.now() / 1000);
    const { mtimeMs, size, ino } = await stat(part);
    if (this.#over) return rm(part, { force: true });
    await rename(part, this.#file);
    this.#mark = `${mtimeMs} ${size} ${ino}`;
    this.#inFile = askedAt(facts);
  }

  async #sayVisible(): Promise<void> {
    const { clock } = this.#meeting;
    if (clock.now() - this.#saidVisible < SEEN_MS) return;
    this.#saidVisible = clock.now();
    if (!this.#visible) return rm(this.#own, { force: true });
    await mkdir(path.dirname(this.#own), { recursive: true });
    await writeFile(this.#own, '', { mode: 0o600 });
    await utimes(this.#own, clock.now() / 1000, clock.now() / 1000);
  }

  /** Whether another window has a view in sight; what is left of windows that are gone is taken away. */
  async #othersLook(): Promise<boolean> {
    const folder = path.dirname(this.#own);
    let seen = false;
    for (const name of await readdir(folder).catch(() => [])) {
      if (name === this.#meeting.id) continue;
      const said = await stat(path.join(folder, name)).catch(() => undefined);
      if (said === undefined) continue;
      if (Math.abs(this.#meeting.clock.now() - said.mtimeMs) <= GONE_MS) seen = true;
      else await rm(path.join(folder, name), { force: true });
    }
    return seen;
  }
}

function inventoryFile(folder: string): string {
  return path.join(folder, 'inventory.snapshot');
}

/** Nothing of a sign-in that is over is left on this machine. */
export async function forgetInventory(folder: string): Promise<void> {
  await rm(inventoryFile(folder), { force: true }).catch(() => undefined);
}

function askedAt(facts: readonly Pick<CloudFacts, 'cloud' | 'askedAt'>[]): Map<string, number> {
  return new Map(
    facts.flatMap(({ cloud, askedAt: at }) =>
      partNames.flatMap((part) => {
        const time = at[part];
        return time === undefined ? [] : [[`${cloud} ${part}`, time] as const];
      }),
    ),
  );
}

/** When everything was asked for last: servers are in each whole round, and in none of the leases' alone. */
function wholeAt(facts: readonly CloudFacts[]): number {
  return Math.min(...facts.map(({ askedAt: at }) => at.servers ?? 0));
}
