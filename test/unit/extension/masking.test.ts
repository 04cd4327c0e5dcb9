import assert from 'node:assert/strict';
import { Masking } from '../../../src/extension/masking';

describe('masking', () => {
  it('takes out a known secret in every form it is sent in', () => {
    const masking = new Masking();
    const secret = 'S3cret/with+signs';
    masking.add(secret);
    const text = `a ${secret} b ${encodeURIComponent(secret)} c ${Buffer.from(secret).toString('base64')}`;
    assert.equal(masking.mask(text), 'a ••• b ••• c •••');
  });

  it('takes out tokens in headers that nobody told it of', () => {
    assert.equal(new Masking().mask('X-Auth-Token: abc.def'), 'X-Auth-Token: •••');
    assert.equal(new Masking().mask('authorization: Bearer xyz'), 'authorization: Bearer •••');
  });

  it('leaves other text alone', () => {
    assert.equal(new Masking().mask('No node is free.'), 'No node is free.');
  });
});
