/**
 * Runs the suites of this folder inside VS Code's extension host, and writes their results.
 *
 *   node --import=tsx test/host/launch.ts RESULTS.json
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { keepConsole, openBrowser } from '../vscode/browser';
import { oldest, repository } from '../vscode/editions.mjs';
import { stageExtension } from '../vscode/project.mjs';
import { quietSettings, serve, writeSettings } from '../vscode/serve.mjs';
import { withoutTestbed } from '../vscode/testbed.mjs';
import { readResults } from '../runner/results.mjs';

const LIMIT_MS = 10 * 60_000;
const results = path.resolve(process.argv[2] ?? path.join(repository, 'out', 'results', 'host.json'));
const logs = path.join(repository, 'out', 'logs');
const bundle = path.join(repository, 'out', 'host', 'index.js');

async function main(): Promise<void> {
  rmSync(results, { force: true });
  mkdirSync(path.dirname(results), { recursive: true });
  mkdirSync(logs, { recursive: true });

  await build({
    entryPoints: [path.join(repository, 'test', 'host', 'index.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    // mocha is the one of node_modules: its reporters are loaded by name.
    external: ['vscode', 'mocha', 'cpu-features', '*.node'],
    // Modules of the tests find the repository by where they are; in the bundle they are somewhere else.
    define: {
      'import.meta.url': JSON.stringify(
        pathToFileURL(path.join(repository, 'test', 'vscode', 'editions.mjs')).href,
      ),
    },
    logLevel: 'warning',
  });

  const scratch = mkdtempSync(path.join(tmpdir(), 'chameleon-host-'));
  const userData = path.join(scratch, 'user-data');
  const folder = path.join(scratch, 'workspace');
  // A copy: another build may empty dist/ while this one is being tried.
  const development = stageExtension(path.join(scratch, 'development'));
  writeSettings(userData, quietSettings);
  // Lab 1 asks for the file that was copied from the server to the person's own machine.
  writeFileSync(path.join(scratch, 'hello.txt'), 'Hello from hello-chameleon-alexbaker\n');
  const served = await serve({
    edition: oldest,
    folder,
    userData,
    extensions: path.join(scratch, 'extensions'),
    log: path.join(logs, 'host-server.log'),
    // A home of its own: what the person's home holds (clouds.yaml, ~/.ssh) must not answer a test.
    env: { HOST_RESULTS: results, HOME: scratch, ...withoutTestbed },
  });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    keepConsole(page, (line) => {
      appendFileSync(path.join(logs, 'host-console.log'), line);
    });
    const remote = (file: string): string => `vscode-remote://127.0.0.1:${served.port}${file}`;
    const payload = [
      ['extensionDevelopmentPath', remote(development)],
      ['extensionTestsPath', remote(bundle)],
    ];
    const query = new URLSearchParams({ folder, payload: JSON.stringify(payload) });
    void pressSave(page);
    await page.goto(`${served.url}?${query.toString()}`);
    await finished();
  } finally {
    await browser.close();
    await served.stop();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }

  const { passed, failed, failures } = readResults(results, 'host');
  for (const { title, error } of failures) console.log(`  ${title}\n    ${error}`);
  console.log(`  in the extension host: ${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** The one thing that a suite can't do from inside the host: press the button in the card's panel. */
async function pressSave(page: Page): Promise<void> {
  const panel = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  const button = panel.getByText('Save as PNG');
  await button.click({ timeout: LIMIT_MS }).catch(() => undefined); // the page was closed: no panel came
}

/** Until the suites have ended, or have had all the time that they get. */
async function finished(): Promise<void> {
  const limit = Date.now() + LIMIT_MS;
  while (Date.now() < limit) {
    if (readResults(results, 'host').isComplete && hasBegun()) return;
    await pause(200);
  }
  console.log('The suites did not end in time.');
}

function hasBegun(): boolean {
  const { passed, failed, skipped, failures } = readResults(results, 'host');
  return passed + failed + skipped > 0 && failures.every(({ error }) => !error.startsWith('It ended before'));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
