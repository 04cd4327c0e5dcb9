/** A lab as its file states it (see `media/labs/lab.schema.json`): facts only, all judging is in the engine. */
export interface Lab {
  readonly id: string;
  readonly title: string;
  /** The state of the lab text that the checks were written from, `YYYY-MM`. */
  readonly edition: string;
  readonly unit: number;
  readonly source: string;
  /** Where it is done; of a lab with variants, the sites of all of them (see `inVariant`). */
  readonly sites: readonly string[];
  readonly expectedHours: number | undefined;
  /** What one-click help the lab allows; reserving, extending, checking and cleaning up are always allowed. */
  readonly assist: { readonly launch: boolean; readonly repair: boolean };
  readonly parameters: Readonly<Record<string, LabParameter>>;
  /** What the lab calls its resources: templates over the parameters, as `$.name.…` in expressions. */
  readonly names: Readonly<Record<string, string>>;
  readonly hosts: Readonly<Record<string, LabHost>>;
  readonly services: Readonly<Record<string, LabService>>;
  /** Folders worth saving before the lease ends. */
  readonly keepFiles: readonly LabFolder[];
  /** What a reservation for the lab is filled in with, one a lease. */
  readonly reserve: readonly LabReservation[];
  /** What a launch for the lab is filled in with, one a server. */
  readonly launch: readonly LabLaunch[];
  /** Ways to do the lab, of which one is in force in a run; empty: there is one way. */
  readonly variants: Readonly<Record<string, LabVariant>>;
  readonly steps: readonly LabStep[];
}
/** Part of some variants only; `undefined`: of all. */
export type Only = readonly string[] | undefined;
export interface LabVariant {
  readonly title: string;
  /** They stand in place of the lab's. */
  readonly sites: readonly string[];
  /** `{{variant.x}}`, `$.variant.x`, `$variant_x`. */
  readonly vars: Readonly<Record<string, string | number>>;
  /** What must fit of what is deployed under the lab's names: all that is given. */
  readonly detect: {
    readonly nodeType: string | undefined;
    readonly flavor: string | undefined;
    readonly image: string | undefined;
  };
}
export interface LabFolder {
  readonly host: string;
  /** A template. */
  readonly path: string;
  readonly title: string;
  readonly only: Only;
}
export interface LabReservation {
  /** A template, as all texts here. */
  readonly name: string;
  readonly site: string;
  /** One of the three says what is reserved: a virtual machine's flavor, a bare-metal node's or an edge device's type. */
  readonly flavor: string | undefined;
  readonly nodeType: string | undefined;
  readonly device: string | undefined;
  readonly amount: number;
  readonly hours: number;
  readonly floatingIp: boolean;
  /** It begins on the hour. */
  readonly startOnHour: boolean;
  /** The minute of the hour at which it ends, so that others can begin on the hour. */
  readonly endMinute: number | undefined;
  readonly only: Only;
}
export interface LabLaunch {
  /** A template, as all texts here. */
  readonly name: string;
  readonly lease: string | undefined;
  readonly site: string | undefined;
  readonly image: string;
  readonly networks: readonly string[];
  readonly securityGroups: readonly { readonly name: string; readonly port: number | undefined }[];
  readonly floatingIp: boolean;
  /** A cloud-config, or a shell script that finds the lab's values as commands do. */
  readonly userData: string | undefined;
  readonly only: Only;
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
  readonly only: Only;
}
export interface LabService {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly name: string;
  readonly scheme: 'http' | 'https';
  /** Where its token is asked: the list of a Jupyter server's in that container; '' on the host itself. */
  readonly token: { readonly jupyter: string } | undefined;
  /** The variable that tells programs its address, in new local terminals. */
  readonly env: string | undefined;
  readonly only: Only;
}
export interface LabStep {
  readonly id: string;
  readonly title: string;
  readonly only: Only;
  /** Deleting what the lab made: to be done last, so an open row here is no fault before. */
  readonly cleanup: boolean;
  readonly checks: readonly LabCheck[];
}
export type About = 'project' | 'person' | 'thisMachine' | 'host';
export type ProbeKind =
  'openstack' | 'http' | 'forward' | 'tcp' | 'ssh' | 'local' | 'jupyter' | 'zun' | 'manual';

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
  readonly only: Only;
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
      /** Other calls whose answers are judged together with this one, by name. */
      readonly with: Readonly<Record<string, OpenStackCall>>;
    }
  | { readonly kind: 'http'; readonly url: string }
  /** A page as seen from a host, through its SSH connection: what a forward would show. */
  | {
      readonly kind: 'forward';
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly method: HttpMethod;
      /** Its strings are templates; sent as application/json. */
      readonly json: JsonText | undefined;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'ssh';
      readonly host: string;
      /** More hosts that run the same. */
      readonly also: readonly string[];
      readonly run: string;
      readonly timeoutSeconds: number;
    }
  | { readonly kind: 'local'; readonly what: 'publicKey' | 'file'; readonly file: string }
  /** A saved notebook, read on the host or in a container on it. */
  | {
      readonly kind: 'jupyter';
      readonly host: string;
      readonly container: string | undefined;
      readonly notebook: string;
    }
  /** A container at the edge, by its exact name: its record, or what a command in it prints. */
  | {
      readonly kind: 'zun';
      readonly site: string | undefined;
      readonly container: string;
      readonly run: string | undefined;
    }
  /** `why` it can't be seen from outside. */
  | { readonly kind: 'manual'; readonly confirm: string; readonly why: string | undefined };

export type OpenStackCall = Omit<Extract<Probe, { kind: 'openstack' }>, 'kind' | 'with'>;

export const httpMethods = ['GET', 'HEAD', 'POST'] as const;
export type HttpMethod = (typeof httpMethods)[number];
export type JsonText =
  string | number | boolean | null | readonly JsonText[] | { readonly [key: string]: JsonText };

export type Scalar = string | number | boolean;

/** `that` is JMESPath; exactly one comparison. */
export interface Expectation {
  readonly that: string;
  readonly only?: readonly string[];
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
  /** What to do so that it can be seen: only with `unknown`, where it is known. */
  readonly next?: string | undefined;
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
  /** After a cancel: ids of the checks that count, were asked for and have not answered since. */
  readonly left?: readonly string[];
}
