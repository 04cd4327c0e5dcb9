import { recordedBody, recordedOutput } from '../recorded';
import * as vm from '../virtualMachine';
import { notebook, type Change } from '../world';

/** Label Studio, Airflow and MinIO as the real services answered; commands of one text are told under the first id. */
export const id = 'lab7-eval-loop';
export const machine: vm.VirtualMachineLab = {
  id,
  repository: 'eval-loop-chi',
  username: 'alexbaker',
  server: 'node-eval-loop-alexbaker',
  lease: { name: 'lease-eval-loop-alexbaker', flavor: 'm1.medium' },
  ports: [22, 5000, 8000, 8888, 9000, 9001, 8080, 8081],
  vcpus: 2,
  ram: 4096,
};
export const PRODUCTION = 'ls-project-production';
export const CONFIG = 'ls-label-config';
export const TAGS = 'object-tags';
export const NOTEBOOK = '/home/cc/eval-loop-chi/workspace/4_eval_production.ipynb';
export const accuracy = (line: string): unknown =>
  notebook([...Array.from({ length: 6 }, () => ''), `${line}\n`]);

export interface Project {
  id: number;
  title: string;
  task_number: number;
  num_tasks_with_annotations: number;
}
/** The recorded list of projects, with all tasks labelled, and the one of the optional part. */
export function projects(change: (project: Project) => void = () => undefined): string {
  const { results, ...page } = structuredClone(recordedBody('labelstudio-projects')) as {
    results: Project[];
  };
  const [first] = results;
  if (first !== undefined) first.title = 'Food11 Continuous X';
  for (const project of results) {
    project.num_tasks_with_annotations = project.task_number;
    change(project);
  }
  return JSON.stringify({ ...page, results });
}
export const projectsWith = (title: string, change: Partial<Project>): Change =>
  vm.says(
    PRODUCTION,
    projects((project) => {
      if (project.title === title) Object.assign(project, change);
    }),
  );

export const projectOne = (change: object = {}): string =>
  JSON.stringify({ ...(recordedBody('labelstudio-project-1') as object), ...change });
const config = (recordedBody('labelstudio-project-1') as { label_config: string }).label_config;
export const configured = (from: string | RegExp, to: string): Change =>
  vm.says(CONFIG, projectOne({ label_config: config.replace(from, to) }));

export function storage(change: object = {}): string {
  const [first] = recordedBody('labelstudio-storages') as object[];
  return JSON.stringify([{ ...first, s3_endpoint: `http://${vm.ADDRESS}:9000`, ...change }]);
}
export const noToken = JSON.stringify(recordedBody('labelstudio-whoami-401'));
export const notThere = JSON.stringify(recordedBody('labelstudio-project-404'));
export const whoami = (change: object): string =>
  JSON.stringify({ ...(recordedBody('labelstudio-whoami') as object), ...change });

export const tags = (change: object = {}): string =>
  JSON.stringify({
    objects: 12,
    predicted_class: 12,
    confidence: 12,
    timestamp: 12,
    flagged: 1,
    corrected_class: 1,
    ...change,
  });
export const tagged = (change: object): Change => vm.says(TAGS, `${tags(change)}\n`);

export const runs = (dag: string, state = 'success'): string =>
  recordedOutput('airflow-cli-runs')
    .stdout.replaceAll('redpanda_event_aggregation', dag)
    .replaceAll('"success"', `"${state}"`);
export const none = recordedOutput('airflow-cli-runs-none').stdout;
export const BUCKETS = 'production\nproduction-clean\nproduction-label-wait\nproduction-noisy\n';
export const sampling = (list: string, buckets = BUCKETS, found = projects()): string =>
  `${list}@@\n${buckets}@@\n${found}`;

export const executed = (change: object = {}): string =>
  `${JSON.stringify({ n4: [7, 7, 0], n5: [9, 9, 0], n6: [9, 9, 0], n7: [9, 9, 0], ...change })}\n`;
export const stored = (count: number): string =>
  Array.from({ length: count }, (_, at) => `/data/production/class_00/${at}.jpg:\nxl.meta\n`).join('\n');
/** The calls in the code of a Flask that has these routes. */
export const routes = (...paths: readonly string[]): string =>
  paths.map((each) => `app.route('${each}', methods=['POST'])\n`).join('');
