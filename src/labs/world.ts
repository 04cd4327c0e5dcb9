import type { Clock } from '../base';
import type { Inventory, Person } from '../chameleon';
import type { Session } from '../openstack';
import type { Connection, Dial, Target } from '../ssh';
import type { Evidence } from './evidence';
import type { CheckResult, Lab, LabRun } from './types';

/** What a probe needs of a signed-in site. */
export type ProbeSession = Pick<Session, 'raw' | 'clockOffset'>;

/** All that probes may touch. What is `undefined` is not theirs to use: such checks are `unknown`, and say why. */
export interface ProbeWorld {
  readonly inventory: Inventory;
  session(siteName: string): ProbeSession | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly connect: ((target: Target, signal: AbortSignal) => Promise<Connection>) | undefined;
  /** Files of the person's own machine. */
  readonly local:
    { readonly readFile: (path: string) => Promise<Uint8Array>; readonly home: string } | undefined;
}

/** Whom the checks are about. A TA's own token, keys and disk never answer for a student. */
export type Subject = { readonly kind: 'me' } | { readonly kind: 'person'; readonly person: Person };

/** Where kept evidence is filed: one attempt at a lab by one person in one project. */
export interface EvidenceKey {
  readonly project: string;
  readonly person: string;
  readonly lab: string;
}

export interface EvidenceStore {
  load(key: EvidenceKey): Promise<Evidence | undefined>;
  save(key: EvidenceKey, evidence: Evidence): Promise<void>;
}

export interface RunRequest {
  readonly lab: Lab;
  readonly parameters: Readonly<Record<string, string>>;
  /** The lab's variant; told by what is deployed where it is not given. */
  readonly variant?: string;
  readonly world: ProbeWorld;
  readonly subject: Subject;
  readonly evidence: EvidenceStore;
  /** Only these checks and what they need. */
  readonly only?: readonly string[];
  readonly signal: AbortSignal;
  readonly onResult?: (result: CheckResult) => void;
  /** Told once what was seen, when it ends, also by a cancel: what it has no answer of is not in it. */
  readonly onEnd?: (run: LabRun) => void;
}
