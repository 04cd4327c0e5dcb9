import { page } from './page';
import type { Answer, Asked, Program, Surroundings } from './program';

const VERSION = '3.9.0';
const HTML = 'text/html; charset=utf-8';
/** Since 3.5 the tracking server answers its own machine's names alone; these two paths it answers to anybody. */
const FOR_ANYBODY = new Set(['/health', '/version']);
const OWN_NAME = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/** The tracking server of the MLflow labs. */
export const mlflow: Program = { server: 'uvicorn', answer };

function answer(asked: Asked, where: Surroundings): Answer {
  const path = asked.path.replace(/\?.*$/, '');
  if (!FOR_ANYBODY.has(path) && !OWN_NAME.test(asked.host))
    return plain(403, 'Invalid Host header - possible DNS rebinding attack detected');
  if (path.startsWith('/api/') && asked.method === 'POST' && !isOwnOrigin(asked.origin))
    return plain(403, 'Cross-origin request blocked');
  switch (path) {
    case '/health':
      return { status: 200, type: HTML, body: 'OK' };
    case '/version':
      return { status: 200, type: HTML, body: VERSION };
    case '/':
      return { status: 200, type: HTML, body: start(where) };
    case '/api/2.0/mlflow/experiments/search':
    case '/ajax-api/2.0/mlflow/experiments/search':
      return json(200, { experiments: experiments(where) });
    case '/api/2.0/mlflow/experiments/get-by-name':
    case '/ajax-api/2.0/mlflow/experiments/get-by-name':
      return byName(asked, where);
    default:
      return json(404, { error_code: 'ENDPOINT_NOT_FOUND', message: `No handler for ${path}` });
  }
}

function isOwnOrigin(origin: string | undefined): boolean {
  return origin === undefined || OWN_NAME.test(origin.replace(/^https?:\/\//, ''));
}

interface Experiment {
  readonly experiment_id: string;
  readonly name: string;
  readonly artifact_location: string;
  readonly lifecycle_stage: 'active';
  readonly last_update_time: number;
  readonly creation_time: number;
}

function experiments({ upSince }: Surroundings): Experiment[] {
  const experiment = (id: number, name: string, afterMs: number): Experiment => ({
    experiment_id: String(id),
    name,
    artifact_location: `mlflow-artifacts:/${id}`,
    lifecycle_stage: 'active',
    last_update_time: upSince + afterMs,
    creation_time: upSince + afterMs,
  });
  return [experiment(1, 'food11-classifier', 1_500_000), experiment(0, 'Default', 600_000)];
}

function byName(asked: Asked, where: Surroundings): Answer {
  const name = new URL(asked.path, 'http://localhost').searchParams.get('experiment_name') ?? '';
  const experiment = experiments(where).find((each) => each.name === name);
  if (experiment !== undefined) return json(200, { experiment });
  const message = `Could not find experiment with name '${name}'`;
  return json(404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message });
}

function start(where: Surroundings): string {
  const day = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return page({
    title: 'MLflow',
    colour: '#0b3a5b',
    imitates: `MLflow ${VERSION}`,
    hostname: where.hostname,
    heading: 'Experiments',
    columns: ['Name', 'Id', 'Created'],
    rows: experiments(where).map((each) => [each.name, each.experiment_id, day(each.creation_time)]),
  });
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}

function plain(status: number, body: string): Answer {
  return { status, type: 'text/plain', body };
}
