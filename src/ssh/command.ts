import { Problem } from '../base';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * A command line for a POSIX shell with parameters bound as environment: values are quoted whole, so no value is ever
 * read as code, and `"$NAME"` in the command is the value byte by byte.
 * @throws Problem for a name that is no variable's or a value that no environment can hold
 */
export function boundCommand(command: string, env: Readonly<Record<string, string>>): string {
  const bound = Object.entries(env).map(([name, value]) => {
    if (!NAME.test(name)) throw new Problem(`“${name}” can't be the name of an environment variable.`);
    if (value.includes('\0')) throw new Problem(`The value of ${name} has a NUL character.`);
    return `${name}=${quoted(value)}`;
  });
  // Without input: a command that reads would wait for ever, and ssh2 signals only commands whose input is open.
  return ['env', ...bound, 'sh', '-c', quoted(command), '</dev/null'].join(' ');
}

/** One word for a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
