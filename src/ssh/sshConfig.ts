import { nodeFiles, type Files } from './files';
import { Problem } from '../base';
import { quoted } from './command';
import type { Reach } from './dial';
import { hostAlias } from './hostKeys';
import type { Keys, Target } from './types';

/**
 * An ssh config with one block a server. Options stand in blocks only, so that the file may be included in the person's
 * own. Hosts are met by our pins alone: an unknown or changed key stops.
 */
export function sshConfig(
  targets: readonly Target[],
  options: { readonly knownHostsFile: string; readonly keys: Keys; readonly reach?: Reach },
): string {
  const all = withJumps(targets);
  const names = new Map<string, number>();
  for (const { name } of all) names.set(name, (names.get(name) ?? 0) + 1);
  const blocks = all.map((target) => block(target, names.get(target.name) === 1, options));
  return [
    '# Written by Chameleon Labs, and written again at each use: changes here are lost.',
    ...blocks,
  ].join('\n\n');
}

/** The command line of the user's own `ssh` for a server that stands in the config. */
export function terminalCommand(
  target: Target,
  options: { readonly configFile: string },
): { file: string; args: string[] } {
  const proxy = proxyCommand(target, options.configFile);
  return {
    file: 'ssh',
    args: [
      '-F',
      options.configFile,
      ...(proxy === undefined ? [] : ['-o', `ProxyCommand=${proxy}`]),
      hostAlias(target.serverId),
    ],
  };
}

/**
 * The way through other hosts as a command. ssh makes one itself of `ProxyJump`, but passes `-F` on unquoted: it fails
 * for a file with a blank in its path, as in macOS's `Application Support`.
 */
function proxyCommand(target: Target, configFile: string): string | undefined {
  const jump = jumpsOf(target).at(-1);
  if (jump === undefined) return undefined;
  const before = proxyCommand(jump, configFile);
  // ssh replaces %h and %p of its own level; what the next level is to replace is written twice.
  const next = (text: string): string => text.replaceAll('%', '%%');
  const words = [
    ...['ssh', '-F', next(configFile)],
    ...(before === undefined ? [] : ['-o', next(`ProxyCommand=${before}`)]),
    ...['-W', '[%h]:%p', hostAlias(jump.serverId)],
  ];
  const isWindows = /^[A-Za-z]:[\\/]/.test(configFile);
  return words.map((text) => (isWindows ? `"${text}"` : quoted(text))).join(' ');
}

/** Puts the config in place in one step, for its owner's eyes only. */
export async function writeSshConfig(file: string, text: string, files: Files = nodeFiles): Promise<void> {
  if ((await files.readFile(file)) === text) return;
  await files.writeFile(file, text);
}

/** The targets and each host on their way, once. */
function withJumps(targets: readonly Target[]): Target[] {
  const all = new Map<string, Target>();
  const add = (target: Target): void => {
    if (!all.has(target.serverId)) all.set(target.serverId, target);
  };
  for (const target of targets) add(target);
  for (const target of targets) jumpsOf(target).forEach(add);
  return [...all.values()];
}

/** The hosts on the way to a target, each with its own way. */
export function jumpsOf(target: Target): Target[] {
  return target.via.map((jump, index) => ({ ...jump, via: target.via.slice(0, index) }));
}

function block(
  target: Target,
  nameIsUnique: boolean,
  options: { readonly knownHostsFile: string; readonly keys: Keys; readonly reach?: Reach },
): string {
  const alias = hostAlias(target.serverId);
  const jump = target.via.at(-1);
  const where =
    jump === undefined && options.reach !== undefined
      ? options.reach(target.address, target.port)
      : { host: target.address, port: target.port };
  // A server's name is anyone's text: only what can't be a pattern or a second word becomes a name to type.
  const short = nameIsUnique && isHostName(target.name) ? ` ${target.name}` : '';
  const lines = [
    `HostName ${word(where.host, 'address')}`,
    `Port ${where.port}`,
    `User ${word(target.user, 'user name')}`,
    `HostKeyAlias ${alias}`,
    `UserKnownHostsFile ${pathWord(options.knownHostsFile)}`,
    'GlobalKnownHostsFile none',
    'StrictHostKeyChecking yes',
    'CheckHostIP no',
    'UpdateHostKeys no',
    'VerifyHostKeyDNS no',
    ...(jump === undefined ? [] : [`ProxyJump ${hostAlias(jump.serverId)}`]),
    ...agentLines(options.keys),
    ...options.keys.files
      .filter((file) => writable(file.path))
      .map((file) => `IdentityFile ${pathWord(file.path)}`),
    ...(options.keys.certificates ?? []).filter(writable).map((file) => `CertificateFile ${pathWord(file)}`),
    ...providerLines(options.keys),
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'ForwardAgent no',
    'ConnectTimeout 20',
    'ServerAliveInterval 5',
    'ServerAliveCountMax 2',
  ];
  return [`Host ${alias}${short}`, ...lines.map((line) => `    ${line}`)].join('\n') + '\n';
}

/** The names that a config of these targets knows a server by: its own where that is unique, else its alias. */
export function hostIn(target: Target, targets: readonly Target[]): string {
  const same = withJumps(targets).filter(({ name }) => name === target.name);
  return same.length === 1 && isHostName(target.name) ? target.name : hostAlias(target.serverId);
}

function isHostName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name);
}

function agentLines(keys: Keys): string[] {
  if (keys.agent === undefined) return ['IdentityAgent none'];
  // A Windows pipe is ssh's own default there.
  return keys.agent.startsWith('/') && writable(keys.agent) ? [`IdentityAgent ${pathWord(keys.agent)}`] : [];
}

/** Nothing in its path is expanded, so a `%` stands for itself. */
function providerLines({ securityKeyProvider: file }: Keys): string[] {
  return file === undefined || !writable(file) ? [] : [`SecurityKeyProvider "${file}"`];
}

function word(text: string, what: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9.:_%-]*$/.test(text))
    throw new Problem(`The ${what} “${text}” can't stand in an ssh config.`);
  return text.replaceAll('%', '%%');
}

/** What ssh's own syntax has no way to write: quotes and line ends, and `${…}`, which it always expands. */
function writable(file: string): boolean {
  return !/["\r\n\0]|\$\{/.test(file);
}

/** A path as one word of an ssh config. @throws Problem for one that its syntax can't write */
export function pathWord(file: string): string {
  if (!writable(file))
    throw new Problem(`The path ${file} can't stand in an ssh config.`, {
      next: 'Use a folder without quotes and ${…} in its name.',
    });
  return `"${file.replaceAll('\\', '/').replaceAll('%', '%%')}"`;
}
