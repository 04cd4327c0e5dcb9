/** The rest of the class: enough of them that *mine* and *everyone* differ, and two with a fault to be found. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface Classmate {
  readonly netId: string;
  readonly username: string;
  /** `closed`: the group that lets SSH in was never attached. `ended`: the lease ran out. */
  readonly lab1?: { readonly startedAgoMs: number; readonly closed?: true; readonly ended?: true };
  readonly lab2?: { readonly startedAgoMs: number };
  readonly node?: { readonly lab: string; readonly nodeType: string; readonly startedAgoMs: number };
  readonly idleAddress?: true;
}

/** Net ID and Chameleon user name: made up, as everybody here is. (No `gh`, which is hardware in the names of servers.) */
const OTHERS = [
  ['ga3456', 'gwenadams'],
  ['jk7890', 'jonaskim'],
  ['lm2345', 'lenamora'],
  ['np6789', 'noahpark'],
  ['qr1357', 'quinnrossi'],
  ['st2468', 'samtran'],
  ['uv3579', 'umavega'],
  ['wx4680', 'willxu'],
  ['yz5791', 'yarazhou'],
  ['bd6802', 'bendiallo'],
  ['ce7913', 'caraevans'],
  ['df8024', 'dinafarah'],
  ['eg9135', 'elligrant'],
  ['fh1246', 'finnhayes'],
  ['gj2357', 'ginajoshi'],
  ['hk3468', 'hugoklein'],
  ['jl4579', 'junelopez'],
  ['km5680', 'kaimeyer'],
  ['ln6791', 'lucynovak'],
  ['mp7802', 'mayapatel'],
] as const;

const NODES = [
  { lab: 'mlflow', nodeType: 'compute_skylake' },
  { lab: 'serve-system', nodeType: 'gpu_p100' },
  { lab: 'mlflow', nodeType: 'compute_cascadelake_r' },
] as const;

function other(netId: string, username: string, at: number): Classmate {
  const startedAgoMs = (15 + ((at * 37) % 300)) * MINUTE_MS;
  const node = NODES[at];
  return {
    netId,
    username,
    // Some have cleaned up Lab 1 already, some did nothing else: those are known by their user name alone.
    ...(at % 3 === 2 ? {} : { lab1: { startedAgoMs } }),
    ...(at % 3 === 0 ? {} : { lab2: { startedAgoMs: startedAgoMs + HOUR_MS } }),
    ...(node === undefined ? {} : { node: { ...node, startedAgoMs: startedAgoMs + HOUR_MS } }),
  };
}

export const classmates: readonly Classmate[] = [
  {
    netId: 'cd5678',
    username: 'caseydiaz',
    lab1: { startedAgoMs: 35 * MINUTE_MS, closed: true },
    lab2: { startedAgoMs: 95 * MINUTE_MS },
  },
  {
    netId: 'ef9012',
    username: 'evafrost',
    lab1: { startedAgoMs: 27 * HOUR_MS, ended: true },
    node: { lab: 'mlflow', nodeType: 'compute_skylake', startedAgoMs: 50 * MINUTE_MS },
    idleAddress: true,
  },
  ...OTHERS.map(([netId, username], at) => other(netId, username, at)),
];
