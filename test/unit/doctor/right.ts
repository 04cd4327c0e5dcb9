import type { SiteInventory } from '../../../src/chameleon';
import type { CloudFacts, Diagnosis, Rung } from '../../../src/doctor';

export const NOW = Date.UTC(2026, 1, 10, 15);
const HOUR = 3_600_000;
const ME = { kind: 'me', why: 'made by you' } as const;

const CONSOLE = `[    0.000000] Linux version 6.8.0
ci-info: |  ens3  | True |        10.56.0.12       | 255.255.255.0 | global | fa:16:3e:00:00:01 |
ci-info: |   lo   | True |        127.0.0.1        |   255.0.0.0   |  host  |         .         |
[   31.4] cloud-init[812]: Cloud-init v. 24.1 finished at Tue, 10 Feb 2026 14:02:11 +0000.
node1 login: `;

/** A server that can be reached, at a site where everything answers. Tests change one thing. */
export function right(): { -readonly [key in keyof CloudFacts]: CloudFacts[key] } {
  const fresh = { state: 'fresh', asOf: NOW, error: undefined };
  const parts = Object.fromEntries(
    ['leases', 'servers', 'floatingIps', 'ports', 'networks', 'securityGroups', 'keyPairs'].map((part) => [
      part,
      fresh,
    ]),
  );
  const server = {
    id: 's1',
    name: 'node1-cloud-ab1234',
    status: 'ACTIVE',
    created: NOW - 2 * HOUR,
    launchedAt: NOW - 2 * HOUR,
    keyName: 'laptop',
    leaseId: 'l1',
    owner: ME,
    fault: undefined,
    addresses: [
      { network: 'private', address: '10.56.0.12', version: 4, kind: 'fixed' },
      { network: 'private', address: '192.0.2.7', version: 4, kind: 'floating' },
    ],
  };
  const site = {
    cloud: 'kvm',
    site: { uid: 'kvm', name: 'KVM@TACC', kind: 'kvm', web: '', authUrl: '' },
    project: { id: 'p1', name: 'CHI-1' },
    parts,
    servers: [server],
    leases: [
      {
        id: 'l1',
        name: 'lease1',
        status: 'ACTIVE',
        start: NOW - 3 * HOUR,
        end: NOW + HOUR,
        owner: ME,
        reservations: [],
        events: [],
      },
    ],
    floatingIps: [
      {
        id: 'f1',
        address: '192.0.2.7',
        portId: 'port1',
        serverId: 's1',
        fixedAddress: '10.56.0.12',
        status: 'ACTIVE',
        owner: ME,
      },
    ],
    ports: [
      {
        id: 'port1',
        deviceId: 's1',
        networkId: 'n1',
        deviceOwner: 'compute:nova',
        fixedIps: [{ address: '10.56.0.12', subnetId: 'x' }],
        securityGroupIds: ['g0', 'g1'],
        portSecurity: true,
      },
      {
        id: 'port9',
        deviceId: 'r1',
        networkId: 'n1',
        deviceOwner: 'network:router_interface',
        fixedIps: [],
        securityGroupIds: [],
        portSecurity: false,
      },
    ],
    networks: [{ id: 'n1', name: 'private', projectId: 'p1', shared: false, external: false }],
    securityGroups: [
      { id: 'g0', name: 'default', rules: [{ direction: 'egress', etherType: 'IPv4' }] },
      {
        id: 'g1',
        name: 'allow-ssh',
        rules: [
          {
            direction: 'ingress',
            etherType: 'IPv4',
            protocol: 'tcp',
            portMin: 22,
            portMax: 22,
            remotePrefix: '0.0.0.0/0',
          },
        ],
      },
    ],
    keyPairs: [{ name: 'laptop', publicKey: 'ssh-ed25519 AAAA', fingerprint: '' }],
  } as unknown as SiteInventory;
  const [first] = site.servers;
  if (first === undefined) throw new Error('no server');
  return {
    site,
    server: first,
    now: NOW,
    console: CONSOLE,
    held: [{ publicKey: 'ssh-ed25519 AAAA', matches: true }],
  };
}

/** The ladder as `id: verdict`, without what passed. */
export function wrong(rungs: readonly Rung[]): string[] {
  return rungs.filter(({ verdict }) => verdict !== 'passed').map(({ id, verdict }) => `${id} ${verdict}`);
}

export const diagnosis = (rungs: readonly Rung[]): Diagnosis => ({
  server: 'node1',
  site: 'KVM@TACC',
  at: NOW,
  rungs,
});
