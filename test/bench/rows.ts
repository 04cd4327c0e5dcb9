/** How long the extension host stands still for a class of 600 servers, 300 floating IPs and 200 leases. */
import { inventoryOf } from '../unit/chameleon/world';
import { personSummaries } from '../../src/extension/rows/inspection';
import { bulkClass, rowsOf } from '../unit/extension/bulk';
import type { Measure } from './table';

const RUNS = 12;
/** What nobody notices, ms. */
const FREEZE_MS = 50;

export function rowMeasures(): Promise<Measure[]> {
  const raw = bulkClass();
  const inventory = inventoryOf(raw);
  const groupings = ['lease', 'kind', 'person'] as const;
  return Promise.resolve([
    frozen('inventory put together', () => inventoryOf(raw)),
    frozen('everybody’s things counted for a quick pick', () =>
      inventory.people.map(personSummaries(inventory)),
    ),
    ...groupings.map((grouping) =>
      frozen(`rows by ${grouping}, everyone’s`, () =>
        JSON.stringify(rowsOf(inventory, grouping, 'everyone')),
      ),
    ),
  ]);
}

function frozen(name: string, run: () => unknown): Measure {
  return {
    name,
    value: least(run),
    unit: 'ms',
    budget: { atMost: FREEZE_MS },
    how: `processor time, least of ${RUNS} runs, 600 servers`,
  };
}

/** Processor time of the least disturbed of several runs, ms: what else the machine does is not ours. */
function least(run: () => unknown): number {
  const times = Array.from({ length: RUNS }, () => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}
