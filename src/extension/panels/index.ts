import type * as vscode from 'vscode';
import type { CardRecord, CardVerdict } from '../../labs';
import { CardPanel } from './card';

/** Shows a card with the ways to save it. */
export function showCard(context: vscode.ExtensionContext, record: CardRecord): void {
  CardPanel.show(context, { record, verdict: undefined });
}

/** Shows a card that was handed in, compared with the cloud line by line. */
export function showVerification(
  context: vscode.ExtensionContext,
  record: CardRecord,
  verdict: CardVerdict,
): void {
  CardPanel.show(context, { record, verdict });
}
