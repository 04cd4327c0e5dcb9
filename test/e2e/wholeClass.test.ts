/** A whole class in the demo: everyone's things, one of 191 people, by kind and by person; roster and course file. */
import assert from 'node:assert/strict';
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openWindow, type Workbench } from './window';

describe('a whole class in the demo, by keyboard', () => {
  let window: Workbench;
  before(async () => {
    window = await openWindow({ settings: { 'chameleon.demo.openOnStartup': false } });
    await window.view('Resources').getByRole('button', { name: 'Sign In' }).waitFor();
    await window.widenSideBar(470);
    await window.run('Chameleon: Open Demo of a Whole Class');
    await window.row('Resources', 'node-mltrain-ab1234').waitFor({ timeout: 120_000 });
    await window.enlarge('Resources');
    await window.dismissMessages();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title}`);
  });
  after(() => window.close());

  it('shows everyone’s, with whose each is', async () => {
    await window.run('Chameleon: Show Everyone');
    await window.row('Resources', /Needs attention\D*1\d\d/).waitFor();
    await window.inAllThemes('class-1-everyone');
  });

  it('groups by kind and by person', async () => {
    await window.run('Chameleon: Group Resources');
    await window.take('By kind');
    await window.row('Resources', /^Leases/).waitFor();
    await window.screenshot('class-2-by-kind');
    await window.run('Chameleon: Group Resources');
    await window.take('By person');
    await window.row('Resources', /^You/).waitFor();
    await window.inAllThemes('class-3-by-person');
    await window.run('Chameleon: Group Resources');
    await window.take('By lease');
  });

  it('types ahead over all of its people, and shows one', async () => {
    await window.run('Chameleon: Filter Resources');
    const rows = window.quickInput().locator('.monaco-list-row');
    await rows.first().waitFor();
    await window.screenshot('class-5-people');
    await window.page.keyboard.type('adambrandt');
    await rows.filter({ hasText: 'adambrandt' }).first().waitFor();
    assert.equal(await rows.count(), 1);
    await window.screenshot('class-6-one');
    await window.page.keyboard.press('Enter');
    await window.row('Resources', /Needs attention\D*1\d\d/).waitFor({ state: 'detached' });
    await window.screenshot('class-7-of-one');
  });

  it('takes a roster in, and says what is wrong with it', async () => {
    await writeFile(
      path.join(window.folder, 'roster.csv'),
      'netid,username,group\nab1234,alexbaker,proj01\ncd5678,caseydiaz,proj01\n,,\ncd5678,twice,proj02\n',
    );
    await window.run('Chameleon: Import Roster');
    await window.chooseFile('roster.csv');
    await window.message(/The roster has 2 people.*line 5: cd5678 is there twice/).waitFor();
    await window.screenshot('class-8-roster');
    await window.dismissMessages();
  });

  it('starts a course file, that the editor completes', async () => {
    await window.run('Chameleon: Open Course File');
    await window.quickInput().getByRole('button', { name: 'OK' }).click();
    await window.page.locator('.tab', { hasText: 'course.yaml' }).waitFor();
    await access(path.join(window.folder, 'course.yaml'));
    await window.screenshot('class-9-course-file');
  });
});
