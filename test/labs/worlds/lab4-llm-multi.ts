import { gpuList, gpuUuids } from '../parts/serverAnswers';
import { type Cell } from '../parts/notebooks';
import { run, type Difference, type End, type Settings } from '../parts/llm';
import { failuresOfBoth, llmWorlds } from '../parts/llmWorlds';
import type { LabWorlds } from '../world';

const part = {
  name: 'multi',
  gpus: 4,
  file: '3_multi_gpu.ipynb',
  flavor: 'g1.h100.pci.4',
  nodeType: 'gpu_a100_pcie',
} as const;

const BASE: Settings = {
  model_name: 'Salesforce/blip2-opt-2.7b',
  lr: '2e-05',
  batch_size: '16',
  accumulate_grad_batches: '4',
  precision: 'bf16-true',
  optim: 'adamw',
  act_ckpt: 'False',
  max_epochs: '4',
  max_steps: '-1',
  devices: '1',
  strategy: 'auto',
  num_workers: '8',
  limit_train_batches: '1.0',
  enable_checkpointing: 'False',
  num_train_samples: '512',
  save_model: 'False',
};
const SPREAD = { devices: '4', lr: '8e-05' };

const EXPERIMENTS: readonly (readonly [id: string, settings: Settings])[] = [
  ['exp1-one-gpu', {}],
  ['exp2-ddp', { ...SPREAD, strategy: 'ddp' }],
  ['exp3-fsdp', { ...SPREAD, strategy: 'fsdp' }],
];

/** The notebook with one experiment otherwise. */
function cells(id?: string, than: Settings = {}, end: End = 'done'): Cell[] {
  return EXPERIMENTS.map(([each, settings]) => ({
    source: '# runs in the Jupyter service on node-llm-multi\npython fine-tune-blip.py',
    output: run({ ...BASE, ...settings, ...(each === id ? than : {}) }, each === id ? end : 'done'),
  }));
}

const one = (check: string, than: Settings, end?: End): { check: string; than: Difference } => ({
  check,
  than: { cells: cells(check, than, end) },
});

const idle = '96\n0\n0\n0\n';
const processes = (at: readonly number[]): string =>
  at.map((gpu, index) => `${41200 + index}, ${gpuUuids[gpu] ?? ''}\n`).join('');

export const lab: LabWorlds = llmWorlds(part, () => cells(), {
  wrong: [
    ...failuresOfBoth({ lease: 1, build: 2, volume: 3, docker: 7 }, /wait as long as it is not in ERROR/),
    {
      failure: 4,
      name: 'the distributed run was stopped because it seemed to hang at its start',
      than: { cells: cells('exp2-ddp', {}, 'stopped') },
      fails: ['exp2-ddp'],
      hint: /minute or two/,
    },
    {
      failure: 5,
      name: 'the batch was made smaller because DDP takes more memory',
      than: { cells: cells('exp2-ddp', { batch_size: '8' }) },
      fails: ['exp2-ddp'],
      hint: /more memory on each GPU/,
    },
    {
      failure: 6,
      name: 'the container of the single-GPU part still holds name and port',
      than: { otherPart: true, cells: null },
      fails: ['jupyter-running', 'exp1-one-gpu'],
      unknown: ['jupyter-token', 'jupyter-http', 'gpus-in-container'],
      hint: /same name and port/,
    },
  ],
  alike: [
    one('exp1-one-gpu', { lr: '5e-06' }),
    one('exp1-one-gpu', { devices: '4', strategy: 'ddp' }),
    one('exp1-one-gpu', {}, 'oom'),
    one('exp2-ddp', { lr: '2e-05' }),
    one('exp2-ddp', { devices: '2' }),
    one('exp2-ddp', { strategy: 'ddp_find_unused_parameters_true' }),
    one('exp2-ddp', {}, 'oom'),
    one('exp3-fsdp', { strategy: 'ddp' }),
    one('exp3-fsdp', { lr: '2e-05' }),
    one('exp3-fsdp', {}, 'stopped'),
    {
      check: 'gpus-in-container',
      than: { commands: { gpusInside: gpuList('NVIDIA A100 80GB PCIe', 3) } },
    },
    {
      check: 'gpus-in-container',
      than: { commands: { gpusInside: gpuList('NVIDIA A100 80GB PCIe', 1).repeat(4) } },
    },
    { check: 'ddp-live', than: { commands: { live: `${idle}${processes([0])}` } } },
    { check: 'ddp-live', than: { commands: { live: `96\n97\n95\n98\n${processes([0, 0, 1, 2])}` } } },
    { check: 'ddp-live', than: { commands: { live: `96\n97\n95\n${processes([0, 1, 2])}` } } },
  ],
  invisible: [],
});
