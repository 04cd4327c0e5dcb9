import type { Connection, Door, HostKey, ListeningPort } from '../ssh';
import type { CommandResult } from '../ssh';
import { cloudRungs, type CloudFacts } from './cloudRungs';
import {
  doorRungs,
  errorOf,
  loginOfAnother,
  loginRung,
  LOOK_COMMAND,
  servicesRung,
  shellRungs,
  type ExpectedService,
} from './hostRungs';
import { notAsked, rungIds, type Diagnosis, type Rung } from './types';

/** What the upper rungs are climbed with. */
export interface Reach {
  door(signal: AbortSignal): Promise<Door>;
  /** Keys that the server is known by. */
  pinned(): Promise<readonly HostKey[]>;
  printed: readonly HostKey[] | undefined;
  /** Logs in; `undefined` where the server is somebody else's, with whose. */
  readonly login: ((signal: AbortSignal) => Promise<Connection>) | undefined;
  readonly owner: string;
  listening(connection: Connection, signal: AbortSignal): Promise<readonly ListeningPort[]>;
  readonly services: readonly ExpectedService[];
}

const SHELL_MS = 15_000;
const MAX_BYTES = 64 * 1024;

/**
 * Climbs from the lease to the services and stops where nothing above makes sense. Tells after each rung.
 * @param reach what touches the server; `undefined` where there is no way to it
 */
export async function climb(
  facts: CloudFacts,
  reach: Reach | undefined,
  signal: AbortSignal,
  tell: (diagnosis: Diagnosis) => void,
): Promise<Diagnosis> {
  const rungs: Rung[] = [];
  const now = (over: boolean): Diagnosis => ({
    server: facts.server.name,
    site: facts.site.site.name,
    at: facts.now,
    rungs: over ? [...rungs, ...left(rungs)] : [...rungs],
  });
  /** True while it makes sense to go on. */
  const add = (more: readonly (Rung | undefined)[]): boolean => {
    rungs.push(...more.filter((rung) => rung !== undefined));
    tell(now(false));
    return rungs.at(-1)?.stops !== true;
  };
  if (add(cloudRungs(facts)) && reach !== undefined) await upper(reach, signal, add);
  const whole = now(true);
  tell(whole);
  return whole;
}

async function upper(
  reach: Reach,
  signal: AbortSignal,
  add: (more: readonly (Rung | undefined)[]) => boolean,
): Promise<void> {
  const door = await reach.door(signal);
  if (!add(doorRungs(door, { pinned: await reach.pinned(), printed: reach.printed }))) return;
  if (reach.login === undefined) {
    add([loginOfAnother(reach.owner)]);
    return;
  }
  const connection = await reach.login(signal).catch(errorOf);
  if (!add([loginRung(connection)]) || connection instanceof Error) return;
  const shell: CommandResult | Error = await connection
    .run(LOOK_COMMAND, { signal, timeoutMs: SHELL_MS, maxBytes: MAX_BYTES, env: { LC_ALL: 'C' } })
    .catch(errorOf);
  if (!add(shellRungs(shell)) || reach.services.length === 0) return;
  const found = await reach.listening(connection, signal).catch(errorOf);
  add([servicesRung(reach.services, found)]);
}

/** What was not climbed, but for the services: without any there is nothing to ask. */
function left(rungs: readonly Rung[]): readonly Rung[] {
  const seen = new Set(rungs.map(({ id }) => id));
  return rungs.some(({ stops }) => stops === true)
    ? rungIds.filter((id) => !seen.has(id) && id !== 'services').map(notAsked)
    : [];
}

/** The rung that most likely is the cause: the lowest that failed. */
export function causeOf({ rungs }: Diagnosis): Rung | undefined {
  return rungs.find(({ verdict }) => verdict === 'failed');
}
