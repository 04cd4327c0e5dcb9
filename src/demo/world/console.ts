import { createHash } from 'node:crypto';
import { hostnameOf } from './hostname';
import type { ServerRecord } from './records';

/**
 * What a VM printed while it started, in the form of an Ubuntu cloud image: between cloud-init's markers stands the
 * public key that this server's own sshd has, so that a first contact can be compared with it.
 */
export function consoleText(server: ServerRecord): string {
  const host = hostnameOf(server.name);
  const { publicKey } = server.hostKey;
  const [type = '', base64 = ''] = publicKey.split(' ');
  const print = createHash('sha256')
    .update(Buffer.from(base64, 'base64'))
    .digest('base64')
    .replace(/=+$/, '');
  const started = new Date(server.launchedAt ?? server.created).toUTCString();
  return [
    '[    0.000000] Linux version 6.8.0-45-generic (demo of Chameleon Labs: nothing booted)',
    '[    0.000000] Command line: BOOT_IMAGE=/boot/vmlinuz root=LABEL=cloudimg-rootfs ro console=tty1 console=ttyS0',
    `[    1.234567] systemd[1]: Hostname set to <${host}>.`,
    `[    6.123456] cloud-init[512]: Cloud-init v. 24.2 running 'init' at ${started}. Up 6.10 seconds.`,
    'ci-info: ++++++Authorized keys from /home/cc/.ssh/authorized_keys for user cc++++++',
    ...server.authorizedKeys.map(
      (key) => `ci-info: | ${key.split(' ')[0] ?? ''} | ${server.keyName ?? '-'} |`,
    ),
    '-----BEGIN SSH HOST KEY FINGERPRINTS-----',
    `256 SHA256:${print} root@${host} (ED25519)`,
    '-----END SSH HOST KEY FINGERPRINTS-----',
    '-----BEGIN SSH HOST KEY KEYS-----',
    `${type} ${base64} root@${host}`,
    '-----END SSH HOST KEY KEYS-----',
    `[   20.654321] cloud-init[900]: Cloud-init v. 24.2 finished at ${started}. Datasource DataSourceOpenStackLocal [net,ver=2].  Up 20.60 seconds`,
    '',
    `Ubuntu 24.04.1 LTS ${host} ttyS0`,
    '',
    `${host} login: `,
  ].join('\n');
}
