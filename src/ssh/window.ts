/**
 * What a server may send ahead of its reader on one channel, bytes: a link of 20 ms is full at 200 MB/s. ssh2 allows
 * 2 MiB, and says so again only when half of it is used up, which is half of what such a link carries.
 */
const AHEAD = 4 * 1024 * 1024;
/** Said again after so many bytes: a small packet each time. */
const STEP = 256 * 1024;

/** What ssh2 keeps of a channel, also of one for files, in the version that this project pins. */
interface Inside {
  readonly incoming: { window: number };
  readonly outgoing: { readonly id: number; readonly state: string };
  readonly _client: {
    readonly _protocol: { readonly channelWindowAdjust: (id: number, bytes: number) => void };
  };
}

/**
 * Lets the server send more ahead, as its data are read: call it on each piece. A reader that pauses holds the server
 * back as before. A stream that is no channel of ssh2 is left as it is.
 */
export function widen(channel: object): void {
  if (!isChannel(channel)) return;
  const { incoming, outgoing, _client } = channel;
  const missing = AHEAD - incoming.window;
  if (missing < STEP || outgoing.state === 'closed') return;
  incoming.window += missing;
  _client._protocol.channelWindowAdjust(outgoing.id, missing);
}

function isChannel(stream: object): stream is Inside {
  return (
    has(stream, 'incoming') &&
    has(stream.incoming, 'window') &&
    has(stream, 'outgoing') &&
    has(stream.outgoing, 'id') &&
    has(stream, '_client') &&
    has(stream._client, '_protocol') &&
    has(stream._client._protocol, 'channelWindowAdjust')
  );
}

function has<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}
