import * as vscode from 'vscode';
import type { Inventory } from '../chameleon';
import type { App } from './app';
import { answerWith, type Ask } from './ask';
import { Accounts, PROVIDER, type SignedInSite } from './authentication';
import { commandIds, type CommandId } from './commands';
import { CLOUDS_SECRET } from './keys';
import { LabEditor } from './labEditor';
import { Masking } from './masking';
import { registerCommands, report, type Run } from './register';
import type { Row } from './rows/row';
import { RowView } from './rowView';

/** What the extension's tests in the host use. */
export interface Api {
  inventory(): Promise<Inventory>;
  /** Once all that was to be drawn is. */
  rows(view: 'resources' | 'labs' | 'connections' | 'inspect'): Promise<readonly Row[]>;
  statusText(): Promise<string | undefined>;
  /** Scripts the person's answers; returns the way back. */
  answerWith(scripted: Partial<Ask>): () => void;
  /** Resolves when what starts by itself has started: the demo or the stored sign-ins. */
  readonly started: Promise<void>;
}

let app: Promise<App> | undefined;
/** The app once it is loaded, for what is drawn at once. */
let current: App | undefined;

/** Registers what is seen at once; everything behind it is loaded at its first use. */
export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel('Chameleon', { log: true });
  const masking = new Masking();
  const views = {
    resources: new RowView('chameleon.resources', (file) => {
      void vscode.commands.executeCommand('chameleon.signIn', file);
    }),
    labs: new RowView('chameleon.labs', (file) => {
      void vscode.commands.executeCommand('chameleon.verifyCard', file);
    }),
    connections: new RowView('chameleon.connections'),
    inspect: new RowView('chameleon.inspect'),
  };
  const statusItem = vscode.window.createStatusBarItem(
    'chameleon.leaseTimer',
    vscode.StatusBarAlignment.Left,
    10,
  );
  const editor = new LabEditor(context.extensionUri, (lab, check) =>
    current?.labs.run(lab)?.checks.find(({ id }) => id === check),
  );
  const load = async (): Promise<App> => {
    const { App } = await import('./app');
    current = new App({ context, log, masking, views, statusItem, editor });
    return current;
  };
  const loaded = (): Promise<App> => (app ??= load());
  const runOf =
    (id: CommandId): Run =>
    async (argument, signal) => {
      const window = await loaded();
      const { actions } = await import('./actions');
      return actions[id](window, argument, signal);
    };
  const surroundings = { log, masking };
  const accounts = new Accounts(context.secrets, {
    list: () => signedInSites(context),
    signIn: async () => {
      await vscode.commands.executeCommand('chameleon.signIn');
    },
    signOutOf: async (cloud) => {
      const { signOutOf } = await import('./actions');
      await signOutOf(await loaded(), cloud);
    },
  });
  context.subscriptions.push(
    accounts,
    vscode.authentication.registerAuthenticationProvider(PROVIDER, 'Chameleon', accounts, {
      supportsMultipleAccounts: true,
    }),
    log,
    statusItem,
    editor,
    ...Object.values(views),
    registerCommands(commandIds, runOf, surroundings),
  );
  const started = start(context, loaded).catch((thrown: unknown) => {
    report(thrown, 'start', surroundings);
  });
  return {
    inventory: async () => (await loaded()).inventory,
    rows: async (view) => {
      await (await loaded()).whenDrawn();
      return views[view].rows;
    },
    statusText: async () => (await loaded()).timer.text,
    answerWith,
    started,
  };
}

/** Read from what is stored: the Accounts menu is drawn before anything else is needed. */
async function signedInSites(context: vscode.ExtensionContext): Promise<readonly SignedInSite[]> {
  if ((await context.secrets.get(CLOUDS_SECRET)) === undefined) return [];
  const [{ accountsOf, StoredClouds }, { AgreedSecrets }] = await Promise.all([
    import('./cloudStore'),
    import('./agreedSecrets'),
  ]);
  const secrets = new AgreedSecrets(context.secrets, context.globalStorageUri.fsPath);
  return accountsOf(await new StoredClouds(secrets).list());
}

export async function deactivate(): Promise<void> {
  // Another window may take the forwards over as soon as they are let go.
  await (await app?.catch(() => undefined))?.dispose();
}

/** After activation: the demo if a setting wants it, else what was signed in before. */
async function start(context: vscode.ExtensionContext, loaded: () => Promise<App>): Promise<void> {
  const demo = vscode.workspace.getConfiguration('chameleon').get<boolean>('demo.openOnStartup', false);
  if (demo) return (await loaded()).openDemo();
  const stored = await context.secrets.get(CLOUDS_SECRET);
  if (stored !== undefined) return (await loaded()).signInAgain();
  await vscode.commands.executeCommand('setContext', 'chameleon.ready', true);
}
