import { createHash } from 'node:crypto';

/**
 * What `bcrypt-pbkdf`, which opens locked private keys, takes of `tweetnacl`: SHA-512, written into `out`. In the
 * package Node's own stands in its place: 35 KB less, and faster.
 */
export const lowlevel = {
  crypto_hash(out: Uint8Array, message: Uint8Array, length: number): 0 {
    out.set(createHash('sha512').update(message.subarray(0, length)).digest());
    return 0;
  },
};
