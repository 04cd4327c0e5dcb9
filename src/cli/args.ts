import { parseArgs } from 'node:util';
import { Usage } from './words';

export interface Arguments {
  readonly command: string;
  readonly rest: readonly string[];
  readonly clouds: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
  readonly parameters: Readonly<Record<string, string>>;
  readonly only: readonly string[];
  readonly variant: string | undefined;
  readonly sshKey: string | undefined;
  readonly evidence: string | undefined;
  readonly csv: string | undefined;
}

/** @throws Usage */
export function readArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parsed(argv);
  const [command = '', ...rest] = positionals;
  return {
    command,
    rest,
    clouds: (values.cloud ?? []).flatMap((name) => name.split(',')),
    json: values.json ?? false,
    help: values.help ?? false,
    parameters: parametersIn(values.param ?? []),
    only: values.only ?? [],
    variant: values.variant,
    sshKey: values['ssh-key'],
    evidence: values.evidence,
    csv: values.csv,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: severalClouds(argv),
      allowPositionals: true,
      options: {
        cloud: { type: 'string', multiple: true },
        param: { type: 'string', multiple: true },
        only: { type: 'string', multiple: true },
        variant: { type: 'string' },
        'ssh-key': { type: 'string' },
        evidence: { type: 'string' },
        csv: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (thrown) {
    const what = thrown instanceof Error ? thrown.message.split('. ')[0] : 'The arguments can’t be read';
    throw new Usage(`${what}.`, { next: 'See --help.' });
  }
}

/** `--cloud A B --json` as `--cloud A --cloud B --json`: what follows, up to the next option, names clouds. */
function severalClouds(argv: readonly string[]): string[] {
  const out: string[] = [];
  let naming = false;
  for (const word of argv) {
    if (word === '--cloud') naming = true;
    else if (word.startsWith('-')) {
      naming = false;
      out.push(word);
    } else out.push(...(naming ? ['--cloud', word] : [word]));
  }
  return naming && out.at(-2) !== '--cloud' ? [...out, '--cloud'] : out;
}

function parametersIn(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new Usage(`--param ${word} is not KEY=VALUE.`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
