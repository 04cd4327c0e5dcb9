import { page } from './page';
import type { Answer, Asked, Program, Surroundings } from './program';

const VERSION = '2.15.0';

/** JupyterLab in a lab's container: such an image answers to any name. */
export const jupyter: Program = { server: 'TornadoServer/6.4.2', answer };

function answer(asked: Asked, where: Surroundings): Answer {
  switch (asked.path.replace(/\?.*$/, '')) {
    case '/api':
      return {
        status: 200,
        type: 'application/json',
        body: JSON.stringify({ version: VERSION }),
      };
    case '/':
    case '/lab':
      return { status: 200, type: 'text/html; charset=UTF-8', body: start(where) };
    default:
      return { status: 403, type: 'application/json', body: JSON.stringify({ message: 'Forbidden' }) };
  }
}

function start(where: Surroundings): string {
  return page({
    title: 'JupyterLab',
    colour: '#616161',
    imitates: `JupyterLab on Jupyter Server ${VERSION}`,
    hostname: where.hostname,
    heading: 'work',
    columns: ['Name'],
    rows: [['gourmetgram-train'], ['downloaded_model'], ['mlflow_api.ipynb']],
  });
}
