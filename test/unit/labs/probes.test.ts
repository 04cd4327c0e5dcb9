import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../../src/base';
import type { Probe, ProbeSession, ProbeWorld } from '../../../src/labs';
import type { Bindings } from '../../../src/labs/bind';
import { probeForward } from '../../../src/labs/probes/host';
import { probeNotebook } from '../../../src/labs/probes/notebook';
import { probeHttp } from '../../../src/labs/probes/network';
import { Unseen } from '../../../src/labs/probes/unseen';
import { probeZun } from '../../../src/labs/probes/zun';
import { boundCommand, SshError, type Connection, type Target } from '../../../src/ssh';
import { notebook } from '../../labs/world';

const hostile = `a'b "c" $(id) \`id\` ;x`;
const bindings: Bindings = { param: { netID: 'ab1234', odd: hostile }, name: {}, saved: {}, variant: {} };
const target: Target = { serverId: 's', name: 'node', address: '1.2.3.4', port: 22, user: 'cc', via: [] };
const { signal } = new AbortController();

/** A world whose only host is this machine, through a real shell. */
function worldOf(home: string, tools: string, ports: ReadonlyMap<number, number> = new Map()): ProbeWorld {
  const connection: Connection = {
    target,
    hostKey: { type: 'ssh-ed25519', base64: 'A', fingerprint: 'F' },
    closed: new Promise(() => undefined),
    close: () => undefined,
    run: (command, { env, maxBytes }) =>
      new Promise((resolve) => {
        const options = { env: { PATH: `${tools}:${process.env['PATH'] ?? ''}`, HOME: home }, cwd: home };
        execFile('sh', ['-c', boundCommand(command, env)], options, (error, stdout, stderr) => {
          const exit = error === null ? 0 : Number(error.code);
          resolve({ exit, stdout: stdout.slice(0, maxBytes), stderr, truncated: false });
        });
      }),
    open: async (_host, port) => {
      const local = ports.get(port);
      if (local === undefined) throw new SshError('refused', 'Nothing listens.');
      const socket = connect(local, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    },
  };
  return {
    inventory: { takenAt: 0, sites: [], people: [] },
    session: () => undefined,
    fetch: globalThis.fetch,
    dial: () => Promise.reject(new Error('no')),
    clock: systemClock,
    connect: () => Promise.resolve(connection),
    local: undefined,
  };
}

describe('notebooks, read by a real shell', () => {
  let home: string;
  let world: ProbeWorld;
  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'labs-home-'));
    const tools = path.join(home, 'tools');
    await mkdir(path.join(home, 'work'));
    await mkdir(tools);
    // As docker does: a command in another place with the variables that it was given.
    await writeFile(
      path.join(tools, 'docker'),
      '#!/bin/sh\n[ "$1" = exec ] && [ "$2" = -e ] && [ "$4" = -- ] || exit 64\n' +
        '[ "$5" = jupyter ] || { echo "No such container: $5" >&2; exit 1; }\n' +
        'export "$3"; shift 5; export HOME="$HOME/inside"; exec "$@"\n',
    );
    await chmod(path.join(tools, 'docker'), 0o755);
    await mkdir(path.join(home, 'inside'));
    const saved = notebook(['one\n', { executed: false }, { output: 'two', error: 'NameError' }]);
    for (const file of ['work/ab1234.ipynb', `work/${hostile}.ipynb`, 'inside/in.ipynb'])
      await writeFile(path.join(home, file), JSON.stringify(saved));
    await writeFile(path.join(home, 'work/half.ipynb'), JSON.stringify(saved).slice(0, -9));
    await writeFile(path.join(home, 'work/list.ipynb'), '[]');
    world = worldOf(home, tools);
  });
  after(() => rm(home, { recursive: true }));

  const read = (file: string, container?: string) =>
    probeNotebook(
      { kind: 'jupyter', host: 'node', container, notebook: file },
      target,
      bindings,
      world,
      signal,
    );

  it('counts cells, outputs and errors', async () => {
    const { json: _json, ...seen } = (await read('~/work/{{netID}}.ipynb')) as Record<string, unknown>;
    assert.deepEqual(seen, {
      exists: true,
      cells: 3,
      executed: 2,
      outputs: ['one\n', 'two'],
      errors: ['NameError'],
      text: 'one\n\ntwo',
    });
  });

  it('finds a file whose name is no word for a shell, and one by its whole path', async () => {
    assert.equal(((await read('~/work/{{odd}}.ipynb')) as { cells: number }).cells, 3);
    assert.equal(((await read(`${home}/work/ab1234.ipynb`)) as { cells: number }).cells, 3);
  });

  it('reads in a container, where the home is another', async () => {
    assert.equal(((await read('~/in.ipynb', 'jupyter')) as { cells: number }).cells, 3);
    assert.equal(((await read('~/work/ab1234.ipynb', 'jupyter')) as { exists: boolean }).exists, false);
    await assert.rejects(read('~/in.ipynb', 'jupyter2'), isUnseen('badAnswer'));
  });

  it('says what is not there, and judges nothing else', async () => {
    assert.equal(((await read('~/work/none.ipynb')) as { exists: boolean }).exists, false);
    assert.equal(((await read('~/work')) as { exists: boolean }).exists, false);
    await assert.rejects(read('~/work/half.ipynb'), isUnseen('badAnswer'));
    await assert.rejects(read('~/work/list.ipynb'), isUnseen('badAnswer'));
  });
});

describe('pages asked through a host', () => {
  const asked: {
    method: string | undefined;
    url: string | undefined;
    type: string | undefined;
    own: string | string[] | undefined;
    host: string | undefined;
    body: string;
  }[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      const body = Buffer.concat(chunks).toString('utf8');
      asked.push({
        method,
        url,
        type: headers['content-type'],
        own: headers['x-lab'],
        host: headers.host,
        body,
      });
      response.setHeader('X-Seen', 'yes').end('{"ok":true}');
    });
  });
  let world: ProbeWorld;
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    world = worldOf(tmpdir(), '', new Map([[8000, (server.address() as AddressInfo).port]]));
  });
  after(() => server.close());

  const ask = (change: Partial<Extract<Probe, { kind: 'forward' }>>) =>
    probeForward(
      {
        kind: 'forward',
        host: 'node',
        port: 8000,
        path: '/',
        method: 'GET',
        json: undefined,
        headers: {},
        ...change,
      },
      target,
      bindings,
      world,
      signal,
    );

  it('sends JSON with values in their place', async () => {
    const json = { inputs: [{ name: '{{odd}}', data: [1, null, true, 'é'] }] };
    const seen = await ask({
      method: 'POST',
      path: '/v2?x={{odd}}',
      json,
      headers: { 'X-Lab': '{{netID}}' },
    });
    const { headers, ...page } = seen as { headers: Record<string, string> };
    assert.deepEqual(page, { status: 200, body: { ok: true }, text: '{"ok":true}' });
    assert.equal(headers['x-seen'], 'yes');
    const last = asked.at(-1);
    assert.deepEqual(JSON.parse(last?.body ?? ''), {
      inputs: [{ name: hostile, data: [1, null, true, 'é'] }],
    });
    assert.equal(new URL(last?.url ?? '', 'http://x').searchParams.get('x'), hostile);
    assert.deepEqual(
      [last?.method, last?.type, last?.own, last?.host],
      ['POST', 'application/json', 'ab1234', '127.0.0.1:8000'],
    );
  });

  it('asks without a body otherwise', async () => {
    await ask({});
    assert.deepEqual([asked.at(-1)?.method, asked.at(-1)?.body, asked.at(-1)?.type], ['GET', '', undefined]);
    assert.equal(((await ask({ method: 'HEAD' })) as { text: string }).text, '');
  });

  it('a value that no header can hold is not sent', async () => {
    const before = asked.length;
    const broken = { ...bindings, param: { netID: 'a\r\nX-Evil: 1' } };
    const probe = {
      kind: 'forward',
      host: 'node',
      port: 8000,
      path: '/',
      method: 'GET',
      json: undefined,
      headers: { 'X-Lab': '{{netID}}' },
    } as const;
    await assert.rejects(probeForward(probe, target, broken, world, signal));
    assert.equal(asked.length, before);
  });

  it('a port on which nothing listens is an answer', async () => {
    assert.equal(((await ask({ port: 8001 })) as { status: number }).status, 0);
    const url = 'http://127.0.0.1:1/';
    const seen = await probeHttp(url, bindings, () => '', { ...world, fetch: refusing }, signal);
    assert.equal((seen as { status: number }).status, 0);
    await assert.rejects(
      probeHttp(url, bindings, () => '', { ...world, fetch: away }, signal),
      isUnseen('unreachable'),
    );
  });
});

const failing = (code: string) => () =>
  Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }));
const refusing = failing('ECONNREFUSED');
const away = failing('EHOSTUNREACH');

describe('containers at the edge', () => {
  const record = { uuid: 'u-1', name: 'app-ab1234', status: 'Running' };
  const near = { uuid: 'u-2', name: 'app-ab12345', status: 'Running' };
  const answering = (
    list: unknown,
    executed?: unknown,
    status = 200,
  ): [ProbeSession, { path: string; command: string }[]] => {
    const calls: { path: string; command: string }[] = [];
    const session: ProbeSession = {
      clockOffset: 0,
      raw: ({ method, path: asked, query }) => {
        calls.push({ path: `${method} ${asked}`, command: query?.['command'] ?? '' });
        const body = method === 'POST' ? executed : list;
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        return Promise.resolve({ status, headers: {}, text, truncated: false });
      },
    };
    return [session, calls];
  };
  const ask = (session: ProbeSession | undefined, run?: string) =>
    probeZun(
      { kind: 'zun', site: undefined, container: 'app-{{netID}}', run },
      bindings,
      'CHI@Edge',
      session,
      signal,
    );

  it('are found by their exact name', async () => {
    assert.deepEqual(await ask(answering({ containers: [near, record] })[0]), { status: 200, body: record });
    assert.deepEqual(await ask(answering({ containers: [near] })[0]), { status: 404, body: {} });
    await assert.rejects(ask(answering({ containers: [record, record] })[0]), isUnseen('badAnswer'));
  });

  it('run a command with values as environment', async () => {
    const [session, calls] = answering({ containers: [record] }, { output: '{"a":1}', exit_code: 3 });
    assert.deepEqual(await ask(session, 'echo "$odd"'), { exit: 3, stdout: '{"a":1}', json: { a: 1 } });
    assert.equal(calls.at(-1)?.path, 'POST /containers/u-1/execute');
    const line = calls.at(-1)?.command ?? '';
    const printed = await new Promise<string>((resolve, reject) =>
      execFile('sh', ['-c', line], (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(new Error(error.message));
      }),
    );
    assert.equal(printed.trimEnd(), hostile);
  });

  for (const [what, list, executed, status, cause] of [
    ['no list', { hello: 1 }, undefined, 200, 'badAnswer'],
    ['HTML', '<html></html>', undefined, 200, 'badAnswer'],
    ['nothing', '', undefined, 200, 'badAnswer'],
    ['items without names', { containers: [{}] }, undefined, 200, 'badAnswer'],
    ['403', {}, undefined, 403, 'notAllowed'],
    ['503', {}, undefined, 503, 'unreachable'],
    ['no exit code', { containers: [record] }, { output: 'x' }, 200, 'badAnswer'],
    ['an unknown end', { containers: [record] }, { output: 'x', exit_code: null }, 200, 'badAnswer'],
    ['no container to run in', { containers: [near] }, { output: 'x', exit_code: 0 }, 200, 'needs'],
  ] as const)
    it(`tell nothing by ${what}`, async () => {
      await assert.rejects(ask(answering(list, executed, status)[0], 'true'), isUnseen(cause));
    });

  it('tell nothing without a sign-in there', () => assert.rejects(ask(undefined), isUnseen('notAllowed')));
});

function isUnseen(cause: string): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof Unseen && thrown.unknown === cause;
}
