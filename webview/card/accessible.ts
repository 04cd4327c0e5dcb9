import { element } from '../dom';
import type { CardMessage } from './contract';

/** The card as headings and lists, for screen readers: all that the picture says. */
export function accessibleText({ text }: CardMessage): HTMLElement {
  return element(
    'section',
    { class: 'for-readers', 'aria-label': 'The card in words' },
    element('h2', {}, text.heading),
    element(
      'dl',
      {},
      ...text.facts.flatMap(({ label, value }) => [element('dt', {}, label), element('dd', {}, value)]),
    ),
    ...text.steps.flatMap(({ title, count, checks }) => [
      element('h3', {}, `${title}: ${count}`),
      element('ul', {}, ...checks.map((check) => element('li', {}, check))),
    ]),
  );
}
