import assert from 'node:assert/strict';
import { withoutControls } from '../../../src/extension/plainText';

describe('what a server printed', () => {
  it('loses colours, jumps and other controls, and keeps its lines and tabs', () => {
    assert.equal(
      withoutControls('\u001b[0;32m  OK  \u001b[0m] Started\r\n\tssh\u0007\u001b[2J\u001b(B end\u0000\r'),
      '  OK  ] Started\n\tssh end',
    );
  });
  it('that is plain stays as it is', () => {
    assert.equal(withoutControls('a [0;32m b\nü …'), 'a [0;32m b\nü …');
  });
});
