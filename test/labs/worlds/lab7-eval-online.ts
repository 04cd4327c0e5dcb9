import { recordedBody, recorded } from '../recorded';
import * as vm from '../virtualMachine';
import { notebook, type Change, type LabWorlds, type RightWorld } from '../world';

/** Pages as the real services sent them; what the notebook changes of them is changed here. */
const id = 'lab7-eval-online';
const machine: vm.VirtualMachineLab = {
  id,
  repository: 'eval-online-chi',
  username: 'alexbaker',
  server: 'node-eval-online-alexbaker',
  lease: { name: 'lease-eval-online-alexbaker', flavor: 'm1.medium' },
  ports: [22, 5000, 8000, 8888, 3000, 9090, 8080],
  vcpus: 2,
  ram: 4096,
};
const page = (check: string): string => vm.pageOf(id, check);
const NOTEBOOK = '/home/cc/eval-online-chi/workspace/4_eval_online.ipynb';
const cells = (count: number, executed = count): unknown =>
  notebook(Array.from({ length: count }, (_, at) => ({ output: `${at}\n`, executed: at < executed })));

/** One number, as Prometheus answers a query. */
function vector(...values: readonly (readonly [number | string, object?])[]): unknown {
  const result = values.map(([value, metric = {}]) => ({ metric, value: [1795343921.1, String(value)] }));
  return { status: 'success', data: { resultType: 'vector', result } };
}

const targets = (health: Readonly<Record<string, string>>): unknown => ({
  status: 'success',
  data: {
    activeTargets: Object.entries(health).map(([job, state]) => ({
      labels: { instance: `${job}:8000`, job },
      scrapePool: job,
      scrapeUrl: `http://${job}:8000/metrics`,
      lastError: state === 'up' ? '' : 'connection refused',
      health: state,
    })),
    droppedTargets: [],
  },
});

interface Rule {
  title: string;
  ruleGroup: string;
  for: string;
  data: { model: { conditions?: { evaluator: { params: number[]; type: string } }[] } }[];
}
/** The recorded rules, with the lab's threshold. */
function rules(change: (rule: Rule) => void = () => undefined): unknown {
  const list = structuredClone(recordedBody('grafana-alert-rules')) as Rule[];
  for (const rule of list) {
    const evaluator = rule.data[1]?.model.conditions?.[0]?.evaluator;
    if (rule.title === 'Failed requests' && evaluator !== undefined) evaluator.params = [20];
    change(rule);
  }
  return list;
}
const threshold =
  (title: string, value: number, type: string): ((rule: Rule) => void) =>
  (rule) => {
    const evaluator = rule.data[1]?.model.conditions?.[0]?.evaluator;
    if (rule.title === title && evaluator !== undefined) Object.assign(evaluator, { params: [value], type });
  };
const ruled =
  (title: string, change: Partial<Rule>): ((rule: Rule) => void) =>
  (rule) => {
    if (rule.title === title) Object.assign(rule, change);
  };

interface Annotation {
  newState: string;
  alertName: string;
  text: string;
}
/** The recorded changes of states, with both alerts fired. */
function annotations(change: (each: Annotation) => Annotation = (each) => each): unknown {
  const list = recordedBody('grafana-annotations') as Annotation[];
  const low = 'Low prediction confidence {alertname=Low prediction confidence} - A=0.61, B=1';
  return [{ ...list[0], newState: 'Alerting', alertName: '', text: low }, ...list].map((each) =>
    change(each),
  );
}
const notFired =
  (title: string, by: Partial<Annotation>): ((each: Annotation) => Annotation) =>
  (each) =>
    each.newState === 'Alerting' && each.text.startsWith(title) ? { ...each, ...by } : each;

const dashboards = recordedBody('grafana-search') as { title: string }[];
const boards = (rename: (title: string) => string | undefined = (title) => title): unknown =>
  [...dashboards, { ...dashboards[0], uid: 'cadvisor', title: 'cAdvisor Docker Insights' }].flatMap(
    (each) => {
      const title = rename(each.title);
      return title === undefined ? [] : [{ ...each, title }];
    },
  );
const withoutBoard = (title: string): Change[] => [
  vm.shows(
    SEARCH,
    boards((each) => (each === title ? undefined : each)),
  ),
  vm.shows(
    SEARCH,
    boards((each) => (each === title ? `${each} (copy)` : each)),
  ),
  vm.shows(SEARCH, recorded('grafana-search-none')),
  vm.shows(SEARCH, recorded('grafana-datasources-wrong-password')),
];

interface Panel {
  title: string;
  targets: { expr: string }[];
}
function board(change: (panel: Panel) => void): unknown {
  const whole = structuredClone(recordedBody('grafana-dashboard')) as { dashboard: { panels: Panel[] } };
  whole.dashboard.panels.forEach(change);
  return whole;
}

const SEARCH = page('dash-service');
const BOARD = '3000 /api/dashboards/uid/food-classifier-service-monitoring';
const RULES = page('alert-failed-requests');
const FIRED = page('alert-failed-fired');
const TARGETS = page('prom-target-up');
const METRICS = '8000 /metrics';
const metrics = String(recordedBody('fastapi-online-metrics'));
const unmeasured = (name: string): Change =>
  vm.shows(METRICS, metrics.replace(new RegExp(`^${name}.*\n`, 'gm'), ''));
const LOADER = 'docker-init-data-1';
const start = vm.rightStart(machine);

const right: RightWorld = {
  ...start,
  name: 'done',
  ssh: {
    node: {
      ...start.ssh?.['node'],
      '#volume-food11': 'food11\n',
      '#data-loader-done': 'exited 0\n',
      '#data-splits': 'evaluation\ntraining\nvalidation\n',
      '#stack-running': 'fastapi_server\nflask\nprometheus\ngrafana\njupyter\ncadvisor\n',
      '#jupyter-token': '1\n',
      '#alibi-installed': 'Name: alibi-detect\nVersion: 0.12.0\nSummary: Algorithms\n',
      '#pred-metrics-code': '1\n1\n',
      '#cadvisor-running': 'running\n',
      '#drift-detector-saved': 'config.toml\nbackend\npreprocess_fn\n',
      '#drift-detector-copied': 'config.toml\nbackend\npreprocess_fn\n',
      '#drift-code': '1\n1\n',
      '#drift-service-up': '1\nrunning\nUvicorn running on http://0.0.0.0:8000\n',
      '#stack-down': '3f1c\n4a2d\nend-of-list\n',
    },
  },
  pages: {
    node: {
      '8888 /api': recorded('jupyter-api'),
      '8000 /openapi.json': recorded('fastapi-online-openapi'),
      [METRICS]: metrics,
      '5000 /test': recorded('flask-test'),
      [TARGETS]: targets({ food11: 'up', cadvisor: 'up' }),
      [page('predict-requests')]: vector([4120]),
      [page('load-ramp')]: vector([8]),
      [page('error-responses')]: recorded('prometheus-q-errors'),
      [page('pred-traffic')]: vector([3347]),
      [page('container-metrics')]: vector([14]),
      [page('drift-events')]: vector([212]),
      '3000 /api/health': recorded('grafana-health'),
      '3000 /api/datasources': recorded('grafana-datasources'),
      [SEARCH]: boards(),
      [BOARD]: recorded('grafana-dashboard'),
      [RULES]: rules(),
      [FIRED]: annotations(),
    },
  },
  notebooks: { node: { [NOTEBOOK]: cells(25) } },
  passes: { except: ['stack-down', 'cleanup-server', 'cleanup-fip', 'cleanup-lease'] },
};

/** Services brought down: what they held is kept. */
const down: RightWorld = {
  ...right,
  name: 'down',
  after: 'done',
  pages: {},
  ssh: { node: { ...right.ssh?.['node'], '#stack-down': 'end-of-list\n', '#stack-running': '' } },
  passes: { except: ['cleanup-server', 'cleanup-fip', 'cleanup-lease'] },
};

export const lab: LabWorlds = {
  id,
  worlds: [right, down, vm.gone(machine, 'down', 'all')],
  wrong: [
    ...vm.wrongStart(machine, { error: 1, ports: 2 }),
    {
      failure: 3,
      name: 'a group of the right name without its rule',
      change: vm.answers(
        `compute /servers/${vm.serverIdOf(machine)}/os-security-groups`,
        vm.groups(machine.ports, (rule, port) => (port === 9090 ? undefined : rule)),
      ),
      fails: ['security-groups'],
      hint: /staff/,
    },
    {
      failure: 4,
      name: 'the loader still runs',
      change: vm.all(
        vm.says('data-loader-done', 'running 0\n'),
        vm.says('data-splits', { exit: 2, stderr: `ls: cannot access, ${LOADER}\n` }),
      ),
      fails: ['data-loader-done', 'data-splits'],
      hint: /wait/,
    },
    {
      failure: 5,
      name: 'another notebook was run',
      change: vm.saves(NOTEBOOK, cells(25, 0)),
      fails: ['notebook-executed'],
      hint: /4_eval_online/,
    },
    {
      failure: 6,
      name: 'looked at before the first reading',
      change: vm.shows(page('predict-requests'), recorded('prometheus-q-none')),
      fails: ['predict-requests'],
      hint: /15 seconds/,
    },
    {
      failure: 7,
      name: 'the rule could not be saved, its preview gave an error',
      change: vm.shows(RULES, []),
      fails: ['alert-failed-requests'],
      unknown: ['alert-failed-fired'],
      hint: /Instant/,
    },
    {
      failure: 8,
      name: 'no errors were produced yet',
      change: vm.shows(page('error-responses'), vector()),
      fails: ['error-responses'],
      hint: /empty body/,
    },
    {
      failure: 9,
      name: 'the alert on confidence stayed pending',
      change: vm.shows(FIRED, annotations(notFired('Low', { newState: 'Pending' }))),
      fails: ['alert-low-fired'],
      hint: /right after/,
    },
    {
      failure: 10,
      name: 'image not built again after the edit',
      change: vm.all(unmeasured('predict'), vm.says('drift-service-up', { exit: 1, stdout: '0\n' })),
      fails: ['pred-metrics-live', 'drift-service-up'],
      hint: /Build the image/,
    },
    {
      failure: 11,
      name: 'a tab in app.py',
      change: vm.all(
        vm.says('stack-running', 'flask\nprometheus\ngrafana\njupyter\ncadvisor\n'),
        vm.closes(8000),
        vm.shows('5000 /test', recorded('flask-test-none')),
        vm.shows(TARGETS, targets({ food11: 'down', cadvisor: 'up' })),
      ),
      fails: ['stack-running', 'fastapi-openapi', 'flask-end-to-end', 'prom-target-up'],
      hint: /tab/,
    },
    {
      failure: 12,
      name: 'the detector is still loading',
      change: vm.all(vm.says('drift-service-up', '1\nrunning\n'), vm.closes(8000)),
      fails: ['drift-service-up', 'drift-metrics-live'],
      hint: /slow/,
    },
    {
      failure: 13,
      name: 'Prometheus was not recreated',
      change: vm.shows(TARGETS, targets({ food11: 'up' })),
      fails: ['prom-cadvisor-up'],
      unknown: ['container-metrics'],
      hint: /force-recreate/,
    },
    {
      failure: 14,
      name: 'the cAdvisor dashboard is flat at first',
      invisible: 'The metrics are there; only the picture needs its ten minutes.',
    },
    {
      failure: 15,
      name: 'a data source of another name',
      invisible: 'Grafana may call it as one likes; the imported panels then say so themselves.',
    },
    {
      failure: 16,
      name: 'the first values of the detector look odd',
      invisible: 'They are right; the notebook explains them.',
    },
  ],
  exempt: vm.exemptStart,
  alike: {
    ...vm.alikeStart(machine),
    ...vm.alikeLease(machine),
    'volume-food11': [
      vm.says('volume-food11', { exit: 1, stderr: 'no such volume: food11\n' }),
      vm.says('volume-food11', 'food11-old\n'),
    ],
    'data-loader-done': [
      vm.says('data-loader-done', 'exited 1\n'),
      vm.says('data-loader-done', 'running 0\n'),
      vm.says('data-loader-done', { exit: 1, stderr: 'no such object\n' }),
    ],
    'data-splits': [
      vm.says('data-splits', 'evaluation\ntraining\n'),
      vm.says('data-splits', 'Food-11.zip\nevaluation\ntraining\nvalidation\n'),
      vm.says('data-splits', 'evaluation_old\ntraining_old\nvalidation_old\n'),
    ],
    'stack-running': [
      vm.prints('stack-running', 'flask\n', ''),
      vm.prints('stack-running', 'grafana\n', 'grafana-1\n'),
      vm.prints('stack-running', 'jupyter\n', 'old-jupyter\n'),
    ],
    'jupyter-http': [
      vm.shows('8888 /api', { message: 'Forbidden' }),
      vm.shows('8888 /api', { status: 403, body: { message: 'Forbidden' } }),
      vm.closes(8888),
    ],
    'jupyter-token': [
      vm.says('jupyter-token', { exit: 1, stdout: '0\n' }),
      vm.says('jupyter-token', { exit: 3 }),
      vm.says('jupyter-token', '0\n'),
    ],
    'alibi-installed': [
      vm.says('alibi-installed', { exit: 1, stderr: 'WARNING: Package(s) not found: alibi-detect\n' }),
      vm.says('alibi-installed', 'Name: alibi\nVersion: 0.9.6\n'),
    ],
    'fastapi-openapi': [
      vm.shows('8000 /openapi.json', {
        info: { title: 'Food Classification API' },
        paths: { '/predict': {} },
      }),
      vm.shows('8000 /openapi.json', {
        info: { title: 'FastAPI' },
        paths: { '/predict': {}, '/metrics': {} },
      }),
      vm.closes(8000),
    ],
    'flask-end-to-end': [
      vm.shows('5000 /test', recorded('flask-test-none')),
      vm.shows('5000 /test', 'Bread, or so'),
      vm.closes(5000),
    ],
    'prom-target-up': [
      vm.shows(TARGETS, targets({ food11: 'down', cadvisor: 'up' })),
      vm.shows(TARGETS, targets({ food11: 'unknown', cadvisor: 'up' })),
      vm.shows(TARGETS, targets({ food110: 'up', cadvisor: 'up' })),
      vm.closes(9090),
    ],
    'predict-requests': [
      vm.shows(page('predict-requests'), recorded('prometheus-q-predictions-zero')),
      vm.shows(page('predict-requests'), recorded('prometheus-q-none')),
      vm.shows(page('predict-requests'), vector([99])),
      vm.shows(page('predict-requests'), vector(['NaN'])),
    ],
    'grafana-up': [vm.shows('3000 /api/health', { database: 'failing', version: '12.1.0' }), vm.closes(3000)],
    'grafana-datasource': [
      vm.shows('3000 /api/datasources', []),
      vm.shows('3000 /api/datasources', [{ type: 'prometheus', url: 'http://localhost:9090' }]),
      vm.shows('3000 /api/datasources', [{ type: 'loki', url: 'http://prometheus:9090' }]),
      vm.shows('3000 /api/datasources', recorded('grafana-datasources-wrong-password')),
    ],
    'dash-service': withoutBoard('Food Classifier Service Monitoring'),
    'dash-service-panels': [
      vm.shows(
        BOARD,
        board((panel) => {
          if (panel.title.startsWith('Failed')) panel.title = 'New panel';
        }),
      ),
      vm.shows(
        BOARD,
        board((panel) => {
          if (panel.title.startsWith('Average')) panel.targets = [{ expr: '' }];
        }),
      ),
      vm.shows(BOARD, { dashboard: { title: 'Food Classifier Service Monitoring', panels: [] } }),
    ],
    'load-ramp': [
      vm.shows(page('load-ramp'), vector([2])),
      vm.shows(page('load-ramp'), vector()),
      vm.shows(page('load-ramp'), vector([4])),
    ],
    'error-responses': [
      vm.shows(page('error-responses'), vector([5, { status: '4xx' }])),
      vm.shows(page('error-responses'), vector([5, { status: '4xx' }], [0, { status: '5xx' }])),
      vm.shows(page('error-responses'), vector([5, { status: '5xx' }])),
    ],
    'alert-failed-requests': [
      vm.shows(RULES, recorded('grafana-alert-rules')),
      vm.shows(RULES, rules(threshold('Failed requests', 20, 'lt'))),
      vm.shows(RULES, rules(ruled('Failed requests', { for: '10m' }))),
      vm.shows(RULES, rules(ruled('Failed requests', { ruleGroup: 'Default' }))),
      vm.shows(RULES, rules(ruled('Failed requests', { title: 'Failed requests (copy)' }))),
    ],
    'alert-failed-fired': [
      vm.shows(FIRED, annotations(notFired('Failed', { newState: 'Pending' }))),
      vm.shows(FIRED, annotations(notFired('Failed', { newState: 'Error' }))),
      vm.shows(FIRED, annotations(notFired('Failed', { text: 'Failed requests {x} - A=NaN, B=NaN' }))),
      vm.shows(FIRED, annotations(notFired('Failed', { text: 'Failed requests 2 {x} - A=31, B=1' }))),
      vm.shows(FIRED, []),
    ],
    'pred-metrics-code': [
      vm.says('pred-metrics-code', { exit: 1, stdout: '0\n' }),
      vm.says('pred-metrics-code', { exit: 1, stdout: '1\n0\n' }),
      vm.says('pred-metrics-code', { exit: 2, stderr: 'grep: app.py: No such file\n' }),
    ],
    'pred-metrics-live': [
      unmeasured('predict'),
      unmeasured('predicted_class'),
      vm.shows(METRICS, metrics.replace(/^predict/gm, '# predict')),
    ],
    'dash-prediction': withoutBoard('Food Classifier Prediction Monitoring'),
    'pred-traffic': [
      vm.shows(page('pred-traffic'), recorded('prometheus-q-predictions')),
      vm.shows(page('pred-traffic'), vector([2999])),
      vm.shows(page('pred-traffic'), recorded('prometheus-q-none')),
    ],
    'alert-low-confidence': [
      vm.shows(RULES, rules(threshold('Low prediction confidence', 0.75, 'gt'))),
      vm.shows(RULES, rules(threshold('Low prediction confidence', 75, 'lt'))),
      vm.shows(RULES, rules(ruled('Low prediction confidence', { for: '5m' }))),
      vm.shows(RULES, rules(ruled('Low prediction confidence', { title: 'Low confidence' }))),
    ],
    'alert-low-fired': [
      vm.shows(FIRED, recorded('grafana-annotations')),
      vm.shows(FIRED, annotations(notFired('Low', { newState: 'Normal' }))),
      vm.shows(FIRED, annotations(notFired('Low', { text: 'Low prediction confidence {x} - A=NaN' }))),
    ],
    'cadvisor-running': [
      vm.says('cadvisor-running', 'exited\n'),
      vm.says('cadvisor-running', 'restarting\n'),
      vm.says('cadvisor-running', { exit: 1, stderr: 'no such object: cadvisor\n' }),
    ],
    'prom-cadvisor-up': [
      vm.shows(TARGETS, recorded('prometheus-targets')),
      vm.shows(TARGETS, targets({ food11: 'up' })),
    ],
    'dash-cadvisor': withoutBoard('cAdvisor Docker Insights'),
    'container-metrics': [
      vm.shows(page('container-metrics'), recorded('prometheus-q-none')),
      vm.shows(page('container-metrics'), vector([0])),
    ],
    'drift-detector-saved': [
      vm.says('drift-detector-saved', ''),
      vm.says('drift-detector-saved', 'notes.txt\n'),
      vm.says('drift-detector-saved', { exit: 2, stderr: 'No such file or directory\n' }),
    ],
    'drift-detector-copied': [
      vm.says('drift-detector-copied', ''),
      vm.says('drift-detector-copied', 'cd\n'),
      vm.says('drift-detector-copied', { exit: 2, stderr: 'No such file or directory\n' }),
    ],
    'drift-code': [
      vm.says('drift-code', { exit: 1, stdout: '0\n' }),
      vm.says('drift-code', { exit: 1, stdout: '1\n0\n' }),
    ],
    'drift-service-up': [
      vm.says('drift-service-up', '1\nrunning\n'),
      vm.says('drift-service-up', '1\nrestarting\nUvicorn running on http://0.0.0.0:8000\n'),
      vm.says('drift-service-up', { exit: 1, stdout: '0\n' }),
    ],
    'drift-metrics-live': [
      unmeasured('drift_events'),
      unmeasured('drift_test'),
      vm.shows(METRICS, metrics.replace(/^drift/gm, '# drift')),
    ],
    'dash-drift': withoutBoard('Food Classifier Drift Monitoring'),
    'drift-events': [
      vm.shows(page('drift-events'), recorded('prometheus-q-drift')),
      vm.shows(page('drift-events'), vector()),
    ],
    'notebook-executed': [
      vm.saves(NOTEBOOK, cells(25, 24)),
      vm.saves(NOTEBOOK, cells(24)),
      vm.saves(NOTEBOOK, notebook([...Array.from({ length: 24 }, () => 'x\n'), { error: 'NameError' }])),
      vm.saves(NOTEBOOK, cells(0)),
    ],
    'stack-down': [
      { in: 'down', change: vm.says('stack-down', '3f1c\nend-of-list\n') },
      { in: 'down', change: vm.says('stack-down', '') },
      { in: 'down', change: vm.says('stack-down', { exit: 1, stderr: 'no such file\n' }) },
    ],
  },
};
