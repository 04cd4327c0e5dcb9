import assert from 'node:assert/strict';
import { digestLines, localPlace } from '../../../src/ssh';

describe('a server’s file here', () => {
  it('stays below its folder, whatever it is named', () => {
    assert.equal(localPlace('/w', 'a/b c.txt', 'linux'), '/w/a/b c.txt');
    for (const evil of ['../x', 'a/../../x', '..', './x', 'a//b'])
      assert.ok(localPlace('/w', evil, 'linux').startsWith('/w/'), evil);
    assert.equal(localPlace('/w', '$(id)`x`"\n.ipynb', 'linux'), '/w/$(id)`x`"\n.ipynb');
  });

  it('has a name that Windows can write', () => {
    assert.equal(localPlace('C:\\w', 'a/b:c?.txt', 'win32'), 'C:\\w\\a\\b_3a_c_3f_.txt');
    assert.equal(localPlace('C:\\w', 'nul.txt', 'win32'), 'C:\\w\\_nul.txt');
    assert.equal(localPlace('C:\\w', '..\\..\\x', 'win32'), 'C:\\w\\.._5c_.._5c_x');
    assert.equal(localPlace('C:\\w', 'a. ', 'win32'), 'C:\\w\\a._20_');
    assert.equal(localPlace('C:\\w', 'a\nb', 'win32'), 'C:\\w\\a_a_b');
  });

  it('is listed as sha256sum reads it', () => {
    assert.equal(
      digestLines([
        { path: 'a b', sha256: '11' },
        { path: 'c\nd\\e', sha256: '22' },
      ]),
      '11  a b\n\\22  c\\nd\\\\e\n',
    );
  });
});
