import { isAbort, Problem } from '../base';

/** What went wrong between us and a server, as far as a next step depends on it. */
export type SshErrorKind =
  | 'unreachable'
  | 'refused'
  | 'timeout'
  | 'hostKeyChanged'
  | 'hostKeyRejected'
  | 'noKey'
  | 'auth'
  /** It asks for encryption that ssh2 does not know. */
  | 'encryption'
  | 'forwardRefused'
  | 'closed'
  | 'protocol';

/** A failed connection, command or forward, in words, with what to do next. */
export class SshError extends Problem {
  readonly kind: SshErrorKind;

  constructor(
    kind: SshErrorKind,
    what: string,
    options: { readonly next?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(what, options);
    this.kind = kind;
  }
}

/** Words of whom we talk to; the same for a direct dial, a jump and a handshake. */
export interface Peer {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

const UNREACHABLE = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'EACCES',
]);

/** The code of a socket's error, `undefined` when it has none. */
export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}

/** A socket's failure as an `SshError`; an abort and an `SshError` pass as they are. */
export function connectFailure(thrown: unknown, peer: Peer): Error {
  if (thrown instanceof SshError || (thrown instanceof Error && isAbort(thrown))) return thrown;
  const code = codeOf(thrown);
  if (code === 'ECONNREFUSED') return refused(peer, thrown);
  if (code === 'ETIMEDOUT') return timedOut(peer, thrown);
  if (code !== undefined && UNREACHABLE.has(code)) return unreachable(peer, code, thrown);
  return broken(peer, thrown);
}

/** Nothing listens on the SSH port. */
export function refused(peer: Peer, cause?: unknown): SshError {
  return new SshError('refused', `${peer.name} (${peer.address}) refuses connections on port ${peer.port}.`, {
    next: 'It may still be starting: bare metal takes 10 to 20 minutes. If it stays so, look at its console in Horizon.',
    cause,
  });
}

/** Packets go out and nothing comes back. */
export function timedOut(peer: Peer, cause?: unknown): SshError {
  return new SshError('timeout', `${peer.name} (${peer.address}) does not answer on port ${peer.port}.`, {
    next: 'Check that its security group allows SSH (port 22) and that the floating IP is attached to it; on some networks outgoing SSH is blocked, then use a VPN.',
    cause,
  });
}

/** A host in between does not get through. */
export function noWay(jump: Peer, peer: Peer, cause: unknown): SshError {
  return new SshError(
    'unreachable',
    `${jump.name} finds no way to ${peer.name} (${peer.address}, port ${peer.port}).`,
    {
      next: `Check that ${peer.name} runs and that both are on one network.`,
      cause,
    },
  );
}

function unreachable(peer: Peer, code: string, cause: unknown): SshError {
  const unknownName = code === 'ENOTFOUND' || code === 'EAI_AGAIN';
  return new SshError(
    'unreachable',
    unknownName
      ? `The address ${peer.address} of ${peer.name} is not known.`
      : `There is no way to ${peer.name} (${peer.address}) from this machine.`,
    { next: 'Check the network of this machine (Wi-Fi, VPN), then try again.', cause },
  );
}

/** The other side ended the connection, or it broke. */
export function broken(peer: Peer, cause?: unknown): SshError {
  return new SshError('closed', `The connection to ${peer.name} (${peer.address}) broke.`, {
    next: 'Try again; if it stays so, the server may be restarting or its lease may have ended.',
    cause,
  });
}

/** @param why what the server said: its own words, or OpenSSH's for them */
export function openFailure(peer: Peer, host: string, port: number, why: string, cause?: unknown): SshError {
  const { name } = peer;
  const where = host === '127.0.0.1' || host === 'localhost' ? name : `${host} (seen from ${name})`;
  if (/administratively prohibited/i.test(why))
    return new SshError('forwardRefused', `${name} does not allow forwards.`, {
      next: 'Its sshd has AllowTcpForwarding off (see /etc/ssh/sshd_config on the server).',
      cause,
    });
  // Some servers give no words: that a connection failed is then all there is to know.
  if (/refused/i.test(why) || /connect failed: ?$/i.test(why))
    return new SshError('refused', `Nothing listens on port ${port} of ${where}.`, {
      next: `Start the service on the server; it is ready when \`ss -ltn\` there shows port ${port}.`,
      cause,
    });
  if (/timed out|timeout/i.test(why))
    return new SshError('timeout', `Port ${port} of ${where} does not answer.`, {
      next: 'Check that it is on and that its security group allows the port.',
      cause,
    });
  return new SshError('unreachable', `${name} can't reach port ${port} of ${host}: ${why}`, {
    next: 'Check the address and that the service runs.',
    cause,
  });
}
