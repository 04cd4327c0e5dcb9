/** Saving a folder by SFTP beside `sftp` and `scp`, on the same real server, in turn. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { downloadFolder, type Connection } from '../../src/ssh';
import type { Lab } from '../ssh/setup';
import { freely, World } from '../ssh/world';
import { nearAndFar } from './nearAndFar';
import { median, timed, type Measure } from './table';

const run = promisify(execFile);
const ROUNDS = 3;
const MIB = 64;
/** Small files, near and over a link of 20 ms: `sftp` and `scp` take five round trips for each. */
const SMALL = { near: 200, far: 50 };

export function transferMeasures(): Promise<Measure[]> {
  return nearAndFar(measures);
}

async function measures(lab: Lab, where: string): Promise<Measure[]> {
  const world = new World(lab);
  const small = where === '' ? SMALL.near : SMALL.far;
  const here = mkdtempSync(path.join(tmpdir(), 'bench-files-'));
  try {
    const connection = await world.connections.to(lab.mlflow, new AbortController().signal);
    const make = `rm -rf bench && mkdir -p bench/big bench/small && head -c ${MIB * 1024 * 1024} /dev/urandom > bench/big/model && for i in $(seq ${small}); do head -c 2000 /dev/urandom > bench/small/$i; done`;
    await connection.run(make, freely());
    const of = async (folder: string, what: string): Promise<Measure> => {
      const times = { ours: [] as number[], sftp: [] as number[], scp: [] as number[] };
      for (let round = 0; round < ROUNDS; round += 1) {
        times.ours.push(
          await timed(() => save(connection, folder, path.join(here, `ours${round}${folder}`))),
        );
        times.sftp.push(
          await timed(() => sftp(lab, world, folder, path.join(here, `sftp${round}${folder}`))),
        );
        times.scp.push(await timed(() => scp(lab, world, folder, path.join(here, `scp${round}${folder}`))));
      }
      const [mine, theirs, other] = [median(times.ours), median(times.sftp), median(times.scp)];
      const ms = (value: number): string => `${Math.round(value)} ms`;
      return {
        name: `save ${what}: sftp ÷ ours${where}`,
        value: theirs / mine,
        unit: '×',
        budget: { atLeast: 1 },
        how: `${ms(theirs)} ÷ ${ms(mine)} (scp ${ms(other)}); ours with digests, theirs with a login each`,
      };
    };
    const all = [await of('big', `${MIB} MiB`), await of('small', `${small} small files`)];
    await connection.run('rm -rf bench', freely());
    return all;
  } finally {
    await world.end();
    rmSync(here, { recursive: true });
  }
}

async function save(connection: Connection, folder: string, to: string): Promise<void> {
  await downloadFolder(connection, `~/bench/${folder}`, to, new AbortController().signal, () => undefined);
}

const options = (lab: Lab, world: World): string[] => [
  ...['-q', '-i', lab.keys.rsa, '-o', 'StrictHostKeyChecking=no'],
  ...['-o', `UserKnownHostsFile=${path.join(world.folder, 'known').replaceAll(' ', '_')}`],
  ...['-P', String(lab.mlflow.port), '-r'],
];

async function sftp(lab: Lab, world: World, folder: string, to: string): Promise<void> {
  const { user, address } = lab.mlflow;
  await run('sftp', [...options(lab, world), `${user}@${address}:bench/${folder}`, to]);
}

async function scp(lab: Lab, world: World, folder: string, to: string): Promise<void> {
  const { user, address } = lab.mlflow;
  await run('scp', [...options(lab, world), `${user}@${address}:bench/${folder}`, to]);
}
