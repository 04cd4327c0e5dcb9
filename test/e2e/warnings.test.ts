/** Of two windows one warns before a lease ends; when it closes, the other does, of what was not said yet. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../src/base';
import { startDemo, type Demo } from '../../src/demo';
import { listLeases, Session } from '../../src/openstack';
import { cloudsYamlOf } from '../cloudsYaml';
import { noteSecret } from '../secrets/used';
import { signInByFile } from './steps';
import { openWindow, type Workbench } from './window';

const LEASE = 'mlflow_ab1234';
const MINUTE_MS = 60_000;

describe('warnings in two windows', () => {
  let demo: Demo;
  let ahead = 0;
  let end = 0;
  let first: Workbench;
  let second: Workbench;
  before(async () => {
    demo = await startDemo();
    for (const { name, credential } of demo.clouds) noteSecret(`e2e: ${name}`, credential.secret);
    const chi = demo.clouds.find(({ region }) => region === 'CHI@TACC') ?? assert.fail('no CHI@TACC');
    const leases = await listLeases(new Session(chi, { fetch, clock: systemClock, random: Math.random }));
    end = leases.find(({ name }) => name === LEASE)?.end ?? assert.fail(`no ${LEASE}`);
    first = await openWindow({
      settings: { 'chameleon.demo.openOnStartup': false },
      files: { 'clouds.yaml': cloudsYamlOf(demo.clouds) },
    });
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    const { title } = this.currentTest;
    for (const [at, page] of first.page.context().pages().entries())
      await page.screenshot({ path: path.join(first.pictures, `failed-${title}-${at}.png`) });
  });
  after(async () => {
    await first.close();
    await demo.stop();
  });

  /** Puts the sites' clocks forward until so much is left, and lets every window that is open know. */
  async function left(minutes: number, windows: readonly Workbench[]): Promise<void> {
    const ms = end - minutes * MINUTE_MS - (Date.now() + ahead);
    ahead += ms;
    await demo.world.advance(ms);
    await windows[0]?.run('Chameleon: Refresh');
    await tells(Math.floor(minutes), windows);
  }

  /** Each of them counts down to so much. */
  async function tells(minutes: number, windows: readonly Workbench[]): Promise<void> {
    const shown = new RegExp(`${LEASE} 0:${String(minutes).padStart(2, '0')}`);
    for (const each of windows) await each.timer().filter({ hasText: shown }).waitFor();
  }

  /** All that a window has said of the lease, whether it is still on the screen or not. */
  async function said(window: Workbench): Promise<readonly string[]> {
    await window.run('Notifications: Show Notifications');
    const centre = window.page.locator('.notifications-center.visible');
    await centre.waitFor();
    const all = await centre.locator('.notification-list-item-message').allInnerTexts();
    await window.page.keyboard.press('Escape'); // what comes while it is open is no toast
    await centre.waitFor({ state: 'detached' });
    return all.filter((text) => text.startsWith(`${LEASE} at CHI@TACC ends in`));
  }

  /** The one of them that says it first. */
  function speaker(words: RegExp): Promise<Workbench> {
    return Promise.any(
      [first, second].map(async (each) => {
        await each.message(words).waitFor();
        return each;
      }),
    );
  }

  async function holder(): Promise<string> {
    const folder = path.join(
      first.home,
      'user-data',
      'User',
      'globalStorage',
      'chameleon-labs.chameleon-labs',
    );
    return readFile(path.join(folder, 'leader.lock'), 'utf8');
  }

  it('the second window does not say again what the first has said', async () => {
    await signInByFile(first);
    await first.message(new RegExp(`${LEASE} at CHI@TACC ends in 5\\d m`)).waitFor();
    second = await first.another();
    await second.timer().filter({ hasText: LEASE }).waitFor();
    await second.row('Resources', 'node-mlflow-ab1234').waitFor();
    assert.deepEqual(await said(second), []);
  });

  it('of two windows one warns a quarter of an hour before the end', async () => {
    // The moment comes in both at once: neither can know of the other's word.
    await left(15.4, [first, second]);
    await tells(14, [first, second]);
    assert.equal(await speaker(/ends in 14 m/), first);
    await first.screenshot('warnings-1-first');
    await second.screenshot('warnings-2-second');
    // Both have drawn it since, and drawing is when a window would speak.
    await left(13.5, [first, second]);
    assert.deepEqual([(await said(first)).length, (await said(second)).length], [2, 0]);
  });

  it('when the window that spoke is closed, the other one speaks next, once, of what is new', async () => {
    const before = await holder();
    await first.page.close({ runBeforeUnload: true });
    while ((await holder().catch(() => before)) === before) await pause(100);
    await left(4.5, [second]);
    await second.message(/ends in 4 m/).waitFor();
    await second.screenshot('warnings-3-other');
    await left(3.5, [second]);
    const all = await said(second);
    assert.equal(all.length, 1, all.join('\n'));
    assert.match(all[0] ?? '', /ends in 4 m/);
    await second.screenshot('warnings-4-once');
  });
});
