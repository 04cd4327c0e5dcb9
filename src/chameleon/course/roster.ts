import type { Person } from '../types';

/** A line of the roster that can't be used, by its number in the file. */
export interface RosterFault {
  readonly line: number;
  readonly what: string;
}

/** What a column may be called: exports of the usual systems differ. */
const COLUMNS: Readonly<Record<'netId' | 'usernames' | 'email' | 'group', RegExp>> = {
  netId: /^(net ?id|login( id)?|sis login id|student ?id)$/i,
  usernames: /^(chameleon )?(user ?names?|users?|accounts?)$/i,
  email: /^e-?mail( address)?$/i,
  group: /^(group|project|team|section)$/i,
};

/**
 * People from a roster: a CSV file with a line of column names, of which a net ID or a user name must be one. Several
 * user names are parted by blanks or semicolons.
 */
export function readRoster(text: string): {
  readonly people: readonly Person[];
  readonly faults: readonly RosterFault[];
} {
  const [head, ...rows] = csvRows(text);
  const column = (of: RegExp): number => head?.cells.findIndex((name) => of.test(name.trim())) ?? -1;
  const at = {
    netId: column(COLUMNS.netId),
    usernames: column(COLUMNS.usernames),
    email: column(COLUMNS.email),
    group: column(COLUMNS.group),
  };
  if (at.netId < 0 && at.usernames < 0)
    return {
      people: [],
      faults: [{ line: 1, what: 'No column is called netid or username.' }],
    };
  const faults: RosterFault[] = [];
  const people: Person[] = [];
  for (const { cells, line } of rows) {
    const cell = (index: number): string => (index < 0 ? '' : (cells[index] ?? '').trim());
    const netId = cell(at.netId).toLowerCase();
    const usernames = cell(at.usernames)
      .split(/[\s;]+/)
      .filter((name) => name !== '');
    if (netId === '' && usernames.length === 0) {
      if (cells.some((each) => each.trim() !== ''))
        faults.push({ line, what: 'It names neither a net ID nor a user name.' });
      continue;
    }
    if (netId !== '' && people.some((person) => person.netId === netId)) {
      faults.push({ line, what: `${netId} is there twice.` });
      continue;
    }
    const group = cell(at.group);
    people.push({
      netId: netId === '' ? undefined : netId,
      usernames,
      userIds: {},
      group: group === '' ? undefined : group,
    });
  }
  return { people, faults };
}

/** Rows of a CSV with quotes (RFC 4180), commas or semicolons; each with the line that it begins in. */
function csvRows(text: string): { cells: string[]; line: number }[] {
  const source = text.replace(/^\uFEFF/, '');
  const comma = separatorIn(source);
  const rows: { cells: string[]; line: number }[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let began = 1;
  const endCell = (): void => {
    cells.push(cell);
    cell = '';
  };
  for (let index = 0; index < source.length; index += 1) {
    const char = source.charAt(index);
    if (char === '\n') line += 1;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (source.charAt(index + 1) === '"') {
        cell += '"';
        index += 1;
      } else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === comma) endCell();
    else if (char === '\n') {
      endCell();
      rows.push({ cells, line: began });
      cells = [];
      began = line;
    } else if (char !== '\r') cell += char;
  }
  if (cell !== '' || cells.length > 0) {
    endCell();
    rows.push({ cells, line: began });
  }
  return rows;
}

function separatorIn(text: string): string {
  const head = text.slice(0, !text.includes('\n') ? undefined : text.indexOf('\n'));
  return [',', ';', '\t'].reduce((best, each) =>
    head.split(each).length > head.split(best).length ? each : best,
  );
}
