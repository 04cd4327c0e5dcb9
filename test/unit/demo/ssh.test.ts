import assert from 'node:assert/strict';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { startDemo, type Demo } from '../../../src/demo';
import { at, listAt, named, signIn, type Caller } from './client';
import { addressOf, servers } from './places';
import { firstOf, Visitor } from './visitor';
import { ed25519 } from '../../ed25519';

const LAB1 = 'hello_chameleon-alexbaker';

describe('demo: SSH', () => {
  let demo: Demo;
  let kvm: Caller;
  let address: string;
  let visitor: Visitor;
  before(async () => {
    demo = await startDemo();
    const [atKvm] = demo.clouds;
    assert(atKvm !== undefined);
    kvm = await signIn(atKvm);
    address = await addressOf(kvm, LAB1);
    visitor = await Visitor.at(demo, address);
  });
  after(async () => {
    await visitor.leave();
    await demo.stop();
  });

  it('keeps the private key for its owner alone', () => {
    assert.equal(statSync(demo.keyFile).mode & 0o777, 0o600);
  });

  it('lets in the key of the student and user cc, nobody else', async () => {
    const stranger = ed25519().private;
    await assert.rejects(Visitor.at(demo, address, { privateKey: stranger }), /authentication/);
    await assert.rejects(Visitor.at(demo, address, { user: 'root' }), /authentication/);
  });

  it('has the host key that Nova shows on the console', async () => {
    const { id } = named(await servers(kvm), LAB1);
    const body = { 'os-getConsoleOutput': { length: null } };
    const answer = await kvm('compute', `/servers/${String(id)}/action`, { method: 'POST', body });
    const between = /-----BEGIN SSH HOST KEY KEYS-----\n([^]*?)\n-----END/.exec(
      String(at(answer.body, 'output')),
    );
    assert.equal(between?.[1]?.split(' ')[1], visitor.hostKey?.toString('base64'));
  });

  it("runs what Lab 1's checks ask", async () => {
    assert.equal((await visitor.run('hostname')).stdout, 'hello-chameleon-alexbaker\n');
    const file = await visitor.run('cat /home/cc/hello.txt');
    assert.match(file.stdout, /^Hello from hello-chameleon/);
    const changed =
      'test -s /home/cc/hello.txt && [ "$(cat /home/cc/hello.txt)" != "Hello from $(hostname)" ] && echo changed';
    assert.equal((await visitor.run(changed)).stdout, 'changed\n');
  });

  it('takes bound parameters as they are', async () => {
    const hostile = `a'b "$(hostname)" \`id\` ; exit 9 \\ *`;
    const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
    const ran = await visitor.run(`env VALUE=${quoted(hostile)} sh -c ${quoted('printf "%s" "$VALUE"')}`);
    assert.deepEqual(ran, { exit: 0, signal: undefined, stdout: hostile, stderr: '' });
  });

  it('gives exit codes and errors apart from the output', async () => {
    assert.equal((await visitor.run('exit 7')).exit, 7);
    const unknown = await visitor.run('kubectl get nodes');
    assert.equal(unknown.exit, 127);
    assert.match(unknown.stderr, /kubectl: command not found/);
  });

  it('ends a command by a signal', async () => {
    const ran = await visitor.run('sleep 600', (channel) => {
      channel.signal('TERM');
    });
    assert.deepEqual([ran.exit, ran.signal], [undefined, 'SIGTERM']);
  });

  it('has a prompt, echo, corrections, history and Ctrl-C in a terminal', async () => {
    const ran = await visitor.shell(async (terminal) => {
      await terminal.sees('$ ');
      terminal.type('whoamx\u007fi\r');
      await terminal.sees('\r\ncc\r\n');
      await terminal.sees('$ ');
      terminal.type('\u001b[A\r');
      await terminal.sees('\r\ncc\r\n');
      await terminal.sees('$ ');
      terminal.type('sleep 600\r');
      await terminal.sees('sleep 600\r\n');
      terminal.type('\u0003');
      await terminal.sees('^C\r\n');
      await terminal.sees('$ ');
      terminal.type('exit 4\r');
    });
    assert.equal(ran.exit, 4);
    assert.match(ran.stdout, /demo[^]*cc@hello-chameleon-alexbaker/);
  });

  it('takes files over SFTP', async () => {
    const sftp = await new Promise<import('ssh2').SFTPWrapper>((resolve, reject) => {
      visitor.client.sftp((error, opened) => {
        if (error === undefined) resolve(opened);
        else reject(error);
      });
    });
    await new Promise<void>((resolve, reject) => {
      sftp.writeFile('/home/cc/up.txt', 'from the laptop\n', (error) => {
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });
    sftp.end();
    assert.equal((await visitor.run('cat up.txt')).stdout, 'from the laptop\n');
  });

  it('answers nothing behind a security group that is closed, and opens when the group is attached', async () => {
    const closed = await addressOf(kvm, 'hello_chameleon-caseydiaz');
    const reached = demo.reach(closed, 22);
    assert.equal(reached.filtered, true);
    // Who gets to the port all the same hears nothing: no banner, no end.
    const socket = connect(reached);
    let heard = 0;
    socket.on('data', (chunk) => (heard += chunk.length));
    await once(socket, 'connect');
    socket.on('close', () => (heard = Infinity));
    socket.write('SSH-2.0-impatient\r\n');
    // Time enough for any answer: another server has answered meanwhile.
    assert.equal((await visitor.run('true')).exit, 0);
    assert.equal(heard, 0);
    socket.destroy();

    const { id } = named(await servers(kvm), 'hello_chameleon-caseydiaz');
    const body = { addSecurityGroup: { name: 'allow-ssh' } };
    const done = await kvm('compute', `/servers/${String(id)}/action`, { method: 'POST', body });
    assert.equal(done.status, 202);
    const open = demo.reach(closed, 22);
    assert.equal(open.filtered, undefined);
    const hello = connect(open);
    const banner = await firstOf(hello);
    hello.destroy();
    assert.match(banner, /^SSH-2\.0-/);
  });

  it('finds nobody at addresses that are not of this world', () => {
    for (const host of ['198.51.100.7', '10.56.0.15'])
      assert.equal(demo.reach(host, 22).filtered, true, host);
    assert.deepEqual(demo.reach('127.0.0.1', 8000), { host: '127.0.0.1', port: 8000 });
  });

  it('jumps from server to server by fixed address', async () => {
    const fixed = listAt(named(await servers(kvm), LAB1), 'addresses', 'sharednet1')[0];
    const channel = await visitor.open(22, String(at(fixed, 'addr')));
    assert.match(await firstOf(channel), /^SSH-2\.0-/);
    channel.destroy();
  });

  it('shows another host key after a rebuild', async () => {
    const before = visitor.hostKey?.toString('base64');
    const cut = once(visitor.client, 'close');
    demo.world.rebuild(LAB1);
    await cut;
    visitor = await Visitor.at(demo, address);
    assert.notEqual(visitor.hostKey?.toString('base64'), before);
  });
});

describe('demo: MLflow and Ray behind a forward', () => {
  let demo: Demo;
  let chi: Caller;
  before(async () => {
    demo = await startDemo();
    const [, atChi] = demo.clouds;
    assert(atChi !== undefined);
    chi = await signIn(atChi);
  });
  after(() => demo.stop());

  it('MLflow answers its own name, and refuses the page to any other', async () => {
    const visitor = await Visitor.at(demo, await addressOf(chi, 'node-mlflow-ab1234'));
    assert.match(await visitor.get(8000, '/health', '129.114.108.16:8000'), /^HTTP\/1\.1 200[^]*\r\nOK$/);
    assert.match(await visitor.get(8000, '/version'), /\r\n\d+\.\d+\.\d+$/);
    const page = await visitor.get(8000, '/', 'localhost:49152');
    assert.match(page, /^HTTP\/1\.1 200[^]*<title>MLflow<\/title>[^]*demo/);
    assert.match(await visitor.get(8000, '/', 'node-mlflow'), /^HTTP\/1\.1 403[^]*Invalid Host header/);
    for (const api of ['api', 'ajax-api'])
      assert.match(await visitor.get(8000, `/${api}/2.0/mlflow/experiments/search`), /"experiment_id":"0"/);
    await visitor.leave();
  });

  it('Ray answers to any name', async () => {
    const visitor = await Visitor.at(demo, await addressOf(chi, 'node-mltrain-ab1234'));
    assert.match(await visitor.get(8265, '/'), /<title>Ray Dashboard<\/title>[^]*demo/);
    assert.match(await visitor.get(8265, '/api/version', 'x:1'), /"ray_version"/);
    assert.match(await visitor.get(8265, '/api/cluster_status'), /"autoscalerReport"/);
    assert.match(await visitor.get(8265, '/nodes?view=summary'), /"state":"ALIVE"/);
    await visitor.leave();
  });

  it('refuses a forward to a port where nothing listens', async () => {
    const visitor = await Visitor.at(demo, await addressOf(chi, 'node-mlflow-ab1234'));
    await assert.rejects(visitor.open(9999), /Channel open failure/);
    demo.world.stopProgram('node-mlflow-ab1234', 8000);
    await assert.rejects(visitor.open(8000), /Channel open failure/);
    demo.world.startProgram('node-mlflow-ab1234', 8000);
    assert.match(await visitor.get(8000, '/health'), /OK$/);
    await visitor.leave();
  });
});
