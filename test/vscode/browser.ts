/** Debian's Chromium, as a person's browser without a screen. */
import { chromium, type Browser, type Page } from 'playwright-core';

/** Starts the browser; the caller closes it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox', // root, in a machine of its own
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Hands what the page's console says to `write`, a line each. */
export function keepConsole(page: Page, write: (line: string) => void): void {
  page.on('console', (message) => {
    write(`${message.type()}: ${message.text()}\n`);
  });
  page.on('pageerror', (error) => {
    write(`error: ${error.message}\n`);
  });
}
