import assert from 'node:assert/strict';
import * as v from 'valibot';
import { FromPanelSchema, ToPanelSchema } from '../../../webview/card/contract';
import { cardSvg, cardText } from '../../../src/labs/card';
import { card } from '../labs/card/samples';

const text = cardText(card());
const message = {
  kind: 'card',
  light: cardSvg(card(), 'light'),
  dark: cardSvg(card(), 'dark'),
  text,
};
const line = { id: 'a', kind: 'check', title: 'A', card: 'passed', now: 'agreed', why: '' };

describe('card panel: messages', () => {
  it('takes what the extension sends', () => {
    const verification = { digest: 'ok', code: '1234-5678', lines: [line] };
    const scanned = {
      ...message,
      verification: { ...verification, digest: 'scanned' },
      handedIn: 'data:image/png;base64,iVBORw0KGgo=',
    };
    for (const sent of [message, { ...message, verification }, scanned, { kind: 'said', text: 'Saved.' }])
      assert.ok(v.is(ToPanelSchema, sent));
  });

  it('refuses what it does not send', () => {
    const bad = [
      null,
      'card',
      {},
      { kind: 'card' },
      { ...message, html: '<b>' },
      { ...message, handedIn: 'https://example.org/card.png' },
      { ...message, verification: { digest: 'fine', code: '', lines: [] } },
      { ...message, verification: { digest: 'ok', code: '', lines: [{ ...line, now: 'maybe' }] } },
    ];
    for (const sent of bad) assert.ok(!v.is(ToPanelSchema, sent), JSON.stringify(sent)?.slice(0, 80));
  });

  it('takes the panel at its word only in its own words', () => {
    for (const sent of [{ kind: 'ready' }, { kind: 'saveJson' }, { kind: 'savePng', png: 'iVBORw0KGgo=' }])
      assert.ok(v.is(FromPanelSchema, sent));
    const bad = [
      undefined,
      { kind: 'run', command: 'x' },
      { kind: 'savePng' },
      { kind: 'savePng', png: '' },
      { kind: 'savePng', png: '../../etc/passwd' },
      { kind: 'savePng', png: 'data:image/png;base64,AAAA' },
      { kind: 'saveJson', path: '/etc/passwd' },
    ];
    for (const sent of bad) assert.ok(!v.is(FromPanelSchema, sent), JSON.stringify(sent));
  });
});
