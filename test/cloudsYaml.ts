import type { CloudConfig, CredentialCloud } from '../src/openstack';

/** What Horizon offers for download, for one cloud. */
export function cloudsYaml(cloud: CloudConfig, secret: string): string {
  return `clouds:\n${entryOf(cloud, secret)}`;
}

/** The downloads of several sites in one file, as people put them together. */
export function cloudsYamlOf(clouds: readonly CredentialCloud[]): string {
  return `clouds:\n${clouds.map((cloud) => entryOf(cloud, cloud.credential.secret)).join('')}`;
}

function entryOf({ name, authUrl, region, credential }: CloudConfig, secret: string): string {
  const id = 'id' in credential ? credential.id : '';
  const lines = [
    `  ${name}:`,
    '    auth_type: v3applicationcredential',
    '    auth:',
    `      auth_url: ${authUrl}`,
    `      application_credential_id: "${id}"`,
    `      application_credential_secret: "${secret}"`,
    `    region_name: "${region}"`,
    '    interface: "public"',
    '    identity_api_version: 3',
  ];
  return `${lines.join('\n')}\n`;
}
