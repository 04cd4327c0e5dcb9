import assert from 'node:assert/strict';
import { StoredClouds, type Secrets } from '../../../src/extension/cloudStore';
import type { CloudConfig } from '../../../src/openstack';

function memory(): Secrets & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    get: async (key) => kept.get(key),
    store: async (key, value) => void kept.set(key, value),
    delete: async (key) => void kept.delete(key),
  };
}

function cloud(name: string, region: string): CloudConfig {
  return {
    name,
    authUrl: `https://${name}.example/v3`,
    region,
    interface: 'public',
    credential: { kind: 'applicationCredential', id: 'id', secret: 'secret' },
  };
}

describe('stored clouds', () => {
  it('keeps several sites, and one credential a site', async () => {
    const clouds = new StoredClouds(memory());
    await clouds.add(cloud('kvm', 'KVM@TACC'));
    await clouds.add(cloud('tacc', 'CHI@TACC'));
    await clouds.add({ ...cloud('kvm', 'KVM@TACC'), name: 'other' });
    assert.deepEqual(
      (await clouds.list()).map((each) => each.name),
      ['tacc', 'other'],
    );
  });

  it('keeps all sites of one sign-in in one write', async () => {
    const secrets = memory();
    let writes = 0;
    const store: Secrets['store'] = (key, value) => {
      writes += 1;
      return secrets.store(key, value);
    };
    const clouds = new StoredClouds({ ...secrets, store });
    await clouds.add(cloud('old', 'KVM@TACC'));
    await clouds.add(cloud('kvm', 'KVM@TACC'), cloud('old', 'CHI@UC'), cloud('tacc', 'CHI@TACC'));
    assert.equal(writes, 2);
    assert.deepEqual(
      (await clouds.list()).map((each) => `${each.name} ${each.region}`),
      ['kvm KVM@TACC', 'old CHI@UC', 'tacc CHI@TACC'],
    );
  });

  it('keeps a site that is signed in by the browser, in place of its credential, and forgets one alone', async () => {
    const secrets = memory();
    const clouds = new StoredClouds(secrets);
    await clouds.add(cloud('kvm', 'KVM@TACC'));
    const federated = { kind: 'federated', project: 'CHI-251409' } as const;
    await clouds.add({ ...cloud('kvm', 'KVM@TACC'), credential: federated });
    await clouds.add({ ...cloud('tacc', 'CHI@TACC'), credential: federated });
    assert.deepEqual(
      (await clouds.list()).map(({ credential }) => credential.kind),
      ['federated', 'federated'],
    );
    await clouds.remove('kvm');
    assert.deepEqual(
      (await clouds.list()).map(({ name }) => name),
      ['tacc'],
    );
    await clouds.remove('tacc');
    assert.equal(secrets.kept.size, 0);
  });

  it('forgets all at sign-out', async () => {
    const secrets = memory();
    const clouds = new StoredClouds(secrets);
    await clouds.add(cloud('kvm', 'KVM@TACC'));
    await clouds.clear();
    assert.equal(secrets.kept.size, 0);
  });

  it('takes what it cannot read for a sign-out', async () => {
    const secrets = memory();
    for (const text of ['{', '[{"name":1}]', 'null']) {
      secrets.kept.set('chameleon.clouds', text);
      assert.deepEqual(await new StoredClouds(secrets).list(), []);
    }
  });
});
