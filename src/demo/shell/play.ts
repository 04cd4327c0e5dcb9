import path from 'node:path/posix';
import { mlflowBench, mlflowFiles, mlflowPrograms } from '../world/bench';
import type { Run } from './commands';
import { HOME } from './host';
import { fails, lines } from './outcomes';

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
 * `play`: leaves on a server what the student's work of its lab leaves there, without the hours that it takes. Only
 * for the MLflow lab, on a server that is named as that lab's is.
 */
export const play: Run = (call) => {
  const { host } = call.shell;
  if (!host.hostname.startsWith('node-mlflow-'))
    return fails(call, 'the demo plays the MLflow lab alone, on a server named node-mlflow-NETID');
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
};
