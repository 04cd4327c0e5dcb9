import type { Connection } from '../types';

const ASK_MS = 60_000;

/** A folder of a server with what is in it; `bytes` is undefined where it is not there or can't be read. */
export interface FolderSize {
  readonly folder: string;
  readonly bytes: number | undefined;
}

/** How much is in each folder, by one command. `~` is the home folder. */
export async function folderSizes(
  connection: Connection,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<readonly FolderSize[]> {
  const env = Object.fromEntries(folders.map((folder, at) => [`f${at}`, folder]));
  const lines = folders.map(
    (_, at) =>
      `case "$f${at}" in "~") d=$HOME;; "~/"*) d=$HOME/\${f${at}#"~/"};; *) d=$f${at};; esac; du -sk -- "$d" 2>/dev/null | tail -n 1 | cut -f 1; echo "--${at}"`,
  );
  const { stdout } = await connection.run(lines.join('\n'), {
    signal,
    timeoutMs: ASK_MS,
    maxBytes: 64 * 1024,
    env: { ...env, LC_ALL: 'C' },
  });
  return folders.map((folder, at) => {
    const found = new RegExp(`(?:^|\\n)(\\d+)\\n--${at}(?:\\n|$)`).exec(stdout)?.[1];
    return { folder, bytes: found === undefined ? undefined : Number(found) * 1024 };
  });
}
