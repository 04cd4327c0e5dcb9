import path from 'node:path';
import { lab as offline } from '../../labs/worlds/lab7-eval-offline';
import { lab as online } from '../../labs/worlds/lab7-eval-online';
import { inLab, onHost, onHosts, script } from '../setup';
import { clone } from './clone';
import { RealHosts } from './realHost';
import { answer } from './standIn';

const content = onHosts('ssh', 'labs', 'content');

describe('Lab 7, online, on a real Prometheus and real web services', () => {
  const OF_DOCKER = ['docker-ready', 'volume-food11', 'data-loader-done', 'stack-running', 'alibi-installed'];
  const QUERIES = ['predict-requests', 'load-ramp', 'error-responses', 'pred-traffic', 'drift-events'];
  const OF_PROMETHEUS = ['prom-target-up', ...QUERIES];
  const real = new RealHosts({
    worlds: online,
    hosts: { node: 'online' },
    standIns: [...OF_DOCKER, 'notebook-executed'],
  });
  const folder = '~/eval-online-chi/fastapi_pt';
  const code =
    'from prometheus_client import Counter\nc = Counter("predicted_class_total", "By class")\ncd = load_detector("cd")\n';

  before(async () => {
    await real.up('fastapi-online', 'flask-online', 'prometheus');
    await clone('online', 'eval-online-chi', 'main');
    real.put('node', `${folder}/requirements.txt`, 'fastapi\nprometheus_client\nalibi-detect==0.12.0\n');
    real.put('node', `${folder}/app.py`, code);
    for (const place of ['workspace', 'fastapi_pt'])
      real.put('node', `~/eval-online-chi/${place}/cd/config.toml`, 'x = 1\n');
    real.putNotebooks('node');
    await predicts();
  });
  after(() => real.end());

  it('an empty Prometheus: its target is up, and nothing was asked yet', async () => {
    await history();
    await real.sees({ fails: QUERIES.filter((id) => id !== 'drift-events') });
  });

  it('all passes that a student who did it has', async () => {
    await history(String(Math.floor(Date.now() / 1000)));
    await predicts();
    await real.sees();
  });

  it('the service is stopped: the history still tells, and what is live does not', async () => {
    await script('down.sh', 'fastapi-online');
    await targetIs('down');
    await real.sees({
      fails: [
        'fastapi-openapi',
        'flask-end-to-end',
        'prom-target-up',
        'pred-metrics-live',
        'drift-metrics-live',
      ],
      unknown: QUERIES,
    });
  });

  it('the service of an earlier stage has no metrics of predictions', async () => {
    await script('up.sh', 'fastapi-online', { FOOD_STAGE: 'base' });
    await targetIs('up');
    await real.sees({ fails: ['pred-metrics-live', 'drift-metrics-live'] });
    await script('down.sh', 'fastapi-online');
    await script('up.sh', 'fastapi-online', { FOOD_STAGE: 'pred' });
    await predicts();
    await targetIs('up');
    await real.sees({ fails: ['drift-metrics-live'] });
    await script('down.sh', 'fastapi-online');
    await script('up.sh', 'fastapi-online');
  });

  it('a Prometheus that hangs is unknown', async () => {
    await script('service.sh', 'hang', 'prometheus');
    try {
      const asked = ['ssh-login', 'repo-cloned', 'fastapi-openapi', ...OF_PROMETHEUS];
      await real.sees({ unknown: OF_PROMETHEUS }, asked);
    } finally {
      await script('service.sh', 'wake', 'prometheus');
    }
  });

  it('code that is only a comment, and files that were not copied', async () => {
    real.put('node', `${folder}/app.py`, code.replaceAll(/^/gm, '# '));
    await onHost('online', 'rm', '-r', 'eval-online-chi/fastapi_pt/cd');
    const asked = ['pred-metrics-code', 'drift-code', 'drift-detector-saved', 'drift-detector-copied'];
    try {
      await real.sees({ fails: asked.filter((id) => id !== 'drift-detector-saved') }, asked);
    } finally {
      real.put('node', `${folder}/app.py`, code);
      real.put('node', `${folder}/cd/config.toml`, 'x = 1\n');
    }
  });

  /** Prometheus begins anew: with nothing, or with the history of a student who did the lab. */
  async function history(until?: string): Promise<void> {
    const state = inLab('state', 'prometheus');
    await script('down.sh', 'prometheus');
    await onHost('online', 'sh', '-c', `cd '${state}' && rm -rf [0-9]* wal chunks_head`);
    if (until !== undefined) {
      const lines = path.join(content, 'metrics_history.py');
      const make = `python3 '${lines}' ${until} > /tmp/history && promtool tsdb create-blocks-from openmetrics /tmp/history '${state}'; rm /tmp/history`;
      await onHost('online', 'sh', '-c', make);
    }
    await script('up.sh', 'prometheus');
    await targetIs('up');
  }
});

/** Prometheus has scraped the service and found it so. */
async function targetIs(health: string): Promise<void> {
  const ask = `until curl -s http://127.0.0.1:9090/api/v1/targets | jq -e '[.data.activeTargets[] | select(.labels.job == "food11").health] == ["${health}"]' > /dev/null; do sleep 0.2; done`;
  await onHost('online', 'timeout', '60', 'sh', '-c', ask);
}

/** Pictures that are recognised, so that the service has counted some. */
async function predicts(): Promise<void> {
  const pictures = `for at in 1 2 3 4 5 6; do printf '{"image":"%s"}' "$(printf "\\377\\330 $at" | base64)" | curl -sf -H 'Content-Type: application/json' -d @- http://127.0.0.1:8000/predict; done`;
  await onHost('online', 'bash', '-c', pictures);
}

describe('Lab 7, offline, on a real host and a real Jupyter', () => {
  const workspace = '~/eval-offline-chi/workspace';
  const real = new RealHosts({
    worlds: offline,
    hosts: { node: 'mlflow' },
    standIns: [
      ...['docker-ready', 'volume-food11', 'data-loader-done', 'jupyter-running', 'jupyter-data-env'],
      ...['notebook-accuracy', 'notebook-executed', 'pytest-output'],
    ],
    answers: [answer('docker logs jupyter', '')],
  });
  const ran = (...names: string[]): void => {
    const ids = JSON.stringify(
      names.map((name) => `tests/test_model.py::${name}`),
      null,
      2,
    );
    real.put('node', `${workspace}/.pytest_cache/v/cache/nodeids`, ids);
  };
  const TESTS = [
    'test_overall_accuracy',
    'test_per_class_accuracy[Bread]',
    'test_template_permutations',
    'test_cake_looks_like_accuracy',
    'test_indian_dessert_accuracy',
  ];

  before(async () => {
    await real.up();
    await clone('mlflow', 'eval-offline-chi', 'main');
    real.put('node', `${workspace}/models/food11.pth`, 'x');
    real.putNotebooks('node');
    ran(...TESTS);
  });
  after(() => real.end());

  it('all passes that a student who did it has', () => real.sees());

  it('a test that was never run, a model that is empty', async () => {
    ran(...TESTS.slice(1));
    real.put('node', `${workspace}/models/food11.pth`, '');
    await real.sees({ fails: ['pytest-suite-ran', 'model-file'] });
  });
});
