import { looksOf, type Row } from './row';

/** The rows at the top are under none. */
const TOP = '';

/** The rows of a tree, and what of them it was given: of the rest nothing is made, and nothing there is a change. */
export class GivenRows {
  #rows: readonly Row[] = [];
  /** How the rows looked that were given, by the id of the row that they are under. */
  #looks = new Map<string, string>();
  /** Those rows as they are now, by id. */
  #now = new Map<string, Row>();

  get rows(): readonly Row[] {
    return this.#rows;
  }

  /**
   * Takes new rows.
   * @returns whether the tree is to ask anew. One that is told before it has ever asked asks twice at once, and draws
   *   half of it
   */
  replace(rows: readonly Row[]): boolean {
    const before = this.#looks;
    this.#rows = rows;
    this.#forget();
    if (!before.has(TOP) || this.#looksAs(before, TOP, rows)) return false;
    // It will ask for the rest anew, and may have folded some of it meanwhile.
    this.#forget();
    this.#give(TOP, rows);
    return true;
  }

  /** What is under a row, which may be from before the last change; under none: the rows at the top. */
  under(row?: Row): readonly Row[] {
    const rows = row === undefined ? this.#rows : (this.#now.get(row.id) ?? row).children;
    this.#give(row?.id ?? TOP, rows);
    return rows;
  }

  #forget(): void {
    this.#looks = new Map();
    this.#now = new Map();
  }

  #looksAs(before: ReadonlyMap<string, string>, id: string, rows: readonly Row[]): boolean {
    return (
      before.get(id) === this.#give(id, rows) &&
      rows.every((each) => !before.has(each.id) || this.#looksAs(before, each.id, each.children))
    );
  }

  #give(id: string, rows: readonly Row[]): string {
    const looks = looksOf(rows);
    this.#looks.set(id, looks);
    for (const each of rows) this.#now.set(each.id, each);
    return looks;
  }
}
