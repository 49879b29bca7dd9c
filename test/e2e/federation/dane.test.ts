/** DANE with a resolver that we did not write: unbound validates, we believe it because it is on this computer. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../server/clock/clock.ts';
import type { Dialled } from '../../../server/federation/dialling/dialled.ts';
import { createDialler } from '../../../server/federation/dialling/dialler.ts';
import { DnsResolver } from '../../../server/federation/dialling/dns-resolver.ts';
import { readCertificateFields } from '../../../server/federation/trust/certificate-fields.ts';
import { judge, type Verdict } from '../../../server/federation/trust/judge.ts';
import { readPeerCertificate } from '../../../server/federation/trust/peer-certificate.ts';
import { TrustRoots } from '../../../server/federation/trust/trust-roots.ts';
import { keyPem, type Made, make, NOW_MS } from '../../federation/trust/authority.ts';
import { hasSignedDns, SignedDns } from './signed-dns.ts';

describe.skipIf(!hasSignedDns)('DANE with unbound', () => {
  let dns: SignedDns;
  let server: Server;
  let made: Made;

  beforeAll(async () => {
    made = await make({ name: 'self-signed', names: { dns: ['right.example'] } });
    server = createServer({ cert: made.certificate.toString(), key: await keyPem(made) });
    server.on('secureConnection', (socket) => socket.on('error', () => {}));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const key = createHash('sha256').update(readCertificateFields(made.certificate).publicKeyInfo).digest('hex');
    const records = (association: string) => [
      `_xmpps-server._tcp IN SRV 0 0 ${port} xmpp`,
      'xmpp IN A 127.0.0.1',
      `_${port}._tcp.xmpp IN TLSA 3 1 1 ${association}`,
    ];
    dns = await SignedDns.start([
      { name: 'right.example', records: records(key), signing: 'signed' },
      { name: 'wrong.example', records: records('00'.repeat(32)), signing: 'signed' },
      { name: 'unsigned.example', records: records(key), signing: 'unsigned' },
      { name: 'bogus.example', records: records(key), signing: 'bogus' },
    ]);
  });
  afterAll(async () => {
    server?.close();
    await dns?.[Symbol.asyncDispose]();
  });

  const resolving = () => ({ clock: systemClock, servers: () => [dns.address], trustsAd: () => false, randomBytes });

  async function verdictOn(domain: string): Promise<{ verdict: Verdict; dialled: Dialled }> {
    const dialler = createDialler({
      ...resolving(),
      random: Math.random,
      refuseAddress: () => undefined,
      tlsOptions: () => ({}),
    });
    const dialled = await dialler.dial(domain, new AbortController().signal);
    const { socket, tlsa } = dialled;
    const certificate = readPeerCertificate(socket as TLSSocket, 'server');
    const verdict = judge(certificate, domain, { roots: new TrustRoots([]), pins: () => [], nowMs: NOW_MS, tlsa });
    socket.destroy();
    return { verdict, dialled };
  }

  test('a self-signed certificate that signed DNS describes is trusted', async () => {
    expect((await verdictOn('right.example')).verdict).toEqual({ trusted: true, by: 'dane' });
  });

  test('one that it does not describe is refused', async () => {
    expect((await verdictOn('wrong.example')).verdict).toEqual({
      trusted: false,
      reason: 'The certificate of wrong.example is not the one that its DNS describes (DANE).',
    });
  });

  test('what DNS without signatures describes does not count', async () => {
    const { verdict, dialled } = await verdictOn('unsigned.example');
    expect(dialled.tlsa).toBeUndefined();
    expect(verdict.trusted).toBe(false);
  });

  test('a domain whose signatures are wrong is not reached at all', async () => {
    await expect(verdictOn('bogus.example')).rejects.toMatchObject({
      condition: 'remote-server-not-found',
      message: expect.stringContaining('its DNSSEC signatures are wrong'),
    });
  });

  test('that something is not there is validated too', async () => {
    const resolver = new DnsResolver(resolving());
    const answer = (name: string) => resolver.query(name, 'SRV');
    expect(await answer('nothing.right.example')).toMatchObject({ records: [], exists: false, isSecure: true });
    expect(await answer('nothing.unsigned.example')).toMatchObject({ records: [], exists: false, isSecure: false });
  });
});
