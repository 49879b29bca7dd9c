/**
 * Calls over a message port: how the desktop's window reaches the server, and what a web socket is made to look like.
 * Whoever holds the other end of the port is who it was opened for.
 */
import { RPCHandler } from '@orpc/server/message-port';
import type { Actor } from '../administration/actor.ts';
import type { Logger } from '../log/log.ts';
import { callFailures } from './call-failures.ts';
import { readControlMessage } from './control-message.ts';
import type { ControlContext, ControlRouter } from './handlers.ts';

interface Event {
  readonly data?: unknown;
}

interface Port {
  postMessage(message: string): void;
  start(): void;
  close(): void;
}

/** A message port of Node or of a browser. */
interface WebPort extends Port {
  addEventListener(type: 'message' | 'close', listener: (event: Event) => void): void;
}

/** Electron's `MessagePortMain`, known by its shape only. */
interface ElectronPort extends Port {
  on(event: 'message' | 'close', listener: (event?: Event) => void): unknown;
}

export type ControlPort = WebPort | ElectronPort;

/** Serves one contract on any number of ports. */
export class PortDoor {
  readonly #handler: RPCHandler<ControlContext>;
  readonly #log: Logger;
  readonly #closing = new AbortController();
  readonly #open = new Set<ControlPort>();

  constructor(router: ControlRouter, log: Logger) {
    this.#handler = new RPCHandler(router, callFailures(log));
    this.#log = log;
  }

  /** Answers calls on `port` until it closes. What cannot be read is refused and logged; without a call's id it ends the port. */
  serve(port: ControlPort, actor: Actor): void {
    if (this.#closing.signal.aborted) {
      port.close();
      return;
    }
    this.#open.add(port);
    const gone = new AbortController();
    listen(port, 'close', () => {
      this.#open.delete(port);
      gone.abort();
    });
    const closing = AbortSignal.any([this.#closing.signal, gone.signal]);
    this.#handler.upgrade(this.#checked(port), { context: { actor, closing } });
    port.start();
  }

  /** Ends whatever is followed; settles once the followers have been told. Nothing is served from now on. */
  async end(): Promise<void> {
    this.#closing.abort();
    // Followers end a few microtasks from now.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Ends what is followed, then closes every port. */
  async close(): Promise<void> {
    await this.end();
    for (const port of this.#open) port.close();
    this.#open.clear();
  }

  /** The port as oRPC sees it: what comes through has been checked, and sending never throws. */
  #checked(port: ControlPort) {
    const send = (text: string): void => {
      try {
        port.postMessage(text);
      } catch (error) {
        this.#log.debug({ err: error }, 'control caller went away');
      }
    };
    return {
      postMessage: send,
      on: (event: string, callback: (event?: { data: unknown }) => void): void => {
        if (event === 'close') listen(port, 'close', () => callback());
        else listen(port, 'message', (message) => this.#check(message?.data, port, callback, send));
      },
    };
  }

  #check(
    data: unknown,
    port: ControlPort,
    pass: (event: { data: unknown }) => void,
    answer: (text: string) => void,
  ): void {
    const read = readControlMessage(data);
    if ('message' in read) {
      pass({ data: read.message });
      return;
    }
    this.#log.warn({ code: read.refused }, 'control message refused');
    if (read.answer === undefined) port.close();
    else answer(read.answer);
  }
}

function listen(port: ControlPort, type: 'message' | 'close', listener: (event?: Event) => void): void {
  if ('addEventListener' in port) port.addEventListener(type, listener);
  else port.on(type, listener);
}
