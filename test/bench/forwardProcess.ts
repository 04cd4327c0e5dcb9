/**
 * Our forwards in a process of their own, as they are in the editor: who uses them is somebody else.
 * Argument: `Wish` as JSON. Prints the local ports as a JSON array; ends with its input.
 */
import { up } from '../ssh/setup';
import { World } from '../ssh/world';
import type { Wish } from './forwarder';

async function main(): Promise<void> {
  const { address, port, ports } = JSON.parse(process.argv[2] ?? '') as Wish;
  const lab = await up(['mlflow']);
  const world = new World(lab);
  const target = { ...lab.mlflow, address, port };
  const local: number[] = [];
  for (const remotePort of ports) {
    const id = String(remotePort);
    const spec = { id, target, remoteHost: '127.0.0.1', remotePort, localPort: 0, name: id, path: '/' };
    world.forwards.start(spec);
    const { localPort = 0 } = await world.becomes(id, 'up', 'degraded');
    local.push(localPort);
  }
  console.log(JSON.stringify(local));
  process.stdin.resume();
  process.stdin.on('end', () => void world.end().then(() => process.exit(0)));
}

void main();
