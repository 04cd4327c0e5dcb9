interface Page {
  /** The script's address as the webview loads it (`asWebviewUri`). */
  readonly script: string;
  readonly title: string;
  readonly nonce: string;
}

/**
 * The frame of a panel: nothing may load but the one script by its nonce and pictures made here (`data:`). Styles
 * come as constructed sheets, which need no permission.
 */
export function panelPage({ script, title, nonce }: Page): string {
  const policy = [`default-src 'none'`, `script-src 'nonce-${nonce}'`, 'img-src data:'].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
</head>
<body>
<script nonce="${nonce}" src="${escapeHtml(script)}"></script>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
