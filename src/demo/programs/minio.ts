import { page } from './page';
import type { Answer, Asked, Program, Surroundings } from './program';

/** The console of the labs' object store. */
export const minio: Program = { server: 'MinIO Console', answer };

function answer(asked: Asked, where: Surroundings): Answer {
  const path = asked.path.replace(/\?.*$/, '');
  if (path !== '/' && path !== '/login')
    return { status: 404, type: 'text/plain; charset=utf-8', body: '404 page not found' };
  return {
    status: 200,
    type: 'text/html; charset=utf-8',
    body: page({
      title: 'MinIO Console',
      colour: '#081c42',
      imitates: "MinIO's console",
      hostname: where.hostname,
      heading: 'Buckets',
      columns: ['Name'],
      rows: [['mlflow-artifacts']],
    }),
  };
}
