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
 * keys in it; no token, key or passphrase ever comes this far. Whatever a server said is text, never markup.
 */
export function reportOf(diagnosis: Diagnosis, running: boolean): string {
  const { server, site, at, rungs } = diagnosis;
  const time = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return [
    `# Why can’t I connect to ${plain(server)}?`,
    '',
    `${plain(site)} · ${time}${running ? ' · still looking …' : ''}`,
    '',
    ...(running ? [] : [...conclusion(diagnosis), '']),
    ...rungs.flatMap(rungLines),
    '',
  ].join('\n');
}

function conclusion(diagnosis: Diagnosis): string[] {
  const cause = causeOf(diagnosis);
  if (cause !== undefined)
    return [
      `**${plain(cause.title)}: ${plain(cause.what)}**`,
      ...(cause.next === undefined ? [] : ['', plain(cause.next)]),
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

function rungLines({ title, verdict, what, next }: Rung): string[] {
  if (verdict === 'notAsked') return [`- ${MARKS[verdict]} — ${plain(title)}`];
  return [
    `- ${MARKS[verdict]} — **${plain(title)}**: ${plain(what)}`,
    ...(verdict === 'passed' || next === undefined ? [] : [`  - ${plain(next)}`]),
  ];
}

/** Text that Markdown shows as it is, in one line. */
export function plain(text: string): string {
  const line = [...text]
    .map((char) => ((char.codePointAt(0) ?? 0) < 32 || char === '\x7f' ? ' ' : char))
    .join('');
  return line.replace(/[\\`*_{}[\]<>#|~!&$^]/g, '\\$&');
}
