import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { siteByName } from '../../../src/chameleon';
import { readLab, reservationsOf, type Lab } from '../../../src/labs';

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

describe('what labs reserve', () => {
  for (const lab of labs.filter(({ reserve }) => reserve.length > 0))
    it(`${lab.id}: every variant has leases that a site could make`, () => {
      const variants = Object.keys(lab.variants);
      for (const variant of variants.length === 0 ? [undefined] : variants) {
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
