import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Opens a TCP connection; the demo gives its own, tests script it. Rejects with the socket's error. */
export type Dial = (host: string, port: number, signal: AbortSignal) => Promise<Socket>;

/** Where and who: a server by its OpenStack id (host identity belongs to it, not to its address). */
export interface Target {
  /** The server's id; the pin of its host key is filed under it. */
  readonly serverId: string;
  /** For messages. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Hosts to go through, the first is reached directly. */
  readonly via: readonly Target[];
}

/** How to prove who we are: an agent and/or key files, in the order tried. */
export interface Keys {
  /** Socket path or Windows pipe; `undefined`: no agent. */
  readonly agent: string | undefined;
  readonly files: readonly KeyFile[];
  /** Certificates that the person's ssh config names beside those that lie beside their keys (`-cert.pub`). */
  readonly certificates?: readonly string[];
  /** The library that the person's ssh config names for security keys; `undefined`: ssh's own. */
  readonly securityKeyProvider?: string | undefined;
  /** Asks for the passphrase of a locked file, again while `wrong`; `undefined`: it stays locked. */
  readonly unlock?: (file: string, wrong: boolean) => Promise<string | undefined>;
}
export interface KeyFile {
  readonly path: string;
  readonly passphrase?: string;
}

/** A host's public key: OpenSSH text `type base64`, and its SHA256 fingerprint as ssh shows it. */
export interface HostKey {
  readonly type: string;
  readonly base64: string;
  readonly fingerprint: string;
}

/** What decides on first contact. */
export interface HostKeyDecision {
  /** Keys that the server printed on its console (Nova); `undefined` where the site gives no console. */
  consoleKeys(target: Target, signal: AbortSignal): Promise<readonly HostKey[] | undefined>;
  /** Asks the person, once per server, where there is no console to compare with. */
  accept(target: Target, key: HostKey): Promise<boolean>;
}

export interface CommandResult {
  /** `undefined` when it was ended by a signal or the connection broke. */
  readonly exit: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /** Milliseconds; then the command is ended on the server and a `timeout` is thrown. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Bound parameters: exported to the command as environment (by a quoted prefix, as sshd's AcceptEnv is not ours). */
  readonly env: Readonly<Record<string, string>>;
}

/** One authenticated connection to a server, shared by commands and forwards. */
export interface Connection {
  readonly target: Target;
  readonly hostKey: HostKey;
  run(command: string, options: RunOptions): Promise<CommandResult>;
  /** A stream to `host:port` as seen from the server. */
  open(host: string, port: number, signal: AbortSignal): Promise<Duplex>;
  /** Resolves when the connection has ended, with the reason. */
  readonly closed: Promise<Error | undefined>;
  close(): void;
}

/** The life of a forward; every state has its words in the view. */
export type ForwardState =
  | { readonly kind: 'connecting'; readonly since: number }
  | { readonly kind: 'up'; readonly since: number; readonly latencyMs: number | undefined }
  | {
      readonly kind: 'degraded';
      readonly since: number;
      readonly what: string;
      readonly next: string | undefined;
    }
  | {
      readonly kind: 'waiting';
      readonly since: number;
      readonly retryAt: number;
      readonly what: string;
      readonly next: string | undefined;
    }
  | {
      readonly kind: 'refused';
      readonly since: number;
      readonly what: string;
      readonly next: string | undefined;
    }
  | { readonly kind: 'stopped'; readonly since: number };

export interface ForwardSpec {
  readonly id: string;
  readonly target: Target;
  /** As seen from the server; `127.0.0.1` for a service on it. */
  readonly remoteHost: string;
  readonly remotePort: number;
  /** Wished local port; another free one is taken, and said, when it is in use. */
  readonly localPort: number;
  /** The service's name: MLflow, Ray, … */
  readonly name: string;
  /** Path to open, and to judge health by: a request that a refused UI also refuses. */
  readonly path: string;
  /** What is spoken there, HTTP by default; of a port that somebody typed nothing is known (`any`). */
  readonly speaks?: 'http' | 'https' | 'any';
}

export interface Forward {
  readonly spec: ForwardSpec;
  readonly localPort: number | undefined;
  readonly state: ForwardState;
  readonly bytes: { readonly in: number; readonly out: number };
  /** The last trouble there was, also once it is over. Milliseconds since 1970. */
  readonly last:
    { readonly what: string; readonly next: string | undefined; readonly at: number } | undefined;
}
