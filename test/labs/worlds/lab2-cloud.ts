import { ADDRESS, docker, kubernetes, lab as file, netID, openstack, others, pages } from '../lab2/cloud';
import { alikeInCloud } from '../lab2/alikeCloud';
import { alikeOnHosts } from '../lab2/alikeHosts';
import { lab2Failures } from '../lab2/failures';
import type { LabWorlds, RightWorld } from '../world';

const idsIn = (...steps: string[]): string[] =>
  file.steps.filter(({ id }) => steps.includes(id)).flatMap(({ checks }) => checks.map(({ id }) => id));
const except = (ids: readonly string[], ...these: readonly string[]): string[] =>
  ids.filter((id) => !these.includes(id));

const parameters = { netID, username: 'alexbaker' };
const cloud = openstack('done');
const http = (of: Record<string, unknown>): Record<string, Record<string, unknown>> => ({
  http: Object.fromEntries(Object.entries(of).map(([path, page]) => [`http://${ADDRESS}${path}`, page])),
});
const at = (
  name: string,
  parts: Pick<RightWorld, 'ssh' | 'pages' | 'passes'> & { readonly after?: string },
): RightWorld => ({ name, parameters, openstack: { 'KVM@TACC': cloud }, ...parts });
const hosts = (node1: RightWorld['ssh'] extends infer S | undefined ? S[keyof S] : never, done: boolean) => ({
  node1,
  node2: others('node2', done),
  node3: others('node3', done),
});

const cluster = except(idsIn('kubernetes-cluster', 'kubernetes-app'), 'ssh-node2-jump', 'ssh-node3-jump');
const cleanup = idsIn('delete');
const autoscaling = ['k8s-hpa', 'k8s-hpa-scaled', 'k8s-stopped'];

const BY_ID = 'it is bound by ids that were found by name before';

/** One attempt at the lab, moment after moment: what is away later was there before. */
const worlds: RightWorld[] = [
  at('nginx', {
    ssh: hosts(docker('nginx'), false),
    pages: http(pages.nginx),
    passes: {
      except: [
        'gourmetgram-image',
        'gourmetgram-container',
        'gourmetgram-http',
        'gourmetgram-predict',
        ...cluster,
        ...cleanup,
      ],
    },
  }),
  at('application', {
    after: 'nginx',
    ssh: hosts(docker('application'), false),
    pages: http(pages.application),
    passes: { except: [...cluster, ...cleanup] },
  }),
  at('six', {
    after: 'application',
    ssh: hosts(kubernetes('six'), true),
    pages: http(pages.application),
    passes: { except: [...autoscaling, ...cleanup] },
  }),
  at('scaled', {
    after: 'six',
    ssh: hosts(kubernetes('scaled'), true),
    pages: http(pages.application),
    passes: { except: ['k8s-stopped', ...cleanup] },
  }),
  at('stopped', {
    after: 'scaled',
    ssh: hosts(kubernetes('stopped'), true),
    passes: { except: cleanup },
  }),
  {
    name: 'cleaned',
    after: 'stopped',
    parameters,
    openstack: { 'KVM@TACC': openstack('cleaned') },
    passes: 'all',
  },
];

export const lab: LabWorlds = {
  id: 'lab2-cloud',
  worlds,
  wrong: lab2Failures(cloud),
  alike: { ...alikeInCloud(cloud), ...alikeOnHosts },
  exempt: {
    'node1-reserved-flavor': { 'a longer name': BY_ID },
    'node1-groups': { 'a longer name': BY_ID },
    'node23-groups': { 'a longer name': BY_ID },
    'fip-node1': { 'a longer name': 'what it is described as does not matter when it is at node1’s port' },
    'docker-daemon-json': { 'one too many': 'a registry that is named twice is trusted all the same' },
    'k8s-stopped': {
      none: 'that nothing is left is what is asked',
      'a list of nulls': 'a list of nothing stays one',
    },
  },
};
