import type { CloudText } from './cloudConfig';

/**
 * The `OS_…` settings of an openrc file. It is read, never run: a value that would need a shell (`$(…)`, `$VAR`)
 * counts as not there.
 */
export function openrcSettings(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+|set\s+)?(OS_[A-Z0-9_]+)=(.*)$/.exec(line);
    const [, key, raw] = match ?? [];
    if (key === undefined || raw === undefined) continue;
    const value = plainValue(raw.trim());
    if (value !== undefined) settings.set(key, value);
  }
  return settings;
}

function plainValue(raw: string): string | undefined {
  const single = /^'([^']*)'\s*(?:#.*)?$/.exec(raw);
  if (single) return single[1];
  const double = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(raw);
  const value = double
    ? double[1]?.replace(/\\(["\\$`])/g, '$1')
    : raw.replace(/\s+#.*$/, '').replace(/;$/, '');
  if (
    value === undefined ||
    value === '' ||
    /[$`]/.test(double ? (double[1] ?? '').replace(/\\./g, '') : value)
  )
    return undefined;
  return value;
}

/** True for text that sets `OS_AUTH_URL` or a credential the way a shell file does. */
export function looksLikeOpenrc(text: string): boolean {
  return /^\s*(?:export\s+|set\s+)?OS_(?:AUTH_URL|APPLICATION_CREDENTIAL_ID|AUTH_TYPE)=/m.test(text);
}

/** The cloud that such settings (of a file, or of the environment) describe. */
export function cloudOfSettings(name: string, settings: ReadonlyMap<string, string>): CloudText {
  return {
    name,
    authType: settings.get('OS_AUTH_TYPE'),
    authUrl: settings.get('OS_AUTH_URL'),
    region: settings.get('OS_REGION_NAME'),
    interface: settings.get('OS_INTERFACE') ?? settings.get('OS_ENDPOINT_TYPE'),
    credentialId: settings.get('OS_APPLICATION_CREDENTIAL_ID'),
    credentialName: settings.get('OS_APPLICATION_CREDENTIAL_NAME'),
    secret: settings.get('OS_APPLICATION_CREDENTIAL_SECRET'),
    project: settings.get('OS_PROJECT_NAME'),
    hasPassword: settings.has('OS_USERNAME') || settings.has('OS_PASSWORD'),
  };
}
