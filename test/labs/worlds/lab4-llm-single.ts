import { NO_IMAGE } from '../parts/serverAnswers';
import { type Cell } from '../parts/notebooks';
import { run, type Difference, type End, type Settings, type Variant } from '../parts/llm';
import { failuresOfBoth, llmWorlds } from '../parts/llmWorlds';
import type { LabWorlds } from '../world';

const part = {
  name: 'single',
  gpus: 1,
  file: '2_single_gpu.ipynb',
  flavor: 'g1.h100.pci.1',
  nodeType: 'compute_gigaio',
} as const;

const BASE = {
  model_name: 'Salesforce/blip2-opt-2.7b',
  lr: '5e-06',
  batch_size: '16',
  accumulate_grad_batches: '1',
  precision: '32-true',
  optim: 'adamw',
  act_ckpt: 'False',
  max_epochs: '2',
  max_steps: '-1',
  devices: '1',
  strategy: 'auto',
  num_workers: '8',
  limit_train_batches: '1.0',
  enable_checkpointing: 'False',
  num_train_samples: '512',
  save_model: 'False',
} as const;
const XXL = 'Salesforce/blip2-flan-t5-xxl';
const LORA = { lora_r: '16', lora_alpha: '32', lora_dropout: '0.05' } as const;
const four = { accumulate_grad_batches: '4' };

/** The experiments in the order of the notebook: what they change, and how they are to end. */
type Experiment = readonly [id: string, settings: (vm: boolean) => Settings, end: End];
const EXPERIMENTS: readonly Experiment[] = [
  ['exp-baseline', (vm) => ({ batch_size: vm ? '64' : '32' }), 'oom'],
  ['exp-small-batch', () => ({}), 'done'],
  ['exp-grad-accum', () => four, 'done'],
  ['exp-grad-accum-lr4', () => ({ ...four, lr: '2e-05' }), 'done'],
  ['exp-bf16-true', () => ({ ...four, precision: 'bf16-true' }), 'done'],
  ['exp-bf16-mixed', () => ({ ...four, precision: 'bf16-mixed' }), 'done'],
  ['exp-opt67b', (vm) => ({ ...large(vm), model_name: 'Salesforce/blip2-opt-6.7b' }), 'done'],
  ['exp-xxl-oom', (vm) => large(vm), 'oom'],
  ['exp-xxl-bs1-oom', (vm) => ({ ...large(vm), batch_size: '1', accumulate_grad_batches: '1' }), 'oom'],
  ['exp-xxl-sgd', (vm) => ({ ...large(vm), optim: 'sgd' }), 'done'],
  ['exp-xxl-adam8bit', (vm) => ({ ...large(vm), ...two, optim: 'adam_8bit' }), 'done'],
  ['exp-act-ckpt', (vm) => ({ ...large(vm), ...two, optim: 'adam_8bit', act_ckpt: 'True' }), 'done'],
  [
    'exp-cpu-offload',
    (vm) => ({
      ...large(vm),
      optim: 'deepspeed_cpu',
      strategy: 'deepspeed_stage_2_offload',
      max_steps: '2',
      ...(vm ? { num_workers: '0' } : {}),
    }),
    'done',
  ],
  [
    'exp-lora',
    () => ({
      ...LORA,
      model_name: XXL,
      batch_size: '32',
      accumulate_grad_batches: '2',
      use_lora: 'True',
      use_qlora: 'False',
    }),
    'done',
  ],
  [
    'exp-qlora',
    () => ({ ...LORA, model_name: XXL, batch_size: '64', use_lora: 'False', use_qlora: 'True' }),
    'done',
  ],
];
const two = { batch_size: '2', accumulate_grad_batches: '2' };

function large(vm: boolean): Settings {
  const batches = vm ? { batch_size: '32', accumulate_grad_batches: '2' } : four;
  return { ...batches, model_name: XXL, precision: 'bf16-true' };
}

/** The notebook with one experiment otherwise: other settings, another end, or not run at all. */
function cells(variant: Variant, id?: string, than: Settings = {}, ended?: End | 'not run'): Cell[] {
  return EXPERIMENTS.map(([each, settings, end]) => {
    const other = each === id;
    const script = each.endsWith('lora') ? 'fine-tune-blip-lora.py' : 'fine-tune-blip.py';
    const source = `# runs in the Jupyter service on node-llm-single\npython ${script}`;
    if (other && ended === 'not run') return { source };
    const cfg = { ...BASE, ...settings(variant === 'h100'), ...(other ? than : {}) };
    return { source, output: run(cfg, other && ended !== undefined && ended !== 'not run' ? ended : end) };
  });
}

const one = (id: string, than: Settings = {}, ended?: End | 'not run') => ({
  cells: cells('a100', id, than, ended),
});

/** For each experiment a run that is like the right one. */
const ALIKE: Readonly<Record<string, readonly Difference[]>> = {
  'exp-baseline': [one('exp-baseline', {}, 'done'), one('exp-baseline', { batch_size: '320' })],
  'exp-small-batch': [one('exp-small-batch', { batch_size: '160' }), one('exp-small-batch', {}, 'oom')],
  'exp-grad-accum': [one('exp-grad-accum', { lr: '5e-05' }), one('exp-grad-accum', {}, 'stopped')],
  'exp-grad-accum-lr4': [one('exp-grad-accum-lr4', { lr: '5e-06' })],
  'exp-bf16-true': [one('exp-bf16-true', { precision: 'fp16-true' }), one('exp-bf16-true', { optim: 'sgd' })],
  'exp-bf16-mixed': [one('exp-bf16-mixed', { precision: 'bf16-true' })],
  'exp-opt67b': [one('exp-opt67b', { model_name: 'Salesforce/blip2-opt-2.7b' })],
  'exp-xxl-oom': [one('exp-xxl-oom', { model_name: 'Salesforce/blip2-flan-t5-xl' })],
  'exp-xxl-bs1-oom': [one('exp-xxl-bs1-oom', { batch_size: '16' }), one('exp-xxl-bs1-oom', {}, 'stopped')],
  'exp-xxl-sgd': [one('exp-xxl-sgd', { optim: 'adamw' }), one('exp-xxl-sgd', {}, 'oom')],
  'exp-xxl-adam8bit': [one('exp-xxl-adam8bit', { act_ckpt: 'True' })],
  'exp-act-ckpt': [one('exp-act-ckpt', { act_ckpt: 'False' })],
  'exp-cpu-offload': [
    one('exp-cpu-offload', { max_steps: '20' }),
    one('exp-cpu-offload', { strategy: 'auto' }),
  ],
  'exp-lora': [one('exp-lora', { use_lora: 'False' }), one('exp-lora', { use_qlora: 'True' })],
  'exp-qlora': [one('exp-qlora', { use_qlora: 'False' }), one('exp-qlora', {}, 'oom')],
};

const missing = { exit: 127, stdout: '', stderr: 'sh: 1: docker: not found\n' };

export const lab: LabWorlds = llmWorlds(part, cells, {
  wrong: [
    ...failuresOfBoth({ lease: 1, build: 2, volume: 4, docker: 9 }, /30 minutes/),
    {
      failure: 3,
      name: 'the notebook stopped at its Docker cell',
      than: {
        commands: { docker: missing, runtime: missing, image: missing, jupyter: missing, token: missing },
        page: null,
        cells: [],
      },
      fails: ['docker-ready', 'exp-baseline'],
      unknown: ['nvidia-runtime', 'image-built', 'jupyter-running', 'jupyter-http'],
      hint: /Docker cells/,
    },
    {
      failure: 5,
      name: 'the container image is still being built',
      than: { commands: { image: NO_IMAGE } },
      fails: ['image-built'],
      hint: /10 to 15 minutes/,
    },
    {
      failure: 6,
      name: 'the batch was made smaller when the baseline ran out of memory',
      than: one('exp-baseline', { batch_size: '16' }, 'done'),
      fails: ['exp-baseline'],
      hint: /meant to run out of memory/,
    },
    {
      failure: 7,
      name: 'the run with offload was stopped because it is slow',
      than: one('exp-cpu-offload', { max_steps: '-1' }, 'stopped'),
      fails: ['exp-cpu-offload'],
      hint: /max_steps is 2/,
    },
    {
      failure: 8,
      name: 'the script was not saved before the run',
      than: one('exp-grad-accum-lr4', { lr: '5e-06' }),
      fails: ['exp-grad-accum-lr4'],
      hint: /\[cfg\]/,
    },
    {
      failure: 8,
      name: 'LoRA was switched on in a copy of the settings and the plain script was run',
      than: { cells: cells('a100', 'exp-lora', { use_lora: 'False' }) },
      fails: ['exp-lora'],
      hint: /fine-tune-blip-lora\.py/,
    },
  ],
  alike: [
    ...Object.entries(ALIKE).flatMap(([check, list]) => list.map((than) => ({ check, than }))),
    { check: 'gpu-in-container', than: { commands: { gpusInside: 'No devices were found\n' } } },
    {
      check: 'gpu-in-container',
      than: { commands: { gpusInside: { exit: 127, stdout: '', stderr: 'nvidia-smi: not found\n' } } },
    },
  ],
  invisible: [],
});
