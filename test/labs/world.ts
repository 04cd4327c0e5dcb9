import type { Json } from '../../src/labs/expression';
import type { CommandResult } from '../../src/ssh';

/**
 * A lab's worlds as plain data: what its services, servers and pages answer. What is not said is not there: a path is
 * a 404, a command is not found, nothing listens on a port, a file does not exist.
 */
export interface PlainWorld {
  /** To name it in `wrong` and `after`; without it, the variant. */
  name?: string;
  variant?: string;
  parameters: Record<string, string>;
  /** ISO time of the services; `NOW` without it. */
  now?: string;
  inventory?: PlainInventory;
  /** By site: `service path` (after filling, without query, or with it) → JSON, text, or `{ status, body }`. */
  openstack?: Record<string, Record<string, unknown>>;
  /** By host of the lab: the command (its text, or `#check-id`) → what it prints, or its whole result. */
  ssh?: Record<string, Record<string, string | Partial<CommandResult> | Down>>;
  /** By host: `port path`, `port POST path` → JSON, text, or `{ status, body, headers }`. Under `http`: by URL. */
  pages?: Record<string, Record<string, unknown>>;
  /** By host: port → the banner; `null`: refused; `'silent'` in a `Down`. */
  tcp?: Record<string, Record<number, string | null | Down>>;
  /** By host: path of a notebook, in a container `container:path` → the notebook, or its text. */
  notebooks?: Record<string, Record<string, unknown>>;
  /** Containers at the edge by name, with what commands in them print. */
  zun?: Record<string, ZunContainer>;
  /** Files of the person's own machine, by path as the lab names it. */
  local?: Record<string, string>;
}

/** Something that can't be reached: the whole host when it stands for its command. */
export interface Down {
  down: 'timeout' | 'unreachable' | 'auth' | 'noKey' | 'hostKeyChanged' | 'closed';
}

export interface ZunContainer {
  site?: string;
  /** Fields of the record that differ from a running container's. */
  record?: Record<string, unknown>;
  runs?: Record<string, string | Partial<CommandResult>>;
}

/** The usual case in short; all else is filled in. A `site` not given is the lab's (the variant's) first. */
export interface PlainInventory {
  leases?: PlainLease[];
  servers?: PlainServer[];
  floatingIps?: PlainFloatingIp[];
  images?: { name: string; site?: string; id?: string }[];
  keyPairs?: { name: string; publicKey: string; site?: string }[];
  networks?: { name: string; site?: string; id?: string; shared?: boolean; subnetIds?: string[] }[];
  /** Groups that open ports to everybody. */
  securityGroups?: { name: string; ports: number[]; site?: string; id?: string }[];
}
export interface PlainLease {
  name: string;
  site?: string;
  id?: string;
  status?: string;
  /** What is reserved, one of them; without any: nothing. */
  nodeType?: string;
  nodeName?: string;
  flavor?: string;
  device?: string;
  amount?: number;
  floatingIps?: number;
  /** ISO; one hour before `NOW`, and five after it. */
  start?: string;
  end?: string;
}
export interface PlainServer {
  name: string;
  site?: string;
  id?: string;
  status?: string;
  /** Names of an image, a lease above, networks and security groups. */
  image?: string;
  lease?: string;
  flavor?: string;
  networks?: string[];
  securityGroups?: string[];
  fixed?: string;
  created?: string;
  keyName?: string;
}
export interface PlainFloatingIp {
  address: string;
  site?: string;
  id?: string;
  /** The server that it is bound to. */
  server?: string;
  status?: string;
}

/** The moment of a world that says no other. */
export const NOW = '2026-06-01T15:00:00Z';

/** A world in which everything that can be seen then is right. */
export interface RightWorld extends PlainWorld {
  /** A world that was before, by name: what was kept of it is kept here. */
  after?: string;
  /** What can't pass at this moment (clean-up, other phases), each named. */
  passes: 'all' | { except: string[] };
}

/** Changes a copy of a right world. */
export type Change = (world: RightWorld) => void;
export type WrongWorld = {
  /** The number in the list of failures. */
  failure: number | string;
  name: string;
} & (
  | {
      /** The name of the right world that it begins with; the first one without it. */
      in?: string;
      change: Change;
      fails: string[];
      unknown?: string[];
      /** Of the hint or the reason of the first check that fails. */
      hint?: RegExp;
    }
  | { /** Why no check can see it. */ invisible: string }
);

export interface LabWorlds {
  id: string;
  worlds: RightWorld[];
  wrong: WrongWorld[];
  /** By check: answers that are wrong and like the right one. */
  alike: Record<string, (Change | { in: string; change: Change })[]>;
  /** By check and mutation: why it is right to pass. */
  exempt?: Record<string, Record<string, string>>;
}

/** What must be there in a world. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('It is not there in this world.');
  return value;
}

/** Whether an answer is given with its status. */
export function withStatus(
  value: unknown,
): value is { status: number; body?: unknown; headers?: Record<string, string> } {
  return (
    value !== null &&
    typeof value === 'object' &&
    'status' in value &&
    typeof value.status === 'number' &&
    Object.keys(value).every((key) => ['status', 'body', 'headers'].includes(key))
  );
}

/** A notebook as Jupyter saves it, from what its code cells printed. */
export function notebook(
  cells: readonly ({ source?: string; output?: string; error?: string; executed?: boolean } | string)[],
): Json {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map((each, at) => {
      const cell = typeof each === 'string' ? { output: each } : each;
      const outputs: Json[] = [];
      if (cell.output !== undefined)
        outputs.push({ output_type: 'stream', name: 'stdout', text: cell.output.split(/(?<=\n)/) });
      if (cell.error !== undefined)
        outputs.push({ output_type: 'error', ename: cell.error, evalue: '', traceback: [] });
      return {
        cell_type: 'code',
        id: `c${at}`,
        metadata: {},
        execution_count: cell.executed === false ? null : at + 1,
        source: cell.source ?? '',
        outputs,
      };
    }),
  };
}
