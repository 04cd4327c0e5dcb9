import path from 'node:path/posix';
import { utils, type Attributes, type SFTPWrapper } from 'ssh2';
import { HOME, type Host } from '../shell/host';

const { STATUS_CODE, OPEN_MODE } = utils.sftp;
/** Mode bits of a folder and of a file, of `stat`. */
const FOLDER_MODE = 0o040_755;
const FILE_MODE = 0o100_644;
const USER_ID = 1000;

type Handle =
  | { readonly kind: 'file'; readonly file: string; readonly writes: boolean; bytes: Buffer }
  | { readonly kind: 'folder'; readonly folder: string; read: boolean };

/** File transfer as `scp` and `sftp` use it, over the server's files in memory. */
export function serveSftp(sftp: SFTPWrapper, host: Host): void {
  const { files } = host;
  const handles = new Map<number, Handle>();
  let lastHandle = 0;
  const keep = (handle: Handle): Buffer => {
    lastHandle += 1;
    handles.set(lastHandle, handle);
    const name = Buffer.alloc(4);
    name.writeUInt32BE(lastHandle);
    return name;
  };
  const handleOf = (name: Buffer): Handle | undefined =>
    handles.get(name.length === 4 ? name.readUInt32BE() : 0);
  const whole = (name: string): string => path.resolve(HOME, name);
  const attributes = (file: string): Attributes => attributesOf(host, file);
  const missing = (id: number): void => {
    sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
  };
  const done = (id: number): void => {
    sftp.status(id, STATUS_CODE.OK);
  };

  sftp.on('end', () => {
    sendSuccess(sftp);
    sftp.end();
  });
  sftp.on('REALPATH', (id, name) => {
    const file = whole(name);
    sftp.name(id, [{ filename: file, longname: file, attrs: attributes(file) }]);
  });
  const stat = (id: number, name: string): void => {
    if (files.exists(whole(name))) sftp.attrs(id, attributes(whole(name)));
    else missing(id);
  };
  sftp.on('STAT', stat);
  sftp.on('LSTAT', stat);
  sftp.on('FSTAT', (id, name) => {
    const handle = handleOf(name);
    if (handle === undefined) missing(id);
    else sftp.attrs(id, attributes(handle.kind === 'file' ? handle.file : handle.folder));
  });
  // Modes and times are not kept: there is one user.
  sftp.on('SETSTAT', done);
  sftp.on('FSETSTAT', done);

  sftp.on('OPEN', (id, name, flags) => {
    const file = whole(name);
    const writes = (flags & OPEN_MODE.WRITE) !== 0;
    const text = (flags & OPEN_MODE.TRUNC) !== 0 ? '' : files.read(file);
    if (writes ? !files.write(file, text ?? '') : text === undefined) missing(id);
    else sftp.handle(id, keep({ kind: 'file', file, writes, bytes: Buffer.from(text ?? '') }));
  });
  sftp.on('READ', (id, name, offset, length) => {
    const handle = handleOf(name);
    if (handle?.kind !== 'file') missing(id);
    else if (offset >= handle.bytes.length) sftp.status(id, STATUS_CODE.EOF);
    else sftp.data(id, handle.bytes.subarray(offset, offset + length));
  });
  sftp.on('WRITE', (id, name, offset, data) => {
    const handle = handleOf(name);
    if (handle?.kind !== 'file' || !handle.writes) {
      sftp.status(id, STATUS_CODE.PERMISSION_DENIED);
      return;
    }
    const bytes = Buffer.alloc(Math.max(handle.bytes.length, offset + data.length));
    handle.bytes.copy(bytes);
    data.copy(bytes, offset);
    handle.bytes = bytes;
    done(id);
  });
  sftp.on('CLOSE', (id, name) => {
    const handle = handleOf(name);
    if (handle?.kind === 'file' && handle.writes) files.write(handle.file, handle.bytes.toString('utf8'));
    handles.delete(name.readUInt32BE());
    done(id);
  });

  sftp.on('OPENDIR', (id, name) => {
    if (files.isFolder(whole(name)))
      sftp.handle(id, keep({ kind: 'folder', folder: whole(name), read: false }));
    else missing(id);
  });
  sftp.on('READDIR', (id, name) => {
    const handle = handleOf(name);
    if (handle?.kind !== 'folder' || handle.read) {
      sftp.status(id, STATUS_CODE.EOF);
      return;
    }
    handle.read = true;
    sftp.name(
      id,
      files.list(handle.folder).map((filename) => {
        const attrs = attributes(path.join(handle.folder, filename));
        return { filename, longname: filename, attrs };
      }),
    );
  });
  sftp.on('MKDIR', (id, name) => {
    files.makeFolder(whole(name));
    done(id);
  });
  sftp.on('REMOVE', (id, name) => {
    if (files.read(whole(name)) === undefined) missing(id);
    else {
      files.remove(whole(name));
      done(id);
    }
  });
  sftp.on('RENAME', (id, from, to) => {
    const text = files.read(whole(from));
    if (text === undefined || !files.write(whole(to), text)) missing(id);
    else {
      files.remove(whole(from));
      done(id);
    }
  });
}

function attributesOf({ files, upSince }: Host, file: string): Attributes {
  const time = Math.floor(upSince / 1000);
  const text = files.read(file);
  return {
    mode: text === undefined ? FOLDER_MODE : FILE_MODE,
    uid: USER_ID,
    gid: USER_ID,
    size: text === undefined ? 4096 : Buffer.byteLength(text),
    atime: time,
    mtime: time,
  };
}

/** `scp` takes the missing exit status of a subsystem for a failure, and ssh2 has no public way to send one here. */
function sendSuccess(sftp: SFTPWrapper): void {
  const protocol: unknown = Reflect.get(sftp, '_protocol');
  const channel: unknown = Reflect.get(sftp, 'outgoing');
  if (typeof protocol !== 'object' || protocol === null || !('exitStatus' in protocol)) return;
  if (typeof channel !== 'object' || channel === null || !('id' in channel)) return;
  if (typeof protocol.exitStatus === 'function')
    Reflect.apply(protocol.exitStatus, protocol, [channel.id, 0]);
}
