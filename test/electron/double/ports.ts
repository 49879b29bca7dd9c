/** Electron's message ports, made of Node's: the same events, and the closing of one end heard at the other. */
import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';

export class PortDouble extends EventEmitter {
  /** What is handed on when the port is transferred. */
  readonly inner: MessagePort;
  #isStarted = false;

  constructor(inner: MessagePort) {
    super();
    this.inner = inner;
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.inner.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
    this.inner.on('close', () => this.emit('close'));
  }

  postMessage(message: unknown): void {
    this.inner.postMessage(message);
  }

  close(): void {
    this.inner.close();
  }
}

export class MessageChannelDouble {
  readonly port1: PortDouble;
  readonly port2: PortDouble;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new PortDouble(port1);
    this.port2 = new PortDouble(port2);
  }
}
