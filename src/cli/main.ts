import { isAbort, Problem, sentenceOf } from '../base';
import { readArguments } from './args';
import { commands } from './commands';
import { exit, HELP, Usage } from './words';

/** One run: data or text to stdout, one sentence to stderr when it could not answer. @returns the exit code */
async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  try {
    const args = readArguments(argv);
    if (args.help || args.command === '') {
      process.stdout.write(HELP);
      return args.help ? exit.fine : exit.usage;
    }
    const command = commands[args.command];
    if (command === undefined)
      throw new Usage(`There is no command ${args.command}.`, { next: 'See --help.' });
    const { code, text, data } = await command(args, signal);
    process.stdout.write(args.json ? `${JSON.stringify(data, undefined, 2)}\n` : text);
    return code;
  } catch (thrown) {
    if (!isAbort(thrown)) process.stderr.write(`${oneLine(thrown)}\n`);
    return exit.usage;
  }
}

function oneLine(thrown: unknown): string {
  const text = thrown instanceof Problem ? sentenceOf(thrown) : `Something went wrong: ${sentenceOf(thrown)}`;
  return text.replace(/\s+/g, ' ');
}

const stop = new AbortController();
process.once('SIGINT', () => {
  stop.abort();
});
void main(process.argv.slice(2), stop.signal).then((code) => {
  process.exitCode = code;
});
