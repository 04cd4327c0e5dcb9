import { type Outcome } from './commands';
import { exits } from './outcomes';
import type { Shell } from './shell';

/** `test`, without `-a`, `-o` and parentheses: what scripts that can be read use. */
export function test(args: readonly string[], shell: Shell): Outcome {
  const [first, ...rest] = args;
  if (first === '!') {
    const { exit } = test(rest, shell);
    return exits(exit > 1 ? exit : 1 - exit);
  }
  const answer = judged(args, shell);
  return answer === undefined
    ? { ...exits(2), stderr: 'test: the demo does not know that\n' }
    : exits(answer ? 0 : 1);
}

function judged(args: readonly string[], shell: Shell): boolean | undefined {
  const [a, b, c] = args;
  if (a === undefined) return false;
  if (b === undefined) return a !== '';
  if (c === undefined) return unary(a, b, shell);
  return args.length === 3 ? binary(a, b, c) : undefined;
}

function unary(operator: string, value: string, shell: Shell): boolean | undefined {
  const { files } = shell.host;
  const file = shell.resolve(value);
  switch (operator) {
    case '-n':
      return value !== '';
    case '-z':
      return value === '';
    case '-e':
    case '-r':
      return files.exists(file);
    case '-f':
      return files.read(file) !== undefined;
    case '-s':
      return (files.read(file) ?? '') !== '' || files.isFolder(file);
    case '-d':
      return files.isFolder(file);
    default:
      return undefined;
  }
}

function binary(a: string, operator: string, b: string): boolean | undefined {
  const [left, right] = [Number(a), Number(b)];
  switch (operator) {
    case '=':
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '-eq':
      return left === right;
    case '-ne':
      return left !== right;
    case '-lt':
      return left < right;
    case '-le':
      return left <= right;
    case '-gt':
      return left > right;
    case '-ge':
      return left >= right;
    default:
      return undefined;
  }
}
