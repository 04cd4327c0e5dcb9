import type { World } from '../world/world';
import type { SiteWorld } from '../world/site';
import { nextLink, ok, page, signed, wanted, type Api, type Reply, type Route, type SignedCall } from './api';
import { changeFloatingIp, newFloatingIp, releaseFloatingIp, setTags } from './neutronFloatingIps';
import { newNetwork, newSubnet, removeNetwork } from './neutronNetworks';
import { changePort, deletePort, newPort } from './neutronPorts';
import { removeInterface, removeRouter, routerPorts } from './neutronRouters';
import { newRule, newSecurityGroup, removeSecurityGroup } from './neutronSecurity';
import {
  floatingIpShape,
  networkShape,
  portShape,
  routerShape,
  securityGroupShape,
  subnetShape,
  type Shape,
} from './neutronShapes';

const API = '/v2.0';

/** Neutron, as much of it as a course needs: networks and ports, floating IPs, and security groups. */
export function neutron(site: SiteWorld, world: World): Api {
  const now = (): number => world.now();
  return {
    name: 'neutron',
    fault: (fault) => ({
      status: fault.status,
      body: { NeutronError: { type: fault.type || 'HTTPBadRequest', message: fault.message, detail: '' } },
    }),
    headers: () => ({}),
    routes: [
      ...readable('network', 'Network', () => site.networks.map(networkShape)),
      ...readable('subnet', 'Subnet', () =>
        site.networks.flatMap((network) =>
          network.subnet === undefined ? [] : [subnetShape(network, network.subnet)],
        ),
      ),
      ...readable('port', 'Port', () => [
        ...[...site.ports.values()].map((port) => portShape(site, port)),
        ...routerPorts(site),
      ]),
      ...readable('router', 'Router', () =>
        [...site.routers.values()].map((router) => routerShape(site, router)),
      ),
      signed('PUT', `${API}/routers/:id/remove_router_interface`, (call, id) =>
        removeInterface(site, call, id),
      ),
      signed('DELETE', `${API}/routers/:id`, (_call, id) => removeRouter(site, id)),
      signed('POST', `${API}/networks`, (call) => newNetwork(site, call, now())),
      signed('POST', `${API}/subnets`, (call) => newSubnet(site, call)),
      signed('DELETE', `${API}/networks/:id`, (_call, id) => removeNetwork(site, id)),
      ...readable('security_group', 'Security group', () =>
        [...site.securityGroups.values()].map((group) => securityGroupShape(site, group)),
      ),
      ...readable('floatingip', 'Floating IP', () =>
        [...site.floatingIps.values()].map((ip) => floatingIpShape(site, ip)),
      ),
      signed('POST', `${API}/ports`, (call) => newPort(site, call, now())),
      signed('PUT', `${API}/ports/:id`, (call, id) => changePort(site, call, id, now())),
      signed('DELETE', `${API}/ports/:id`, (_call, id) => deletePort(site, id, now())),
      signed('POST', `${API}/security-groups`, (call) => newSecurityGroup(site, call, now())),
      signed('DELETE', `${API}/security-groups/:id`, (_call, id) => removeSecurityGroup(site, id)),
      signed('POST', `${API}/security-group-rules`, (call) => newRule(site, call, now())),
      signed('POST', `${API}/floatingips`, (call) => newFloatingIp(site, call, now())),
      signed('PUT', `${API}/floatingips/:id`, (call, id) => changeFloatingIp(site, call, id, now())),
      signed('PUT', `${API}/floatingips/:id/tags`, (call, id) => setTags(site, call, id, now())),
      signed('DELETE', `${API}/floatingips/:id`, (_call, id) => releaseFloatingIp(site, id)),
    ],
  };
}

/** The list and the single view of a kind of resource. */
function readable(key: string, title: string, all: () => readonly Shape[]): Route[] {
  const path = `${API}/${key.replaceAll('_', '-')}s`;
  return [
    signed('GET', path, (call) => list(call, `${key}s`, all())),
    signed('GET', `${path}/:id`, (call, id) => {
      const item = all().find((each) => each.id === id);
      const type = `${title.replaceAll(' ', '')}NotFound`;
      return ok({ [key]: withFields(call, wanted(item, `${title} ${id} could not be found`, type)) });
    }),
  ];
}

const NOT_FILTERS = new Set(['limit', 'marker', 'fields', 'sort_key', 'sort_dir', 'page_reverse']);

function list(call: SignedCall, key: string, all: readonly Shape[]): Reply {
  const matching = all.filter((item) =>
    [...call.query.keys()].every((name) => NOT_FILTERS.has(name) || matches(item, call.query, name)),
  );
  const { items, next } = page(matching, call.query);
  return ok({
    [key]: items.map((item) => withFields(call, item)),
    ...(next === undefined ? {} : { [`${key}_links`]: [nextLink(call, next)] }),
  });
}

/** Neutron's filters are exact, several values of one name are alternatives; `tags` wants all of them. */
function matches(item: Shape, query: URLSearchParams, name: string): boolean {
  const value = item[name];
  const asked = query.getAll(name);
  if (name === 'tags' && Array.isArray(value))
    return asked.flatMap((text) => text.split(',')).every((tag) => value.includes(tag));
  if (typeof value === 'boolean') return asked.some((text) => /^(true|1)$/i.test(text) === value);
  if (value === null) return asked.includes('');
  return (typeof value === 'string' || typeof value === 'number') && asked.includes(String(value));
}

function withFields(call: SignedCall, item: Shape): Readonly<Record<string, unknown>> {
  const fields = call.query.getAll('fields');
  if (fields.length === 0) return item;
  return Object.fromEntries(Object.entries(item).filter(([key]) => fields.includes(key)));
}
