import assert from 'node:assert/strict';
import { panelPage } from '../../../src/extension/panels/page';

const page = panelPage({
  script: 'https://resource.example/dist/webview/card.js?a=1&b="2"',
  title: '</title><script>alert(1)</script>',
  nonce: 'bm9uY2U=',
});

describe('panel: page', () => {
  it('allows nothing but its own script and pictures made in it', () => {
    const policy = /content="([^"]*default-src[^"]*)"/.exec(page)?.[1];
    assert.equal(policy, "default-src 'none'; script-src 'nonce-bm9uY2U='; img-src data:");
  });

  it('has one script, by its nonce, and no title that is markup', () => {
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.match(page, /<script nonce="bm9uY2U=" src="https:\/\/resource\.example\/[^"]*"><\/script>/);
  });
});
