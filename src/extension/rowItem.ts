import * as vscode from 'vscode';
import type { Row, Tone } from './rows/row';

const COLOURS: Readonly<Record<Tone, string>> = {
  good: 'charts.green', // the tests' own green is too pale on a light ground
  busy: 'progressBar.background',
  warning: 'list.warningForeground',
  bad: 'testing.iconFailed',
  quiet: 'disabledForeground',
};

/** A row as VS Code shows it. Nothing of it is Markdown: names come from servers. */
export function itemOf(row: Row): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, foldOf(row));
  item.id = row.id;
  item.description = row.description;
  item.tooltip = row.tooltip.join('\n');
  item.iconPath = new vscode.ThemeIcon(
    row.icon,
    row.tone === undefined ? undefined : new vscode.ThemeColor(COLOURS[row.tone]),
  );
  item.contextValue = row.context;
  item.accessibilityInformation = { label: row.spoken };
  if (row.click !== undefined) item.command = { command: row.click, title: row.label, arguments: [row] };
  return item;
}

function foldOf(row: Row): vscode.TreeItemCollapsibleState {
  switch (row.fold) {
    case 'open':
      return vscode.TreeItemCollapsibleState.Expanded;
    case 'folded':
      return vscode.TreeItemCollapsibleState.Collapsed;
    case 'leaf':
      return vscode.TreeItemCollapsibleState.None;
  }
}
