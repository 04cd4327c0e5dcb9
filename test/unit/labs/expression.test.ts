import assert from 'node:assert/strict';
import { faultIn, labFunctions, valueOf, WrongForm } from '../../../src/labs/expression';

/** Each function with what it gives, and what it refuses: then nothing can be said. */
const table: readonly [string, unknown, unknown][] = [
  ["minutesBetween('2026-06-01T14:00:00.000000', '2026-06-01 20:00')", {}, 360],
  ["minuteOf('2026-06-01T14:50:00Z')", {}, 50],
  ["minuteOf('2026-06-01T14:50:00+05:45')", {}, 5],
  ['lines(a)', { a: 'one  \n\n two\r\n' }, ['one', ' two']],
  ['lines(a)', { a: '' }, []],
  ['words(a)', { a: '  one\ttwo\nthree ' }, ['one', 'two', 'three']],
  ["matches(a, '^node1$')", { a: 'node1' }, true],
  ["matches(a, '^node1$')", { a: 'node10' }, false],
  ["list[?matches(name, '^CC-')].name", { list: [{ name: 'CC-Ubuntu' }, { name: 'my CC-' }] }, ['CC-Ubuntu']],
  ["captures(a, '^GPU \\d+: (.+)$')", { a: 'GPU 0: A100\nGPU 1: A30\n' }, ['A100', 'A30']],
  ["captures(a, '[0-9]+')", { a: 'no digits' }, []],
  ["captures(a, '[0-9]+')", { a: '7 of 12' }, ['7', '12']],
  ['parseJson(a).b', { a: '{"b":1}' }, 1],
  ['parseJson(a)', { a: '{"b":1' }, null],
  ['parseJson(a)', { a: 7 }, null],
  ['unique(a)', { a: [1, '1', 1, { b: 2 }, { b: 2 }] }, [1, '1', { b: 2 }]],
  ['count(a, `1`)', { a: [1, '1', 1] }, 2],
  ["count(a, 'x')", { a: ['x', 'xx'] }, 1],
  ['base64Decode(a)', { a: 'c2VjcmV0\n' }, 'secret'],
];
const refused: readonly [string, unknown][] = [
  ["minutesBetween(a, '2026-06-01')", { a: 'soon' }],
  ['minuteOf(a)', { a: null }],
  ['lines(a)', {}],
  ['words(a)', { a: 7 }],
  ["matches(a, 'x')", {}],
  ["captures(a, 'x')", { a: null }],
  ['unique(a)', { a: 'x' }],
  ["count(a, 'x')", {}],
  ['base64Decode(a)', { a: 'not base64!' }],
];

describe('functions of expressions', () => {
  for (const [expression, root, value] of table)
    it(`${expression} of ${JSON.stringify(root)}`, () => {
      assert.equal(faultIn(expression), undefined);
      assert.deepEqual(valueOf(expression, root as never), value);
    });
  for (const [expression, root] of refused)
    it(`${expression} says nothing of ${JSON.stringify(root)}`, () => {
      assert.throws(() => valueOf(expression, root as never), WrongForm);
    });
  it('are all tried here', () => {
    const tried = [...table, ...refused].map(([expression]) => expression).join(' ');
    for (const name of Object.keys(labFunctions))
      assert.ok(`${tried} sameKey(`.includes(`${name}(`), `${name} has no case`);
  });
  it('take patterns that are written out, and readable', () => {
    assert.match(faultIn('matches(a, $.param.x)') ?? '', /written out/);
    assert.match(faultIn("list[?matches(a, 'x(')]") ?? '', /no regular expression/);
    assert.match(faultIn('max_by(a, &length(captures(b, c)))') ?? '', /written out/);
  });
});
