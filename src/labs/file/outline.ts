import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

/** Where the checks of a lab file stand, as far as it can be read: also while it is being written. */
export interface LabOutline {
  readonly lab: string | undefined;
  /** `line` from 1. */
  readonly checks: readonly { readonly id: string; readonly line: number }[];
}

export function outlineOf(text: string): LabOutline {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: false });
  const lab = document.get('id');
  const steps = document.get('steps');
  const checks: { id: string; line: number }[] = [];
  for (const step of isSeq(steps) ? steps.items : []) {
    const list = isMap(step) ? step.get('checks') : undefined;
    for (const check of isSeq(list) ? list.items : []) {
      const id = isMap(check) ? check.get('id', true) : undefined;
      if (isScalar(id) && typeof id.value === 'string' && id.range)
        checks.push({ id: id.value, line: lines.linePos(id.range[0]).line });
    }
  }
  return { lab: typeof lab === 'string' ? lab : undefined, checks };
}
