import assert from 'node:assert/strict';
import { causeOf, climb, reportOf, type Diagnosis, type Reach } from '../../../src/doctor';
import { SshError, type CommandResult, type Connection, type Door, type HostKey } from '../../../src/ssh';
import { Masking } from '../../../src/extension/masking';
import { diagnosis, right, wrong } from './right';

const key = (name: string): HostKey => ({ type: 'ssh-ed25519', base64: name, fingerprint: `SHA256:${name}` });
const DF = 'Filesystem 1024-blocks Used Available Capacity Mounted on\n';
const LOOKED = `shell-works
/dev/vda1 40470732 8912388 31541960 23% /
--inodes--
/dev/vda1 5000 100 4900 2% /
--write--
yes
`;
const door = (more: Partial<Door> = {}): Door => ({
  gate: undefined,
  tcp: undefined,
  banner: 'SSH-2.0-OpenSSH_9.6p1 Ubuntu-3',
  hostKey: key('A'),
  handshake: undefined,
  ...more,
});
const result = (more: Partial<CommandResult> = {}): CommandResult => ({
  exit: 0,
  stdout: LOOKED,
  stderr: '',
  truncated: false,
  ...more,
});

interface World {
  door?: Door;
  pinned?: readonly HostKey[];
  printed?: readonly HostKey[] | undefined;
  login?: Error;
  another?: boolean;
  shell?: CommandResult | Error;
  listening?: Error;
}
function reach(world: World): Reach {
  const connection = {
    target: { user: 'cc' },
    run: () =>
      world.shell instanceof Error ? Promise.reject(world.shell) : Promise.resolve(world.shell ?? result()),
  } as unknown as Connection;
  return {
    door: async () => world.door ?? door(),
    pinned: async () => world.pinned ?? [key('A')],
    printed: 'printed' in world ? world.printed : [key('A')],
    login:
      world.another === true
        ? undefined
        : () => (world.login === undefined ? Promise.resolve(connection) : Promise.reject(world.login)),
    owner: 'cd5678',
    listening: () =>
      world.listening === undefined
        ? Promise.resolve([{ port: 8000, host: '127.0.0.1', by: 'mlflow' }])
        : Promise.reject(world.listening),
    services: [{ name: 'MLflow', port: 8000 }],
  };
}
const reported = (so: Diagnosis, mask = (words: string) => words): string =>
  reportOf(so, { running: false, mask });
const signal = new AbortController().signal;
const climbed = (world: World): Promise<Diagnosis> => climb(right(), reach(world), signal, () => undefined);

const cases: readonly [string, World, string, RegExp, string?][] = [
  [
    'its gate is not reached',
    { door: door({ gate: new SshError('timeout', 'gate is silent') }) },
    'tcp failed',
    /gate is silent/,
  ],
  [
    'packets get no answer',
    { door: door({ tcp: new SshError('timeout', 'no answer', { next: 'VPN' }) }) },
    'tcp failed',
    /no answer/,
  ],
  [
    'it says nothing',
    { door: door({ banner: undefined }) },
    'banner failed',
    /says nothing/,
    'openInHorizon',
  ],
  [
    'something else answers',
    { door: door({ banner: 'HTTP/1.1 400 \u001b[31mBad' }) },
    'banner failed',
    /no SSH server \(“HTTP\/1.1 400 \[31mBad”\)/,
  ],
  [
    'it shows no key',
    { door: door({ hostKey: undefined, handshake: new SshError('protocol', 'no common cipher') }) },
    'hostKey failed',
    /no common cipher/,
  ],
  [
    'it shows another key',
    { pinned: [key('B')], printed: undefined },
    'hostKey failed',
    /now SHA256:A, before SHA256:B/,
    'forgetHostKey',
  ],
  ['it was rebuilt', { pinned: [key('B')] }, 'hostKey failed', /another key than before/, 'forgetHostKey'],
  [
    'its address is another’s',
    { pinned: [], printed: [key('C')] },
    'hostKey failed',
    /is not this server/,
    'attachFloatingIp',
  ],
  [
    'my key is refused',
    { login: new SshError('auth', 'None of your keys') },
    'login failed',
    /None of your keys/,
  ],
  [
    'the shell hangs',
    { shell: new SshError('timeout', 'took longer than 15 s') },
    'shell failed',
    /longer than 15/,
  ],
  [
    'the shell ends',
    { shell: result({ exit: 1, stdout: '', stderr: 'This account is\nnot available' }) },
    'shell failed',
    /ends at once \(1\): This account is not available/,
  ],
  [
    'the disk is full',
    { shell: result({ stdout: LOOKED.replace('23%', '100%') }) },
    'disk failed',
    /disk of \/ is full/,
  ],
  [
    'there are no inodes',
    { shell: result({ stdout: LOOKED.replace('2% /\n--write', '100% /\n--write') }) },
    'disk failed',
    /more files/,
  ],
  [
    'the disk is read-only',
    { shell: result({ stdout: LOOKED.replace('yes', 'sh: Read-only file system') }) },
    'disk failed',
    /read-only/,
  ],
  ['the service is away', {}, 'services failed', /nothing listens/i],
];

describe('the ladder', () => {
  for (const [name, world, expected, words, repair] of cases)
    it(`ends at its cause when ${name}`, async () => {
      const bad = reach(world);
      const whole =
        expected === 'services failed'
          ? await climb(right(), { ...bad, listening: async () => [] }, signal, () => undefined)
          : await climb(right(), bad, signal, () => undefined);
      const cause = causeOf(whole);
      assert.ok(cause);
      assert.equal(`${cause.id} ${cause.verdict}`, expected);
      assert.match(cause.what, words);
      assert.equal(cause.repair, repair);
      const above = wrong(whole.rungs).filter((each) => each !== expected);
      assert.ok(
        above.every((each) => each.endsWith('notAsked')),
        above.join(),
      );
    });

  it('is whole when everything is right, and tells each step as it comes', async () => {
    const told: number[] = [];
    const whole = await climb(right(), reach({}), signal, ({ rungs }) => told.push(rungs.length));
    assert.deepEqual(wrong(whole.rungs), []);
    assert.equal(whole.rungs.length, 13);
    assert.equal(causeOf(whole), undefined);
    assert.deepEqual(told, [6, 9, 10, 12, 13, 13]);
    assert.match(reported(whole), /every step is right/);
  });

  it('is climbed by a TA as far as the cloud and the open port can tell', async () => {
    const facts = right();
    facts.held = undefined;
    const whole = await climb(facts, reach({ another: true, pinned: [] }), signal, () => undefined);
    assert.deepEqual(wrong(whole.rungs), [
      'keyPair unknown',
      'login unknown',
      'shell notAsked',
      'disk notAsked',
    ]);
    assert.match(reported(whole), /Nothing wrong was found, as far as can be seen \\?\(2 steps/);
  });

  it('does not touch a server that there is no way to', async () => {
    const touched = { ...reach({}), door: async (): Promise<Door> => assert.fail('touched') };
    const facts = right();
    facts.site = { ...facts.site, leases: [] };
    const whole = await climb(facts, touched, signal, () => undefined);
    assert.equal(whole.rungs.filter(({ verdict }) => verdict === 'notAsked').length, 11);
    assert.deepEqual(wrong((await climb(right(), undefined, signal, () => undefined)).rungs), []);
  });

  it('can’t say of a first meeting without a console whether it is the right one', async () => {
    const whole = await climbed({ pinned: [], printed: undefined });
    assert.deepEqual(wrong(whole.rungs), ['hostKey unknown']);
  });

  it('says what it could not ask instead of guessing', async () => {
    const whole = await climbed({ listening: new SshError('protocol', 'It has neither ss nor netstat.') });
    assert.deepEqual(wrong(whole.rungs), ['services unknown']);
    const odd = await climbed({ shell: result({ stdout: `shell-works\n${DF}` }) });
    assert.deepEqual(wrong(odd.rungs), ['disk unknown']);
  });

  it('stops with the person', async () => {
    const stop = new AbortController();
    const asking = climb(
      right(),
      { ...reach({}), login: () => Promise.reject(stop.signal.reason as Error) },
      stop.signal,
      () => undefined,
    );
    stop.abort();
    await assert.rejects(asking, { name: 'AbortError' });
  });
});

describe('the report', () => {
  it('says the cause first, then every step', () => {
    const text = reported(
      diagnosis([
        { id: 'lease', title: 'Lease', verdict: 'passed', what: 'Fine.' },
        { id: 'server', title: 'Server', verdict: 'failed', what: 'It is shut off.', next: 'Start it.' },
        { id: 'console', title: 'Console', verdict: 'notAsked', what: '' },
      ]),
    );
    assert.match(text, /\*\*Server: It is shut off\.\*\*\n\nStart it\.\n/);
    assert.ok(text.indexOf('Start it.') < text.indexOf('passed'));
    assert.match(text, /not looked at — Console/);
  });

  it('shows a server’s words as words', () => {
    const hostile = '[x](command:evil) <img src=x onerror=1> `a` **b**\n# c\u001b[31m & $1';
    const text = reported({
      ...diagnosis([{ id: 'lease', title: 'Lease', verdict: 'failed', what: hostile }]),
      server: hostile,
    });
    assert.ok(!/(?<!\\)[[<`]/.test(text), text);
    assert.ok(!text.includes('\u001b'));
    assert.equal(text.split('\n').filter((line) => line.startsWith('#')).length, 1);
  });

  it('has no secret in it, wherever one was said', async () => {
    const masking = new Masking();
    const known = 'S3cret_of*the [account]';
    masking.add(known);
    const body = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAA';
    const secrets = [
      known,
      'gAAAAABm_a-token_of_keystone',
      'eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2ln',
      'AKIAIOSFODNN7EXAMPLE',
      'hunter2-of-db',
      'tok_en-of-jupyter',
      's3cr3t/key+of/minio',
      'pw-in-a-url',
      'alex.baker@example.edu',
      body,
    ];
    const said =
      `X-Auth-Token: ${known} ${known} gAAAAABm_a-token_of_keystone eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2ln ` +
      `AKIAIOSFODNN7EXAMPLE DB_PASSWORD=hunter2-of-db http://127.0.0.1:8888/lab?token=tok_en-of-jupyter ` +
      `{"aws_secret_access_key": "s3cr3t/key+of/minio"} postgres://user:pw-in-a-url@db/mlflow alex.baker@example.edu ` +
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----`;
    const facts = right();
    facts.server = { ...facts.server, name: `node ${said}` };
    for (const world of [
      { shell: result({ stdout: '', stderr: said }) },
      { login: new SshError('auth', said, { next: said }) },
      { door: door({ banner: said }) },
      { door: door({ tcp: new SshError('refused', said, { next: said }) }) },
    ] as const) {
      const whole = await climb(facts, reach(world), signal, () => undefined);
      const text = reported(whole, (words) => masking.forOthers(words));
      const bare = text.replaceAll('\\', '');
      for (const secret of secrets) assert.ok(!bare.includes(secret), `${secret} is in ${text}`);
      assert.match(text, /•••/);
      assert.ok(reported(whole).includes('hunter2'), 'it was there to be found');
    }
  });

  it('keeps what helps: addresses, fingerprints, names and what to do', async () => {
    const what = `The host key of node1 (192.0.2.7) is SHA256:${'a1B2'.repeat(10)}; cc@192.0.2.7 needs a passphrase: id_rsa`;
    const rung = {
      id: 'hostKey',
      title: 'Host key',
      verdict: 'failed',
      what,
      next: 'Run ssh-add ~/.ssh/id_rsa',
    } as const;
    const masking = new Masking();
    assert.equal(
      reported(diagnosis([rung]), (words) => masking.forOthers(words)),
      reported(diagnosis([rung])),
    );
  });
});
