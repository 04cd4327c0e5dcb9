import { utils } from 'ssh2';

type Pair = ReturnType<typeof utils.generateKeyPairSync>;

/** A new Ed25519 pair that can be read: ssh2 1.17 writes one in 200 without a leading zero byte. */
export function ed25519(locked?: { readonly passphrase: string }): Pair {
  const pair =
    locked === undefined
      ? utils.generateKeyPairSync('ed25519')
      : utils.generateKeyPairSync('ed25519', { ...locked, cipher: 'aes256-ctr', rounds: 4 });
  return utils.parseKey(pair.private, locked?.passphrase) instanceof Error ? ed25519(locked) : pair;
}
