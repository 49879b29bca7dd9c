/** The line to the process that started the worker: Electron's main process, or a Node program that forked it. */
import type { FromWorker, ToWorker } from './control/contract.ts';
import type { ControlPort } from './control/port-door.ts';

export interface ParentPort {
  /** `sent` is called when the message is out of our hands, or never will be. */
  send(message: FromWorker, sent?: () => void): void;
  /** `ports` came with the message. */
  onMessage(listener: (message: ToWorker, ports: readonly ControlPort[]) => void): void;
  /** The parent has ended. */
  onGone(listener: () => void): void;
}

/** Electron's `process.parentPort`, known by its shape only. */
interface ElectronParentPort {
  postMessage(message: FromWorker): void;
  on(
    event: 'message',
    listener: (event: { readonly data: ToWorker; readonly ports: readonly ControlPort[] }) => void,
  ): unknown;
}

/** How often to see whether the parent is still the one that we were born to. */
const LOOK_MS = 1000;
/** Electron does not say when a message has left; its pipe takes far less. */
const DRAIN_MS = 100;

/** Undefined for a process that nobody started as a worker. */
export function findParent(): ParentPort | undefined {
  const { parentPort } = process as { readonly parentPort?: ElectronParentPort };
  if (parentPort !== undefined) return electronParent(parentPort);
  return process.send === undefined ? undefined : nodeParent();
}

function electronParent(port: ElectronParentPort): ParentPort {
  return {
    send(message, sent) {
      port.postMessage(message);
      if (sent !== undefined) setTimeout(sent, DRAIN_MS);
    },
    onMessage: (listener) => port.on('message', ({ data, ports }) => listener(data, ports)),
    // Electron ends its utility processes with itself, at once; this is for the systems and moments where it cannot.
    // Windows keeps the number of a parent that is gone.
    onGone(listener) {
      const parent = process.ppid;
      const looking = setInterval(() => {
        if (process.ppid === parent) return;
        clearInterval(looking);
        listener();
      }, LOOK_MS).unref();
    },
  };
}

/** Message ports cannot cross between Node processes; who forks the worker uses the control socket. */
function nodeParent(): ParentPort {
  return {
    send(message, sent) {
      if (process.connected) process.send?.(message, undefined, undefined, () => sent?.());
      else sent?.();
    },
    onMessage: (listener) => process.on('message', (message) => listener(message as ToWorker, [])),
    onGone: (listener) => process.once('disconnect', listener),
  };
}
