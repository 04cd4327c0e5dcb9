import {
  flavorReservation,
  group,
  hostReservation,
  keypairs,
  lease,
  networkReservation,
  NOW,
  RESERVATION_ID,
  server,
  type Json,
} from './cloudAnswers';
import { daemonJson, DENIED, NO_IMAGE, RUNTIMES_NVIDIA, RUNTIMES_PLAIN, serverList } from './serverAnswers';
import { type Cell } from './notebooks';
import type { Change, LabWorlds, RightWorld } from '../world';
import { answers, gpuTable, jupyterOf, parameters, type Part, type Variant, type Difference } from './llm';

/** The lab with its worlds: in each variant while it is done, and after everything is deleted. */
export function llmWorlds(
  part: Part,
  cellsOf: (variant: Variant) => readonly Cell[],
  more: {
    readonly wrong: readonly Wrong[];
    readonly alike: readonly Alike[];
    readonly invisible: LabWorlds['wrong'];
  },
): LabWorlds {
  const world = (variant: Variant, than: Difference = {}): ReturnType<typeof answers> =>
    answers(part, variant, cellsOf(variant), than);
  const changing =
    (variant: Variant, than: Difference): Change =>
    (changed) => {
      Object.assign(changed, world(variant, than));
    };
  const worlds = (['a100', 'h100'] as const).flatMap((variant): RightWorld[] => {
    const base = { variant, parameters: { ...parameters }, now: NOW };
    const cleanup = [
      'clean-server',
      'clean-lease',
      'clean-fip',
      ...(variant === 'h100' ? ['clean-volume'] : []),
    ];
    const gone = {
      lease: { status: 'TERMINATED' },
      server: null,
      volume: null,
      fip: null,
      page: null,
      cells: null,
    };
    return [
      { ...base, ...world(variant), passes: { except: cleanup } },
      { ...base, name: cleaned(variant), after: variant, ...world(variant, gone), passes: 'all' },
    ];
  });
  const alike: LabWorlds['alike'] = {};
  for (const { check, variant = 'a100', than } of [...alikeOf(part), ...more.alike]) {
    const known = alike[check] ?? [];
    const home = check.startsWith('clean-') ? cleaned(variant) : variant;
    alike[check] = [...known, { in: home, change: changing(variant, than) }];
  }
  return {
    id: `lab4-llm-${part.name}`,
    worlds,
    wrong: [
      ...more.wrong.map(({ variant = 'a100', than, ...wrong }) => ({
        ...wrong,
        in: variant,
        change: changing(variant, than),
      })),
      ...more.invisible,
    ],
    alike,
    exempt: {
      'server-flavor': {
        none: 'addresses and volumes say nothing of the flavor',
        'a list of nulls': 'addresses and volumes say nothing of the flavor',
      },
    },
  };
}

function cleaned(variant: Variant): string {
  return `${variant}, cleaned up`;
}

export interface Wrong {
  readonly failure: number;
  readonly name: string;
  readonly variant?: Variant;
  readonly than: Difference;
  readonly fails: string[];
  readonly unknown?: string[];
  readonly hint?: RegExp;
}

/** A wrong answer for a check, like the right one. */
export interface Alike {
  readonly check: string;
  readonly variant?: Variant;
  readonly than: Difference;
}

/** What both parts of the lab are asked before the training. */
export function alikeOf(part: Part): Alike[] {
  const other = part.name === 'single' ? 'multi' : 'single';
  const name = `llm_${part.name}_ab1234`;
  const node = `node-llm-${part.name}-alexbaker`;
  const volumeName = `boot-vol-llm-${part.name}-alexbaker`;
  const host = (reservations: readonly Json[]): Difference => ({ lease: { reservations } });
  const [wrongFlavor] = ['g1.h100.pci.1', 'g1.h100.pci.4'].filter((flavor) => flavor !== part.flavor);
  const vm = (check: string, than: Difference): Alike => ({ check, variant: 'h100', than });
  const metal = (check: string, than: Difference): Alike => ({ check, variant: 'a100', than });
  const table = gpuTable('a100', part.gpus);
  return [
    metal('key-at-site', { keys: keypairs() }),
    metal('lease-exists', { lease: { name: `${name}5` } }),
    metal('lease-exists', { lease: { name: `llm_${other}_ab1234` } }),
    metal('lease-exists', { lease: { status: 'TERMINATED' } }),
    metal('lease-exists', { moreLeases: [lease({ id: 'a-second-one', name })] }),
    metal('lease-resource', host([hostReservation('["==", "$node_type", "compute_skylake"]')])),
    metal('lease-resource', host([hostReservation(`["==", "$node_type", "${part.nodeType}_2"]`)])),
    metal('lease-resource', host([hostReservation('')])),
    metal('lease-resource', host([hostReservation(undefined, { min: 1, max: 2 })])),
    metal('lease-resource', host([hostReservation(), networkReservation()])),
    vm('lease-resource', host([flavorReservation(`${part.flavor}0`)])),
    vm('lease-resource', host([flavorReservation(wrongFlavor ?? '')])),
    vm('lease-resource', host([flavorReservation(part.flavor, { amount: 2 })])),
    metal('lease-length', { lease: { end: '2026-03-01T16:51:00.000000' } }),
    metal('lease-length', { lease: { end: '2026-03-02T14:00:00.000000' } }),
    metal('lease-active', { lease: { status: 'PENDING' } }),
    metal('lease-active', host([hostReservation(undefined, { status: 'pending' })])),
    metal('lease-active', { lease: { end: '2026-03-01T14:50:00.000000' } }),
    vm('boot-volume', { volume: { size: 20 } }),
    vm('boot-volume', { volume: { bootable: 'false' } }),
    vm('boot-volume', { volume: { name: `${volumeName}2` } }),
    vm('boot-volume', { volume: { status: 'creating' } }),
    metal('server-active', { server: { name: `${node}2` } }),
    metal('server-active', { server: { status: 'SHUTOFF' } }),
    metal('server-active', { moreServers: [server({ id: 'a-second-one', name: node })] }),
    metal('server-image', { image: 'CC-Ubuntu24.04' }),
    metal('server-image', { image: 'CC-Ubuntu24.04-CUDA-VGPU' }),
    metal('server-image', { image: 'CC-Ubuntu22.04-CUDA' }),
    vm('server-image', { volume: { image: 'CC-Ubuntu24.04' } }),
    vm('server-image', { volume: { serverId: 'another-server' } }),
    metal('server-flavor', { server: { flavor: 'm1.large' } }),
    metal('server-flavor', { server: { created: '2026-02-28T09:00:00Z' } }),
    vm('server-flavor', { server: { image: '', flavor: part.flavor } }),
    vm('server-flavor', { server: { image: '', flavor: `reservation:${RESERVATION_ID}0` } }),
    vm('security-groups', { groups: [group('allow-ssh', 22), group('default', 8888)] }),
    vm('security-groups', { groups: [group('allow-ssh', 0), group('allow-8888', 8888)] }),
    vm('security-groups', { groups: [group('allow-ssh', 22), group('allow-8888', 888)] }),
    vm('security-groups', { groups: [group('allow-ssh', 22, '10.0.0.0/8'), group('allow-8888', 8888)] }),
    metal('fip-associated', { fip: { serverId: 'another-server' } }),
    metal('fip-associated', { fip: { portId: null } }),
    metal('ssh-ready', { commands: { login: { exit: 1, stdout: '', stderr: '' } } }),
    metal('ssh-ready', { login: { '*': { down: 'auth' } } }),
    metal('repo-cloned', { commands: { repo: 'h100\nok\n' } }),
    metal('repo-cloned', { commands: { repo: 'main\n' } }),
    metal('repo-cloned', { commands: { repo: 'maintenance\nok\n' } }),
    metal('docker-ready', { commands: { docker: '27.5.1\ncc adm sudo docker-users\n' } }),
    metal('docker-ready', { commands: { docker: DENIED } }),
    metal('nvidia-runtime', { commands: { runtime: `${RUNTIMES_PLAIN}\n${daemonJson(true)}` } }),
    metal('nvidia-runtime', { commands: { runtime: `${RUNTIMES_NVIDIA}\n${daemonJson(false)}` } }),
    metal('nvidia-runtime', {
      commands: { runtime: `${RUNTIMES_NVIDIA}\n${daemonJson(true).replace('exec-opts', 'labels')}` },
    }),
    metal('gpu-count', { commands: { gpus: `${table}${gpuTable('a100', 1)}` } }),
    metal('gpu-count', {
      commands: { gpus: table.replace('A100 80GB PCIe, 81920', 'A100-PCIE-40GB, 40960') },
    }),
    vm('gpu-count', { commands: { gpus: 'GRID H100-1-12C, 12288 MiB\n'.repeat(part.gpus) } }),
    vm('gpu-count', { commands: { gpus: table } }),
    metal('image-built', { commands: { image: NO_IMAGE } }),
    metal('jupyter-running', { otherPart: true }),
    metal('jupyter-running', { commands: { jupyter: jupyterOf(part.name, 'exited') } }),
    metal('jupyter-token', { commands: { token: 'Currently running servers:\n' } }),
    metal('jupyter-token', { commands: { token: serverList('...') } }),
    metal('jupyter-http', { page: { status: 'ok' } }),
    metal('jupyter-http', { page: 'Welcome to nginx!' }),
    metal('dataset-unpacked', { commands: { data: 'x:\ndataset_dict.json\ntrain\n\nx/train:\n' } }),
    metal('dataset-unpacked', {
      commands: { data: { exit: 2, stdout: '', stderr: 'ls: cannot access: No such file or directory\n' } },
    }),
    metal('clean-server', { fip: null, server: { status: 'SHUTOFF' } }),
    metal('clean-server', { fip: null, server: { name: 'another-name' } }),
    metal('clean-lease', { fip: null, server: null }),
    vm('clean-volume', { fip: null, server: null, volume: { status: 'available', serverId: null } }),
    metal('clean-fip', { server: null, fip: { portId: null } }),
    metal('clean-fip', { server: null }),
  ];
}

/** What goes wrong in both parts of the lab, by the numbers in their lists. */
export function failuresOfBoth(
  at: { readonly lease: number; readonly build: number; readonly volume: number; readonly docker: number },
  buildHint: RegExp,
): Wrong[] {
  return [
    {
      failure: at.lease,
      name: 'no reservation, since nothing was free at once',
      than: { lease: null, server: null, fip: null },
      fails: ['lease-exists', 'server-active'],
      unknown: ['lease-active', 'server-flavor', 'ssh-ready'],
      hint: /UTC/,
    },
    {
      failure: at.build,
      name: 'the node is still being built',
      than: { server: { status: 'BUILD' }, fip: null },
      fails: ['server-active'],
      unknown: ['server-image', 'fip-associated', 'ssh-ready'],
      hint: buildHint,
    },
    {
      failure: at.volume,
      name: 'the boot volume ended in an error',
      variant: 'h100',
      than: { volume: { status: 'error', serverId: null }, server: null, fip: null },
      fails: ['boot-volume', 'server-active'],
      unknown: ['server-image', 'ssh-ready'],
      hint: /delete the volume/,
    },
    {
      failure: at.docker,
      name: 'the session is older than the group docker',
      than: {
        commands: { docker: DENIED, runtime: DENIED, image: DENIED, jupyter: DENIED, token: DENIED },
      },
      fails: ['docker-ready'],
      unknown: ['image-built', 'jupyter-running'],
      hint: /disconnect and connect/,
    },
  ];
}
