import { kinds, objectsOf, type Cluster, type KubeObject } from '../world/cluster';
import type { Invocation, Outcome, Run } from './commands';
import { HOME } from './host';
import { fails, lines, notFound, printed } from './outcomes';

const NO_SERVER =
  'The connection to the server localhost:8080 was refused - did you specify the right host or port?\n';

interface Asked {
  readonly verb: string;
  readonly rest: readonly string[];
  readonly namespace: string;
  readonly output: string;
  readonly replicas: number;
}

/** kubectl, as far as Lab 2 asks: `get`, `top nodes`, `scale` and `delete`. */
export const kubectl: Run = (call) => {
  const { bench, files } = call.shell.host;
  const cluster = bench?.cluster;
  if (cluster === undefined) return notFound(call);
  if (files.read(`${HOME}/.kube/config`) === undefined) return { exit: 1, stdout: '', stderr: NO_SERVER };
  const asked = askedIn(call.args);
  const all = objectsOf(
    cluster,
    (image) => bench?.pushed?.includes(image.replace(/^node1:5000\//, '')) === true,
  );
  switch (asked.verb) {
    case 'get':
      return get(call, asked, all);
    case 'top':
      return cluster.metrics
        ? lines(
            ...[...cluster.nodes.keys()].map((name, at) => `${name}   ${180 + 7 * at}m   9%   1893Mi   50%`),
          )
        : { exit: 1, stdout: '', stderr: 'error: Metrics API not available\n' };
    case 'scale':
      return change(asked, all, () => {
        if (cluster.deployment !== undefined) cluster.deployment.replicas = asked.replicas;
      });
    case 'delete':
      return change(asked, all, (kind) => {
        remove(cluster, kind);
      });
    default:
      return fails(call, `the demo knows no kubectl ${asked.verb}`);
  }
};

function askedIn(args: readonly string[]): Asked {
  const words: string[] = [];
  const options = new Map<string, string>();
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const [name = '', value] = word.split(/=([^]*)/);
    if (!word.startsWith('-')) words.push(word);
    else if (value !== undefined && name.startsWith('--')) options.set(name, value);
    else if (/^-[nol]$|^--(?:namespace|output|selector|replicas)$/.test(word)) {
      at += 1;
      options.set(word, args[at] ?? '');
    }
  }
  const [verb = '', ...rest] = words;
  return {
    verb,
    rest: rest.flatMap((word) => word.split(/\/(.*)/, 2)),
    namespace: options.get('-n') ?? options.get('--namespace') ?? 'default',
    output: options.get('-o') ?? options.get('--output') ?? '',
    replicas: Number(options.get('--replicas') ?? 1),
  };
}

/** The objects of one of these kinds, by name too if one is told: those of another namespace are not seen. */
function found({ rest: [asked = '', name], namespace }: Asked, all: readonly KubeObject[]): KubeObject[] {
  const wanted = asked.split(',').map(kindOf);
  return all.filter(
    ({ kind, metadata }) =>
      wanted.includes(kind) &&
      (metadata.namespace ?? namespace) === namespace &&
      (name === undefined || metadata.name === name),
  );
}

function kindOf(word: string): string {
  return kinds[word] ?? kinds[word.replace(/s$/, '')] ?? word;
}

function missing({ rest: [kind = '', name = ''] }: Asked): Outcome {
  return { exit: 1, stdout: '', stderr: `Error from server (NotFound): ${kind} "${name}" not found\n` };
}

function get(call: Invocation, asked: Asked, all: readonly KubeObject[]): Outcome {
  const items = found(asked, all).map((item) => ({ apiVersion: 'v1', ...item }));
  const isOne = asked.rest[1] !== undefined;
  const [first] = items;
  if (isOne && first === undefined) return missing(asked);
  const answer = isOne ? first : { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } };
  if (asked.output === 'json') return printed(`${JSON.stringify(answer, undefined, 4)}\n`);
  if (asked.output === 'jsonpath={.status.phase}')
    return printed(first?.status !== undefined && 'phase' in first.status ? String(first.status.phase) : '');
  if (asked.output !== '') return fails(call, `the demo knows no output ${asked.output}`);
  if (first === undefined) return { exit: 0, stdout: '', stderr: 'No resources found\n' };
  return lines('NAME', ...items.map(({ metadata }) => metadata.name));
}

function change(asked: Asked, all: readonly KubeObject[], does: (kind: string) => void): Outcome {
  const [item] = found(asked, all);
  if (item === undefined || asked.rest[1] === undefined) return missing(asked);
  does(item.kind);
  return lines(`${asked.rest.join('/')} ${asked.verb}d`);
}

function remove(cluster: Cluster, kind: string): void {
  if (kind === 'Deployment') cluster.deployment = undefined;
  if (kind === 'Service') cluster.service = undefined;
  if (kind === 'HorizontalPodAutoscaler') cluster.autoscaler = undefined;
  if (kind === 'Namespace') {
    cluster.namespace = undefined;
    for (const each of ['Deployment', 'Service', 'HorizontalPodAutoscaler']) remove(cluster, each);
  }
}
