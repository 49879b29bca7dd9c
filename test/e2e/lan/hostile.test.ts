/** What anybody on the network can send to the responder, and that it changes nothing. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Colleague, OfficeNetwork, type Program, whyNoOffice } from './office-network.ts';

const reason = whyNoOffice();
if (reason !== undefined) process.stdout.write(`skipped: hostile mDNS packets: ${reason}\n`);

const PROCESS = join(import.meta.dirname, 'announce-process.ts');
const SENDER = join(import.meta.dirname, 'hostile_packets.py');
const MILLER = { domain: 'miller.local', name: 'Miller', c2sPort: 5222, c2sTlsPort: 5223 };
const PACKETS = 10_000;
/** Twice what is left of 40,000 packets, which is the engine's own; 10,000 that were kept would be ten times as much. */
const MAX_GROWTH_BYTES = 1_000_000;

describe.skipIf(reason !== undefined)('hostile packets', { timeout: 120_000 }, () => {
  let office: OfficeNetwork;
  let colleague: Colleague;
  let server: Program;

  beforeAll(async () => {
    office = new OfficeNetwork();
    colleague = await office.addColleague('lan0', '192.168.77', 'listener');
    server = office.startOnServer(process.execPath, '--expose-gc', PROCESS);
    server.process.stdin?.write(`${JSON.stringify(MILLER)}\n`);
    await server.line(/"announced","interface":"lan0"/);
  });

  afterAll(() => office?.close());

  async function memory(): Promise<{ readonly heapBytes: number; readonly cpuMs: number }> {
    const told = server.lines.length;
    server.process.stdin?.write('memory\n');
    return JSON.parse(await server.line(/heapBytes/, told));
  }

  async function send(packets: number, seed: number): Promise<string> {
    const command = ['python3', SENDER, colleague.address, '192.168.77.1', String(packets), String(seed)];
    const { stdout } = await promisify(execFile)('ip', ['netns', 'exec', colleague.namespace, ...command]);
    return stdout.trim();
  }

  test(`${PACKETS} of them are read, change nothing and leave nothing behind`, async () => {
    expect(await send(1000, 1)).toBe('answered 10 of 10');
    const told = server.lines.length;
    const before = await memory();
    expect(await send(PACKETS, 2)).toBe(`answered ${PACKETS / 100} of ${PACKETS / 100}`);
    const after = await memory();
    expect(after.heapBytes - before.heapBytes).toBeLessThan(MAX_GROWTH_BYTES);
    // Nothing was logged, no problem was found, nothing was announced anew.
    expect(server.lines.slice(told).filter((line) => !line.includes('heapBytes'))).toEqual([]);
    expect(colleague.run('avahi-resolve', '-4', '-n', 'miller.local')).toBe('miller.local\t192.168.77.1\n');
    const browsed = colleague.run('avahi-browse', '--resolve', '--terminate', '--parsable', '_xmpp-client._tcp');
    expect(browsed).toContain('=;lan0;IPv4;Miller;_xmpp-client._tcp;local;miller.local;192.168.77.1;5222;');
    process.stdout.write(
      `${PACKETS} hostile packets: ${Math.round(after.cpuMs - before.cpuMs)} ms of CPU, heap ${Math.round((after.heapBytes - before.heapBytes) / 1000)} kB\n`,
    );
  });
});
