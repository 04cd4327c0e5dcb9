import { chmod, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { lockedBeside, Problem } from '../base';
import { codeOf } from './problems';
import { pathWord } from './sshConfig';

const MARK =
  '# Chameleon Labs: the next line adds our servers; “Chameleon: Remove SSH Config” takes both away.';

/** Runs the person's own `ssh` with these arguments. `code` is undefined where there is none. */
export type RunSsh = (
  args: readonly string[],
) => Promise<{ readonly code: number | undefined; readonly stdout: string; readonly stderr: string }>;

/** True when the config includes our file for all hosts. */
export function includes(text: string, ours: string): boolean {
  return topLines(text).some((line) => isInclude(line, ours));
}

/**
 * The config with our `Include` as its first lines, since what stands below a `Host` counts for that host only. The
 * same text when it is there already.
 */
export function withInclude(text: string, ours: string): string {
  if (includes(text, ours)) return text;
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  // A byte order mark stays first, or ssh would take it for a word.
  const [mark, rest] = text.startsWith('\uFEFF') ? ['\uFEFF', text.slice(1)] : ['', text];
  const gap = rest === '' ? '' : end;
  return `${mark}${MARK}${end}Include ${pathWord(ours)}${end}${gap}${rest}`;
}

/** The config without our lines; everything else byte by byte as it was. */
export function withoutInclude(text: string, ours: string): string {
  const lines = text.split(/(?<=\n)/);
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (isInclude(line, ours)) {
      if (kept.at(-1)?.replace('\uFEFF', '').trim() === MARK)
        kept.push((kept.pop() ?? '').startsWith('\uFEFF') ? '\uFEFF' : '');
      // The empty line below is ours, too.
      if (lines[at + 1]?.trim() === '') at += 1;
    } else kept.push(line);
  }
  return kept.join('');
}

/** Twice as long as `ssh` may take for two answers. */
const STALE_MS = 30_000;

/**
 * Puts our `Include` into the person's ssh config, once, while no other window or editor does the same. The file is replaced in one step, through a symlink at its
 * end, with the mode that it has; a config that ssh itself does not read is not touched, and one that ssh does not
 * read afterwards, or reads otherwise than meant, is put back.
 * @param wanted a host of ours with the address that ssh must find for it
 * @throws Problem with the reason
 */
export async function addInclude(options: AddInclude): Promise<void> {
  await lockedBeside(options.config, STALE_MS)(() => added(options));
}

interface AddInclude {
  readonly config: string;
  readonly ours: string;
  readonly wanted: { readonly host: string; readonly address: string };
  readonly ssh: RunSsh;
}

async function added({ config, ours, wanted, ssh }: AddInclude): Promise<void> {
  const before = await readConfig(config);
  if (before.text !== undefined) await mustBeRead(config, ssh);
  const after = withInclude(before.text ?? '', ours);
  if (after !== before.text) await replace(before, after);
  const { code, stdout, stderr } = await ssh(['-G', '-F', config, '--', wanted.host]);
  if (code === undefined || (code === 0 && hostName(stdout) === wanted.address)) return;
  if (after !== before.text) await putBack(before, after);
  throw new Problem(
    code === 0
      ? `${config} leads ${wanted.host} elsewhere, so it was left as it was.`
      : `With our servers in it, ssh does not read ${config} any more, so it was left as it was: ${firstLine(stderr)}`,
    { next: 'Open a terminal on the server instead, or look at that file.' },
  );
}

/** Takes our `Include` out again. True when it was there. */
export async function removeInclude(config: string, ours: string): Promise<boolean> {
  if ((await readConfig(config)).text === undefined) return false;
  return lockedBeside(config, STALE_MS)(() => removed(config, ours));
}

async function removed(config: string, ours: string): Promise<boolean> {
  const before = await readConfig(config);
  if (before.text === undefined) return false;
  const after = withoutInclude(before.text, ours);
  if (after === before.text) return false;
  await replace(before, after);
  return true;
}

interface ConfigFile {
  /** Where it really is. */
  readonly file: string;
  /** `undefined` when there is none yet. */
  readonly text: string | undefined;
  readonly mode: number;
}

/** @throws Problem for a file that can't be read, or is no text */
async function readConfig(config: string): Promise<ConfigFile> {
  try {
    const file = await realpath(config);
    const found = await stat(file);
    if (!found.isFile()) throw new Problem(`${config} is not a file.`, { next: 'Look what it is.' });
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
    if (text.includes('\0')) throw new TypeError('NUL');
    return { file, text, mode: found.mode & 0o777 };
  } catch (thrown) {
    if (thrown instanceof Problem) throw thrown;
    if (codeOf(thrown) === 'ENOENT') return { file: config, text: undefined, mode: 0o600 };
    throw new Problem(`${config} can't be read as text, so it is left as it is.`, {
      next: 'Repair or move it, then try again.',
      cause: thrown,
    });
  }
}

async function mustBeRead(config: string, ssh: RunSsh): Promise<void> {
  const { code, stderr } = await ssh(['-G', '-F', config, '--', 'chameleon-labs.invalid']);
  if (code === 0 || code === undefined) return;
  throw new Problem(`ssh does not read ${config}, so it is left as it is: ${firstLine(stderr)}`, {
    next: 'Repair that line, then try again.',
  });
}

async function replace(before: ConfigFile, text: string): Promise<void> {
  await mkdir(path.dirname(before.file), { recursive: true, mode: 0o700 });
  const draft = `${before.file}.${process.pid}.new`;
  try {
    const handle = await open(draft, 'wx', before.mode);
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(draft, before.mode);
    const now = await readFile(before.file, 'utf8').catch(() => undefined);
    if (now !== before.text)
      throw new Problem(`${before.file} was changed by somebody else just now.`, { next: 'Try again.' });
    await rename(draft, before.file);
  } finally {
    await rm(draft, { force: true });
  }
}

async function putBack(before: ConfigFile, after: string): Promise<void> {
  if (before.text === undefined) await rm(before.file, { force: true });
  else await replace({ ...before, text: after }, before.text);
}

function topLines(text: string): string[] {
  const lines = text.replace('\uFEFF', '').split(/\r?\n/);
  const first = lines.findIndex((line) => /^\s*(?:host|match)[\s=]/i.test(line));
  return first < 0 ? lines : lines.slice(0, first);
}

function isInclude(line: string, ours: string): boolean {
  const match = /^\s*include(?:\s*=\s*|\s+)(.+?)\s*$/i.exec(line);
  return match?.[1] === pathWord(ours) || match?.[1] === ours;
}

function hostName(answer: string): string | undefined {
  return /^hostname (.+?)\r?$/m.exec(answer)?.[1];
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
