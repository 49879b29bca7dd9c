/** What clients do with PEP without any help of the server but PEP itself. */
import { expect, test } from 'vitest';
import type { Scene } from '../scene/scene.ts';
import { openScene } from '../scene/scene.ts';
import { asks, comes, events, heard, interested, itemsOf, OPEN, publishes } from './pep-clients.ts';
import { NS_PUBSUB } from './pep-steps.ts';
import { letsSee } from './subscribed.ts';

/** Juliet publishes; Romeo may see her presence and wants to hear of the node; Mercutio is a stranger. */
async function cast(scene: Scene, ...nodes: readonly string[]) {
  const juliet = await scene.login('juliet', 'chamber');
  const before = await scene.login('romeo', 'street');
  await letsSee(juliet, before);
  await before.ends();
  const romeo = await interested(scene, 'romeo', 'orchard', ...nodes);
  const mercutio = await interested(scene, 'mercutio', 'square', ...nodes);
  await comes(juliet, ...nodes);
  for (const client of [juliet, romeo, mercutio]) await heard(client);
  return { juliet, romeo, mercutio };
}

const PUBSUB_FEATURES = [
  'access-presence',
  'auto-create',
  'auto-subscribe',
  'config-node',
  'config-node-max',
  'delete-items',
  'filtered-notifications',
  'last-published',
  'multi-items',
  'persistent-items',
  'publish',
  'publish-options',
  'retrieve-items',
];

const people = { accounts: ['juliet', 'romeo', 'mercutio'] };

test.each([
  [
    'a mood (XEP-0107)',
    'http://jabber.org/protocol/mood',
    `<mood xmlns='http://jabber.org/protocol/mood'><annoyed/><text>curse my nurse!</text></mood>`,
  ],
  [
    'an activity (XEP-0108)',
    'http://jabber.org/protocol/activity',
    `<activity xmlns='http://jabber.org/protocol/activity'><relaxing><partying/></relaxing></activity>`,
  ],
  [
    'a tune (XEP-0118)',
    'http://jabber.org/protocol/tune',
    `<tune xmlns='http://jabber.org/protocol/tune'><artist>Yes</artist><title>Heart of the Sunrise</title></tune>`,
  ],
  [
    'a place (XEP-0080)',
    'http://jabber.org/protocol/geoloc',
    `<geoloc xmlns='http://jabber.org/protocol/geoloc' xml:lang='en'><country>Italy</country></geoloc>`,
  ],
  [
    'a nickname (XEP-0172 section 4.3)',
    'http://jabber.org/protocol/nick',
    `<nick xmlns='http://jabber.org/protocol/nick'>CallMeIshmael</nick>`,
  ],
])('%s reaches contacts and one’s own devices, those who come later, and nobody else', async (_, node, payload) => {
  await using scene = await openScene(people);
  const { juliet, romeo, mercutio } = await cast(scene, node);
  expect((await publishes(juliet, node, 'current', payload)).attr('type')).toBe('result');
  const event = [`${node} item current ${payload}`];
  expect(await events(juliet)).toEqual(event);
  expect(await events(romeo)).toEqual(event);
  expect(await heard(mercutio)).toEqual([]);
  const later = await scene.login('romeo', 'garden');
  await comes(later, node);
  expect(await events(later)).toEqual(event);
});

test('the devices of the older OMEMO are open to whoever knows the address, and contacts hear of new ones', async () => {
  await using scene = await openScene(people);
  const node = 'eu.siacs.conversations.axolotl.devicelist';
  const { juliet, romeo, mercutio } = await cast(scene, node);
  const list = `<list xmlns='eu.siacs.conversations.axolotl'><device id='12345'/></list>`;
  await publishes(juliet, node, 'current', list, OPEN);
  const bundle = `<bundle xmlns='eu.siacs.conversations.axolotl'><identityKey>AAAA</identityKey></bundle>`;
  await publishes(juliet, 'eu.siacs.conversations.axolotl.bundles:12345', 'current', bundle, OPEN);
  expect(await events(romeo)).toEqual([`${node} item current ${list}`]);
  expect(await heard(mercutio)).toEqual([]);
  expect(await itemsOf(mercutio, node, 'juliet@localhost')).toEqual({ current: list });
  expect(await itemsOf(mercutio, 'eu.siacs.conversations.axolotl.bundles:12345', 'juliet@localhost')).toEqual({
    current: bundle,
  });
});

test('so are those of the newer one, whose bundles are many items of one node (XEP-0384 section 5.3)', async () => {
  await using scene = await openScene(people);
  const node = 'urn:xmpp:omemo:2:devices';
  const { juliet, romeo, mercutio } = await cast(scene, node);
  const devices = `<devices xmlns='urn:xmpp:omemo:2'><device id='31415'/><device id='27182'/></devices>`;
  await publishes(juliet, node, 'current', devices, OPEN);
  const bundle = (key: string) => `<bundle xmlns='urn:xmpp:omemo:2'><ik>${key}</ik></bundle>`;
  for (const [id, key] of [
    ['31415', 'AAAA'],
    ['27182', 'BBBB'],
  ] as const) {
    const answer = await publishes(juliet, 'urn:xmpp:omemo:2:bundles', id, bundle(key), { ...OPEN, max_items: 'max' });
    expect(answer.attr('type')).toBe('result');
  }
  expect(await events(romeo)).toEqual([`${node} item current ${devices}`]);
  expect(await itemsOf(mercutio, node, 'juliet@localhost')).toEqual({ current: devices });
  const one = await asks(
    mercutio,
    `<iq type='get' to='juliet@localhost'><pubsub xmlns='${NS_PUBSUB}'><items node='urn:xmpp:omemo:2:bundles'><item id='27182'/></items></pubsub></iq>`,
  );
  expect(one.toXml()).toContain('BBBB');
  expect(one.toXml()).not.toContain('AAAA');
});

test('an account tells all that clients look for before they rely on it', async () => {
  await using scene = await openScene(people);
  const juliet = await scene.login('juliet');
  const xmlns = 'http://jabber.org/protocol/disco#info';
  for (const to of ['', ` to='juliet@localhost'`]) {
    const answer = await asks(juliet, `<iq type='get'${to}><query xmlns='${xmlns}'/></iq>`);
    const told = answer.child('query', xmlns)?.elements ?? [];
    expect(told.map((child) => [child.attr('category'), child.attr('type')])).toContainEqual(['pubsub', 'pep']);
    expect(told.map((child) => child.attr('var'))).toEqual(
      expect.arrayContaining([
        // XEP-0163 sections 6.1 and 8, XEP-0402 sections 3.3 and 3.5, XEP-0384 section 6
        ...PUBSUB_FEATURES.map((feature) => `${NS_PUBSUB}#${feature}`),
        'urn:xmpp:bookmarks:1#compat',
        'urn:xmpp:bookmarks:1#compat-pep',
        'urn:xmpp:pep-vcard-conversion:0',
        'vcard-temp',
      ]),
    );
  }
});
