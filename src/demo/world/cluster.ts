/** A small Kubernetes: what a lab has said that there should be. What comes of it is worked out when somebody asks. */
export interface Cluster {
  /** Whether each node is ready, by its name. */
  readonly nodes: Map<string, boolean>;
  /** The metrics server is there: without it nothing is measured, and nothing scales by itself. */
  metrics: boolean;
  namespace: string | undefined;
  deployment: DeploymentRecord | undefined;
  service: { readonly name: string; readonly externalIp: string } | undefined;
  autoscaler: AutoscalerRecord | undefined;
}

export interface DeploymentRecord {
  readonly name: string;
  readonly image: string;
  replicas: number;
}

export interface AutoscalerRecord {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** When it last changed the number of replicas, ms since 1970. */
  scaledAt: number | undefined;
}

/** An object of Kubernetes' API, as far as everybody asks of one. */
export interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: object;
  readonly status?: object;
}

/** Short and long names of kinds, as kubectl takes them. */
export const kinds: Readonly<Record<string, string>> = {
  no: 'Node',
  node: 'Node',
  ns: 'Namespace',
  namespace: 'Namespace',
  deploy: 'Deployment',
  deployment: 'Deployment',
  svc: 'Service',
  service: 'Service',
  hpa: 'HorizontalPodAutoscaler',
  po: 'Pod',
  pod: 'Pod',
};

const APP = 'gourmetgram-app';
const RESOURCES = { limits: { cpu: '500m', memory: '500Mi' }, requests: { cpu: '300m', memory: '300Mi' } };

/** All that the API server has. @param has whether an image can be pulled */
export function objectsOf(cluster: Cluster, has: (image: string) => boolean): KubeObject[] {
  const { nodes, namespace, deployment, service, autoscaler } = cluster;
  const pods = podsOf(cluster, has);
  const make = (kind: string, name: string, spec: object, status: object = {}): KubeObject => ({
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...EXTRA[kind] },
    spec,
    status,
  });
  return [
    ...[...nodes].map(([name, ready]) => ({
      kind: 'Node',
      metadata: { name },
      status: { conditions: [condition('Ready', ready)] },
    })),
    ...(namespace === undefined
      ? []
      : [{ kind: 'Namespace', metadata: { name: namespace }, status: { phase: 'Active' } }]),
    ...(deployment === undefined
      ? []
      : [
          make('Deployment', deployment.name, deploymentSpec(deployment), deploymentStatus(deployment, pods)),
          ...pods,
        ]),
    ...(service === undefined
      ? []
      : [
          make('Service', service.name, {
            type: 'ClusterIP',
            externalIPs: [service.externalIp],
            ports: [{ port: 80, protocol: 'TCP', targetPort: 8000 }],
            selector: { app: APP },
          }),
        ]),
    ...(autoscaler === undefined
      ? []
      : [
          make(
            'HorizontalPodAutoscaler',
            autoscaler.name,
            autoscalerSpec(autoscaler),
            autoscalerStatus(cluster, autoscaler),
          ),
        ]),
  ];
}

/** What Kubernetes itself writes to an object of that kind. */
const EXTRA: Readonly<Record<string, object>> = {
  Deployment: { generation: 1, labels: { app: APP } },
  Pod: { labels: { app: APP } },
};

function condition(type: string, isTrue: boolean): object {
  return { type, status: isTrue ? 'True' : 'False' };
}

/** One a replica, over the nodes in turn; running where its image can be had and a node is ready. */
function podsOf({ nodes, namespace, deployment }: Cluster, has: (image: string) => boolean): KubeObject[] {
  if (deployment === undefined) return [];
  const { name, image, replicas } = deployment;
  const ready = [...nodes].filter(([, isReady]) => isReady).map(([node]) => node);
  const runs = ready.length > 0 && has(image);
  return Array.from({ length: replicas }, (_, at) => ({
    kind: 'Pod',
    metadata: {
      name: `${name}-6d4b75c9f-x${at}k2`,
      ...(namespace === undefined ? {} : { namespace }),
      ...EXTRA['Pod'],
    },
    spec: { nodeName: ready[at % Math.max(1, ready.length)], containers: [{ name, image }] },
    status: { phase: runs ? 'Running' : 'Pending', conditions: [condition('Ready', runs)] },
  }));
}

function deploymentSpec({ name, image, replicas }: DeploymentRecord): object {
  const readinessProbe = { httpGet: { path: '/test', port: 8000 } };
  return {
    replicas,
    selector: { matchLabels: { app: APP } },
    template: { spec: { containers: [{ name, image, resources: RESOURCES, readinessProbe }] } },
  };
}

function deploymentStatus({ replicas }: DeploymentRecord, pods: readonly KubeObject[]): object {
  const ready = pods.filter(
    ({ status }) => status !== undefined && 'phase' in status && status.phase === 'Running',
  );
  return {
    observedGeneration: 1,
    replicas,
    updatedReplicas: replicas,
    // Absent where it would be 0.
    ...(ready.length > 0 ? { readyReplicas: ready.length, availableReplicas: ready.length } : {}),
  };
}

function autoscalerSpec({ min, max }: AutoscalerRecord): object {
  const target = { type: 'Utilization', averageUtilization: 50 };
  return {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: APP },
    minReplicas: min,
    maxReplicas: max,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
  };
}

function autoscalerStatus({ metrics, deployment }: Cluster, { scaledAt }: AutoscalerRecord): object {
  const replicas = deployment?.replicas ?? 0;
  return {
    currentReplicas: replicas,
    desiredReplicas: replicas,
    conditions: [condition('AbleToScale', true), condition('ScalingActive', metrics)],
    ...(scaledAt === undefined ? {} : { lastScaleTime: new Date(scaledAt).toISOString() }),
  };
}
