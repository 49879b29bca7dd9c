/** A TCP connection that can be given up before it is there. */
import { connect, type Socket } from 'node:net';
import type { Connecting } from './happy-eyeballs.ts';

/** Opens a connection to an IP address. Nothing is read from it, and no listener stays on it. */
export function connectTcp(address: string, port: number): Connecting<Socket> {
  const socket = connect({ host: address, port, noDelay: true });
  const opened = new Promise<Socket>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    socket.once('connect', () => {
      socket.removeAllListeners('error').removeAllListeners('close');
      resolve(socket);
    });
  });
  return {
    opened,
    close: () => {
      socket.on('error', () => {});
      socket.destroy();
    },
  };
}
