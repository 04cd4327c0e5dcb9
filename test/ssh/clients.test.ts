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
    lab = await up(['mlflow', 'ray']);
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
    id: 'mlflow' | 'ray',
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
  const onServer = async (id: 'mlflow' | 'ray', command: string): Promise<string> => {
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

  it('Ray: a job is submitted with its folder, and its log is read as it comes, before and after the cut', async () => {
    const { url, cut, again } = await forwarded('ray');
    const end = `/home/cc/end-${process.pid}`;
    const submission = client(
      lab.program('ray', 'python'),
      'ray_job.py',
      url,
      ClientProgram.file('job'),
      end,
    );
    const { job } = await submission.says();
    const id = String(job);
    await page.goto(`${url}/#/jobs`);
    await page.getByText(id).first().waitFor({ timeout: 60_000 });
    assert.match(await tail(page, id, 3), /line 0\nline 1\nline 2\n/, 'over the WebSocket');
    const stream = await logStream(url, id, 3);
    assert.match(stream.text, /line \d+\n/, 'over a chunked answer that stays open');
    await cut();
    await assert.rejects(stream.rest(), 'what was under way has ended, and says so');
    await again();
    await page.reload();
    await page.getByText(id).first().waitFor({ timeout: 60_000 });
    const seen = await tail(page, id, 3);
    const later = await tail(page, id, seen.split('\n').length + 3);
    assert.ok(lastLine(later) > lastLine(seen), 'the job ran on meanwhile');
    submission.tell('to the end');
    await onServer('ray', `touch ${end}`);
    const { lines, status } = await submission.says();
    assert.equal(status, 'SUCCEEDED');
    assert.ok(Array.isArray(lines) && lines.includes('line 0') && lines.at(-1) === 'the last line');
    await submission.finish();
  });
});

/** The number in the last whole line: the log comes in pieces that end anywhere. */
function lastLine(log: string): number {
  return Number([...log.matchAll(/line (\d+)\n/g)].at(-1)?.[1]);
}

/** The first lines of a running job's log over Ray's WebSocket, opened from its own page. */
function tail(page: Page, job: string, lines: number): Promise<string> {
  return page.evaluate(
    ({ id, wanted, host }) =>
      new Promise<string>((resolve, reject) => {
        const socket = new WebSocket(`ws://${host}/api/jobs/${id}/logs/tail`);
        let text = '';
        socket.onerror = () => reject(new Error('the WebSocket broke'));
        socket.onclose = () => reject(new Error(`the WebSocket was closed after ${text}`));
        socket.onmessage = ({ data }) => {
          text += String(data);
          if (text.split('\n').length <= wanted) return;
          socket.onclose = null;
          socket.close();
          resolve(text);
        };
      }),
    { id: job, wanted: lines, host: new URL(page.url()).host },
  );
}

/** Ray's log stream of a job's driver: a chunked answer that stays open; its first lines, and how it ends. */
async function logStream(
  url: string,
  job: string,
  lines: number,
): Promise<{ readonly text: string; rest(): Promise<void> }> {
  const nodes = (await (await fetch(`${url}/nodes?view=summary`)).json()) as {
    readonly data: {
      readonly summary: readonly {
        readonly raylet: { readonly nodeId: string; readonly isHeadNode: boolean };
      }[];
    };
  };
  const head = nodes.data.summary.find(({ raylet }) => raylet.isHeadNode)?.raylet.nodeId ?? '';
  const answer = await fetch(
    `${url}/api/v0/logs/stream?node_id=${head}&filename=job-driver-${job}.log&lines=100&format=text`,
  );
  assert.equal(answer.status, 200);
  assert.ok(answer.body);
  const chunks = answer.body[Symbol.asyncIterator]();
  const decoder = new TextDecoder();
  let text = '';
  const next = async (): Promise<boolean> => {
    const chunk = (await chunks.next()) as IteratorResult<Uint8Array, unknown>;
    if (chunk.done !== true) text += decoder.decode(chunk.value, { stream: true });
    return chunk.done !== true;
  };
  while (text.split('\n').length <= lines && (await next()));
  // One more than was there: it comes while the answer is open.
  const before = text;
  while (text === before && (await next()));
  return {
    text,
    rest: async () => {
      while (await next());
    },
  };
}
