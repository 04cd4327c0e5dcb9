import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { labOf } from './bench';
import { idsByLab, idsOf } from './ids';

const folder = path.join(import.meta.dirname, '../../media/labs');

describe('the labs have every check of the course', () => {
  it('664 of them in fifteen labs, and those of the class project', () => {
    const labs = Object.keys(idsByLab).filter((id) => id.startsWith('lab'));
    assert.equal(labs.length, 15);
    assert.equal(labs.flatMap(idsOf).length, 664);
    assert.equal(new Set(labs.flatMap((lab) => idsOf(lab).map((id) => `${lab} ${id}`))).size, 664);
    assert.equal(idsOf('project').length, 59);
  });

  for (const lab of Object.keys(idsByLab))
    it(lab, () => {
      const steps = labOf(lab).steps;
      const ids = new Set(steps.flatMap((step) => step.checks.map((check) => check.id)));
      const wanted = idsOf(lab);
      assert.deepEqual(
        { missing: wanted.filter((id) => !ids.has(id)), more: [...ids].filter((id) => !wanted.includes(id)) },
        { missing: [], more: [] },
      );
    });

  it('no file is of another lab', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.lab.yaml'));
    assert.deepEqual(
      files.map((name) => name.replace('.lab.yaml', '')).filter((id) => idsByLab[id] === undefined),
      [],
    );
  });
});
