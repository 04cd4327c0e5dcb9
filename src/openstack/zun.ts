import * as v from 'valibot';
import { maybe, parsed, utc } from './border';
import { listAll } from './page';
import type { Session } from './session';
import type { ZunContainer } from './types';

const SERVICE = 'container';
/** The version that the testbed's own library speaks (`platform` 4.6). */
const HEADERS = { 'OpenStack-API-Version': 'container 1.41' };

const containerWire = v.pipe(
  v.object({
    uuid: v.string(),
    name: v.string(),
    status: v.nullish(v.string(), 'Unknown'),
    status_reason: maybe(v.string()),
    image: v.nullish(v.string(), ''),
    user_id: maybe(v.string()),
    addresses: v.nullish(v.record(v.string(), v.array(v.object({ addr: v.string() }))), {}),
    created_at: maybe(utc),
  }),
  v.transform((wire): ZunContainer => ({
    id: wire.uuid,
    name: wire.name,
    status: wire.status ?? 'Unknown',
    statusReason: wire.status_reason === '' ? undefined : wire.status_reason,
    image: wire.image ?? '',
    userId: wire.user_id,
    addresses: Object.values(wire.addresses ?? {}).flatMap((each) => each.map(({ addr }) => addr)),
    created: wire.created_at,
  })),
);

/** The project's containers at the edge. @throws OpenStackError */
export async function listZunContainers(session: Session, signal?: AbortSignal): Promise<ZunContainer[]> {
  return listAll(session, {
    service: SERVICE,
    path: '/containers',
    key: 'containers',
    headers: HEADERS,
    item: containerWire,
    signal,
  });
}

/** Stops it and takes it away. @throws OpenStackError */
export async function deleteZunContainer(session: Session, id: string, signal?: AbortSignal): Promise<void> {
  await session.json({
    service: SERVICE,
    method: 'DELETE',
    path: `/containers/${encodeURIComponent(id)}`,
    query: { stop: 'true' },
    headers: HEADERS,
    signal,
  });
}

/** What the container has printed. @throws OpenStackError */
export async function zunContainerLogs(session: Session, id: string, signal?: AbortSignal): Promise<string> {
  const answer = await session.json({
    service: SERVICE,
    method: 'GET',
    path: `/containers/${encodeURIComponent(id)}/logs`,
    headers: HEADERS,
    signal,
  });
  return typeof answer === 'string'
    ? answer
    : parsed(v.object({ output: v.string() }), answer, SERVICE).output;
}
