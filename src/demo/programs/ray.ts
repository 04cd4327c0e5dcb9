import { createHash } from 'node:crypto';
import { page } from './page';
import type { Answer, Asked, Program, Surroundings } from './program';

const VERSION = '2.54.0';
const JSON_TYPE = 'application/json; charset=utf-8';
const GIB = 1_073_741_824;

/** The head node's dashboard of the Ray labs. It answers to any name. */
export const ray: Program = { server: 'Python/3.11 aiohttp/3.13.3', answer };

function answer(asked: Asked, where: Surroundings): Answer {
  const path = asked.path.replace(/\?.*$/, '');
  switch (path) {
    case '/':
      return { status: 200, type: 'text/html', body: start(where) };
    case '/api/version':
      return json({
        version: '4',
        ray_version: VERSION,
        ray_commit: '48bd1f8fa43d0e8222b0f57357b99b48c7437ed3',
        session_name: sessionOf(where),
      });
    case '/api/cluster_status':
      return json({ result: true, msg: 'Got cluster status.', data: clusterStatus(where) });
    case '/nodes':
      return json({ result: true, msg: 'Node summary fetched.', data: nodeSummary(where) });
    case '/api/gcs_healthz':
      return { status: 200, type: 'text/plain; charset=utf-8', body: 'success' };
    case '/api/jobs/':
      return json([]);
    default:
      return { status: 404, type: 'text/plain; charset=utf-8', body: '404: Not Found' };
  }
}

interface RayNode {
  readonly id: string;
  readonly isHead: boolean;
  readonly cpus: number;
  readonly gpus: number;
}

/** A head and two workers on one machine, as the lab's compose file starts them. */
function nodesOf({ hostname }: Surroundings): RayNode[] {
  return [0, 1, 2].map((at) => ({
    id: createHash('sha224').update(`${hostname}/${at}`).digest('hex'),
    isHead: at === 0,
    cpus: at === 0 ? 4 : 32,
    gpus: at === 0 ? 0 : 1,
  }));
}

function sessionOf({ upSince }: Surroundings): string {
  const text = new Date(upSince).toISOString();
  return `session_${text.slice(0, 10)}_${text.slice(11, 19).replaceAll(':', '-')}_000000_1200`;
}

function nodeSummary(where: Surroundings): object {
  const nodes = nodesOf(where);
  return {
    summary: nodes.map((node) => ({
      now: where.now() / 1000,
      hostname: where.hostname,
      ip: '127.0.0.1',
      cpu: 3.1,
      cpus: [64, 64],
      mem: [256 * GIB, 240 * GIB, 6.3, 16 * GIB],
      raylet: {
        nodeId: node.id,
        nodeManagerAddress: '127.0.0.1',
        nodeManagerHostname: where.hostname,
        resourcesTotal: resourcesOf(node),
        nodeName: '127.0.0.1',
        startTimeMs: String(where.upSince),
        state: 'ALIVE',
        isHeadNode: node.isHead,
        stateMessage: null,
      },
      bootTime: where.upSince / 1000,
      gpus: [],
    })),
    nodeLogicalResources: Object.fromEntries(
      nodes.map((node) => [
        node.id,
        `0.0/${node.cpus}.0 CPU\n${node.gpus > 0 ? `0.0/${node.gpus}.0 GPU\n` : ''}0B/${node.cpus}.00GiB memory`,
      ]),
    ),
  };
}

function resourcesOf(node: RayNode): Record<string, number> {
  return {
    ...(node.gpus > 0 ? { GPU: node.gpus } : {}),
    CPU: node.cpus,
    'node:127.0.0.1': 1,
    memory: node.cpus * GIB,
  };
}

function clusterStatus(where: Surroundings): object {
  const nodes = nodesOf(where);
  const sum = (of: (node: RayNode) => number): number => nodes.reduce((total, node) => total + of(node), 0);
  return {
    autoscalingStatus: `Cluster status: 0 nodes\n - ResourceUsage: 0.0/${sum((node) => node.cpus)}.0 CPU, 0.0/${sum((node) => node.gpus)}.0 GPU`,
    autoscalingError: null,
    clusterStatus: {
      gcsRequestTime: 0.002,
      time: where.now() / 1000,
      monitorPid: 1201,
      autoscalerUpdateTime: 0.0015,
      autoscalerReport: {
        // Ray's JSON writes these names in camel case, ids included.
        activeNodes: Object.fromEntries(nodes.map(({ id }) => [camel(`node_${id}`), 1])),
        idleNodes: null,
        pendingNodes: [],
        pendingLaunches: {},
        failedNodes: [],
        pendingResources: {},
        legacy: true,
      },
      nonTerminatedNodesTime: 0.000_006,
      loadMetricsReport: {
        usage: { CPU: [0, sum((node) => node.cpus)], GPU: [0, sum((node) => node.gpus)] },
        resourceDemand: [],
        pgDemand: [],
        requestDemand: [],
        nodeTypes: nodes.map((node) => [resourcesOf(node), 1]),
        headIp: null,
      },
    },
  };
}

/** A letter after a digit or an underscore is a capital. */
function camel(text: string): string {
  return text.replace(/(?:_|(?<=\d))([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function start(where: Surroundings): string {
  return page({
    title: 'Ray Dashboard',
    colour: '#036dcf',
    imitates: `Ray ${VERSION}`,
    hostname: where.hostname,
    heading: 'Cluster: 3 nodes alive',
    columns: ['Node', 'Role', 'State', 'CPUs', 'GPUs'],
    rows: nodesOf(where).map((node) => [
      node.id.slice(0, 12),
      node.isHead ? 'head' : 'worker',
      'ALIVE',
      String(node.cpus),
      String(node.gpus),
    ]),
  });
}

function json(body: object): Answer {
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(body) };
}
