/** Runs of checks as they go wrong and right: a server that is cut off, a cancel half-way, a lab from its work to its end. */
import assert from 'node:assert/strict';
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../../src/base';
import { startDemo, type Demo } from '../../src/demo';
import {
  deleteFloatingIp,
  deleteLease,
  deleteServer,
  listFloatingIps,
  listLeases,
  listServers,
  Session,
} from '../../src/openstack';
import { cloudsYamlOf } from '../cloudsYaml';
import { noteSecret } from '../secrets/used';
import { signIn } from '../unit/demo/client';
import { addressOf } from '../unit/demo/places';
import { Visitor } from '../unit/demo/visitor';
import { Cable } from './cable';
import { signInByFile, unfold } from './steps';
import { openWindow, type Workbench } from './window';

const LAB = /^5 +Experiment Tracking with MLflow/;
const SERVER = 'node-mlflow-ab1234';
const LEASE = 'mlflow_ab1234';
/** So many bytes of the server are about half of a whole run. */
const HALF_WAY = 6_000;

describe('runs of checks', () => {
  let demo: Demo;
  let window: Workbench;
  let address: string;
  let cable: Cable;
  before(async () => {
    demo = await startDemo();
    for (const { name, credential } of demo.clouds) noteSecret(`e2e: ${name}`, credential.secret);
    address = await addressOf(await signIn(cloud()), SERVER);
    cable = await Cable.to(demo.reach(address, 22));
    window = await openWindow({
      settings: { 'chameleon.demo.openOnStartup': false, 'chameleon.labs.watchSeconds': 0 },
      files: { 'clouds.yaml': cloudsYamlOf(demo.clouds) },
      elsewhere: { [`tcp://${address}:22`]: cable.url },
    });
    await mkdir(path.join(window.home, '.ssh'), { recursive: true });
    await cp(demo.keyFile, path.join(window.home, '.ssh', 'id_ed25519'));
    await signInByFile(window);
    await window.row('Resources', SERVER).waitFor();
    await window.widenSideBar(560);
    await window.enlarge('Labs');
    await window.dismissMessages();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title}`);
  });
  after(async () => {
    await window.close();
    cable.close();
    await demo.stop();
  });

  function cloud() {
    return demo.clouds.find(({ region }) => region === 'CHI@TACC') ?? assert.fail('no CHI@TACC');
  }

  /** The lab's row, once it says so. */
  const said = (words: string) => window.row('Labs', new RegExp(`${LAB.source}.*${words}`));

  const run = (): Promise<void> => window.rowAction('Labs', LAB, 'Run Lab Checks');

  /** Rows of checks that say so, of all that are in sight. */
  const checks = (words: RegExp): Promise<number> =>
    window.view('Labs').locator('.monaco-list-row[aria-level="3"]', { hasText: words }).count();

  it('a cancel half-way says so, what has a verdict and what was not run', async () => {
    const isHalfWay = cable.hold(HALF_WAY);
    await run();
    await window.button('Connect').click();
    await isHalfWay;
    const progress = window.message(/Checking Experiment Tracking.*\d+ of \d+/);
    await progress.waitFor();
    await window.screenshot('runs-1-half-way');
    await progress.getByRole('button', { name: 'Cancel' }).click();
    const head = said('\\d+ of 46 · cancelled, \\d+ not run · next: the rest');
    await head.waitFor();
    const [, passed = 0, notRun = 0] =
      /(\d+) of 46 · cancelled, (\d+) not run/.exec(await head.innerText())?.map(Number) ?? [];
    assert.ok(passed > 9 && notRun > 9 && passed + notRun <= 46, await head.innerText());
    for (const step of ['Launch and set up', 'Track a PyTorch experiment'])
      await unfold(window, 'Labs', step);
    await window.row('Labs', /^Model is registerednot run$/).waitFor();
    assert.equal((await checks(/not run$/)) + (await checks(/passed ·/)), await checks(/./));
    await window.inAllThemes('runs-2-cancelled');
  });

  it('what is on a server that is cut off meanwhile is not known: neither failed nor passed', async () => {
    const isAsked = cable.hold(0);
    await window.row('Labs', /^Next: the restcheck the lab/).click();
    await isAsked;
    cable.cut();
    await said('\\d+ of 46 · \\d+ not known · next: reach node-mlflow').waitFor();
    await window.row('Labs', /^Prepare the data3 not known$/).waitFor();
    await unfold(window, 'Labs', "Use MLflow's API");
    // What was seen of it before is kept as such, and says what is so now.
    await window
      .row('Labs', /^Login with the keypassed earlier · Logged in\. Now: The connection to /)
      .waitFor();
    const open = window.row('Labs', /^Model is downloadednot known · The connection to .* broke\.$/);
    await open.waitFor();
    assert.match(
      (await open.getAttribute('aria-label')) ?? '',
      /, not known: The connection .* broke\. Try again/,
    );
    const ofCloud = 3; // the server, its image, its address
    assert.equal(await checks(/\bfailed/), 0);
    assert.equal(await checks(/passed ·/), ofCloud);
    assert.equal(
      (await checks(/passed earlier ·/)) + (await checks(/not known ·/)),
      (await checks(/./)) - ofCloud,
    );
    await window.inAllThemes('runs-3-cut');
    await window.row('Labs', /^Next: reach node-mlflow-ab1234why it can’t be reached/).click();
    await window.panel().getByText('SSH server').first().waitFor();
    await window.screenshot('runs-3-why');
    await window.command('View: Close All Editors');
    await window.dismissMessages();
  });

  it('a lab is done when all of it has passed, or had before it was cleaned up', async () => {
    cable.mend();
    await run();
    await said('41 of 46 · next: Tracking system is stopped').waitFor();
    await window.screenshot('runs-4-work-done');
    const visitor = await Visitor.at(demo, address);
    for (const command of [
      'docker compose -f mlflow-chi/docker/docker-compose-mlflow.yaml down',
      'docker stop jupyter',
    ])
      assert.equal((await visitor.run(command)).exit, 0);
    await visitor.leave();
    await run();
    await said('43 of 46 · next: Server is deleted').waitFor();
    await cleanUp();
    await window.command('Chameleon: Refresh');
    await window.row('Labs', 'What is there').waitFor({ state: 'detached' });
    await run();
    await said('46 of 46 · all done').waitFor();
    await window.row('Labs', /^All donesave the completion card/).waitFor();
    await window.inAllThemes('runs-4-all-done');
  });

  /** As in Horizon: the server, its address, the lease. */
  async function cleanUp(): Promise<void> {
    const session = new Session(cloud(), { fetch, clock: systemClock, random: Math.random });
    const server = (await listServers(session)).find(({ name }) => name === SERVER);
    const ip = (await listFloatingIps(session)).find((each) => each.address === address);
    const lease = (await listLeases(session)).find(({ name }) => name === LEASE);
    assert(server !== undefined && ip !== undefined && lease !== undefined);
    await deleteServer(session, server.id);
    await deleteFloatingIp(session, ip.id);
    await deleteLease(session, lease.id);
  }
});
