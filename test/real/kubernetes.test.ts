import { lab as cloud } from '../labs/worlds/lab2-cloud';
import { lab as mlops } from '../labs/worlds/lab3-mlops';
import { SEEN_REALLY } from '../labs/seenReally';
import { RealHosts } from '../ssh/labs/realHost';
import { answer, reallyRuns } from '../ssh/labs/standIn';
import { up } from './setup';
import { cluster, kubectl, seeded, useConfig } from './kubernetes';
import { lab2Worlds, lab3Cluster, lab3Worlds, users, type Expected } from './kubernetesWorlds';

const hosts = { node1: 'node1', node2: 'node2', node3: 'node3' } as const;
const admin = '"$HOME/.kube/config"';
const table: string[] = [];

for (const { id, worlds, world, seed, right, wrong } of [
  { id: 'lab2-cloud', worlds: cloud, world: 'six', seed: 'lab2', ...lab2Worlds },
  { id: 'lab3-mlops', worlds: mlops, world: 'bad', seed: 'lab3', ...lab3Worlds },
] as const)
  describe(`${id} on a real Kubernetes API, behind a real sshd`, () => {
    const asked = SEEN_REALLY[id]?.long ?? [];
    const real = new RealHosts({
      worlds,
      world,
      hosts,
      asked,
      answers: [
        // As Kubespray names the host.
        answer('hostname', 'node1\n'),
        reallyRuns('kubectl', kubectl),
        reallyRuns(
          'sudo -n kubectl --kubeconfig /etc/kubernetes/admin.conf',
          `${kubectl} --kubeconfig ${admin}`,
        ),
      ],
    });

    before(async () => {
      await up();
      await seeded(seed);
      await real.up();
    });
    after(() => real.end());

    it('the right world', () => judged('right', right));

    const cut = id === 'lab3-mlops' ? lab3Cluster(asked) : {};
    for (const [name, expected] of Object.entries({ ...wrong, ...cut }))
      it(`${name}`, async () => {
        await cluster('break.sh', name);
        try {
          await judged(name, expected);
        } finally {
          await cluster('heal.sh');
        }
      });

    for (const [name, expected] of Object.entries(users(asked)))
      it(`as ${name}`, async () => {
        await useConfig(name);
        try {
          await judged(name, expected);
        } finally {
          await useConfig('admin');
        }
      });

    async function judged(name: string, expected: Expected): Promise<void> {
      const checks = (await real.run(asked)).filter((check) => asked.includes(check.id));
      const seen = (verdict: string): string =>
        checks
          .filter((check) => check.verdict === verdict)
          .map((check) => check.id)
          .join(' ');
      const { fails = [], unknown = [] } = expected;
      table.push(`${id} ${name}: expected fails [${fails.join(' ')}] unknown [${unknown.join(' ')}]`);
      table.push(`${' '.repeat(id.length)} seen: fails [${seen('failed')}] unknown [${seen('unknown')}]`);
      real.holds(checks, expected);
    }
  });

after(() => {
  console.log(table.join('\n'));
});
