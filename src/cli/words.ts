import { Problem } from '../base';

/** What the caller did wrong: one sentence on stderr and exit code 1. */
export class Usage extends Problem {}

export const HELP = `chameleon-labs: what the Chameleon Labs extension sees, from a terminal

  inventory [--json]                          leases, servers and floating IPs at all signed-in sites
  check LAB [--param KEY=VALUE]… [--variant NAME] [--ssh-key FILE] [--only ID]… [--json]
                                              a lab's checks, for the signed-in user; LAB is an id or a
                                              lab file
  inspect NETID [--json]                      a student's resources, labs and likely fault
  card verify FILE [--json]                   a completion card against the cloud
  card verify-folder DIR [--csv FILE] [--json]
                                              all cards of a folder, a row each
  labs [--json]                               the labs there are
  check-file FILE…                            faults of lab files, as FILE:LINE:COLUMN: what

  --cloud NAME…     clouds of clouds.yaml to use (all without it; OS_CLOUD names one)
  --evidence FILE   reads and writes kept evidence (check)

Clouds: OS_CLIENT_CONFIG_FILE, ./clouds.yaml, ~/.config/openstack/clouds.yaml, /etc/openstack/clouds.yaml.
Exit code: 0 answered and nothing failed · 1 usage or sign-in · 2 something failed or is contradicted ·
3 nothing failed, something is unknown.
`;

/** Exit codes; the worst one counts. */
export const exit = { fine: 0, usage: 1, failed: 2, unknown: 3 } as const;
export type Exit = (typeof exit)[keyof typeof exit];

/** What a command answers: text for people or data for scripts, and how it went. */
export interface Outcome {
  readonly code: Exit;
  readonly text: string;
  readonly data: unknown;
}
