import type { Json } from './cloudAnswers';

export interface Cell {
  readonly source: string;
  /** `undefined`: it was not run. */
  readonly output?: string;
  readonly count?: number;
  readonly markdown?: boolean;
}

/** A saved notebook. */
export function notebook(cells: readonly Cell[], kernel = 'python3'): Json {
  let count = 0;
  return {
    cells: cells.map((cell) => {
      if (cell.markdown === true)
        return { cell_type: 'markdown', metadata: {}, source: linesOf(cell.source) };
      if (cell.output !== undefined) count = cell.count ?? count + 1;
      return {
        cell_type: 'code',
        metadata: {},
        execution_count: cell.output === undefined ? null : count,
        source: linesOf(cell.source),
        outputs:
          cell.output === undefined || cell.output === ''
            ? []
            : [{ output_type: 'stream', name: 'stdout', text: linesOf(cell.output) }],
      };
    }),
    metadata: { kernelspec: { name: kernel, display_name: kernel, language: kernel } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** Notebooks keep texts as lists of lines. */
function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}
