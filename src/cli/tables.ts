import type { Inventory, Owner, SiteInventory } from '../chameleon';
import { folderCells, folderWords, type CardVerdict, type CheckResult, type FolderVerdict } from '../labs';

/** A site's resources as text. */
export function siteText(site: SiteInventory): string {
  const head = `${site.site.name}  ${site.project?.name ?? ''}  ${site.user?.name ?? ''}`.trimEnd();
  if (site.signIn !== undefined) return `${head}\n  ${site.signIn.what}\n`;
  const failed = Object.entries(site.parts)
    .filter(([, part]) => part.error !== undefined)
    .map(([name, part]) => `  ${name}: ${part.error?.what ?? ''}`);
  const rows = [
    ...site.leases.map((lease) => [
      'lease',
      lease.name,
      lease.status,
      who(lease.owner),
      `ends ${new Date(lease.end).toISOString()}`,
    ]),
    ...site.servers.map((server) => [
      'server',
      server.name,
      server.status,
      who(server.owner),
      server.addresses.map(({ address }) => address).join(' '),
    ]),
    ...site.floatingIps.map((ip) => [
      'floating IP',
      ip.address,
      ip.status,
      who(ip.owner),
      ip.serverId === undefined ? 'idle' : 'bound',
    ]),
  ];
  return [head, ...failed, ...aligned(rows)].join('\n') + '\n';
}

export function inventoryText({ sites }: Inventory): string {
  return sites.map(siteText).join('\n');
}

/** The checks of a run, with the reason of each. */
export function checksText(checks: readonly CheckResult[]): string {
  return (
    aligned(checks.map((check) => [check.id, check.verdict, `${check.title}: ${check.reason}`])).join('\n') +
    '\n'
  );
}

export function verdictText({ digest, lines }: CardVerdict): string {
  const rows = lines.map((line) => [line.now, line.title, line.card, line.why]);
  return [`digest ${digest}`, ...aligned(rows)].join('\n') + '\n';
}

/** A row a card, and the files that are none. */
export function folderText(verdict: FolderVerdict): string {
  const others = verdict.others.map(({ file, why }) => `  no card: ${file}: ${why}`);
  return [folderWords(verdict), ...aligned(folderCells(verdict)), ...others].join('\n') + '\n';
}

function who(owner: Owner): string {
  switch (owner.kind) {
    case 'me':
      return 'mine';
    case 'person':
      return owner.netId ?? owner.username ?? 'somebody';
    case 'group':
      return owner.group ?? 'a group';
    case 'shared':
    case 'unknown':
      return owner.kind;
  }
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}
