import { netID, onNode1, openstack, others, pages } from '../lab3/cloud';
import { alikeInCloud } from '../lab3/alikeCloud';
import { alikeOnHosts } from '../lab3/alikeHosts';
import { lab3Failures } from '../lab3/failures';
import type { LabWorlds, RightWorld } from '../world';

const parameters = { netID };
const cloud = openstack('done');
const cleanup = ['fip', 'servers', 'ports', 'network', 'lease', 'app-credential'].map(
  (id) => `cleanup-${id}`,
);
const later = ['bad-train', 'bad-blocked', 'bad-not-in-canary', 'cron-quarter-hour', 'cron-fired'];
const ssh = (at: 'promoted' | 'bad') => ({
  node1: onNode1(at),
  node2: others('node2'),
  node3: others('node3'),
});

/** One attempt at the lab: at the end of the second part, of the third, and after clean-up. */
const worlds: RightWorld[] = [
  {
    name: 'promoted',
    parameters,
    openstack: { 'KVM@TACC': cloud },
    ssh: ssh('promoted'),
    pages: { http: pages('promoted') },
    passes: { except: [...later, ...cleanup] },
  },
  {
    name: 'bad',
    after: 'promoted',
    parameters,
    openstack: { 'KVM@TACC': cloud },
    ssh: ssh('bad'),
    pages: { http: pages('bad') },
    passes: { except: cleanup },
  },
  {
    name: 'cleaned',
    after: 'bad',
    parameters,
    openstack: { 'KVM@TACC': openstack('cleaned') },
    passes: 'all',
  },
];

export const lab: LabWorlds = {
  id: 'lab3-mlops',
  worlds,
  wrong: lab3Failures(cloud),
  exempt: {
    'fip-node1': { 'a longer name': 'what it is described as does not matter when it is at node1’s port' },
    'docker-daemon-json': { 'one too many': 'a registry that is named twice is trusted all the same' },
    'servers-active': { 'one too many of images': 'an image that is listed twice is the same image' },
    'docker-group': { 'one too many': 'groups that are told twice are the same groups' },
    'cron-quarter-hour': {
      none: 'the schedule is no list',
      'a list of nulls': 'the schedule is no list',
    },
  },
  alike: { ...alikeInCloud(cloud), ...alikeOnHosts },
};
