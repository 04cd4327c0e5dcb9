import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { siteByName } from '../../../src/chameleon';
import { launchesOf, namesMade, readLab, reservationsOf, type Lab } from '../../../src/labs';

const folder = 'media/labs';
const labs: readonly Lab[] = readdirSync(folder)
  .filter((name) => name.endsWith('.lab.yaml'))
  .map((name) => {
    const read = readLab(readFileSync(`${folder}/${name}`, 'utf8'), name);
    if (!('lab' in read)) throw new Error(`${name} can't be read`);
    return read.lab;
  });

/** A value that each parameter of the labs takes. */
function parametersOf(lab: Lab): Record<string, string> {
  const tried = ['ab1234', 'ab1234_nyu_edu', 'proj07', '7', '/home/a/file'];
  return Object.fromEntries(
    Object.entries(lab.parameters).map(([name, { pattern, default: usual }]) => [
      name,
      usual ?? tried.find((value) => new RegExp(`^(?:${pattern})$`, 'u').test(value)) ?? 'ab1234',
    ]),
  );
}

/** Each way to do the lab. */
function waysOf(lab: Lab): readonly (string | undefined)[] {
  const ways = Object.keys(lab.variants);
  return ways.length === 0 ? [undefined] : ways;
}

describe('what labs launch', () => {
  it('is said of every lab that is done on servers of its own', () => {
    const without = labs.filter(({ launch }) => launch.length === 0).map(({ id }) => id);
    // Containers at the edge, and a project that plans its own.
    assert.deepEqual(without.sort(), ['lab6-serve-edge', 'project']);
  });

  for (const lab of labs.filter(({ launch }) => launch.length > 0))
    it(`${lab.id}: its servers fit on its leases, and are those that its checks and its clean-up look for`, () => {
      const parameters = parametersOf(lab);
      const { names } = namesMade({ ...lab, launch: [] }, parameters);
      for (const way of waysOf(lab)) {
        const leases = reservationsOf(lab, way, parameters);
        const launches = launchesOf(lab, parameters, way);
        for (const { name, lease, site, networks, securityGroups } of launches) {
          assert.ok(names.has(name), name);
          const on = leases.find((each) => each.name === lease);
          assert.equal(on?.site, site, `${name} on ${lease}`);
          const beside = launches.filter((each) => each.lease === lease);
          assert.ok(beside.length <= on.amount, `${beside.length} servers on ${lease}`);
          assert.ok(networks.length > 0 && !networks.some((each) => each.includes('{{')), name);
          // Bare metal has no security groups; at KVM SSH is shut without one.
          const isKvm = siteByName(site)?.kind === 'kvm';
          assert.equal(
            securityGroups.some(({ port }) => port === 22),
            isKvm,
            name,
          );
        }
      }
    });

  it('Labs 2 and 3 send user data: a cloud-config as it is, a script with its values as variables', () => {
    const userDataOf = (id: string): (string | undefined)[] => {
      const lab = labs.find((each) => each.id === id);
      return lab === undefined
        ? []
        : launchesOf(lab, parametersOf(lab), undefined).map(({ userData }) => userData);
    };
    const [first, ...others] = userDataOf('lab2-cloud');
    assert.match(first ?? '', /^#cloud-config\nruncmd:\n.*127\.0\.1\.1 \$\(hostname\)/);
    assert.deepEqual(others, [first, first]);
    for (const [at, script = ''] of userDataOf('lab3-mlops').entries()) {
      const node = `node${at + 1}`;
      assert.ok(script.startsWith(`#!/bin/bash\nname_${node}='${node}-mlops-ab1234'\necho `), script);
      assert.ok(script.includes(`"127.0.1.1 $name_${node}" >> /etc/hosts`));
    }
  });

  it('a value in user data stays a value, whatever it is, and one that is missing is refused', () => {
    const lab = labs.find(({ id }) => id === 'lab3-mlops');
    assert.ok(lab);
    const script = '#!/bin/sh\nprintf %s "$netID" "$name_evil"\n';
    const evil: Lab = {
      ...lab,
      names: { evil: '{{netID}}' },
      launch: lab.launch.slice(0, 1).map((each) => ({
        ...each,
        name: 'node',
        lease: undefined,
        networks: [],
        userData: script,
      })),
    };
    for (const netID of ["'; touch /tmp/broken; '", '$(touch /tmp/broken)', '`id`\n$& $1', 'ü "x" \\']) {
      const [launch] = launchesOf(evil, { netID }, undefined);
      const said = execFileSync('sh', ['-c', launch?.userData ?? 'exit 1'], { encoding: 'utf8' });
      assert.equal(said, netID + netID);
    }
    assert.throws(() => launchesOf(evil, {}, undefined), /is not known/);
  });

  it('Labs 2 and 3: each node on the port with its fixed address, one with the public address', () => {
    for (const [id, ports] of [
      ['lab2-cloud', ['port1_ab1234', 'port2_ab1234', 'port3_ab1234']],
      ['lab3-mlops', [1, 2, 3].map((node) => `port-node${node}-mlops-ab1234`)],
    ] as const) {
      const lab = labs.find((each) => each.id === id);
      assert.ok(lab);
      const launches = launchesOf(lab, parametersOf(lab), undefined);
      assert.deepEqual(
        launches.map(({ networks }) => networks[1]),
        ports,
      );
      assert.deepEqual(
        launches.map(({ floatingIp }) => floatingIp),
        [true, false, false],
      );
    }
  });
});

describe('what labs reserve', () => {
  for (const lab of labs.filter(({ reserve }) => reserve.length > 0))
    it(`${lab.id}: every variant has leases that a site could make`, () => {
      for (const variant of waysOf(lab)) {
        const leases = reservationsOf(lab, variant, parametersOf(lab));
        for (const { name, site, flavor, nodeType, device, amount, hours, endMinute } of leases) {
          const kind = siteByName(site)?.kind;
          assert.ok(!`${name}${site}${flavor ?? nodeType ?? device ?? ''}`.includes('{{'), name);
          assert.ok(name.length <= 80 && amount >= 1 && hours > 0, name);
          assert.ok(endMinute === undefined || (endMinute >= 0 && endMinute < 60));
          assert.equal(
            kind,
            flavor !== undefined ? 'kvm' : nodeType !== undefined ? 'baremetal' : 'edge',
            name,
          );
          // Nodes and GPUs end after seven days.
          if (nodeType !== undefined) assert.ok(hours <= 168, name);
        }
      }
    });

  it('a text that names what nobody gave is refused', () => {
    const lab = labs.find(({ reserve }) => reserve.some(({ name }) => name.includes('{{')));
    assert.ok(lab);
    const [variant] = Object.keys(lab.variants);
    assert.throws(() => reservationsOf(lab, variant, {}), /is not known/);
  });
});
