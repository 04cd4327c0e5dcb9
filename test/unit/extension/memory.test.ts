import assert from 'node:assert/strict';
import { OrderlyMemory, type Memory } from '../../../src/extension/memory';

/** The editor's memory, as VS Code has it: all keys are one value, and the echo of a write replaces it. */
class EchoingMemory implements Memory {
  #value: Readonly<Record<string, unknown>> = {};
  stored: Readonly<Record<string, unknown>> = {};
  failing = false;

  get<T>(key: string, fallback: T): T {
    return (this.#value[key] as T | undefined) ?? fallback;
  }

  async update(key: string, value: unknown): Promise<void> {
    this.#value = { ...this.#value, [key]: value };
    await turn();
    const sent = this.#value;
    await turn();
    if (this.failing) throw new Error('The disk is full.');
    this.stored = sent;
    this.#value = sent;
    await turn();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('memory between sessions', () => {
  it('would lose a write in the editor’s own, when the echo of another one comes', async () => {
    const memory = new EchoingMemory();
    const first = memory.update('overdue', 1);
    await turn();
    const second = memory.update('warned', 2);
    await Promise.all([first, second]);
    assert.deepEqual(memory.stored, { overdue: 1 });
  });

  it('keeps both of two writes that are close together, and reads them back at once', async () => {
    const editor = new EchoingMemory();
    const memory = new OrderlyMemory(editor);
    const first = memory.update('overdue', 1);
    await turn();
    const second = memory.update('warned', 2);
    for (let turns = 0; turns < 10; turns += 1) {
      assert.deepEqual([memory.get('overdue', 0), memory.get('warned', 0)], [1, 2]);
      await turn();
    }
    await Promise.all([first, second]);
    assert.deepEqual(editor.stored, { overdue: 1, warned: 2 });
  });

  it('reads the newest of several writes to one key, also while the older ones are on their way', async () => {
    const editor = new EchoingMemory();
    const memory = new OrderlyMemory(editor);
    const writes = [1, 2, 3].map((value) => memory.update('filter', value));
    await writes[0];
    assert.equal(memory.get('filter', 0), 3);
    await Promise.all(writes);
    assert.deepEqual(editor.stored, { filter: 3 });
  });

  it('forgets what is updated to nothing', async () => {
    const memory = new OrderlyMemory(new EchoingMemory());
    await memory.update('filter', 1);
    const forgotten = memory.update('filter', undefined);
    assert.equal(memory.get('filter', 'none'), 'none');
    await forgotten;
    assert.equal(memory.get('filter', 'none'), 'none');
  });

  it('says that a write failed, and goes on with the next', async () => {
    const editor = new EchoingMemory();
    const memory = new OrderlyMemory(editor);
    editor.failing = true;
    await assert.rejects(memory.update('filter', 1), /disk is full/);
    editor.failing = false;
    await memory.update('grouping', 2);
    assert.equal(memory.get('grouping', 0), 2);
  });
});
