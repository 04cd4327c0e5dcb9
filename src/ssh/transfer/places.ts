import path from 'node:path';

/** What is to be copied: a file below a folder, by its path from there, with `/`. */
export interface CopiedFile {
  readonly path: string;
  readonly size: number;
  /** Seconds since 1970, as SFTP tells it. */
  readonly changed: number;
}

/** How far a copy is. */
export interface CopyProgress {
  readonly files: number;
  readonly bytes: number;
  readonly ofFiles: number;
  readonly ofBytes: number;
  readonly now: string;
}

const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?$/i;

/**
 * Where a server's file comes to lie below a folder of this machine. A name is the server's text: what this system has
 * no way to write, or would read as another folder, becomes its number.
 */
export function localPlace(
  folder: string,
  file: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const windows = platform === 'win32';
  const names = file.split('/').map((name) => {
    const bad = windows ? /[<>:"\\|?*]|[. ]$/g : /\0/g;
    const safe = [...name]
      .map((char) => ((char.codePointAt(0) ?? 0) < 32 && windows ? numbered(char) : char))
      .join('')
      .replace(bad, numbered);
    return safe === '' || safe === '.' || safe === '..' || (windows && RESERVED.test(safe))
      ? `_${safe}`
      : safe;
  });
  return (windows ? path.win32 : path.posix).join(folder, ...names);
}

/** A file under way: its name tells of which version of the file it is, so that only that one is gone on with. */
export function draftOf(place: string, file: Pick<CopiedFile, 'size' | 'changed'>): string {
  return `${place}.${file.size.toString(36)}-${file.changed.toString(36)}.part`;
}

function numbered(text: string): string {
  return `_${(text.codePointAt(0) ?? 0).toString(16)}_`;
}

/** Lines for `sha256sum -c`, which marks a name with a line end or a backslash by a backslash before the line. */
export function digestLines(files: readonly { readonly path: string; readonly sha256: string }[]): string {
  return files
    .map(({ path: file, sha256 }) => {
      const safe = file.replace(
        /[\\\n\r]/g,
        (char) => ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r' })[char] ?? char,
      );
      return `${safe === file ? '' : '\\'}${sha256}  ${safe}\n`;
    })
    .join('');
}
