import { rowState, type FolderRow, type FolderVerdict } from './folder';

const columns: readonly { readonly title: string; of(row: FolderRow): string }[] = [
  { title: 'Student', of: ({ person }) => person },
  { title: 'Lab', of: ({ lab }) => lab },
  { title: 'Passed', of: ({ checks }) => `${checks.passed} of ${checks.total}` },
  { title: 'Agreed', of: ({ counts }) => String(counts.agreed) },
  { title: 'Gone since', of: ({ counts }) => String(counts.gone) },
  { title: 'Contradicted', of: ({ counts }) => String(counts.contradicted) },
  { title: "Can't tell", of: ({ counts }) => String(counts.unknown) },
  { title: 'Digest', of: ({ code, digest }) => (digest === 'ok' ? code : `${code} (${digest})`) },
  { title: 'File', of: ({ file }) => file },
  { title: 'Look at', of: ({ worst }) => worst ?? '' },
];

/** The rows for a spreadsheet (RFC 4180). What a spreadsheet would run as a formula begins with an apostrophe. */
export function folderCsv({ rows, others }: FolderVerdict): string {
  const line = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;
  return [
    line(columns.map(({ title }) => title)),
    ...rows.map((row) => line(columns.map((column) => column.of(row)))),
    ...others.map(({ file, why }) => line([...columns.slice(2).map(() => ''), file, `No card: ${why}`])),
  ].join('');
}

/** Full-width signs count too: some spreadsheets take them for the plain ones. */
function csvCell(text: string): string {
  const safe = /^[\s\p{Cc}]*[=+\-@＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** How the folder stands, in one sentence. */
export function folderWords({ rows, others }: FolderVerdict): string {
  const count = (state: ReturnType<typeof rowState>): number =>
    rows.filter((row) => rowState(row) === state).length;
  const shared = rows.filter(({ sharedWith }) => sharedWith.length > 0).length;
  return [
    `${rows.length} ${rows.length === 1 ? 'card' : 'cards'}: ${count('contradicted')} to look at, ${count('unknown')} that can't be told in part, ${count('fine')} that nothing speaks against.`,
    shared > 0 ? ` ${shared} are shared cards.` : '',
    others.length > 0 ? ` ${others.length} ${others.length === 1 ? 'file is' : 'files are'} no card.` : '',
  ].join('');
}

/** The rows as cells for a terminal, the title first. */
export function folderCells({ rows }: FolderVerdict): string[][] {
  return [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map((column) => column.of(row).replace(/[\p{Cc}\p{Cf}]+/gu, ' '))),
  ];
}

/** The table as a page of Markdown; what cards say is text in it, whatever it looks like. */
export function folderMarkdown(verdict: FolderVerdict): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const [head = [], ...body] = folderCells(verdict).map(whatCountsInSight);
  return [
    '# Verify Folder',
    '',
    folderWords(verdict),
    'A line agrees only if the cloud says so now. A digest alone proves nothing: the student’s machine made it.',
    '',
    line(head),
    line(head.map(() => '---')),
    ...body.map((cells) => line(cells.map(plain))),
    ...(verdict.others.length === 0 ? [] : ['', '## No cards', '']),
    ...verdict.others.map(({ file, why }) => `- ${plain(file)}: ${plain(why)}`),
    '',
  ].join('\n');
}

/** A page is narrower than a spreadsheet: what to look at stands where it is read without scrolling. */
function whatCountsInSight(cells: readonly string[]): string[] {
  return [...cells.slice(0, 3), ...cells.slice(-1), ...cells.slice(3, -1)];
}

function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign)
    .replace(/[\\`*_{}[\]()#+!|~:.-]/g, '\\$&');
}
