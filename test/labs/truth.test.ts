import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { CheckResult } from '../../src/labs';
import { Bench, markedLab, nameOf, rowsOf, type Row } from './bench';
import { Matrix } from './matrix';
import { partsOf, type Part } from './mutations';
import type { Change, LabWorlds, RightWorld } from './world';

/**
 * Whether labs tell the truth: in a right world all that can be seen passes, in a wrong one the right checks fail, and
 * no answer that is spoilt, cut or only like the right one passes.
 */
const folder = path.join(import.meta.dirname, 'worlds');
const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
// Tests are defined before they run, so the worlds are loaded at once.
const load = createRequire(import.meta.filename);
const matrix = new Matrix();

for (const file of files.sort()) {
  const { lab: worlds } = load(path.join(folder, file)) as { lab: LabWorlds };
  describe(`${worlds.id}: the truth`, () => {
    const bench = new Bench(worlds);
    const rows = rowsOf(bench.lab);
    /** The right world in which a check passes, by its row. */
    const homes = new Map<Row, RightWorld>();

    for (const world of worlds.worlds)
      it(`right world “${nameOf(world)}”: all passes that can be seen`, async () => {
        const { inventory } = await bench.cloud(world);
        for (const site of inventory.sites)
          for (const [part, { state, error }] of Object.entries(site.parts))
            assert.notEqual(state, 'failed', `${site.site.name}: ${part}: ${error?.what ?? ''}`);
        if (world.after === undefined) await tellsItsVariant(bench, world);
        const { checks } = await bench.run(world);
        const except = world.passes === 'all' ? [] : world.passes.except;
        const ids = new Set(checks.map(({ id }) => id));
        assert.deepEqual(
          except.filter((id) => !ids.has(id)),
          [],
          'exceptions that are no checks',
        );
        const open = checks.filter(({ verdict }) => !passes(verdict) && verdict !== 'manual');
        assert.deepEqual(open.filter(({ id }) => !except.includes(id)).map(told), []);
        const early = checks.filter(({ id, verdict }) => except.includes(id) && verdict === 'passed');
        assert.deepEqual(early.map(told), [], 'they pass, so they are no exceptions');
        for (const row of rows)
          if (
            !homes.has(row) &&
            (row.variant === undefined || row.variant === (world.variant ?? row.variant))
          )
            if (checks.some(({ id, verdict }) => id === row.check.id && verdict === 'passed'))
              homes.set(row, world);
      });

    it('every check that can be seen passes in one of them', () => {
      const homeless = rows.filter((row) => !homes.has(row)).map(nameOfRow);
      assert.deepEqual(homeless, []);
    });

    it('every check that can’t be seen says why', () => {
      const silent = bench.lab.steps
        .flatMap((step) => step.checks)
        .filter(({ probe }) => probe.kind === 'manual' && probe.why === undefined);
      assert.deepEqual(
        silent.map(({ id }) => id),
        [],
      );
    });

    for (const wrong of worlds.wrong) {
      if ('invisible' in wrong) continue;
      it(`failure ${wrong.failure}: ${wrong.name}`, async () => {
        const world = bench.changed(bench.right(wrong.in), wrong.change);
        const { checks } = await bench.run(world);
        const at = (id: string): CheckResult => {
          const found = checks.find((each) => each.id === id);
          assert(found !== undefined, `no check ${id}`);
          return found;
        };
        for (const id of wrong.fails) {
          assert.equal(at(id).verdict, 'failed', told(at(id)));
          assert.notEqual(at(id).hint, undefined, `${id} has no hint`);
        }
        for (const id of wrong.unknown ?? []) assert.equal(at(id).verdict, 'unknown', told(at(id)));
        const [first] = wrong.fails.map(at);
        if (wrong.hint !== undefined) assert.match(`${first?.hint} ${first?.reason}`, wrong.hint);
        assert(wrong.fails.length + (wrong.unknown?.length ?? 0) > 0, 'it names no check');
        matrix.add(worlds.id, 'a failure of the list');
      });
    }

    it('every check has an answer that is like the right one', () => {
      const ids = new Set(rows.map(({ check }) => check.id));
      assert.deepEqual(
        [...ids].filter((id) => (worlds.alike[id] ?? []).length === 0),
        [],
      );
      assert.deepEqual(
        Object.keys(worlds.alike).filter((id) => !ids.has(id)),
        [],
        'no such check',
      );
    });

    for (const [id, changes] of Object.entries(worlds.alike))
      it(`${id}: what is like the right answer does not pass`, async () => {
        for (const [at, each] of changes.entries()) {
          const [change, home] = likeness(each, id);
          const verdict = await bench.verdict(bench.changed(home, change), id);
          assert(
            !passes(verdict.verdict) && verdict.verdict !== 'manual',
            `the ${at + 1}.: ${told(verdict)}`,
          );
          matrix.add(worlds.id, 'alike');
        }
      });

    function likeness(each: Change | { in: string; change: Change }, id: string): [Change, RightWorld] {
      if (typeof each !== 'function') return [each.change, bench.right(each.in)];
      const home = [...homes].find(([row]) => row.check.id === id)?.[1];
      assert(home !== undefined, `${id} passes in no right world`);
      return [each, home];
    }

    for (const row of rows)
      it(`${nameOfRow(row)}: no spoilt answer passes`, async () => {
        const home = homes.get(row);
        assert(home !== undefined, 'it passes in no right world');
        const { id } = row.check;
        const wrong: string[] = [];
        for (const part of partsOf(row.check)) {
          const lab = markedLab(bench.lab, id, part);
          const right = await bench.verdict(home, id, { lab });
          assert.equal(right.verdict, 'passed', told(right));
          for (const mutation of bench.mutations(row, home, part)) {
            const isTold = { changed: false };
            const seen = await bench.verdict(home, id, { lab, mutation: watched(mutation, isTold) });
            if (!isTold.changed) continue;
            const name = `${mutation.name}${ofPart(part)}`;
            const why = worlds.exempt?.[id]?.[name] ?? worlds.exempt?.[id]?.[mutation.name];
            matrix.add(worlds.id, mutation.name, part !== undefined);
            if (seen.verdict === 'passed' && why === undefined) wrong.push(`${name}: passed`);
            if (mutation.silent && seen.verdict === 'failed') wrong.push(`${name}: ${told(seen)}`);
          }
        }
        assert.deepEqual(wrong, []);
      });

    after(() => {
      matrix.close(worlds.id, rows.length, bench.lab, worlds);
    });
  });
}

after(() => {
  process.stdout.write(matrix.text());
});

/** What is deployed tells the variant; several that fit equally well are asked for. */
async function tellsItsVariant(bench: Bench, world: RightWorld): Promise<void> {
  if (world.variant === undefined) return;
  const { variant: _given, ...rest } = world;
  const told = await bench.run({ ...rest, inventory: sited(world, bench) }, { only: [] });
  if (told.variant !== undefined && Object.keys(bench.lab.variants[world.variant]?.detect ?? {}).length > 0)
    assert.equal(told.variant, world.variant, 'what is deployed tells another variant');
}

/** Short forms mean the variant's first site; said where the variant is not. */
function sited(world: RightWorld, bench: Bench): NonNullable<RightWorld['inventory']> {
  const site = bench.lab.variants[world.variant ?? '']?.sites[0] ?? '';
  const lists = Object.entries<readonly object[]>({ ...world.inventory });
  return Object.fromEntries(lists.map(([key, list]) => [key, list.map((each) => ({ site, ...each }))]));
}

/** The mutation, with word of whether it changed the answer. */
function watched(
  mutation: ReturnType<Bench['mutations']>[number],
  told: { changed: boolean },
): ReturnType<Bench['mutations']>[number] {
  const { raw, tap } = mutation;
  const noticing =
    <T extends readonly unknown[], R>(change: (...args: T) => R) =>
    (...args: T): R => {
      let after: R;
      try {
        after = change(...args);
      } catch (thrown) {
        told.changed = true;
        throw thrown;
      }
      if (args.length === 0 || JSON.stringify(after) !== JSON.stringify(args[0])) told.changed = true;
      return after;
    };
  return {
    ...mutation,
    ...(raw === undefined ? {} : { raw: noticing(raw) }),
    ...(tap === undefined
      ? {}
      : {
          tap: {
            ...(tap.host !== undefined && { host: tap.host }),
            ...(tap.command && { command: noticing(tap.command) }),
            ...(tap.opening && { opening: noticing(tap.opening) }),
            ...(tap.page && { page: noticing(tap.page) }),
            ...(tap.file && { file: noticing(tap.file) }),
            ...(tap.banner && { banner: noticing(tap.banner) }),
          },
        }),
  };
}

function ofPart(part: Part): string {
  if (part === undefined) return '';
  return 'call' in part ? ` of ${part.call}` : ` on ${part.host}`;
}

function nameOfRow({ check, variant }: Row): string {
  return variant === undefined ? check.id : `${check.id} (${variant})`;
}

function passes(verdict: CheckResult['verdict']): boolean {
  return verdict === 'passed' || verdict === 'passed earlier';
}

function told({ id, verdict, cause, reason }: CheckResult): string {
  return `${id}: ${verdict}${cause === undefined ? '' : ` (${cause})`}: ${reason}`;
}
