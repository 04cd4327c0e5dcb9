import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  bindFloatingIp,
  deleteLease,
  listNetworks,
  listPorts,
  listSecurityGroups,
  setPortSecurityGroups,
} from '../../src/openstack';
import { SEEN_REALLY } from '../labs/seenReally';
import { buildCli } from './cli';
import { Guest } from './guest';
import { printHostKey } from './knobs';
import { HOST, Lab1World, NAME, laterLease, type Check } from './lab1World';
import { idNamed, Made } from './made';
import { startServices, stopService } from './services';
import { ed25519 } from '../ed25519';

const LOGIN = 'ssh-login';
const CLEANUP = ['cleanup-server', 'cleanup-fip', 'cleanup-lease'];
const ELSEWHERE = ['keypair-chi-tacc', 'keypair-chi-uc'];
const MANUAL = 'hello-linux-optional';

describe('Lab 1 on a real OpenStack', () => {
  let world: Lab1World;
  before(async () => {
    await buildCli();
    world = await Lab1World.make();
    writeFileSync(path.join(world.copies, 'hello.txt'), 'Hello\n');
  });
  after(() => world.tidy());

  const verdictOf = (checks: ReadonlyMap<string, Check>, id: string): string => {
    const check = checks.get(id);
    assert.ok(check !== undefined, `no check ${id}`);
    assert.notEqual(check.reason, '', id);
    return check.verdict;
  };
  /** Everything that can be seen here passes; before and after each spoilt world. */
  const assertWhole = async (): Promise<void> => {
    const { checks, code } = await world.check();
    for (const id of SEEN_REALLY['lab1-hello-chameleon']?.openstack ?? []) assert(checks.has(id), id);
    for (const [id, { verdict, reason, cause }] of checks) {
      if (ELSEWHERE.includes(id)) assert.deepEqual([verdict, cause], ['unknown', 'notAllowed'], id);
      else if (CLEANUP.includes(id)) assert.equal(verdict, 'failed', id);
      else assert.equal(verdict, id === MANUAL ? 'manual' : 'passed', `${id}: ${reason}`);
    }
    // What is not cleaned up yet counts as what it is.
    assert.equal(code, 2);
  };

  it('done as the notebook has it: every check passes', assertWhole);

  it('the user name is told from the names where it is not given', async () => {
    const { checks } = await world.check({ more: ['--only', 'server-active'] });
    assert.equal(verdictOf(checks, 'server-active'), 'passed');
    assert.equal(checks.has('sg-allow-ssh'), false);
  });

  interface Spoilt {
    readonly what: string;
    readonly fails: readonly string[];
    /** What hangs on it: never passed. */
    readonly hangs?: readonly string[];
    readonly spoil: () => Promise<() => Promise<unknown>>;
  }
  const action = (name: string, body: unknown): Promise<unknown> =>
    world.session.json({
      service: 'compute',
      method: 'POST',
      path: `/servers/${world.server.id}/action`,
      body: { [name]: body },
    });
  const rename = (name: string): Promise<unknown> =>
    world.session.json({
      service: 'compute',
      method: 'PUT',
      path: `/servers/${world.server.id}`,
      body: { server: { name } },
    });
  const ruleOf = async (group: string): Promise<{ groupId: string; ruleId: string }> => {
    const found = (await listSecurityGroups(world.session)).find(({ name }) => name === group);
    const rule = found?.rules.find(
      ({ direction, protocol }) => direction === 'ingress' && protocol === 'tcp',
    );
    assert.ok(found !== undefined && rule !== undefined);
    return { groupId: found.id, ruleId: rule.id };
  };
  /** Takes a rule off the group and makes another one: its id. */
  const exchangeRule = async (
    groupId: string,
    ruleId: string,
    rule: Readonly<Record<string, unknown>>,
  ): Promise<string> => {
    const call = { service: 'network', path: '/v2.0/security-group-rules' };
    await world.session.json({ ...call, method: 'DELETE', path: `${call.path}/${ruleId}` });
    const made = (await world.session.json({
      ...call,
      method: 'POST',
      body: { security_group_rule: { ...SSH_RULE, ...rule, security_group_id: groupId } },
    })) as { security_group_rule: { id: string } };
    return made.security_group_rule.id;
  };
  const exchanged = (rule: Readonly<Record<string, unknown>>) => async () => {
    const { groupId, ruleId } = await ruleOf('allow-ssh');
    const wrong = await exchangeRule(groupId, ruleId, rule);
    return () => exchangeRule(groupId, wrong, {});
  };
  const afterLogin = [LOGIN, 'hello-file', 'scp-up'];
  const onServer = [
    'server-image',
    'server-flavor-reserved',
    'server-sharednet1',
    'fip-associated',
    'sg-attached',
    ...['port-22-open', ...afterLogin],
  ];

  const worlds: readonly Spoilt[] = [
    {
      what: 'no floating IP',
      fails: ['fip-associated'],
      hangs: ['port-22-open', ...afterLogin],
      spoil: async () => {
        await bindFloatingIp(world.session, world.ip.id, null);
        const port = await world.made.portOf(world.server);
        return () => bindFloatingIp(world.session, world.ip.id, port);
      },
    },
    {
      what: 'allow-ssh is not on the server',
      fails: ['sg-attached'],
      spoil: async () => {
        const port = await world.made.portOf(world.server);
        const { securityGroupIds } = await portNow(port);
        const other = idNamed(await listSecurityGroups(world.session), 'allow-8888');
        await setPortSecurityGroups(world.session, port, [other]);
        return () => setPortSecurityGroups(world.session, port, securityGroupIds);
      },
    },
    {
      what: 'allow-ssh opens another port',
      fails: ['sg-allow-ssh'],
      hangs: ['sg-attached'],
      spoil: exchanged({ port_range_min: 2222, port_range_max: 2222 }),
    },
    {
      what: 'allow-ssh opens UDP',
      fails: ['sg-allow-ssh'],
      hangs: ['sg-attached'],
      spoil: exchanged({ protocol: 'udp' }),
    },
    {
      what: 'allow-ssh lets out, not in',
      fails: ['sg-allow-ssh'],
      hangs: ['sg-attached'],
      spoil: exchanged({ direction: 'egress' }),
    },
    {
      what: 'allow-ssh is for one network only',
      fails: ['sg-allow-ssh'],
      hangs: ['sg-attached'],
      spoil: exchanged({ remote_ip_prefix: '10.0.0.0/8' }),
    },
    {
      what: 'the server is switched off',
      fails: ['server-active'],
      hangs: onServer,
      spoil: async () => {
        await world.made.act(world.server, 'os-stop', 'SHUTOFF');
        return () => world.made.act(world.server, 'os-start', 'ACTIVE');
      },
    },
    {
      what: 'only a server of a longer name',
      fails: ['server-active'],
      hangs: onServer,
      spoil: async () => {
        await rename(`${NAME}2`);
        return () => rename(NAME);
      },
    },
    {
      what: 'two servers of the name',
      fails: ['server-active'],
      hangs: onServer,
      spoil: async () => {
        const second = new Made(world.session);
        await second.server({ name: NAME, flavor: 'm1.tiny' });
        return () => second.undo();
      },
    },
    {
      what: 'the image for CUDA',
      fails: ['server-image'],
      spoil: () => rebuilt('CC-Ubuntu24.04-CUDA'),
    },
    { what: 'an older image', fails: ['server-image'], spoil: () => rebuilt('CC-Ubuntu22.04') },
    {
      what: 'two leases of the name',
      fails: ['lease-active'],
      hangs: ['lease-flavor-small', 'lease-duration', 'server-flavor-reserved'],
      spoil: async () => {
        const second = new Made(world.session);
        await second.flavorLease(NAME, 'm1.tiny', 6);
        return () => second.undo();
      },
    },
    {
      what: 'nothing listens on port 22',
      fails: ['port-22-open'],
      hangs: afterLogin,
      spoil: async () => {
        await world.guest.stop();
        return () => world.guest.listen(world.ip.address);
      },
    },
    {
      what: 'the file was never written on the server',
      fails: ['hello-file', 'scp-up'],
      spoil: () => answering('cat /home/cc/hello.txt', undefined),
    },
    {
      what: 'the file was never edited',
      fails: ['scp-up'],
      spoil: () => answering('cat /home/cc/hello.txt', `Hello from ${HOST}\n`),
    },
    {
      what: 'the file was never copied to this machine',
      fails: ['scp-down'],
      spoil: async () => {
        const file = path.join(world.copies, 'hello.txt');
        rmSync(file);
        return async () => {
          writeFileSync(file, 'Hello\n');
        };
      },
    },
  ];
  const portNow = async (id: string) => {
    const port = (await listPorts(world.session)).find((each) => each.id === id);
    assert.ok(port !== undefined);
    return port;
  };
  const rebuilt = async (image: string): Promise<() => Promise<unknown>> => {
    const images = (await world.session.json({ service: 'image', method: 'GET', path: '/v2/images' })) as {
      images: { id: string; name: string }[];
    };
    const to = async (name: string): Promise<void> => {
      await action('rebuild', { imageRef: idNamed(images.images, name) });
      await world.made.settled(world.server, 'ACTIVE');
    };
    await to(image);
    return () => to('CC-Ubuntu24.04');
  };
  const answering = async (command: string, output: string | undefined): Promise<() => Promise<void>> => {
    const right = world.guest.answers.get(command) ?? '';
    world.guest.answers.delete(command);
    if (output !== undefined) world.guest.answers.set(command, output);
    return async () => {
      world.guest.answers.set(command, right);
    };
  };

  for (const { what, fails, hangs = [], spoil } of worlds)
    it(`${what}: ${fails.join(', ')} fails`, async () => {
      const repair = await spoil();
      try {
        const { code, checks } = await world.check();
        for (const id of fails) assert.equal(verdictOf(checks, id), 'failed', id);
        for (const id of hangs) assert.notEqual(verdictOf(checks, id), 'passed', id);
        for (const [id, { verdict, reason }] of checks)
          if (![...fails, ...hangs, ...CLEANUP, ...ELSEWHERE, MANUAL].includes(id))
            assert.equal(verdict, 'passed', `${id}: ${reason}`);
        assert.equal(code, 2);
      } finally {
        await repair();
      }
    });

  it('a key that is nowhere: the key pair fails; a file that is none: that fails', async () => {
    const file = path.join(world.home, 'other.pub');
    writeFileSync(file, `${ed25519().public}\n`);
    const other = await world.check({ keyFile: file });
    assert.equal(verdictOf(other.checks, 'local-key-exists'), 'passed');
    assert.equal(verdictOf(other.checks, 'keypair-kvm-tacc'), 'failed');
    const none = await world.check({ keyFile: path.join(world.home, 'none.pub') });
    assert.equal(verdictOf(none.checks, 'local-key-exists'), 'failed');
    assert.notEqual(verdictOf(none.checks, 'keypair-kvm-tacc'), 'passed');
  });

  it('another machine answers than the console says: nobody logs in', async () => {
    const other = ed25519().public;
    printHostKey(NAME, other);
    // Nobody here has met the server before, so the console's word is all there is.
    rmSync(path.join(world.home, '.local'), { recursive: true, force: true });
    try {
      const { checks } = await world.check();
      for (const id of afterLogin) assert.notEqual(verdictOf(checks, id), 'passed', id);
      assert.equal(verdictOf(checks, 'port-22-open'), 'passed');
    } finally {
      printHostKey(NAME, world.guest.hostKey);
    }
  });

  it('a machine with another key than at the first meeting: nobody logs in', async () => {
    await assertWhole();
    await world.guest.stop();
    const impostor = await Guest.start(world.ip.address, world.publicKey);
    impostor.answers.set('hostname', `${HOST}\n`);
    try {
      const { checks } = await world.check();
      for (const id of afterLogin) assert.notEqual(verdictOf(checks, id), 'passed', id);
    } finally {
      await impostor.stop();
      await world.guest.listen(world.ip.address);
    }
  });

  it('a service that is down: unknown, neither passed nor failed', async () => {
    await stopService('blazar-api');
    try {
      const { code, checks } = await world.check({ more: ['--only', 'lease-duration'] });
      for (const [id, { verdict }] of checks) assert.equal(verdict, 'unknown', id);
      assert.equal(code, 3);
    } finally {
      await startServices();
    }
  });

  it('a server beside its lease, too small a time, the wrong flavor and network: each fails', async () => {
    const made = new Made(world.session);
    try {
      const name = 'hello_chameleon-hasty';
      await made.flavorLease(name, 'm1.medium', 5);
      const networks = await listNetworks(world.session);
      const network = networks.find(({ name: called }) => called === 'private-net-cloud-ab1234');
      await made.server({ name, flavor: 'm1.tiny', network: network?.name ?? '', groups: [] });
      const { checks } = await world.check({ username: 'hasty' });
      for (const id of [
        'lease-flavor-small',
        'lease-duration',
        'server-sharednet1',
        'fip-associated',
        'sg-attached',
      ])
        assert.equal(verdictOf(checks, id), 'failed', id);
      // Which flavor it should have hangs on the lease's.
      for (const id of ['server-flavor-reserved', 'port-22-open', ...afterLogin])
        assert.notEqual(verdictOf(checks, id), 'passed', id);
    } finally {
      await made.undo();
    }
  });

  it('a lease that has not begun is not active', async () => {
    const lease = await laterLease(world.session, 'hello_chameleon-early');
    try {
      const { checks } = await world.check({ username: 'early' });
      assert.equal(verdictOf(checks, 'lease-active'), 'failed');
      assert.notEqual(verdictOf(checks, 'lease-duration'), 'passed');
    } finally {
      await deleteLease(world.session, lease.id);
    }
  });

  it('cleaned up: what was kept stays passed, and the cleaning is seen', async () => {
    const evidence = ['--evidence', path.join(world.home, 'evidence.json')];
    await world.check({ more: evidence });
    await world.made.undo();
    const { checks, code } = await world.check({ more: evidence });
    for (const id of CLEANUP) assert.equal(verdictOf(checks, id), 'passed', id);
    for (const id of ['lease-active', 'server-active', 'fip-associated', 'port-22-open', LOGIN])
      assert.equal(verdictOf(checks, id), 'passed earlier', id);
    assert.equal(code, 3);
    // Without it nothing says that the lab was ever done.
    const bare = await world.check();
    for (const id of ['lease-active', 'server-active'])
      assert.equal(verdictOf(bare.checks, id), 'failed', id);
  });
});

const SSH_RULE = {
  direction: 'ingress',
  ethertype: 'IPv4',
  protocol: 'tcp',
  port_range_min: 22,
  port_range_max: 22,
  remote_ip_prefix: '0.0.0.0/0',
};
