// @ts-check
/** Lets the suites of the host be counted outside VS Code: `vscode` is an empty module there. */
import { register } from 'node:module';

const hooks = `
export async function resolve(specifier, context, next) {
  if (specifier !== 'vscode') return next(specifier, context);
  return { url: 'data:text/javascript,export default {}', shortCircuit: true };
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
