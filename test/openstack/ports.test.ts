import { getServer, listFlavors } from '../../src/openstack';
import { cloud, session } from './clouds';
import { idNamed, Made, until } from './made';
import { portRules } from './portRules';

describe('ports that are made before their server, on a real OpenStack', function () {
  this.timeout(200_000);
  const open = session(cloud('student_a'));
  const made = new Made(open);
  after(() => made.undo());

  portRules(async () => {
    const flavors = await listFlavors(open);
    return {
      session: open,
      flavorId: idNamed(flavors, 'm1.tiny'),
      hopelessFlavorId: idNamed(flavors, 'g1.h100'),
      ready: (id) =>
        until(
          () => getServer(open, id),
          ({ status }) => status !== 'BUILD',
        ),
      gone: (id) => made.removeServer(id),
    };
  });
});
