import { causeOf } from './climb';
import type { Diagnosis, Rung } from './types';

const MARKS: Readonly<Record<Rung['verdict'], string>> = {
  passed: '✓ passed',
  failed: '✗ failed',
  unknown: '? unknown',
  notAsked: '– not looked at',
};

/**
 * The ladder as Markdown, to read and to copy for somebody who helps. It has names, addresses and fingerprints of host
 * keys in it; what a server said is text, never markup.
 * @param options.mask takes secrets out: it sees the words as they were said, before any is escaped
 */
export function reportOf(
  diagnosis: Diagnosis,
  options: { readonly running: boolean; readonly mask: (words: string) => string },
): string {
  const { server, site, at, rungs } = diagnosis;
  const { running } = options;
  const said = (words: string): string => plain(options.mask(words));
  const time = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return [
    `# Why can’t I connect to ${said(server)}?`,
    '',
    `${said(site)} · ${time}${running ? ' · still looking …' : ''}`,
    '',
    ...(running ? [] : [...conclusion(diagnosis, said), '']),
    ...rungs.flatMap((rung) => rungLines(rung, said)),
    '',
  ].join('\n');
}

type Said = (words: string) => string;

function conclusion(diagnosis: Diagnosis, said: Said): string[] {
  const cause = causeOf(diagnosis);
  if (cause !== undefined)
    return [
      `**${said(cause.title)}: ${said(cause.what)}**`,
      ...(cause.next === undefined ? [] : ['', said(cause.next)]),
    ];
  const unsure = diagnosis.rungs.filter(({ verdict }) => verdict === 'unknown');
  if (diagnosis.rungs.some(({ id, verdict }) => id === 'login' && verdict === 'passed'))
    return [
      unsure.length === 0
        ? '**You can connect: every step is right.**'
        : '**You can connect: nothing that can be judged is wrong.**',
    ];
  return [
    `**Nothing wrong was found, as far as can be seen${unsure.length === 0 ? '' : ` (${unsure.length} steps could not be judged)`}.**`,
  ];
}

function rungLines({ title, verdict, what, next }: Rung, said: Said): string[] {
  if (verdict === 'notAsked') return [`- ${MARKS[verdict]} — ${said(title)}`];
  return [
    `- ${MARKS[verdict]} — **${said(title)}**: ${said(what)}`,
    ...(verdict === 'passed' || next === undefined ? [] : [`  - ${said(next)}`]),
  ];
}

/** Text that Markdown shows as it is, in one line. */
export function plain(text: string): string {
  const line = [...text]
    .map((char) => ((char.codePointAt(0) ?? 0) < 32 || char === '\x7f' ? ' ' : char))
    .join('');
  return line.replace(/[\\`*_{}[\]<>#|~!&$^]/g, '\\$&');
}
