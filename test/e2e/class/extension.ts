/**
 * An extension beside ours that hands in a class: a card for each student of the demo and each lab, as their own
 * machines would have made them, in the folder `cards` of the workspace. One was forged since, one handed in twice.
 */
import * as vscode from 'vscode';
import type { Api } from '../../../src/extension/main';
import {
  cardJson,
  cardRecord,
  digestOf,
  readLab,
  type CardRecord,
  type Lab,
  type LabRun,
} from '../../../src/labs';
import type { Inventory, Person } from '../../../src/chameleon';

/** Checks that a resource of that kind is enough for. */
const SEEN_BY: Readonly<Record<string, CardRecord['resources'][number]['kind']>> = {
  'lease-exists': 'lease',
  'lease-active': 'lease',
  'server-active': 'server',
};

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.commands.registerCommand('classCards.handIn', async () => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
      const ours = vscode.extensions.getExtension<Api>('chameleon-labs.chameleon-labs');
      if (folder === undefined || ours === undefined) throw new Error('There is no folder, or no extension.');
      const inventory = await (await ours.activate()).inventory();
      const labs = await labsOf(ours.extensionUri);
      const cards = cardsOf(inventory, labs).slice(0, 189);
      const [first, second] = cards;
      if (first === undefined || second === undefined) throw new Error('There is nobody in the class.');
      await Promise.all([
        ...cards.map(({ name, record }) => write(folder, name, record)),
        write(folder, 'copied.json', first.record),
        write(folder, 'forged.json', forged(second.record)),
      ]);
      await vscode.window.showInformationMessage(`${cards.length + 2} cards are in the folder.`);
    }),
  );
}

async function labsOf(at: vscode.Uri): Promise<Lab[]> {
  const folder = vscode.Uri.joinPath(at, 'media', 'labs');
  const names = (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  const files = names.filter((name) => name.endsWith('.lab.yaml')).sort();
  const labs = await Promise.all(
    files.map(async (name) => {
      const text = new TextDecoder().decode(
        await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, name)),
      );
      const reading = readLab(text, name);
      return 'lab' in reading ? reading.lab : undefined;
    }),
  );
  return labs.filter((lab) => lab !== undefined);
}

function cardsOf(inventory: Inventory, labs: readonly Lab[]): { name: string; record: CardRecord }[] {
  return labs.flatMap((lab, nth) =>
    inventory.people.map((person, at) => ({
      name: `${lab.id}-${person.netId ?? person.usernames[0] ?? String(at)}.json`,
      record: recordOf(lab, person, inventory, Date.now() - (nth * 100 + at)),
    })),
  );
}

function recordOf(lab: Lab, person: Person, inventory: Inventory, takenAt: number): CardRecord {
  const subject = { kind: 'person', person } as const;
  const run: LabRun = { lab: lab.id, edition: lab.edition, variant: undefined, parameters: {}, checks: [] };
  const empty = cardRecord({ run, lab, inventory, subject, takenAt });
  const kinds = new Set(empty.resources.map(({ kind }) => kind));
  const checks = empty.checks.map((check) => {
    const kind = SEEN_BY[check.id];
    return kind !== undefined && kinds.has(kind)
      ? { ...check, verdict: 'passed' as const, reason: 'It is there.', seenAt: takenAt }
      : check;
  });
  return signed({ ...empty, checks: checks.map(({ cause: _cause, ...check }) => check) });
}

/** Everything passed, says the card, with a digest that fits. */
function forged(record: CardRecord): CardRecord {
  return signed({
    ...record,
    resources: record.resources.map((resource) => ({
      ...resource,
      id: resource.id.replace(/^.{4}/, 'beef'),
    })),
    checks: record.checks.map((check) => ({ ...check, verdict: 'passed' })),
  });
}

function signed(record: CardRecord): CardRecord {
  return { ...record, digest: digestOf(record) };
}

async function write(folder: vscode.Uri, name: string, record: CardRecord): Promise<void> {
  const file = vscode.Uri.joinPath(folder, 'cards', name);
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(cardJson(record)));
}
