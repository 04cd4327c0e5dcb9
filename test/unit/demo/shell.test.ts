import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Files } from '../../../src/demo/shell/files';
import { Shell } from '../../../src/demo/shell/shell';
import type { Host } from '../../../src/demo/shell/host';

const signal = new AbortController().signal;

function host(): Host {
  return {
    hostname: 'node-ab1234',
    programs: new Map([[8000, 'mlflow']]),
    bench: undefined,
    played: 0,
    around: undefined,
    nodeType: undefined,
    publicAddress: () => undefined,
    vcpus: 2,
    upSince: Date.UTC(2026, 0, 1, 12),
    now: () => Date.UTC(2026, 0, 1, 14, 5),
    files: new Files({ '/home/cc/a.txt': 'one\ntwo\nthree\n', '/home/cc/.ssh/x': '', '/tmp/y': '' }),
  };
}

/** Lines that a real `sh` reads in the same way; they need nothing but the shell itself and what any system has. */
const SAME_AS_SH = [
  'echo a  b   "c  d"',
  "echo 'a $HOME' \"b\"c'd'",
  'X="1 2"; echo $X; echo "$X"',
  'X=1 sh -c \'echo "$X"\'; echo "${X}-"',
  'echo ${NOT_THERE:-other} ${NOT_THERE:-}x',
  'true && echo yes || echo no; false && echo yes || echo no',
  'false; echo $?; ! false; echo $?',
  'echo one; (exit 3); echo $?',
  'echo "$(echo inner "$(echo deep)")" `echo back`',
  'echo a\\ b \\"c\\" "\\$x \\q"',
  '[ -n "x" ] && [ ! -z "y" ] && [ 3 -gt 2 ] && [ a != b ] && echo ok',
  'env A="x y" B=\'it\'\\\'\'s\' sh -c \'printf "%s|%s" "$A" "$B"\'',
  "printf '%s-%s\\n' a b c d",
  'echo # not said',
  'sh -c \'echo "$0 $1"\' zero one',
  'echo a >/dev/null; echo b 2>&1',
  'exit 5; echo never',
  'echo ""x"" "" | cat',
  'echo "unfinished',
];

describe("demo: a server's shell", () => {
  it('reads lines as sh does', async function () {
    if (process.platform === 'win32') this.skip();
    for (const line of SAME_AS_SH) {
      const real = spawnSync('sh', ['-c', line], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] ?? '' },
      });
      const ours = await new Shell(host()).run(line, '', signal);
      assert.deepEqual([ours.stdout, ours.exit], [real.stdout, real.status], line);
    }
  });

  const run = async (line: string): Promise<string> => {
    const { stdout, stderr } = await new Shell(host()).run(line, '', signal);
    return stdout + stderr;
  };

  it('keeps files', async () => {
    assert.equal(await run('echo x > b; echo y >> b; cat b; wc -l < b'), 'x\ny\n2\n');
    assert.equal(await run('cp a.txt /tmp; rm a.txt; ls; ls /tmp'), 'a.txt\ny\n');
    assert.equal(await run('mkdir -p d/e && cd d && pwd && ls'), '/home/cc/d\ne\n');
    assert.equal(await run('cat nope'), 'cat: nope: No such file or directory\n');
    assert.equal(await run('echo x > /nope/y'), 'bash: line 1: /nope/y: No such file or directory\n');
    assert.equal(await run('head -n 1 a.txt; tail -1 a.txt; grep -c t a.txt'), 'one\nthree\n2\n');
  });

  it('says what the server is', async () => {
    assert.equal(await run('hostname; whoami; pwd; nproc'), 'node-ab1234\ncc\n/home/cc\n2\n');
    assert.match(await run('ss -ltn'), /0\.0\.0\.0:22[^]*127\.0\.0\.1:8000/);
    assert.match(await run('uptime'), /14:05:00 up 2:05/);
    assert.match(await run('id'), /^uid=1000\(cc\)/);
    assert.match(await run('uname -a'), /^Linux node-ab1234 /);
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    const running = new Shell(host()).run('sleep 600', '', stop.signal);
    stop.abort();
    await assert.rejects(running, (error: Error) => error.name === 'AbortError');
    assert.equal((await new Shell(host()).run('timeout 0.01 sleep 600', '', signal)).exit, 124);
  });

  it('survives what can not be read', async () => {
    for (const line of [
      '(',
      '$(',
      '`x',
      '"',
      "'",
      '&&',
      'a |',
      '> ',
      '}',
      ')',
      '${',
      'a; ; b',
      '\\',
      'for x in',
      'for x in a; do b',
      'done',
    ])
      assert.equal(typeof (await new Shell(host()).run(line, '', signal)).exit, 'number', line);
  });
});
