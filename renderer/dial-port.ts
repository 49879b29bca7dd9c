/** The way to the server inside the desktop app: a message port that the preload script asks the main process for. */
import { RPCLink } from '@orpc/client/message-port';
import type { SnugApi } from '../server/control/contract.ts';
import type { Dialled } from './dial.ts';

/** A worker that starts on a slow disk takes a few seconds; after that it is better to ask again. */
const PORT_MS = 10_000;

export function dialPort(shell: Pick<SnugApi, 'connect'>, target: Window): () => Promise<Dialled> {
  return () =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        target.removeEventListener('message', onMessage);
      };
      const onMessage = (event: MessageEvent<unknown>): void => {
        const [port] = event.ports;
        // SECURITY: only the preload script, which lives on this very page, may hand in a port.
        if (event.source !== target || event.origin !== target.location.origin) return;
        if (port === undefined || !isPortNotice(event.data)) return;
        settle();
        resolve(openPort(port));
      };
      const timer = setTimeout(() => {
        settle();
        reject(new Error('no port came'));
      }, PORT_MS);
      target.addEventListener('message', onMessage);
      shell.connect();
    });
}

function openPort(port: MessagePort): Dialled {
  const link = new RPCLink({ port });
  const closed = new Promise<void>((resolve) => port.addEventListener('close', () => resolve(), { once: true }));
  port.start();
  return { link, closed };
}

function isPortNotice(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'type' in given && given.type === 'snug-port';
}
