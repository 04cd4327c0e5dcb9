import path from 'node:path/posix';

/** A server's disk: folders and texts in memory, gone with the server. */
export class Files {
  readonly #texts = new Map<string, string>();
  readonly #folders = new Set<string>(['/']);

  constructor(texts: Readonly<Record<string, string>>) {
    for (const [file, text] of Object.entries(texts)) {
      this.makeFolder(path.dirname(file));
      this.#texts.set(file, text);
    }
  }

  read(file: string): string | undefined {
    return this.#texts.get(file);
  }

  isFolder(file: string): boolean {
    return this.#folders.has(file);
  }

  exists(file: string): boolean {
    return this.#texts.has(file) || this.isFolder(file);
  }

  /** False where the folder is missing, or a folder has that name. */
  write(file: string, text: string): boolean {
    if (!this.isFolder(path.dirname(file)) || this.isFolder(file)) return false;
    this.#texts.set(file, text);
    return true;
  }

  /** With all folders above it. */
  makeFolder(folder: string): void {
    for (let each = folder; !this.#folders.has(each); each = path.dirname(each)) this.#folders.add(each);
  }

  /** With all that is in it. */
  remove(file: string): void {
    for (const each of [...this.#texts.keys(), ...this.#folders])
      if (each === file || each.startsWith(`${file}/`)) {
        this.#texts.delete(each);
        this.#folders.delete(each);
      }
  }

  /** All files below a folder, sorted. */
  under(folder: string): string[] {
    return [...this.#texts.keys()].filter((file) => file.startsWith(`${folder}/`)).sort();
  }

  /** Names in a folder, sorted. */
  list(folder: string): string[] {
    return [...this.#texts.keys(), ...this.#folders]
      .filter((each) => each !== '/' && path.dirname(each) === folder)
      .map((each) => path.basename(each))
      .sort();
  }
}
