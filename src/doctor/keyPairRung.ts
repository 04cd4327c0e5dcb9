import { unseen, type CloudFacts } from './cloudRungs';
import { failed, passed, unknown, type Rung } from './types';

/** A public key (`type base64`) that this machine can prove, and whether a key pair of mine at the site has it. */
export interface HeldKey {
  readonly publicKey: string;
  readonly matches: boolean;
}

/** Whether a private key of a key pair of mine is here. Chameleon puts all of them on the server, at its first boot. */
export function keyPairRung(facts: CloudFacts): Rung {
  const { site, server, held } = facts;
  const made = server.keyName === undefined ? 'without a key pair' : `with the key pair “${server.keyName}”`;
  if (held === undefined)
    return unknown(
      'keyPair',
      `It was made ${made}. Only its owner’s machine can tell whether the key is there.`,
      {
        next: 'Ask its owner to run this on their machine.',
      },
    );
  const blind = unseen('keyPair', facts, 'keyPairs');
  if (blind !== undefined) return blind;
  if (site.keyPairs.length === 0)
    return failed('keyPair', `You have no key pair at ${site.site.name}.`, {
      next: 'Import your public key there, then launch the server again: keys are put on it at its first boot.',
    });
  if (held.some(({ matches }) => matches))
    return passed('keyPair', `It was made ${made}; a private key of yours that fits is here.`);
  const names = site.keyPairs.map(({ name }) => `“${name}”`).join(', ');
  return failed(
    'keyPair',
    held.length === 0
      ? `There is no private key on this machine that belongs to your key pairs (${names}).`
      : `None of the private keys on this machine belongs to your key pairs (${names}).`,
    {
      next: 'Copy the private key of one of them into ~/.ssh, or add it to your agent (ssh-add).',
    },
  );
}
