import { execFile } from 'node:child_process';
import { copyFileSync, chmodSync, chownSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { lab as cloud } from '../../labs/worlds/lab2-cloud';
import { lab as model } from '../../labs/worlds/lab6-serve-model';
import { lab as system } from '../../labs/worlds/lab6-serve-system';
import { addressOf, inLab, onHost, script } from '../setup';
import { clone } from './clone';
import { RealHosts, USER } from './realHost';
import { answer } from './standIn';

const run = promisify(execFile);

describe('Lab 2 on three real hosts and a real nginx', () => {
  const web = ['gourmetgram-http', 'gourmetgram-predict'];
  const onNode1 = [
    'ssh-node1',
    'hosts-entry-node1',
    'docker-group',
    'bind-mount-page',
    'gourmetgram-cloned',
    'node1-cluster-key',
    'kubespray-cloned',
  ];
  const inner = ['ssh-node2-jump', 'ssh-node3-jump', 'cluster-ssh'];
  const docker = [
    'docker-installed',
    'docker-usable',
    'images-pulled',
    'nginx-public-running',
    'webvol-exists',
  ];
  const all = [...onNode1, ...inner, ...docker, 'nginx-public-http'];
  const real = new RealHosts({
    worlds: cloud,
    world: 'nginx',
    hosts: { node1: 'node1', node2: 'node2', node3: 'node3' },
    standIns: docker,
  });
  /** What serves the lab's application in the place of nginx. */
  const served = new RealHosts({ worlds: cloud, world: 'application', hosts: { node1: 'serve' } });

  before(async () => {
    await real.up();
    await clone('node1', 'gourmetgram', 'main');
    await clone('node1', 'kubespray', 'release-2.26');
    real.put('node1', '~/data/web/index.html', '<h1>Hello bind mounts</h1>\n');
    clusterKey('id_rsa_chameleon');
    await served.up('fastapi', 'flask');
    await script('host.sh', 'open', 'serve', '80');
  });
  after(async () => {
    await script('host.sh', 'close', 'serve', '80');
    await real.end();
    await served.end();
  });

  it('all passes that a student who did it has', () => real.sees({}, all));
  it('the application answers', () => served.sees({}, web));

  it('nginx in the place of the application', () => real.sees({ fails: web }, web));

  it('nginx that hangs is unknown', async () => {
    await script('service.sh', 'hang', 'nginx');
    try {
      await real.sees({ unknown: ['nginx-public-http'] }, all);
    } finally {
      await script('service.sh', 'wake', 'nginx');
    }
  });

  it('a public port where nothing listens is refused, and fails', async () => {
    await script('host.sh', 'close', 'node1', '80');
    const port = `/dev/tcp/${addressOf('node1')}/80`;
    await run('timeout', ['20', 'bash', '-c', `while (: < ${port}) 2> /dev/null; do sleep 0.1; done`]);
    // A connection that an answer came over is kept for some seconds, and would answer still.
    const kept = `ss -Htn state established dst ${addressOf('node1')}:80`;
    await run('timeout', ['20', 'bash', '-c', `while [ -n "$(${kept})" ]; do sleep 0.1; done`]);
    try {
      await real.sees({ fails: ['nginx-public-http'] }, all);
    } finally {
      await script('host.sh', 'open', 'node1', '80');
      await run('timeout', ['20', 'bash', '-c', `until (: < ${port}) 2> /dev/null; do sleep 0.1; done`]);
    }
  });

  it('a cluster key that the others do not know', async () => {
    clusterKey('id_stranger');
    try {
      await real.sees({ fails: ['cluster-ssh'] }, all);
      clusterKey(undefined);
      await real.sees({ fails: ['node1-cluster-key'], unknown: ['cluster-ssh'] }, all);
    } finally {
      clusterKey('id_rsa_chameleon');
    }
  });

  it('another clone, and another branch', async () => {
    const url = 'https://github.com/teaching-on-testbeds/gourmetgram';
    await onHost('node1', 'git', '-C', 'gourmetgram', 'remote', 'set-url', 'origin', `${url}-train`);
    await onHost('node1', 'git', '-C', 'kubespray', 'checkout', '-q', 'main');
    try {
      await real.sees({ fails: ['gourmetgram-cloned', 'kubespray-cloned'] }, all);
    } finally {
      await onHost('node1', 'git', '-C', 'gourmetgram', 'remote', 'set-url', 'origin', url);
      await onHost('node1', 'git', '-C', 'kubespray', 'checkout', '-q', 'release-2.26');
    }
  });

  /** The key with which node1 reaches the others. */
  function clusterKey(name: string | undefined): void {
    for (const suffix of ['', '.pub']) {
      const place = inLab('hosts', 'node1', 'home', '.ssh', `id_rsa${suffix}`);
      rmSync(place, { force: true });
      if (name === undefined) continue;
      copyFileSync(inLab('keys', `${name}${suffix}`), place);
      chmodSync(place, 0o600);
      chownSync(place, USER, USER);
    }
  }
});

describe('Lab 6, serving, on real web services behind a real sshd', () => {
  const OF_DOCKER = ['docker-ready', 'gpu-count', 'fastapi-stack'];
  const NOTEBOOKS = ['fastapi-pt-measured', 'fastapi-onnx-measured'];
  const real = new RealHosts({
    worlds: system,
    world: 'fastapi onnx',
    hosts: { node: 'serve' },
    standIns: [...OF_DOCKER, ...NOTEBOOKS],
    answers: [
      answer("docker version --format '{{.Server.Version}}'", '28.3.3\n'),
      answer(
        `docker inspect -f '{{index .Config.Labels "com.docker.compose.project"}}' flask`,
        'fastapi_test\n',
      ),
    ],
  });
  const served = [
    'fastapi-pt-http',
    'fastapi-predict',
    'flask-http',
    'flask-end-to-end',
    'fastapi-onnx-http',
  ];

  before(async () => {
    await real.up('fastapi', 'flask');
    await clone('serve', 'serve-system-chi', 'main');
    const home = '~/serve-system-chi';
    real.put('node', `${home}/models_staging/food11.pth`, 'x');
    real.put('node', `${home}/workspace/test_image.jpeg`, '');
    await onHost(
      'serve',
      'sh',
      '-c',
      "printf '\\377\\330 a picture' > serve-system-chi/workspace/test_image.jpeg",
    );
    real.put(
      'node',
      `${home}/docker/docker-compose-fastapi.yaml`,
      COMPOSE.replace('fastapi_pt', 'fastapi_onnx'),
    );
    for (const name of ['config.pbtxt', '1/food11.pth', '1/model.py'])
      real.put('node', `${home}/models/food_classifier/${name}`, 'x');
    real.putNotebooks('node');
  });
  after(() => real.end());

  it('the stage with PyTorch: only what is of ONNX fails', () => real.sees({ fails: ['fastapi-onnx-http'] }));

  it('the stage with ONNX: only what is of PyTorch fails', async () => {
    await script('down.sh', 'fastapi');
    await script('up.sh', 'fastapi', { FOOD_TITLE: 'Food Classification API (ONNX)' });
    await real.sees({ fails: ['fastapi-pt-http'] });
  });

  it('a picture that is none is answered by 200 with an error, and fails', async () => {
    const picture = 'serve-system-chi/workspace/test_image.jpeg';
    await onHost('serve', 'sh', '-c', `echo none > ${picture}`);
    try {
      await real.sees({ fails: ['fastapi-pt-http', 'fastapi-predict', 'fastapi-onnx-http'] });
    } finally {
      await onHost('serve', 'sh', '-c', `printf '\\377\\330 a picture' > ${picture}`);
    }
  });

  it('the service is stopped: the page answers “None” with 200, and fails', async () => {
    await script('down.sh', 'fastapi');
    await real.sees({ fails: served.filter((id) => id !== 'flask-http') });
  });

  it('the page is stopped too', async () => {
    await script('down.sh', 'flask');
    await real.sees({ fails: served });
    await script('up.sh', 'fastapi', 'flask');
  });

  it('a page that hangs is unknown; that the server itself gets no answer to /test is known', async () => {
    await script('service.sh', 'hang', 'flask');
    try {
      const asked = ['ssh-ready', 'fastapi-pt-http', 'flask-http', 'flask-end-to-end'];
      await real.sees({ fails: ['flask-end-to-end'], unknown: ['flask-http'] }, asked);
    } finally {
      await script('service.sh', 'wake', 'flask');
    }
  });

  it('the compose file as it came, and a line that is only a comment', async () => {
    real.put('node', '~/serve-system-chi/docker/docker-compose-fastapi.yaml', COMPOSE);
    const asked = ['fastapi-onnx-edit', 'triton-models'];
    await real.sees({ fails: ['fastapi-onnx-edit'] }, asked);
    real.put(
      'node',
      '~/serve-system-chi/docker/docker-compose-fastapi.yaml',
      `${COMPOSE}#      context: /home/cc/serve-system-chi/fastapi_onnx\n`,
    );
    await real.sees({ fails: ['fastapi-onnx-edit'] }, asked);
  });

  it('measurements that were not run are no measurements', async () => {
    real.put('node', '/home/cc/serve-system-chi/workspace/fastapi.ipynb', '{"cells": []}');
    await real.sees({ fails: NOTEBOOKS }, NOTEBOOKS);
    real.put('node', '/home/cc/serve-system-chi/workspace/fastapi.ipynb', '{"cells": [');
    await real.sees({ unknown: NOTEBOOKS }, NOTEBOOKS);
  });
});

const COMPOSE = `services:
  fastapi_server:
    build:
      context: /home/cc/serve-system-chi/fastapi_pt
`;

describe('Lab 6, models, on a real host and a real Jupyter', () => {
  const models = '~/serve-model-chi/workspace/models';
  const NOTEBOOKS = ['torch-measured', 'torch-compiled', 'onnx-measured', 'optimize-measured', 'ep-cpu'];
  const real = new RealHosts({
    worlds: model,
    hosts: { node: 'mlflow' },
    standIns: ['docker-ready', 'gpu-visible', 'volume-created', 'data-loaded', 'image-base', ...NOTEBOOKS],
    answers: [answer("docker version --format '{{.Server.Version}}'", '28.3.3\n')],
  });
  const sizes = {
    'food11.onnx': 9_000_000,
    'food11_optimized.onnx': 8_900_000,
    'food11_quantized_dynamic.onnx': 2_400_000,
    'food11_quantized_aggressive.onnx': 2_400_000,
    'food11_quantized_conservative.onnx': 6_000_000,
  };

  before(async () => {
    await real.up();
    await clone('mlflow', 'serve-model-chi', 'main');
    for (const [name, bytes] of Object.entries(sizes))
      real.put('node', `${models}/${name}`, 'x'.repeat(bytes));
    real.putNotebooks('node');
  });
  after(() => real.end());

  it('all passes that a student who did it has', () => real.sees());

  it('a model that was not made smaller, one that is empty, and one that was never exported', async () => {
    real.put('node', `${models}/food11_quantized_dynamic.onnx`, 'x'.repeat(9_000_000));
    real.put('node', `${models}/food11_optimized.onnx`, '');
    await onHost('mlflow', 'rm', 'serve-model-chi/workspace/models/food11_quantized_conservative.onnx');
    await real.sees({ fails: ['graph-optimized', 'quant-dynamic', 'quant-conservative'] });
    for (const [name, bytes] of Object.entries(sizes))
      real.put('node', `${models}/${name}`, 'x'.repeat(bytes));
  });

  it('the branch of another variant', async () => {
    await onHost('mlflow', 'git', '-C', 'serve-model-chi', 'checkout', '-q', 'amd');
    try {
      await real.sees({ fails: ['repo-cloned'] });
    } finally {
      await onHost('mlflow', 'git', '-C', 'serve-model-chi', 'checkout', '-q', 'main');
    }
  });
});
