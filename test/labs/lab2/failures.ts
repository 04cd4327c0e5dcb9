import { ADDRESS, missing, refused } from './cloud';
import { recorded } from '../kubernetes';
import { all, answers, edit, found, hides, itemIn, says, set, withMore, without } from '../worldChanges';
import { image, IMAGE, type Item } from '../kvmCloud';
import type { LabWorlds } from '../world';

const me = 'ab1234';
const URL = `http://${ADDRESS}`;
const DENIED = refused(
  'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock\n',
);
const isMine = ({ description }: Item): boolean => description === `Cloud IP for ${me}`;

/** The failures of Lab 2, each as students get it wrong. */
export function lab2Failures(done: Record<string, Item>): LabWorlds['wrong'] {
  return [
    {
      failure: 1,
      name: 'the network is called otherwise',
      change: set('networks', `private_cloud_net_${me}`, { name: 'private_cloud_net' }),
      fails: ['private-net'],
      unknown: ['private-subnet', 'port1', 'port2'],
      hint: /exactly that name/,
    },
    {
      failure: 1,
      name: 'the placeholder is left in a command for a port',
      change: set('ports', `port2_${me}`, { name: 'port2_netID' }),
      fails: ['port2'],
      hint: /replace all three/,
    },
    {
      failure: 2,
      name: 'all was made in another project',
      change: all(
        answers('network /v2.0/networks', { networks: [] }),
        answers('network /v2.0/ports', { ports: [] }),
        answers('network /v2.0/floatingips', { floatingips: [] }),
        answers('compute /servers/detail', { servers: [] }),
        answers('reservation /leases', { leases: [] }),
      ),
      fails: ['private-net', 'lease1-active', 'node1-active', 'lease2-active'],
      unknown: ['fip-node1', 'ssh-node1'],
      hint: /project/,
    },
    {
      failure: 3,
      name: 'the lease was given a local time',
      change: set('leases', `lease1_cloud_${me}`, {
        status: 'PENDING',
        start_date: '2026-06-01T19:00:00.000000',
        end_date: '2026-06-02T03:00:00.000000',
      }),
      fails: ['lease1-active'],
      unknown: ['lease1-flavor', 'node1-reserved-flavor'],
      hint: /UTC/,
    },
    {
      failure: 4,
      name: 'the second lease is not active yet',
      change: all(
        set('leases', `lease2_cloud_${me}`, { status: 'PENDING' }),
        without('servers', `node2-cloud-${me}`),
        without('servers', `node3-cloud-${me}`),
      ),
      fails: ['lease2-active'],
      unknown: ['node2-active', 'node3-active', 'ssh-node2-jump'],
      hint: /until it says ACTIVE/,
    },
    {
      failure: 5,
      name: 'nobody opened HTTP',
      change: without('security_groups', 'allow-http-80'),
      fails: ['sg-allow-http-80'],
      unknown: ['node1-groups'],
      hint: /allow-http-80/,
    },
    {
      failure: 5,
      name: 'the group is there, and not on the server',
      change: (world) => {
        const { id } = itemIn(world, 'servers', `node1-cloud-${me}`);
        const port = itemIn(
          world,
          'ports',
          (each) => each['device_id'] === id && each['port_security_enabled'] === true,
        );
        port['security_groups'] = (port['security_groups'] as string[]).slice(0, 2);
      },
      fails: ['node1-groups'],
      hint: /allow-http-80/,
    },
    {
      failure: 6,
      name: 'an image with a date',
      change: answers(`image /v2/images/${IMAGE}`, image('CC-Ubuntu24.04-20250601', IMAGE)),
      fails: ['node1-image'],
      hint: /date/,
    },
    {
      failure: 7,
      name: 'the key pair has another name',
      change: all(
        edit(
          'keypairs',
          (item) => (item['keypair'] as Item)['name'] === 'id_rsa_chameleon',
          (item) => {
            (item['keypair'] as Item)['name'] = 'laptop';
          },
        ),
        without('servers', `node2-cloud-${me}`),
      ),
      fails: ['node2-active', 'keypair-present'],
      hint: /key pair/,
    },
    {
      failure: 8,
      name: 'the floating IP is on the private port',
      change: set('floatingips', isMine, { fixed_ip_address: '192.168.1.11' }),
      fails: ['fip-node1'],
      unknown: ['ssh-node1'],
      hint: /10\.56/,
    },
    {
      failure: 8,
      name: 'the floating IP is on a classmate’s server',
      change: edit('floatingips', isMine, (item) => {
        (item['port_details'] as Item)['device_id'] = 'f0000000-0000-4000-8000-000000000001';
      }),
      fails: ['fip-node1'],
      hint: /node1/,
    },
    {
      failure: 9,
      name: 'the session has the old groups',
      change: says('node1', 'docker-usable', DENIED),
      fails: ['docker-usable'],
      unknown: ['hello-world-ran', 'nginx-public-running'],
      hint: /new one/,
    },
    {
      failure: 10,
      name: 'the port is not published',
      change: all(says('node1', 'nginx-public-running', 'nginx-public 80/tcp\n'), hides(`${URL}/`)),
      fails: ['nginx-public-running'],
      unknown: ['nginx-public-http'],
      hint: /80:80/,
    },
    {
      failure: 11,
      name: 'another container has port 80',
      in: 'application',
      change: says('node1', 'gourmetgram-container', ''),
      fails: ['gourmetgram-container'],
      hint: /stop the container that has it/,
    },
    {
      failure: 12,
      name: 'another container has the name',
      change: says('node1', 'nginx-public-running', ''),
      fails: ['nginx-public-running'],
      hint: /name is taken/,
    },
    {
      failure: 13,
      name: 'the key was not at hand on node1',
      in: 'six',
      change: says('node1', 'cluster-ssh', refused('cc@192.168.1.11: Permission denied (publickey).\n', 1)),
      fails: ['cluster-ssh'],
      hint: /-A/,
    },
    {
      failure: 14,
      name: 'the old Docker stopped the installation',
      in: 'six',
      change: all(
        says('node1', 'k8s-nodes-ready', missing('kubectl')),
        says('node1', 'kubeconfig', refused('')),
      ),
      fails: ['k8s-nodes-ready', 'kubeconfig'],
      unknown: ['k8s-deployment'],
      hint: /old Docker/,
    },
    {
      failure: 15,
      name: 'no mirror on one node, and too many pulls',
      in: 'six',
      change: all(
        says('node3', 'docker-daemon-json', '{"insecure-registries":["node1:5000"]}'),
        says('node1', 'k8s-deployment', recorded('app-ratelimit-deploy')),
      ),
      fails: ['docker-daemon-json', 'k8s-deployment'],
      hint: /too many requests/,
    },
    {
      failure: 16,
      name: 'a node is missing after the playbook',
      in: 'six',
      change: says('node1', 'k8s-nodes-ready', recorded('node-missing')),
      fails: ['k8s-nodes-ready'],
      hint: /same playbook again/,
    },
    {
      failure: 17,
      name: 'the connection broke during the playbook',
      in: 'six',
      change: says('node1', 'k8s-nodes-ready', recorded('node-cni')),
      fails: ['k8s-nodes-ready'],
      hint: /connection broke/,
    },
    {
      failure: 18,
      name: 'cc has no way into the cluster',
      in: 'six',
      change: all(
        says('node1', 'kubeconfig', refused('')),
        says('node1', 'k8s-nodes-ready', recorded('no-kubeconfig', 1)),
      ),
      fails: ['kubeconfig', 'k8s-nodes-ready'],
      hint: /Copy/,
    },
    {
      failure: 19,
      name: 'the file is not indented as it should be',
      in: 'six',
      change: all(
        says('node1', 'k8s-deployment', recorded('app-missing-deploy', 1)),
        says('node1', 'k8s-six-replicas', recorded('app-stopped')),
      ),
      fails: ['k8s-deployment', 'k8s-six-replicas'],
      hint: /indentation/,
    },
    {
      failure: 20,
      name: 'the external address is another’s',
      in: 'six',
      change: says('node1', 'k8s-service', recorded('svc-wrong-ip')),
      fails: ['k8s-service'],
      hint: /10\.56/,
    },
    {
      failure: 20,
      name: 'the placeholder is left as the address',
      in: 'six',
      change: says('node1', 'k8s-service', recorded('ns-missing-deploy', 1)),
      fails: ['k8s-service'],
      hint: /10\.56\.X\.Y/,
    },
    {
      failure: 21,
      name: 'the image is not in the registry',
      in: 'six',
      change: all(
        says(
          'node1',
          'registry-has-app',
          '{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry"}]}\n',
        ),
        says('node1', 'k8s-deployment', recorded('app-imagepull-deploy')),
      ),
      fails: ['k8s-deployment', 'registry-has-app'],
      hint: /ImagePullBackOff/,
    },
    {
      failure: 22,
      name: 'the only pod is down under the load',
      in: 'six',
      change: says('node1', 'k8s-deployment', recorded('app-crash-deploy')),
      fails: ['k8s-deployment'],
    },
    {
      failure: 23,
      name: 'the metrics server was off',
      in: 'six',
      change: all(
        says('node1', 'kubespray-metrics', 'metrics_server_enabled: false\n'),
        says('node1', 'k8s-metrics', recorded('hpa-no-metrics-top', 1)),
      ),
      fails: ['k8s-metrics', 'kubespray-metrics'],
      hint: /metrics server/,
    },
    {
      failure: 23,
      name: 'the autoscaler has no data',
      in: 'scaled',
      change: says('node1', 'k8s-hpa', recorded('hpa-no-metrics')),
      fails: ['k8s-hpa-scaled'],
      hint: /metrics server/,
    },
    {
      failure: 24,
      name: 'ports are still on the network',
      in: 'cleaned',
      change: all(
        withMore('ports', ...found(done, 'ports', ({ name }) => name === `port2_${me}`)),
        withMore('networks', ...found(done, 'networks', ({ name }) => name === `private_cloud_net_${me}`)),
      ),
      fails: ['cleanup-network', 'cleanup-ports'],
      hint: /ports are still in use/,
    },
  ];
}
