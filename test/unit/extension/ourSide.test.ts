import assert from 'node:assert/strict';
import { openingOf, type Side } from '../../../src/extension/ourSide';

const URL = 'http://127.0.0.1:8000/?a=1&b=$(id)';
const by = (side: Partial<Side>): ReturnType<typeof openingOf> =>
  openingOf(URL, { apart: false, web: false, platform: 'linux', ...side });

describe('opening a page of 127.0.0.1', () => {
  it('is the editor’s in a window of this machine', () => {
    assert.deepEqual(by({}), { by: 'editor' });
  });
  it('is the proxy’s in a browser, whatever the window works on', () => {
    assert.deepEqual(by({ web: true }), { by: 'proxy' });
    assert.deepEqual(by({ web: true, apart: true }), { by: 'proxy' });
  });
  it('is the operating system’s in a window that works on another machine: the editor would tunnel it there', () => {
    for (const [platform, file, before] of [
      ['linux', 'xdg-open', []],
      ['darwin', 'open', []],
      ['win32', 'rundll32', ['url.dll,FileProtocolHandler']],
    ] as const)
      assert.deepEqual(by({ apart: true, platform }), { by: 'system', file, args: [...before, URL] });
  });
});
