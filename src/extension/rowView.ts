import * as vscode from 'vscode';
import { ownTurn } from '../base';
import { itemOf } from './rowItem';
import { GivenRows } from './rows/given';
import type { Row } from './rows/row';

/**
 * One view over rows. It is told to ask again only when something that it was given looks otherwise: what is folded
 * costs nothing, however large a class.
 */
export class RowView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<Row>;
  readonly #given = new GivenRows();

  /** @param dropped told of files that are dropped on the view; without it nothing can be */
  constructor(id: string, dropped?: (file: vscode.Uri) => void) {
    this.view = vscode.window.createTreeView(id, {
      treeDataProvider: this,
      showCollapseAll: true,
      ...(dropped === undefined ? {} : { dragAndDropController: dropping(dropped) }),
    });
  }

  get rows(): readonly Row[] {
    return this.#given.rows;
  }

  show(rows: readonly Row[]): void {
    if (this.#given.replace(rows)) this.#changed.fire(undefined);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return itemOf(row);
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row === undefined) return [...this.#given.under(row)];
    // The editor asks for what is under all open rows at once: hundreds, of a class.
    await ownTurn();
    const rows = this.#given.under(row);
    // It makes items of them as soon as it has them.
    await ownTurn();
    return [...rows];
  }

  dispose(): void {
    this.view.dispose();
    this.#changed.dispose();
  }
}

/** Takes the first file of what is dropped, from the explorer or from outside. */
function dropping(dropped: (file: vscode.Uri) => void): vscode.TreeDragAndDropController<Row> {
  return {
    dragMimeTypes: [],
    dropMimeTypes: ['text/uri-list', 'files'],
    async handleDrop(_target, data): Promise<void> {
      const list = (await data.get('text/uri-list')?.asString()) ?? '';
      const listed = list.split(/\r?\n/).find((line) => line !== '' && !line.startsWith('#'));
      const file = listed === undefined ? data.get('files')?.asFile()?.uri : vscode.Uri.parse(listed, true);
      if (file !== undefined) dropped(file);
    },
  };
}
