/** A sign-in lives on in VS Code's secret storage when the window is loaded anew. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startDemo, type Demo } from '../../src/demo';
import { cloudsYaml } from '../cloudsYaml';
import { noteSecret } from '../secrets/used';
import { openWindow, type Workbench } from './window';

describe('sign-in by hand', () => {
  let demo: Demo;
  let window: Workbench;
  before(async () => {
    demo = await startDemo();
    for (const { name, credential } of demo.clouds) noteSecret(`e2e: ${name}`, credential.secret);
    window = await openWindow({ settings: { 'chameleon.demo.openOnStartup': false } });
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title}`);
  });
  after(async () => {
    await window.close();
    await demo.stop();
  });

  it('begins with what there is to do', async () => {
    await window.view('Resources').getByRole('button', { name: 'Sign In' }).waitFor();
    await window.screenshot('sign-in-1-welcome');
  });

  it('takes a clouds.yaml from a file, and shows the project', async () => {
    const [cloud] = demo.clouds;
    if (cloud === undefined) throw new Error('The demo has no cloud.');
    await writeFile(path.join(window.folder, 'clouds.yaml'), cloudsYaml(cloud, cloud.credential.secret));
    await window.view('Resources').getByRole('button', { name: 'Sign In' }).click();
    await window.quickPick(/Choose a clouds\.yaml/);
    await window.chooseFile('clouds.yaml');
    await window.row('Resources', cloud.region ?? '').waitFor();
    await window.screenshot('sign-in-2-project');
  });

  it('is still signed in after the window was loaded anew', async () => {
    await window.page.reload();
    await window.row('Resources', demo.clouds[0]?.region ?? '').waitFor();
  });
});
