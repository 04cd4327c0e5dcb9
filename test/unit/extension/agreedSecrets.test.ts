import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgreedSecrets } from '../../../src/extension/agreedSecrets';
import type { Secrets } from '../../../src/extension/cloudStore';

/** What the browser keeps on disk for all windows: each writes all that it knows. */
interface Disk {
  text: string;
}

/** A window of an editor in the browser: it reads the disk when it is loaded, and never again. */
function browserWindow(disk: Disk): Secrets {
  const known = new Map(Object.entries(JSON.parse(disk.text) as Record<string, string>));
  const save = (): void => {
    disk.text = JSON.stringify(Object.fromEntries(known));
  };
  return {
    get: async (key) => known.get(key),
    store: async (key, value) => {
      known.set(key, value);
      save();
    },
    delete: async (key) => {
      known.delete(key);
      save();
    },
  };
}

/** A window of the desktop's editor: what one changes all see. */
function desktopWindow(all: Map<string, string>): Secrets {
  return {
    get: async (key) => all.get(key),
    store: async (key, value) => void all.set(key, value),
    delete: async (key) => void all.delete(key),
  };
}

const KVM = '{"name":"kvm","secret":"s-kvm"}';
const TACC = '{"name":"tacc","secret":"s-tacc"}';

describe('secrets in several windows', () => {
  let folder = '';
  const disk: Disk = { text: '{}' };
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agreed-'));
    disk.text = '{}';
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const opened = (secrets = browserWindow(disk)): AgreedSecrets => new AgreedSecrets(secrets, folder);

  it('what one removes, none has any more, nor stores again', async () => {
    await opened().store('clouds', `[${KVM}]`);
    await opened().store('browser', 'token');
    const [a, b] = [opened(), opened()];
    await a.delete('clouds');
    await a.delete('browser');
    assert.equal(await b.get('clouds'), undefined);
    assert.equal(await b.get('browser'), undefined);
    await b.store('other', 'word');
    assert.equal(disk.text, '{"other":"word"}');
  });

  it('a window that was away for it stores all again, and it is removed when it is next read', async () => {
    await opened().store('clouds', `[${KVM}]`);
    const [a, b] = [opened(), opened()];
    await a.delete('clouds');
    await b.store('other', 'word');
    assert.match(disk.text, /s-kvm/);
    assert.equal(await opened().get('clouds'), undefined);
    assert.doesNotMatch(disk.text, /s-kvm/);
  });

  it('of a list only what was removed is gone; what was added is seen once the window is loaded anew', async () => {
    await opened().store('clouds', `[${KVM},${TACC}]`);
    const [a, b] = [opened(), opened()];
    await a.store('clouds', `[${TACC}]`);
    assert.equal(await b.get('clouds'), `[${TACC}]`);
    await a.store('clouds', `[${TACC},{"name":"uc"}]`);
    assert.equal(await b.get('clouds'), `[${TACC}]`);
    assert.equal(await opened().get('clouds'), `[${TACC},{"name":"uc"}]`);
  });

  it('what was replaced elsewhere is never used again: a refresh token used twice ends the session', async () => {
    await opened().store('browser', '{"refresh":"one"}');
    const [a, b] = [opened(), opened()];
    await a.store('browser', '{"refresh":"two"}');
    await assert.rejects(b.get('browser'), /renewed in another window.*/);
    assert.equal(await a.get('browser'), '{"refresh":"two"}');
    assert.equal(await opened().get('browser'), '{"refresh":"two"}');
    // A new sign-in in the window that was behind counts for it, and puts the other one behind.
    await b.store('browser', '{"refresh":"three"}');
    assert.equal(await b.get('browser'), '{"refresh":"three"}');
    await assert.rejects(a.get('browser'), /Reload|renewed/);
  });

  it('where all windows see a change, each finds the old or the new one at any moment of it', async () => {
    const all = new Map<string, string>();
    const [a, b] = [opened(desktopWindow(all)), opened(desktopWindow(all))];
    await a.store('clouds', `[${KVM}]`);
    let over = false;
    const changing = (async () => {
      for (let round = 0; round < 20; round += 1) {
        await a.store('clouds', `[${KVM},${TACC}]`);
        await a.store('clouds', `[${KVM}]`);
      }
      over = true;
    })();
    const read = new Set<string | undefined>();
    while (!over) read.add(await b.get('clouds'));
    await changing;
    for (const value of read) assert.ok(value === `[${KVM}]` || value === `[${KVM},${TACC}]`, value);
  });

  it('what was stored before any word of it counts; so it does where no word can be left', async () => {
    disk.text = JSON.stringify({ clouds: `[${KVM}]` });
    assert.equal(await opened().get('clouds'), `[${KVM}]`);
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    const without = new AgreedSecrets(browserWindow(disk), file);
    await without.store('clouds', `[${TACC}]`);
    assert.equal(await without.get('clouds'), `[${TACC}]`);
    await without.delete('clouds');
    assert.equal(await without.get('clouds'), undefined);
  });

  it('tells of a change, and leaves no secret beside', async () => {
    const [a, b] = [opened(), opened()];
    let tell = (): void => undefined;
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const stop = await b.watch(tell);
    await a.store('clouds', `[${KVM}]`);
    await told;
    stop();
    for (const name of await readdir(path.join(folder, 'secrets'))) {
      const file = path.join(folder, 'secrets', name);
      assert.doesNotMatch(await readFile(file, 'utf8'), /s-kvm/);
      assert.equal((await stat(file)).mode & 0o077, 0);
    }
  });
});
