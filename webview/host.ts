import * as v from 'valibot';

/** The extension on the other side of a panel; VS Code puts `acquireVsCodeApi` into every webview, once. */
declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

export interface Host<Out> {
  send(message: Out): void;
}

/**
 * Connects a panel to the extension: `receive` gets each message that `schema` accepts; others are dropped. Messages
 * of other origins can't come in: the webview's frame relays only the extension's.
 */
export function connectHost<Schema extends v.GenericSchema, Out>(
  schema: Schema,
  receive: (message: v.InferOutput<Schema>) => void,
): Host<Out> {
  const api = acquireVsCodeApi();
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const parsed = v.safeParse(schema, event.data);
    if (parsed.success) receive(parsed.output);
  });
  return {
    send: (message) => {
      api.postMessage(message);
    },
  };
}
