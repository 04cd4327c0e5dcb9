import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Client, type ClientChannel } from 'ssh2';
import type { Demo } from '../../../src/demo';

export interface Ran {
  readonly exit: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Someone in front of a terminal, who types when the prompt is there. */
export class Terminal {
  readonly #channel: ClientChannel;
  #unread = '';

  constructor(channel: ClientChannel) {
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => (this.#unread += chunk.toString('utf8')));
  }

  /** Waits until that was printed since the last time. */
  async sees(text: string): Promise<void> {
    while (!this.#unread.includes(text)) await once(this.#channel, 'data');
    this.#unread = this.#unread.slice(this.#unread.indexOf(text) + text.length);
  }

  type(text: string): void {
    this.#channel.write(text);
  }
}

/** An SSH client with the demo's own key; whatever host key comes is written down. */
export class Visitor {
  readonly client = new Client();
  hostKey: Buffer | undefined;

  static async at(
    demo: Demo,
    address: string,
    of: { readonly user?: string; readonly keyFile?: string; readonly privateKey?: string } = {},
  ): Promise<Visitor> {
    const { host, port } = demo.reach(address, 22);
    const visitor = new Visitor();
    const { client } = visitor;
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve);
      // Stays: what comes after the first one, or later when the demo cuts a connection, is what some tests look for.
      client.on('error', reject);
      client.connect({
        sock: connect({ host, port, noDelay: true }),
        username: of.user ?? 'cc',
        privateKey: of.privateKey ?? readFileSync(of.keyFile ?? demo.keyFile),
        hostVerifier: (key: Buffer) => {
          visitor.hostKey = key;
          return true;
        },
      });
    });
    return visitor;
  }

  run(command: string, then: (channel: ClientChannel) => void = () => undefined): Promise<Ran> {
    return new Promise((resolve, reject) => {
      this.client.exec(command, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        resolve(ended(channel));
        then(channel);
      });
    });
  }

  /** An interactive shell; what it printed, at its end. */
  shell(use: (terminal: Terminal) => Promise<void>): Promise<Ran> {
    return new Promise((resolve, reject) => {
      this.client.shell({ term: 'xterm' }, (error, channel) => {
        if (error !== undefined) {
          reject(error);
          return;
        }
        resolve(ended(channel));
        use(new Terminal(channel)).catch(reject);
      });
    });
  }

  open(port: number, host = '127.0.0.1'): Promise<ClientChannel> {
    return new Promise((resolve, reject) => {
      this.client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject(error);
      });
    });
  }

  /** `GET` on a program of the server. */
  async get(port: number, path: string, host = `127.0.0.1:${port}`): Promise<string> {
    const channel = await this.open(port);
    channel.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return (await ended(channel)).stdout;
  }

  async leave(): Promise<void> {
    const closed = once(this.client, 'close');
    this.client.end();
    await closed;
  }
}

function ended(channel: ClientChannel): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  let [exit, signal]: [number | undefined, string | undefined] = [undefined, undefined];
  channel.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  channel.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  channel.on('exit', (code: number | null, name?: string) => {
    exit = code ?? undefined;
    signal = name;
  });
  return new Promise((resolve) => {
    channel.on('close', () => {
      resolve({ exit, signal, stdout, stderr });
    });
  });
}

/** The first that is heard on a stream. */
export async function firstOf(stream: NodeJS.ReadableStream): Promise<string> {
  const heard: readonly unknown[] = await once(stream, 'data');
  return String(heard[0]);
}
