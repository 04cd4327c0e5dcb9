import {
  cloudAnswers,
  flavorReservation,
  group,
  hostReservation,
  listed,
  RESERVATION_ID,
  SERVER_ID,
  volume,
  VOLUME_ID,
  type CloudDifference,
  type Json,
  type VolumeParts,
} from './cloudAnswers';
import {
  bindMount,
  container,
  daemonJson,
  gpuList,
  gpuUuids,
  RUNTIMES_NVIDIA,
  saidBy,
  serverList,
  type Said,
} from './serverAnswers';
import { notebook, type Cell } from './notebooks';
import type { Down, RightWorld } from '../world';

/** What differs between the two parts of the lab. */
export interface Part {
  readonly name: 'single' | 'multi';
  readonly gpus: number;
  readonly file: string;
  readonly flavor: string;
  readonly nodeType: string;
}
export type Variant = 'a100' | 'h100';

export type Settings = Readonly<Record<string, string>>;
export type End = 'done' | 'oom' | 'stopped';

/** What a training script prints, as the notebook keeps it. */
export function run(settings: Settings, end: End): string {
  const sorted = Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1));
  const cfg = ['[cfg]', ...sorted.map(([key, value]) => `  ${key}: ${value}`)];
  const trained = [
    'GPU available: True (cuda), used: True',
    '[_step0_phase0_before_fwd] Params: 13.95 GB | Grads: 0.00 GB | Optim: 0.00 GB | Acts: 0.00 GB',
  ];
  const ends: Readonly<Record<End, readonly string[]>> = {
    done: [
      '[epoch 0] avg_train_loss: 3.1415',
      '[epoch 1] avg_train_loss: 2.7182',
      '',
      '[done] train time: 61.2 s | peak memory: 65.40 GB',
    ],
    oom: [
      'Traceback (most recent call last):',
      'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 100.00 MiB.',
    ],
    stopped: ['Detected KeyboardInterrupt, attempting graceful shutdown ...'],
  };
  return [...cfg, ...trained, ...ends[end]].map((line) => `${line}\n`).join('');
}

interface Commands {
  readonly login: string;
  readonly repo: string;
  readonly docker: string;
  readonly runtime: string;
  readonly gpus: string;
  readonly image: string;
  readonly jupyter: string;
  readonly token: string;
  readonly gpusInside: string;
  readonly data: string;
  readonly live: string;
}
type Command = keyof Commands;

function commandsOf({ name }: Part): Commands {
  const data = `~/llm-chi/${name}/workspace/data/gourmetgram_caption`;
  return {
    login: 'true',
    repo: `git -C ~/llm-chi rev-parse --abbrev-ref HEAD && test -d ~/llm-chi/${name}/workspace && echo ok`,
    docker: "docker version --format '{{.Server.Version}}' && id -nG cc",
    runtime: "docker info --format '{{json .Runtimes}}' && cat /etc/docker/daemon.json",
    gpus: 'nvidia-smi --query-gpu=name,memory.total --format=csv,noheader',
    image: "docker image inspect llm-jupyter:latest --format '{{.Id}}'",
    jupyter: 'docker container inspect jupyter',
    token: 'docker exec jupyter jupyter server list',
    gpusInside: 'docker exec jupyter nvidia-smi -L',
    data: `ls -1 ${data} ${data}/train`,
    live:
      'nvidia-smi --query-gpu=utilization.gpu --format=csv,noheader,nounits && ' +
      'nvidia-smi --query-compute-apps=pid,gpu_uuid --format=csv,noheader',
  };
}

/** What is otherwise than in the right world. */
export interface Difference extends CloudDifference {
  readonly volume?: VolumeParts | null;
  readonly groups?: readonly Json[];
  readonly commands?: Partial<Record<Command, Said>>;
  /** The container is that of the other part of the lab. */
  readonly otherPart?: boolean;
  /** No login at all. */
  readonly login?: Record<string, Down>;
  /** `null`: nothing listens. */
  readonly page?: Json;
  /** `null`: there is no notebook. */
  readonly cells?: readonly Cell[] | null;
}

export const parameters = { netID: 'ab1234', username: 'alexbaker' };
const GROUPS = [group('allow-ssh', 22), group('allow-8888', 8888)];

const gpuName: Readonly<Record<Variant, readonly [string, string]>> = {
  a100: ['NVIDIA A100 80GB PCIe', '81920 MiB'],
  h100: ['NVIDIA H100 NVL', '95830 MiB'],
};

export function gpuTable(variant: Variant, amount: number): string {
  const [name, memory] = gpuName[variant];
  return `${name}, ${memory}\n`.repeat(amount);
}

/** What stands in a world's place of that name, with some of it otherwise. */
export function answers(
  part: Part,
  variant: Variant,
  cells: readonly Cell[],
  than: Difference = {},
): Pick<RightWorld, 'openstack' | 'ssh' | 'pages' | 'notebooks'> {
  const vm = variant === 'h100';
  const names = namesOf(part);
  const booted = volume({ name: names.volume, ...than.volume });
  const commands = commandsOf(part);
  const outputs: Readonly<Record<Command, Said>> = {
    ...rightOutputs(part, variant),
    ...(than.otherPart === true ? { jupyter: jupyterOf(part.name === 'single' ? 'multi' : 'single') } : {}),
    ...than.commands,
  };
  const page = than.page ?? { version: '2.15.0' };
  return {
    openstack: {
      [SITE[variant]]: {
        ...cloudAnswers(
          {
            lease: {
              name: names.lease,
              reservations: [vm ? flavorReservation(part.flavor) : hostReservation()],
            },
            server: {
              name: names.server,
              ...(vm ? { image: '', flavor: `reservation:${RESERVATION_ID}` } : {}),
            },
            image: 'CC-Ubuntu24.04-CUDA',
          },
          than,
        ),
        ...(vm && than.server !== null
          ? {
              [`compute /servers/${SERVER_ID}/os-security-groups`]: {
                security_groups: than.groups ?? GROUPS,
              },
            }
          : {}),
        'volumev3 /volumes/detail': { volumes: vm ? listed(booted, than.volume) : [] },
        ...(vm && than.volume !== null ? { [`volumev3 /volumes/${VOLUME_ID}`]: { volume: booted } } : {}),
      },
    },
    ssh: {
      node: than.login ?? saidBy(commands, outputs),
    },
    pages: { node: than.page === null ? {} : { '8888 /api': page } },
    notebooks: {
      node:
        than.cells === null
          ? {}
          : { [`~/llm-chi/${part.name}/workspace/${part.file}`]: notebook(than.cells ?? cells, 'bash') },
    },
  };
}

const SITE: Readonly<Record<Variant, string>> = { a100: 'CHI@UC', h100: 'KVM@TACC' };

function namesOf({ name }: Part): { lease: string; server: string; volume: string } {
  const { netID, username } = parameters;
  return {
    lease: `llm_${name}_${netID}`,
    server: `node-llm-${name}-${username}`,
    volume: `boot-vol-llm-${name}-${username}`,
  };
}

export const jupyterOf = (part: Part['name'], status = 'running'): string =>
  container({ status, mounts: [bindMount(`/home/cc/llm-chi/${part}/workspace`)] });

function rightOutputs(part: Part, variant: Variant): Record<Command, Said> {
  const folder = `/home/cc/llm-chi/${part.name}/workspace`;
  const [gpu] = gpuName[variant];
  return {
    login: '',
    repo: `${variant === 'h100' ? 'h100' : 'main'}\nok\n`,
    docker: '27.5.1\ncc adm cdrom sudo dip plugdev lxd docker\n',
    runtime: `${RUNTIMES_NVIDIA}\n${daemonJson(true)}`,
    gpus: gpuTable(variant, part.gpus),
    image: `sha256:${'9b1c'.repeat(16)}\n`,
    jupyter: jupyterOf(part.name),
    token: serverList(),
    gpusInside: gpuList(gpu, part.gpus),
    data:
      `${folder}/data/gourmetgram_caption:\ndataset_dict.json\ntest\ntrain\n\n` +
      `${folder}/data/gourmetgram_caption/train:\ndata-00000-of-00001.arrow\ndataset_info.json\nstate.json\n`,
    live: `96\n97\n95\n98\n${gpuUuids.map((uuid, at) => `${41200 + at}, ${uuid}\n`).join('')}`,
  };
}
