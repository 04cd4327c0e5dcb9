import { up, type Lab } from '../ssh/setup';
import { relay } from './relay';
import type { Measure } from './table';

/** One way of a link of 20 ms, there and back. */
const DELAY_MS = 10;

/** The same measures on the server itself, and on it as one that is 20 ms away. */
export async function nearAndFar(
  measures: (lab: Lab, where: string) => Promise<Measure[]>,
): Promise<Measure[]> {
  const lab = await up(['mlflow']);
  const far = await relay(lab.mlflow.address, lab.mlflow.port, DELAY_MS);
  try {
    const away = { ...lab, mlflow: { ...lab.mlflow, address: '127.0.0.1', port: far.port } };
    return [...(await measures(lab, '')), ...(await measures(away, ', 20 ms away'))];
  } finally {
    far.close();
  }
}
