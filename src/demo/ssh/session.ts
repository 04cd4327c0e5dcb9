import type { ServerChannel, Session } from 'ssh2';
import { isAbort } from '../../base';
import type { Host } from '../shell/host';
import { Shell } from '../shell/shell';
import { serveSftp } from './sftp';
import { openTerminal } from './terminal';

const NO_SIGNAL_GIVEN = 'TERM';
/** Commands that make nothing without their standard input; all others are run without waiting for its end. */
const READS_INPUT = /^\s*(?:cat\s*>|tee\s|(?:ba|da)?sh(?:\s+-s)?\s*$)/;

/** What a client may do in a session: a command, a shell with or without a terminal. */
export function serveSession(session: Session, host: Host): void {
  let withTerminal = false;
  let stop: ((signal: string) => void) | undefined;
  session.on('pty', (accept) => {
    withTerminal = true;
    accept?.();
  });
  session.on('window-change', (accept) => accept?.());
  session.on('env', (_accept, reject) => {
    // As sshd without AcceptEnv: a client must not count on it. `ssh` itself does not ask for an answer.
    reject?.();
  });
  session.on('signal', (accept, _reject, info) => {
    accept?.();
    stop?.(info.name);
  });
  session.on('shell', (accept) => {
    openTerminal(accept(), host, withTerminal);
  });
  session.on('sftp', (accept) => {
    serveSftp(accept(), host);
  });
  session.on('exec', (accept, _reject, info) => {
    const channel = accept();
    const ending = new AbortController();
    stop = (signal) => {
      ending.abort(signal);
    };
    void runCommand(channel, host, info.command, ending);
  });
}

async function runCommand(
  channel: ServerChannel,
  host: Host,
  line: string,
  ending: AbortController,
): Promise<void> {
  channel.on('close', () => {
    ending.abort();
  });
  try {
    const stdin = READS_INPUT.test(line) ? await allOf(channel) : '';
    if (stdin === '') channel.resume();
    const { exit, stdout, stderr } = await new Shell(host).run(line, stdin, ending.signal);
    if (!channel.writable) return;
    if (stderr !== '') channel.stderr.write(stderr);
    if (stdout !== '') channel.write(stdout);
    channel.exit(exit);
  } catch (thrown) {
    if (!isAbort(thrown)) throw thrown;
    if (!channel.writable) return;
    const signal: unknown = ending.signal.reason;
    channel.exit(typeof signal === 'string' ? signal : NO_SIGNAL_GIVEN);
  }
  channel.end();
}

async function allOf(channel: ServerChannel): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of channel) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
