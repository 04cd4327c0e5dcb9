import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  downloadObject,
  listAllObjects,
  listObjectContainers,
  listObjects,
  OpenStackError,
  uploadObject,
} from '../../../src/openstack';
import { FakeCloud, json } from './fakeCloud';
import { recordedAnswer } from './recorded';

const text = 'a model, or something else that is long';
const md5 = (of: string): string => createHash('md5').update(of).digest('hex');
const pieces = (of: string): Uint8Array[] => [Buffer.from(of.slice(0, 10)), Buffer.from(of.slice(10))];
const at = { container: 'object-persist-ab1234', name: 'a folder/ü & more.txt' };

async function* read(): AsyncGenerator<Uint8Array> {
  for (const piece of pieces(text)) yield await Promise.resolve(piece);
}

function answerOf(body: string, headers: Record<string, string>): Response {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces(body)) controller.enqueue(piece);
      controller.close();
    },
  });
  return new Response(stream, { headers });
}

describe('the object store', () => {
  it('containers and folders as a real Swift lists them', async () => {
    const cloud = new FakeCloud(({ url }) =>
      recordedAnswer(
        url.pathname.endsWith('AUTH_p1')
          ? 'swift-account'
          : url.searchParams.has('delimiter')
            ? 'swift-container-folders'
            : 'swift-container',
      ),
    );
    const session = cloud.session();
    assert.deepEqual(
      (await listObjectContainers(session)).map(({ name }) => name),
      ['object-eval-cd5678', 'object-persist-ab1234'],
    );
    const { folders, objects } = await listObjects(session, at.container, 'Food-11/');
    assert.deepEqual(folders, ['Food-11/evaluation/', 'Food-11/training/', 'Food-11/validation/']);
    assert.deepEqual(objects, []);
    const all = await listAllObjects(session, at.container);
    assert.equal(all.length, 10);
    assert.equal(all.at(-1)?.bytes, 30);
  });

  it('an account without anything answers with nothing', async () => {
    const cloud = new FakeCloud(() => new Response(null, { status: 204 }));
    assert.deepEqual(await listObjectContainers(cloud.session()), []);
  });

  it('a full page is not the last one', async () => {
    const first = Array.from({ length: 10_000 }, (_, n) => ({ name: `c${n}`, count: 0, bytes: 0 }));
    const cloud = new FakeCloud(({ url }) =>
      json(url.searchParams.has('marker') ? [{ name: 'last', count: 1, bytes: 2 }] : first),
    );
    assert.equal((await listObjectContainers(cloud.session())).length, 10_001);
    assert.equal(cloud.calls[1]?.url.searchParams.get('marker'), 'c9999');
  });

  it('HTML instead of a list is refused', async () => {
    const cloud = new FakeCloud(() => new Response('<html>log in</html>'));
    await assert.rejects(listObjectContainers(cloud.session()), /can't be understood/);
  });

  it('downloads piece by piece, with progress', async () => {
    const cloud = new FakeCloud(() =>
      answerOf(text, { etag: md5(text), 'content-length': String(text.length) }),
    );
    const got: Uint8Array[] = [];
    const told: number[] = [];
    const bytes = await downloadObject(
      cloud.session(),
      at,
      async (piece) => {
        got.push(await Promise.resolve(piece));
      },
      (done) => told.push(done),
    );
    assert.equal(Buffer.concat(got).toString(), text);
    assert.deepEqual([bytes, told], [text.length, [10, text.length]]);
    assert.equal(
      cloud.calls[0]?.url.pathname,
      '/v1/AUTH_p1/object-persist-ab1234/a%20folder/%C3%BC%20%26%20more.txt',
    );
  });

  for (const [what, headers] of [
    ['broken', { etag: md5('another') }],
    ['only in part', { etag: md5(text), 'content-length': '1000' }],
  ] as const)
    it(`what comes ${what} is no success`, async () => {
      const cloud = new FakeCloud(() => answerOf(text, headers));
      const down = downloadObject(
        cloud.session(),
        at,
        () => Promise.resolve(),
        () => undefined,
      );
      await assert.rejects(down, new RegExp(what));
    });

  it('the hash of an object in segments is not that of its content', async () => {
    const cloud = new FakeCloud(() =>
      answerOf(text, { etag: md5('of hashes'), 'x-static-large-object': 'True' }),
    );
    assert.equal(
      await downloadObject(
        cloud.session(),
        at,
        () => Promise.resolve(),
        () => undefined,
      ),
      text.length,
    );
  });

  it('an upload that arrives otherwise than it was sent is told', async () => {
    let etag = md5(text);
    const cloud = new FakeCloud(async ({ raw }) => {
      assert.equal(await new Response(raw).text(), text);
      return new Response(null, { status: 201, headers: { etag } });
    });
    const put = (): Promise<void> =>
      uploadObject(cloud.session(), at, { bytes: text.length, read }, () => undefined);
    await put();
    etag = md5('another');
    await assert.rejects(put(), /arrived broken/);
  });

  it('more than 5 GB is refused before anything is sent', async () => {
    const cloud = new FakeCloud();
    await assert.rejects(
      uploadObject(cloud.session(), at, { bytes: 6 * 1024 ** 3, read }, () => undefined),
      /no more than 5 GB/,
    );
    assert.equal(cloud.calls.length, 0);
  });

  for (const name of ['../other', 'a/./b', '..'])
    it(`a name that would lead elsewhere is refused: ${name}`, async () => {
      const cloud = new FakeCloud();
      await assert.rejects(
        uploadObject(
          cloud.session(),
          { container: 'c', name },
          { bytes: text.length, read },
          () => undefined,
        ),
        /no name that can be asked for/,
      );
      assert.equal(cloud.calls.length, 0);
    });

  it('silence ends a transfer; a refusal has its sentence', async () => {
    const silent = new FakeCloud(() => new Promise<Response>(() => undefined));
    const down = downloadObject(
      silent.session(),
      at,
      () => Promise.resolve(),
      () => undefined,
    );
    const late = assert.rejects(down, (thrown: unknown) => {
      assert.ok(thrown instanceof OpenStackError);
      assert.equal(thrown.kind, 'timeout');
      return true;
    });
    while (silent.calls.length === 0) await new Promise(setImmediate);
    silent.clock.pass(30_000);
    await late;
    const refusing = new FakeCloud(() => new Response('<html>no</html>', { status: 404 }));
    await assert.rejects(
      downloadObject(
        refusing.session(),
        at,
        () => Promise.resolve(),
        () => undefined,
      ),
      (thrown: unknown) => thrown instanceof OpenStackError && thrown.kind === 'notFound',
    );
  });

  it('a cancel is an abort, and no error', async () => {
    const cloud = new FakeCloud(() => new Promise<Response>(() => undefined));
    const stop = new AbortController();
    const down = downloadObject(
      cloud.session(),
      at,
      () => Promise.resolve(),
      () => undefined,
      stop.signal,
    );
    const ended = assert.rejects(down, { name: 'AbortError' });
    while (cloud.calls.length === 0) await new Promise(setImmediate);
    stop.abort();
    await ended;
  });
});
