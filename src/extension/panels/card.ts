import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { FromPanelSchema, type FromPanel, type ToPanel } from '../../../webview/card/contract';
import { sentenceOf } from '../../base';
import { cardSvg, cardText, shortCode, type CardRecord, type CardVerdict } from '../../labs';
import { ask } from '../ask';
import { panelPage } from './page';
import { saveCard } from './save';

const viewType = 'chameleon.card';

/** What a panel shows: a card to save, or one compared with the cloud. */
export interface CardView {
  readonly record: CardRecord;
  readonly verdict: CardVerdict | undefined;
  /** The picture that was handed in, where its record was lost and only its code is known. */
  readonly scanned: Uint8Array | undefined;
}

/** The completion card in an editor tab; one tab for a card to save, one for a card to verify. */
export class CardPanel {
  static readonly #open = new Map<'card' | 'verification', CardPanel>();
  readonly #panel: vscode.WebviewPanel;
  #view: CardView;
  #isReady = false;

  /** Opens the panel for `view`, or brings the open one to the front with it. */
  static show(context: vscode.ExtensionContext, view: CardView): CardPanel {
    const kind = view.verdict === undefined ? 'card' : 'verification';
    const open = CardPanel.#open.get(kind);
    if (open !== undefined) {
      open.#turnTo(view);
      return open;
    }
    const made = new CardPanel(context, view);
    CardPanel.#open.set(kind, made);
    made.#panel.onDidDispose(() => CardPanel.#open.delete(kind));
    return made;
  }

  private constructor(context: vscode.ExtensionContext, view: CardView) {
    this.#view = view;
    const scripts = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');
    this.#panel = vscode.window.createWebviewPanel(viewType, titleOf(view), vscode.ViewColumn.Active, {
      enableScripts: true,
      retainContextWhenHidden: true,
      localResourceRoots: [scripts],
    });
    this.#panel.webview.onDidReceiveMessage((message: unknown) => {
      this.#receive(message);
    });
    this.#panel.webview.html = panelPage({
      script: this.#panel.webview.asWebviewUri(vscode.Uri.joinPath(scripts, 'card.js')).toString(),
      title: titleOf(view),
      nonce: randomBytes(18).toString('base64'),
    });
  }

  #turnTo(view: CardView): void {
    this.#view = view;
    this.#panel.title = titleOf(view);
    this.#panel.reveal();
    if (this.#isReady) this.#send(cardMessage(view));
  }

  #send(message: ToPanel): void {
    void this.#panel.webview.postMessage(message);
  }

  #receive(message: unknown): void {
    const parsed = v.safeParse(FromPanelSchema, message);
    if (!parsed.success) return;
    this.#answer(parsed.output).catch((thrown: unknown) => void ask.error(sentenceOf(thrown)));
  }

  async #answer(message: FromPanel): Promise<void> {
    switch (message.kind) {
      case 'ready':
        this.#isReady = true;
        this.#send(cardMessage(this.#view));
        return;
      case 'savePng':
        return this.#save({ kind: 'png', picture: Buffer.from(message.png, 'base64') });
      case 'saveJson':
        return this.#save({ kind: 'json' });
      case 'saveHtml':
        return this.#save({ kind: 'html' });
      case 'copied':
        return;
      case 'failed':
        await ask.warn(message.what);
        return;
    }
  }

  async #save(form: Parameters<typeof saveCard>[1]): Promise<void> {
    const saved = await saveCard(this.#view.record, form);
    if (saved !== undefined) this.#send({ kind: 'said', text: `Saved as ${saved}.` });
  }
}

function titleOf({ record, verdict }: CardView): string {
  const who = record.subject.netId ?? record.subject.usernames[0];
  const name = who === undefined ? record.lab.title : `${record.lab.title} · ${who}`;
  return verdict === undefined ? `Card: ${name}` : `Verify: ${name}`;
}

function pictureUrl(bytes: Uint8Array): string {
  const kind = bytes[0] === 0xff ? 'jpeg' : 'png'; // the two that a card is read from
  return `data:image/${kind};base64,${Buffer.from(bytes).toString('base64')}`;
}

function cardMessage({ record, verdict, scanned }: CardView): ToPanel {
  const text = cardText(record);
  return {
    kind: 'card',
    light: cardSvg(record, 'light'),
    dark: cardSvg(record, 'dark'),
    text: {
      heading: text.heading,
      facts: [...text.facts],
      steps: text.steps.map((step) => ({ ...step, checks: [...step.checks] })),
    },
    ...(scanned === undefined ? {} : { handedIn: pictureUrl(scanned) }),
    ...(verdict === undefined
      ? {}
      : {
          verification: {
            digest: verdict.digest,
            code: shortCode(record.digest),
            lines: verdict.lines.map((line) => ({ ...line })),
          },
        }),
  };
}
