import { EXPERIMENT_ID, loggedModels, modelVersions, runsOf } from './mlflowRuns';
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
  const { pathname, searchParams } = new URL(asked.path, 'http://localhost');
  if (!FOR_ANYBODY.has(pathname) && !OWN_NAME.test(asked.host))
    return plain(403, 'Invalid Host header - possible DNS rebinding attack detected');
  if (pathname.startsWith('/api/') && asked.method === 'POST' && !isOwnOrigin(asked.origin))
    return plain(403, 'Cross-origin request blocked');
  const api = /^\/(?:ajax-)?api\/2\.0\/mlflow\/(.*)$/.exec(pathname)?.[1];
  if (api !== undefined) return ofApi(api, searchParams, asked, where);
  switch (pathname) {
    case '/health':
      return { status: 200, type: HTML, body: 'OK' };
    case '/version':
      return { status: 200, type: HTML, body: VERSION };
    case '/':
      return { status: 200, type: HTML, body: start(where) };
    default:
      return noHandler(pathname);
  }
}

/** What is not there is left out of an answer: no `runs`, no `files`, no `models`. */
function ofApi(api: string, query: URLSearchParams, asked: Asked, where: Surroundings): Answer {
  const up = where.upSince;
  switch (`${asked.method} ${api}`) {
    case 'GET experiments/search':
    case 'POST experiments/search':
      return json(200, { experiments: experiments(where) });
    case 'GET experiments/get-by-name':
      return byName(query.get('experiment_name') ?? '', where);
    case 'POST runs/search':
      return json(200, some('runs', experimentsIn(asked).includes(EXPERIMENT_ID) ? runsOf(up) : []));
    case 'POST logged-models/search':
      return json(200, some('models', experimentsIn(asked).includes(EXPERIMENT_ID) ? loggedModels(up) : []));
    case 'GET artifacts/list':
      return artifacts(query.get('run_id') ?? '', where);
    case 'GET registered-models/get':
      return registered(query.get('name') ?? '', where);
    case 'GET model-versions/search': {
      const name = /^name\s*=\s*'([^']*)'$/.exec(query.get('filter') ?? '')?.[1] ?? '';
      return json(200, some('model_versions', modelVersions(up, name)));
    }
    default:
      return noHandler(`/api/2.0/mlflow/${api}`);
  }
}

function some(key: string, items: readonly object[]): object {
  return items.length === 0 ? {} : { [key]: items };
}

/** A body that is no JSON asks for nothing, and gets it. */
function experimentsIn({ body }: Asked): unknown[] {
  try {
    const said: unknown = JSON.parse(body ?? '');
    const ids: unknown = said !== null && typeof said === 'object' ? Reflect.get(said, 'experiment_ids') : [];
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
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
  const experiment = (id: string, name: string, afterMs: number): Experiment => ({
    experiment_id: id,
    name,
    artifact_location: `mlflow-artifacts:/${id}`,
    lifecycle_stage: 'active',
    last_update_time: upSince + afterMs,
    creation_time: upSince + afterMs,
  });
  return [experiment(EXPERIMENT_ID, 'food11-classifier', 1_500_000), experiment('0', 'Default', 600_000)];
}

function byName(name: string, where: Surroundings): Answer {
  const experiment = experiments(where).find((each) => each.name === name);
  if (experiment !== undefined) return json(200, { experiment });
  return notThere(`Could not find experiment with name '${name}'`);
}

function artifacts(runId: string, where: Surroundings): Answer {
  const run = runsOf(where.upSince).find(({ info }) => info.run_id === runId);
  if (run === undefined) return notThere(`Run with id=${runId} not found`);
  const isTorch = run.data.params.some(({ key }) => key === 'model_architecture');
  const files = isTorch ? [{ path: 'gpu-info.txt', is_dir: false, file_size: 85 }] : [];
  return json(200, { root_uri: run.info.artifact_uri, ...some('files', files) });
}

function registered(name: string, where: Surroundings): Answer {
  const versions = modelVersions(where.upSince, name);
  if (versions.length === 0) return notThere(`Registered Model with name=${name} not found`);
  const time = where.upSince + 5_400_000;
  return json(200, {
    registered_model: {
      name,
      creation_timestamp: time,
      last_updated_timestamp: time,
      latest_versions: versions,
    },
  });
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

function notThere(message: string): Answer {
  return json(404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message });
}

function noHandler(path: string): Answer {
  return json(404, { error_code: 'ENDPOINT_NOT_FOUND', message: `No handler for ${path}` });
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}

function plain(status: number, body: string): Answer {
  return { status, type: 'text/plain', body };
}
