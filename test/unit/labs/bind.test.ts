import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fill, namesOf, Unbound } from '../../../src/labs/bind';
import { faultIn, valueOf, WrongForm } from '../../../src/labs/expression';
import { firstFault } from '../../../src/labs/judge';
import { valuesIn } from '../../../src/labs/parameters';
import { boundCommand } from '../../../src/ssh/command';
import { labNamed } from './labDesk';

const hostile = [
  `a'; rm -rf /; '`,
  '$(id)',
  '`id`',
  'a"b',
  '../../x',
  '.*',
  'a\nb',
  '%2e',
  '{{netID}}',
  '-rf',
];
const bound = (netID: string) => ({ param: { netID }, name: {}, saved: {}, variant: {} });

describe('values stay in their place', () => {
  for (const value of hostile)
    it(JSON.stringify(value), () => {
      const url = new URL(fill('https://example.org/a/{{netID}}/b?c={{netID}}', bound(value), 'url'));
      assert.equal(url.origin, 'https://example.org');
      if (!value.startsWith('..')) assert.equal(decodeURIComponent(url.pathname.split('/')[2] ?? ''), value);
      assert.equal(url.searchParams.get('c'), value);
      const pattern = new RegExp(`^${fill('{{netID}}', bound(value), 'pattern')}$`, 'u');
      assert.match(value, pattern);
      assert.doesNotMatch(`${value}x`, pattern);
      const line = boundCommand('printf %s "$netID"', { netID: value });
      assert.equal(execFileSync('sh', ['-c', line], { encoding: 'utf8' }), value);
    });

  it('a value that is not known is said, not left empty', () => {
    assert.throws(() => fill('{{saved.x}}', bound('a'), 'plain'), Unbound);
    assert.deepEqual(namesOf({ a: 'x-{{netID}}', b: 'y-{{other}}' }, { netID: 'ab1' }), { a: 'x-ab1' });
  });
});

describe('expectations', () => {
  const judge = (that: string, rest: object, root: unknown) =>
    firstFault([{ that, ...rest }], root as never, bound('ab1'));

  const table: readonly [string, object, unknown, boolean][] = [
    ['a', { is: 1 }, { a: 1 }, true],
    ['a', { is: 1 }, { a: '1' }, false],
    ['a', { is: true }, { a: 'true' }, false],
    ['a', { matches: '^ab' }, { a: 'abc' }, true],
    ['a', { matches: '^ab' }, { a: 7 }, false],
    ['a', { matches: '^{{netID}}$' }, { a: 'ab1' }, true],
    ['a', { matches: '^{{netID}}$' }, { a: 'ab12' }, false],
    ['a', { contains: 'b' }, { a: ['a', 'b'] }, true],
    ['a', { contains: 'b' }, { a: ['bb'] }, false],
    ['a', { contains: 'b' }, { a: 'abc' }, true],
    ['a', { contains: 1 }, { a: '1' }, false],
    ['a', { atLeast: 2 }, { a: 2 }, true],
    ['a', { atLeast: 2 }, { a: '3' }, false],
    ['a', { atMost: 2 }, { a: 3 }, false],
    ['a', { oneOf: ['x', 'y'] }, { a: 'y' }, true],
    ['a', { oneOf: ['x', 'y'] }, { a: 'xy' }, false],
    ['a', { exists: true }, { a: 0 }, true],
    ['a', { exists: true }, {}, false],
    ['a', { exists: false }, {}, true],
    ['sameKey(a, b)', { is: true }, { a: key('x', 'me'), b: key('x', 'you') }, true],
    ['sameKey(a, b)', { is: true }, { a: key('x', ''), b: key('y', '') }, false],
    ['sameKey(a, b)', { is: true }, { a: null, b: null }, false],
    ['sameKey(a, b)', { is: true }, { a: 'ssh-rsa', b: 'ssh-rsa' }, false],
    ['minutesBetween(a, b)', { is: 360 }, { a: '2026-06-01T14:00:00.000000', b: '2026-06-01 20:00' }, true],
  ];
  for (const [that, rest, root, good] of table)
    it(`${that} ${JSON.stringify(rest)} of ${JSON.stringify(root).slice(0, 40)}`, () => {
      assert.equal(judge(that, rest, root) === undefined, good);
    });

  it('say in words that nothing listens', () => {
    assert.match(judge('status', { is: 200 }, { status: 0 }) ?? '', /^Nothing listens/);
    assert.match(judge('status', { is: 200 }, { status: 404 }) ?? '', /404, where the lab wants 200/);
  });

  it('judge nothing that is absent, or of another form', () => {
    assert.throws(() => judge('a.b', { is: 1 }, {}), WrongForm);
    assert.throws(() => judge('length(a)', { is: 0 }, {}), WrongForm);
    assert.throws(() => valueOf('minutesBetween(a, a)', { a: 'soon' }), WrongForm);
  });

  it('know their functions', () => {
    assert.equal(faultIn("length(a) == `1` && starts_with(b, 'x')"), undefined);
    assert.match(faultIn('size(a)') ?? '', /no function size/);
  });
});

describe('parameters in names', () => {
  it('are read back from how somebody named things', async () => {
    const lab = await labNamed('lab1-hello-chameleon');
    const server = lab.names['server'] ?? '';
    assert.deepEqual(valuesIn(lab, server, 'hello_chameleon-casey.diaz'), { username: 'casey.diaz' });
    assert.equal(valuesIn(lab, server, 'hello_chameleon-'), undefined);
    assert.equal(valuesIn(lab, server, 'my-hello_chameleon-casey'), undefined);
    assert.equal(valuesIn(lab, '{{username}}', 'casey'), undefined, 'it would fit everything');
  });
});

function key(letter: string, comment: string): string {
  return `ssh-rsa ${letter.repeat(60)} ${comment}`;
}
