import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension } from './extension';

describe('activation', () => {
  it('happens in this VS Code', async () => {
    assert.match(vscode.version, /^1\.100\./);
    await extension().activate();
    assert.equal(extension().isActive, true);
  });
});
