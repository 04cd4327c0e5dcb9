/** A lab's server from nothing to nothing in the demo, by keyboard alone: reserve, launch, clean up. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { openWindow, type Workbench } from './window';

const LAB = 'Persistent Storage';
/** Practised by hand, unless the course allows it. */
const CLOUD = 'Cloud Computing on Chameleon';
const COURSE = 'title: A course that launches Lab 2\nassist: { labs: { lab2-cloud: { launch: true } } }\n';
/** A lab of the workspace, with something that its server does at its first boot. */
const BOOT = `id: lab0-boot
title: First Boot
edition: 2026-01
unit: 0
source: https://example.org
sites: [KVM@TACC]
parameters:
  netID: { title: Net ID, pattern: '[a-z]{2,3}[0-9]{1,5}' }
names:
  server: node-boot-{{netID}}
reserve:
  - { name: 'boot_{{netID}}', site: KVM@TACC, flavor: m1.small, hours: 2 }
launch:
  - name: '{{name.server}}'
    lease: 'boot_{{netID}}'
    image: CC-Ubuntu24.04
    securityGroups: [{ name: allow-ssh, port: 22 }]
    floatingIp: true
    userData: |
      #!/bin/bash
      if [ -n "$(hostname)" ]; then
        echo "127.0.1.1 $name_server" >> /etc/hosts
      fi
steps:
  - id: all
    title: All
    checks: [{ id: seen, title: You saw it, manual: { confirm: You saw it. } }]
`;
const SENT = [
  '#!/bin/bash',
  "name_server='node-boot-ab1234'",
  'if [ -n "$(hostname)" ]; then',
  '  echo "127.0.1.1 $name_server" >> /etc/hosts',
  'fi',
];

describe('launching and cleaning up in the demo, by keyboard', () => {
  let window: Workbench;
  const courseFolder = mkdtempSync(path.join(tmpdir(), 'chameleon-course-'));
  before(async () => {
    const courseFile = path.join(courseFolder, 'course.yaml');
    writeFileSync(courseFile, COURSE);
    window = await openWindow({
      files: { 'lab0-boot.lab.yaml': BOOT },
      settings: { 'chameleon.courseFile': courseFile },
    });
    await window.row('Resources', 'CHI@TACC').waitFor();
    await window.widenSideBar(470);
    await window.enlarge('Resources');
    await window.row('Resources', 'node-mltrain-ab1234').waitFor();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed-${this.currentTest.title}`);
  });
  after(async () => {
    await window.close();
    rmSync(courseFolder, { recursive: true });
  });

  /** The check box of a row in the open list. */
  function boxOf(name: string): Locator {
    const rows = window.quickInput().locator('.monaco-list-row');
    return rows.filter({ hasText: name }).first().locator('[role=checkbox]');
  }

  it('says where a lab is done by hand', async () => {
    await window.run('Chameleon: Launch');
    await window.quickInput().getByText('by hand').first().waitFor();
    await window.screenshot('launch-1-labs');
    await window.take('MLOps Pipeline');
    await window.message(/practises launching by hand.*Horizon/).waitFor();
    await window.screenshot('launch-2-by-hand');
    await window.dismissMessages();
  });

  it('says that a lease is wanted first, and leads there', async () => {
    await window.run('Chameleon: Launch');
    await window.take(LAB);
    await window.message(/You have no lease/).waitFor();
    await window.screenshot('launch-3-no-lease');
    await window.button('Reserve …').focus();
    await window.page.keyboard.press('Enter');
    await window.quickInput().getByText('lease hours').first().waitFor();
    await window.inAllThemes('launch-4-reserve');
    await window.page.keyboard.press('Enter');
    await window.message(/is active until/).waitFor();
    await window.dismissMessages();
  });

  it('fills in the server, goes back a step, changes a field, and launches', async () => {
    await window.run('Chameleon: Launch');
    await window.take(LAB);
    await window.quickInput().getByText('usually').first().waitFor();
    await window.inAllThemes('launch-5-page');
    await window.take('Public address');
    await window.quickInput().getByPlaceholder('A public address?').waitFor();
    await window.goBack();
    await window.quickInput().getByText('usually').first().waitFor();
    await window.goBack();
    await window.quickInput().getByText('A server free of any lab').first().waitFor();
    await window.take(LAB);
    await window.take('Launch');
    await window.message(/Launching/).waitFor();
    await window.screenshot('launch-6-progress');
    await window.message(/SSH answers at/).waitFor({ timeout: 120_000 });
    await window.screenshot('launch-7-runs');
    await window.dismissMessages();
  });

  it('shows what a lab has its server do at the first boot, before it is sent', async () => {
    await window.command('Chameleon: Reserve …');
    await window.take('First Boot');
    await window.quickInput().getByText('lease hours').first().waitFor();
    await window.page.keyboard.press('Enter');
    await window.message(/is active until/).waitFor();
    await window.dismissMessages();
    await window.run('Chameleon: Launch');
    await window.take('First Boot');
    await window.quickInput().getByText('sent as the lab has it').first().waitFor();
    await window.inAllThemes('user-data-1-page');
    await window.take('User data');
    await window.quickInput().getByText('name_server').first().waitFor();
    const lines = await window.quickInput().locator('.monaco-list-row').all();
    const spoken = await Promise.all(lines.map((line) => line.getAttribute('aria-label')));
    assert.deepEqual(
      spoken.map((line) => line?.replaceAll('\u200b', '').trim()),
      SENT.map((line) => line.trim()),
    );
    await window.inAllThemes('user-data-2-lines');
    await window.goBack();
    await window.take('Launch node-boot');
    await window.message(/SSH answers at/).waitFor({ timeout: 120_000 });
    await window.button('Open Terminal').focus();
    await window.page.keyboard.press('Enter');
    await window.terminal().getByText('cc@node-boot-ab1234').first().waitFor();
    await window.page.keyboard.type('cat /var/lib/cloud/instance/user-data.txt\n');
    await window.terminal().getByText("name_server='node-boot-ab1234'").first().waitFor();
    await window.screenshot('user-data-3-sent');
    await window.dismissMessages();
  });

  it('launches the three servers of a lab, once the ports are there that it has one make', async () => {
    const { keyboard } = window.page;
    for (const lease of ['lease1_cloud', 'lease2_cloud']) {
      await window.command('Chameleon: Reserve …');
      await window.take(CLOUD);
      await window.take(lease);
      await window.quickInput().getByText('lease hours').first().waitFor();
      await keyboard.press('Enter');
      await window.message(new RegExp(`${lease}_ab1234 is active until`)).waitFor();
      await window.dismissMessages();
    }
    const fillIn = async (says: string): Promise<void> => {
      await window.run('Chameleon: Launch');
      await window.take(CLOUD);
      await window.quickInput().getByPlaceholder('Which of its servers?').waitFor();
      await keyboard.press('Enter');
      await window.quickInput().getByText(says).first().waitFor();
    };
    await fillIn('There is no network or port port1_ab1234 here');
    await window.screenshot('cloud-1-no-ports');
    await keyboard.press('Escape');
    await window.run('Chameleon: Open SSH Terminal');
    await window.take('hello_chameleon-alexbaker');
    await window.terminal().getByText('cc@hello-chameleon-alexbaker').first().waitFor();
    await keyboard.type('play ports\n');
    await window.terminal().getByText('launch them').first().waitFor();
    await window.screenshot('cloud-2-ports');
    await keyboard.type('exit\n');
    await window.terminal().getByText('cc@hello-chameleon-alexbaker').first().waitFor({ state: 'detached' });
    await fillIn('Launch these 3 servers');
    await window.inAllThemes('cloud-3-page');
    await window.take('Launch these 3 servers');
    for (const node of [1, 2, 3])
      await window.message(`node${node}-cloud-ab1234 runs.`).waitFor({ timeout: 120_000 });
    await window.inAllThemes('cloud-4-run');
    await window.dismissMessages();
  });

  it('offers all of mine to be cleaned up, and no data unless it is ticked', async () => {
    await window.run('Chameleon: Clean Up');
    await window.take('All of mine');
    await boxOf('block-persist-ab1234').waitFor();
    // The rows of a list that are out of sight are in no page: each is typed for.
    const ticked = async (name: string): Promise<string | null> => {
      await window.quickInput().locator('input').first().fill(name);
      await boxOf(name).waitFor();
      return boxOf(name).getAttribute('aria-checked');
    };
    assert.equal(await ticked('node-mltrain-ab1234'), 'true');
    assert.equal(await ticked('mlflow_ab1234'), 'true');
    assert.equal(await ticked('block-persist-ab1234'), 'false');
    assert.equal(await ticked('object-persist-ab1234'), 'false');
    await window.quickInput().locator('input').first().fill('');
    await window.inAllThemes('clean-up-1-all-of-mine');
    await window.page.keyboard.press('Escape');
  });

  it('cleans up what that lab made: a list to untick, one confirmation, a report', async () => {
    const { keyboard } = window.page;
    await window.run('Chameleon: Clean Up');
    await window.quickInput().getByText('All of mine').waitFor();
    await window.take(LAB);
    await boxOf('node-persist-').waitFor();
    await window.inAllThemes('clean-up-2-list');
    await keyboard.press('Enter');
    await window.page.locator('.monaco-dialog-box').waitFor();
    await window.screenshot('clean-up-3-confirm');
    await keyboard.press('Enter');
    await window.message(/gone/).waitFor({ timeout: 120_000 });
    await window.screenshot('clean-up-4-done');
    await window.button('Show Report').focus();
    await keyboard.press('Enter');
    await window.page.locator('.tab', { hasText: 'Clean-up report' }).waitFor();
    await window.screenshot('clean-up-5-report');
    await window.dismissMessages();
  });
});
