import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Bench } from '../world/bench';
import type { ProgramName } from '../world/records';
import { gourmetgram, nginx, registry } from './cloudLab';
import { jupyter } from './jupyter';
import { minio } from './minio';
import { mlflow } from './mlflow';
import { ray } from './ray';

/** A request to a program as far as the demo's programs look at it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  /** The `Host` header, port included. */
  readonly host: string;
  readonly origin: string | undefined;
  /** What was sent with it. */
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What a program can say of the server it runs on. */
export interface Surroundings {
  readonly hostname: string;
  readonly upSince: number;
  readonly now: () => number;
  /** What a lab made there. */
  readonly bench?: Bench | undefined;
}

export interface Program {
  /** As its HTTP server calls itself. */
  readonly server: string;
  answer(asked: Asked, where: Surroundings): Answer;
}

const PROGRAMS: Readonly<Record<ProgramName, Program>> = {
  mlflow,
  ray,
  jupyter,
  minio,
  nginx,
  gourmetgram,
  registry,
};

/** What the program answers. */
export function ask(name: ProgramName, asked: Asked, where: Surroundings): Answer {
  return PROGRAMS[name].answer(asked, where);
}

const LONGEST_BODY = 1_000_000;

/** A program that gets its connections handed over: it has no port, a server's loopback is not this machine's. */
export class RunningProgram {
  readonly #http: Server;

  constructor(name: ProgramName, where: Surroundings) {
    const program = PROGRAMS[name];
    this.#http = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => {
        body = (body + chunk).slice(0, LONGEST_BODY);
      });
      request.on('end', () => {
        const answer = program.answer({ ...askedIn(request), body }, where);
        response.writeHead(answer.status, {
          Server: program.server,
          // What listens there can be another program a moment later.
          Connection: 'close',
          'Content-Type': answer.type,
          'Content-Length': String(Buffer.byteLength(answer.body)),
        });
        response.end(request.method === 'HEAD' ? undefined : answer.body);
      });
    });
  }

  take(stream: Duplex): void {
    this.#http.emit('connection', stream);
  }
}

function askedIn(request: IncomingMessage): Asked {
  return {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    host: request.headers.host ?? '',
    origin: request.headers.origin,
  };
}
