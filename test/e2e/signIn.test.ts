/** A sign-in by hand and a watch live on when the window is loaded anew; two windows are one to the sites. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { systemClock } from '../../src/base';
import { startDemo, type Demo } from '../../src/demo';
import {
  createLease,
  createServer,
  deleteLease,
  listImages,
  listNetworks,
  Session,
  type CredentialCloud,
} from '../../src/openstack';
import { cloudsYamlOf } from '../cloudsYaml';
import { noteSecret } from '../secrets/used';
import { relay } from '../bench/relay';
import { signIn } from '../unit/demo/client';
import { addressOf } from '../unit/demo/places';
import { openService } from './steps';
import { openWindow, type Workbench } from './window';
import { Watched } from './watched';

const SERVER = 'node-mlflow-ab1234';
/** The way to it is cut and found silent. */
const CUT = 'node-mltrain-ab1234';
/** As long as the sites' time stands still. */
const BUILDING = 'building-ab1234';
const HOUR_MS = 3_600_000;

describe('sign-in by hand', () => {
  const watched = new Watched('KVM@TACC');
  let demo: Demo;
  let cloud: CredentialCloud;
  let cable: Awaited<ReturnType<typeof relay>>;
  let window: Workbench;
  let second: Workbench;
  before(async () => {
    demo = await startDemo(watched.options);
    for (const { name, credential } of demo.clouds) noteSecret(`e2e: ${name}`, credential.secret);
    cloud = cloudAt('CHI@TACC');
    const caller = await signIn(cloud);
    const [direct, cut] = [await addressOf(caller, SERVER), await addressOf(caller, CUT)];
    const [{ host, port }, behind] = [demo.reach(direct, 22), demo.reach(cut, 22)];
    cable = await relay(behind.host, behind.port, 0);
    await somethingIsBuilding();
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

  function cloudAt(site: string): CredentialCloud {
    return demo.clouds.find(({ region }) => region === site) ?? assert.fail(`no ${site}`);
  }

  function sessionAt(site: string): Session {
    return new Session(cloudAt(site), { fetch, clock: systemClock, random: Math.random });
  }

  /** A server that is being built is looked at every 5 seconds. */
  async function somethingIsBuilding(): Promise<void> {
    const session = sessionAt('KVM@TACC');
    const lease = await createLease(session, {
      name: 'lease_building_ab1234',
      start: 'now',
      end: Date.now() + 5 * HOUR_MS,
      reservations: [{ resource_type: 'flavor:instance', flavor_id: '2', amount: 1, affinity: null }],
    });
    const networks = await listNetworks(session);
    const images = await listImages(session);
    watched.stopTime();
    await createServer(session, {
      name: BUILDING,
      imageId: images.find(({ name }) => name === 'CC-Ubuntu24.04')?.id ?? '',
      flavorId: lease.reservations[0]?.id ?? '',
      interfaces: networks.filter(({ name }) => name === 'sharednet1').map(({ id }) => ({ networkId: id })),
      securityGroupIds: [],
    });
  }

  async function signInWith(file: string): Promise<void> {
    await window.view('Resources').getByRole('button', { name: 'Sign In' }).click();
    await window.quickPick(/Choose a clouds\.yaml/);
    await window.chooseFile(file);
  }

  it('begins with what there is to do', async () => {
    await window.view('Resources').getByRole('button', { name: 'Sign In' }).waitFor();
    await window.screenshot('sign-in-1-welcome');
  });

  it('says at once of a credential that it may not reserve, and of a password that it is not needed', async () => {
    const weak = await startDemo({ restricted: true });
    try {
      for (const { name, credential } of weak.clouds)
        noteSecret(`e2e: restricted ${name}`, credential.secret);
      await writeFile(path.join(window.folder, 'weak.yaml'), cloudsYamlOf(weak.clouds.slice(0, 1)));
      await signInWith('weak.yaml');
      await window.message(/may look, but not reserve.*“Unrestricted”.*Sign in by the browser/).waitFor();
      await window.screenshot('sign-in-2-restricted');
      await window.dismissMessages();
      await window.run('Chameleon: Sign Out');
      await window.button('Sign Out').click();
      await window.view('Resources').getByRole('button', { name: 'Sign In' }).waitFor();
    } finally {
      await weak.stop();
    }
    const openrc = [
      'export OS_AUTH_TYPE=v3oidcpassword',
      'export OS_AUTH_URL=https://chi.uc.chameleoncloud.org:5000/v3',
      'export OS_REGION_NAME="CHI@UC"',
      'export OS_USERNAME=alexbaker',
    ];
    await writeFile(path.join(window.folder, 'openrc.sh'), openrc.join('\n'));
    await signInWith('openrc.sh');
    await window.button('Sign In by the Browser').waitFor();
    await window.screenshot('sign-in-2-password');
    await window.page.keyboard.press('Escape');
  });

  it('takes a clouds.yaml from a file, and shows the project', async () => {
    await writeFile(path.join(window.folder, 'clouds.yaml'), cloudsYamlOf(demo.clouds));
    await signInWith('clouds.yaml');
    await window.take('All of them');
    for (const { region } of demo.clouds) await window.row('Resources', region).waitFor();
    await window.screenshot('sign-in-2-project');
  });

  it('is still signed in after the window was loaded anew', async () => {
    await window.page.reload();
    for (const { region } of demo.clouds) await window.row('Resources', region).waitFor();
    await window.row('Resources', BUILDING).waitFor();
  });

  it('two windows in sight ask for no more than one does', async () => {
    const [began, tokens] = [Date.now(), watched.times('/auth/tokens').length];
    second = await window.another();
    await second.row('Resources', BUILDING).waitFor();
    assert.equal(watched.times('/auth/tokens').length, tokens, 'the second did not even sign in');
    const whole = watched.times('/os-keypairs').filter((at) => at >= began).length;
    assert.ok(whole <= 1 + (Date.now() - began) / 60_000, `${whole} whole rounds`);
    // One window looks each 5 seconds at what is being built; two of them would be at the third after 5.
    const [first = 0, , third = 0] = await watched.next('/servers/detail', 3);
    assert.ok(third - first >= 9_000, `three looks in ${third - first} ms`);
    await second.screenshot('sign-in-3-second-window');
  });

  it('a forward is one window’s and shown in the other, where it goes on when the first one closes', async () => {
    const first = window;
    await second.row('Resources', SERVER).waitFor();
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

  it('nor does what the sites are asked for end with the window that asked', async () => {
    await watched.next('/servers/detail', 2);
    watched.goOn();
    await second.enlarge('Resources');
    await second.row('Resources', new RegExp(`^${BUILDING}.*running`)).waitFor();
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
    const silent = net.createServer().listen(cable.port, '127.0.0.1');
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

  it('a watch for a slot outlives the window, and offers the slot when it frees', async () => {
    const session = sessionAt('CHI@TACC');
    // A classmate has the other one.
    const taken = await createLease(session, {
      name: 'the_last_node',
      start: 'now',
      end: Date.now() + 5 * HOUR_MS,
      reservations: [
        {
          resource_type: 'physical:host',
          min: 1,
          max: 1,
          hypervisor_properties: '',
          resource_properties: JSON.stringify(['==', '$node_type', 'compute_cascadelake_r']),
        },
      ],
    });
    await second.dismissMessages();
    await second.command('Chameleon: Reserve …');
    await second.take('Free of a lab');
    await second.take('CHI@TACC');
    await second.take('compute_cascadelake_r');
    await second.take('When');
    await second.take('now'); // whether or not it is known yet that all are taken
    await second.take('Reserve lease_');
    await second.message(/No node is free/).waitFor();
    await second.screenshot('sign-in-4-no-node');
    await second.button('Tell Me When One Frees').click();
    await second.message(/Watching for 1 × compute_cascadelake_r at CHI@TACC.*also after a reload/).waitFor();
    await deleteLease(session, taken.id);
    await second.page.reload();
    await second.message('1 × compute_cascadelake_r can be reserved at CHI@TACC now.').waitFor();
    await second.screenshot('sign-in-5-slot-is-free');
    await second.button('Reserve Now').click();
    await second.quickInput().getByText('Reserve at CHI@TACC').waitFor();
    await second.quickInput().getByText('compute_cascadelake_r').first().waitFor();
    await second.page.keyboard.press('Escape');
  });
});

/** The local port in a row. */
function portIn(row: string): string {
  return /127\.0\.0\.1:(\d+)/.exec(row)?.[1] ?? assert.fail(row);
}
