import '@vscode-elements/elements/dist/vscode-button/index.js';
import { connectHost } from '../host';
import { element } from '../dom';
import { accessibleText } from './accessible';
import style from './card.css';
import { ToPanelSchema, type CardMessage, type FromPanel, type ToPanel } from './contract';
import { copy, draw, pngOf, svgUrl } from './picture';
import { verificationView } from './verification';

type CardTheme = 'light' | 'dark';

let card: CardMessage | undefined;
let theme: CardTheme = isDark() ? 'dark' : 'light';
const status = element('p', { class: 'status', role: 'status', 'aria-live': 'polite' });

const host = connectHost<typeof ToPanelSchema, FromPanel>(ToPanelSchema, receive);
addStyle();
host.send({ kind: 'ready' });

function receive(message: ToPanel): void {
  switch (message.kind) {
    case 'card':
      card = message;
      status.textContent = '';
      show(message);
      break;
    case 'said':
      status.textContent = message.text;
      break;
  }
}

function show(message: CardMessage): void {
  document.body.replaceChildren(
    element(
      'main',
      {},
      // Above what its code says, so that both are seen at once.
      ...(message.handedIn === undefined ? [] : [besideEachOther(message.handedIn, message)]),
      message.verification === undefined
        ? toolbar(message)
        : verificationView(message.verification, message.text.heading),
      status,
      ...(message.handedIn === undefined ? drawnCard(message) : []),
    ),
  );
}

function drawnCard(message: CardMessage): HTMLElement[] {
  const image = element('img', { class: 'card', alt: message.text.heading });
  image.setAttribute('src', svgUrl(message[theme]));
  return [image, accessibleText(message)];
}

/**
 * A picture without its record, of which nothing was read but the code, and beside it the card that the code tells of,
 * as light or dark: the eye sees at once what was painted over.
 */
function besideEachOther(url: string, message: CardMessage): HTMLElement {
  const [given, shown] = figure('As it was handed in. Its words were not read.');
  const [drawn, anew] = figure('What its code says, drawn anew.');
  shown.addEventListener('load', () => {
    anew.src = svgUrl(message[isBright(shown) ? 'light' : 'dark']);
  });
  shown.src = url;
  return element('div', { class: 'pictures' }, given, drawn);
}

function figure(words: string): [HTMLElement, HTMLImageElement] {
  const image = new Image();
  image.className = 'card';
  image.alt = words;
  return [element('figure', {}, image, element('figcaption', {}, words)), image];
}

/** By a point above all words of a card. */
function isBright(image: HTMLImageElement): boolean {
  const dot = document.createElement('canvas').getContext('2d');
  dot?.drawImage(image, -image.naturalWidth / 2, -9);
  return (dot?.getImageData(0, 0, 1, 1).data[0] ?? 255) > 127;
}

function toolbar(message: CardMessage): HTMLElement {
  return element(
    'div',
    { class: 'toolbar', role: 'toolbar', 'aria-label': 'Completion card' },
    button('Save as PNG', savePng),
    button('Save JSON', () => Promise.resolve(host.send({ kind: 'saveJson' })), true),
    button('Save HTML', () => Promise.resolve(host.send({ kind: 'saveHtml' })), true),
    button('Copy as picture', copyPicture, true),
    button(
      theme === 'light' ? 'Dark card' : 'Light card',
      () => {
        theme = theme === 'light' ? 'dark' : 'light';
        show(message);
        return Promise.resolve();
      },
      true,
    ),
  );
}

function button(label: string, press: () => Promise<void>, secondary = false): HTMLElement {
  const made = element('vscode-button', secondary ? { secondary: '' } : {}, label);
  made.addEventListener('click', () => {
    void press();
  });
  return made;
}

async function savePng(): Promise<void> {
  if (card === undefined) return;
  try {
    host.send({ kind: 'savePng', png: pngOf(await draw(card[theme])) });
  } catch {
    host.send({ kind: 'failed', what: 'The picture could not be drawn. Save the card as HTML instead.' });
  }
}

async function copyPicture(): Promise<void> {
  if (card === undefined) return;
  try {
    await copy(await draw(card[theme]));
    status.textContent = 'The picture is on the clipboard. It has the QR code, but not the record inside.';
    host.send({ kind: 'copied' });
  } catch {
    host.send({
      kind: 'failed',
      what: 'This window may not put pictures on the clipboard. Save as PNG instead.',
    });
  }
}

function isDark(): boolean {
  const kind = document.body.dataset['vscodeThemeKind'] ?? '';
  return kind === 'vscode-dark' || kind === 'vscode-high-contrast';
}

/** A constructed sheet needs no permission in the content policy. */
function addStyle(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
