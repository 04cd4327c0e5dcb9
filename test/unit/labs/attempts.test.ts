import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isAbort } from '../../../src/base';
import { personNamed } from '../../../src/chameleon';
import { fileEvidence, inspect, runLab, type LabRun } from '../../../src/labs';
import { stillHolds } from '../../../src/labs/evidence';
import { deleteServer } from '../../../src/openstack';
import { DemoDesk, verdictOf } from './labDesk';

describe('an attempt at a lab', () => {
  let desk: DemoDesk;
  let folder: string;
  beforeEach(async () => {
    desk = await DemoDesk.open('lab1-hello-chameleon');
    folder = await mkdtemp(path.join(tmpdir(), 'evidence-'));
  });
  afterEach(async () => {
    await desk.close();
    await rm(folder, { recursive: true });
  });

  it('keeps what was seen in one private file, and says when', async () => {
    const evidence = fileEvidence(folder);
    await desk.check({ evidence });
    const files = await readdir(folder);
    assert.equal(files.length, 1);
    assert.equal((await stat(path.join(folder, files[0] ?? ''))).mode & 0o777, 0o600);
    const session = desk.session('KVM@TACC');
    const server = desk.inventory.sites
      .flatMap((site) => site.servers)
      .find((each) => each.name === `hello_chameleon-${desk.demo.me.username}`);
    assert.ok(session !== undefined && server !== undefined);
    await deleteServer(session, server.id);
    await desk.refresh();
    const seen = verdictOf(await desk.check({ evidence }), 'server-active');
    assert.equal(seen.verdict, 'passed earlier');
    assert.match(seen.reason, /is running\. Now: There is not one server/);
    // What is not kept is judged as it is now.
    assert.equal(verdictOf(await desk.check({ evidence }), 'keypair-chi-tacc').verdict, 'failed');
  });

  it('ends when another server takes the place of the one that was seen', () => {
    const kept = { seenAt: 0, reason: '', saved: {}, ids: { serverId: 'a', leaseId: 'l' } };
    assert.equal(stillHolds(kept, { serverId: 'a', leaseId: 'l' }), true);
    assert.equal(stillHolds(kept, {}), true, 'gone is no contradiction');
    assert.equal(stillHolds(kept, { serverId: 'b' }), false);
  });

  it('refuses evidence that is none, and says what to do', async () => {
    const file = path.join(folder, 'kept.json');
    const evidence = fileEvidence(file);
    const key = { project: 'p', person: 'x', lab: 'l' };
    assert.equal(await evidence.load(key), undefined);
    await evidence.save(key, { version: 1, checks: {} });
    assert.deepEqual(await evidence.load(key), { version: 1, checks: {} });
    const { writeFile } = await import('node:fs/promises');
    await writeFile(file, '{"version":2}');
    await assert.rejects(evidence.load(key), /not kept evidence/);
  });

  it('stops at a cancel, and a parameter of the wrong form never runs', async () => {
    const request = {
      lab: desk.lab,
      world: desk.world(),
      subject: { kind: 'me' } as const,
      evidence: fileEvidence(folder),
    };
    await assert.rejects(
      runLab({ ...request, parameters: { username: 'x' }, signal: AbortSignal.abort() }),
      isAbort,
    );
    await assert.rejects(
      runLab({ ...request, parameters: { username: "x'; id" }, signal: new AbortController().signal }),
      /is no Chameleon user name/,
    );
  });

  it('without a user name, what hangs on it is not run; nothing else suffers', async () => {
    const run: LabRun = await runLab({
      lab: desk.lab,
      parameters: { keyFile: desk.demo.publicKeyFile },
      world: desk.world(),
      subject: { kind: 'me' },
      evidence: fileEvidence(folder),
      signal: new AbortController().signal,
    });
    assert.equal(verdictOf(run.checks, 'lease-active').cause, 'notRun');
    assert.equal(verdictOf(run.checks, 'auth-kvm').verdict, 'passed');
    assert.equal(verdictOf(run.checks, 'sg-allow-ssh').verdict, 'passed');
  });

  it('of somebody else is seen by the cloud alone; the likely fault comes first', async () => {
    const silent = Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' });
    for (const [who, fault] of [
      ['cd5678', /No security group on the server opens port 22/],
      ['ef9012', /hello_chameleon-evafrost has ended.*idle floating IP/],
    ] as const) {
      const person = personNamed(desk.inventory, who);
      assert.ok(person !== undefined);
      const seen = await inspect({
        inventory: desk.inventory,
        person,
        labs: [desk.lab],
        world: desk.world({ dial: () => Promise.reject(silent) }),
        signal: new AbortController().signal,
      });
      assert.match(seen.likelyFault ?? '', fault);
      for (const { run } of seen.labs)
        for (const check of run.checks)
          if (check.about !== 'project' && check.verdict !== 'manual')
            assert.equal(check.cause, 'notSubject', check.id);
    }
  });
});
