/** What is done to a volume is shown until Cinder says that it is so; a cancel and a refusal are said, too. */
import assert from 'node:assert/strict';
import { startDemo, type Demo } from '../../src/demo';
import { cloudsYamlOf } from '../cloudsYaml';
import { noteSecret } from '../secrets/used';
import { at, signIn } from '../unit/demo/client';
import { SlowCinder } from './slowCinder';
import { unfold, signInByFile } from './steps';
import { openWindow, type Workbench } from './window';

const VOLUME = 'block-new-ab1234';
const SERVER = 'hello_chameleon-alexbaker';

describe('volumes that take their time', () => {
  let demo: Demo;
  let cinder: SlowCinder;
  let window: Workbench;
  before(async () => {
    demo = await startDemo();
    for (const { name, credential } of demo.clouds) noteSecret(`e2e: ${name}`, credential.secret);
    const kvm = demo.clouds.find(({ region }) => region === 'KVM@TACC') ?? assert.fail('no KVM@TACC');
    const caller = await signIn(kvm);
    const list = await caller('volumev3', '/volumes/detail');
    const link = String(at(list.body, 'volumes', 0, 'links', 0, 'href'));
    cinder = await SlowCinder.before(new URL(link).origin, caller);
    window = await openWindow({
      settings: { 'chameleon.demo.openOnStartup': false },
      files: { 'clouds.yaml': cloudsYamlOf(demo.clouds) },
      elsewhere: { [cinder.origin]: cinder.url },
    });
    await signInByFile(window);
    await window.row('Resources', SERVER).waitFor();
    await window.widenSideBar(470);
    await window.enlarge('Resources');
    await window.run('Chameleon: Group Resources');
    await window.take('By kind');
    await window.row('Resources', /^Leases/).waitFor();
    await unfold(window, 'Resources', /^Volumes/);
    await window.row('Resources', /^block-persist-ab1234.*GB · in no server/).waitFor();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title}`);
  });
  after(async () => {
    await window.close();
    cinder.close();
    await demo.stop();
  });

  const volume = (words: string) => window.row('Resources', new RegExp(`^${VOLUME}.*${words}`));

  async function make(): Promise<void> {
    await window.run('Chameleon: Create Volume');
    await window.answer(VOLUME);
    await window.answer('2', `Size of ${VOLUME}`);
    await window.take('ceph-ssd');
  }

  async function act(title: string): Promise<void> {
    await window.run(`Chameleon: ${title}`);
    await window.take(VOLUME);
  }

  async function confirm(): Promise<void> {
    await window.page.locator('.monaco-dialog-box').waitFor();
    await window.page.keyboard.press('Enter');
  }

  it('a new one is being made until it is there', async () => {
    await window.dismissMessages();
    await cinder.hold();
    await make();
    await window.message(`Making ${VOLUME}`).waitFor();
    await volume('creating').waitFor();
    await window.inAllThemes('volumes-1-making');
    assert.equal(await window.button('Cancel').count(), 1);
    cinder.release();
    await window.message(`Making ${VOLUME}`).waitFor({ state: 'detached' });
    await volume('in no server').waitFor();
  });

  it('is being attached until it is in the server, and said as what', async () => {
    await cinder.hold();
    await act('Attach Volume');
    await window.take(SERVER);
    await window.message(`Attaching ${VOLUME} to ${SERVER}`).waitFor();
    await volume('attaching').waitFor();
    await window.inAllThemes('volumes-2-attaching');
    cinder.release();
    await window.message(`${VOLUME} is in ${SERVER} as /dev/vdb`).waitFor();
    await volume('in a server').waitFor();
    await window.screenshot('volumes-3-attached');
    await window.dismissMessages();
  });

  it('whoever cancels is told that it goes on, and sees it come to its end', async () => {
    await cinder.hold();
    await act('Detach Volume');
    await confirm();
    await window.message(`Detaching ${VOLUME}`).waitFor();
    await window.button('Cancel').focus();
    await window.page.keyboard.press('Enter');
    await window.message('KVM@TACC goes on with it; Resources shows it.').waitFor();
    await volume('detaching').waitFor();
    await window.inAllThemes('volumes-4-cancelled');
    cinder.release();
    // Nobody asks for it: what is on its way is looked at every 5 seconds.
    await volume('in no server').waitFor({ timeout: 15_000 });
    await window.dismissMessages();
  });

  it('a server that does not take it, or does not let go of it, is no success', async () => {
    await cinder.hold();
    await act('Attach Volume');
    await window.take(SERVER);
    await volume('attaching').waitFor();
    cinder.refuse();
    await window.message(`${SERVER} did not take ${VOLUME}. Try again`).waitFor();
    cinder.release();
    await window.run('Chameleon: Refresh');
    await volume('in a server').waitFor();
    await cinder.hold();
    await act('Detach Volume');
    await confirm();
    await volume('detaching').waitFor();
    cinder.refuse();
    await window.message(new RegExp(`did not let go of ${VOLUME}. Unmount it`)).waitFor();
    await window.inAllThemes('volumes-5-refused');
    cinder.release();
    await window.dismissMessages();
  });

  it('is being deleted until it is gone, or will not go', async () => {
    await window.run('Chameleon: Refresh');
    await volume('in no server').waitFor();
    await cinder.hold();
    await act('Delete Volume');
    await confirm();
    await window.message(`Deleting ${VOLUME}`).waitFor();
    await volume('deleting').waitFor();
    await window.screenshot('volumes-6-deleting');
    cinder.refuse();
    await window.message(`${VOLUME} could not be deleted: it is error deleting. Try again`).waitFor();
    await volume('in error').waitFor();
    await window.screenshot('volumes-7-not-deleted');
    cinder.release();
    await window.run('Chameleon: Refresh');
    await volume('').waitFor({ state: 'detached' });
    await window.dismissMessages();
  });

  it('one that could not be made says what to do', async () => {
    await cinder.hold();
    await make();
    await volume('creating').waitFor();
    cinder.refuse();
    await window.message(`The volume ${VOLUME} could not be made. Delete it and try again.`).waitFor();
    await volume('in error').waitFor();
    await window.screenshot('volumes-8-not-made');
    cinder.release();
  });
});
