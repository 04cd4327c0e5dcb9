import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { commandIds } from '../../../src/extension/commands';

const used = v.array(v.object({ command: v.string() }));
const manifest = v.parse(
  v.object({
    contributes: v.object({ commands: used, menus: v.record(v.string(), used) }),
  }),
  JSON.parse(readFileSync('package.json', 'utf8')),
);

describe('commands', () => {
  it('are the same in the table and in package.json', () => {
    const contributed = manifest.contributes.commands.map((each) => each.command);
    assert.deepEqual([...contributed].sort(), [...commandIds].sort());
  });

  it('of the menus all exist', () => {
    const known = new Set<string>(commandIds);
    for (const item of Object.values(manifest.contributes.menus).flat())
      assert.ok(known.has(item.command), item.command);
  });
});
