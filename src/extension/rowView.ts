import * as vscode from 'vscode';
import { itemOf } from './rowItem';
import { flat, type Row } from './rows/row';

/** One view over rows. It redraws only when the rows have changed. */
export class RowView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<Row>;
  #rows: readonly Row[] = [];
  #parents = new Map<string, Row>();
  #drawn = '[]';
  /** A tree that is told of a change before it has ever asked asks twice at once, and draws half of it. */
  #wasAsked = false;

  /** @param dropped told of files that are dropped on the view; without it nothing can be */
  constructor(id: string, dropped?: (file: vscode.Uri) => void) {
    this.view = vscode.window.createTreeView(id, {
      treeDataProvider: this,
      showCollapseAll: true,
      ...(dropped === undefined ? {} : { dragAndDropController: dropping(dropped) }),
    });
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  show(rows: readonly Row[]): void {
    const drawn = JSON.stringify(rows);
    this.#rows = rows;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#parents = new Map(
      flat(rows).flatMap((each) => each.children.map((child) => [child.id, each] as const)),
    );
    if (this.#wasAsked) this.#changed.fire(undefined);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return itemOf(row);
  }

  getChildren(row?: Row): Row[] {
    this.#wasAsked = true;
    return [...(row?.children ?? (row === undefined ? this.#rows : []))];
  }

  getParent(row: Row): Row | undefined {
    return this.#parents.get(row.id);
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
