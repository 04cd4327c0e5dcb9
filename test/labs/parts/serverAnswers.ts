import type { Json } from './cloudAnswers';

/** What Docker and the GPU tools print, after their documentation: none of it was seen on the real thing here. */

export interface ContainerParts {
  readonly name?: string;
  readonly image?: string;
  readonly status?: string;
  readonly mounts?: readonly Json[];
}

/** What `docker container inspect` prints, as far as anybody looks at it. */
export function container(parts: ContainerParts): string {
  const status = parts.status ?? 'running';
  return `${JSON.stringify(
    [
      {
        Id: '4f1c'.repeat(16),
        Name: `/${parts.name ?? 'jupyter'}`,
        State: { Status: status, Running: status === 'running', ExitCode: status === 'running' ? 0 : 137 },
        Config: { Image: parts.image ?? 'llm-jupyter:latest' },
        Mounts: parts.mounts ?? [],
      },
    ],
    undefined,
    4,
  )}\n`;
}

export const bindMount = (source: string, destination = '/home/jovyan/work'): Json => ({
  Type: 'bind',
  Source: source,
  Destination: destination,
  Mode: '',
  RW: true,
});

export const volumeMount = (name: string, destination: string): Json => ({
  Type: 'volume',
  Name: name,
  Source: `/var/lib/docker/volumes/${name}/_data`,
  Destination: destination,
  Driver: 'local',
  RW: true,
});

/** What a command prints, or that with how it ends. */
export type Said = string | { readonly exit: number; readonly stdout: string; readonly stderr?: string };

export const DENIED = {
  exit: 1,
  stdout: '',
  stderr:
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied\n',
};
export const NO_CONTAINER = {
  exit: 1,
  stdout: '[]\n',
  stderr: 'Error response from daemon: No such container: jupyter\n',
};
export const NO_IMAGE = { exit: 1, stdout: '\n', stderr: 'Error response from daemon: No such image\n' };

export const RUNTIMES_NVIDIA =
  '{"io.containerd.runc.v2":{"path":"runc"},"nvidia":{"path":"nvidia-container-runtime"},"runc":{"path":"runc"}}';
export const RUNTIMES_PLAIN = '{"io.containerd.runc.v2":{"path":"runc"},"runc":{"path":"runc"}}';
export const daemonJson = (cgroupfs: boolean): string =>
  `${JSON.stringify(
    {
      ...(cgroupfs ? { 'exec-opts': ['native.cgroupdriver=cgroupfs'] } : {}),
      runtimes: { nvidia: { args: [], path: 'nvidia-container-runtime' } },
    },
    undefined,
    2,
  )}\n`;

const UUIDS = ['40', '41', '42', '43'].map((end) => `GPU-1a2b3c${end}-5d6e-4f70-8192-a3b4c5d6e7f0`);

/** `nvidia-smi -L` of that many GPUs. */
export const gpuList = (name: string, amount: number): string =>
  UUIDS.slice(0, amount)
    .map((uuid, at) => `GPU ${at}: ${name} (UUID: ${uuid})\n`)
    .join('');

export const gpuUuids: readonly string[] = UUIDS;

export const serverList = (token = '0123456789abcdef'.repeat(3)): string =>
  `Currently running servers:\nhttp://localhost:8888/?token=${token} :: /home/jovyan\n`;

/** What each command prints, by its text. */
export function saidBy<Key extends string>(
  commands: Readonly<Record<Key, string>>,
  outputs: Readonly<Record<Key, Said>>,
): Record<string, Said> {
  const keys = Object.keys(commands) as Key[];
  return Object.fromEntries(keys.map((key) => [commands[key], outputs[key]]));
}
