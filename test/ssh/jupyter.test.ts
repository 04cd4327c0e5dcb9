import assert from 'node:assert/strict';
import { chromium, type Browser, type Page } from 'playwright-core';
import { jupyterToken } from '../../src/extension/serviceToken';
import { up, type Lab } from './setup';
import { World } from './world';

const signal = new AbortController().signal;

describe('JupyterLab through a forward', () => {
  let lab: Lab;
  let world: World;
  let browser: Browser;
  before(async () => {
    lab = await up();
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  });
  after(() => browser.close());
  beforeEach(() => {
    world = new World(lab);
  });
  afterEach(() => world.end());

  it('tells its token, and runs cells over its WebSocket, before and after the connection was cut', async () => {
    const token = await jupyterToken(
      await world.connections.to(lab.mlflow, signal),
      '',
      lab.ports.jupyter,
      signal,
    );
    // The program is in no folder that a login shell knows here; where it is, it tells the same.
    const known = await lab.jupyterToken();
    assert.ok(token === undefined || token === known);
    world.forwards.start({
      id: 'jupyter',
      target: lab.mlflow,
      remoteHost: '127.0.0.1',
      remotePort: lab.ports.jupyter,
      localPort: 0,
      name: 'Jupyter',
      path: '/lab',
    });
    const { localPort } = await world.becomes('jupyter', 'up');
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${localPort ?? 0}/lab?token=${known}`);
    await page.locator('.jp-Launcher').first().waitFor({ timeout: 60_000 });
    assert.equal(await cell(page, known, '6 * 7'), '42');
    await lab.host('drop', lab.mlflow);
    await world.becomes('jupyter', 'waiting', 'connecting');
    const again = await world.becomes('jupyter', 'up');
    assert.equal(again.localPort, localPort);
    assert.equal(await cell(page, known, '"after".upper()'), "'AFTER'", 'the same page, without a reload');
    await page.close();
  });
});

/** Runs one cell in a new kernel, from within the page, as its own code would. */
function cell(page: Page, token: string, code: string): Promise<string> {
  return page.evaluate(
    async ({ token: secret, code: source, host }) => {
      const headers = { Authorization: `token ${secret}` };
      const made = await fetch('/api/kernels', { method: 'POST', headers, body: '{}' });
      const { id } = (await made.json()) as { id: string };
      const socket = new WebSocket(`ws://${host}/api/kernels/${id}/channels?token=${secret}`);
      const header = {
        msg_id: 'm1',
        username: 'u',
        session: 's',
        msg_type: 'execute_request',
        version: '5.3',
      };
      const content = {
        code: source,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: false,
      };
      try {
        return await new Promise<string>((resolve, reject) => {
          socket.onerror = () => reject(new Error('the WebSocket broke'));
          socket.onopen = () => {
            socket.send(
              JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: 'shell' }),
            );
          };
          socket.onmessage = ({ data }) => {
            const message = JSON.parse(String(data)) as {
              msg_type: string;
              content: { data?: Record<string, string> };
            };
            if (message.msg_type === 'execute_result') resolve(message.content.data?.['text/plain'] ?? '');
          };
        });
      } finally {
        socket.close();
        await fetch(`/api/kernels/${id}`, { method: 'DELETE', headers });
      }
    },
    { token, code, host: new URL(page.url()).host },
  );
}
