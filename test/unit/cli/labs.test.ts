import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readArguments } from '../../../src/cli/args';
import { checkFiles, labNamed, listLabs } from '../../../src/cli/labs';
import { exit, Usage } from '../../../src/cli/words';

const readme = path.join(import.meta.dirname, '../../../README.md');

describe('lab files from a terminal', () => {
  let folder: string;
  let example: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lab-files-'));
    const text = /```yaml\n(# The example.*?)```/s.exec(await readFile(readme, 'utf8'))?.[1] ?? '';
    example = path.join(folder, 'lab0-greeting.lab.yaml');
    await writeFile(example, text);
  });
  after(() => rm(folder, { recursive: true }));
  const check = (...files: string[]) => checkFiles(readArguments(['check-file', ...files]));

  it('the example of the README is a lab, of which everything works', async () => {
    const { code, text } = await check(example);
    assert.equal(code, exit.fine, text);
    assert.match(text, /is a lab file: \d+ checks/);
    const lab = await labNamed(example);
    assert.equal(lab.id, 'lab0-greeting');
    const kinds = new Set(lab.steps.flatMap((step) => step.checks.map(({ probe }) => probe.kind)));
    assert.deepEqual([...kinds].sort(), ['forward', 'manual', 'openstack', 'ssh']);
  });

  it('a fault is said with its file, line and column, and by the exit code', async () => {
    const broken = path.join(folder, 'lab0-broken.lab.yaml');
    const text = (await readFile(example, 'utf8')).replace('id: lab0-greeting', 'id: lab0-broken');
    await writeFile(
      broken,
      text.replace('host: node, run', 'host: nod, run').replace('atLeast: 1', 'atleast: 1'),
    );
    const { code, text: said } = await check(broken, example);
    assert.equal(code, exit.failed);
    const lines = said.split('\n').filter((line) => line.startsWith(broken));
    assert.match(lines[0] ?? '', /^[^:]+:\d+:\d+: .*atleast/i);
    assert.match(said, /greeting\.lab\.yaml is a lab file/);
    await assert.rejects(labNamed(broken), Usage);
  });

  it('a file that is not there, and none at all, are usage', async () => {
    await assert.rejects(check(path.join(folder, 'none.lab.yaml')), Usage);
    await assert.rejects(check(), Usage);
    await assert.rejects(labNamed('lab99'), /There is no lab lab99/);
  });

  it('lists what ships, with sites and variants', async () => {
    const { text, data } = await listLabs();
    assert.match(text, /lab1-hello-chameleon +25 checks/);
    assert.ok(Array.isArray(data) && data.length >= 3);
  });

  it('takes a variant', () => {
    assert.equal(readArguments(['check', 'lab5-mlflow', '--variant', 'amd']).variant, 'amd');
  });
});
