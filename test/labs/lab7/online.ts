import { recorded, recordedBody } from '../recorded';
import * as vm from '../virtualMachine';
import { notebook, type Change } from '../world';

/** Pages as the real services sent them; what the notebook changes of them is changed here. */
export const id = 'lab7-eval-online';
export const machine: vm.VirtualMachineLab = {
  id,
  repository: 'eval-online-chi',
  username: 'alexbaker',
  server: 'node-eval-online-alexbaker',
  lease: { name: 'lease-eval-online-alexbaker', flavor: 'm1.medium' },
  ports: [22, 5000, 8000, 8888, 3000, 9090, 8080],
  vcpus: 2,
  ram: 4096,
};
export const page = (check: string): string => vm.pageOf(id, check);
export const NOTEBOOK = '/home/cc/eval-online-chi/workspace/4_eval_online.ipynb';
export const cells = (count: number, executed = count): unknown =>
  notebook(Array.from({ length: count }, (_, at) => ({ output: `${at}\n`, executed: at < executed })));

/** One number, as Prometheus answers a query. */
export function vector(...values: readonly (readonly [number | string, object?])[]): unknown {
  const result = values.map(([value, metric = {}]) => ({ metric, value: [1795343921.1, String(value)] }));
  return { status: 'success', data: { resultType: 'vector', result } };
}

export const targets = (health: Readonly<Record<string, string>>): unknown => ({
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

export interface Rule {
  title: string;
  ruleGroup: string;
  for: string;
  data: { model: { conditions?: { evaluator: { params: number[]; type: string } }[] } }[];
}
/** The recorded rules, with the lab's threshold. */
export function rules(change: (rule: Rule) => void = () => undefined): unknown {
  const list = structuredClone(recordedBody('grafana-alert-rules')) as Rule[];
  for (const rule of list) {
    const evaluator = rule.data[1]?.model.conditions?.[0]?.evaluator;
    if (rule.title === 'Failed requests' && evaluator !== undefined) evaluator.params = [20];
    change(rule);
  }
  return list;
}
export const threshold =
  (title: string, value: number, type: string): ((rule: Rule) => void) =>
  (rule) => {
    const evaluator = rule.data[1]?.model.conditions?.[0]?.evaluator;
    if (rule.title === title && evaluator !== undefined) Object.assign(evaluator, { params: [value], type });
  };
export const ruled =
  (title: string, change: Partial<Rule>): ((rule: Rule) => void) =>
  (rule) => {
    if (rule.title === title) Object.assign(rule, change);
  };

export interface Annotation {
  newState: string;
  alertName: string;
  text: string;
}
/** The recorded changes of states, with both alerts fired. */
export function annotations(change: (each: Annotation) => Annotation = (each) => each): unknown {
  const list = recordedBody('grafana-annotations') as Annotation[];
  const low = 'Low prediction confidence {alertname=Low prediction confidence} - A=0.61, B=1';
  return [{ ...list[0], newState: 'Alerting', alertName: '', text: low }, ...list].map((each) =>
    change(each),
  );
}
export const notFired =
  (title: string, by: Partial<Annotation>): ((each: Annotation) => Annotation) =>
  (each) =>
    each.newState === 'Alerting' && each.text.startsWith(title) ? { ...each, ...by } : each;

const dashboards = recordedBody('grafana-search') as { title: string }[];
export const boards = (rename: (title: string) => string | undefined = (title) => title): unknown =>
  [...dashboards, { ...dashboards[0], uid: 'cadvisor', title: 'cAdvisor Docker Insights' }].flatMap(
    (each) => {
      const title = rename(each.title);
      return title === undefined ? [] : [{ ...each, title }];
    },
  );
export const withoutBoard = (title: string): Change[] => [
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

export interface Panel {
  title: string;
  targets: { expr: string }[];
}
export function board(change: (panel: Panel) => void): unknown {
  const whole = structuredClone(recordedBody('grafana-dashboard')) as { dashboard: { panels: Panel[] } };
  whole.dashboard.panels.forEach(change);
  return whole;
}

export const SEARCH = page('dash-service');
export const BOARD = '3000 /api/dashboards/uid/food-classifier-service-monitoring';
export const RULES = page('alert-failed-requests');
export const FIRED = page('alert-failed-fired');
export const TARGETS = page('prom-target-up');
export const METRICS = '8000 /metrics';
export const metrics = String(recordedBody('fastapi-online-metrics'));
export const unmeasured = (name: string): Change =>
  vm.shows(METRICS, metrics.replace(new RegExp(`^${name}.*\n`, 'gm'), ''));
export const LOADER = 'docker-init-data-1';
