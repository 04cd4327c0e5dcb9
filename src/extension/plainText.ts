/** Colours and cursor jumps of a terminal, which an editor would show as rubbish. */
export function withoutControls(text: string): string {
  return (
    text
      .replaceAll('\r\n', '\n')
      // eslint would refuse control characters in a pattern written out; they are named here instead.
      .replaceAll(new RegExp(`${ESC}\\[[0-9;?]*[A-Za-z]|${ESC}[()][A-Z0-9]|${ESC}[=>78cMDEH]`, 'g'), '')
      .replaceAll(new RegExp(`[${UNPRINTABLE}]`, 'g'), '')
  );
}

/** Text that is data: `$(icon)` in it is no icon of ours. */
export function iconless(text: string): string {
  return text.replaceAll('$(', '$\u200b(');
}

const ESC = String.raw`\u001b`;
const UNPRINTABLE = String.raw`\u0000-\u0008\u000b-\u001f\u007f`;
