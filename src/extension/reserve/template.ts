import type { ClockRules } from '../../chameleon';

/** A lease as a lab, a gap in the calendar or a watch proposes it: names, not yet looked up at a site. */
export interface LeaseTemplate {
  /** What it is for: the lab's title. */
  readonly title: string | undefined;
  readonly site: string;
  readonly machine:
    | { readonly kind: 'hosts'; readonly nodeType: string; readonly nodeName?: string }
    | { readonly kind: 'flavor'; readonly name: string }
    | { readonly kind: 'device'; readonly machine: string };
  readonly amount: number;
  readonly name: string;
  readonly hours: number;
  readonly floatingIps: number;
  readonly rules: ClockRules;
  /** Server time, ms since 1970; the soonest fit without it. */
  readonly start?: number | 'now';
}
