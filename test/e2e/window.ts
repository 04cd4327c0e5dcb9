/** A real VS Code window with the extension, and what a person does in it. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { keepConsole, openBrowser } from '../vscode/browser';
import { oldest, repository } from '../vscode/editions.mjs';
import type { Edition } from '../vscode/editions.mjs';
import { stageExtension } from '../vscode/project.mjs';
import { quietSettings, serve, writeSettings } from '../vscode/serve.mjs';
import { withoutTestbed } from '../vscode/testbed.mjs';

/** The views of the container, by their title. */
export type ViewTitle = 'Resources' | 'Inspect' | 'Labs' | 'Connections';

/** A window to open. */
export interface WindowOptions {
  readonly edition?: Edition;
  readonly theme?: Theme;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Beside the usual environment of the editor's processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where what is asked of the testbed is asked instead: see `elsewhere.mjs`. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** Files of the opened folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** False: VS Code asks for trust in the folder, and it was not given. */
  readonly trusted?: boolean;
  /** Fills the folder of extensions; by default with the built extension. */
  readonly install?: (extensions: string, userData: string) => Promise<void> | void;
}

/** A folder that nobody has vouched for, and no dialog about it. */
const distrustful = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'security.workspace.trust.untrustedFiles': 'open',
};

const themes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high-contrast': 'Default High Contrast',
};

/** How a window can look. */
export type Theme = keyof typeof themes;

/** Opens a window with the extension and its view container in front. */
export async function openWindow(options: WindowOptions = {}): Promise<Workbench> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'chameleon-e2e-'));
  const logs = path.join(repository, 'out', 'logs');
  mkdirSync(logs, { recursive: true });
  const userData = path.join(scratch, 'user-data');
  const extensions = path.join(scratch, 'extensions');
  const settings = (theme: Theme): Record<string, unknown> => ({
    ...quietSettings,
    'workbench.colorTheme': themes[theme],
    'chameleon.demo.openOnStartup': true,
    'terminal.integrated.gpuAcceleration': 'off', // its text is then in the page, not on a canvas
    'window.commandCenter': false,
    ...(options.trusted === false ? distrustful : {}),
    ...options.settings,
  });
  writeSettings(userData, settings(options.theme ?? 'dark'));
  // Lab 1 asks for the file that was copied from the server to the person's own machine.
  writeFileSync(path.join(scratch, 'hello.txt'), 'Hello from hello-chameleon-alexbaker\n');
  const folder = path.join(scratch, 'workspace');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(options.files ?? {}))
    writeFileSync(path.join(folder, name), text);
  if (options.install === undefined) stageExtension(extensions);
  else await options.install(extensions, userData);
  const served = await serve({
    edition: options.edition ?? oldest,
    folder,
    trusted: options.trusted ?? true,
    userData,
    extensions,
    log: path.join(logs, 'e2e-server.log'),
    env: {
      HOME: scratch,
      ...withoutTestbed,
      ELSEWHERE: JSON.stringify(options.elsewhere ?? {}),
      ...options.env,
    },
  });
  const browser = await openBrowser();
  const context = await browser.newContext({
    viewport: { width: 1280, height: 1240 }, // the rows of a tree that are out of sight are in no page
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(60_000); // a busy machine takes its time
  const page = await newPage(context);
  const close = async (): Promise<void> => {
    await browser.close();
    await served.stop();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await page.goto(served.url);
    await page.locator('.monaco-workbench').waitFor();
    const tab = page.locator('.activitybar .action-item [aria-label^="Chameleon"]').first();
    await tab.click();
    return new Workbench(page, scratch, close, (theme) => {
      writeSettings(userData, settings(theme));
    });
  } catch (error) {
    await page.screenshot({ path: path.join(pictures(), 'failed-to-open.png') });
    await close();
    throw error;
  }
}

async function newPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  keepConsole(page, (line) => {
    appendFileSync(path.join(repository, 'out', 'logs', 'e2e-console.log'), line);
  });
  return page;
}

/** Shows a folder that was never open in a page, with our container in front. */
async function enter(page: Page, url: string): Promise<void> {
  await page.goto(url, { timeout: 60_000 }); // a busy machine takes its time
  await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
  const tab = page.locator('.activitybar .action-item [aria-label^="Chameleon"]').first();
  await tab.click({ timeout: 60_000 });
}

/** Where pictures go. */
export function pictures(): string {
  const folder = process.env['PICTURES'] ?? path.join(repository, 'out', 'pictures');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** As long as an action is waited for while the mouse is where its row was, ms, and how often. */
const HOVER_MS = 5_000;
const MOST_HOVERS = 12;

const CLASSES = { light: 'vs', dark: 'vs-dark', 'high-contrast': 'hc-black' } as const;

/** The window, by what a person sees. */
export class Workbench {
  /** Where this run's pictures go. */
  readonly pictures = pictures();

  constructor(
    readonly page: Page,
    /** The person's home, where file dialogs begin. */
    readonly home: string,
    readonly close: () => Promise<void>,
    private readonly wearTheme: (theme: Theme) => void,
  ) {}

  /** The opened folder. */
  get folder(): string {
    return path.join(this.home, 'workspace');
  }

  /** One more window of the same editor, on a folder of its own, with an extension host of its own. */
  async another(): Promise<Workbench> {
    const page = await newPage(this.page.context());
    const folder = path.join(this.home, 'another');
    mkdirSync(folder, { recursive: true });
    await enter(page, new URL(`?folder=${encodeURIComponent(folder)}`, this.page.url()).href);
    return new Workbench(page, this.home, () => page.close(), this.wearTheme);
  }

  /** A view of the container. */
  view(title: ViewTitle): Locator {
    return this.page.locator('.pane').filter({
      has: this.page.locator(`.pane-header[aria-label^="${title}"]`),
    });
  }

  /** Folds the other views, so that this one has all the room. */
  async enlarge(title: ViewTitle): Promise<void> {
    for (const other of ['Resources', 'Inspect', 'Labs', 'Connections'] as const) {
      const header = this.view(other).locator('.pane-header');
      if (!(await header.isVisible())) continue;
      const isOpen = (await header.getAttribute('aria-expanded')) === 'true';
      if (isOpen !== (other === title)) await header.locator('.title').click();
    }
  }

  /** A row by its label, or by what of its whole text fits. */
  row(view: ViewTitle, text: string | RegExp): Locator {
    const rows = this.view(view).locator('.monaco-list-row');
    if (typeof text !== 'string') return rows.filter({ hasText: text }).first();
    const label = this.page.locator('.label-name').getByText(text, { exact: true });
    return rows.filter({ has: label }).last(); // a server has its lease's name, and is below it
  }

  /** Clicks a row: chooses it, and opens or folds it. */
  async clickRow(view: ViewTitle, text: string | RegExp): Promise<void> {
    await this.row(view, text).click();
  }

  /** One of the actions that a row shows while the mouse is over it. */
  async rowAction(view: ViewTitle, text: string | RegExp, action: string): Promise<void> {
    const row = this.row(view, text);
    const button = row.locator(`.action-label[aria-label^="${action}"]`).first();
    for (let tries = 1; ; tries += 1) {
      await this.page.mouse.move(0, 0); // off a row whose tooltip would lie over this one
      await row.hover();
      try {
        await button.click({ timeout: HOVER_MS });
        return;
      } catch (thrown) {
        // The tree was drawn anew, with another row under the mouse.
        if (tries === MOST_HOVERS) throw thrown;
      }
    }
  }

  /** One of the actions in a view's title. */
  async titleAction(view: ViewTitle, action: string): Promise<void> {
    const pane = this.view(view);
    await pane.locator('.pane-header').hover();
    await pane.locator(`.pane-header .action-label[aria-label^="${action}"]`).first().click();
  }

  /** Runs a command by its name in the command palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput().locator('input').first().fill(`>${title}`);
    await this.quickPick(title);
  }

  /** Types into the open quick pick, if there is something to type, and takes the row with the text. */
  async quickPick(text: string | RegExp, typed?: string): Promise<void> {
    const widget = this.quickInput();
    if (typed !== undefined) await widget.locator('input').first().fill(typed);
    await widget.locator('.monaco-list-row').filter({ hasText: text }).first().click();
  }

  /**
   * Answers the open input box, or a file dialog, which in the browser is one too.
   * @param asked what it says, where another one was open just before
   */
  async answer(text: string, asked?: string): Promise<void> {
    if (asked !== undefined) await this.quickInput().getByText(asked).first().waitFor();
    const input = this.quickInput().locator('input').first();
    await input.waitFor();
    await input.fill(text);
    await input.press('Enter');
  }

  /** Takes a file of the opened folder in a file dialog, which begins there or one above it. */
  async chooseFile(name: string): Promise<void> {
    const rows = this.quickInput().locator('.monaco-list-row');
    const file = rows.filter({ has: this.page.getByText(name, { exact: true }) }).first();
    const folder = rows.filter({ hasText: /^workspace$/ }).first();
    await file.or(folder).first().waitFor();
    if (!(await file.isVisible())) await folder.click();
    await file.click();
  }

  /** The one that is open. */
  quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** The lease timer in the status bar. */
  timer(): Locator {
    return this.page.locator('.statusbar-item[id*="chameleon.leaseTimer"]');
  }

  /** A message by its text. */
  message(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text }).first();
  }

  /** A button of the dialog, or of a message, that is in front. */
  button(label: string): Locator {
    return this.page.locator('.monaco-dialog-box, .notification-toast').getByRole('button', { name: label });
  }

  /** Takes all messages off the screen. */
  async dismissMessages(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
  }

  /** What is inside the panel in front. */
  panel(): FrameLocator {
    return this.page.locator('iframe.webview.ready:visible').contentFrame().frameLocator('#active-frame');
  }

  /** What the terminal in front says. */
  terminal(): Locator {
    return this.page.locator('.terminal-wrapper.active .xterm-rows');
  }

  /** Makes the side bar this wide, as a person drags its edge. */
  async widenSideBar(pixels: number): Promise<void> {
    const edge = await this.page.locator('.part.sidebar').boundingBox();
    if (edge === null) return;
    const height = edge.y + edge.height / 2;
    await this.page.mouse.move(edge.x + edge.width, height);
    await this.page.mouse.down();
    await this.page.mouse.move(edge.x + pixels, height, { steps: 4 });
    await this.page.mouse.up();
  }

  /** Types into the open step and takes the row with that text, by keyboard alone. */
  async take(text: string): Promise<void> {
    const rows = this.quickInput().locator('.monaco-list-row');
    await rows.filter({ hasText: text }).first().waitFor();
    await this.page.keyboard.type(text);
    await rows.and(this.page.locator('.focused')).filter({ hasText: text }).waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Runs a command by its name, by keyboard alone. */
  async run(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput().locator('input').first().waitFor();
    await this.page.keyboard.type(title);
    await this.quickInput().locator('.monaco-list-row.focused').filter({ hasText: title }).waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** One step back in a wizard, by its key. */
  async goBack(): Promise<void> {
    await this.page.keyboard.press('Control+Alt+Minus');
  }

  /** The same screen in each theme, a picture of each; dark again after it. */
  async inAllThemes(name: string): Promise<void> {
    for (const theme of ['light', 'high-contrast', 'dark'] as const) {
      this.wearTheme(theme);
      await this.page.locator(`.monaco-workbench.${CLASSES[theme]}`).waitFor();
      // A panel is told of it later than the window.
      const panel = this.page.locator('iframe.webview.ready:visible');
      if ((await panel.count()) > 0) await this.panel().locator(`body.vscode-${theme}`).waitFor();
      await this.screenshot(`${name}-${theme}`);
    }
  }

  /** A picture of the window, by name. */
  async screenshot(name: string): Promise<void> {
    await this.page.mouse.move(1050, 5); // no tooltip, nothing hovered
    await this.page.screenshot({ path: path.join(pictures(), `${name}.png`), animations: 'disabled' });
  }
}
