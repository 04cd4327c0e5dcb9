import assert from 'node:assert/strict';
import { PNG } from 'pngjs';
import { Problem } from '../../../../src/base';
import {
  cardFileStem,
  cardHtml,
  cardJson,
  cardRecord,
  checkDigest,
  digestOf,
  embedInPng,
  readCard,
  shortCode,
  type CardRecord,
} from '../../../../src/labs/card';
import { publishable } from '../../../../src/labs/card/redact';
import { timeWords } from '../../../../src/labs/card/words';
import { card, classmate, hour, ids, inventory, lab, run, siteName, takenAt } from './samples';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The record once for each value in it, with just that value changed. */
function* edits(value: Json, path = ''): Generator<{ path: string; edited: Json }> {
  if (typeof value === 'string') yield { path, edited: `${value}x` };
  else if (typeof value === 'number') yield { path, edited: value + 1 };
  else if (typeof value === 'boolean') yield { path, edited: !value };
  else if (Array.isArray(value)) {
    if (value.length > 0) yield { path: `${path}[removed]`, edited: value.slice(1) };
    for (const [at, each] of value.entries())
      for (const edit of edits(each, `${path}[${at}]`))
        yield { path: edit.path, edited: value.with(at, edit.edited) };
  } else if (value !== null)
    for (const [key, each] of Object.entries(value))
      for (const edit of edits(each, `${path}.${key}`))
        yield { path: edit.path, edited: { ...value, [key]: edit.edited } };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const asJson = (record: CardRecord): Json => JSON.parse(JSON.stringify(record)) as Json;

function picture(): Uint8Array {
  const png = new PNG({ width: 8, height: 4 });
  png.data.fill(0x7f);
  return PNG.sync.write(png);
}

describe('card: record and digest', () => {
  it('fits its own digest, whatever the order of keys', () => {
    const record = card();
    assert.ok(checkDigest(record));
    const turned = Object.fromEntries(Object.entries(record).reverse()) as CardRecord;
    assert.equal(digestOf(turned), record.digest);
    assert.match(shortCode(record.digest), /^[0-9a-f]{4}-[0-9a-f]{4}$/);
  });

  it('refuses every single edited value', () => {
    let count = 0;
    for (const { path, edited } of edits(asJson(card()))) {
      count++;
      let accepted = false;
      try {
        accepted = checkDigest(readCard(bytes(JSON.stringify(edited))));
      } catch (thrown) {
        assert.ok(thrown instanceof Problem, path);
      }
      assert.equal(accepted, false, `an edit of ${path} went through`);
    }
    assert.ok(count > 100, `only ${count} edits were tried`);
  });

  it('refuses what the digest does not cover: an unknown key', () => {
    assert.throws(() => readCard(bytes(JSON.stringify({ ...card(), note: 'all passed, really' }))), Problem);
  });

  it('has every check of the lab, also those that were not run', () => {
    const partial = { ...run(), checks: run().checks.slice(0, 2) };
    const record = cardRecord({
      run: partial,
      lab,
      inventory: inventory(),
      subject: { kind: 'me' },
      takenAt,
    });
    assert.equal(record.checks.length, lab.steps.flatMap(({ checks }) => checks).length);
    assert.equal(record.checks[5]?.cause, 'notRun');
  });

  it("shows the person's own resources, not a classmate's", () => {
    assert.deepEqual(
      card().resources.map(({ id }) => id),
      [ids.lease, ids.server, ids.floatingIp],
    );
    const theirs = cardRecord({
      run: run(),
      lab,
      inventory: inventory(),
      subject: { kind: 'person', person: classmate },
      takenAt,
    });
    assert.deepEqual(
      theirs.resources.map(({ id }) => id),
      [ids.otherServer],
    );
    assert.equal(theirs.subject.netId, 'cd567');
    assert.equal(theirs.sites[0]?.signedIn?.name, 'ab1234_nyu_edu', 'who is signed in is told apart');
  });

  it("carries the site's own clock", () => {
    assert.equal(card().sites.find(({ name }) => name === siteName)?.serverTime, takenAt + 1500);
  });

  it('lets no secret and no private path through', () => {
    const hostile = {
      'ssh-login': {
        reason: 'key /home/alice/.ssh/id_rsa_chameleon refused, token=abcd1234efgh, Bearer zzzzzzzzzzzz',
      },
      'auth-kvm': { reason: `X-Auth-Token: gAAAAA${'x'.repeat(60)}` },
      'scp-up': { reason: 'C:\\Users\\Alice\\hello.txt and /home/cc/hello.txt' },
    };
    const text = cardJson(card(hostile));
    for (const secret of ['alice', 'Alice', 'abcd1234efgh', 'zzzzzzzz', 'gAAAAA'])
      assert.ok(!text.includes(secret), `${secret} is in the card`);
    assert.ok(text.includes('id_rsa_chameleon'), "the file's name may stay");
    assert.ok(text.includes('/home/cc/hello.txt'), "the server's own home may stay");
    assert.equal(publishable('The token expired.'), 'The token expired.');
  });

  it('shows times with zone and UTC', () => {
    assert.equal(timeWords(takenAt, 'America/New_York'), '2026-11-24 10:05 EST (15:05 UTC)');
    assert.equal(timeWords(takenAt, 'Europe/Berlin'), '2026-11-24 16:05 CET (15:05 UTC)');
    assert.equal(timeWords(takenAt, 'UTC'), '2026-11-24 15:05 UTC');
    assert.equal(timeWords(takenAt + 10 * hour, 'No/Such_Zone'), '2026-11-25 01:05 UTC');
  });
});

describe('card: files', () => {
  it('comes back from JSON, from PNG and from HTML as it was', () => {
    const record = card({ 'ssh-login': { reason: '</script><b>"&\u2028 ünï' } });
    const png = embedInPng(picture(), record);
    assert.deepEqual(readCard(bytes(cardJson(record))), record);
    assert.deepEqual(readCard(png), record);
    assert.deepEqual(readCard(bytes(cardHtml(record))), record);
    assert.deepEqual(PNG.sync.read(Buffer.from(png)).data, PNG.sync.read(Buffer.from(picture())).data);
  });

  it('holds one record only: the last one put in', () => {
    const [first, second] = [card(), card({})];
    assert.deepEqual(readCard(embedInPng(embedInPng(picture(), first), second)), second);
  });

  it('says so when a picture has no record, is damaged, or is no card at all', () => {
    assert.throws(() => readCard(picture()), /no record inside/);
    const damaged = Uint8Array.from(embedInPng(picture(), card()));
    damaged.set([0x21], 200);
    assert.throws(() => readCard(damaged), /damaged/);
    assert.throws(() => readCard(embedInPng(picture(), card()).subarray(0, 300)), /damaged/);
    for (const other of [
      '',
      'hello',
      '{}',
      '[]',
      'null',
      '<html></html>',
      '{"format":"chameleon-labs-card","version":2}',
    ])
      assert.throws(
        () => readCard(bytes(other)),
        (thrown) => thrown instanceof Problem && thrown.next !== undefined,
      );
  });

  it('proposes a name without anything that a file name must not have', () => {
    assert.equal(cardFileStem(card()), 'lab1-hello-chameleon-ab1234-2026-11-24');
    const hostile = { ...card(), subject: { netId: '../../x y', usernames: [], userIds: {} } };
    assert.equal(cardFileStem(hostile), 'lab1-hello-chameleon-.._.._x_y-2026-11-24');
  });
});
