import { abortError, Problem } from '../base';
import { me, siteByName, type OwnedServer, type SiteInventory } from '../chameleon';
import { createKeyPair, listPorts, listSecurityGroups, setPortSecurityGroups } from '../openstack';
import type { Lab, LabCheck } from '../labs';
import { end } from './actions/leases';
import { release } from './actions/addresses';
import { removeServer } from './actions/servers';
import { openTerminal } from './actions/sessions';
import type { App } from './app';
import { ask } from './ask';
import { readLocal } from './hosts';

export interface Repair {
  readonly app: App;
  readonly lab: Lab;
  readonly check: LabCheck;
  readonly signal: AbortSignal;
}

/** The one-click repairs there are: what a lab file may name, and nothing else. */
export const repairs: Readonly<Record<string, (repair: Repair) => Promise<unknown>>> = {
  importKeyPair,
  attachSecurityGroup,
  releaseFloatingIp: ({ app, signal }) => release(app, undefined, signal),
  deleteServer: ({ app, signal }) => removeServer(app, undefined, signal),
  deleteLease: ({ app, signal }) => end(app, undefined, signal),
  openTerminal: ({ app, signal }) => openTerminal(app, undefined, signal),
};

/** Gives a site the public key that the lab's `keyFile` names. */
async function importKeyPair({ app, lab, check, signal }: Repair): Promise<void> {
  const site = siteOfCheck(app, lab, check);
  const parameters = await app.labs.parameters(lab);
  const file = parameters['keyFile'] ?? '~/.ssh/id_rsa_chameleon.pub';
  const text = await publicKeyText(file, app.labs.world().local?.home ?? '');
  const mine = me(app.inventory);
  const name = `id_rsa_chameleon-${mine.netId ?? mine.usernames[0] ?? 'key'}`;
  const sure = await ask.confirm(
    `Import the public key at ${site.site.name}?`,
    `${file} becomes the key pair “${name}”. The private key stays where it is.`,
    'Import',
  );
  if (!sure) throw abortError();
  if (app.signedIn === undefined) return;
  await createKeyPair(app.signedIn.session(site.cloud), { name, publicKey: text }, signal);
  await app.refresh({ cloud: site.cloud, parts: ['keyPairs'] });
}

/** Puts the project's group that opens SSH on the ports of my server of the lab. */
async function attachSecurityGroup({ app, lab, check, signal }: Repair): Promise<void> {
  const site = siteOfCheck(app, lab, check);
  const server = await serverOfLab(app, lab, site);
  const session = app.signedIn?.session(site.cloud);
  if (session === undefined) return;
  const groups = await listSecurityGroups(session, signal);
  const opens = groups.find((group) => group.name.includes('allow-ssh'));
  if (opens === undefined)
    throw new Problem(`The project has no security group named allow-ssh at ${site.site.name}.`, {
      next: 'Make one that opens TCP port 22, as the lab describes.',
    });
  const ports = (await listPorts(session, signal)).filter(
    (port) => port.deviceId === server.id && port.portSecurity,
  );
  for (const port of ports)
    if (!port.securityGroupIds.includes(opens.id))
      await setPortSecurityGroups(session, port.id, [...port.securityGroupIds, opens.id], signal);
  await app.refresh({ cloud: site.cloud, parts: ['ports', 'servers'] });
}

async function serverOfLab(app: App, lab: Lab, site: SiteInventory): Promise<OwnedServer> {
  const mine = site.servers.filter((server) => server.owner.kind === 'me');
  const inLab = mine.filter((server) => app.labs.isOf(lab, server));
  const candidates = inLab.length > 0 ? inLab : mine;
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  const picked = await ask.pick(
    'Which server?',
    candidates.map((server) => ({ label: server.name, value: server })),
  );
  if (picked === undefined) throw abortError();
  return picked;
}

function siteOfCheck(app: App, lab: Lab, check: LabCheck): SiteInventory {
  const said = check.probe.kind === 'openstack' ? check.probe.site : undefined;
  const name =
    said ?? app.labs.run(lab.id)?.checks.find((each) => each.id === check.id)?.site ?? lab.sites[0] ?? '';
  const site = app.inventory.sites.find((each) => each.site.name === name);
  if (site === undefined)
    throw new Problem(`You are not signed in at ${siteByName(name)?.name ?? name}.`, {
      next: 'Sign in there first.',
    });
  return site;
}

async function publicKeyText(file: string, home: string): Promise<string> {
  const path = file.startsWith('~/') ? `${home}${file.slice(1)}` : file;
  try {
    return new TextDecoder().decode(await readLocal(path)).trim();
  } catch (cause) {
    throw new Problem(`The public key ${file} can't be read.`, {
      next: 'Make a key pair with ssh-keygen as the lab describes, or give the path of yours.',
      cause,
    });
  }
}
