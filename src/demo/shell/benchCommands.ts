import type { RepositoryRecord } from '../world/bench';
import type { Invocation, Outcome, Run } from './commands';
import { docker } from './dockerCommands';
import { kubectl } from './kubectl';
import { exits, fails, lines, notFound, printed } from './outcomes';

const GIT_FAULT = 128;

/** Commands that tell of what a lab has made on the server. */
export const benchCommands: Readonly<Record<string, Run>> = {
  docker,
  git: (call) => {
    const [flag, folder = '', ...rest] = call.args;
    const args = flag === '-C' ? rest : call.args;
    const place = flag === '-C' ? call.shell.resolve(folder) : call.shell.cwd;
    const repository = call.shell.host.bench?.repositories.find((each) => each.folder === place);
    if (repository === undefined) return fault(`fatal: not a git repository: ${place}`);
    return git(call, args, repository);
  },
  'rocm-smi': (call) => {
    const gpu = call.shell.host.bench?.gpu;
    return gpu?.command === 'rocm-smi' ? printed(gpu.text) : notFound(call);
  },
  nvtop: (call) =>
    call.shell.host.bench === undefined ? notFound(call) : fails(call, 'the demo has no picture of the GPU'),
  kubectl,
  siege: (call) =>
    call.shell.host.bench?.installed?.includes('siege') === true
      ? fails(call, 'the demo has no load: play does it')
      : notFound(call),
};

/** Where a program of a lab lies; undefined for what the lab has not installed, or is no such program. */
export function placeOf({ shell }: Invocation, name: string): string | undefined {
  const { bench } = shell.host;
  if (bench === undefined) return name === 'git' ? '/usr/bin/git' : undefined;
  if (name === 'kubectl') return bench.cluster && '/usr/local/bin/kubectl';
  if (name === 'siege' && bench.installed?.includes(name) !== true) return undefined;
  // Built from source: Ubuntu's own knows no AMD GPU.
  return name === 'nvtop' ? '/usr/local/bin/nvtop' : `/usr/bin/${name}`;
}

function git(call: Invocation, args: readonly string[], repository: RepositoryRecord): Outcome {
  const { branch, origin, own } = repository;
  const said = args.join(' ');
  if (said === 'rev-parse --abbrev-ref HEAD') return lines(branch);
  if (said === 'remote get-url origin') return lines(origin);
  if (args[0] !== 'log') return fails(call, `the demo knows no git ${args[0] ?? ''}`);
  if (!args.includes('--format=%s')) return fails(call, 'the demo needs --format=%s');
  const names = args.slice(1).filter((arg) => !arg.startsWith('-') && arg !== 'HEAD');
  const unknown = names.find((name) => own[name] === undefined);
  if (unknown !== undefined) return fault(`fatal: ambiguous argument '${unknown}': unknown revision`);
  const every = args.includes('--branches') || args.includes('--all');
  const branches = every ? Object.keys(own) : names.length > 0 ? names : [branch];
  const subjects = branches.flatMap((name) => own[name] ?? []);
  return subjects.length === 0 ? exits(0) : lines(...subjects);
}

function fault(message: string): Outcome {
  return { exit: GIT_FAULT, stdout: '', stderr: `${message}\n` };
}
