/** What the views show, of what the window knows. */
import * as vscode from 'vscode';
import { ownTurn } from '../base';
import { me, timeLeft, type OwnedServer, type SiteInventory } from '../chameleon';
import type { App } from './app';
import { connectionRows } from './rows/connections';
import { labProgress } from './rows/labCounts';
import { labRows } from './rows/labs';
import { attentionCount, resourceRows, type Shows } from './rows/resources';
import type { Row } from './rows/row';

/** What fills the views, and says in their heads what they are of; in this order. */
const drawnParts: readonly ((app: App) => void)[] = [
  ({ attentions }) => {
    attentions.look();
  },
  drawResources,
  ({ labs }) => {
    labs.look();
  },
  ({ views, labs }) => {
    views.labs.show(labRows(labs.shown));
  },
  (app) => {
    app.views.connections.show(rowsOfConnections(app));
    app.views.inspect.show(app.inspector.rows);
    drawHeads(app);
  },
];

/** Draws one part a turn of the event loop: in a class of hundreds each takes a while. */
export class Drawing {
  readonly #app: App;
  #isWanted = false;
  #isUnderWay = false;
  #last: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(app: App) {
    this.#app = app;
  }

  /** Everything is to be drawn: soon, and once for all who want it meanwhile. */
  want(): void {
    this.#isWanted = true;
    if (!this.#isUnderWay) this.#last = this.#draw();
  }

  /** Resolves when all that was wanted by now is drawn. */
  done(): Promise<void> {
    return this.#last;
  }

  dispose(): void {
    this.#isOver = true;
  }

  async #draw(): Promise<void> {
    this.#isUnderWay = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        for (const part of drawnParts) {
          await ownTurn();
          if (this.#isOver) return;
          part(this.#app);
        }
        this.#app.timer.draw();
        this.#app.drawn.fire();
      }
    } catch (thrown) {
      this.#app.report(thrown, 'drawing');
    } finally {
      this.#isUnderWay = false;
    }
  }
}

function drawResources(app: App): void {
  const { filters, inventory, views, showsEveryone } = app;
  views.resources.show(
    resourceRows({
      ...rowsInput(app),
      shows: (site, resource) => filters.shows(inventory, site, resource),
      showsOwner: (site) => filters.of(site.cloud).kind === 'everyone',
      filter: (site) => (showsEveryone ? undefined : filters.words(site.cloud)),
      grouping: filters.grouping,
    }),
  );
}

/** The rows of a condition of its own, each with its owner: in Inspect, one person's. */
export function rowsOf(app: App, shows: Shows): readonly Row[] {
  return resourceRows({
    ...rowsInput(app),
    shows,
    showsOwner: () => true,
    filter: () => undefined,
    grouping: 'lease',
  });
}

function rowsInput(app: App) {
  return {
    inventory: app.inventory,
    services: (server: OwnedServer) => app.labs.servicesOn(server),
    attention: (site: SiteInventory) => app.attentions.of(site),
    demo: new Set(app.demo?.clouds.map((cloud) => cloud.name)),
    now: Date.now(),
  };
}

function rowsOfConnections(app: App): readonly Row[] {
  const { forwards, connected, waiting, elsewhere, kept } = app.hosts;
  return connectionRows({
    forwards,
    connected,
    waiting,
    elsewhere,
    pinned: new Set(forwards.filter(({ spec }) => kept.isPinned(spec.id)).map(({ spec }) => spec.id)),
    subject: (serverId) => {
      const site = app.hosts.siteOf(serverId);
      return site === undefined ? undefined : { kind: 'server', cloud: site.cloud, id: serverId };
    },
    variable: (forward) => {
      const { serverId } = forward.spec.target;
      const server = app.hosts.siteOf(serverId)?.servers.find(({ id }) => id === serverId);
      const services = server === undefined ? [] : app.labs.servicesOn(server);
      const name = services.find(({ port }) => port === forward.spec.remotePort)?.env;
      return name === undefined
        ? undefined
        : { name, used: app.hosts.variables.nameOf(forward.spec.id) === name };
    },
    now: Date.now(),
  });
}

function drawHeads(app: App): void {
  const everyone = app.showsEveryone;
  const { resources, labs, connections, inspect } = app.views;
  const mine = me(app.inventory);
  const name = mine.netId ?? mine.usernames[0];
  const demo = app.demo === undefined ? '' : ' · demo';
  const who = everyone ? 'everyone' : `mine${name === undefined ? '' : ` (${name})`}`;
  resources.view.description = app.signedIn === undefined ? '' : `${who}${demo}`;
  const attention = attentionCount(resources.rows);
  resources.view.badge =
    attention === 0
      ? undefined
      : {
          value: attention,
          tooltip: attention === 1 ? '1 thing needs attention' : `${attention} things need attention`,
        };
  const up = app.hosts.forwards.filter((forward) => forward.state.kind === 'up').length;
  connections.view.badge =
    up === 0 ? undefined : { value: up, tooltip: up === 1 ? '1 forward is up' : `${up} forwards are up` };
  const progress = labProgress(app.labs.last);
  labs.view.description = progress?.words ?? '';
  labs.view.badge = progress === undefined ? undefined : { value: progress.passed, tooltip: progress.spoken };
  inspect.view.description = app.inspector.age === undefined ? '' : `${timeLeft(app.inspector.age)} ago`;
  void vscode.commands.executeCommand('setContext', 'chameleon.everyone', everyone);
}
