import assert from 'node:assert/strict';
import { ShellBench, type OnHost } from './shell';
import type { LabWorlds } from './world';
import { lab as serveSystem } from './worlds/lab6-serve-system';
import { lab as loop } from './worlds/lab7-eval-loop';
import { lab as offline } from './worlds/lab7-eval-offline';
import { lab as online } from './worlds/lab7-eval-online';
import { lab as cloud } from './worlds/lab2-cloud';
import { lab as persist } from './worlds/lab8-data-persist';
import { lab as project } from './worlds/project';

const REPO = { clone: 'shop', env: { repoFolder: 'shop', trainFolder: 'train' } };

/**
 * Checks that look for words in a file, by their own command in a real shell: what is a comment, a text, another
 * function, a longer name, another service's line, or of a container that has stopped is not it.
 */
const CASES: readonly {
  readonly lab: LabWorlds;
  readonly check: string;
  readonly right: Readonly<Record<string, OnHost>>;
  readonly wrong: Readonly<Record<string, OnHost>>;
}[] = [
  {
    lab: loop,
    check: 'flask-feedback-branch',
    right: {
      'the branch feedback': flask("@app.route('/flag/<path:key>', methods=['POST'])"),
      'the branch userlabel': flask('@app.route("/correct-label/<path:key>", methods=["POST"])'),
    },
    wrong: {
      'the branch production': flask(''),
      'a comment': flask("# @app.route('/flag/<path:key>', methods=['POST'])"),
      'a comment behind code': flask("route = None  # app.route('/flag/<path:key>')"),
      'a text': flask(`print("@app.route('/flag/<path:key>')")`),
      'a text of several lines': flask(`"""\n@app.route('/flag/<path:key>', methods=['POST'])\n"""`),
      'another function': flask(`log('/flag/<path:key>')`),
      'a form that leads there': flask(`form = f'<form method="POST" action="/flag/{key}">'`),
      'a longer name': flask("@app.route('/flagged/<path:key>')"),
      'no code that Python reads': flask("@app.route('/flag/<path:key>'"),
      'a stopped container': flask("@app.route('/flag/<path:key>')", 'exited'),
      'no container': {},
    },
  },
  {
    lab: loop,
    check: 'flask-userlabel-branch',
    right: { 'the branch userlabel': flask("@app.route('/correct-label/<path:key>', methods=['POST'])") },
    wrong: {
      'the branch feedback': flask("@app.route('/flag/<path:key>', methods=['POST'])"),
      'a comment': flask("# @app.route('/correct-label/<path:key>', methods=['POST'])"),
      'a text': flask(`"""\n@app.route('/correct-label/<path:key>')\n"""`),
      'another function': flask("url_for('/correct-label/<path:key>')"),
      'a longer name': flask("@app.route('/correct-labels/<path:key>')"),
    },
  },
  {
    lab: loop,
    check: 'compose-userlabel',
    right: { 'the branch': compose('flask', 'https://github.com/x/gourmetgram.git#userlabel') },
    wrong: {
      'the branch before': compose('flask', 'https://github.com/x/gourmetgram.git#feedback'),
      'a comment': compose(
        'flask',
        'https://github.com/x/gourmetgram.git#feedback # gourmetgram.git#userlabel',
      ),
      'a line that is commented out': compose(
        'flask',
        './x\n# context: https://x.org/gourmetgram.git#userlabel',
      ),
      'a longer branch': compose('flask', 'https://github.com/x/gourmetgram.git#userlabel-old'),
      'another repository': compose('flask', 'https://github.com/x/not-gourmetgram.git#userlabel'),
    },
  },
  ...[loop, offline, serveSystem].map((lab) => ({
    lab,
    check: 'jupyter-token',
    right: { 'its log': jupyter(`http://127.0.0.1:8888/lab?token=${'0a'.repeat(24)}\n`) },
    wrong: {
      'the log of a stopped container': jupyter(
        `http://127.0.0.1:8888/lab?token=${'0a'.repeat(24)}\n`,
        'exited',
      ),
      'a log without it': jupyter('Installing numpy\n'),
      'a token that is hidden': jupyter('http://127.0.0.1:8888/lab?token=...\n'),
      'no container': {},
    },
  })),
  {
    lab: online,
    check: 'pred-metrics-code',
    right: {
      'as the lab says': service(
        'prometheus-client',
        "c = Counter(\n    'predicted_class_total', 'By class')",
      ),
      'with a version': service(
        'prometheus_client>=0.20',
        'c = Counter("predicted_class_total", "By class")',
      ),
    },
    wrong: {
      'the service of before': service('prometheus-fastapi-instrumentator', ''),
      'a comment': service('prometheus-client', "# c = Counter('predicted_class_total')"),
      'a text': service('prometheus-client', `"""\nCounter('predicted_class_total')\n"""`),
      'another function': service('prometheus-client', "print('predicted_class_total')"),
      'a longer name': service('prometheus-client', "c = Counter('predicted_class_total_old', 'x')"),
      'a longer package': service('prometheus-client-extra', "c = Counter('predicted_class_total', 'x')"),
      'a package in a comment': service('# prometheus-client', "c = Counter('predicted_class_total', 'x')"),
    },
  },
  {
    lab: online,
    check: 'drift-code',
    right: {
      'as the lab says': service('alibi-detect', 'cd = load_detector("cd")'),
      'by its module': service('alibi_detect==0.12.0', 'cd = alibi_detect.saving.load_detector("cd")'),
    },
    wrong: {
      'a comment': service('alibi-detect', '# cd = load_detector("cd")'),
      'an import alone': service('alibi-detect', 'from alibi_detect.saving import load_detector'),
      'a text': service('alibi-detect', `x = 'load_detector("cd")'`),
      'a function of that name': service('alibi-detect', 'def load_detector(name):\n    return name'),
      'a longer name': service('alibi-detect', 'cd = reload_detector("cd")'),
      'a longer package': service('alibi-detector', 'cd = load_detector("cd")'),
    },
  },
  {
    lab: online,
    check: 'drift-service-up',
    right: {
      'the new image': fastapi('cd = load_detector("cd")', 'INFO: Uvicorn running on http://0.0.0.0:8000\n'),
    },
    wrong: {
      'an old image': fastapi('', 'INFO: Uvicorn running on http://0.0.0.0:8000\n'),
      'a comment': fastapi('# cd = load_detector("cd")', 'INFO: Uvicorn running on http://0.0.0.0:8000\n'),
      'a start that is not over': fastapi('cd = load_detector("cd")', 'INFO: Waiting\n'),
    },
  },
  {
    lab: serveSystem,
    check: 'fastapi-onnx-edit',
    right: {
      'as the lab says': compose('fastapi_server', '/home/cc/serve-system-chi/fastapi_onnx'),
      'with a remark': compose(
        'fastapi_server',
        '"/home/cc/serve-system-chi/fastapi_onnx/" # was fastapi_pt',
      ),
    },
    wrong: {
      'as it was': compose('fastapi_server', '/home/cc/serve-system-chi/fastapi_pt'),
      'a comment': compose(
        'fastapi_server',
        '/home/cc/serve-system-chi/fastapi_pt # serve-system-chi/fastapi_onnx',
      ),
      'a longer name': compose('fastapi_server', '/home/cc/serve-system-chi/fastapi_onnx_old'),
      'another service': compose('jupyter', '/home/cc/serve-system-chi/fastapi_onnx'),
      'no file': {},
    },
  },
  {
    lab: cloud,
    check: 'kubespray-metrics',
    right: { 'as the lab says': kubespray('addons', 'metrics_server_enabled: true') },
    wrong: {
      'a comment': kubespray('addons', '# metrics_server_enabled: true'),
      'a longer name': kubespray('addons', 'old_metrics_server_enabled: true'),
      'a remark': kubespray('addons', 'metrics_server_enabled: false # true'),
      'twice, the last one counts': kubespray(
        'addons',
        'metrics_server_enabled: true\nmetrics_server_enabled: false',
      ),
    },
  },
  {
    lab: cloud,
    check: 'kubespray-manager',
    right: { 'as the lab says': kubespray('k8s-cluster', 'container_manager: docker') },
    wrong: {
      'a comment': kubespray('k8s-cluster', '# container_manager: docker\ncontainer_manager: containerd'),
      'a longer name': kubespray('k8s-cluster', 'container_manager: docker-ce'),
    },
  },
  {
    lab: persist,
    check: 'fuse-allow-other',
    right: { 'the line': { files: { '/etc/fuse.conf': 'mount_max = 1000\nuser_allow_other\n' } } },
    wrong: {
      'a comment': { files: { '/etc/fuse.conf': '#user_allow_other\n' } },
      'a longer name': { files: { '/etc/fuse.conf': 'user_allow_others\n' } },
    },
  },
  {
    lab: project,
    check: 'github-only',
    right: {
      'own machines': workflow('    runs-on: self-hosted # no longer ubuntu-latest\n'),
      'an image of a system': workflow('    runs-on: self-hosted\n    container: ghcr.io/x/ubuntu-24.04\n'),
      'no workflow': { ...workflow(''), files: { '~/shop/README.md': 'x' } },
    },
    wrong: {
      'a machine of GitHub': workflow('    runs-on: ubuntu-latest\n'),
      'in a list below': workflow('    runs-on:\n      - ubuntu-24.04\n'),
      'in a matrix': workflow(
        '    strategy: { matrix: { os: [macos-14] } }\n    runs-on: ${{ matrix.os }}\n',
      ),
      'no clone': {},
    },
  },
  {
    lab: project,
    check: 'train-script',
    right: { 'the script is run': training('CMD ["python", "train.py"]', 'import argparse\n') },
    wrong: {
      'a script of a longer name is run': training('CMD ["python", "old_train.py"]', 'import argparse\n'),
      'a comment names it': training('# python train.py', 'import argparse\n'),
      'a comment speaks of arguments': training('CMD ["python", "train.py"]', '# argparse\n'),
    },
  },
];

for (const { lab, check, right, wrong } of CASES)
  describe(`${lab.id}: ${check}, in a real shell`, () => {
    const bench = new ShellBench(lab);
    for (const [name, host] of Object.entries(right))
      it(name, async () => {
        const { verdict, reason } = await bench.sees(check, host);
        assert.equal(verdict, 'passed', reason);
      });
    for (const [name, host] of Object.entries(wrong))
      it(`${name} does not pass`, async () => {
        const { verdict, reason } = await bench.sees(check, host);
        assert.equal(verdict, 'failed', reason);
      });
  });

function flask(line: string, status = 'running'): OnHost {
  const code = `from flask import Flask\napp = Flask(__name__)\n\n${line}\ndef feedback(key=""):\n    return "", 204\n`;
  return { containers: { flask: { status } }, files: { 'flask:/app/app.py': code } };
}

function fastapi(line: string, log: string): OnHost {
  return {
    containers: { fastapi_server: { log } },
    files: { 'fastapi_server:/app/app.py': `app = FastAPI()\n${line}\n` },
  };
}

function service(packages: string, line: string): OnHost {
  const folder = '~/eval-online-chi/fastapi_pt';
  const code = `app = FastAPI()\n${line}\n`;
  return {
    files: { [`${folder}/requirements.txt`]: `fastapi\n${packages}\nnumpy\n`, [`${folder}/app.py`]: code },
  };
}

function jupyter(log: string, status = 'running'): OnHost {
  return { containers: { jupyter: { log, status } } };
}

/** A Compose file in which a service is built from there, as both labs have it. */
function compose(name: string, context: string): OnHost {
  const build = (each: string): string =>
    `  ${each}:\n    build:\n      context: ${each === name ? context : './fastapi_pt'}\n      dockerfile: Dockerfile\n`;
  const text = `name: test\nservices:\n${['fastapi_server', 'jupyter', 'flask'].map(build).join('\n')}`;
  return {
    files: {
      '~/eval-loop-chi/docker/docker-compose-production.yaml': text,
      '~/serve-system-chi/docker/docker-compose-fastapi.yaml': text,
    },
  };
}

function kubespray(file: string, line: string): OnHost {
  const place = `~/kubespray/inventory/mycluster/group_vars/k8s_cluster/${file}.yml`;
  return { files: { [place]: `---\nhelm_enabled: false\n${line}\nregistry_enabled: false\n` } };
}

function workflow(job: string): OnHost {
  return { ...REPO, files: { '~/shop/.github/workflows/ci.yml': `on: push\njobs:\n  test:\n${job}` } };
}

function training(line: string, code: string): OnHost {
  const files = { '~/shop/train/Dockerfile': `FROM python:3.12\n${line}\n`, '~/shop/train/train.py': code };
  return { ...REPO, files };
}
