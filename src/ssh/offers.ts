import {
  BaseAgent,
  createAgent,
  utils,
  type AnyAuthMethod,
  type IdentityCallback,
  type KnownPublicKeys,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import { createPrivateKey } from 'node:crypto';
import { connect } from 'node:net';
import { basename } from 'node:path';
import type { Clock } from '../base';
import type { Files } from './files';
import { publicKeyOf } from './keys';
import type { KeyFile, Keys } from './types';

/** A list of keys needs no person; an agent that hangs must not hang us. */
const AGENT_MS = 5_000;

/** Ways to prove who we are, in the order tried, and the files that would need a passphrase first. */
export interface Offers {
  readonly methods: readonly { readonly label: string; readonly method: AnyAuthMethod }[];
  readonly locked: readonly string[];
  /** What could prove it, and only the person's own `ssh` can use: security keys and certificates. */
  readonly beyond: readonly string[];
}

interface AgentKey {
  readonly type: string;
  readonly blob: string;
  readonly agent: BaseAgent;
}

/**
 * What to offer a server: each key file, signed by the agent where it holds that key (so that locked files work), then
 * the agent's other keys. sshd takes about six tries, and an RSA key costs two, so the order matters.
 */
export async function offersOf(keys: Keys, user: string, files: Files, clock: Clock): Promise<Offers> {
  const { held, others } =
    keys.agent === undefined ? { held: [], others: 0 } : await agentKeys(keys.agent, clock);
  const beyond = (keys.certificates ?? []).map((file) => basename(file));
  const methods: Offers['methods'][number][] = [];
  const locked: string[] = [];
  const used = new Set<string>();
  for (const file of keys.files) {
    const whole = await publicKeyOf(file.path, files);
    const publicKey = whole?.split(' ')[1];
    if ((await files.stat(`${file.path}-cert.pub`))?.kind === 'file')
      beyond.push(`${basename(file.path)}-cert.pub`);
    if (whole !== undefined && isSecurityKey(whole)) {
      beyond.push(basename(file.path));
      continue;
    }
    if (publicKey !== undefined && used.has(publicKey)) continue;
    const inAgent = held.find((each) => each.blob === publicKey);
    const key = inAgent === undefined ? await privateKey(file, keys, files) : undefined;
    if (inAgent !== undefined)
      methods.push({ label: file.path, method: { type: 'agent', username: user, agent: inAgent.agent } });
    else if (key !== undefined)
      methods.push({ label: file.path, method: { type: 'publickey', username: user, key } });
    else locked.push(basename(file.path));
    if (publicKey !== undefined && (inAgent ?? key) !== undefined) used.add(publicKey);
  }
  for (const { blob, agent } of held)
    if (!used.has(blob))
      methods.push({ label: 'a key of the agent', method: { type: 'agent', username: user, agent } });
  if (others > 0) beyond.push('the agent');
  return { methods, locked, beyond };
}

/** A key that lives in a device (FIDO): ssh2 can't ask it. */
function isSecurityKey(publicKey: string): boolean {
  return publicKey.startsWith('sk-');
}

const PASSPHRASE_TRIES = 3;

async function privateKey(file: KeyFile, keys: Keys, files: Files): Promise<ParsedKey | undefined> {
  const text = await files.readFile(file.path);
  if (text === undefined) return undefined;
  let passphrase = file.passphrase;
  for (let tries = 0; ; tries += 1) {
    const key = parsePrivate(text, passphrase);
    if (key !== 'locked') return key;
    if (tries === PASSPHRASE_TRIES || keys.unlock === undefined) return undefined;
    passphrase = await keys.unlock(file.path, passphrase !== undefined);
    if (passphrase === undefined) return undefined;
  }
}

/** `locked`: it needs a passphrase, or another one. `undefined`: it is no private key that can be used here. */
function parsePrivate(text: string, passphrase: string | undefined): ParsedKey | 'locked' | undefined {
  const plain = asPem(text, passphrase);
  if (plain === 'locked') return plain;
  const key = utils.parseKey(plain.text, passphrase);
  if (!(key instanceof Error)) return key.isPrivateKey() ? key : undefined;
  // Whatever is wrong after a passphrase is taken for a wrong one.
  return passphrase !== undefined || key.message.includes('no passphrase given') ? 'locked' : undefined;
}

/** PKCS #8 (`ssh-keygen -m PKCS8`) is not read by ssh2: Node turns it into what is. */
function asPem(text: string, passphrase: string | undefined): { readonly text: string } | 'locked' {
  const isLocked = /^-----BEGIN ENCRYPTED PRIVATE KEY-----/m.test(text);
  if (!isLocked && !/^-----BEGIN PRIVATE KEY-----/m.test(text)) return { text };
  if (isLocked && passphrase === undefined) return 'locked';
  try {
    const key = createPrivateKey({
      key: text,
      format: 'pem',
      ...(passphrase === undefined ? {} : { passphrase }),
    });
    const type = key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs1';
    return { text: key.export({ type, format: 'pem' }).toString() };
  } catch {
    return isLocked ? 'locked' : { text };
  }
}

/** The public keys (`type base64`) that an agent holds; none where it does not answer. */
export async function agentPublicKeys(socket: string, clock: Clock): Promise<string[]> {
  return (await agentKeys(socket, clock)).held.map(({ type, blob }) => `${type} ${blob}`);
}

/**
 * The keys of an agent, each as an agent of its own, and how many ssh2 does not know (certificates, security keys). An
 * agent that does not answer has none.
 */
async function agentKeys(
  socket: string,
  clock: Clock,
): Promise<{ readonly held: readonly AgentKey[]; readonly others: number }> {
  const [held, all] = await Promise.all([knownIn(socket, clock), countIn(socket, clock)]);
  return { held, others: Math.max(0, all - held.length) };
}

function knownIn(socket: string, clock: Clock): Promise<readonly AgentKey[]> {
  return new Promise((resolve) => {
    const agent = createAgent(socket);
    const cancel = clock.after(AGENT_MS, () => {
      resolve([]);
    });
    agent.getIdentities((error, identities) => {
      cancel();
      if (error instanceof Error || identities === undefined) {
        resolve([]);
        return;
      }
      const keys: AgentKey[] = [];
      for (const identity of identities) {
        const parsed = utils.parseKey(publicPart(identity));
        if (parsed instanceof Error) continue;
        keys.push({
          type: parsed.type,
          blob: parsed.getPublicSSH().toString('base64'),
          agent: new OneKey(agent, parsed),
        });
      }
      resolve(keys);
    });
  });
}

const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;

/** How many keys and certificates an agent holds: ssh2 leaves out what it does not know. */
function countIn(socket: string, clock: Clock): Promise<number> {
  return new Promise((resolve) => {
    const stream = connect(socket);
    let answer = Buffer.alloc(0);
    const done = (count: number): void => {
      cancel();
      stream.destroy();
      resolve(count);
    };
    const cancel = clock.after(AGENT_MS, () => {
      done(0);
    });
    stream.on('error', () => {
      done(0);
    });
    stream.once('close', () => {
      done(0);
    });
    stream.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      // length, type, number of keys
      if (answer.length >= 9) done(answer[4] === IDENTITIES_ANSWER ? answer.readUInt32BE(5) : 0);
    });
    stream.write(Buffer.from([0, 0, 0, 1, REQUEST_IDENTITIES]));
  });
}

function publicPart(identity: KnownPublicKeys[number]): ParsedKey | Buffer | string {
  if (typeof identity === 'string' || Buffer.isBuffer(identity) || !('pubKey' in identity)) return identity;
  return 'pubKey' in identity.pubKey ? identity.pubKey.pubKey : identity.pubKey;
}

/** An agent that shows one key of another agent. */
class OneKey extends BaseAgent {
  readonly #agent: BaseAgent;
  readonly #key: ParsedKey;

  constructor(agent: BaseAgent, key: ParsedKey) {
    super();
    this.#agent = agent;
    this.#key = key;
  }

  override getIdentities(done: IdentityCallback): void {
    done(null, [this.#key]);
  }

  override sign(
    key: ParsedKey | Buffer | string,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, done);
  }
}
