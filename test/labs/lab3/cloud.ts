import { listOf, recorded, type KubeObject, type Printed } from '../kubernetes';
import { group, image, IMAGE, keyPair, lease, type Item } from '../kvmCloud';
import { ADDRESS, MIRROR, threeNodes, type Plan } from '../threeNodes';
import { USER_ID } from '../wire';

export { ADDRESS, MIRROR, netID } from '../threeNodes';

const OPENED = {
  ssh: 22,
  'http-80': 80,
  8000: 8000,
  8080: 8080,
  8081: 8081,
  8082: 8082,
  9001: 9001,
  9090: 9090,
};
const groups = [
  group('default'),
  ...Object.entries(OPENED).map(([name, tcp]) => group(`allow-${name}`, tcp)),
  group('allow-8888', 8888),
];
const eight = groups.slice(1, 9).map(({ id }) => id);

function plan(who: string): Plan {
  const reserved = lease(`lease_mlops_${who}`, { flavor: 'm1.large', amount: 3, hours: 12 });
  return {
    network: `private-net-mlops-${who}`,
    subnet: `private-subnet-mlops-${who}`,
    privatePort: (n) => `port-node${n}-mlops-${who}`,
    sharedPort: (n) => `sharednet1-node${n}-mlops-${who}`,
    server: (n) => `node${n}-mlops-${who}`,
    leases: [reserved],
    leaseOf: () => reserved,
    floatingIp: `MLOps IP for ${who}`,
    groups: eight,
    portSecurity: false,
  };
}

export const CREDENTIALS = `identity /users/${USER_ID}/application_credentials`;
export const credential = (name: string, expires: string | null): Item => ({
  id: '20727549fa2b4888a4c67989b7f46867',
  name,
  description: null,
  user_id: USER_ID,
  expires_at: expires,
  unrestricted: false,
  roles: [],
});

/** What OpenStack says while the lab is done, and after its clean-up. */
export function openstack(of: 'done' | 'cleaned'): Record<string, Item> {
  const pair = keyPair('id_rsa_chameleon');
  const own = of === 'done' ? [credential('mlops-lab', '2026-06-20T03:59:00.000000')] : [];
  return {
    ...threeNodes(of, plan),
    'compute /os-keypairs': { keypairs: [pair] },
    'compute /os-keypairs/id_rsa_chameleon': {
      keypair: { ...(pair['keypair'] as Item), user_id: USER_ID, id: 7 },
    },
    [CREDENTIALS]: {
      application_credentials: [...own, credential('mlops-lab2', '2026-06-20T03:59:00.000000')],
      links: { next: null },
    },
    'network /v2.0/security-groups': { security_groups: groups },
    'image /v2/images': { images: [image('CC-Ubuntu24.04', IMAGE)] },
  };
}

export const DAEMON = JSON.stringify({
  'registry-mirrors': [MIRROR],
  'insecure-registries': [
    'registry.kube-system.svc.cluster.local:5000',
    'kvm-dyn-129-114-25-246.tacc.chameleoncloud.org:5000',
  ],
});

type Answers = Record<string, string | Printed>;
/** By the check that runs the command. */
const asked = (answers: Answers): Answers =>
  Object.fromEntries(Object.entries(answers).map(([id, answer]) => [`#${id}`, answer]));

/** Workflows of the third part: the bad model, and the schedule. */
const LATER =
  /^(?:cron-train-|train-model-(?:c8xvd|d6k2n)|build-container-image-m2h7s|deploy-container-image-tn5bq|test-staging-f3rpl)/;

const objectOf = (name: string): KubeObject => JSON.parse(recorded(name).stdout) as KubeObject;

/** The recorded workflows, changed. */
export function workflows(change: (items: KubeObject[]) => KubeObject[]): Printed {
  return listOf(...change(objectOf('lab3-workflows').items ?? []));
}

/** The config map of a DNS program beside what runs it, as one list. */
export function dns(name: string, text: string, runs: string): Printed {
  const map: KubeObject = { kind: 'ConfigMap', metadata: { name }, data: { Corefile: text } };
  return listOf(map, runs);
}

/** Two of the add-ons as they were recorded, and the third beside them. */
export function addons(change: (items: KubeObject[]) => KubeObject[] = (items) => items): Printed {
  const items = objectOf('lab3-kube-system-pods').items ?? [];
  const [first] = items;
  const metrics =
    first === undefined
      ? []
      : [
          {
            ...first,
            metadata: { name: 'metrics-server-7d8c4b-x2x9l', labels: { 'k8s-app': 'metrics-server' } },
          },
        ];
  return listOf(...change([...items, ...metrics]));
}

export const tags = (name: string, ...all: string[]): string => `${JSON.stringify({ name, tags: all })}\n`;
export const shares = (...versions: string[]): string =>
  Array.from(
    { length: 50 },
    (_, at) => `${JSON.stringify({ model_version: versions[at % versions.length] })}\n`,
  ).join('');

const FIRST = ['staging-1.0.0', 'canary-1.0.0', 'production-1.0.0'];
const page = (title: string): string =>
  `<!doctype html><html><head><title>${title}</title></head><body></body></html>\n200\n`;

/** What node1 says at the end of the second part, and of the third. */
export function onNode1(at: 'promoted' | 'bad'): Answers {
  const isBad = at === 'bad';
  const cron = recorded(isBad ? 'lab3-cron' : 'cron-daily');
  const ran = isBad
    ? recorded('lab3-workflows')
    : workflows((items) => items.filter(({ metadata }) => !LATER.test(metadata.name)));
  return asked({
    'ssh-node1': 'node1\n',
    'firewall-masked': { exit: 1, stdout: 'masked\n', stderr: '' },
    'docker-daemon-json': DAEMON,
    'k8s-nodes-ready': recorded('lab3-nodes'),
    'k8s-addons': addons(),
    'kubectl-as-cc': recorded('lab3-nodes-name'),
    'docker-group': 'cc adm cdrom sudo dip docker lxd\n',
    'ipv6-off': '1\n',
    'coredns-patched': dns('coredns', recorded('lab3-coredns').stdout, 'lab3-coredns-deploy'),
    'nodelocaldns-patched': dns('nodelocaldns', recorded('lab3-nodelocaldns').stdout, 'lab3-nodelocaldns-ds'),
    'dashboard-admin': `${recorded('lab3-admin-user').stdout}${recorded('lab3-admin-role').stdout}`,
    'argocd-cli': 'argocd: v2.11.0+d3f33c0\n',
    'argocd-up': recorded('lab3-argocd-server'),
    'argo-workflows-up': recorded('lab3-argo-deploys'),
    'argo-events-up': recorded('lab3-argo-events'),
    'argocd-secret-copied': recorded('lab3-argo-secret'),
    'ui-dashboard': page('Kubernetes Dashboard'),
    'ui-argocd': 'ok\n200\n',
    'ui-argo-workflows': page('Argo'),
    'gateway-crds': recorded('lab3-crds'),
    'app-platform': recorded('lab3-app-platform'),
    'platform-secrets': recorded('lab3-secrets'),
    'platform-pods': recorded('lab3-platform-deploys'),
    'platform-pvcs': recorded('lab3-pvcs'),
    'external-ip-right': recorded('lab3-svcs'),
    'build-initial': ran,
    'registry-initial-tags': tags('gourmetgram-app', 'buildcache', ...FIRST, 'staging-1.0.1'),
    'registry-train-tag': tags('gourmetgram-train', 'latest'),
    'app-staging': isBad
      ? recorded('lab3-app-staging')
      : {
          ...recorded('lab3-app-staging'),
          stdout: recorded('lab3-app-staging').stdout.replaceAll('1.0.2', '1.0.1'),
        },
    'app-canary': recorded('lab3-app-canary'),
    'app-production': recorded('lab3-app-production'),
    'workflow-templates': recorded('lab3-templates'),
    'cron-present': cron,
    'gateway-split': shares('1.0.1'),
    'cron-fired': listOf(
      JSON.parse(cron.stdout) as KubeObject,
      ...((JSON.parse(ran.stdout) as KubeObject).items ?? []),
    ),
  });
}

/** node2 and node3, as far as they are asked. */
export function others(host: 'node2' | 'node3'): Answers {
  return asked({
    'ssh-inner': `${host}\n`,
    'firewall-masked': { exit: 1, stdout: 'masked\n', stderr: '' },
    'docker-daemon-json': DAEMON,
    'kubectl-as-cc': recorded('lab3-nodes-name'),
    'docker-group': 'cc adm cdrom sudo dip docker lxd\n',
    'ipv6-off': '1\n',
  });
}

export const MODEL = `http://${ADDRESS}:8000/api/2.0/mlflow/registered-models/get?name=GourmetGramFood11Model`;

/** The registered model with its aliases. */
export function model(aliases: Readonly<Record<string, string>>, versions = ['1']): Item {
  return {
    registered_model: {
      name: 'GourmetGramFood11Model',
      creation_timestamp: 1780322400000,
      last_updated_timestamp: 1780326000000,
      latest_versions: versions.map((version) => ({
        name: 'GourmetGramFood11Model',
        version,
        status: 'READY',
      })),
      aliases: Object.entries(aliases).map(([alias, version]) => ({ alias, version })),
    },
  };
}

/** All pages that the floating IP shows. */
export function pages(at: 'promoted' | 'bad'): Record<string, unknown> {
  const url = `http://${ADDRESS}`;
  const newest = at === 'bad' ? '2' : '1';
  const served = { model_version: '1.0.1' };
  return {
    [`${url}:8000/health`]: 'OK',
    [MODEL]: model(
      { development: newest, staging: newest, 'staging-approved': '1', canary: '1', production: '1' },
      at === 'bad' ? ['1', '2'] : ['1'],
    ),
    ...Object.fromEntries(['', ':8080', ':8081', ':8082'].map((port) => [`${url}${port}/test`, 'Soup'])),
    ...Object.fromEntries([':8080', ':8081', ':8082'].map((port) => [`${url}${port}/version`, served])),
  };
}
