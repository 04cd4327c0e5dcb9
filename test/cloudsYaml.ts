import type { CloudConfig } from '../src/openstack';

/** What Horizon offers for download, for one cloud. */
export function cloudsYaml({ name, authUrl, region, credential }: CloudConfig, secret: string): string {
  const id = 'id' in credential ? credential.id : '';
  const lines = [
    'clouds:',
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
