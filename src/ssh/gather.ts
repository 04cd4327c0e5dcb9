import type { Socket } from 'node:net';

/** Lets a socket send what is written in one turn by one call of the system: ssh2 writes a packet in several pieces. */
export function gathering(socket: Socket): Socket {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let gathers = false;
  socket.write = (...args: unknown[]): boolean => {
    if (!gathers) {
      gathers = true;
      socket.cork();
      process.nextTick(() => {
        gathers = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
  return socket;
}
