/** What of a window decides on which machine things happen. */
export interface Side {
  /** This extension runs on the person's side of a window that works on another machine. */
  readonly apart: boolean;
  /** The window is a page of a browser. */
  readonly web: boolean;
  readonly platform: NodeJS.Platform;
}

/** How a page of our own 127.0.0.1 is opened. */
export type Opening =
  /** By the editor, as it is. */
  | { readonly by: 'editor' }
  /** By the editor, at the address that it gives for the port (`/proxy/PORT/`). */
  | { readonly by: 'proxy' }
  /** By the operating system's program. */
  | { readonly by: 'system'; readonly file: string; readonly args: readonly string[] };

/**
 * In a window that is remote on another machine, VS Code's `openExternal` and `asExternalUri` tunnel `localhost` and
 * `127.0.0.1` to that machine (`allowTunneling` follows the window's authority, not the extension's side): the page
 * would be another server's. Our listener is on the person's side, so the operating system opens it. In a browser our
 * 127.0.0.1 is the machine of the editor, and its proxy leads there.
 */
export function openingOf(url: string, { apart, web, platform }: Side): Opening {
  if (web) return { by: 'proxy' };
  if (!apart) return { by: 'editor' };
  switch (platform) {
    case 'win32':
      return { by: 'system', file: 'rundll32', args: ['url.dll,FileProtocolHandler', url] };
    case 'darwin':
      return { by: 'system', file: 'open', args: [url] };
    default:
      return { by: 'system', file: 'xdg-open', args: [url] };
  }
}
