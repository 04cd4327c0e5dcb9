/** The look that the demo's pages share. What they show is asked from the program's own API, like the real page does. */
export interface Page {
  readonly title: string;
  readonly colour: string;
  /** What the real program would be. */
  readonly imitates: string;
  readonly hostname: string;
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One self-contained page: nothing is loaded from anywhere. */
export function page(of: Page): string {
  const head = of.columns.map((column) => `<th>${escaped(column)}</th>`).join('');
  const rows = of.rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`)
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,">
<title>${escaped(of.title)}</title>
<style>
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: #1f2328; background: #f6f8fa; }
header { background: ${of.colour}; color: #fff; padding: 14px 28px; font-size: 20px; font-weight: 600; }
header small { font-weight: 400; opacity: .85; margin-left: 12px; }
main { max-width: 960px; margin: 24px auto; padding: 0 28px; }
.note { background: #fff8c5; border: 1px solid #d4a72c66; border-radius: 6px; padding: 10px 14px; }
h1 { font-size: 19px; margin: 28px 0 10px; }
table { width: 100%; border-collapse: collapse; background: #fff; border: 1px solid #d0d7de; }
th, td { text-align: left; padding: 8px 12px; border-bottom: 1px solid #d8dee4; }
th { background: #f6f8fa; font-weight: 600; }
</style>
</head>
<body>
<header>${escaped(of.title)}<small>${escaped(of.hostname)}</small></header>
<main>
<p class="note">This page belongs to the Chameleon Labs demo. On a real server ${escaped(of.imitates)} answers here;
the forward that brought you is the same.</p>
<h1>${escaped(of.heading)}</h1>
<table>
<thead><tr>${head}</tr></thead>
<tbody>
${rows}
</tbody>
</table>
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
