/** The first code in a utility process of the double: gives it `process.parentPort` as Electron does, then runs the module. */
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';
import { MessageChannelDouble, type PortDouble } from './ports.ts';
import { type Carried, Tunnel } from './tunnel.ts';

const send = (carried: Carried): void => {
  // Where the parent has gone, Electron drops it too.
  if (process.connected) process.send?.(carried, undefined, undefined, () => undefined);
};
const tunnel = new Tunnel(send);

class ParentPortDouble extends EventEmitter {
  postMessage(data: unknown): void {
    send({ kind: 'message', data, ports: [] });
  }
}

const parentPort = new ParentPortDouble();
process.on('message', (carried: Carried) => {
  if (carried.kind !== 'message') {
    tunnel.carry(carried);
    return;
  }
  const ports: PortDouble[] = carried.ports.map((number) => {
    const { port1, port2 } = new MessageChannelDouble();
    tunnel.join(number, port1);
    return port2;
  });
  parentPort.emit('message', { data: carried.data, ports });
});
Object.defineProperty(process, 'parentPort', { value: parentPort });

const [, , modulePath = ''] = process.argv;
await import(pathToFileURL(modulePath).href);
