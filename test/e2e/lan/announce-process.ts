/**
 * The announcer as a process of its own, so that it can be put into a network namespace. Each line of its input is an
 * announcement in JSON, or asks for its memory; the end of the input stops it. What it logs, and how it ended, are lines of JSON on its output.
 */
import { createInterface } from 'node:readline';
import { Announcer } from '../../../server/lan/announcer.ts';
import type { Announcement } from '../../../server/lan/records.ts';
import type { Logger } from '../../../server/log/log.ts';

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const write = (level: string) => (fields: object, message: string) => say({ level, message, ...fields });
const log: Logger = {
  debug: () => undefined,
  info: write('info'),
  warn: write('warn'),
  error: write('error'),
  child: () => log,
};

const announcer = new Announcer({
  log,
  hostName: () => 'laptop',
  onChange: () => say({ problems: announcer.problems }),
});
const input = createInterface({ input: process.stdin });
let isStarted = false;
input.on('line', (line) => {
  if (line === 'memory') {
    globalThis.gc?.();
    say({ heapBytes: process.memoryUsage().heapUsed, cpuMs: process.cpuUsage().user / 1000 });
    return;
  }
  const announcement = JSON.parse(line) as Announcement;
  if (isStarted) announcer.update(announcement);
  else announcer.start(announcement);
  isStarted = true;
});
input.on('close', async () => {
  const before = performance.now();
  await announcer.stop();
  // Said without process.exit: the process must end by itself, so nothing may be left open.
  say({ message: 'stopped', tookMs: performance.now() - before });
});
