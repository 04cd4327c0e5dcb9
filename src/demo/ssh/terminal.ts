import type { ServerChannel } from 'ssh2';
import { isAbort } from '../../base';
import { HOME, USER, type Host } from '../shell/host';
import { Shell } from '../shell/shell';
import { LineEditor, type Typed } from './lineEditor';

const INTERRUPTED = 130;

/** An interactive shell on a channel. @param withTerminal the client asked for a terminal: echo, prompt, line editing */
export function openTerminal(channel: ServerChannel, host: Host, withTerminal: boolean): void {
  const shell = new Shell(host);
  const write = (text: string): void => {
    if (channel.writable) channel.write(withTerminal ? text.replace(/\r?\n/g, '\r\n') : text);
  };
  const prompt = (): void => {
    if (withTerminal)
      write(`\u001b[32m${USER}@${host.hostname}\u001b[0m:\u001b[34m${shortened(shell.cwd)}\u001b[0m$ `);
  };
  const hangUp = (): void => {
    channel.exit(shell.lastExit);
    channel.end();
  };
  /** Lines are run one after the other, however fast they are typed. */
  const waiting: string[] = [];
  let running: AbortController | undefined;

  const run = async (line: string): Promise<void> => {
    running = new AbortController();
    try {
      const { exit, stdout, stderr } = await shell.run(line, '', running.signal);
      shell.lastExit = exit;
      write(stdout + stderr);
    } catch (thrown) {
      if (!isAbort(thrown)) throw thrown;
      shell.lastExit = INTERRUPTED;
    } finally {
      running = undefined;
    }
    if (shell.ended) hangUp();
    else {
      prompt();
      runNext();
    }
  };
  const runNext = (): void => {
    const line = running === undefined && !shell.ended ? waiting.shift() : undefined;
    if (line !== undefined) void run(line);
  };
  const take = (typed: Typed): void => {
    if (typed.kind === 'interrupt') {
      // As a terminal does: what was typed ahead is forgotten.
      waiting.length = 0;
      if (running === undefined) prompt();
      else running.abort();
      return;
    }
    waiting.push(typed.kind === 'line' ? typed.line : 'exit');
    runNext();
  };

  if (withTerminal) {
    write(host.files.read('/etc/motd') ?? '');
    prompt();
  }
  const read = withTerminal ? editedLines(channel) : plainLines();
  channel.on('data', (chunk: Buffer) => {
    for (const typed of read(chunk.toString('utf8'))) take(typed);
  });
  channel.on('end', () => {
    take({ kind: 'end' });
  });
  channel.on('close', () => running?.abort());
}

function editedLines(channel: ServerChannel): (text: string) => Typed[] {
  const editor = new LineEditor((text) => {
    if (channel.writable) channel.write(text);
  });
  return (text) => editor.type(text);
}

/** Without a terminal: lines as they come. */
function plainLines(): (text: string) => Typed[] {
  let pending = '';
  return (text) => {
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    return lines.map((line) => ({ kind: 'line', line }));
  };
}

function shortened(folder: string): string {
  return folder === HOME || folder.startsWith(`${HOME}/`) ? `~${folder.slice(HOME.length)}` : folder;
}
