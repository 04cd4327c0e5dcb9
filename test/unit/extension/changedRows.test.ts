import assert from 'node:assert/strict';
import { changedRows, row, type Row } from '../../../src/extension/rows/row';

describe('what of a tree is drawn again', () => {
  const leaf = (id: string, description = ''): Row =>
    row({ id, label: id, icon: 'circle', context: '', description });
  const tree = (
    of: { a?: string; b?: string; lease?: string; more?: boolean; site?: string } = {},
  ): Row[] => [
    row({
      id: 'site',
      label: of.site ?? 'KVM@TACC',
      icon: 'cloud',
      context: '',
      children: [
        row({
          id: 'lease',
          label: 'lease',
          icon: 'calendar',
          context: '',
          description: of.lease ?? '',
          children: [leaf('a', of.a), leaf('b', of.b), ...(of.more === true ? [leaf('c')] : [])],
        }),
      ],
    }),
  ];

  it('is nothing where nothing changed', () => {
    assert.deepEqual(changedRows(tree(), tree()), []);
    assert.deepEqual(changedRows([], []), []);
  });

  it('is the row that changed, not those around it: a click on them still counts', () => {
    assert.deepEqual(changedRows(tree(), tree({ a: 'up' })), ['a']);
    assert.deepEqual(changedRows(tree(), tree({ a: 'up', b: 'down' })), ['a', 'b']);
  });

  it('is the row below which others came or went, and it alone', () => {
    assert.deepEqual(changedRows(tree(), tree({ more: true, a: 'up' })), ['lease']);
    assert.deepEqual(changedRows(tree({ more: true }), tree()), ['lease']);
    assert.deepEqual(changedRows(tree(), tree({ site: 'CHI@TACC', a: 'up' })), ['site']);
  });

  it('is everything where the first rows are others, or in another order', () => {
    assert.equal(changedRows([], tree()), undefined);
    assert.equal(changedRows([leaf('a'), leaf('b')], [leaf('b'), leaf('a')]), undefined);
  });
});
