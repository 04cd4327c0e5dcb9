import assert from 'node:assert/strict';
import { GivenRows } from '../../../src/extension/rows/given';
import { row, type Row } from '../../../src/extension/rows/row';

describe('the rows that a tree was given', () => {
  let given: GivenRows;
  let made: string[];

  const leaf = (label: string): Row => row({ id: label, label, icon: 'vm', context: '' });
  const folder = (id: string, ...labels: readonly string[]): Row =>
    row({
      id,
      label: id,
      icon: 'folder',
      context: '',
      children: () => {
        made.push(id);
        return labels.map(leaf);
      },
    });
  const labels = (rows: readonly Row[]): string[] => rows.map(({ label }) => label);

  beforeEach(() => {
    given = new GivenRows();
    made = [];
  });

  it('are made when it asks, once', () => {
    const [one, two] = [folder('one', 'a'), folder('two', 'b')];
    given.replace([one, two]);
    assert.deepEqual(labels(given.under()), ['one', 'two']);
    assert.deepEqual(made, []);
    assert.deepEqual(labels(given.under(one)), ['a']);
    assert.deepEqual(labels(given.under(one)), ['a']);
    assert.deepEqual(made, ['one']);
  });

  it('are no change before it has asked', () => {
    assert.equal(given.replace([folder('one', 'a')]), false);
    assert.equal(given.replace([folder('two', 'a')]), false);
    given.under();
    assert.equal(given.replace([folder('one', 'a')]), true);
  });

  it('are a change where they look otherwise, and none where they do not', () => {
    given.replace([folder('one', 'a'), folder('two', 'b')]);
    const [one] = given.under();
    given.under(one);
    assert.equal(given.replace([folder('one', 'a'), folder('two', 'b')]), false);
    assert.equal(given.replace([folder('one', 'a'), folder('two', 'other')]), false, 'nobody has seen that');
    assert.equal(given.replace([folder('one', 'other'), folder('two', 'other')]), true);
  });

  it('are a change in depth, too', () => {
    const deep = (label: string): Row[] => [
      row({ id: 'top', label: 'top', icon: '', context: '', children: () => [folder('one', label)] }),
    ];
    given.replace(deep('a'));
    const [top] = given.under();
    const [one] = given.under(top);
    given.under(one);
    assert.equal(given.replace(deep('a')), false);
    assert.equal(given.replace(deep('b')), true);
  });

  it('are those of now under a row of before', () => {
    given.replace([folder('one', 'a')]);
    const [old] = given.under();
    given.replace([folder('one', 'b')]);
    assert.deepEqual(labels(given.under(old)), ['b']);
    assert.equal(given.replace([folder('one', 'b')]), false);
    assert.equal(given.replace([folder('one', 'c')]), true);
  });

  it('are told once when it has not asked again yet', () => {
    given.replace([folder('one', 'a')]);
    given.under(given.under()[0]);
    assert.equal(given.replace([folder('one', 'b')]), true);
    assert.equal(given.replace([folder('one', 'c')]), false, 'it will ask, and gets what is there then');
    assert.deepEqual(labels(given.under(given.under()[0])), ['c']);
  });
});
