import * as v from 'valibot';
import type { CloudConfig } from '../openstack';
import { siteOf, type CloudStore } from '../chameleon';
import type { SignedInSite } from './authentication';
import { CLOUDS_SECRET } from './keys';

/** What VS Code gives for secrets, as far as it is used. */
export interface Secrets {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

const stored = v.array(
  v.object({
    name: v.string(),
    authUrl: v.string(),
    region: v.string(),
    interface: v.picklist(['public', 'internal', 'admin']),
    credential: v.variant('kind', [
      v.object({ kind: v.literal('applicationCredential'), id: v.string(), secret: v.string() }),
      v.object({ kind: v.literal('federated'), project: v.string() }),
    ]),
  }),
);

/** The signed-in clouds, whole in SecretStorage and nowhere else. The demo's are never in here. */
export class StoredClouds implements CloudStore {
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Nothing, too, if what is stored can't be read: an older version's form is a sign-out. */
  async list(): Promise<readonly CloudConfig[]> {
    const text = await this.#secrets.get(CLOUDS_SECRET);
    if (text === undefined) return [];
    try {
      const parsed = v.safeParse(stored, JSON.parse(text));
      return parsed.success ? parsed.output : [];
    } catch {
      return [];
    }
  }

  /**
   * Adds clouds; one of the same site and project's credential, or of the same name, is replaced. All in one write:
   * the storage of an editor in the browser may keep the first of two that follow each other at once.
   */
  async add(...clouds: readonly CloudConfig[]): Promise<void> {
    const replaced = (each: CloudConfig): boolean =>
      clouds.some(
        (cloud) =>
          each.name === cloud.name || (each.region === cloud.region && each.authUrl === cloud.authUrl),
      );
    const others = (await this.list()).filter((each) => !replaced(each));
    await this.#secrets.store(CLOUDS_SECRET, JSON.stringify([...others, ...clouds]));
  }

  /** Forgets one cloud; nothing is left of it. */
  async remove(name: string): Promise<void> {
    const others = (await this.list()).filter((each) => each.name !== name);
    if (others.length === 0) return this.clear();
    await this.#secrets.store(CLOUDS_SECRET, JSON.stringify(others));
  }

  async clear(): Promise<void> {
    await this.#secrets.delete(CLOUDS_SECRET);
  }
}

/** One account a cloud, for the Accounts menu. */
export function accountsOf(clouds: readonly CloudConfig[]): readonly SignedInSite[] {
  return clouds.map((cloud) => ({
    id: cloud.name,
    site: siteOf(cloud).name,
    how: cloud.credential.kind === 'federated' ? cloud.credential.project : 'application credential',
  }));
}
