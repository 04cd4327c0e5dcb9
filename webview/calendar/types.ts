import { element } from '../dom';
import type { CalendarMessage, CalendarType } from './contract';
import { moment } from './when';

interface Acts {
  choose(nodeType: string): void;
  reserve(nodeType: string, start: number): void;
  watch(nodeType: string): void;
}

/** Each node type with its soonest fit: the first thing to offer. */
export function typeList(message: CalendarMessage, chosen: string, acts: Acts): HTMLElement {
  return element(
    'ul',
    { class: 'types', 'aria-label': 'Node types' },
    ...message.types.map((type) => typeItem(message, type, type.nodeType === chosen, acts)),
  );
}

function typeItem(
  { now, amount }: CalendarMessage,
  type: CalendarType,
  isChosen: boolean,
  acts: Acts,
): HTMLElement {
  const { nodeType, nodes, freeNow, soonest } = type;
  const show = element(
    'button',
    { id: `type-${nodeType}`, type: 'button', class: 'show', 'aria-pressed': String(isChosen) },
    element('strong', {}, nodeType),
    element('span', { class: 'count' }, `${freeNow} of ${nodes.length} free now`),
  );
  show.addEventListener('click', () => {
    acts.choose(nodeType);
  });
  return element('li', { class: isChosen ? 'chosen' : '' }, show, soonestButton());

  function soonestButton(): HTMLElement {
    if (soonest === null) {
      const words = amount > nodes.length ? `has only ${nodes.length}` : 'none within two weeks';
      const watch = element(
        'button',
        {
          id: `watch-${nodeType}`,
          type: 'button',
          class: 'plain',
          'aria-label': `Tell me when ${nodeType} is free`,
        },
        'Tell me',
      );
      watch.addEventListener('click', () => {
        acts.watch(nodeType);
      });
      return element(
        'span',
        { class: 'soonest none' },
        `${words} `,
        ...(amount > nodes.length ? [] : [watch]),
      );
    }
    const when = soonest <= now ? 'now' : moment(soonest, now);
    const button = element(
      'button',
      {
        id: `soonest-${nodeType}`,
        type: 'button',
        class: 'soonest',
        'aria-label': `Reserve ${nodeType}, soonest fit ${when}`,
      },
      `Reserve ${when}`,
    );
    button.addEventListener('click', () => {
      acts.reserve(nodeType, soonest);
    });
    return button;
  }
}
