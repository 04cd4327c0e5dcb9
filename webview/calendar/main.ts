import { element } from '../dom';
import { connectHost } from '../host';
import style from './calendar.css';
import { ToPanelSchema, type CalendarMessage, type FromPanel } from './contract';
import { head } from './head';
import { typeList } from './types';
import { timetable } from './timetable';

let shown: CalendarMessage | undefined;
let chosen: string | undefined;

const host = connectHost<typeof ToPanelSchema, FromPanel>(ToPanelSchema, (message) => {
  shown = message;
  draw();
});
addStyle();
host.send({ kind: 'ready' });

function draw(): void {
  if (shown === undefined) return;
  const message = shown;
  const type = message.types.find(({ nodeType }) => nodeType === chosen) ?? message.types[0];
  const focused = document.activeElement?.id;
  document.body.replaceChildren(
    element(
      'main',
      {},
      head(message, (out) => {
        host.send(out);
      }),
      ...(message.note === undefined ? [] : [element('p', { class: 'note', role: 'status' }, message.note)]),
      ...(type === undefined
        ? []
        : [
            element(
              'div',
              { class: 'columns' },
              typeList(message, type.nodeType, {
                choose: (nodeType) => {
                  chosen = nodeType;
                  draw();
                },
                reserve: (nodeType, start) => {
                  host.send({ kind: 'reserve', nodeType, node: null, start });
                },
                watch: (nodeType) => {
                  host.send({ kind: 'watch', nodeType });
                },
              }),
              timetable(message, type, (node, start) => {
                host.send({ kind: 'reserve', nodeType: type.nodeType, node, start });
              }),
            ),
          ]),
    ),
  );
  // Drawn anew, the page would lose the place of who works by keyboard.
  if (focused !== undefined && focused !== '') document.getElementById(focused)?.focus();
}

/** A constructed sheet needs no permission in the content policy. */
function addStyle(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
