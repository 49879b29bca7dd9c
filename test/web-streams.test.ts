import { expect, onTestFinished, test } from 'vitest';
import { createWeb } from '../server/listeners/web.ts';
import { createLogger } from '../server/log/log.ts';
import { RecentLines } from '../server/log/recent-lines.ts';
import { openWebStreams } from '../server/web-streams.ts';
import { openScene } from './scene/scene.ts';

async function open(settings: Readonly<Record<string, unknown>>) {
  const scene = await openScene({ settings });
  const { upgrades, routes, close } = openWebStreams({
    domain: 'localhost',
    config: scene.config,
    streams: scene.server.streams,
    clock: scene.clock,
    randomBytes: (bytes) => Buffer.alloc(bytes),
    origin: () => 'https://localhost:5281',
    directTlsPort: () => null,
    addresses: () => [],
    certificatePem: () => '',
  });
  const web = await createWeb({ routes, log: createLogger('silent', new RecentLines()) });
  onTestFinished(async () => {
    close();
    await web.close();
    await scene.close();
  });
  return { web, upgrades: upgrades.map(({ path }) => path) };
}

test('a server has both ways in over HTTPS, and tells of them', async () => {
  const { web, upgrades } = await open({});
  expect(upgrades).toEqual(['/xmpp-websocket']);
  expect((await web.inject({ method: 'OPTIONS', url: '/http-bind' })).statusCode).toBe(204);
  expect((await web.inject('/.well-known/host-meta.json')).json().links).toEqual([
    { rel: 'urn:xmpp:alt-connections:websocket', href: 'wss://localhost:5281/xmpp-websocket' },
    { rel: 'urn:xmpp:alt-connections:xbosh', href: 'https://localhost:5281/http-bind' },
  ]);
});

test('what is switched off is neither there nor told', async () => {
  const { web, upgrades } = await open({ 'web.websocket': false, 'web.bosh': false });
  expect(upgrades).toEqual([]);
  expect((await web.inject({ method: 'OPTIONS', url: '/http-bind' })).statusCode).toBe(404);
  expect((await web.inject('/.well-known/host-meta.json')).json()).toEqual({ links: [] });
});

test('a session over plain HTTP is refused', async () => {
  const { web } = await open({});
  const body = `<body xmlns='http://jabber.org/protocol/httpbind' rid='1' to='localhost' ver='1.6'/>`;
  const { payload } = await web.inject({
    method: 'POST',
    url: '/http-bind',
    body,
    headers: { 'content-type': 'text/xml' },
  });
  expect(payload).toContain(`type='terminate' condition='bad-request'`);
});
