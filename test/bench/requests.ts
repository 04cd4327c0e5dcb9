/** How often a site is asked, by a scripted clock: hidden, in sight, and while something builds. */
import { ownTurn } from '../../src/base';
import { InventoryPoll, InventorySource, type SiteReader } from '../../src/chameleon';
import { server, siteReader } from '../unit/chameleon/world';
import { config, FakeClock } from '../unit/openstack/fakeCloud';
import type { Measure } from './table';

const MINUTES = 30;
const STEP_MS = 1000;

export async function requestMeasures(): Promise<Measure[]> {
  return [
    await asked('views hidden', false, 'ACTIVE', 0.2),
    await asked('views in sight', true, 'ACTIVE'),
    await asked('views in sight, a server builds', true, 'BUILD'),
  ];
}

async function asked(where: string, visible: boolean, status: string, atMost?: number): Promise<Measure> {
  const clock = new FakeClock();
  let requests = 0;
  const reader = readerOf(status, () => {
    requests += 1;
  });
  const source = new InventorySource({ clouds: [config], clock, reader: () => reader });
  const poll = new InventoryPoll(source, clock);
  // What a window asks when it opens is no part of what it asks then.
  await source.refresh();
  poll.setVisible(visible);
  await settled();
  requests = 0;
  for (let gone = 0; gone < MINUTES * 60_000; gone += STEP_MS) {
    clock.pass(STEP_MS);
    await settled();
  }
  poll.dispose();
  source.dispose();
  return {
    name: `requests to one site, ${where}`,
    value: requests / MINUTES,
    unit: 'a minute',
    budget: atMost === undefined ? undefined : { atMost },
    how: `${requests} in ${MINUTES} minutes of a scripted clock, however many windows`,
  };
}

function readerOf(status: string, told: () => void): SiteReader {
  const servers = [server({ id: 's1', name: 'node1-cloud-ab1234', status })];
  return siteReader(() => ({ servers }), told);
}

/** Everything that a tick of the clock began. */
async function settled(): Promise<void> {
  for (let behind = 0; behind < 5; behind += 1) await ownTurn();
}
