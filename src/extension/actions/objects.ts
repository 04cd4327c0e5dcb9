import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { abortError, Problem } from '../../base';
import type { OwnedObjectContainer, SiteInventory } from '../../chameleon';
import {
  createObjectContainer,
  deleteObject,
  downloadObject,
  listObjects,
  uploadObject,
  type StoredObject,
} from '../../openstack';
import type { App } from '../app';
import { ask, type Choice } from '../ask';
import { withProgress } from '../register';
import { bytesWords } from '../rows/states';
import { localTime } from '../rows/when';
import { objectContainerFor, sessionOf, siteFor, sureAbout } from './subjects';

type Step =
  | { readonly kind: 'folder'; readonly prefix: string }
  | { readonly kind: 'object'; readonly object: StoredObject }
  | { readonly kind: 'upload' };

/** Walks through the folders of a container; what is chosen is downloaded. */
export async function browse(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: container } = await objectContainerFor(app, argument, 'Look into which container?');
  for (let prefix = ''; ;) {
    const step = await chosenIn(app, site, container, prefix, signal);
    switch (step.kind) {
      case 'folder':
        prefix = step.prefix;
        break;
      case 'upload':
        return uploadTo(app, site, container, prefix, signal);
      case 'object':
        return withObject(app, site, container, step.object, signal);
    }
  }
}

async function chosenIn(
  app: App,
  site: SiteInventory,
  container: OwnedObjectContainer,
  prefix: string,
  signal: AbortSignal,
): Promise<Step> {
  const { folders, objects } = await withProgress(`Looking into ${container.name} …`, signal, (inner) =>
    listObjects(sessionOf(app, site), container.name, prefix, inner),
  );
  const short = (name: string): string => name.slice(prefix.length);
  const up = prefix.split('/').slice(0, -2).join('/');
  const choices: Choice<Step>[] = [
    ...(prefix === ''
      ? []
      : [
          {
            label: '$(arrow-up) ..',
            value: { kind: 'folder', prefix: up === '' ? '' : `${up}/` } as const,
          },
        ]),
    ...folders.map((folder) => ({
      label: `$(folder) ${short(folder)}`,
      value: { kind: 'folder', prefix: folder } as const,
    })),
    ...objects.map((object) => ({
      label: `$(file) ${short(object.name)}`,
      description: `${bytesWords(object.bytes)} · ${localTime(object.modified, Date.now())}`,
      value: { kind: 'object', object } as const,
    })),
    { label: '$(cloud-upload) Upload a file here …', value: { kind: 'upload' } as const },
  ];
  const step = await ask.pick(`${container.name}/${prefix}`, choices, 'Choose a file to download it');
  if (step === undefined) throw abortError();
  return step;
}

async function withObject(
  app: App,
  site: SiteInventory,
  container: OwnedObjectContainer,
  object: StoredObject,
  signal: AbortSignal,
): Promise<void> {
  const what = await ask.pick<'download' | 'delete'>(object.name, [
    {
      label: '$(cloud-download) Download …',
      description: bytesWords(object.bytes),
      value: 'download',
    },
    { label: '$(trash) Delete …', value: 'delete' },
  ]);
  if (what === undefined) throw abortError();
  if (what === 'download') return downloadTo(app, site, container, object, signal);
  await sureAbout(container, {
    title: `Delete ${object.name} from ${container.name}?`,
    detail: 'The object store keeps no copy of it.',
    yes: 'Delete',
  });
  await withProgress(`Deleting ${object.name} …`, signal, (inner) =>
    deleteObject(sessionOf(app, site), container.name, object.name, inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['objectContainers'] });
}

async function downloadTo(
  app: App,
  site: SiteInventory,
  container: OwnedObjectContainer,
  object: StoredObject,
  signal: AbortSignal,
): Promise<void> {
  // A name comes from the store: only its last part, and never as a path.
  const suggested = path.join(homedir(), path.basename(object.name).replaceAll(/[\\:]/g, '_') || 'object');
  const target = await ask.saveFile('Download to', vscode.Uri.file(suggested));
  if (target === undefined) throw abortError();
  const part = `${target.fsPath}.part`;
  const file = await open(part, 'w');
  try {
    await withProgress(`Downloading ${object.name} …`, signal, (inner, say) =>
      downloadObject(
        sessionOf(app, site),
        { container: container.name, name: object.name },
        async (piece) => {
          await file.write(piece);
        },
        (done, total) => say(progressWords(done, total)),
        inner,
      ),
    );
    await file.close();
    await rename(part, target.fsPath);
  } catch (thrown) {
    await file.close();
    await rm(part, { force: true });
    throw thrown;
  }
  void ask.info(`${object.name} was saved to ${target.fsPath}.`);
}

/** Puts a file of this machine into a container. */
export async function upload(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const { site, it: container } = await objectContainerFor(app, argument, 'Upload to which container?');
  await uploadTo(app, site, container, '', signal);
}

async function uploadTo(
  app: App,
  site: SiteInventory,
  container: OwnedObjectContainer,
  prefix: string,
  signal: AbortSignal,
): Promise<void> {
  const source = await ask.openFile(`Upload to ${container.name}`);
  if (source === undefined) throw abortError();
  const name = `${prefix}${path.basename(source.fsPath)}`;
  const { bytes } = await fileAt(source.fsPath);
  const { objects } = await listObjects(sessionOf(app, site), container.name, prefix, signal);
  const before = objects.find((object) => object.name === name);
  if (before !== undefined || container.owner.kind !== 'me')
    await sureAbout(container, {
      title:
        before === undefined ? `Upload to ${container.name}?` : `Write over ${name} in ${container.name}?`,
      detail:
        before === undefined
          ? 'Everybody in the project can read it.'
          : 'What is there now is lost: the object store keeps no copy.',
      yes: before === undefined ? 'Upload' : 'Write Over',
    });
  await withProgress(`Uploading ${name} …`, signal, (inner, say) =>
    uploadObject(
      sessionOf(app, site),
      { container: container.name, name },
      { bytes, read: () => createReadStream(source.fsPath) },
      (done, total) => say(progressWords(done, total)),
      inner,
    ),
  );
  await app.refresh({ cloud: site.cloud, parts: ['objectContainers'] });
  void ask.info(`${name} is in ${container.name}.`);
}

async function fileAt(file: string): Promise<{ bytes: number }> {
  const facts = await stat(file);
  if (!facts.isFile()) throw new Problem(`${file} is no file.`, { next: 'Choose a file, not a folder.' });
  return { bytes: facts.size };
}

/** Makes a container. */
export async function create(app: App, argument: unknown, signal: AbortSignal): Promise<void> {
  const site = await siteFor(
    app,
    argument,
    'At which site?',
    ({ parts }) => parts.objectContainers.state !== 'absent',
  );
  if (site.parts.objectContainers.state === 'absent')
    throw new Problem(`${site.site.name} has no object store.`, { next: 'CHI@TACC and CHI@UC have one.' });
  const taken = new Set(site.objectContainers.map(({ name }) => name));
  const name = await ask.text({
    title: 'New container in the object store',
    prompt: 'Its name; end it with your net ID. Everybody in the project can read and change it.',
    check: (text) =>
      taken.has(text.trim())
        ? 'There is one of that name'
        : /^[^/]{1,200}$/.test(text.trim())
          ? undefined
          : 'A name without a slash',
  });
  if (name === undefined) throw abortError();
  await withProgress(`Making ${name.trim()} …`, signal, (inner) =>
    createObjectContainer(sessionOf(app, site), name.trim(), inner),
  );
  await app.refresh({ cloud: site.cloud, parts: ['objectContainers'] });
}

function progressWords(done: number, total: number): string {
  return `${bytesWords(done)} of ${bytesWords(total)}`;
}
