import assert from 'node:assert/strict';
import { Asked, probeOpenStack } from '../../../src/labs/probes/openstack';
import { Unseen } from '../../../src/labs/probes/unseen';
import type { Json } from '../../../src/labs/expression';

describe('lists of the object store', () => {
  const asked = (service: string, text: string): Promise<Json> =>
    probeOpenStack(
      { site: undefined, service, path: '/', query: { format: 'json' }, list: undefined },
      [],
      { param: {}, name: {}, saved: {}, variant: {} },
      {
        name: 'CHI@TACC',
        projectId: undefined,
        session: {
          clockOffset: 0,
          raw: () => Promise.resolve({ status: 200, headers: {}, text, truncated: false }),
        },
      },
      new Asked(),
      new AbortController().signal,
    );

  it('are bare lists of containers, objects and folders', async () => {
    const list = '[{"name":"object-persist-ab1234","count":3,"bytes":9},{"subdir":"training/"}]';
    assert.deepEqual(await asked('object-store', list), {
      status: 200,
      headers: {},
      body: JSON.parse(list) as Json,
    });
    assert.deepEqual(await asked('object-store', '[]'), { status: 200, headers: {}, body: [] });
  });

  it('are nothing where an item has no name, nor at other services', async () => {
    for (const text of ['[null]', '["object-persist-ab1234"]', '[{"count":3}]', 'null', '', '<html>'])
      await assert.rejects(asked('object-store', text), Unseen, text);
    await assert.rejects(asked('compute', '[]'), Unseen);
  });
});
