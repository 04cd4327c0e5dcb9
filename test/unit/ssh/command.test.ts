import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { boundCommand } from '../../../src/ssh/command';

const hostile = [
  "it's",
  '$(touch /tmp/x) `id` ${HOME}',
  'a"b\\',
  "'; exit 7; '",
  'line\nfeed\ttab',
  '-n',
  '',
  ' ',
  '!! * ? [a] ~ & | > <',
  "'\\''",
  'ünï — 漢 😀',
  '\u0001\u001b[31m',
];

(process.platform === 'win32' ? describe.skip : describe)('bound parameters', () => {
  for (const value of hostile)
    it(`reach the command as they are: ${JSON.stringify(value)}`, () => {
      const line = boundCommand('printf %s "$VALUE"; printf "|%s" "$OTHER"', { VALUE: value, OTHER: 'o' });
      assert.equal(execFileSync('sh', ['-c', line], { encoding: 'utf8' }), `${value}|o`);
    });

  it('leave the command itself as it is', () => {
    const line = boundCommand(`x='a b'; [ "$x" = 'a b' ] && echo "it's \\$x"`, {});
    assert.equal(execFileSync('sh', ['-c', line], { encoding: 'utf8' }), "it's $x\n");
  });

  it('come with no input to wait for', () => {
    assert.equal(execFileSync('sh', ['-c', boundCommand('cat', {})], { encoding: 'utf8', input: 'x' }), '');
  });

  it('with a name or a value that no environment can hold are refused', () => {
    for (const name of ['', '1A', 'A B', 'A=B', 'A;id', 'Ä'])
      assert.throws(() => boundCommand('true', { [name]: 'x' }));
    assert.throws(() => boundCommand('true', { A: 'x\0y' }));
  });
});
