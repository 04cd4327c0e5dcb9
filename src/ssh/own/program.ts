import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The person's own `ssh`: for keys, certificates and encryption that ssh2 does not know. */
export interface OwnSsh {
  /** Starts it with these arguments; no shell reads them. */
  start(args: readonly string[]): ChildProcessWithoutNullStreams;
  /** The same for one that reads nothing: it ends when its input does, also when this process dies. */
  hold(args: readonly string[]): ChildProcessWithoutNullStreams;
  /** A new folder for this person alone. Its path is short: that of a control socket may have about 100 bytes. */
  makeFolder(): Promise<string>;
  removeFolder(folder: string): Promise<void>;
}

/** `sh` gives what it starts in the background no input, so a guard reads ours and ends `ssh` at its end. */
const HOLD = [
  'exec 3<&0',
  'ssh "$@" 3<&- & held=$!',
  '(cat <&3 >/dev/null; kill "$held") 2>/dev/null & guard=$!',
  'exec 3<&-; wait "$held"; code=$?',
  'kill "$guard"; exit "$code"',
].join('\n');

/** This machine's `ssh`; `undefined` on Windows, whose OpenSSH can't share one connection (no ControlMaster). */
export function ownSshHere(platform: NodeJS.Platform = process.platform): OwnSsh | undefined {
  if (platform === 'win32') return undefined;
  return {
    start: (args) => spawn('ssh', [...args], { stdio: 'pipe', windowsHide: true }),
    hold: (args) => spawn('sh', ['-c', HOLD, 'sh', ...args], { stdio: 'pipe' }),
    makeFolder: () => mkdtemp(path.join(tmpdir(), 'chl-')),
    removeFolder: (folder) => rm(folder, { recursive: true, force: true }),
  };
}
