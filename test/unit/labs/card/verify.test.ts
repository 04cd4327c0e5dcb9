import assert from 'node:assert/strict';
import { systemClock } from '../../../../src/base';
import type { Inventory, SiteInventory } from '../../../../src/chameleon';
import {
  cardRecord,
  digestOf,
  verifyCardWith,
  type CardLine,
  type CardRecord,
  type CardVerdict,
  type CardWorld,
  type PictureState,
} from '../../../../src/labs/card';
import { claimedRecord, claimsIn, claimsText } from '../../../../src/labs/card/claims';
import type { LabRun } from '../../../../src/labs/types';
import {
  asInDemo,
  card,
  classmate,
  hour,
  ids,
  inventory,
  lab,
  lease,
  otherServer,
  run,
  server,
  takenAt,
} from './samples';

interface Now {
  readonly world?: Inventory;
  readonly run?: LabRun;
  /** Nova's answer to usage: status and body. */
  readonly usage?: readonly [number, string];
  readonly now?: number;
  readonly handedInBy?: typeof classmate;
  readonly picture?: PictureState;
}

async function verify(record: CardRecord, now: Now = {}, ofLab = lab): Promise<CardVerdict> {
  const [status, text] = now.usage ?? [200, '{"tenant_usage":{}}'];
  const world: CardWorld = {
    inventory: now.world ?? inventory(),
    session: () => ({ raw: () => Promise.resolve({ status, headers: {}, text, truncated: false }) }),
    clock: { ...systemClock, now: () => now.now ?? takenAt + hour },
  };
  return verifyCardWith({
    record,
    lab: ofLab,
    world,
    rerun: () => Promise.resolve(now.run ?? run(asInDemo)),
    signal: new AbortController().signal,
    picture: now.picture,
    ...(now.handedInBy === undefined ? {} : { handedInBy: now.handedInBy }),
  });
}

function lineOf(verdict: CardVerdict, id: string): CardLine {
  const line = verdict.lines.find((each) => each.id === id);
  assert.ok(line, `no line ${id} in ${verdict.lines.map((each) => each.id).join(', ')}`);
  return line;
}

const contradicted = (verdict: CardVerdict): string[] =>
  verdict.lines.filter(({ now }) => now === 'contradicted').map(({ id }) => id);

/** The record as a forger leaves it: changed, with a digest that fits again. */
function forged(record: CardRecord, change: Partial<CardRecord>): CardRecord {
  const changed = { ...record, ...change };
  return { ...changed, digest: digestOf(changed) };
}

const nothingLeft: Partial<SiteInventory> = { leases: [], servers: [otherServer], floatingIps: [] };
const allFailed = run(
  Object.fromEntries(run().checks.map(({ id }) => [id, { verdict: 'failed', reason: 'Not there.' }])),
);
const accountOf = (start: number, end: number): string =>
  JSON.stringify({
    tenant_usage: {
      server_usages: [
        {
          instance_id: ids.server,
          name: server.name,
          started_at: new Date(start).toISOString().slice(0, 23) + '000',
          ended_at: new Date(end).toISOString().slice(0, 23) + '000',
        },
      ],
    },
  });

describe('card: verify', () => {
  it('agrees with a true card while all is there', async () => {
    const verdict = await verify(card());
    assert.equal(verdict.digest, 'ok');
    assert.deepEqual(contradicted(verdict), []);
    for (const id of [
      'lab',
      'person',
      'project/KVM@TACC',
      `lease/${ids.lease}`,
      `server/${ids.server}`,
      'server-active',
      'cleanup-server',
    ])
      assert.equal(lineOf(verdict, id).now, 'agreed', id);
    assert.equal(lineOf(verdict, 'keypair-chi-tacc').now, 'unknown', 'the card claims nothing there');
  });

  it('takes a check as any variant of the lab reads it, and as nothing else', async () => {
    const [first] = lab.steps.flatMap(({ checks }) => checks);
    assert.ok(first);
    const otherWay = { ...first, title: 'The same on other hardware' };
    const two = { ...lab, steps: lab.steps.map((step) => ({ ...step, checks: [...step.checks, otherWay] })) };
    assert.deepEqual(contradicted(await verify(card(), {}, two)), []);
    const checks = card().checks.map((each) => (each.id === first.id ? { ...each, title: 'Easier' } : each));
    assert.deepEqual(contradicted(await verify(forged(card(), { checks }), {}, two)), [first.id]);
  });

  it('calls an edit with the old digest broken', async () => {
    const record = { ...card(), takenAt: takenAt + 1 };
    const verdict = await verify(record);
    assert.equal(verdict.digest, 'broken');
    assert.equal(lineOf(verdict, 'digest').now, 'contradicted');
  });

  it('contradicts an edit with a new digest where the cloud knows better', async () => {
    const record = card({ ...asInDemo, 'port-22-open': { verdict: 'failed', reason: 'Closed.' } });
    const better = forged(record, {
      checks: record.checks.map((check) =>
        check.id === 'port-22-open' ? { ...check, verdict: 'passed' as const } : check,
      ),
    });
    const verdict = await verify(better, {
      run: run({ ...asInDemo, 'port-22-open': { verdict: 'failed', reason: 'Closed.' } }),
    });
    assert.equal(verdict.digest, 'ok');
    assert.deepEqual(contradicted(verdict), ['port-22-open']);
  });

  it('finds a failed check that was taken out', async () => {
    const record = card();
    const verdict = await verify(
      forged(record, { checks: record.checks.filter(({ id }) => id !== 'cleanup-server') }),
    );
    assert.deepEqual(contradicted(verdict), ['cleanup-server']);
  });

  it('finds a check that the lab does not have, and one that was made optional', async () => {
    const record = card();
    const [first] = record.checks;
    assert.ok(first);
    const invented = forged(record, { checks: [...record.checks, { ...first, id: 'bonus' }] });
    assert.deepEqual(contradicted(await verify(invented)), ['bonus']);
    const optional = forged(record, {
      checks: record.checks.map((check) =>
        check.id === 'cleanup-server' ? { ...check, optional: true } : check,
      ),
    });
    assert.deepEqual(contradicted(await verify(optional)), ['cleanup-server']);
  });

  it('says gone, not contradicted, after a clean-up that Nova accounts for', async () => {
    const verdict = await verify(card(), {
      world: inventory(nothingLeft),
      run: allFailed,
      usage: [200, accountOf(server.created, takenAt + hour / 2)],
    });
    assert.deepEqual(contradicted(verdict), []);
    assert.equal(lineOf(verdict, `server/${ids.server}`).now, 'gone');
    assert.equal(lineOf(verdict, 'server-active').now, 'gone');
    assert.equal(lineOf(verdict, 'hello-file').now, 'unknown', 'short-lived evidence');
  });

  it('contradicts a server that Nova has no account of, or of another time', async () => {
    const now = { world: inventory(nothingLeft), run: allFailed };
    const id = `server/${ids.server}`;
    assert.equal(
      lineOf(await verify(card(), { ...now, usage: [200, '{"tenant_usage":{}}'] }), id).now,
      'contradicted',
    );
    const earlier = accountOf(takenAt - 9 * hour, takenAt - 5 * hour);
    const verdict = await verify(card(), { ...now, usage: [200, earlier] });
    assert.equal(lineOf(verdict, id).now, 'contradicted');
    assert.equal(lineOf(verdict, 'server-active').now, 'contradicted');
  });

  for (const [what, usage] of Object.entries({
    'not allowed': [403, '{}'],
    garbage: [200, '<html>'],
    'wrong form': [200, '{"tenant_usage":{"server_usages":[{}]}}'],
  }))
    it(`can't tell of a gone server when Nova's usage is ${what}`, async () => {
      const [status, text] = usage;
      const verdict = await verify(card(), {
        world: inventory(nothingLeft),
        run: allFailed,
        usage: [Number(status), String(text)],
      });
      assert.equal(lineOf(verdict, `server/${ids.server}`).now, 'unknown');
      assert.equal(lineOf(verdict, 'server-active').now, 'unknown');
    });

  it("can't tell from a stale list", async () => {
    const fresh = inventory().sites[0];
    assert.ok(fresh);
    const stale = { ...fresh.parts.servers, state: 'stale' as const };
    const world = inventory({ ...nothingLeft, parts: { ...fresh.parts, servers: stale } });
    assert.equal(lineOf(await verify(card(), { world }), `server/${ids.server}`).now, 'unknown');
  });

  it("finds another student's card with the name changed", async () => {
    const theirs = cardRecord({
      run: run(),
      lab,
      inventory: inventory(),
      subject: { kind: 'person', person: classmate },
      takenAt,
    });
    const renamed = forged(theirs, {
      subject: { ...theirs.subject, netId: 'ab1234', usernames: ['ab1234_nyu_edu'] },
    });
    assert.equal(lineOf(await verify(renamed), 'person').now, 'contradicted');
    const wholly = forged(theirs, { subject: card().subject });
    assert.deepEqual(contradicted(await verify(wholly, { run: run() })), [`server/${ids.otherServer}`]);
  });

  it("finds another student's card handed in as it is", async () => {
    assert.equal(lineOf(await verify(card(), { handedInBy: classmate }), 'person').now, 'contradicted');
    assert.deepEqual(contradicted(await verify(card())), []);
  });

  it('finds a card older than its server', async () => {
    const late = { ...server, created: takenAt + 2 * hour };
    const verdict = await verify(card(), { world: inventory({ servers: [late] }), now: takenAt + 3 * hour });
    assert.equal(lineOf(verdict, `server/${ids.server}`).now, 'contradicted');
    assert.match(lineOf(verdict, `server/${ids.server}`).why, /older/);
  });

  it('finds a card made after its lease had ended', async () => {
    const record = card();
    const ended = inventory({ leases: [{ ...lease, end: takenAt - hour }] });
    assert.equal(lineOf(await verify(record, { world: ended }), `lease/${ids.lease}`).now, 'contradicted');
    const justOver = inventory({ leases: [{ ...lease, status: 'TERMINATED' }] });
    assert.equal(lineOf(await verify(record, { world: justOver }), `lease/${ids.lease}`).now, 'gone');
  });

  it('finds times that can not be', async () => {
    assert.equal(lineOf(await verify(card(), { now: takenAt - hour }), 'takenAt').now, 'contradicted');
    const seenLater = card({ 'ssh-login': { seenAt: takenAt + hour } });
    assert.equal(lineOf(await verify(seenLater, { now: takenAt + 3 * hour }), 'takenAt').now, 'contradicted');
  });

  it('finds another project, and tells nothing of a site without a sign-in', async () => {
    const other = inventory({ project: { id: 'f'.repeat(32), name: 'CHI-999999' } });
    assert.equal(lineOf(await verify(card(), { world: other }), 'project/KVM@TACC').now, 'contradicted');
    const verdict = await verify(card(), { world: { ...inventory(), sites: [], people: [] } });
    assert.equal(lineOf(verdict, 'project/KVM@TACC').now, 'unknown');
    assert.equal(lineOf(verdict, 'person').now, 'unknown');
  });

  it('judges no check by another edition', async () => {
    const old = forged(card(), { lab: { ...card().lab, edition: '2025-01' } });
    const verdict = await verify(old, { run: allFailed });
    assert.equal(lineOf(verdict, 'lab').now, 'unknown');
    assert.ok(verdict.lines.filter(({ kind }) => kind === 'check').every(({ now }) => now === 'unknown'));
  });
});

/** A screenshot of the card, verified: what its code claims, with what is there now. */
async function verifyScreenshot(record: CardRecord, now: Now = {}): Promise<CardVerdict> {
  const claims = claimsIn(claimsText(record));
  assert.ok(claims);
  const told = claimedRecord(claims, lab, now.world ?? inventory());
  return verify(told, { ...now, picture: 'scanned' });
}

describe('card: verify a screenshot by its code', () => {
  it('agrees with a true card while all is there, and says that no word was read', async () => {
    const verdict = await verifyScreenshot(card());
    assert.equal(verdict.digest, 'scanned');
    assert.deepEqual(contradicted(verdict), []);
    for (const id of [
      'lab',
      'person',
      'project/KVM@TACC',
      `lease/${ids.lease}`,
      `server/${ids.server}`,
      `floatingIp/${ids.floatingIp}`,
      'server-active',
      'cleanup-server',
    ])
      assert.equal(lineOf(verdict, id).now, 'agreed', id);
    // Words that were painted over change nothing: the lines are the code's, and the marker is told to compare.
    assert.equal(lineOf(verdict, 'picture').now, 'unknown');
    assert.match(lineOf(verdict, 'picture').why, /words were not read/);
    assert.match(lineOf(verdict, 'keypair-chi-tacc').card, /^not checked/);
  });

  it('contradicts a code that was made anew with better verdicts', async () => {
    const worse = { ...asInDemo, 'port-22-open': { verdict: 'failed', reason: 'Closed.' } } as const;
    const better = card({ ...worse, 'port-22-open': { verdict: 'passed' } });
    assert.deepEqual(contradicted(await verifyScreenshot(better, { run: run(worse) })), ['port-22-open']);
  });

  it('finds verdicts that were left out or added', async () => {
    const record = card();
    const short = forged(record, { checks: record.checks.slice(0, -1) });
    assert.deepEqual(contradicted(await verifyScreenshot(short)), ['cleanup-server']);
    const [first] = record.checks;
    assert.ok(first);
    const long = forged(record, { checks: [...record.checks, { ...first, id: 'bonus' }] });
    assert.deepEqual(contradicted(await verifyScreenshot(long)), ['check-15']);
  });

  it("finds another student's card, as it is and with the name changed", async () => {
    assert.equal(
      lineOf(await verifyScreenshot(card(), { handedInBy: classmate }), 'person').now,
      'contradicted',
    );
    const subject = { kind: 'person', person: classmate } as const;
    const theirs = cardRecord({ run: run(), lab, inventory: inventory(), subject, takenAt });
    const renamed = forged(theirs, { subject: { ...theirs.subject, netId: 'ab1234' } });
    assert.equal(lineOf(await verifyScreenshot(renamed), 'person').now, 'contradicted');
    const wholly = forged(theirs, { subject: card().subject });
    assert.ok(contradicted(await verifyScreenshot(wholly)).includes(`server/${ids.otherServer}`));
  });

  it('finds a card older than its server, one of another project, and one of the future', async () => {
    const late = { ...server, created: takenAt + 2 * hour };
    const older = await verifyScreenshot(card(), {
      world: inventory({ servers: [late] }),
      now: takenAt + 3 * hour,
    });
    assert.match(lineOf(older, `server/${ids.server}`).why, /older/);
    const other = inventory({ project: { id: 'f'.repeat(32), name: 'CHI-999999' } });
    assert.equal(
      lineOf(await verifyScreenshot(card(), { world: other }), 'project/KVM@TACC').now,
      'contradicted',
    );
    const early = await verifyScreenshot(card(), { now: takenAt - hour });
    assert.equal(lineOf(early, 'takenAt').now, 'contradicted');
  });

  it('says gone of what Nova accounts for, and contradicts what Nova does not know', async () => {
    const now = { world: inventory(nothingLeft), run: allFailed };
    const id = `server/${ids.server.replaceAll('-', '').slice(0, 12)}`;
    const gone = await verifyScreenshot(card(), {
      ...now,
      usage: [200, accountOf(server.created, takenAt + hour / 2)],
    });
    assert.deepEqual(contradicted(gone), []);
    assert.equal(lineOf(gone, id).now, 'gone');
    assert.match(lineOf(gone, id).why, /it was hello_chameleon-ab1234/);
    const invented = await verifyScreenshot(card(), now);
    assert.equal(lineOf(invented, id).now, 'contradicted');
    assert.equal(lineOf(invented, 'server-active').now, 'contradicted');
  });
});
