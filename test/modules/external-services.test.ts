import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseServiceUri } from '../../server/modules/external-services/service-uri.ts';
import { openScene } from '../scene/scene.ts';

const NS = 'urn:xmpp:extdisco:2';
const SERVICES = 'stun:stun.shakespeare.lit:9998,turn:relay.shakespeare.lit:9999?transport=udp,turns:192.0.2.1';

async function bard(secret = 'north') {
  const scene = await openScene({
    accounts: ['bard'],
    settings: { 'external-services.services': SERVICES, 'external-services.secret': secret },
  });
  const client = await scene.login('bard', 'globe');
  return { scene, client, [Symbol.asyncDispose]: () => scene.close() };
}

test('examples 1 and 2: all services, those for relaying with a password that ends', async () => {
  await using here = await bard();
  const answer = await here.client.request(`<iq type='get' to='localhost'><services xmlns='${NS}'/></iq>`);
  const [stun, turn, turns] = answer.child('services', NS)?.elements ?? [];
  expect(stun?.toXml()).toBe(
    `<service xmlns='${NS}' type='stun' host='stun.shakespeare.lit' port='9998' transport='udp'/>`,
  );
  const expiresAtMs = here.scene.clock.now() + 86_400_000;
  const username = `${Math.floor(expiresAtMs / 1000)}:bard`;
  expect(
    Object.fromEntries(
      ['type', 'host', 'port', 'transport', 'restricted', 'expires', 'username', 'password'].map((name) => [
        name,
        turn?.attr(name),
      ]),
    ),
  ).toEqual({
    type: 'turn',
    host: 'relay.shakespeare.lit',
    port: '9999',
    transport: 'udp',
    restricted: 'true',
    expires: new Date(expiresAtMs).toISOString(),
    username,
    password: createHmac('sha1', 'north').update(username).digest('base64'),
  });
  expect([turns?.attr('type'), turns?.attr('port'), turns?.attr('transport')]).toEqual(['turns', '5349', 'tcp']);
});

test('examples 3 and 4: services of one type', async () => {
  await using here = await bard();
  const answer = await here.client.request(`<iq type='get' to='localhost'><services xmlns='${NS}' type='turn'/></iq>`);
  const services = answer.child('services', NS);
  expect(services?.attr('type')).toBe('turn');
  expect(services?.elements.map((service) => service.attr('type'))).toEqual(['turn']);
});

test('examples 6 and 7: a password for a service that is known already', async () => {
  await using here = await bard();
  const ask = (service: string) =>
    here.client.request(
      `<iq type='get' to='localhost'><credentials xmlns='${NS}'><service ${service}/></credentials></iq>`,
    );
  const found = (await ask("host='relay.shakespeare.lit' type='turn'")).child('credentials', NS)?.elements[0];
  expect(found?.attr('password')).toBeDefined();
  expect((await ask("host='relay.shakespeare.lit' type='turn' port='1'")).toXml()).toContain('<item-not-found');
  expect((await ask("host='elsewhere.lit' type='turn'")).toXml()).toContain('<item-not-found');
  expect((await ask("host='relay.shakespeare.lit'")).toXml()).toContain('<bad-request');
});

test('without a secret no password is told', async () => {
  await using here = await bard('');
  const answer = await here.client.request(`<iq type='get' to='localhost'><services xmlns='${NS}'/></iq>`);
  expect(answer.toXml()).not.toContain('password');
});

test.for([
  ['stun:a.example', { type: 'stun', host: 'a.example', port: 3478, transport: 'udp' }],
  ['TURN:[2001:db8::1]:80?transport=tcp', { type: 'turn', host: '2001:db8::1', port: 80, transport: 'tcp' }],
  ['turns:a.example', { type: 'turns', host: 'a.example', port: 5349, transport: 'tcp' }],
  ['turn:a.example:0', undefined],
  ['turn:a.example:70000', undefined],
  ['https://a.example', undefined],
  ["turn:a'example", undefined],
])('the address %s', ([uri, service]) => {
  expect(parseServiceUri(String(uri))).toEqual(service);
});
