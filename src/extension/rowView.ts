import * as vscode from 'vscode';
import { itemOf } from './rowItem';
import { changedRows, flat, type Row } from './rows/row';

/**
 * One view over rows. It redraws only what has changed: while the editor asks for a row anew, a click on it or on one
 * of its actions is lost.
 */
export class RowView implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Row[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly view: vscode.TreeView<Row>;
  #rows: readonly Row[] = [];
  #parents = new Map<string, Row>();
  /** The latest of each id. */
  #latest = new Map<string, Row>();
  /** The objects by which the editor knows the rows that it has asked for. */
  readonly #given = new Map<string, Row>();
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
    const changed = changedRows(this.#rows, rows);
    this.#rows = rows;
    if (changed?.length === 0) return;
    const all = flat(rows);
    this.#latest = new Map(all.map((each) => [each.id, each]));
    this.#parents = new Map(all.flatMap((each) => each.children.map((child) => [child.id, each] as const)));
    for (const id of this.#given.keys()) if (!this.#latest.has(id)) this.#given.delete(id);
    if (!this.#wasAsked) return;
    // What was never asked for is not drawn.
    const known = changed?.flatMap((id) => this.#given.get(id) ?? []);
    if (known === undefined || known.length > 0) this.#changed.fire(known);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return itemOf(this.#latest.get(row.id) ?? row);
  }

  getChildren(row?: Row): Row[] {
    this.#wasAsked = true;
    const children = row === undefined ? this.#rows : (this.#latest.get(row.id) ?? row).children;
    for (const child of children) this.#given.set(child.id, child);
    return [...children];
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
