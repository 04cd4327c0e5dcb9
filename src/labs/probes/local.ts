import path from 'node:path';
import { fill, type Bindings } from '../bind';
import type { Json } from '../expression';
import type { Probe } from '../types';
import type { ProbeWorld } from '../world';
import { Unseen } from './unseen';

type LocalProbe = Extract<Probe, { kind: 'local' }>;

/**
 * A file of this machine: `{ exists, size }`, for a public key also `{ type, publicKey }`. Nothing else of a file
 * gets into an answer: it might be a private one.
 * @throws Unseen
 */
export async function probeLocal(probe: LocalProbe, bindings: Bindings, world: ProbeWorld): Promise<Json> {
  if (world.local === undefined)
    throw new Unseen('notSubject', 'This machine can’t tell what is on the student’s own.');
  const bytes = await read(fill(probe.file, bindings, 'plain'), world.local);
  if (bytes === undefined) return { exists: false, size: 0, type: '', publicKey: '' };
  const known = { exists: true, size: bytes.byteLength };
  switch (probe.what) {
    case 'file':
      return known;
    case 'publicKey': {
      const [, type = '', base64 = ''] = PUBLIC_KEY.exec(new TextDecoder().decode(bytes)) ?? [];
      return { ...known, type, publicKey: `${type} ${base64}`.trim() };
    }
  }
}

const PUBLIC_KEY = /^\s*((?:ssh|ecdsa|sk)-[\w@.-]+)[ \t]+([A-Za-z0-9+/]{40,}={0,2})/;

async function read(
  file: string,
  { readFile, home }: NonNullable<ProbeWorld['local']>,
): Promise<Uint8Array | undefined> {
  try {
    return await readFile(/^~(?=$|[\\/])/.test(file) ? path.join(home, file.slice(1)) : file);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw new Unseen('notAllowed', `${file} can't be read.`, { cause: thrown });
  }
}
