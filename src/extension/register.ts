import * as vscode from 'vscode';
import { isAbort, Problem } from '../base';
import { ask, pace } from './ask';
import type { CommandId } from './commands';
import type { Masking } from './masking';

export type Run = (subject: unknown, signal: AbortSignal) => Promise<unknown>;

/** Where a command's troubles go. */
export interface Surroundings {
  readonly log: vscode.LogOutputChannel;
  readonly masking: Masking;
}

const SHOW_LOG = 'Show Log';

/** A problem with a way on: a command that says more, or repairs. */
export class ProblemWithOffer extends Problem {
  readonly offer: { readonly label: string; readonly command: CommandId; readonly argument: unknown };

  constructor(problem: Problem, offer: ProblemWithOffer['offer']) {
    super(problem.message, { next: problem.next, cause: problem });
    this.offer = offer;
  }
}

/** A failed connection to a server leads to the ladder that finds its cause; what is no `Problem` passes as it is. */
export function withDoctor(
  site: { readonly cloud: string } | undefined,
  serverId: string,
  thrown: unknown,
): unknown {
  if (!(thrown instanceof Problem) || site === undefined) return thrown;
  return new ProblemWithOffer(thrown, {
    label: 'Why?',
    command: 'chameleon.whyNoConnection',
    argument: { subject: { kind: 'server', cloud: site.cloud, id: serverId } },
  });
}

/**
 * Registers the commands, all in one way: a cancel is silent, an error is shown with its next step, secrets are masked,
 * everything can be found in the log, and what is still running at shutdown is aborted.
 */
export function registerCommands(
  ids: readonly CommandId[],
  runOf: (id: CommandId) => Run,
  surroundings: Surroundings,
): vscode.Disposable {
  const stop = new AbortController();
  const registered = ids.map((id) =>
    vscode.commands.registerCommand(id, (subject: unknown) =>
      attempt(id, () => runOf(id)(subject, stop.signal), surroundings),
    ),
  );
  return vscode.Disposable.from(...registered, { dispose: () => stop.abort() });
}

async function attempt(
  id: string,
  run: () => Promise<unknown>,
  surroundings: Surroundings,
): Promise<unknown> {
  try {
    surroundings.log.debug(id);
    return await run();
  } catch (thrown) {
    if (isAbort(thrown)) return undefined;
    report(thrown, id, surroundings);
    return undefined;
  }
}

/** Shows an error as what happened and the next step; unexpected ones go to the log with their stack. */
export function report(thrown: unknown, where: string, { log, masking }: Surroundings): void {
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  log.error(masking.mask(`${where}: ${stack}`));
  const explained = thrown instanceof Problem;
  const what = thrown instanceof Error ? thrown.message : String(thrown);
  const next = explained && thrown.next !== undefined ? ` ${thrown.next}` : '';
  const message = explained ? `${what}${next}` : `Something went wrong that we did not expect: ${what}`;
  const offer = thrown instanceof ProblemWithOffer ? thrown.offer : undefined;
  const buttons = offer === undefined ? [SHOW_LOG] : [offer.label, SHOW_LOG];
  void ask.error(masking.mask(message), ...buttons).then((button) => {
    if (button === SHOW_LOG) log.show();
    else if (button !== undefined && offer !== undefined)
      void vscode.commands.executeCommand(offer.command, offer.argument);
  });
}

/** Runs something long in a notification that can be cancelled. @throws AbortError on a cancel, at once */
export function withProgress<T>(
  title: string,
  outer: AbortSignal,
  run: (signal: AbortSignal, say: (message: string) => void) => Promise<T>,
): Promise<T> {
  pace.taken();
  return Promise.resolve(
    vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      (progress, cancel) => {
        const own = new AbortController();
        cancel.onCancellationRequested(() => {
          own.abort();
        });
        return run(AbortSignal.any([outer, own.signal]), (message) => {
          progress.report({ message });
        });
      },
    ),
  );
}
