import type { Shell } from './shell';
import { benchCommands } from './benchCommands';
import { fileCommands } from './fileCommands';
import { hostCommands } from './hostCommands';
import { networkCommands } from './networkCommands';
import { play } from './play';
import { shellCommands } from './shellCommands';

export interface Outcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Invocation {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdin: string;
  readonly shell: Shell;
  readonly signal: AbortSignal;
}

/** A command of the demo's servers. What it prints is given at its end. */
export type Run = (call: Invocation) => Outcome | Promise<Outcome>;

/** The command of that name, with or without a folder of programs before it. */
export function commandNamed(name: string): Run | undefined {
  const bare = name.replace(/^(?:\/usr)?(?:\/local)?\/s?bin\//, '');
  return commandTable().get(bare);
}

/** Names that `help` tells. */
export function commandNames(): string[] {
  return [...commandTable().keys()].filter((name) => /^[a-z]/.test(name)).sort();
}

let table: ReadonlyMap<string, Run> | undefined;

/** Made when first asked for: these modules know each other. */
function commandTable(): ReadonlyMap<string, Run> {
  table ??= new Map(
    Object.entries({
      ...fileCommands,
      ...hostCommands,
      ...networkCommands,
      ...benchCommands,
      ...shellCommands,
      play,
    }),
  );
  return table;
}
