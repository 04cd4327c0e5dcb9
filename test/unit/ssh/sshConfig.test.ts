import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hostAlias, sshConfig, terminalCommand, writeSshConfig, type Target } from '../../../src/ssh';

const target = (
  serverId: string,
  name: string,
  via: readonly Target[] = [],
  address = '192.0.2.7',
): Target => ({
  serverId,
  name,
  address,
  port: 22,
  user: 'cc',
  via,
});
const node1 = target('id-1', 'node1-cloud-ab1234');
const node2 = target('id-2', 'node2', [node1], '192.168.1.12');
const node3 = target('id-3', 'node3', [node1, node2], '192.168.1.13');
const hasSsh = spawnSync('ssh', ['-V']).status === 0;

describe('the ssh config', () => {
  const folder = mkdtempSync(path.join(tmpdir(), "ssh cfg it's 100% "));
  const file = path.join(folder, 'config');
  const options = {
    knownHostsFile: path.join(folder, 'known hosts'),
    keys: { agent: undefined, files: [{ path: path.join(folder, 'id_rsa chameleon') }] },
  };
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function asked(text: string, alias: string): Promise<Map<string, string[]>> {
    return writeSshConfig(file, text).then(() => {
      const answer = execFileSync('ssh', ['-G', '-F', file, alias], { encoding: 'utf8', stdio: 'pipe' });
      const found = new Map<string, string[]>();
      for (const line of answer.split('\n')) {
        const [name = '', ...rest] = line.split(' ');
        found.set(name, [...(found.get(name) ?? []), rest.join(' ')]);
      }
      return found;
    });
  }

  (hasSsh ? it : it.skip)(
    'is read by ssh as it is meant, with blanks, quotes and percent signs in paths',
    async () => {
      const got = await asked(sshConfig([node1], options), hostAlias('id-1'));
      const one = (name: string): string | undefined => got.get(name)?.join(' | ');
      assert.equal(one('hostname'), '192.0.2.7');
      assert.equal(one('user'), 'cc');
      assert.equal(one('hostkeyalias'), 'chameleon-id-1');
      assert.equal(one('stricthostkeychecking'), 'true');
      assert.equal(one('identityagent'), 'none');
      assert.equal(one('passwordauthentication'), 'no');
      assert.match(one('userknownhostsfile') ?? '', /known hosts"?$/);
      assert.match(one('identityfile') ?? '', /id_rsa chameleon$/);
      assert.equal(got.get('identityfile')?.length, 1);
    },
  );

  (hasSsh ? it : it.skip)(
    'names what speaks to security keys, where the person’s own config does',
    async () => {
      const file = '/opt/security keys/100%.so';
      const keys = { ...options.keys, securityKeyProvider: file };
      const named = await asked(sshConfig([node1], { ...options, keys }), hostAlias('id-1'));
      assert.deepEqual(named.get('securitykeyprovider'), [file]);
      const usual = await asked(sshConfig([node1], options), hostAlias('id-1'));
      assert.notDeepEqual(usual.get('securitykeyprovider'), [file]);
      for (const evil of ['a"\n  ProxyCommand evil', '${HOME}/a.so'])
        assert.ok(
          !sshConfig([node1], { ...options, keys: { ...keys, securityKeyProvider: evil } }).includes(
            'SecurityKeyProvider',
          ),
        );
    },
  );

  (hasSsh ? it : it.skip)('leads through jump hosts that nobody asked for by name', async () => {
    const text = sshConfig([node3], options);
    assert.equal((await asked(text, hostAlias('id-3'))).get('proxyjump')?.[0], hostAlias('id-2'));
    assert.equal((await asked(text, hostAlias('id-2'))).get('proxyjump')?.[0], hostAlias('id-1'));
    assert.equal((await asked(text, hostAlias('id-1'))).get('proxyjump'), undefined);
    assert.equal((await asked(text, 'node3')).get('hostname')?.[0], '192.168.1.13');
  });

  it('asks `reach` for hosts that are reached directly, and only for these', () => {
    const reach = (host: string, port: number): { host: string; port: number } => ({
      host: `${host}0`,
      port: port + 1,
    });
    const text = sshConfig([node2], { ...options, reach });
    assert.match(text, /HostName 192\.0\.2\.70\n {4}Port 23\n/);
    assert.match(text, /HostName 192\.168\.1\.12\n {4}Port 22\n/);
  });

  it('lets no name be a pattern, a second word or another host', () => {
    const names = [
      '*',
      'a b',
      'x\n    ProxyCommand evil',
      '!node1',
      '-oProxyCommand=x',
      '"q"',
      'twin',
      'twin',
    ];
    const text = sshConfig(
      names.map((name, index) => target(`s${index}`, name)),
      options,
    );
    assert.deepEqual(
      text.match(/^Host .*$/gm),
      names.map((_, index) => `Host chameleon-s${index}`),
    );
    assert.doesNotMatch(text, /evil/);
  });

  it('refuses what ssh’s syntax can’t hold', () => {
    for (const bad of [
      { ...node1, address: '-oProxyCommand=x' },
      { ...node1, address: 'a b' },
      { ...node1, user: 'cc\nx' },
    ])
      assert.throws(() => sshConfig([bad], options));
    assert.throws(() => sshConfig([node1], { ...options, knownHostsFile: '/a"b' }));
  });

  it('has options inside of blocks only, as it may be included elsewhere', () => {
    const [head, ...blocks] = sshConfig([node1, node2], options).split(/^Host .*$/m);
    assert.match(head ?? '', /^#.*\n+$/);
    assert.equal(blocks.length, 2);
  });

  it('is written once for the same text', async () => {
    await writeSshConfig(file, 'Host x\n');
    assert.equal(await readFile(file, 'utf8'), 'Host x\n');
    assert.deepEqual(terminalCommand(node1, { configFile: file }), {
      file: 'ssh',
      args: ['-F', file, 'chameleon-id-1'],
    });
  });
});
