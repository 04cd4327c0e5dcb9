import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { oslab } from './start';

/** Turns a knob of the lab (see lab/README.md), which its services read at each use; without a text it is as if never turned. */
export function turn(knob: string, text: string | undefined): void {
  const file = path.join(oslab, 'knobs', knob);
  if (text === undefined) rmSync(file, { force: true });
  else {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** What the console of that server prints as its host keys (`type base64` a line); without a key it forgets them. */
export function printHostKey(serverName: string, keys: string | undefined): void {
  turn(`hostkeys/${serverName}`, keys === undefined ? undefined : `${keys.trim()} root@${serverName}\n`);
}
