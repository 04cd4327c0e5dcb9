import type * as vscode from 'vscode';
import type { CardRecord, CardVerdict } from '../../labs';
import { CardPanel, type CardView } from './card';

/** Shows a card with the ways to save it. */
export function showCard(context: vscode.ExtensionContext, record: CardRecord): void {
  CardPanel.show(context, { record, verdict: undefined, scanned: undefined });
}

/** Shows a card that was handed in, compared with the cloud line by line. */
export function showVerification(
  context: vscode.ExtensionContext,
  view: Omit<CardView, 'verdict'> & { readonly verdict: CardVerdict },
): void {
  CardPanel.show(context, view);
}
