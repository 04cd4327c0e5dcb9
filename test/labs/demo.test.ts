import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import type { EvidenceStore, LabCheck, ProbeWorld } from '../../src/labs';
import { createKeyPair, deleteServer, OpenStackError, type RawAnswer } from '../../src/openstack';
import { SshError, type CommandResult } from '../../src/ssh';
import { readFile } from 'node:fs/promises';
import { DemoDesk, verdictOf } from '../unit/labs/labDesk';
import { socketSaying } from './host';

/**
 * Lab 1's truth: each check against answers that are wrong, cut or like the right one. None may pass, and what says
 * nothing about the deployment must be `unknown`.
 */
interface Mutation {
  readonly name: string;
  /** True if the answer tells nothing: then `failed` would be a lie too. */
  readonly silent: boolean;
}
type OnAnswer = Mutation & { readonly answer: (answer: RawAnswer) => RawAnswer };

const text = (change: (text: string) => string) => (answer: RawAnswer) => ({
  ...answer,
  text: change(answer.text),
});
const fail = (kind: 'unreachable' | 'timeout') => (): never => {
  throw new OpenStackError('No answer.', { kind, service: 'compute' });
};

const onAnswer: readonly OnAnswer[] = [
  { name: 'network cut', silent: true, answer: fail('unreachable') },
  { name: 'time-out', silent: true, answer: fail('timeout') },
  { name: '503', silent: true, answer: (answer) => ({ ...answer, status: 503, text: '{}' }) },
  { name: '403', silent: true, answer: (answer) => ({ ...answer, status: 403, text: '{}' }) },
  { name: '404 of a proxy', silent: true, answer: (a) => ({ ...a, status: 404, text: '<html>no</html>' }) },
  { name: 'empty', silent: true, answer: text(() => '') },
  { name: 'HTML', silent: true, answer: text(() => '<!doctype html><title>Log in</title>') },
  { name: 'truncated JSON', silent: true, answer: text((t) => t.slice(0, -2)) },
  { name: 'too long', silent: true, answer: (answer) => ({ ...answer, truncated: true }) },
  { name: 'null', silent: true, answer: text(() => 'null') },
  { name: 'a bare list', silent: true, answer: text(() => '[]') },
  { name: 'another object', silent: true, answer: text(() => '{"hello":"world"}') },
  {
    name: 'wrong type',
    silent: true,
    answer: text((t) => t.replace(/\[/, '"x",') && '{"servers":"a","leases":7}'),
  },
  { name: 'list of nulls', silent: false, answer: text((t) => t.replace(/:\s*\[[\s\S]*\]/, ':[null]')) },
];

/** Answers that are like the right one. What does not occur in an answer leaves it as it is, and is not counted. */
const alike: readonly (readonly [string, RegExp, string])[] = [
  ['a longer name', /hello_chameleon-alexbaker\b/g, 'hello_chameleon-alexbaker2'],
  ['another status', /"status":"ACTIVE"/g, '"status":"BUILD"'],
  ['another power state', /"OS-EXT-STS:power_state":1/g, '"OS-EXT-STS:power_state":4'],
  ['another image', /"name":"CC-Ubuntu24\.04"/g, '"name":"CC-Ubuntu24.04-CUDA"'],
  ['another flavor', /m1\.small/g, 'm1.smaller'],
  ['another reservation', /"original_name":"reservation:/g, '"original_name":"reservation:0'],
  ['two of the flavor', /"amount":1/g, '"amount":2'],
  ['another network', /"sharednet1":/g, '"sharednet10":'],
  ['another device', /"device_id":"/g, '"device_id":"0'],
  ['another port', /"port_range_min":22,"port_range_max":22\b/g, '"port_range_min":222,"port_range_max":222'],
  ['another protocol', /"protocol":"tcp"/g, '"protocol":"udp"'],
  ['one source only', /"remote_ip_prefix":(?:null|"0\.0\.0\.0\/0")/g, '"remote_ip_prefix":"10.0.0.0/8"'],
  ['other direction', /"direction":"ingress"/g, '"direction":"egress"'],
  [
    'other group',
    /"security_groups":\["[^\]]*\]/g,
    '"security_groups":["11111111-1111-4111-8111-111111111111"]',
  ],
  ['other key', /(ssh-\w+ AAAA[\w+/]{20})[\w+/]{6}/g, '$1zzzzzz'],
  ['other project', /"name":"CHI-/g, '"name":"XCHI-'],
  ['disabled project', /"enabled":true/g, '"enabled":false'],
  ['five hours', /"start_date":"[^"]*"/g, '"start_date":"2999-01-01T00:00:00.000000"'],
];

/** Of an answer that may say so rightly: a clean-up row passes just when these are not there. */
const notForCleanup = new Set(['a longer name', 'another status', 'another device']);

const CLEANUP = ['cleanup-server', 'cleanup-fip', 'cleanup-lease'];

describe('Lab 1 in the demo: no wrong answer passes', () => {
  let desk: DemoDesk;
  let count = 0;

  before(async () => {
    desk = await DemoDesk.open('lab1-hello-chameleon');
    const chi = desk.session('CHI@TACC');
    const key = await readFile(desk.demo.publicKeyFile, 'utf8');
    assert(chi !== undefined);
    await createKeyPair(chi, { name: 'mine', publicKey: key.trim() });
    await desk.refresh();
  });
  after(async () => {
    console.log(`      ${count} wrong answers tried on ${checks().length} checks`);
    await desk.close();
  });

  function checks(): LabCheck[] {
    return desk.lab.steps.flatMap((step) => step.checks);
  }

  it('passes whole in the right world, clean-up and the third site aside', async () => {
    const left = (await desk.check()).filter((check) => check.verdict !== 'passed').map(({ id }) => id);
    assert.deepEqual(left, ['keypair-chi-uc', 'hello-linux-optional', ...CLEANUP]);
  });

  it('OpenStack: cut, garbled and similar answers', async () => {
    for (const check of checks()) {
      const { probe } = check;
      if (probe.kind !== 'openstack' || check.id === 'keypair-chi-uc' || CLEANUP.includes(check.id)) continue;
      for (const mutation of onAnswer) {
        // An odd list inside of one thing says nothing of what the check looks at.
        if (!mutation.silent && probe.list === undefined) continue;
        const verdict = verdictOf(await run(check, mutation.answer), check.id);
        assert.equal(verdict.verdict, 'unknown', `${check.id}, ${mutation.name}: ${verdict.reason}`);
        count += 1;
      }
      for (const [name, pattern, other] of alike) {
        let changed = false;
        const verdict = verdictOf(
          await run(check, (answer) => {
            const changedText = answer.text.replace(pattern, other);
            changed ||= changedText !== answer.text;
            return { ...answer, text: changedText };
          }),
          check.id,
        );
        if (!changed || !matters(check.id, name)) continue;
        assert.notEqual(verdict.verdict, 'passed', `${check.id}, ${name}`);
        count += 1;
      }
    }
  });

  it('OpenStack: none, and one too many', async () => {
    for (const id of [
      'lease-active',
      'server-active',
      'fip-associated',
      'server-sharednet1',
      'sg-allow-ssh',
    ]) {
      const check = checks().find((each) => each.id === id);
      assert(check !== undefined);
      const none = verdictOf(
        await run(
          check,
          text((t) => t.replace(/:\s*\[[\s\S]*\]/, ':[]')),
        ),
        id,
      );
      assert.notEqual(none.verdict, 'passed', `${id}, none`);
      count += 1;
      if (id === 'sg-allow-ssh') continue; // Two such groups are as good as one.
      const twice = verdictOf(await run(check, text(doubled)), id);
      assert.notEqual(twice.verdict, 'passed', `${id}, one too many: ${twice.reason}`);
      count += 1;
    }
  });

  it('commands: other output, exit codes and broken connections', async () => {
    const results: readonly [string, boolean, Partial<CommandResult> | SshError][] = [
      ['exit 1', false, { exit: 1 }],
      ['exit 255 with nothing', false, { exit: 255, stdout: '' }],
      ['killed', true, { exit: undefined }],
      ['empty', false, { stdout: '' }],
      ['HTML', false, { stdout: '<html></html>' }],
      ['another host', false, { stdout: 'hello-chamaleon\n' }],
      ['its own laptop', false, { stdout: 'laptop\n' }],
      ['too much', true, { truncated: true }],
      ['time-out', true, new SshError('timeout', 'Too slow.')],
      ['network cut', true, new SshError('unreachable', 'Away.')],
      ['connection lost', true, new SshError('closed', 'Lost.')],
      ['changed host key', true, new SshError('hostKeyChanged', 'Another key.')],
      ['no key', true, new SshError('noKey', 'No key.')],
    ];
    for (const check of checks()) {
      if (check.probe.kind !== 'ssh') continue;
      const command = check.probe.run;
      for (const [name, silent, change] of results) {
        if (check.id === 'scp-up' && /HTML|host|laptop/.test(name)) continue; // Any edited text is right.
        const world = withCommands(command, change);
        const verdict = verdictOf(await desk.check({ world, only: [check.id] }), check.id);
        assert.notEqual(verdict.verdict, 'passed', `${check.id}, ${name}`);
        if (silent) assert.equal(verdict.verdict, 'unknown', `${check.id}, ${name}: ${verdict.reason}`);
        count += 1;
      }
    }
  });

  it('a file that was not edited, and one of another server', async () => {
    const greeting = 'Hello from hello-chameleon-alexbaker\n';
    const same = await desk.check({ world: withCommands('cat /home/cc/hello.txt', { stdout: greeting }) });
    assert.equal(verdictOf(same, 'scp-up').verdict, 'failed');
    assert.equal(verdictOf(same, 'hello-file').verdict, 'passed');
    const other = await desk.check({
      world: withCommands('cat /home/cc/hello.txt', { stdout: 'Hello from laptop\n' }),
    });
    assert.equal(verdictOf(other, 'hello-file').verdict, 'failed');
    count += 2;
  });

  it('refused keys fail the login, and nothing else is judged', async () => {
    const world = desk.world({ connect: () => Promise.reject(new SshError('auth', 'None is taken.')) });
    const seen = await desk.check({ world });
    assert.equal(verdictOf(seen, 'ssh-login').verdict, 'failed');
    assert.equal(verdictOf(seen, 'hello-file').cause, 'needs');
    count += 1;
  });

  it('port 22: refused, silent, another protocol, nothing at all', async () => {
    const speaking = (banner: string) => (): Promise<Socket> => Promise.resolve(socketSaying(banner));
    const refused = Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
    const away = Object.assign(new Error('no'), { code: 'EHOSTUNREACH' });
    const slow = Object.assign(new Error('no'), { code: 'ETIMEDOUT' });
    for (const [dial, verdict] of [
      [() => Promise.reject(refused), 'failed'],
      [() => Promise.reject(away), 'unknown'],
      [() => Promise.reject(slow), 'unknown'],
      [speaking('HTTP/1.1 400 Bad Request\r\n'), 'failed'],
      [speaking('SSH-1.99-old\n'), 'failed'],
      [speaking(''), 'failed'],
    ] as const) {
      const seen = await desk.check({ world: desk.world({ dial }), only: ['port-22-open'] });
      assert.equal(verdictOf(seen, 'port-22-open').verdict, verdict);
      count += 1;
    }
  });

  it('files of this machine: none, empty, a private key, HTML, not readable', async () => {
    const privateKey = await readFile(desk.demo.keyFile);
    const away = Object.assign(new Error('no'), { code: 'ENOENT' });
    const locked = Object.assign(new Error('no'), { code: 'EACCES' });
    const bytes = (content: string | Buffer) => () => Promise.resolve(Buffer.from(content));
    for (const [readFile, verdict] of [
      [() => Promise.reject(away), 'failed'],
      [() => Promise.reject(locked), 'unknown'],
      [bytes(''), 'failed'],
      [bytes(privateKey), 'failed'],
      [bytes('<html></html>'), 'failed'],
      [bytes('ssh-rsa short'), 'failed'],
    ] as const) {
      const world = desk.world({ local: { readFile, home: '/nowhere' } });
      const seen = await desk.check({ world, only: ['local-key-exists', 'scp-down'] });
      assert.equal(verdictOf(seen, 'local-key-exists').verdict, verdict);
      count += 1;
      if (verdict === 'unknown') assert.equal(verdictOf(seen, 'scp-down').verdict, 'unknown');
    }
    const gone = await desk.check({
      world: desk.world({ local: { readFile: () => Promise.reject(away), home: '/nowhere' } }),
      only: ['scp-down'],
    });
    assert.equal(verdictOf(gone, 'scp-down').verdict, 'failed');
  });

  it('clean-up is not believed before there was something, nor from a wrong answer', async () => {
    const kept = new Map<string, unknown>();
    const evidence = {
      load: () => Promise.resolve(kept.get('e') as undefined),
      save: (_: unknown, value: unknown) => {
        kept.set('e', value);
        return Promise.resolve();
      },
    };
    await desk.check({ evidence });
    const session = desk.session('KVM@TACC');
    const server = desk.inventory.sites
      .flatMap((site) => site.servers)
      .find((each) => each.name === 'hello_chameleon-alexbaker');
    assert(session !== undefined && server !== undefined);
    await deleteServer(session, server.id);
    await desk.refresh();

    const fresh = await desk.check();
    assert.equal(verdictOf(fresh, 'cleanup-server').cause, 'needs', 'without evidence it proves nothing');
    const seen = await desk.check({ evidence });
    assert.equal(verdictOf(seen, 'server-active').verdict, 'passed earlier');
    assert.equal(verdictOf(seen, 'ssh-login').verdict, 'passed earlier');
    assert.equal(verdictOf(seen, 'cleanup-server').verdict, 'passed');
    assert.equal(verdictOf(seen, 'cleanup-lease').verdict, 'failed');

    for (const id of CLEANUP) {
      const check = checks().find((each) => each.id === id);
      assert(check !== undefined);
      for (const mutation of onAnswer) {
        const verdict = verdictOf(await run(check, mutation.answer, evidence), id);
        assert.notEqual(verdict.verdict, 'passed', `${id}, ${mutation.name}`);
        count += 1;
      }
    }
  });

  function run(check: LabCheck, change: (answer: RawAnswer) => RawAnswer, evidence?: EvidenceStore) {
    const { probe } = check;
    assert(probe.kind === 'openstack');
    const literal = probe.path.split('{{')[0] ?? '';
    const world: ProbeWorld = desk.world({
      session: (site) => {
        const session = desk.session(site);
        if (session === undefined) return undefined;
        return {
          clockOffset: 0,
          raw: async (request) => {
            const answer = await session.raw(request);
            const mine = request.service === probe.service && request.path.startsWith(literal);
            return mine ? change(answer) : answer;
          },
        };
      },
    });
    return desk.check({ world, only: [check.id], ...(evidence === undefined ? {} : { evidence }) });
  }

  function withCommands(command: string, change: Partial<CommandResult> | SshError): ProbeWorld {
    return desk.worldThrough((real) => ({
      run: async (line, options) => {
        const result = await real.run(line, options);
        if (line !== command) return result;
        if (change instanceof SshError) throw change;
        return { ...result, ...change };
      },
    }));
  }
});

/** Whether a change of an answer is a change for that check: the lease's start says nothing about its flavor. */
function matters(id: string, name: string): boolean {
  if (notForCleanup.has(name) && CLEANUP.includes(id)) return false;
  const about: Readonly<Record<string, readonly string[]>> = {
    'auth-kvm': [],
    'lease-active': ['a longer name', 'another status'],
    'lease-flavor-small': ['another flavor', 'two of the flavor'],
    'lease-duration': ['five hours'],
    'server-active': ['a longer name', 'another status', 'another power state'],
    'server-image': ['another image'],
    'server-flavor-reserved': ['another reservation'],
    'server-sharednet1': ['another network'],
    'fip-associated': ['another device', 'another status'],
    'sg-allow-ssh': ['another port', 'another protocol', 'one source only', 'other direction'],
    'sg-attached': ['another device', 'other group'],
    'project-member': ['other project', 'disabled project'],
    'keypair-kvm-tacc': ['other key'],
    'keypair-chi-tacc': ['other key'],
  };
  return about[id]?.includes(name) ?? true;
}

/** The answer with every item of every list twice. */
function doubled(answer: string): string {
  const twice = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.flatMap((item: unknown) => [twice(item), twice(item)]);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, twice(item)]));
  };
  return JSON.stringify(twice(JSON.parse(answer)));
}
