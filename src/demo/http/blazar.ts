import { addLease, deleteLease } from '../world/leases';
import type { LeaseRecord } from '../world/records';
import type { SiteWorld } from '../world/site';
import type { World } from '../world/world';
import { Fault, ok, signed, wanted, type Api } from './api';
import { allocationShape, hostShape, leaseShape } from './blazarShapes';
import { leasePlan } from './blazarPlan';
import { updateLease } from './blazarUpdate';

const API = '/v1';

/** Blazar with the plugins that the course uses: hosts, flavors, floating IPs. */
export function blazar(site: SiteWorld, world: World): Api {
  return {
    name: 'blazar',
    fault: (fault) => ({
      status: fault.status,
      body: {
        error_code: fault.status,
        error_message: fault.message,
        error_name: fault.type === '' ? fault.status : fault.type,
      },
    }),
    headers: () => ({ 'OpenStack-API-Version': 'reservation 1.0', Vary: 'OpenStack-API-Version' }),
    routes: [
      signed('GET', '/', () => ok({ versions: [{ id: 'v1.0', status: 'CURRENT', links: [] }] })),
      // Neither pages nor filters: the whole project, ended leases too, until somebody deletes them.
      signed('GET', `${API}/leases`, () =>
        ok({ leases: [...site.leases.values()].map((lease) => leaseShape(site, lease)) }),
      ),
      signed('POST', `${API}/leases`, (call) => {
        const lease = addLease(site, leasePlan(site, call, world.now()));
        return { status: 201, body: { lease: leaseShape(site, lease) } };
      }),
      signed('GET', `${API}/leases/:id`, (_call, id) => ok({ lease: leaseShape(site, leaseOf(site, id)) })),
      signed('PUT', `${API}/leases/:id`, (call, id) => {
        const lease = leaseOf(site, id);
        return ok({ lease: leaseShape(site, lease, updateLease(site, lease, call, world.now())) });
      }),
      signed('DELETE', `${API}/leases/:id`, (_call, id) => {
        deleteLease(site, leaseOf(site, id), world.now());
        return { status: 204 };
      }),
      signed('GET', `${API}/os-hosts`, () => ok({ hosts: site.hosts.map(hostShape) })),
      signed('GET', `${API}/os-hosts/allocations`, () =>
        ok({ allocations: site.hosts.map((host) => allocationShape(site, host, world.now())) }),
      ),
      signed('GET', `${API}/os-hosts/:id`, (_call, id) => {
        const host = site.hosts.find((each) => each.id === id);
        return ok({ host: hostShape(wanted(host, `Object with {'host_id': '${id}'} not found`)) });
      }),
      signed('GET', `${API}/floatingips`, () => {
        throw new Fault(403, "Policy doesn't allow blazar:floatingips:get to be performed");
      }),
    ],
  };
}

function leaseOf(site: SiteWorld, id: string): LeaseRecord {
  return wanted(site.leases.get(id), `Object with {'lease_id': '${id}'} not found`);
}
