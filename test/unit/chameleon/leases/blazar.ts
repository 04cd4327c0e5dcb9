import { FakeCloud, json, type Sent } from '../../openstack/fakeCloud';

/** A lease on the wire. */
export function wireLease(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 'lease-1',
    name: 'mlflow_ab1234',
    user_id: 'u1',
    project_id: 'p1',
    start_date: '2026-06-01T11:00:00.000000',
    end_date: '2026-06-01T14:00:00.000000',
    created_at: '2026-06-01 11:00:00',
    status: 'ACTIVE',
    reservations: [{ id: 'r1', resource_type: 'physical:host', status: 'active', min: 1, max: 1 }],
    events: [],
    ...over,
  };
}

/** Blazar's sentence with a status. */
export function refusing(message: string, status = 500): Response {
  return json({ error_code: status, error_message: message, error_name: status }, status);
}

/** A cloud whose Blazar answers each method in this way; `GET` of the list gives `leases`. */
export function blazar(answers: Readonly<Record<string, ((sent: Sent) => Response) | undefined>>): FakeCloud {
  return new FakeCloud((sent) => answers[sent.method]?.(sent) ?? json({}, 404));
}
