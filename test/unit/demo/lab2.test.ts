import assert from 'node:assert/strict';
import { fileEvidence, keepsNothing } from '../../../src/labs';
import { createLease, listFlavors } from '../../../src/openstack';
import { DemoDesk } from '../labs/labDesk';
import { signIn, type Caller } from './client';
import { addressOf } from './places';
import { Visitor } from './visitor';

const HOUR_MS = 3_600_000;
const LAB1 = 'hello_chameleon-alexbaker';
const NODE1 = 'node1-cloud-ab1234';
const STAGES = 7;

/** Wrong as a student's is, after the stage: what is done, what then fails, what the hint speaks of. */
const WRONG: readonly {
  readonly after: number;
  readonly name: string;
  readonly line: string;
  readonly undo: string;
  readonly fails: readonly string[];
  readonly hint: RegExp;
}[] = [
  {
    after: 1,
    name: 'the container of nginx is stopped',
    line: 'docker stop nginx-public',
    undo: 'true',
    fails: ['nginx-public-running'],
    hint: /80:80/,
  },
  {
    after: 3,
    name: 'one node has no mirror',
    line: 'ssh cc@192.168.1.13 "cp /etc/docker/daemon.json x && echo {} > /etc/docker/daemon.json"',
    undo: 'ssh cc@192.168.1.13 mv x /etc/docker/daemon.json',
    fails: ['docker-daemon-json'],
    hint: /too many requests/,
  },
  {
    after: 3,
    name: 'cc has no way into the cluster',
    line: 'mv ~/.kube/config kept',
    undo: 'mv kept ~/.kube/config',
    fails: ['k8s-nodes-ready', 'kubeconfig'],
    hint: /Copy/,
  },
  {
    after: 3,
    name: 'node2 does not know the key of node1',
    line: 'ssh cc@192.168.1.12 mv .ssh/authorized_keys kept',
    undo: 'true',
    fails: ['cluster-ssh'],
    hint: /-A/,
  },
  {
    after: 4,
    name: 'the registry is stopped',
    line: 'docker stop registry',
    undo: 'true',
    fails: ['registry-running'],
    hint: /port 5000/,
  },
  {
    after: 5,
    name: 'fewer replicas than nodes',
    line: 'kubectl -n gourmetgram-production scale deploy gourmetgram-app --replicas=2',
    undo: 'kubectl -n gourmetgram-production scale deploy gourmetgram-app --replicas=6',
    fails: ['k8s-six-replicas', 'k8s-spread'],
    hint: /Set the replicas to 6/,
  },
  {
    after: 6,
    name: 'the autoscaler is away again',
    line: 'kubectl -n gourmetgram-production delete hpa gourmetgram-kube-hpa',
    undo: 'true',
    fails: ['k8s-hpa'],
    hint: /Add the autoscaler/,
  },
];

describe('demo: Lab 2 as play does it, stage by stage, and as the extension checks it', () => {
  let lab2: DemoDesk;
  let kvm: Caller;
  let node1: Visitor;
  /** How much was to be done after the stage before. */
  let left: number;
  before(async () => {
    lab2 = await DemoDesk.open('lab2-cloud');
    const [cloud] = lab2.demo.clouds;
    assert(cloud !== undefined);
    kvm = await signIn(cloud);
  });
  after(async () => {
    await node1.leave();
    await lab2.close();
  });

  const visit = async (server: string): Promise<Visitor> =>
    Visitor.at(lab2.demo, await addressOf(kvm, server));

  const reserve = async (number: number, amount: number): Promise<void> => {
    const session = lab2.sessionAt('KVM@TACC');
    const flavor = (await listFlavors(session)).find(({ name }) => name === 'm1.medium');
    await createLease(session, {
      name: `lease${number}_cloud_ab1234`,
      start: 'now',
      end: Date.now() + 8 * HOUR_MS,
      reservations: [{ resource_type: 'flavor:instance', flavor_id: flavor?.id, amount, affinity: null }],
    });
  };

  /** Runs a line on node1, which has to work. */
  const onNode1 = async (line: string): Promise<string> => {
    const { exit, stdout, stderr } = await node1.run(line);
    assert.equal(exit, 0, `${line}: ${stdout}${stderr}`);
    return stdout;
  };

  /** What is to be done, the clean-up apart; with what was seen before, or as it is now. */
  const toDo = async (keeps: boolean) => {
    await lab2.refresh();
    const evidence = keeps ? fileEvidence(lab2.demo.folder) : keepsNothing;
    const results = await lab2.check({ evidence });
    return results.filter(({ verdict, id }) => !verdict.startsWith('passed') && !id.startsWith('cleanup-'));
  };
  const failedNow = async (): Promise<Map<string, string>> => {
    const failed = (await toDo(false)).filter(({ verdict }) => verdict === 'failed');
    return new Map(failed.map(({ id, hint }) => [id, hint ?? '']));
  };

  it('wants its leases first, makes what Horizon makes once, and leads on', async () => {
    const visitor = await visit(LAB1);
    const refused = await visitor.run('play');
    assert.equal(refused.exit, 1);
    assert.match(refused.stderr, /reserve first: lease1_cloud_ab1234 is not active/);
    await reserve(1, 1);
    assert.match((await visitor.run('play')).stderr, /lease2_cloud_ab1234 is not active/);
    await reserve(2, 2);
    assert.equal((await visitor.run('play')).exit, 0);
    assert.match((await visitor.run('play')).stderr, /log in to node1/);
    await visitor.leave();
    node1 = await visit(NODE1);
    const open = await toDo(true);
    const steps = new Set(open.map(({ step }) => step));
    left = open.length;
    assert.deepEqual([...steps], ['docker', 'kubernetes-cluster', 'kubernetes-app']);
  });

  for (let stage = 1; stage <= STAGES; stage += 1) {
    let before: ReadonlyMap<string, string>;
    const wrong = WRONG.filter((world) => world.after === stage);
    it(`stage ${stage} does more of what is to be done`, async () => {
      assert.match(await onNode1('play'), new RegExp(`^\\[${stage}/${STAGES}\\]`));
      const now = (await toDo(true)).length;
      assert(now < left, `${now} are left of ${left}`);
      left = now;
      if (wrong.length > 0) before = await failedNow();
    });
    for (const { name, line, undo, fails, hint } of wrong)
      it(`fails what is wrong: ${name}`, async () => {
        await onNode1(line);
        const now = await failedNow();
        const added = [...now.keys()].filter((id) => !before.has(id)).sort();
        assert.deepEqual(added, fails);
        assert.match(added.map((id) => now.get(id)).join(' '), hint);
        await onNode1(undo);
      });
  }

  it('is all done at the end, as it was seen', async () => {
    assert.deepEqual(
      (await toDo(true)).map(({ id, verdict }) => `${id}: ${verdict}`),
      [],
    );
    assert.match(await onNode1('play'), /All of the cloud lab is played/);
  });
});
