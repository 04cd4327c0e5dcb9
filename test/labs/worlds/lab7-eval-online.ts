import { recorded } from '../recorded';
import * as vm from '../virtualMachine';
import type { LabWorlds, RightWorld } from '../world';
import {
  id,
  machine,
  page,
  NOTEBOOK,
  cells,
  vector,
  targets,
  rules,
  annotations,
  notFired,
  boards,
  SEARCH,
  BOARD,
  RULES,
  FIRED,
  TARGETS,
  METRICS,
  metrics,
  unmeasured,
  LOADER,
} from '../lab7/online';
import { alike } from '../lab7/onlineAlike';

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
      '#pred-metrics-code': "1\nCounter('predicted_class_total', 'By class', ['class_name'])\n",
      '#cadvisor-running': 'running\n',
      '#drift-detector-saved': 'config.toml\nbackend\npreprocess_fn\n',
      '#drift-detector-copied': 'config.toml\nbackend\npreprocess_fn\n',
      '#drift-code': "1\nload_detector('cd')\n",
      '#drift-service-up': "load_detector('cd')\nrunning\nUvicorn running on http://0.0.0.0:8000\n",
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
      change: vm.all(
        unmeasured('predict'),
        vm.prints('drift-service-up', "load_detector('cd')", "FastAPI(title='x')"),
      ),
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
      change: vm.all(vm.says('drift-service-up', "load_detector('cd')\nrunning\n"), vm.closes(8000)),
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
  alike,
};
