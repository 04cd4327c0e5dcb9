import assert from 'node:assert/strict';
import type { CheckResult, Lab, LabRun } from '../../../src/labs';
import { newLabText, readLab, worthWatching } from '../../../src/labs';
import { NOTHING_THERE, SAID, type Deployed } from '../../../src/extension/rows/labNext';
import { labProgress } from '../../../src/extension/rows/labCounts';
import { labRows, type LabsInput } from '../../../src/extension/rows/labs';
import { flat, type Row } from '../../../src/extension/rows/row';

const text = newLabText({ id: 'lab9-rows', title: 'Rows', edition: '2026-09', site: 'KVM@TACC' })
  .replace(
    'steps:',
    "services:\n  page: { host: node, port: 8000, path: /, name: Page }\nreserve:\n  - { name: l, site: KVM@TACC, flavor: m1.small, hours: 2 }\nlaunch:\n  - { name: '{{name.server}}', image: CC-Ubuntu24.04 }\nsteps:",
  )
  .replace(
    '  - id: clean-up',
    '      - { id: seen, title: You saw it, manual: { confirm: Seen?, why: Only you know. } }\n  - id: clean-up',
  );
const reading = readLab(text, 'lab9-rows.lab.yaml');
assert('lab' in reading, JSON.stringify(reading));
const { lab } = reading;

/** Templates of two names: both are wanted. */
const withTwoLeases: Lab = {
  ...lab,
  reserve: lab.reserve.flatMap((each) => [each, { ...each, name: `${each.name}-2` }]),
};

const nothing: Deployed = NOTHING_THERE;
const leased: Deployed = { ...NOTHING_THERE, leases: 1 };
const there: Deployed = {
  leases: 1,
  servers: [
    {
      cloud: 'kvm',
      id: 's1',
      host: 'node',
      name: 'node-x',
      running: true,
      services: [{ id: 'Page', name: 'Page' }],
    },
  ],
  missing: [],
};

type Changes = Readonly<Record<string, Partial<CheckResult>>>;

function ran(changes: Changes = {}): LabRun {
  return {
    lab: lab.id,
    edition: lab.edition,
    variant: undefined,
    parameters: {},
    checks: lab.steps.flatMap((step) =>
      step.checks.map((check): CheckResult => ({
        id: check.id,
        step: step.id,
        title: check.title,
        site: undefined,
        about: check.about,
        verdict: check.probe.kind === 'manual' ? 'manual' : 'passed',
        cause: undefined,
        reason: check.probe.kind === 'manual' ? SAID : 'Seen.',
        hint: undefined,
        seenAt: 0,
        optional: check.optional,
        ...changes[check.id],
      })),
    ),
  };
}

function rows(
  run: LabRun | undefined,
  deployed: Deployed,
  more: { repair?: boolean; launch?: boolean; commands?: readonly string[]; labs?: readonly Lab[] } = {},
): readonly Row[] {
  const input: LabsInput = {
    labs: more.labs ?? [lab],
    runs: new Map(run === undefined ? [] : [[lab.id, run]]),
    running: new Set(),
    mayRepair: () => more.repair ?? false,
    mine: {
      own: new Set(),
      watching: () => 2,
      watchSeconds: 60,
      mayLaunch: () => more.launch ?? true,
      deployed: (each) => (each.id === lab.id ? deployed : nothing),
      has: (command) =>
        (more.commands ?? ['chameleon.reserve', 'chameleon.launchServer', 'chameleon.saveCard']).includes(
          command,
        ),
    },
  };
  return labRows(input);
}

function next(...given: Parameters<typeof rows>): string {
  const found = flat(rows(...given)).find(({ context }) => context === 'next');
  return found === undefined ? '' : `${found.label} > ${found.description} > ${found.click ?? ''}`;
}

function only(id: string): LabRun {
  const whole = ran();
  return { ...whole, checks: whole.checks.filter((check) => check.id === id) };
}

const failed = { verdict: 'failed', reason: 'No.' } as const;
const needs = { verdict: 'unknown', cause: 'needs' } as const;

describe('what to do next in a lab', () => {
  for (const [what, run, deployed, options, wanted] of [
    ['nothing begun', undefined, nothing, {}, 'Begin > reserve > chameleon.reserve'],
    ['nothing begun, and no command for it', undefined, nothing, { commands: [] }, ''],
    ['something there', undefined, there, {}, 'Continue: node-x is there > check the lab > chameleon.runLab'],
    [
      'a lease there',
      undefined,
      leased,
      {},
      'Continue: your lease is there > check the lab > chameleon.runLab',
    ],
    [
      'one of two leases there',
      undefined,
      leased,
      { labs: [withTwoLeases] },
      'Continue: 1 of 2 leases > reserve > chameleon.reserve',
    ],
    [
      'no lease',
      ran({ 'server-active': failed }),
      nothing,
      {},
      'Next: a lease > reserve > chameleon.reserve',
    ],
    [
      'no server',
      ran({ 'server-active': failed }),
      leased,
      {},
      'Next: the server > launch the server > chameleon.launchServer',
    ],
    [
      'no server, where launching by hand is the lesson',
      ran({ 'server-active': failed }),
      leased,
      { launch: false },
      'Next: The server is running > what to do > chameleon.showHint',
    ],
    [
      'a failure with a hint',
      ran({ greeting: failed }),
      there,
      {},
      'Next: A file on it > what to do > chameleon.showHint',
    ],
    [
      'a failure before what is not known',
      ran({ 'server-active': { verdict: 'unknown', cause: 'timeout' }, greeting: failed }),
      there,
      {},
      'Next: A file on it > what to do > chameleon.showHint',
    ],
    [
      'not known',
      ran({ greeting: { verdict: 'unknown', cause: 'badAnswer' } }),
      there,
      {},
      'Next: A file on it > check again > chameleon.runCheck',
    ],
    [
      'its server can’t be reached',
      ran({ greeting: { verdict: 'unknown', cause: 'unreachable' } }),
      there,
      {},
      'Next: reach node-x > why it can’t be reached > chameleon.whyNoConnection',
    ],
    [
      'not seen, and no server of it to look at',
      ran({ greeting: { verdict: 'unknown', cause: 'unreachable' } }),
      nothing,
      { commands: [] },
      'Next: A file on it > check again > chameleon.runCheck',
    ],
    [
      'a run that saw one check alone',
      only('server-active'),
      there,
      {},
      'Next: the rest > check the lab > chameleon.runLab',
    ],
    [
      'a failure before what was not run',
      { ...only('server-active'), checks: ran({ 'server-active': failed }).checks.slice(0, 1) },
      there,
      {},
      'Next: The server is running > what to do > chameleon.showHint',
    ],
    [
      'one check that was not run',
      { ...ran(), checks: ran().checks.filter(({ id }) => id !== 'greeting') },
      there,
      {},
      'Next: A file on it > check it > chameleon.runCheck',
    ],
    [
      'only waiting for another',
      ran({ greeting: needs, seen: { reason: 'Seen?' } }),
      there,
      {},
      'Next: You saw it > say that it is done > chameleon.confirmCheck',
    ],
    [
      'waiting for another is work that is open: no clean-up yet',
      ran({ greeting: needs, 'server-gone': failed }),
      there,
      { repair: true },
      'Next: A file on it > check again > chameleon.runCheck',
    ],
    [
      'clean-up last',
      ran({ 'server-gone': failed }),
      there,
      {},
      'Next: The server is deleted > what to do > chameleon.showHint',
    ],
    [
      'clean-up by a click',
      ran({ 'server-gone': failed }),
      there,
      { repair: true },
      'Next: The server is deleted > delete the Server > chameleon.fixCheck',
    ],
    ['all passed', ran(), nothing, {}, 'All done > save the completion card > chameleon.saveCard'],
  ] as const)
    it(what, () => {
      assert.equal(next(run, deployed, options), wanted);
      if (run === undefined) return;
      // The lab's head names the same thing as the row below it: `no lease` fails a check of another name.
      const [head] = rows(run, deployed, options);
      const [label = ''] = wanted.split(' > ');
      const parts = head?.description.split(' · ') ?? [];
      assert.equal(
        parts.filter((part) => !part.endsWith('not known')).at(-1),
        `${label.charAt(0).toLowerCase()}${label.slice(1)}`,
      );
    });

  it('nothing is offered for somebody else', () => {
    const input = {
      labs: [lab],
      runs: new Map([[lab.id, ran()]]),
      running: new Set<string>(),
      mayRepair: () => true,
    };
    assert.equal(
      flat(labRows(input)).some(({ context }) => context === 'next'),
      false,
    );
    // Nor is it said that all is done, or that next is what only they can see.
    assert.equal(labRows(input)[0]?.description, '3 of 4');
    const theirs = ran({ greeting: { verdict: 'unknown', cause: 'notSubject' }, 'server-gone': failed });
    const [head] = labRows({ ...input, runs: new Map([[lab.id, theirs]]) });
    assert.equal(head?.description, '1 of 4 · 1 not known · next: The server is deleted');
  });
});

describe('the Labs view', () => {
  it('has what is under way first', () => {
    const other = { ...lab, id: 'lab0-other', title: 'Another', unit: 0 };
    assert.deepEqual(
      rows(undefined, nothing, { labs: [lab, other] }).map(({ label }) => label),
      ['0  Another', '1  Rows'],
    );
    assert.deepEqual(
      rows(undefined, there, { labs: [lab, other] }).map(({ label }) => label),
      ['1  Rows', '0  Another'],
    );
  });

  it('opens what failed and folds what passed, as other rows than before', () => {
    const steps = (run: LabRun | undefined) =>
      flat(rows(run, there)).filter(({ subject }) => subject?.kind === 'step');
    const before = steps(undefined);
    const after = steps(ran({ greeting: failed }));
    assert.deepEqual(
      after.map(({ fold }) => fold),
      ['open', 'folded'],
    );
    assert.notEqual(before[0]?.id, after[0]?.id);
    assert.equal(before[1]?.id, after[1]?.id);
  });

  it('shows what is there, with a click for each', () => {
    const clicks = flat(rows(undefined, there)).filter(({ context }) => context.startsWith('there.'));
    assert.deepEqual(
      clicks.map(({ label, click }) => [label, click]),
      [
        ['node-x', 'chameleon.openTerminal'],
        ['Page', 'chameleon.openService'],
      ],
    );
    assert.equal(
      flat(rows(undefined, nothing)).some(({ context }) => context.startsWith('there')),
      false,
    );
  });

  it('counts all servers that the lab makes, and names the one that is missing', () => {
    const [second] = there.servers;
    assert(second !== undefined);
    const two: Deployed = {
      leases: 1,
      servers: [...there.servers, { ...second, id: 's2', name: 'node-y', running: false, services: [] }],
      missing: ['node-z'],
    };
    const shown = flat(rows(undefined, two));
    const head = shown.find(({ context }) => context === 'there');
    assert.equal(head?.description, '1 of 3 running');
    assert.deepEqual(
      head.children.map(({ label, description, click }) => [label, description, click]),
      [
        ['node-x', 'running · click for a terminal', 'chameleon.openTerminal'],
        ['node-y', 'not running', undefined],
        ['node-z', 'not there', undefined],
      ],
    );
    const whole: Deployed = { ...two, missing: [] };
    assert.equal(
      flat(rows(undefined, whole)).find(({ context }) => context === 'there')?.description,
      '1 of 2 running',
    );
  });

  it('shows what a run that was stopped, or of one check alone, did not ask as not run', () => {
    const whole = ran();
    const [first] = whole.checks;
    assert(first !== undefined);
    const shown = rows({ ...whole, checks: [first], left: ['greeting', 'seen'] }, there);
    assert.equal(shown[0]?.description, '1 of 4 · cancelled, 3 not run · next: the rest');
    assert.equal(shown[0].spoken, 'Lab of unit 1, Rows, 1 of 4, cancelled, 3 not run, next: the rest');
    assert.deepEqual(labProgress({ lab, run: { ...whole, checks: [first], left: ['greeting', 'seen'] } }), {
      passed: 1,
      words: 'unit 1: 1 of 4, cancelled, 3 not run',
      spoken: 'Rows: 1 of 4 passed, cancelled, 3 not run',
    });
    assert.equal(
      rows({ ...whole, left: ['greeting', 'seen'] }, there)[0]?.description,
      '3 of 4 · cancelled, 2 as before · all done',
    );
    assert.equal(rows(only('greeting'), there)[0]?.description, '1 of 4 · 3 not run · next: the rest');
    const checks = flat(shown).filter(({ context }) => context.startsWith('check.notRun'));
    assert.deepEqual(
      checks.map(({ description, spoken }) => [description, spoken.split(', ').at(-1)]),
      lab.steps
        .flatMap((step) => step.checks)
        .slice(1)
        .map(() => ['not run', 'not run']),
    );
    assert.equal(shown[0]?.tone, undefined, 'not all is well');
    const steps = flat(shown).filter(({ context }) => context.startsWith('step'));
    assert.deepEqual(
      steps.map(({ description, icon, context }) => [description, icon, context]),
      lab.steps.map((step, at) =>
        at === 0
          ? [`1 passed, ${step.checks.length - 1} not run`, 'circle-outline', 'step']
          : [`${step.checks.length} not run`, 'circle-outline', 'step.notRun'],
      ),
    );
  });

  it('says its progress in its head', () => {
    assert.equal(labProgress(undefined), undefined);
    assert.deepEqual(labProgress({ lab, run: ran({ greeting: failed, 'server-gone': failed }) }), {
      passed: 1,
      words: 'unit 1: 1 of 4, 1 failed',
      spoken: 'Rows: 1 of 4 passed, 1 failed',
    });
  });

  it('says what is not known after what is next, where something failed, and else before it', () => {
    const unknown = { verdict: 'unknown', cause: 'badAnswer' } as const;
    const [some] = rows(ran({ 'server-active': failed, greeting: needs }), there);
    assert.equal(some?.description, '1 of 4 · next: The server is running · 1 not known');
    const [none] = rows(ran({ greeting: unknown }), there);
    assert.equal(none?.description, '2 of 4 · 1 not known · next: A file on it');
  });

  it('says that clean-up is next when nothing else is open, and not before', () => {
    const [done] = rows(ran({ 'server-gone': failed }), there);
    assert.equal(done?.description, '2 of 4 · next: The server is deleted');
    const [open] = rows(ran({ greeting: needs, 'server-gone': failed }), there);
    assert.equal(open?.description, '1 of 4 · 1 not known · next: A file on it');
  });

  it('says of what is not known why, and what to do: in words, and to a screen reader', () => {
    const unknown = {
      verdict: 'unknown',
      cause: 'unreachable',
      reason: 'The connection broke.',
      next: 'Try again.',
    } as const;
    const shown = flat(rows(ran({ greeting: unknown }), there));
    const check = shown.find(({ label }) => label === 'A file on it');
    assert.equal(check?.description, 'not known · The connection broke.');
    assert.equal(check.spoken, 'A file on it, not known: The connection broke. Try again.');
    assert.ok(check.tooltip.includes('Try again.'));
    assert.equal(
      shown.find(({ context }) => context === 'step')?.description,
      '1 passed, 1 not known, 1 for you to say',
    );
    assert.deepEqual(shown.find(({ context }) => context === 'next')?.subject, {
      kind: 'server',
      cloud: 'kvm',
      id: 's1',
    });
  });

  it('says what it asks again by itself, and how often', () => {
    assert.match(rows(ran(), there)[0]?.tooltip.join('\n') ?? '', /2 checks .* once a minute/);
  });
});

describe('what is watched for', () => {
  const watched = (changes: Changes) => worthWatching(lab, ran(changes).checks);
  it('is what lives shortly, was not seen yet and can be asked', () => {
    assert.deepEqual(watched({ greeting: failed }), ['greeting']);
    assert.deepEqual(watched({ greeting: { verdict: 'passed earlier' } }), []);
    assert.deepEqual(watched({ 'server-active': failed, greeting: needs }), ['server-active']);
    assert.deepEqual(watched({ 'server-gone': failed }), [], 'clean-up is not waited for');
  });
});
