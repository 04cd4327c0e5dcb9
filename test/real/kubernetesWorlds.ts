/** What the checks must say in each world of `kubernetes/break.sh`: which fail, which can't be told; all others pass. */
export interface Expected {
  readonly fails?: readonly string[];
  readonly unknown?: readonly string[];
}

interface Worlds {
  readonly right: Expected;
  readonly wrong: Readonly<Record<string, Expected>>;
}

const NODES = 'k8s-nodes-ready';
const [METRICS, NAMESPACE, SERVICE, DEPLOYMENT] = [
  'k8s-metrics',
  'k8s-namespace',
  'k8s-service',
  'k8s-deployment',
];
const [SIX, SPREAD, HPA] = ['k8s-six-replicas', 'k8s-spread', 'k8s-hpa'];
const [SCALED, STOPPED] = ['k8s-hpa-scaled', 'k8s-stopped'];
const behindNodes = [METRICS, NAMESPACE, SERVICE, DEPLOYMENT, SIX, SPREAD, HPA, SCALED, STOPPED];

/** What is right at other moments of lab 2 than that of two replicas at rest. */
const notNow = [SIX, SPREAD, SCALED];
const atRest: Expected = { fails: [...notNow, STOPPED] };
/** That the application was stopped can only be told where it was seen before. */
const also = (...fails: string[]): Expected => ({ fails: [...fails, ...notNow], unknown: [STOPPED] });
const withoutHpa = (...fails: string[]): Expected => ({
  fails: [...fails, SIX, SPREAD, HPA],
  unknown: [SCALED, STOPPED],
});
const noNode: Expected = { fails: [NODES], unknown: behindNodes };
const noPods = also(DEPLOYMENT);
const noMetrics: Expected = { fails: [METRICS, ...notNow, STOPPED] };
const nothing = withoutHpa(SERVICE, DEPLOYMENT);
const noNamespace = withoutHpa(NAMESPACE, SERVICE, DEPLOYMENT);

export const lab2Worlds: Worlds = {
  right: atRest,
  wrong: {
    'node-notready': noNode,
    'node-cni': noNode,
    'node-missing': noNode,
    'node-cordoned': atRest,
    'api-down': noNode,
    // kubectl itself gives up, and says so.
    'api-silent': noNode,
    'etcd-down': { unknown: [NODES, ...behindNodes] },
    'metrics-down': noMetrics,
    'no-metrics': noMetrics,
    'hpa-no-metrics': noMetrics,
    'app-crash': noPods,
    'app-oom': noPods,
    'app-imagepull': noPods,
    'app-ratelimit': noPods,
    'app-unready': noPods,
    'app-creating': noPods,
    'app-wrongimage': withoutHpa(DEPLOYMENT),
    'app-pending': withoutHpa(DEPLOYMENT),
    'app-zero': withoutHpa(DEPLOYMENT),
    'app-one': withoutHpa(),
    'app-six': { fails: [HPA], unknown: [SCALED, STOPPED] },
    'app-one-node': withoutHpa(),
    'app-limits': withoutHpa(DEPLOYMENT),
    'app-missing': withoutHpa(DEPLOYMENT),
    'app-wrong-namespace': nothing,
    'app-stopped': nothing,
    'svc-wrong-ip': also(SERVICE),
    'svc-nodeport': also(SERVICE),
    'svc-wrong-port': also(SERVICE),
    'ns-missing': noNamespace,
    'ns-terminating': noNamespace,
    'hpa-load': { fails: [SIX, STOPPED] },
    'hpa-wrong': withoutHpa(),
    'hpa-missing': withoutHpa(),
  },
};

const fails = (...ids: string[]): Expected => ({ fails: ids });
const WORKFLOWS = [
  'build-initial',
  'build-training-initial',
  'train-succeeded',
  'build-succeeded',
  'deploy-staging',
  'test-staging-passed',
  'promote-canary',
  'promote-production',
  'bad-train',
  'cron-fired',
];
const noWorkflows: Expected = { fails: WORKFLOWS, unknown: ['bad-blocked'] };
const APPS = ['app-platform', 'app-staging', 'app-canary', 'app-production'];

export const lab3Worlds: Worlds = {
  right: {},
  wrong: {
    'argo-outofsync': fails('app-staging'),
    'argo-degraded': fails('app-staging'),
    'argo-progressing': fails('app-platform'),
    'argo-missing': fails('app-canary'),
    'argo-unknown': fails('app-production'),
    'argo-syncfailed': fails('app-platform'),
    'argo-no-app': fails('app-staging', 'staging-image-param'),
    'argo-no-crd': fails(...APPS, 'staging-image-param'),
    'argo-down': fails('argocd-up', 'argo-workflows-up'),
    'staging-initial': fails('staging-image-param'),
    'wf-none': noWorkflows,
    'wf-running': noWorkflows,
    'wf-pending': noWorkflows,
    'wf-failed': noWorkflows,
    'wf-error': noWorkflows,
    'wf-no-templates': fails('workflow-templates'),
    'cron-missing': { fails: ['cron-present'], unknown: ['cron-quarter-hour', 'cron-fired'] },
    'cron-daily': { fails: ['cron-quarter-hour'], unknown: ['cron-fired'] },
    'cron-suspended': { fails: ['cron-quarter-hour'], unknown: ['cron-fired'] },
    'pvc-pending': fails('platform-pods', 'platform-pvcs'),
    'mlflow-crash': fails('platform-pods'),
    'external-ip-wrong': fails('external-ip-right'),
    'secret-missing': fails('platform-secrets'),
    'gateway-no-crd': fails('gateway-crds'),
    'coredns-unpatched': fails('coredns-patched'),
    'no-metrics': fails('k8s-addons'),
  },
};

/** A cluster that is not whole, of which lab 3 then judges nothing else. */
export function lab3Cluster(asked: readonly string[]): Record<string, Expected> {
  const rest = asked.filter((id) => id !== NODES);
  const failed = ['node-notready', 'node-cni', 'node-missing', 'api-down', 'api-silent'];
  return {
    ...Object.fromEntries(failed.map((name) => [name, { fails: [NODES], unknown: rest }])),
    'etcd-down': { unknown: asked },
    // Its pod says that it is ready all the same: the kubelets here ask no readiness probe.
    'metrics-down': {},
  };
}

/** Files of other users, or of none: nothing of the cluster can pass then. */
export function users(asked: readonly string[]): Record<string, Expected> {
  const unknown = asked.filter((id) => ![NODES, 'kubeconfig'].includes(id));
  const expected = { fails: [NODES], unknown };
  return Object.fromEntries(
    ['student', 'nobody', 'badtoken', 'expired', 'otherca', 'refused'].map((name) => [name, expected]),
  );
}
