import assert from 'node:assert/strict';
import type { Clock } from '../../../src/base';
import { onceLink } from '../../../src/extension/onceLink';

const URL_WITH_TOKEN = 'http://127.0.0.1:8888/lab?token=s3cret';

describe('a link that leads on once', () => {
  let late: () => void;
  const clock: Clock = {
    now: () => 0,
    after: (_ms, run) => {
      late = run;
      return () => undefined;
    },
  };
  const get = (url: string, method = 'GET'): Promise<Response> => fetch(url, { method, redirect: 'manual' });

  it('says nothing of where it leads, and leads there', async () => {
    const link = await onceLink(URL_WITH_TOKEN, clock);
    assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/);
    const answer = await get(link);
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, URL_WITH_TOKEN]);
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    await assert.rejects(get(link), 'a second time nobody is there');
  });

  it('is not led on by who guesses, and is not used up by that', async () => {
    const link = await onceLink(URL_WITH_TOKEN, clock);
    for (const [url, method] of [
      [new URL('/', link).href, 'GET'],
      [`${link}x`, 'GET'],
      [link.slice(0, -1), 'GET'],
      [link, 'HEAD'],
    ] as const) {
      const answer = await get(url, method);
      assert.deepEqual([answer.status, answer.headers.get('location')], [404, null], url);
    }
    assert.equal((await get(link)).status, 303);
  });

  it('that nobody opens ends', async () => {
    const link = await onceLink(URL_WITH_TOKEN, clock);
    late();
    await assert.rejects(get(link));
  });
});
