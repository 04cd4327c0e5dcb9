import { recorded } from '../kubernetes';
import { textOf, type Item } from '../kvmCloud';
import { all, answers, edit, found, itemIn, says, set, shows, withMore, without } from '../worldChanges';
import type { LabWorlds } from '../world';
import { ADDRESS, CREDENTIALS, credential, DAEMON, dns, netID as me, workflows } from './cloud';

const JUPYTER = 'It shows in the Jupyter server alone, which nothing outside can see.';
const named =
  (name: string) =>
  (item: Item): boolean =>
    textOf(item, 'name') === name;
const refused = (stderr: string, exit = 1) => ({ exit, stdout: '', stderr });
const nothingMade = all(
  ...[1, 2, 3].map((n) => without('servers', `node${n}-mlops-${me}`)),
  without('networks', `private-net-mlops-${me}`),
);

/** The failures of Lab 3, each as students get it wrong. */
export function lab3Failures(done: Record<string, Item>): LabWorlds['wrong'] {
  return [
    {
      failure: 1,
      name: 'the older text gives no reservation',
      change: all(without('leases', `lease_mlops_${me}`), nothingMade),
      fails: ['lease-active', 'private-net', 'servers-active'],
      unknown: ['lease-flavor', 'servers-reserved'],
      hint: /TF_VAR_reservation/,
    },
    {
      failure: 2,
      name: 'the groups of the older edition',
      change: (world) => {
        const { id } = itemIn(world, 'security_groups', 'allow-8082');
        edit('ports', `sharednet1-node1-mlops-${me}`, (item) => {
          item['security_groups'] = (item['security_groups'] as string[]).filter((each) => each !== id);
        })(world);
      },
      fails: ['shared-ports'],
      unknown: ['fip-node1'],
      hint: /allow-8082/,
    },
    {
      failure: 3,
      name: 'the training was sent to a container of the older edition',
      change: says(
        'node1',
        'build-initial',
        workflows((items) => items.filter(({ metadata }) => !metadata.name.startsWith('train-model-'))),
      ),
      fails: ['train-succeeded'],
      hint: /default branch/,
    },
    {
      failure: 4,
      name: 'the class has one group too few',
      change: without('security_groups', 'allow-8082'),
      fails: ['security-groups'],
      unknown: ['shared-ports'],
      hint: /whole class/,
    },
    {
      failure: 5,
      name: 'Terraform works in another project',
      change: set('networks', `private-net-mlops-${me}`, { project_id: 'other', tenant_id: 'other' }),
      fails: ['private-net'],
      unknown: ['private-subnet', 'private-ports'],
      hint: /OS_/,
    },
    {
      failure: 6,
      name: 'clouds.yaml has no credential',
      change: nothingMade,
      fails: ['servers-active', 'private-net'],
      hint: /clouds\.yaml/,
    },
    { failure: 7, name: 'a new shell without its PATH', invisible: JUPYTER },
    { failure: 8, name: 'the notebook runs with another kernel', invisible: JUPYTER },
    {
      failure: 9,
      name: 'Ansible reaches no host',
      change: all(
        ...['node1', 'node2', 'node3'].map((host) => says(host, 'firewall-masked', 'enabled\n')),
        says(
          'node1',
          'docker-daemon-json',
          refused('cat: /etc/docker/daemon.json: No such file or directory\n'),
        ),
      ),
      fails: ['firewall-masked', 'docker-daemon-json'],
      hint: /playbook/,
    },
    {
      failure: 10,
      name: 'cloned without its submodules',
      change: says('node1', 'k8s-nodes-ready', refused('sudo: kubectl: command not found\n')),
      fails: ['k8s-nodes-ready'],
      unknown: ['k8s-addons', 'app-platform'],
      hint: /submodules/,
    },
    {
      failure: 11,
      name: 'a node is missing after the play',
      change: says('node1', 'k8s-nodes-ready', recorded('node-missing')),
      fails: ['k8s-nodes-ready'],
      hint: /run the play again/,
    },
    {
      failure: 12,
      name: 'no mirror, and too many pulls',
      change: all(
        says('node2', 'docker-daemon-json', DAEMON.replace('registry-mirrors', 'mirrors')),
        says('node1', 'platform-pods', recorded('mlflow-crash-deploys')),
      ),
      fails: ['platform-pods', 'docker-daemon-json'],
      hint: /limit of Docker Hub/,
    },
    {
      failure: 13,
      name: 'names are not found in the pods',
      change: all(
        says(
          'node1',
          'coredns-patched',
          dns('coredns', recorded('coredns-unpatched').stdout, 'lab3-coredns-deploy'),
        ),
        says('node2', 'ipv6-off', '0\n'),
      ),
      fails: ['coredns-patched', 'ipv6-off'],
      hint: /after the installation/,
    },
    {
      failure: 14,
      name: 'cc is not in the group on one node',
      change: says('node2', 'docker-group', 'cc adm cdrom sudo dip lxd\n'),
      fails: ['docker-group'],
      hint: /opened again/,
    },
    { failure: 15, name: 'the browser warns of the certificate', invisible: 'A page of the browser itself.' },
    {
      failure: 16,
      name: 'the port-forward has ended',
      change: says('node1', 'ui-dashboard', {
        exit: 7,
        stdout: '\n000\n',
        stderr: 'curl: (7) Failed to connect to 127.0.0.1 port 8443: Connection refused\n',
      }),
      fails: ['ui-dashboard'],
      hint: /port-forward/,
    },
    {
      failure: 17,
      name: 'the token of the dashboard has expired',
      invisible: 'The page is there all the same; only who logs in is refused.',
    },
    {
      failure: 18,
      name: 'no training has passed its test yet',
      change: says('node1', 'build-initial', recorded('wf-failed')),
      fails: ['train-succeeded'],
      hint: /three in ten/i,
    },
    {
      failure: 19,
      name: 'the version was given as 1.0.X',
      change: says('node1', 'build-initial', recorded('wf-error')),
      fails: ['promote-production'],
      hint: /not 1\.0\.3/,
    },
    {
      failure: 20,
      name: 'the bad model came into the canary',
      in: 'bad',
      change: shows(`http://${ADDRESS}:8081/version`, { model_version: '1.0.2' }),
      fails: ['bad-not-in-canary'],
      hint: /test of staging/,
    },
    {
      failure: 21,
      name: 'the first build takes longer than the playbook waits',
      change: says(
        'node1',
        'build-initial',
        workflows((items) =>
          items
            .filter(({ metadata }) => metadata.name.startsWith('build-initial-'))
            .map((item) => ({ ...item, status: { ...item.status, phase: 'Running', finishedAt: null } })),
        ),
      ),
      fails: ['build-initial'],
      hint: /ten minutes/,
    },
    {
      failure: 22,
      name: 'staging was added before its image',
      change: says('node1', 'app-staging', recorded('argo-degraded')),
      fails: ['app-staging'],
      hint: /Build first/,
    },
    {
      failure: 23,
      name: 'the training container of the older edition is not running',
      invisible: 'Of the older edition, which these checks are not written for.',
    },
    {
      failure: 24,
      name: 'destroyed without the variables',
      in: 'cleaned',
      change: all(
        withMore('servers', ...found(done, 'servers', named(`node1-mlops-${me}`))),
        withMore('ports', ...found(done, 'ports', named(`port-node1-mlops-${me}`))),
        withMore('networks', ...found(done, 'networks', named(`private-net-mlops-${me}`))),
      ),
      fails: ['cleanup-servers', 'cleanup-ports', 'cleanup-network'],
      hint: /same variables/,
    },
    { failure: 25, name: 'the Jupyter server was launched again', invisible: JUPYTER },
    {
      failure: 26,
      name: 'a credential in a public repository still opens the project',
      in: 'cleaned',
      change: answers(CREDENTIALS, {
        application_credentials: [credential('mlops-lab', '2026-06-20T03:59:00.000000')],
        links: { next: null },
      }),
      fails: ['cleanup-app-credential'],
      hint: /public repository/,
    },
  ];
}
