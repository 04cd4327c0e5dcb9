import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';

const scripts = path.join(import.meta.dirname, 'clients');

/** A service's own client as a program of this machine: it reads lines, and says JSON objects, one a line. */
export class ClientProgram {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  readonly #home = mkdtempSync(path.join(tmpdir(), 'client-'));
  #errors = '';

  /**
   * @param python with the client's library
   * @param script of `clients/`
   */
  constructor(python: string, script: string, ...args: readonly string[]) {
    const child = spawn(python, [path.join(scripts, script), ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Of the caller nothing: a proxy, say, is not between a forward and its user.
      env: { PATH: '/usr/bin:/bin', HOME: this.#home, LANG: 'C.UTF-8', MLFLOW_DISABLE_TELEMETRY: 'true' },
    });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    this.#reader = createInterface({ input: child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Path of a file that goes with the scripts. */
  static file(name: string): string {
    return path.join(scripts, name);
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** The next object. @throws Error with what the program said to its error output, where it ended */
  async says(): Promise<Readonly<Record<string, unknown>>> {
    for (;;) {
      const line = await this.#lines.next();
      if (line.done === true) throw new Error(`The client ended: ${this.#errors.slice(-2000)}`);
      // Libraries greet on the same output.
      if (line.value.startsWith('{')) return JSON.parse(line.value) as Readonly<Record<string, unknown>>;
    }
  }

  /** Ends its input and waits for its end. @throws Error where it was not a good one */
  async finish(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    if (this.#child.exitCode !== 0) throw new Error(`The client failed: ${this.#errors.slice(-2000)}`);
  }

  /** Ends it at once, whatever it does. */
  close(): void {
    this.#child.kill('SIGKILL');
    this.#reader.close();
    rmSync(this.#home, { recursive: true, force: true });
  }
}
