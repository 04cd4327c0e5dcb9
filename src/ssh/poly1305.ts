/** A prime, and what Poly1305 leaves of the first half of its key: RFC 8439, 2.5. */
const PRIME = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;
const LENGTH = 16;

/** The tag of a message under a key of 32 bytes that is used once. */
export function poly1305(message: Uint8Array, key: Uint8Array): Uint8Array {
  const factor = numberOf(key.subarray(0, LENGTH)) & CLAMP;
  let sum = 0n;
  for (let at = 0; at < message.length; at += LENGTH) {
    const block = message.subarray(at, at + LENGTH);
    sum = ((sum + numberOf(block) + (1n << BigInt(8 * block.length))) * factor) % PRIME;
  }
  const total = sum + numberOf(key.subarray(LENGTH));
  const tag = Buffer.alloc(LENGTH);
  tag.writeBigUInt64LE(BigInt.asUintN(64, total), 0);
  tag.writeBigUInt64LE(BigInt.asUintN(64, total >> 64n), 8);
  return tag;
}

/** Up to 16 bytes, the lowest first. */
function numberOf(bytes: Uint8Array): bigint {
  const padded = Buffer.alloc(LENGTH);
  padded.set(bytes);
  return padded.readBigUInt64LE(0) | (padded.readBigUInt64LE(8) << 64n);
}

type Tagging = (
  result: number,
  start: Uint8Array,
  startLength: number,
  rest: Uint8Array,
  restLength: number,
  key: Uint8Array,
) => void;

/**
 * What `ssh2` takes of Poly1305 in WebAssembly, for servers that know no AES. In the package this stands in its place:
 * slower, and 10 KB less.
 */
export function poly1305Module(): {
  readonly HEAPU8: Uint8Array;
  readonly _malloc: () => number;
  readonly cwrap: () => Tagging;
} {
  const memory = new Uint8Array(LENGTH);
  return {
    HEAPU8: memory,
    _malloc: () => 0,
    cwrap: () => (_result, start, startLength, rest, restLength, key) => {
      const message = Buffer.concat([start.subarray(0, startLength), rest.subarray(0, restLength)]);
      memory.set(poly1305(message, key));
    },
  };
}
