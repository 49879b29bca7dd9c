/**
 * The router's ports as a process of their own, so that it can be put behind a router in a network namespace: somebody
 * listens on port 5269, and it is forwarded. Each line of its input is a number of seconds that pass; the end of the
 * input takes the port back. What becomes of it are lines of JSON on its output.
 */
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { systemClock } from '../../../server/clock/clock.ts';
import { summarizeMapping } from '../../../server/domain-setup.ts';
import { createLogger } from '../../../server/log/log.ts';
import { hearAnnouncements } from '../../../server/port-mapping/announcements.ts';
import { findGateway, likelyRouters, privateAddresses } from '../../../server/port-mapping/find-gateway.ts';
import { PortMapping } from '../../../server/port-mapping/port-mapping.ts';
import { RouterMemory } from '../../../server/port-mapping/router-memory.ts';
import { FakeClock } from '../../scene/fake-clock.ts';

const PORT = 5269;
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const log = createLogger('silent', { write: () => undefined });
const clock = new FakeClock();
const memory = new RouterMemory({ clock: systemClock, seed: Buffer.alloc(32, 7) });
const server = createServer((socket) => socket.end('welcome home\n'));
const mapping = new PortMapping({
  wanted: () => [{ port: PORT, purpose: 'other servers' }],
  find: async () => {
    const from = privateAddresses();
    return findGateway({ from, routers: await likelyRouters(from), memory });
  },
  listen: (hear) =>
    hearAnnouncements((from) => {
      hear(from);
      say({ heard: from });
    }, log),
  clock,
  log,
  random: () => 1,
});
mapping.onChange(() => {
  const summary = summarizeMapping(mapping.facts);
  if (summary.state !== 'working') say(summary);
});

server.listen(PORT, () => void mapping.turnOn());
const input = createInterface({ input: process.stdin });
input.on('line', (seconds) => clock.advance(Number(seconds) * 1000));
input.on('close', async () => {
  await mapping.turnOff();
  // Said without process.exit: the process must end by itself, so nothing may be left open.
  server.close(() => say({ message: 'stopped' }));
});
