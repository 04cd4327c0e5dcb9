import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base';
import { startDemo, type Demo } from '../../../src/demo';
import {
  createLease,
  createServer,
  deletePort,
  getServer,
  listFlavors,
  listImages,
  listNetworks,
  listPorts,
  Session,
} from '../../../src/openstack';
import { idNamed } from '../../openstack/made';
import { portRules, type PortCloud } from '../../openstack/portRules';
import { at, listAt, signIn, type Caller } from './client';
import { missing, recorded, shapeOf, strangers } from './shapes';

const MINUTE_MS = 60_000;
/** More servers than are made here. */
const ROOM = 9;

describe('demo: ports that are made before their server, by the rules that the real OpenStack was asked', () => {
  let demo: Demo;
  let caller: Caller;
  let cloud: PortCloud;

  const open = async (): Promise<PortCloud> => {
    demo = await startDemo();
    const [kvm] = demo.clouds;
    assert(kvm !== undefined);
    caller = await signIn(kvm);
    const session = new Session(kvm, { fetch: globalThis.fetch, clock: systemClock, random: () => 0.5 });
    const tiny = idNamed(await listFlavors(session), 'm1.tiny');
    const lease = await createLease(session, {
      name: 'ports',
      start: 'now',
      end: Date.now() + 60 * MINUTE_MS,
      reservations: [{ resource_type: 'flavor:instance', flavor_id: tiny, amount: ROOM, affinity: null }],
    });
    await demo.world.advance(MINUTE_MS);
    cloud = {
      session,
      flavorId: lease.reservations[0]?.id ?? '',
      // Nobody reserved it.
      hopelessFlavorId: tiny,
      ready: async (id) => {
        await demo.world.advance(MINUTE_MS);
        return getServer(session, id);
      },
      gone: () => Promise.resolve(),
    };
    return cloud;
  };
  portRules(open);
  after(() => demo.stop());

  it('a port that is deleted is gone from its server', async () => {
    const network = idNamed(await listNetworks(cloud.session), 'sharednet1');
    const imageId = idNamed(await listImages(cloud.session), 'CC-Ubuntu24.04');
    const { flavorId } = cloud;
    const interfaces = [{ networkId: network }, { networkId: network }];
    const wish = { name: 'two', imageId, flavorId, interfaces, securityGroupIds: [] };
    const { id, addresses } = await cloud.ready(await createServer(cloud.session, wish));
    assert.equal(addresses.length, 2, 'both on one network');
    const [port] = (await listPorts(cloud.session)).filter(({ deviceId }) => deviceId === id);
    await deletePort(cloud.session, port?.id ?? '');
    assert.deepEqual(
      (await getServer(cloud.session, id)).addresses.map(({ address }) => address),
      addresses.map(({ address }) => address).filter((address) => address !== port?.fixedIps[0]?.address),
    );
  });

  it('what was made has the form of what is recorded', async () => {
    for (const kind of ['networks', 'subnets', 'ports']) {
      const example = recorded(`neutron-${kind}`);
      const { body } = await caller('network', `/v2.0/${kind}`);
      assert.deepEqual(strangers(body, shapeOf([example])), []);
      assert.deepEqual(missing(body, [example]), []);
    }
    const free = listAt((await caller('network', '/v2.0/ports?device_id=')).body, 'ports');
    assert(free.length > 5);
    for (const port of free) assert.equal(at(port, 'status'), 'DOWN');
  });
});
