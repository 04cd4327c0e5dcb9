/** A private key file of a FIDO device that does not exist: what OpenSSH keeps is a handle, no secret. */
export function securityKey(): string {
  const string = (value: string | Buffer): Buffer => {
    const bytes = Buffer.from(value as string);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const type = 'sk-ssh-ed25519@openssh.com';
  const point = Buffer.from('11'.repeat(32), 'hex');
  const publicBlob = Buffer.concat([string(type), string(point), string('ssh:')]);
  const check = Buffer.from('0123456701234567', 'hex');
  const inner = Buffer.concat([
    check,
    publicBlob,
    Buffer.from([1]), // its presence is asked for
    string(Buffer.alloc(64, 7)),
    string(''),
    string('comment'),
  ]);
  const padded = Buffer.concat([
    inner,
    Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, at) => at + 1)),
  ]);
  const one = Buffer.from([0, 0, 0, 1]);
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'latin1'),
    ...['none', 'none', ''].map((word) => string(word)),
    one,
    string(publicBlob),
    string(padded),
  ]).toString('base64');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${(body.match(/.{1,70}/g) ?? []).join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
