/** Anybody in the network can answer as a router: what comes may be endless, or made to keep the reader busy. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { fetchText, soapCall } from '../../server/port-mapping/soap.ts';
import { upnpGateway } from '../../server/port-mapping/upnp.ts';

const SERVICE = 'urn:schemas-upnp-org:service:WANIPConnection:1';
let server: Server | undefined;
afterEach(async () => {
  if (server === undefined) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

async function listen(listener: RequestListener): Promise<URL> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/root.xml`);
}

/** How long the event loop stood still at most, in milliseconds, while `work` went on. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  await work();
  clearInterval(timer);
  return Math.max(longest, performance.now() - last);
}

test.each([
  ['blanks without an end', `<errorCode>${' '.repeat(200_000)}x`],
  ['openings without an end', '<errorCode>'.repeat(20_000)],
  ['attributes without an end', '<errorCode '.repeat(20_000)],
])(
  'a fault of %s holds up nobody',
  async (_what, body) => {
    const url = await listen((_request, response) => response.writeHead(500).end(body));
    const blocked = await longestBlock(() =>
      soapCall({ url, service: SERVICE, action: 'GetExternalIPAddress', values: {} }).catch(() => undefined),
    );
    expect(blocked).toBeLessThan(1_000);
  },
  120_000,
);

test.each([
  ['services without an end', '<service>'.repeat(28_000)],
  ['types without an end', `<service><serviceType>${' '.repeat(3_000)}`.repeat(80)],
  ['types of blanks', `<service><serviceType>${' '.repeat(3_800)}x</service>`.repeat(60)],
])(
  'a description of %s holds up nobody',
  async (_what, body) => {
    const url = await listen((_request, response) => response.end(body));
    const blocked = await longestBlock(() => upnpGateway(url, { label: 'Snug' }).catch(() => undefined));
    expect(blocked).toBeLessThan(1_000);
  },
  120_000,
);

test('an answer that drips without an end is given up, and so is one that is too big', async () => {
  const drip = await listen((_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(timer));
  });
  await expect(fetchText(drip, 150)).rejects.toThrow('The router does not answer UPnP.');
  server?.closeAllConnections();
  server?.close();
  const big = await listen((_request, response) => response.end(Buffer.alloc(400_000, 0x20)));
  await expect(fetchText(big)).rejects.toThrow('The router does not answer UPnP.');
});

test('a redirect is not followed', async () => {
  let visits = 0;
  const url = await listen((_request, response) => {
    visits += 1;
    response.writeHead(302, { Location: '/elsewhere' }).end();
  });
  await expect(fetchText(url)).rejects.toThrow('The router does not describe itself.');
  expect(visits).toBe(1);
});

test('a device whose controls are at another address is no router', async () => {
  const body = `<service><serviceType>${SERVICE}</serviceType><controlURL>http://127.0.0.2:631/admin</controlURL></service>`;
  const url = await listen((_request, response) => response.end(body));
  await expect(upnpGateway(url, { label: 'Snug' })).rejects.toThrow('The router does not forward ports by UPnP.');
});
