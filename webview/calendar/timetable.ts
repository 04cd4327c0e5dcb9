import { element } from '../dom';
import type { CalendarMessage, CalendarNode, CalendarType } from './contract';
import { clock, moment, ticks } from './when';

const MIN_PERCENT = 0.4;

/**
 * Nodes of a type × time. Each gap is a button; arrows move between the gaps of a node and to the next node's, so
 * that one press of Tab passes the whole table.
 */
export function timetable(
  message: CalendarMessage,
  type: CalendarType,
  reserve: (node: string, start: number) => void,
): HTMLElement {
  const { from, until } = message;
  const percent = (at: number): number =>
    ((Math.min(Math.max(at, from), until) - from) / (until - from)) * 100;
  const rows = type.nodes.map((node) => nodeRow(message, node, percent, reserve));
  const table = element(
    'div',
    { class: 'timetable', role: 'grid', 'aria-label': `${type.nodeType}: nodes and times` },
    axis(message, percent),
    ...rows,
  );
  moveByArrows(table);
  return table;
}

function axis({ from, until, now }: CalendarMessage, percent: (at: number) => number): HTMLElement {
  const days = element('div', { class: 'track' });
  for (const { at, label, isDay } of ticks(from, until)) {
    const tick = element('span', { class: isDay ? 'tick day' : 'tick' }, isDay ? label : '');
    tick.style.left = `${percent(at)}%`;
    days.append(tick);
  }
  const line = element('span', { class: 'now', title: `now, ${clock(now)}` });
  line.style.left = `${percent(now)}%`;
  days.append(line);
  return element(
    'div',
    { class: 'line axis', 'aria-hidden': 'true' },
    element('span', { class: 'node' }),
    days,
  );
}

function nodeRow(
  { now }: CalendarMessage,
  node: CalendarNode,
  percent: (at: number) => number,
  reserve: (node: string, start: number) => void,
): HTMLElement {
  const track = element('div', { class: 'track', role: 'gridcell' });
  const place = (part: HTMLElement, start: number, end: number): void => {
    part.style.left = `${percent(start)}%`;
    part.style.width = `${Math.max(percent(end) - percent(start), MIN_PERCENT)}%`;
    track.append(part);
  };
  for (const [at, { start, end }] of node.gaps.entries()) {
    const words = `${node.name} is free from ${start <= now ? 'now' : moment(start, now)} to ${moment(end, now)}: reserve`;
    const gap = element('button', {
      id: `gap-${node.name}-${at}`,
      type: 'button',
      class: 'gap',
      tabindex: '-1',
      title: words,
      'aria-label': words,
    });
    gap.addEventListener('click', () => {
      reserve(node.name, start);
    });
    place(gap, start, end);
  }
  for (const { start, end, whose, name } of node.bookings) {
    const words = `${BOOKED[whose]}${name === undefined ? '' : `: ${name}`}, ${moment(start, now)} to ${moment(end, now)}`;
    place(
      element('span', { class: `booked ${whose}`, role: 'img', title: words, 'aria-label': words }),
      start,
      end,
    );
  }
  return element(
    'div',
    { class: 'line', role: 'row' },
    element('span', { class: 'node', role: 'rowheader' }, node.name),
    track,
  );
}

const BOOKED = { mine: 'Mine', project: 'The class’s', others: 'Another project’s' } as const;

function moveByArrows(table: HTMLElement): void {
  const gapsOf = (row: Element): HTMLElement[] => [...row.querySelectorAll<HTMLElement>('.gap')];
  const rows = [...table.querySelectorAll('.line')].filter((row) => gapsOf(row).length > 0);
  const first = rows[0] === undefined ? undefined : gapsOf(rows[0])[0];
  first?.setAttribute('tabindex', '0');
  table.addEventListener('keydown', (event) => {
    const at = document.activeElement;
    const row = rows.findIndex((each) => at !== null && each.contains(at));
    if (row < 0) return;
    const here = gapsOf(rows[row] ?? table);
    const column = here.findIndex((gap) => gap === at);
    const next = target(event.key, rows.map(gapsOf), row, column);
    if (next === undefined) return;
    event.preventDefault();
    at?.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  });
}

function target(
  key: string,
  rows: readonly (readonly HTMLElement[])[],
  row: number,
  column: number,
): HTMLElement | undefined {
  switch (key) {
    case 'ArrowRight':
      return rows[row]?.[column + 1];
    case 'ArrowLeft':
      return rows[row]?.[column - 1];
    case 'ArrowDown':
      return rows[row + 1]?.[0];
    case 'ArrowUp':
      return rows[row - 1]?.[0];
    case 'Home':
      return rows[0]?.[0];
    case 'End':
      return rows.at(-1)?.[0];
    default:
      return undefined;
  }
}
