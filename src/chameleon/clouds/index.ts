import path from 'node:path';
import { Problem } from '../../base';
import type { CredentialCloud } from '../../openstack';
import { cloudConfigOf, withUniqueNames, type CloudText } from './cloudConfig';
import { readCloudsYaml } from './cloudsYaml';
import { cloudOfSettings, looksLikeOpenrc, openrcSettings } from './openrc';

export { NeedsBrowser } from './cloudConfig';

/** Clouds that can sign in, and one Problem for each text that can't. */
export interface FoundClouds {
  readonly clouds: CredentialCloud[];
  readonly problems: Problem[];
}

/**
 * The clouds in the text of a clouds.yaml or an openrc file, told apart by content.
 * @param secure the text of a secure.yaml to merge over it.
 */
export function readClouds(text: string, secure?: string): FoundClouds {
  if (looksLikeOpenrc(text)) {
    const settings = openrcSettings(text);
    return judged([cloudOfSettings(settings.get('OS_REGION_NAME') ?? 'openrc', settings)], []);
  }
  const { clouds, problems } = readCloudsYaml(text, secure);
  if (clouds.length === 0 && problems.length === 0)
    problems.push(
      new Problem('This is neither a clouds.yaml nor an openrc file.', {
        next: 'Take the file that Horizon offers when an application credential is made.',
      }),
    );
  return judged(clouds, problems);
}

function judged(texts: readonly CloudText[], problems: readonly Problem[]): FoundClouds {
  const configs = texts.map(cloudConfigOf);
  return {
    clouds: withUniqueNames(configs.flatMap((config) => (config instanceof Problem ? [] : [config]))),
    problems: [...problems, ...configs.flatMap((config) => (config instanceof Problem ? [config] : []))],
  };
}

/** Where clouds are looked for; `readFile` rejects for a file that is not there. */
export interface CloudPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
  readonly readFile: (file: string) => Promise<string>;
}

/**
 * The clouds of this machine, from the first place that has any, in the order of the `openstack` client:
 * `OS_CLIENT_CONFIG_FILE`, `./`, `~/.config/openstack/`, `/etc/openstack/`; a `secure.yaml` beside it is merged.
 * A sourced openrc (`OS_APPLICATION_CREDENTIAL_ID` in the environment) comes first, under the name `envvars`.
 * @returns `from` names the file (or the environment); `undefined` when nothing was found.
 */
export async function findClouds(
  places: CloudPlaces,
): Promise<FoundClouds & { readonly from: string | undefined }> {
  const sourced = cloudOfEnvironment(places.env);
  const file = await firstFile(places);
  if (file === undefined && sourced === undefined) return { ...notFound(places.env), from: undefined };
  const found = file === undefined ? { clouds: [], problems: [] } : readClouds(file.text, file.secure);
  const own = sourced === undefined ? { clouds: [], problems: [] } : judged([sourced], []);
  return {
    clouds: namedFirst(withUniqueNames([...own.clouds, ...found.clouds]), places.env['OS_CLOUD']),
    problems: [...own.problems, ...found.problems],
    from: file?.path ?? 'the environment',
  };
}

/** `OS_CLOUD` says which one the person means: it is offered first. */
function namedFirst(clouds: CredentialCloud[], wanted: string | undefined): CredentialCloud[] {
  return [...clouds.filter(({ name }) => name === wanted), ...clouds.filter(({ name }) => name !== wanted)];
}

function cloudOfEnvironment(env: CloudPlaces['env']): CloudText | undefined {
  const set = Object.entries(env).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  const settings = new Map(set.filter(([key]) => key.startsWith('OS_')));
  return settings.has('OS_APPLICATION_CREDENTIAL_ID') ? cloudOfSettings('envvars', settings) : undefined;
}

async function firstFile(
  places: CloudPlaces,
): Promise<{ path: string; text: string; secure: string | undefined } | undefined> {
  for (const candidate of candidates(places)) {
    const text = await textOf(places, candidate);
    if (text === undefined) continue;
    const secureFile =
      places.env['OS_CLIENT_SECURE_FILE'] ??
      path.join(path.dirname(candidate), `secure${path.extname(candidate) || '.yaml'}`);
    return { path: candidate, text, secure: await textOf(places, secureFile) };
  }
  return undefined;
}

function candidates({ env, home, cwd }: CloudPlaces): string[] {
  const named = env['OS_CLIENT_CONFIG_FILE'];
  if (named !== undefined && named !== '') return [path.resolve(cwd, named)];
  const config = env['XDG_CONFIG_HOME'] ?? '';
  const folders = [
    cwd,
    ...(config === '' ? [] : [path.join(config, 'openstack')]),
    path.join(home, '.config', 'openstack'),
    '/etc/openstack',
  ];
  return folders.flatMap((folder) => ['clouds.yaml', 'clouds.yml'].map((name) => path.join(folder, name)));
}

async function textOf(places: CloudPlaces, file: string): Promise<string | undefined> {
  try {
    return await places.readFile(file);
  } catch {
    return undefined;
  }
}

function notFound(env: CloudPlaces['env']): FoundClouds {
  const named = env['OS_CLIENT_CONFIG_FILE'];
  if (named === undefined || named === '') return { clouds: [], problems: [] };
  return {
    clouds: [],
    problems: [
      new Problem(`The file that OS_CLIENT_CONFIG_FILE names can't be read: ${named}`, {
        next: 'Correct the path, or unset the variable.',
      }),
    ],
  };
}
