/** XEP-0156: Discovering Alternative XMPP Connection Methods, and XEP-0487: Host Meta 2. */
import { createHash, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { generateKeyPem, issueAuthority } from '../../server/certificates/issue.ts';
import { createHostMeta, type HostMetaOptions } from '../../server/listeners/host-meta.ts';
import { createWeb } from '../../server/listeners/web.ts';
import { createLogger } from '../../server/log/log.ts';
import { RecentLines } from '../../server/log/recent-lines.ts';
import { parseXml } from '../../server/xml/parse.ts';

const NS_XRD = 'http://docs.oasis-open.org/ns/xri/xrd-1.0';
const WEBSOCKET = { rel: 'urn:xmpp:alt-connections:websocket', href: 'wss://miller.test:5281/xmpp-websocket' };
const BOSH = { rel: 'urn:xmpp:alt-connections:xbosh', href: 'https://miller.test:5281/http-bind' };

let certificatePem: string;

beforeAll(async () => {
  const keyPem = await generateKeyPem();
  certificatePem = await issueAuthority({ domain: 'miller.test', keyPem, nowMs: Date.now() });
});

async function ask(path: string, options: Partial<HostMetaOptions> & { readonly from?: string } = {}) {
  const { from: remoteAddress = '192.168.1.20', ...changed } = options;
  const hostMeta = createHostMeta({
    domain: 'miller.test',
    origin: () => 'https://miller.test:5281',
    webSocketPath: '/xmpp-websocket',
    boshPath: '/http-bind',
    directTlsPort: () => 5223,
    addresses: () => ['192.168.1.5', 'fd00::5', '2001:db8::5', '203.0.113.5'],
    certificatePem: () => certificatePem,
    ...changed,
  });
  const web = await createWeb({ routes: [hostMeta], log: createLogger('silent', new RecentLines()) });
  onTestFinished(() => web.close());
  return web.inject({ method: 'GET', url: path, remoteAddress });
}

describe('host-meta', () => {
  test('is an XRD with both ways of the web (XEP-0156 section 2.3, example 1)', async () => {
    const { statusCode, headers, body } = await ask('/.well-known/host-meta');
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/xrd+xml; charset=utf-8',
      'access-control-allow-origin': '*',
    });
    const xrd = parseXml(body);
    expect(xrd.is('XRD', NS_XRD)).toBe(true);
    const links = xrd.elements.map((link) => ({ rel: link.attr('rel'), href: link.attr('href') }));
    expect(links).toEqual([WEBSOCKET, BOSH]);
  });

  test('names only what is there', async () => {
    const { body } = await ask('/.well-known/host-meta', { boshPath: undefined });
    expect(parseXml(body).elements).toHaveLength(1);
    const { body: empty } = await ask('/.well-known/host-meta', { origin: () => undefined });
    expect(parseXml(empty).elements).toEqual([]);
  });
});

describe('host-meta.json', () => {
  test('says all that a client needs to connect (XEP-0487 section 2.3)', async () => {
    const answer = await ask('/.well-known/host-meta.json');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
    });
    const key = new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' });
    const common = { weight: 1, sni: 'miller.test', ips: ['192.168.1.5', 'fd00::5', '2001:db8::5', '203.0.113.5'] };
    expect(answer.json()).toEqual({
      xmpp: { ttl: 3600, 'public-key-pins-sha-256': [createHash('sha256').update(key).digest('base64')] },
      links: [
        { rel: 'urn:xmpp:alt-connections:tls', port: 5223, priority: 10, ...common },
        { ...WEBSOCKET, priority: 20, ...common },
        { ...BOSH, priority: 30, ...common },
      ],
    });
  });

  test.each([
    ['203.0.113.77', ['2001:db8::5', '203.0.113.5']],
    ['::ffff:203.0.113.77', ['2001:db8::5', '203.0.113.5']],
    ['127.0.0.1', ['2001:db8::5', '203.0.113.5']],
    ['::ffff:192.168.1.77', ['192.168.1.5', 'fd00::5', '2001:db8::5', '203.0.113.5']],
    ['fe80::77', ['192.168.1.5', 'fd00::5', '2001:db8::5', '203.0.113.5']],
  ])('tells addresses that a client at %s can reach', async (from, ips) => {
    const [link] = (await ask('/.well-known/host-meta.json', { from })).json().links;
    expect(link.ips).toEqual(ips);
  });

  test.each([
    ['no address is known that the client can reach', { from: '203.0.113.77', addresses: () => ['192.168.1.5'] }],
    ['there is no direct TLS, which it could not tell', { directTlsPort: () => null }],
  ])('leaves clients free to ask elsewhere when %s', async (_, options) => {
    expect((await ask('/.well-known/host-meta.json', options)).json()).toEqual({ links: [WEBSOCKET, BOSH] });
  });
});
