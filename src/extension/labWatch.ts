import * as vscode from 'vscode';
import type { App } from './app';

/** How often what lives shortly is asked for, unless a setting says otherwise. */
export const WATCH_SECONDS = 60;

/**
 * Asks, while the Labs view is seen, for evidence that lives shortly: a pod during a rollout, a GPU during training.
 * Only of labs that were run in this window and are unfolded, only what was not seen yet, once a minute.
 */
export class LabWatch {
  readonly #app: App;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #asking = false;

  constructor(app: App) {
    this.#app = app;
  }

  /** Begins or ends with the view. */
  setVisible(visible: boolean): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const { seconds } = this;
    if (visible && seconds > 0)
      this.#timer = setInterval(() => {
        void this.#ask();
      }, seconds * 1000);
  }

  /** Seconds between two rounds; 0: never. */
  get seconds(): number {
    return vscode.workspace.getConfiguration('chameleon').get<number>('labs.watchSeconds', WATCH_SECONDS);
  }

  dispose(): void {
    this.#stop.abort();
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    if (this.#asking || this.#app.signedIn === undefined) return;
    this.#asking = true;
    try {
      for (const lab of this.#app.labs.open()) await this.#app.labs.watch(lab, this.#stop.signal);
    } catch (thrown) {
      // Nobody asked for this round: what is wrong is seen when the lab is run.
      if (!this.#stop.signal.aborted) this.#app.log.debug(`watching: ${String(thrown)}`);
    } finally {
      this.#asking = false;
    }
  }
}
