import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { endOf, run } from '../../vscode/run.mjs';

/** What has ended may wait for whoever is to take note of it. */
function isRunning(pid: string): boolean {
  try {
    return !/\) [XZ] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a program that the tests run', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  it('that hangs is stopped with all that it started, and its last words are told', async () => {
    const { code, output, stopped } = await endOf('sh', ['-c', 'sleep 1000 & echo "$!"; wait'], {
      limitMs: 300,
    });
    assert.equal(code, null);
    assert.match(stopped ?? '', /did not end within .* and was stopped[^]*Last words:\n\d+$/);
    assert.ok(!isRunning(output.trim()));
  });

  it('is not held up by a service that it leaves running', async () => {
    const { code, output, stopped } = await endOf('sh', ['-c', 'sleep 1000 & echo "$!"; exit 3']);
    assert.ok(isRunning(output.trim()));
    process.kill(Number(output));
    assert.deepEqual({ code, stopped }, { code: 3, stopped: undefined });
  });

  it('that fails says how, with its end', async () => {
    await assert.rejects(run('sh', ['-c', 'echo no room; exit 7']), /ended with 7:\nno room$/);
  });
});
