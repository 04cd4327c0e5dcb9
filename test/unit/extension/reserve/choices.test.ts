import assert from 'node:assert/strict';
import type { LeaseDraft, NodeTypeTimeline } from '../../../../src/chameleon';
import {
  flavorChoices,
  lengthChoices,
  nodeTypeChoices,
  soonestStart,
  startChoices,
  typedTime,
  type Scene,
} from '../../../../src/extension/reserve/choices';
import { costWords, differenceWords, slotWords, summary } from '../../../../src/extension/rows/leaseWords';
import { emptySite } from './site';

const HOUR = 3_600_000;
const NOW = new Date(2026, 5, 1, 12, 20).getTime();

function type(nodeType: string, ...spans: readonly (readonly [number, number])[]): NodeTypeTimeline {
  return {
    nodeType,
    nodes: [
      {
        name: `${nodeType}-1`,
        hostId: nodeType,
        bookings: spans.map(([start, end]) => ({
          leaseId: 'l',
          whose: 'others',
          start: NOW + start * HOUR,
          end: NOW + end * HOUR,
        })),
      },
    ],
  };
}

const scene = (types: readonly NodeTypeTimeline[] | undefined): Scene => ({
  site: emptySite('CHI@TACC'),
  types,
  now: NOW,
});
const draft: LeaseDraft = {
  machine: { kind: 'hosts', nodeType: 'gpu_mi100' },
  amount: 1,
  name: 'mlflow_ab1234',
  start: 'now',
  hours: 3,
  floatingIps: 1,
  rules: { startOnHour: true, endMinute: 50 },
};

describe('choices of the reserve wizard', () => {
  it('offers the soonest fit first: now if it is free, else on the hour after it frees', () => {
    assert.equal(soonestStart(scene([type('gpu_mi100')]), draft), 'now');
    const later = startChoices(scene([type('gpu_mi100', [-1, 2])]), draft)[0];
    assert.match(later?.label ?? '', /Soonest fit: 15:00 – 17:50/);
    assert.equal(later?.description, '1 free');
  });

  it('says what is free at each start, and nothing where it can’t be read', () => {
    const choices = startChoices(scene([type('gpu_mi100', [-1, 2])]), draft);
    assert.equal(choices.find(({ value }) => value === 'now')?.description, 'none free');
    const blind = startChoices(scene(undefined), draft);
    assert.ok(blind.every(({ description }) => description === undefined));
    assert.match(blind[0]?.label ?? '', /Now/);
  });

  it('lists node types that are free first, and when the others will be', () => {
    const choices = nodeTypeChoices(scene([type('a_full', [-1, 4]), type('b_free')]), 3);
    assert.deepEqual(
      choices.map(({ value }) => value),
      ['b_free', 'a_full'],
    );
    assert.match(choices[0]?.description ?? '', /1 of 1 free for the next 3 h/);
    assert.match(choices[1]?.detail ?? '', /Soonest: 16:25/);
  });

  it('hides the private flavors of reservations, and the one of nodes', () => {
    const flavor = (name: string) => ({ id: name, name, vcpus: 2, ramMb: 4096, diskGb: 40 });
    assert.deepEqual(
      flavorChoices(['reservation:1', 'm1.small', 'baremetal'].map(flavor)).map(({ label }) => label),
      ['m1.small'],
    );
  });

  it('gives each length with the end that the rules make of it', () => {
    const three = lengthChoices(scene(undefined), draft).find(({ value }) => value === 3);
    assert.match(three?.description ?? '', /until 14:50 \(2 h 30 m\)/);
  });

  it('takes times as people write them, and no others', () => {
    assert.equal(typedTime('18:30', NOW), new Date(2026, 5, 1, 18, 30).getTime());
    assert.equal(typedTime('9:00', NOW), new Date(2026, 5, 2, 9, 0).getTime(), 'that is tomorrow');
    assert.equal(typedTime('2026-12-01 18:00', NOW), new Date(2026, 11, 1, 18, 0).getTime());
    for (const text of ['', '18', '25:00', '12:61', '2026-02-31 10:00', 'now', '18:00 UTC'])
      assert.equal(typedTime(text, NOW), undefined, text);
  });
});

describe('leases in words', () => {
  const site = emptySite('CHI@TACC');
  it('a summary in local time', () => {
    const slot = { start: NOW + HOUR, end: NOW + 3.5 * HOUR };
    assert.equal(
      summary(draft, site, slot, NOW),
      '1 × gpu_mi100 at CHI@TACC, with a floating IP, 13:20 – 15:50 (2 h 30 m)',
    );
    assert.equal(slotWords({ start: 'now', end: NOW + HOUR }, 0, NOW), 'now – 13:20 (1 h)');
  });

  it('a cost says what is known of it, and nothing that is not', () => {
    assert.equal(costWords({ hours: 1, units: undefined, dollars: undefined }), '1 lease hour');
    assert.equal(
      costWords({ hours: 2.5, units: 5, dollars: 3.126 }),
      '2.5 lease hours, 5 service units, $3.13',
    );
    assert.equal(costWords({ hours: 6, units: 0.48, dollars: 0 }), '6 lease hours, 0.48 service units');
    assert.equal(costWords({ hours: 0.25, units: 1, dollars: 0.004 }), '0.3 lease hours, 1 service unit');
  });

  it('a server clock that goes wrong changes no local time', () => {
    const offset = 24 * HOUR;
    assert.match(
      slotWords({ start: NOW + offset + HOUR, end: NOW + offset + 2 * HOUR }, offset, NOW),
      /^13:20 – 14:20 \(1 h\)$/,
    );
  });

  it('what an update changed', () => {
    const words = differenceWords(
      [
        { what: 'end', before: NOW, now: NOW + HOUR },
        { what: 'status', before: 'ACTIVE', now: 'ERROR' },
        { what: 'amount', resourceType: 'virtual:floatingip', before: 1, now: 0 },
      ],
      0,
      NOW,
    );
    assert.equal(
      words,
      'Its end moved from 12:20 to 13:20. Its state went from ACTIVE to ERROR. Its number of reserved floating IPs went from 1 to 0.',
    );
  });
});
