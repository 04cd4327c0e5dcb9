import assert from 'node:assert/strict';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ClientProgram } from './clients';
import { up, type Lab } from './setup';
import { freely, World } from './world';

const signal = new AbortController().signal;

describe('the services’ own clients through a forward that is cut under them', () => {
  let lab: Lab;
  let world: World;
  let browser: Browser;
  let page: Page;
  const clients: ClientProgram[] = [];
  before(async () => {
    lab = await up(['mlflow']);
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  });
  after(() => browser.close());
  beforeEach(async () => {
    world = new World(lab);
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page.close();
    for (const client of clients.splice(0)) client.close();
    await world.end();
  });

  /** A forward that is up, its address and what cuts it. */
  const forwarded = async (
    id: 'mlflow',
  ): Promise<{ readonly url: string; cut: () => Promise<void>; again: () => Promise<void> }> => {
    const spec = { id, target: lab[id], remoteHost: '127.0.0.1', remotePort: lab.ports[id], localPort: 0 };
    world.forwards.start({ ...spec, name: id, path: '/' });
    const { localPort = 0 } = await world.becomes(id, 'up');
    return {
      url: `http://127.0.0.1:${localPort}`,
      cut: async () => {
        await lab.host('ssh', lab[id], 'off');
        await lab.host('drop', lab[id]);
        await world.becomes(id, 'waiting', 'connecting');
      },
      again: async () => {
        await lab.host('ssh', lab[id], 'on');
        assert.equal((await world.becomes(id, 'up')).localPort, localPort);
      },
    };
  };
  const client = (...words: ConstructorParameters<typeof ClientProgram>): ClientProgram => {
    const program = new ClientProgram(...words);
    clients.push(program);
    return program;
  };
  /** What the server itself says, on its own port and past all forwards. */
  const onServer = async (id: 'mlflow', command: string): Promise<string> => {
    const connection = await world.connections.to(lab[id], signal);
    const { exit, stdout, stderr } = await connection.run(command, freely());
    assert.equal(exit, 0, stderr);
    return stdout;
  };

  it('MLflow: a training logs before, during and after the cut, and its page shows it', async () => {
    const { url, cut, again } = await forwarded('mlflow');
    const name = `forwarded-${process.pid}`;
    const training = client(lab.program('mlflow3', 'python'), 'mlflow_run.py', url, name);
    const { experiment, run } = await training.says();
    training.tell('before the cut');
    assert.deepEqual(await training.says(), { step: 0 });
    await page.goto(`${url}/#/experiments/${String(experiment)}`);
    await page.getByText('through-the-forward').first().waitFor({ timeout: 60_000 });
    await cut();
    training.tell('while it was cut');
    await again();
    assert.deepEqual(await training.says(), { step: 1 }, 'MLflow’s client tries again, and it gets through');
    training.tell('after the cut');
    assert.deepEqual(await training.says(), { step: 2 });
    await training.finish();
    await page.reload();
    await page.getByText('through-the-forward').first().waitFor({ timeout: 60_000 });
    const api = `http://127.0.0.1:${lab.ports.mlflow}/api/2.0/mlflow`;
    const history = JSON.parse(
      await onServer(
        'mlflow',
        `curl -sf '${api}/metrics/get-history?run_id=${String(run)}&metric_key=loss&max_results=100'`,
      ),
    ) as { readonly metrics: readonly { readonly step?: number }[] };
    assert.deepEqual(new Set(history.metrics.map(({ step }) => step ?? 0)), new Set([0, 1, 2]));
    const state = await onServer('mlflow', `curl -sf '${api}/runs/get?run_id=${String(run)}'`);
    assert.match(state, /"status": "FINISHED"/);
    const notes = await onServer(
      'mlflow',
      `curl -sf '${api}/artifacts/list?run_id=${String(run)}&path=notes'`,
    );
    for (const step of [0, 1, 2]) assert.ok(notes.includes(`notes/${step}.txt`), notes);
  });
});
