/** A server that gets its certificate from pebble while it runs, as a person with a terminal sees it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../free-port.ts';
import { ServerInTest } from '../server-in-test.ts';
import { runSnug } from '../snug-command.ts';
import { NameServer } from './name-server.ts';
import { hasPebble, Pebble } from './pebble.ts';

const DOMAIN = 'chat.pine.org';

describe.skipIf(!hasPebble)('a server with a domain of its own', () => {
  let dns: NameServer;
  let pebble: Pebble;
  let server: ServerInTest;

  beforeAll(async () => {
    dns = await NameServer.start();
    dns.add({ type: 'A', name: DOMAIN, data: '127.0.0.1' }, { type: 'A', name: `rooms.${DOMAIN}`, data: '127.0.0.1' });
    const httpPort = await freePort();
    pebble = await Pebble.start({ dnsServer: dns.address, httpPort });
    server = await ServerInTest.start({
      domain: DOMAIN,
      settings: [
        `acme.directory=${pebble.directory}`,
        `acme.httpPort=${httpPort}`,
        'acme.services=rooms',
        `tls.trust=${pebble.trustPath}`,
        `dns.servers=${dns.address}`,
      ],
    });
  });
  afterAll(async () => {
    await server?.close();
    await pebble?.stop();
    await dns?.close();
  });

  test('asks for the terms to be agreed to first', async () => {
    await expect(runSnug(server.dataDir, 'certificate', 'request')).rejects.toThrow(
      /Read the terms of service at .*--agree/,
    );
  });

  test('shows the new certificate to apps at once, and still after a restart', async () => {
    const before = await shownTo(server.process.ports.c2sTls);
    expect(before.issuer).toContain('Snug CA');
    const status = await runSnug(server.dataDir, 'certificate', 'request', '--agree');
    expect(status).toMatchObject({
      state: 'idle',
      failure: null,
      certificate: { names: [DOMAIN, `rooms.${DOMAIN}`], isInUse: true },
    });
    const after = await shownTo(server.process.ports.c2sTls);
    expect(after.issuer).toContain('Pebble');
    expect(after.names).toBe(`DNS:${DOMAIN}, DNS:rooms.${DOMAIN}`);
    await server.process.stop();
    await server.startAgain();
    expect(await shownTo(server.process.ports.c2sTls)).toEqual(after);
    expect(await runSnug(server.dataDir, 'status')).toMatchObject({ certificate: { source: 'acme' } });
  });

  test('tells what the DNS has and lacks, and ends with a failure when something required is wrong', async () => {
    const failure = runSnug(server.dataDir, 'domain', 'check');
    const report = JSON.parse(
      String((await failure.catch((error: Error) => error.message)) as string).replace(/^[^{]*/, ''),
    );
    expect(report.records[0]).toMatchObject({
      name: DOMAIN,
      seen: ['127.0.0.1'],
      verdict: 'different',
      need: 'required',
    });
  });

  test('says each time what is missing to who continues without having made the records, and then gives up', async () => {
    const waiting = { state: 'waiting-for-dns', failure: null };
    await runSnug(server.dataDir, 'certificate', 'request', '--challenge', 'dns-01', '--provider', 'manual');
    for (let time = 0; time < 3; time++) {
      const status = await runSnug(server.dataDir, 'certificate', 'continue');
      expect(status).toMatchObject({ ...waiting, note: expect.stringContaining('is not at the name servers') });
    }
    await runSnug(server.dataDir, 'certificate', 'cancel');
    expect(await runSnug(server.dataDir, 'certificate', 'status')).toMatchObject({ state: 'idle', failure: null });
  });

  test('keeps its keys to itself', () => {
    const folder = join(server.dataDir, 'certificates', 'acme');
    const log = readFileSync(join(server.dataDir, 'logs', 'snug.log'), 'utf8');
    for (const name of ['account-key.pem', 'leaf-key.pem']) {
      const [, body = ''] = readFileSync(join(folder, name), 'utf8').split('\n');
      expect(body.length).toBeGreaterThan(40);
      expect(log).not.toContain(body);
    }
  });
});

test('a settings file of before goes on naming the certificate', async () => {
  const server = await ServerInTest.start({ domain: 'localhost' });
  try {
    await server.process.stop();
    const settings = { 'certificate.file': '/nowhere/chain.pem', 'certificate.key': '/nowhere/key.pem' };
    writeFileSync(join(server.dataDir, 'settings.json'), JSON.stringify(settings));
    await expect(server.startAgain()).rejects.toThrow('/nowhere/chain.pem cannot be read: there is no such file.');
  } finally {
    await server.close();
  }
});

/** What an app is shown that speaks TLS from the first byte. */
function shownTo(port: number): Promise<{ issuer: string; names: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername: DOMAIN,
      rejectUnauthorized: false,
      ALPNProtocols: ['xmpp-client'],
    });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      resolve({ issuer: certificate?.issuer ?? '', names: certificate?.subjectAltName ?? '' });
      socket.destroy();
    });
  });
}
