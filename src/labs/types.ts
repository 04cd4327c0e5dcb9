/** A lab as its file states it (see `media/labs/lab.schema.json`): facts only, all judging is in the engine. */
export interface Lab {
  readonly id: string;
  readonly title: string;
  /** The state of the lab text that the checks were written from, `YYYY-MM`. */
  readonly edition: string;
  readonly unit: number;
  readonly source: string;
  readonly sites: readonly string[];
  readonly expectedHours: number | undefined;
  /** What one-click help the lab allows; reserving, extending, checking and cleaning up are always allowed. */
  readonly assist: { readonly launch: boolean; readonly repair: boolean };
  readonly parameters: Readonly<Record<string, LabParameter>>;
  /** What the lab calls its resources: templates over the parameters, as `$.name.…` in expressions. */
  readonly names: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, LabHost>>;
  readonly services: Readonly<Record<string, LabService>>;
  readonly steps: readonly LabStep[];
}
export interface LabParameter {
  readonly title: string;
  /** A whole-value regular expression. */
  readonly pattern: string;
  readonly default: string | undefined;
  readonly description: string | undefined;
}
export interface LabHost {
  /** Template of the server's exact name, or */
  readonly server: string | undefined;
  /** a fixed address, reached through `via` (another host of the lab). */
  readonly address: string | undefined;
  readonly via: string | undefined;
  readonly user: string;
}
export interface LabService {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly name: string;
}
export interface LabStep {
  readonly id: string;
  readonly title: string;
  /** Deleting what the lab made: to be done last, so an open row here is no fault before. */
  readonly cleanup: boolean;
  readonly checks: readonly LabCheck[];
}
export type About = 'project' | 'person' | 'thisMachine' | 'host';
export type ProbeKind = 'openstack' | 'http' | 'forward' | 'tcp' | 'ssh' | 'local' | 'manual';

/** The repairs that a lab file may offer; what each does is the extension's business. */
export const fixActions = [
  'importKeyPair',
  'attachSecurityGroup',
  'releaseFloatingIp',
  'deleteServer',
  'deleteLease',
  'openTerminal',
] as const;
export type FixAction = (typeof fixActions)[number];

export interface LabCheck {
  readonly id: string;
  readonly title: string;
  readonly about: About;
  readonly probe: Probe;
  readonly expect: readonly Expectation[];
  /** JMESPath by name; bound for later checks under `saved`. */
  readonly save: Readonly<Record<string, string>>;
  /** Ids of checks that must have passed (now or earlier), or this one can't make sense. */
  readonly needs: readonly string[];
  /** Short-lived evidence: seen once is enough. */
  readonly keep: boolean;
  /** Not counted against completion. */
  readonly optional: boolean;
  /** What is said when it passes: a template; a plain sentence without it. */
  readonly seen: string | undefined;
  readonly hint: string | undefined;
  /** One-click repair from the closed list of safe ones. */
  readonly fix: { readonly action: FixAction; readonly title: string } | undefined;
}

export type Probe =
  | {
      readonly kind: 'openstack';
      /** `site` empty: the lab's first site. */
      readonly site: string | undefined;
      readonly service: string;
      readonly path: string;
      readonly query: Readonly<Record<string, string>>;
      /** The key of a list in the answer that is read whole, page by page. */
      readonly list: string | undefined;
    }
  | { readonly kind: 'http'; readonly url: string }
  /** A page as seen from a host, through its SSH connection: what a forward would show. */
  | { readonly kind: 'forward'; readonly host: string; readonly port: number; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'ssh'; readonly host: string; readonly run: string; readonly timeoutSeconds: number }
  | { readonly kind: 'local'; readonly what: 'publicKey' | 'file'; readonly file: string }
  | { readonly kind: 'manual'; readonly confirm: string };

export type Scalar = string | number | boolean;

/** `that` is JMESPath; exactly one comparison. */
export interface Expectation {
  readonly that: string;
  readonly is?: Scalar;
  readonly matches?: string;
  readonly contains?: Scalar;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly oneOf?: readonly Scalar[];
  readonly exists?: boolean;
  /** What a reader is told when this one does not hold; a template. */
  readonly else?: string;
}

export type Verdict = 'passed' | 'passed earlier' | 'failed' | 'unknown' | 'manual';
export type UnknownCause =
  'notRun' | 'needs' | 'unreachable' | 'notAllowed' | 'noKey' | 'notSubject' | 'badAnswer' | 'timeout';

export interface CheckResult {
  readonly id: string;
  readonly step: string;
  readonly title: string;
  /** Where it was asked; `undefined` for what belongs to no site. */
  readonly site: string | undefined;
  readonly about: About;
  readonly verdict: Verdict;
  /** Only with `unknown`. */
  readonly cause: UnknownCause | undefined;
  /** What was seen, in plain words: never a secret, never raw output. */
  readonly reason: string;
  readonly hint: string | undefined;
  /** Milliseconds since 1970 by the server's clock where it is known; when the evidence was seen. */
  readonly seenAt: number | undefined;
  readonly optional: boolean;
}

export interface LabRun {
  readonly lab: string;
  readonly edition: string;
  readonly variant: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly checks: readonly CheckResult[];
}
