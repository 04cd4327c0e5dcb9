import * as v from 'valibot';
import { isMap, parseDocument, type Document, type YAMLMap } from 'yaml';
import { Problem } from '../../base';
import type { CloudText } from './cloudConfig';

const text = v.optional(
  v.nullish(
    v.pipe(
      v.union([v.string(), v.number()]),
      v.transform((value) => String(value)),
    ),
  ),
);
const cloudSchema = v.object({
  auth_type: text,
  region_name: text,
  interface: text,
  endpoint_type: text,
  auth: v.optional(
    v.nullish(
      v.object({
        auth_url: text,
        application_credential_id: text,
        application_credential_name: text,
        application_credential_secret: text,
        username: text,
        password: text,
        project_name: text,
      }),
    ),
  ),
});

/**
 * The clouds of a clouds.yaml, in the file's order. Names may repeat: Horizon calls each one `openstack`, and people
 * paste two files into one, which leaves two keys of one name (or two `clouds:`).
 * @param secure the text of the secure.yaml beside it: its values are merged over those of the same cloud.
 */
export function readCloudsYaml(
  source: string,
  secure: string | undefined,
): { clouds: CloudText[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const secrets = new Map(secure === undefined ? [] : entriesOf(secure, 'secure.yaml', problems));
  const clouds = entriesOf(source, 'clouds.yaml', problems).flatMap(([name, own]) => {
    const parsed = v.safeParse(cloudSchema, merged(own, secrets.get(name)));
    if (parsed.success) return [cloudText(name, parsed.output)];
    problems.push(new Problem(`Cloud “${name}” is not written as clouds.yaml wants it.`));
    return [];
  });
  return { clouds, problems };
}

function cloudText(name: string, cloud: v.InferOutput<typeof cloudSchema>): CloudText {
  const auth = cloud.auth ?? undefined;
  return {
    name,
    authType: cloud.auth_type ?? undefined,
    authUrl: auth?.auth_url ?? undefined,
    region: cloud.region_name ?? undefined,
    interface: cloud.interface ?? cloud.endpoint_type ?? undefined,
    credentialId: auth?.application_credential_id ?? undefined,
    credentialName: auth?.application_credential_name ?? undefined,
    secret: auth?.application_credential_secret ?? undefined,
    project: auth?.project_name ?? undefined,
    hasPassword: (auth?.username ?? auth?.password ?? undefined) !== undefined,
  };
}

function entriesOf(source: string, file: string, problems: Problem[]): [string, unknown][] {
  const document = parseDocument(source, { uniqueKeys: false, merge: true });
  const [error] = document.errors;
  if (error !== undefined) {
    // Only the place: the parser's own message quotes the line, and the line may hold the secret.
    const line = error.linePos?.[0].line;
    problems.push(
      new Problem(`${file} can't be read${line === undefined ? '' : `: line ${line} is not valid YAML`}.`),
    );
    return [];
  }
  const root = document.contents;
  if (!isMap(root)) return [];
  return pairsOf(root, document)
    .filter(([key]) => key === 'clouds')
    .flatMap(([, node]) => (isMap(node) ? pairsOf(node, document) : []))
    .map(([name, node]): [string, unknown] => [name, isMap(node) ? node.toJS(document) : undefined]);
}

function pairsOf(map: YAMLMap, document: Document): [string, unknown][] {
  return map.items.map(({ key, value }) => [
    String(key),
    isMap(value) ? value : (resolved(value, document) ?? value),
  ]);
}

/** The map that an alias (`*same`) stands for. */
function resolved(value: unknown, document: Document): unknown {
  if (typeof value !== 'object' || value === null || !('resolve' in value)) return undefined;
  const { resolve } = value;
  return typeof resolve === 'function' ? resolve.call(value, document) : undefined;
}

function merged(own: unknown, over: unknown): unknown {
  if (!isRecord(own) || !isRecord(over)) return over ?? own;
  const both: Record<string, unknown> = { ...own };
  for (const [key, value] of Object.entries(over)) both[key] = merged(own[key], value);
  return both;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
