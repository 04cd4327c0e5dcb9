import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Where the server is, and which of its ports are wanted. */
export interface Wish {
  readonly address: string;
  readonly port: number;
  readonly ports: readonly number[];
}

/** Our forwards of these ports, in a process of their own; the local ports in the same order. */
export async function forwarder(wish: Wish): Promise<{ readonly local: readonly number[]; end: () => void }> {
  const script = path.join(import.meta.dirname, 'forwardProcess.ts');
  const child = spawn(process.execPath, ['--import=tsx', script, JSON.stringify(wish)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout }))
    return { local: JSON.parse(line) as number[], end: () => child.stdin.end() };
  throw new Error('The process with our forwards ended.');
}
