import type { CredentialCloud } from '../openstack';
import type { Api, ServiceName } from './http/api';
import { blazar } from './http/blazar';
import { cinder } from './http/cinder';
import { glance } from './http/glance';
import { keystone } from './http/keystone';
import { neutron } from './http/neutron';
import { nova } from './http/nova';
import { swift } from './http/swift';
import { ServiceServer } from './http/server';
import type { Account, Credential, SiteName } from './world/records';
import type { SiteWorld } from './world/site';
import { accounts, type World } from './world/world';

/** A request that a service answered: for tests and for who wants to watch. No header, no body, no secret. */
export interface Answered {
  readonly site: SiteName;
  readonly service: ServiceName;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface SiteCloudParts {
  readonly site: SiteWorld;
  readonly world: World;
  /** After a request that may have changed the world. */
  readonly after: () => Promise<void>;
  readonly onAnswer: (answered: Answered) => void;
}

/** One site's services, each behind its own port. */
export class SiteCloud {
  readonly site: SiteWorld;
  readonly #services: ReadonlyMap<ServiceName, ServiceServer>;

  constructor({ site, world, after, onAnswer }: SiteCloudParts) {
    this.site = site;
    const now = (): number => world.now();
    const endpoint = (service: ServiceName): string => this.service(service).base;
    const apis: readonly Api[] = [
      keystone({ site, now, endpoint }),
      nova(site, world),
      neutron(site, world),
      blazar(site, world),
      glance(site),
      site.kind === 'kvm' ? cinder(site, world) : swift(site, world),
    ];
    const serve = (api: Api): ServiceServer =>
      new ServiceServer({
        api,
        now,
        tokenOf: (id) => {
          const token = site.tokens.get(id);
          return token !== undefined && token.expiresAt > now() ? token : undefined;
        },
        keystone: () => endpoint('keystone'),
        before: () => {
          world.settle();
        },
        after,
        log: (request) => {
          onAnswer({ site: site.name, service: api.name, ...request });
        },
      });
    this.#services = new Map(apis.map((api) => [api.name, serve(api)]));
  }

  /** @throws RangeError for a service that there is not */
  service(name: ServiceName): ServiceServer {
    const service = this.#services.get(name);
    if (service === undefined) throw new RangeError(`no service ${name}`);
    return service;
  }

  async start(): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.start()));
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.dispose()));
  }

  /** Makes an application credential for an account and says how to sign in with it. */
  signInFor(account: Account, unrestricted: boolean): CredentialCloud {
    const { site } = this;
    const credential: Credential = {
      id: site.ids.hex(),
      name: 'chameleon-labs-demo',
      secret: site.ids.secret(),
      user: site.user(accounts[account].username),
      roles: ['member', 'reader'],
      unrestricted,
    };
    site.credentials.set(credential.id, credential);
    return {
      name: `demo-${site.name.toLowerCase().replace('@', '-')}`,
      authUrl: `${this.service('keystone').base}/v3`,
      region: site.name,
      interface: 'public',
      credential: { kind: 'applicationCredential', id: credential.id, secret: credential.secret },
    };
  }
}
