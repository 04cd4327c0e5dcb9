import { element } from '../dom';
import type { CalendarMessage, FromPanel } from './contract';
import { clock } from './when';

const LENGTHS = [1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 168];
const AMOUNTS = [1, 2, 3, 4, 6, 8];

/** What is looked for: site, length and number of nodes; and what the colours mean. */
export function head(message: CalendarMessage, send: (out: FromPanel) => void): HTMLElement {
  const wanted = (hours: number, amount: number): void => {
    send({ kind: 'wanted', hours, amount });
  };
  const refresh = element('button', { id: 'refresh', type: 'button', class: 'plain' }, 'Refresh');
  refresh.addEventListener('click', () => {
    send({ kind: 'refresh' });
  });
  return element(
    'header',
    {},
    element('h1', {}, 'When is a node free?'),
    element(
      'div',
      { class: 'wanted' },
      select(
        'site',
        'Site',
        message.sites.map(({ cloud, name }) => ({ value: cloud, label: name })),
        message.cloud,
        (cloud) => {
          send({ kind: 'site', cloud });
        },
      ),
      select('hours', 'For', numbers(LENGTHS, message.hours, hoursWords), String(message.hours), (hours) => {
        wanted(Number(hours), message.amount);
      }),
      select(
        'amount',
        'Nodes',
        numbers(AMOUNTS, message.amount, String),
        String(message.amount),
        (amount) => {
          wanted(message.hours, Number(amount));
        },
      ),
      refresh,
      element('span', { class: 'age' }, message.asOf === null ? '' : `as of ${clock(message.asOf)}`),
    ),
    legend(),
  );
}

function hoursWords(hours: number): string {
  return hours < 48 ? `${hours} h` : `${hours / 24} days`;
}

function numbers(
  usual: readonly number[],
  current: number,
  words: (value: number) => string,
): { value: string; label: string }[] {
  return [...new Set([...usual, current])]
    .sort((a, b) => a - b)
    .map((value) => ({ value: String(value), label: words(value) }));
}

function select(
  id: string,
  label: string,
  options: readonly { readonly value: string; readonly label: string }[],
  current: string,
  changed: (value: string) => void,
): HTMLElement {
  const made = document.createElement('select');
  made.id = id;
  for (const { value, label: words } of options) {
    const option = document.createElement('option');
    option.value = value;
    option.textContent = words;
    option.selected = value === current;
    made.append(option);
  }
  made.addEventListener('change', () => {
    changed(made.value);
  });
  return element('label', {}, `${label} `, made);
}

function legend(): HTMLElement {
  const key = (kind: string, words: string): HTMLElement =>
    element('li', {}, element('span', { class: `key ${kind}`, 'aria-hidden': 'true' }), words);
  return element(
    'ul',
    { class: 'legend', 'aria-label': 'What the colours mean' },
    key('gap', 'free for that long'),
    key('mine', 'mine'),
    key('project', 'the class’s'),
    key('others', 'other projects’'),
  );
}
