import * as v from 'valibot';
import type { RawParts } from '../assemble';
import type { PartName } from '../types';

/** The records of the inventory as one window writes them for the others: another version's form is not taken. */
type Lists = {
  readonly [P in PartName]: v.GenericSchema<unknown, RawParts[P]>;
};

/** What is `undefined` here is null in the text: an absent key would be another version's. */
export function maybe<T extends v.GenericSchema>(schema: T) {
  return v.pipe(
    v.nullable(schema),
    v.transform((value) => value ?? undefined),
  );
}

const text = v.string();
const number = v.number();
const flag = v.boolean();
const texts = v.array(text);

const lease = v.object({
  id: text,
  name: text,
  status: text,
  userId: text,
  projectId: text,
  start: number,
  end: number,
  created: number,
  degraded: flag,
  reservations: v.array(
    v.object({
      id: text,
      resourceType: text,
      status: text,
      amount: maybe(number),
      min: maybe(number),
      max: maybe(number),
      flavorId: maybe(text),
      vcpus: maybe(number),
      memoryMb: maybe(number),
      resourceProperties: maybe(text),
      networkId: maybe(text),
      missingResources: flag,
    }),
  ),
  events: v.array(v.object({ type: text, time: number, status: text })),
});

const server = v.object({
  id: text,
  name: text,
  status: text,
  taskState: maybe(text),
  vmState: maybe(text),
  powerState: maybe(number),
  userId: text,
  projectId: text,
  created: number,
  updated: number,
  launchedAt: maybe(number),
  keyName: maybe(text),
  imageId: maybe(text),
  flavor: v.object({ originalName: text, vcpus: number, ramMb: number, diskGb: number }),
  hypervisorHostname: maybe(text),
  fault: maybe(v.object({ code: number, message: text })),
  addresses: v.array(
    v.object({
      network: text,
      address: text,
      version: v.picklist([4, 6]),
      kind: v.picklist(['fixed', 'floating']),
      mac: maybe(text),
    }),
  ),
  securityGroups: texts,
  volumeIds: texts,
  description: maybe(text),
});

const floatingIp = v.object({
  id: text,
  address: text,
  fixedAddress: maybe(text),
  portId: maybe(text),
  serverId: maybe(text),
  status: text,
  networkId: text,
  description: text,
  tags: texts,
  created: maybe(number),
});

const port = v.object({
  id: text,
  name: text,
  networkId: text,
  deviceId: text,
  deviceOwner: text,
  status: text,
  fixedIps: v.array(v.object({ address: text, subnetId: text })),
  securityGroupIds: texts,
  portSecurity: flag,
});

const network = v.object({
  id: text,
  name: text,
  status: text,
  external: flag,
  shared: flag,
  subnetIds: texts,
  projectId: text,
});

const router = v.object({
  id: text,
  name: text,
  status: text,
  projectId: text,
  externalNetworkId: maybe(text),
});

const securityGroup = v.object({
  id: text,
  name: text,
  description: text,
  projectId: text,
  rules: v.array(
    v.object({
      id: text,
      direction: text,
      protocol: maybe(text),
      portMin: maybe(number),
      portMax: maybe(number),
      remotePrefix: maybe(text),
      remoteGroupId: maybe(text),
      etherType: text,
    }),
  ),
});

const image = v.object({
  id: text,
  name: text,
  status: text,
  visibility: text,
  owner: maybe(text),
  created: number,
});

const keyPair = v.object({ name: text, publicKey: text, fingerprint: text });

const volume = v.object({
  id: text,
  name: text,
  status: text,
  sizeGb: number,
  type: maybe(text),
  userId: text,
  description: text,
  bootable: flag,
  attachments: v.array(v.object({ serverId: text, device: maybe(text) })),
  created: number,
});

const objectContainer = v.object({ name: text, count: number, bytes: number });

const zunContainer = v.object({
  id: text,
  name: text,
  status: text,
  statusReason: maybe(text),
  image: text,
  userId: maybe(text),
  addresses: texts,
  created: maybe(number),
});

const host = v.object({
  id: text,
  hypervisorHostname: text,
  nodeType: maybe(text),
  nodeName: maybe(text),
  reservable: flag,
  authorizedProjects: maybe(texts),
  unitsPerHour: maybe(number),
});

const hostAllocation = v.object({
  hostId: text,
  reservations: v.array(v.object({ id: text, leaseId: text, start: number, end: number })),
});

/** How each list is checked when it is read. */
export const listSchemas: Lists = {
  leases: v.array(lease),
  servers: v.array(server),
  floatingIps: v.array(floatingIp),
  ports: v.array(port),
  networks: v.array(network),
  routers: v.array(router),
  securityGroups: v.array(securityGroup),
  images: v.array(image),
  keyPairs: v.array(keyPair),
  volumes: v.array(volume),
  objectContainers: v.array(objectContainer),
  zunContainers: v.array(zunContainer),
  hosts: v.array(host),
  hostAllocations: v.array(hostAllocation),
};
