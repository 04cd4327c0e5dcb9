import { page } from './page';
import type { Answer, Asked, Program, Surroundings } from './program';

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json';

/** What the web server's image shows before anybody has written a page. */
export const nginx: Program = {
  server: 'nginx/1.29.1',
  answer: (asked, { hostname }) =>
    asked.path === '/'
      ? html(hostname, 'Welcome to nginx!', '#009639', 'nginx')
      : { status: 404, type: HTML, body: '<h1>404 Not Found</h1>' },
};

/** The labs' photo site: it names the food in its own test picture. */
export const gourmetgram: Program = {
  server: 'gunicorn',
  answer: ({ path }, { hostname }) =>
    path === '/'
      ? html(hostname, 'GourmetGram: Snap. Share. Savor.', '#7b1e3a', 'the application of the lab')
      : path === '/test'
        ? { status: 200, type: HTML, body: 'Bread' }
        : { status: 404, type: HTML, body: 'Not Found' },
};

/** A registry of images, by what was pushed to it. */
export const registry: Program = { server: '', answer: registryAnswer };

function registryAnswer({ path }: Asked, { bench }: Surroundings): Answer {
  const pushed = (bench?.pushed ?? []).map((image) => image.split(':'));
  const names = [...new Set(pushed.map(([name]) => name))];
  if (path === '/v2/_catalog') return json(200, { repositories: names });
  const [, name] = /^\/v2\/(.+)\/tags\/list$/.exec(path) ?? [];
  if (name === undefined) return json(path === '/v2/' ? 200 : 404, {});
  if (!names.includes(name))
    return json(404, {
      errors: [{ code: 'NAME_UNKNOWN', message: 'repository name not known to registry' }],
    });
  return json(200, { name, tags: pushed.filter(([each]) => each === name).map(([, tag]) => tag) });
}

function html(hostname: string, title: string, colour: string, imitates: string): Answer {
  return {
    status: 200,
    type: HTML,
    body: page({ title, colour, imitates, hostname, heading: title, columns: [], rows: [] }),
  };
}

function json(status: number, body: object): Answer {
  return { status, type: JSON_TYPE, body: `${JSON.stringify(body)}\n` };
}
