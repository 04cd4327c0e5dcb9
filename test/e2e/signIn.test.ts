/** A sign-in lives on in VS Code's secret storage when the window is loaded anew, and counts for a second window. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { startDemo, type Demo } from '../../src/demo';
import type { CredentialCloud } from '../../src/openstack';
import { cloudsYaml } from '../cloudsYaml';
import { noteSecret } from '../secrets/used';
import { relay } from '../bench/relay';
import { signIn } from '../unit/demo/client';
import { addressOf } from '../unit/demo/places';
import { openService } from './steps';
import { openWindow, type Workbench } from './window';

const SERVER = 'node-mlflow-ab1234';
/** The way to it is cut and found silent. */
const CUT = 'node-mltrain-ab1234';

describe('sign-in by hand', () => {
  let demo: Demo;
  let cloud: CredentialCloud;
  let cable: Awaited<ReturnType<typeof relay>>;
  let window: Workbench;
  let second: Workbench;
  before(async () => {
    demo = await startDemo();
    for (const { name, credential } of demo.clouds) noteSecret(`e2e: ${name}`, credential.secret);
    cloud = demo.clouds.find(({ region }) => region === 'CHI@TACC') ?? assert.fail('no such site');
    const caller = await signIn(cloud);
    const [direct, cut] = [await addressOf(caller, SERVER), await addressOf(caller, CUT)];
    const [{ host, port }, behind] = [demo.reach(direct, 22), demo.reach(cut, 22)];
    cable = await relay(behind.host, behind.port, 0);
    window = await openWindow({
      settings: { 'chameleon.demo.openOnStartup': false },
      elsewhere: {
        [`tcp://${direct}:22`]: `tcp://${host}:${port}`,
        [`tcp://${cut}:22`]: `tcp://127.0.0.1:${cable.port}`,
      },
    });
    await mkdir(path.join(window.home, '.ssh'), { recursive: true });
    await cp(demo.keyFile, path.join(window.home, '.ssh', 'id_ed25519'));
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    for (const [at, page] of window.page.context().pages().entries())
      await page.screenshot({ path: path.join(window.pictures, `failed-sign-in-${at}.png`) });
  });
  after(async () => {
    await window.close();
    cable.close();
    await demo.stop();
  });

  it('begins with what there is to do', async () => {
    await window.view('Resources').getByRole('button', { name: 'Sign In' }).waitFor();
    await window.screenshot('sign-in-1-welcome');
  });

  it('takes a clouds.yaml from a file, and shows the project', async () => {
    await writeFile(path.join(window.folder, 'clouds.yaml'), cloudsYaml(cloud, cloud.credential.secret));
    await window.view('Resources').getByRole('button', { name: 'Sign In' }).click();
    await window.quickPick(/Choose a clouds\.yaml/);
    await window.chooseFile('clouds.yaml');
    await window.row('Resources', cloud.region).waitFor();
    await window.screenshot('sign-in-2-project');
  });

  it('is still signed in after the window was loaded anew', async () => {
    await window.page.reload();
    await window.row('Resources', cloud.region).waitFor();
  });

  it('a forward is one window’s and shown in the other, where it goes on when the first one closes', async () => {
    const first = window;
    second = await first.another();
    await second.row('Resources', SERVER).waitFor({ timeout: 60_000 });
    await second.widenSideBar(470);
    const opening = openService(first, SERVER, 'MLflow');
    opening.catch(() => undefined); // awaited below
    await first.button('Connect').click();
    await (await opening).close();
    await first.enlarge('Connections');
    const up = first.row('Connections', /^MLflow:8000 · up · 127/);
    await up.waitFor();
    const port = portIn(await up.innerText());

    await second.enlarge('Connections');
    const there = second.row('Connections', /^MLflow:8000 · 127.* · in another window/);
    await there.waitFor();
    assert.equal(portIn(await there.innerText()), port);
    const page = second.page.context().waitForEvent('page');
    await there.click();
    await (await page).getByText('MLflow').first().waitFor();
    await (await page).close();
    await second.screenshot('two-windows-1-second');

    await first.page.close({ runBeforeUnload: true });
    const taken = second.row('Connections', /^MLflow:8000 · up · 127/);
    await taken.waitFor({ timeout: 60_000 });
    assert.equal(portIn(await taken.innerText()), port);
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
    await second.screenshot('two-windows-2-taken-over');
  });

  it('each state of a forward has its words, and those of a server that is another one stop', async () => {
    await second.enlarge('Resources');
    const ray = openService(second, CUT, 'Ray');
    ray.catch(() => undefined); // awaited below
    await second.button('Connect').click();
    await (await ray).close();
    await second.enlarge('Connections');
    await second.row('Connections', /^Ray:8265 · up · 127/).waitFor();
    for (const port of ['9998', '9999']) {
      await second.rowAction('Connections', SERVER, 'Forward a Port');
      await second.quickPick('Another port');
      await second.answer(port);
      await second.row('Connections', new RegExp(`^Port ${port}.*Nothing listens`)).waitFor();
    }
    await second.rowAction('Connections', /^Port 9998/, 'Stop Forward');
    await second.row('Connections', /^Port 9998stopped/).waitFor();
    await second.dismissMessages();
    cable.close();
    await second.row('Connections', /^Ray:8265 · reconnecting .* · The connection broke/).waitFor();
    await second.screenshot('forwards-1-waiting');
    const silent = createServer().listen(cable.port, '127.0.0.1');
    try {
      await once(silent, 'listening');
      await second.row('Connections', /^Ray:8265 · connecting …/).waitFor({ timeout: 30_000 });
      await second.inAllThemes('forwards-2-connecting');
      demo.world.rebuild(SERVER);
      await second
        .row('Connections', /^MLflow:8000 · refused · The host key is not the one it had/)
        .waitFor();
      await second.inAllThemes('forwards-3-refused');
    } finally {
      silent.close();
    }
  });
});

/** The local port in a row. */
function portIn(row: string): string {
  return /127\.0\.0\.1:(\d+)/.exec(row)?.[1] ?? assert.fail(row);
}
