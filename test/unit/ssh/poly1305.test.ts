import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { poly1305, poly1305Module } from '../../../src/ssh/poly1305';

/** What their module gives; ours needs to be told less. */
interface Theirs {
  readonly HEAPU8: Uint8Array;
  _malloc(length: number): number;
  cwrap(
    name: string,
    result: null,
    parameters: readonly string[],
  ): ReturnType<ReturnType<typeof poly1305Module>['cwrap']>;
}

const load = createRequire(import.meta.filename);

describe('Poly1305', () => {
  it('gives the tag of RFC 8439, 2.5.2', () => {
    const key = Buffer.from('85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b', 'hex');
    const message = Buffer.from('Cryptographic Forum Research Group');
    assert.equal(Buffer.from(poly1305(message, key)).toString('hex'), 'a8061dc1305136c6c22b8baf0c0127a9');
    message.writeUInt8(0x42);
    assert.notEqual(Buffer.from(poly1305(message, key)).toString('hex'), 'a8061dc1305136c6c22b8baf0c0127a9');
  });

  it('does what ssh2’s own does, for every length and for numbers at the edge', async () => {
    const theirs = await (load('ssh2/lib/protocol/crypto/poly1305.js') as () => Promise<Theirs>)();
    const ours = poly1305Module();
    const place = theirs._malloc(16);
    const tag = theirs.cwrap('poly1305_auth', null, [
      'number',
      'array',
      'number',
      'array',
      'number',
      'array',
    ]);
    const ourTag = ours.cwrap();
    const keys = [Buffer.alloc(32, 0xff), Buffer.alloc(32), randomBytes(32), randomBytes(32)];
    for (const key of keys)
      for (let length = 0; length < 70; length += 1)
        for (const rest of [randomBytes(length), Buffer.alloc(length, 0xff)]) {
          const start = randomBytes(4);
          tag(place, start, 4, rest, length, key);
          ourTag(ours._malloc(), start, 4, rest, length, key);
          const wanted = Buffer.from(theirs.HEAPU8.subarray(place, place + 16));
          assert.deepEqual(Buffer.from(ours.HEAPU8), wanted, `${length} bytes`);
        }
  });
});
