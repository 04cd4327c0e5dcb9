import { element } from '../dom';
import type { Verification, VerificationLine } from './contract';

type Agreement = VerificationLine['now'];

/** In the order a marker wants to see them: what is wrong first. */
const agreements: readonly { now: Agreement; words: string; sign: string }[] = [
  { now: 'contradicted', words: 'contradicted', sign: '✕' },
  { now: 'unknown', words: "can't tell", sign: '?' },
  { now: 'gone', words: 'gone since', sign: '○' },
  { now: 'agreed', words: 'agreed', sign: '✓' },
];

/** The comparison with the cloud: digest, one sentence, a filter, then line by line. */
export function verificationView(verification: Verification, heading: string): HTMLElement {
  const list = element('ul', { class: 'lines', 'aria-label': 'Line by line' });
  const show = (only: Agreement | undefined): void => {
    list.replaceChildren(
      ...agreements
        .filter(({ now }) => only === undefined || now === only)
        .flatMap(({ now }) => verification.lines.filter((line) => line.now === now).map(lineItem)),
    );
  };
  show(undefined);
  return element(
    'section',
    { class: 'verification' },
    digestBanner(verification, heading),
    element('p', { class: 'summary' }, summary(verification.lines)),
    filterBar(verification.lines, show),
    list,
  );
}

const digestSigns = { ok: '✓ ', broken: '✕ ', scanned: '? ' } as const;

function digestBanner({ digest, code, lines }: Verification, heading: string): HTMLElement {
  const who = lines.find(({ kind }) => kind === 'person')?.card ?? '';
  const words = {
    ok: `Digest ${code} fits: the record was not changed since it was made. What proves a line is the cloud.`,
    broken: `Digest ${code} does not fit: the record was changed after it was made.`,
    scanned: `Read from the picture’s code ${code}: ${who} · ${heading}. If the picture shows something else, it was edited. What proves a line is the cloud.`,
  };
  return element('p', { class: `digest ${digest}`, role: 'status' }, digestSigns[digest], words[digest]);
}

function summary(lines: readonly VerificationLine[]): string {
  const count = (now: Agreement): number => lines.filter((line) => line.now === now).length;
  const contradicted = count('contradicted');
  if (contradicted > 0)
    return `The cloud contradicts ${contradicted} of ${lines.length} lines: look at them first.`;
  const rest = count('gone') + count('unknown');
  if (rest === 0) return `The cloud agrees with all ${lines.length} lines.`;
  return `Nothing is contradicted: ${count('agreed')} agreed, ${count('gone')} gone since, ${count('unknown')} can't be told.`;
}

function filterBar(
  lines: readonly VerificationLine[],
  show: (only: Agreement | undefined) => void,
): HTMLElement {
  const bar = element('div', { class: 'filter', role: 'group', 'aria-label': 'Show' });
  const options: { now: Agreement | undefined; label: string }[] = [
    { now: undefined, label: `All ${lines.length}` },
    ...agreements.map(({ now, words }) => ({
      now,
      label: `${words} ${lines.filter((line) => line.now === now).length}`,
    })),
  ];
  const buttons = options.map(({ now, label }, at) => {
    const button = element('button', { type: 'button', 'aria-pressed': String(at === 0) }, label);
    button.addEventListener('click', () => {
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
      show(now);
    });
    return button;
  });
  bar.append(...buttons);
  return bar;
}

function lineItem(line: VerificationLine): HTMLElement {
  const agreement = agreements.find(({ now }) => now === line.now);
  return element(
    'li',
    { class: line.now },
    element('span', { class: 'sign', 'aria-hidden': 'true' }, agreement?.sign ?? ''),
    element(
      'div',
      {},
      element(
        'div',
        { class: 'title' },
        element('strong', {}, line.title),
        element('span', { class: 'word' }, agreement?.words ?? line.now),
      ),
      element('div', { class: 'said' }, `Card: ${line.card}`),
      element('div', { class: 'why' }, line.why),
    ),
  );
}
