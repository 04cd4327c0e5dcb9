import { palettes } from './paint';
import type { CardRecord } from './record';
import { cardSvg } from './svg';
import { escapeXml } from './text';
import { cardText } from './words';

/**
 * The card as one self-contained page (no script, no remote content): the picture, then every check in words, the
 * record at its end for Verify Card. Prints on A4.
 */
export function cardHtml(record: CardRecord): string {
  const text = cardText(record);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeXml(text.heading)}</title>
<style>${style}</style>
</head>
<body>
<figure class="light">${cardSvg(record, 'light')}</figure>
<figure class="dark">${cardSvg(record, 'dark')}</figure>
<h1>${escapeXml(text.heading)}</h1>
<dl>
${text.facts.map(({ label, value }) => `<dt>${escapeXml(label)}</dt><dd>${escapeXml(value)}</dd>`).join('\n')}
</dl>
${text.steps.map(stepSection).join('\n')}
<script type="application/json" id="record">${inScript(record)}</script>
</body>
</html>
`;
}

function stepSection({ title, count, checks }: ReturnType<typeof cardText>['steps'][number]): string {
  const items = checks.map((check) => `<li>${escapeXml(check)}</li>`).join('\n');
  return `<h2>${escapeXml(title)}: ${escapeXml(count)}</h2>\n<ul>\n${items}\n</ul>`;
}

/** JSON that can't end its script element. */
function inScript(record: CardRecord): string {
  return JSON.stringify(record).replaceAll('<', '\\u003c');
}

const { light, dark } = palettes;
const style = `
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1280px; margin: 1rem auto; padding: 0 1rem; background: ${light.page}; color: ${light.ink} }
figure { margin: 0; border: 1px solid ${light.line} }
svg { display: block; width: 100%; height: auto }
.dark { display: none }
body { overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: fit-content(16rem) minmax(0, 1fr); gap: .2rem 1.5rem }
dd { margin: 0 }
h2 { font-size: 1.1rem; margin-bottom: .2rem }
ul { margin-top: 0 }
@media (prefers-color-scheme: dark) {
  body { background: ${dark.page}; color: ${dark.ink} }
  figure { border-color: ${dark.line} }
  .light { display: none }
  .dark { display: block }
}
@media print {
  @page { size: A4; margin: 12mm }
  body { font-size: 9.5pt; line-height: 1.4; background: #fff; color: #000; margin: 0; padding: 0 }
  h1 { font-size: 16pt }
  h2, li { break-inside: avoid }
  h2 { break-after: avoid }
  .light { display: block; break-inside: avoid }
  .dark { display: none }
}`;
