import assert from 'node:assert/strict';
import { findKeys, matchesAny, publicKeyOf } from '../../../src/ssh';
import { keyPair } from './labServer';
import { MemoryFiles } from './scripted';
import { ed25519 } from '../../ed25519';

const pair = keyPair();
const bare = pair.public.split(' ').slice(0, 2).join(' ');
const locked = ed25519({ passphrase: 'p' });

describe('keys of this machine', () => {
  it('are the private keys of ~/.ssh, Chameleon’s first, wished ones before all', async () => {
    const files = new MemoryFiles();
    for (const name of ['id_rsa', 'id_ed25519', 'zeta', 'id_rsa_chameleon', 'old.pem'])
      files.texts.set(`/h/.ssh/${name}`, pair.private);
    files.texts.set('/h/.ssh/id_rsa.pub', pair.public);
    files.texts.set('/h/.ssh/known_hosts', 'x ssh-rsa AAAA');
    files.texts.set('/h/.ssh/config', 'Host *');
    files.texts.set('/k/mine', pair.private);
    const keys = await findKeys({ env: {}, home: '/h', files, preferred: ['/k/mine', '/k/gone'] });
    assert.equal(keys.agent, undefined);
    assert.deepEqual(
      keys.files.map((file) => file.path),
      [
        '/k/mine',
        '/h/.ssh/id_rsa_chameleon',
        '/h/.ssh/id_ed25519',
        '/h/.ssh/id_rsa',
        '/h/.ssh/old.pem',
        '/h/.ssh/zeta',
      ],
    );
  });

  it('that the server takes come first, whatever they are named', async () => {
    const files = new MemoryFiles();
    const others = Array.from({ length: 12 }, () => keyPair());
    others.forEach((other, at) => files.texts.set(`/h/.ssh/chameleon${at}`, other.private));
    files.texts.set('/h/.ssh/zz', pair.private);
    const wanted = [`${bare} a comment`];
    const found = await findKeys({ env: {}, home: '/h', files, wanted });
    assert.equal(found.files[0]?.path, '/h/.ssh/zz');
    assert.equal(found.files.length, 8, 'sshd takes six tries');
    assert.ok(
      matchesAny(bare, wanted) && !matchesAny(bare.slice(0, -4), wanted) && !matchesAny(undefined, wanted),
    );
  });

  it('include the agent that the ssh config names, or none', async () => {
    const files = new MemoryFiles();
    files.texts.set('/run/agent', '');
    files.texts.set('/h/.1password/agent.sock', '');
    const agent = async (identityAgent: string): Promise<string | undefined> =>
      (
        await findKeys({
          env: { SSH_AUTH_SOCK: '/run/agent', MINE: '/h/.1password/agent.sock' },
          home: '/h',
          files,
          identityAgent,
        })
      ).agent;
    assert.equal(await agent('~/.1password/agent.sock'), '/h/.1password/agent.sock');
    assert.equal(await agent('$MINE'), '/h/.1password/agent.sock');
    assert.equal(await agent('SSH_AUTH_SOCK'), '/run/agent');
    assert.equal(await agent('none'), undefined);
    assert.equal(await agent('/run/gone'), undefined);
  });

  it('include the agent only where its socket is', async () => {
    const files = new MemoryFiles();
    files.texts.set('/run/agent', '');
    const agent = async (env: Record<string, string>): Promise<string | undefined> =>
      (await findKeys({ env, home: '/h', files })).agent;
    assert.equal(await agent({ SSH_AUTH_SOCK: '/run/agent' }), '/run/agent');
    assert.equal(await agent({ SSH_AUTH_SOCK: '/run/gone' }), undefined);
    assert.equal(await agent({ SSH_AUTH_SOCK: '' }), undefined);
    files.texts.set('\\\\.\\pipe\\openssh-ssh-agent', '');
    assert.equal(await agent({ OS: 'Windows_NT' }), '\\\\.\\pipe\\openssh-ssh-agent');
  });

  it('tell their public part from the .pub, the private key, or a locked one', async () => {
    const files = new MemoryFiles();
    files.texts.set('/k/a.pub', `${pair.public} me@laptop\n`);
    files.texts.set('/k/a', 'not a key');
    files.texts.set('/k/b', pair.private);
    files.texts.set('/k/locked', locked.private);
    files.texts.set(
      '/k/junk',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
    );
    assert.equal(await publicKeyOf('/k/a', files), bare);
    assert.equal(await publicKeyOf('/k/a.pub', files), bare);
    assert.equal(await publicKeyOf('/k/b', files), bare);
    assert.equal(await publicKeyOf('/k/locked', files), locked.public.split(' ').slice(0, 2).join(' '));
    assert.equal(await publicKeyOf('/k/junk', files), undefined);
    assert.equal(await publicKeyOf('/k/gone', files), undefined);
  });
});
