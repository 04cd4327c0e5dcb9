import type { Invocation, Outcome } from './commands';

/** Done, with these lines. */
export function lines(...texts: readonly string[]): Outcome {
  return { exit: 0, stdout: texts.map((text) => `${text}\n`).join(''), stderr: '' };
}

/** Done, with this text as it is. */
export function printed(stdout: string): Outcome {
  return { exit: 0, stdout, stderr: '' };
}

export function exits(exit: number): Outcome {
  return { exit, stdout: '', stderr: '' };
}

/** Failed, with a sentence that begins with the command's name. */
export function fails({ name }: Invocation, message: string, exit = 1): Outcome {
  return { exit, stdout: '', stderr: `${name}: ${message}\n` };
}

/** There is no such command. */
export function notFound({ name }: Invocation): Outcome {
  return { exit: 127, stdout: '', stderr: `bash: line 1: ${name}: command not found\n` };
}

/** Single-letter options (`-la`) apart from the rest; `--` ends them. */
export function optionsOf(args: readonly string[]): { flags: ReadonlySet<string>; rest: readonly string[] } {
  const flags = new Set<string>();
  for (const [at, arg] of args.entries()) {
    if (arg === '--') return { flags, rest: args.slice(at + 1) };
    if (!/^-[A-Za-z0-9]/.test(arg)) return { flags, rest: args.slice(at) };
    for (const flag of arg.slice(1)) flags.add(flag);
  }
  return { flags, rest: [] };
}

/** One word for the shell again. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
