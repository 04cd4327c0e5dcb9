import path from 'node:path/posix';
import { mlflowBench, mlflowFiles, mlflowPrograms } from '../world/bench';
import { provisionCloudLab } from '../world/cloudLab';
import { cloudPorts, mlopsPorts } from '../world/labNetworks';
import type { World } from '../world/world';
import type { Invocation, Outcome, Run } from './commands';
import { HOME } from './host';
import { fails, lines } from './outcomes';
import { cloudStages, playCloudStage } from './playCloud';

/** What is played, as the lab's own notebooks go. */
const MLFLOW_STEPS = [
  'Git, Docker and the monitor of the GPU are installed, the lab is cloned',
  'The data container filled the volume food11',
  'Docker Compose started MinIO, PostgreSQL and MLflow on port 8000',
  'Jupyter runs on port 8888 and knows the tracking server',
  'Trained with PyTorch: parameters, metrics and the model are logged; trained again with more data loader workers',
  'Trained with Lightning on two GPUs: only rank 0 logs',
  'The best model is registered, has an alias, and was downloaded',
];

/**
 * `play`: leaves on a server what the student's work of its lab leaves there, without the hours that it takes. For
 * the MLflow lab on its server, and for the cloud lab: from Lab 1's server what is done in Horizon, then on node1.
 * `play ports` there makes the networks and ports of Labs 2 and 3 alone.
 */
export const play: Run = (call) => {
  const { hostname } = call.shell.host;
  if (hostname.startsWith('node-mlflow-')) return playMlflow(call);
  if (hostname.startsWith('hello-chameleon-')) return playHorizon(call);
  if (hostname.startsWith('node1-cloud-')) return playCloud(call);
  return fails(
    call,
    'the demo plays the MLflow lab, on node-mlflow-NETID, and the cloud lab, begun on Lab 1’s server hello_chameleon-USER',
  );
};

function playMlflow(call: Invocation): Outcome {
  const { host } = call.shell;
  const address = host.publicAddress();
  if (address === undefined)
    return fails(call, 'the server has no floating IP, which Jupyter must be told: give it one first');
  host.bench = mlflowBench(address, host.nodeType === 'gpu_mi100');
  for (const [port, program] of mlflowPrograms) host.programs.set(port, program);
  for (const [name, text] of Object.entries(mlflowFiles)) {
    host.files.makeFolder(path.dirname(`${HOME}/${name}`));
    host.files.write(`${HOME}/${name}`, text);
  }
  const steps = MLFLOW_STEPS.map((step, at) => `[${at + 1}/${MLFLOW_STEPS.length}] ${step}`);
  return lines('Played by the demo, as if you had followed the notebooks:', ...steps, 'Now check the lab.');
}

async function playHorizon(call: Invocation): Promise<Outcome> {
  const { around } = call.shell.host;
  if (around === undefined) return fails(call, 'there is no cloud around this server');
  if (call.args[0] === 'ports') return playPorts(around.world);
  const obstacle = provisionCloudLab(around.world);
  if (obstacle !== undefined) return fails(call, obstacle);
  await around.changed();
  return lines(
    'Played by the demo, as if you had followed the cloud lab in Horizon and its notebook:',
    'network, ports, key pair, three servers and an address are there.',
    'Now check the lab, log in to node1 and play on there.',
  );
}

/** For who launches the servers from the extension. */
function playPorts(world: World): Outcome {
  const made = [...cloudPorts(world), ...mlopsPorts(world)];
  return lines(
    'Played by the demo: what the servers of Labs 2 and 3 wait for.',
    ...made.map(({ name, address }) => `${name}  ${address}`),
    'Now reserve, and launch them.',
  );
}

async function playCloud(call: Invocation): Promise<Outcome> {
  const { host } = call.shell;
  const others = ['192.168.1.12', '192.168.1.13'].map((address) => host.around?.hostAt(address));
  const there = others.filter((other) => other !== undefined);
  if (there.length < others.length) return fails(call, 'node2 and node3 are not there');
  const stage = playCloudStage(host, there);
  if (stage === undefined) return lines('All of the cloud lab is played. What is left is to clean up.');
  await host.around?.changed();
  const next =
    stage.at < cloudStages
      ? 'Now check the lab: some of it is gone after the next play.'
      : 'Now check the lab.';
  return lines(`[${stage.at}/${cloudStages}] ${stage.does}`, next);
}
