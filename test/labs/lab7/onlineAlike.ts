import { recorded } from '../recorded';
import * as vm from '../virtualMachine';
import { notebook, type LabWorlds } from '../world';
import {
  machine,
  page,
  NOTEBOOK,
  cells,
  vector,
  targets,
  rules,
  threshold,
  ruled,
  annotations,
  notFired,
  withoutBoard,
  board,
  BOARD,
  RULES,
  FIRED,
  TARGETS,
  METRICS,
  metrics,
  unmeasured,
} from './online';

/** What is like the right answer of each check, and is not right. */
export const alike: LabWorlds['alike'] = {
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
    vm.prints('pred-metrics-code', 'predicted_class_total', 'predicted_class_total_old'),
    vm.prints('pred-metrics-code', 'Counter', 'print'),
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
    vm.prints('drift-code', 'load_detector', 'reload_detector'),
  ],
  'drift-service-up': [
    vm.prints('drift-service-up', /Uvicorn.*\n/, ''),
    vm.prints('drift-service-up', 'running', 'restarting'),
    vm.prints('drift-service-up', 'load_detector', 'save_detector'),
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
};
