/** XEP-0175: Best Practices for Use of SASL ANONYMOUS, and RFC 4505. */
import { describe, expect, test } from 'vitest';
import { summarizeAccounts } from '../../server/summaries.ts';
import type { Element } from '../../server/xml/element.ts';
import { authenticate } from '../scene/sasl2.ts';
import { openScene, type Scene, target } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { userAgent } from '../scene/token-client.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_SASL2 = 'urn:xmpp:sasl:2';
const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const AUTH = `<auth xmlns='${NS_SASL}' mechanism='ANONYMOUS'/>`;

function openHouse(settings: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  return openScene({ accounts: ['juliet'], settings: { 'guests.allowed': true, ...settings } });
}

async function knocks(scene: Scene, remoteAddress?: string): Promise<SceneClient> {
  const guest = scene.connect({ name: 'guest', ...(remoteAddress === undefined ? {} : { remoteAddress }) });
  guest.opens();
  await guest.next();
  return guest;
}

/** What is said to a guest at the door, behind which a new stream begins. */
async function isLetIn(guest: SceneClient): Promise<string | undefined> {
  guest.sends(AUTH);
  const answer = await guest.next();
  if (answer.name !== 'success') return conditionIn(answer, NS_SASL);
  guest.opens();
  await guest.next();
  return answer.name;
}

/** A guest with a session, in the steps of section 4. */
async function comesIn(scene: Scene): Promise<SceneClient> {
  const guest = await knocks(scene);
  expect(await isLetIn(guest)).toBe('success');
  await guest.binds();
  return guest;
}

const localpartOf = (guest: SceneClient) => guest.jid.split('@')[0] ?? '';
const conditionIn = (answer: Element, xmlns = NS_STANZAS) =>
  (answer.child('error') ?? answer).elements.find((child) => child.xmlns === xmlns && child.name !== 'text')?.name;
const mechanismsOf = (client: SceneClient) =>
  client.features?.child('mechanisms', NS_SASL)?.elements.map((mechanism) => mechanism.text()) ?? [];

/** Everything that the tables have to say about an account. */
function tracesOf(scene: Scene, localpart: string): readonly string[] {
  const { reader } = scene.database;
  const tables = reader.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
  return tables
    .filter(({ name }) => JSON.stringify(reader.all(`SELECT * FROM "${name}"`)).includes(localpart))
    .map(({ name }) => name);
}

/** Resolves once a guest's account is gone. */
async function isGone(scene: Scene, localpart: string): Promise<void> {
  await expect.poll(() => scene.accounts.has(localpart)).toBe(false);
}

describe.skipIf(target !== undefined)('ANONYMOUS', () => {
  test('is off unless the host wants guests (section 3)', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const guest = await knocks(scene);
    expect(mechanismsOf(guest)).not.toContain('ANONYMOUS');
    guest.sends(AUTH);
    await guest.receives(`<failure xmlns='${NS_SASL}'><invalid-mechanism/></failure>`);
    guest.sends(authenticate('ANONYMOUS', undefined));
    await guest.receives(`<failure xmlns='${NS_SASL2}'><invalid-mechanism xmlns='${NS_SASL}'/></failure>`);
  });

  test('is the last in the list, so that nobody becomes a guest by mistake', async () => {
    await using scene = await openHouse();
    expect(mechanismsOf(await knocks(scene)).at(-1)).toBe('ANONYMOUS');
  });

  test('is not for who comes in the name of an account', async () => {
    await using scene = await openHouse();
    const client = scene.connect();
    client.opens(" from='juliet@localhost'");
    await client.next();
    expect(mechanismsOf(client)).not.toContain('ANONYMOUS');
  });

  test('the flow of section 4: a guest gets a UUID for a name', async () => {
    await using scene = await openHouse();
    const guest = await comesIn(scene);
    const other = await comesIn(scene);
    expect(localpartOf(guest)).toMatch(UUID);
    expect(localpartOf(other)).not.toBe(localpartOf(guest));
    await guest.receivesNothing();
  });

  test('works with SASL2 and Bind 2 in one step', async () => {
    await using scene = await openHouse();
    const guest = await knocks(scene);
    guest.sends(authenticate('ANONYMOUS', undefined, "<bind xmlns='urn:xmpp:bind:0'/>"));
    const success = await guest.next();
    guest.jid = success.childText('authorization-identifier') ?? '';
    expect(localpartOf(guest)).toMatch(UUID);
    await guest.next();
    await guest.receivesNothing();
  });

  test('takes trace information, which becomes nothing that anybody sees', async () => {
    await using scene = await openHouse();
    const guest = await knocks(scene);
    guest.sends(`<auth xmlns='${NS_SASL}' mechanism='ANONYMOUS'>${btoa('sirhc')}</auth>`);
    await guest.receives(`<success xmlns='${NS_SASL}'/>`);
    guest.opens();
    await guest.next();
    await guest.binds();
    expect(guest.jid).not.toContain('sirhc');
  });

  test.each([
    ['too long', 'x'.repeat(256)],
    ['no UTF-8', '\xff'],
    ['with control characters', 'a\u0007b'],
  ])('refuses trace information that is %s (RFC 4505 section 2)', async (_what, trace) => {
    await using scene = await openHouse();
    const guest = await knocks(scene);
    guest.sends(`<auth xmlns='${NS_SASL}' mechanism='ANONYMOUS'>${btoa(trace)}</auth>`);
    expect(conditionIn(await guest.next(), NS_SASL)).toBe('malformed-request');
    expect(scene.accounts.guests()).toEqual([]);
  });

  test('brings no token: a guest does not come back (XEP-0484)', async () => {
    await using scene = await openHouse();
    const guest = await knocks(scene);
    const inside = `${userAgent()}<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-NONE'/>`;
    guest.sends(authenticate('ANONYMOUS', undefined, inside));
    const success = await guest.next();
    expect(success.name).toBe('success');
    expect(success.child('token', 'urn:xmpp:fast:0')).toBeUndefined();
  });
});

describe.skipIf(target !== undefined)('there are no more guests than the host wants', () => {
  test.each([
    ['in all', { 'guests.max': 2 }, '198.51.100.7'],
    ['from one address', { 'guests.maxPerAddress': 2 }, undefined],
  ])('%s', async (_what, settings, otherAddress) => {
    await using scene = await openHouse(settings);
    const first = await comesIn(scene);
    await comesIn(scene);
    const third = await knocks(scene, otherAddress);
    expect(await isLetIn(third)).toBe('temporary-auth-failure');
    await first.ends();
    await isGone(scene, localpartOf(first));
    expect(await isLetIn(third)).toBe('success');
  });

  test('but as many from elsewhere', async () => {
    await using scene = await openHouse({ 'guests.maxPerAddress': 1 });
    await comesIn(scene);
    expect(await isLetIn(await knocks(scene, '198.51.100.7'))).toBe('success');
  });
});

describe.skipIf(target !== undefined)('a guest', () => {
  test('is said to be one when asked (section 5)', async () => {
    await using scene = await openHouse();
    const guest = await comesIn(scene);
    const juliet = await scene.login('juliet', 'balcony');
    for (const asker of [guest, juliet]) {
      const answer = await asker.request(
        `<iq type='get' to='${guest.jid.split('/')[0]}'><query xmlns='${NS_DISCO_INFO}'/></iq>`,
      );
      const identities = answer.elements[0]?.elements.filter(({ name }) => name === 'identity') ?? [];
      const accounts = identities.filter((identity) => identity.attr('category') === 'account');
      expect(accounts.map((identity) => identity.attr('type'))).toEqual(['anonymous']);
      const features = answer.elements[0]?.elements.flatMap((child) => child.attr('var') ?? []);
      expect(features).toContain(NS_DISCO_INFO);
      expect(features).toContain('http://jabber.org/protocol/disco#items');
    }
  });

  test('is no person in the list of people', async () => {
    await using scene = await openHouse();
    await comesIn(scene);
    expect(summarizeAccounts(scene.accounts, 'localhost')).toHaveLength(1);
    expect(scene.accounts.list().map(({ localpart }) => localpart)).toEqual(['juliet']);
  });

  test('may talk to people here, who may answer', async () => {
    await using scene = await openHouse();
    const guest = await comesIn(scene);
    const juliet = await scene.login('juliet', 'balcony');
    guest.sends(`<message to='juliet@localhost/balcony' type='chat'><body>Hi</body></message>`);
    const message = await juliet.next();
    expect(message.attr('from')).toBe(guest.jid);
    juliet.sends(`<message to='${guest.jid}' type='chat'><body>Who are you?</body></message>`);
    expect((await guest.next()).childText('body')).toBe('Who are you?');
  });

  test.each([
    ['talk to other servers', `<message to='romeo@example.org' type='chat' id='1'><body>Hi</body></message>`],
    ['ask other servers', `<iq to='example.org' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>`],
    ['be seen on other servers', `<presence to='room@rooms.example.org/me' id='1'/>`],
    ['ask for somebody’s presence', `<presence to='juliet@localhost' type='subscribe' id='1'/>`],
    ['give somebody his own', `<presence to='juliet@localhost' type='subscribed' id='1'/>`],
    [
      'fill a contact list',
      `<iq type='set' id='1'><query xmlns='jabber:iq:roster'><item jid='juliet@localhost'/></query></iq>`,
    ],
    [
      'get himself a password',
      `<iq type='set' to='localhost' id='1'><query xmlns='jabber:iq:register'><username>me</username><password>secret-one</password></query></iq>`,
    ],
  ])('may not %s (section 3)', async (_what, stanza) => {
    await using scene = await openHouse();
    const guest = await comesIn(scene);
    guest.sends(stanza);
    const answer = await guest.next();
    expect(answer.attr('type')).toBe('error');
    expect(conditionIn(answer)).toBe('not-allowed');
  });

  test('is no account in the eyes of registration (XEP-0077)', async () => {
    await using scene = await openHouse();
    const guest = await comesIn(scene);
    const answer = await guest.request(`<iq type='get' to='localhost'><query xmlns='jabber:iq:register'/></iq>`);
    expect(conditionIn(answer)).toBe('service-unavailable');
  });

  test('may talk to other servers where the host allows it', async () => {
    await using scene = await openHouse({ 'guests.otherServers': true });
    const guest = await comesIn(scene);
    guest.sends(`<message to='romeo@example.org' type='chat' id='1'><body>Hi</body></message>`);
    const answer = await guest.next();
    // It goes as far as everybody's: federation is not on in a scene.
    expect(answer.child('error')?.childText('text', NS_STANZAS)).toContain('other servers is switched off');
  });

  test('may not open a room, but enter one', async () => {
    await using scene = await openHouse({ 'rooms.lockNewRooms': false });
    const guest = await comesIn(scene);
    guest.sends(`<presence to='hall@rooms.localhost/guest'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    expect(conditionIn(await guest.next())).toBe('not-allowed');
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(`<presence to='hall@rooms.localhost/juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await juliet.next();
    guest.sends(`<presence to='hall@rooms.localhost/guest'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    expect((await guest.next()).attr('from')).toBe('hall@rooms.localhost/juliet');
  });

  test('may not send too much within a minute', async () => {
    await using scene = await openHouse({ 'guests.maxStanzasPerMinute': 10 });
    const guest = await comesIn(scene);
    const ping = `<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`;
    for (let i = 0; i < 10; i++) expect((await guest.request(ping)).attr('type')).toBe('result');
    expect(conditionIn(await guest.request(ping))).toBe('resource-constraint');
    scene.clock.advance(60_000);
    expect((await guest.request(ping)).attr('type')).toBe('result');
  });

  test('cannot be given a password or a role by anybody', async () => {
    await using scene = await openHouse();
    const localpart = localpartOf(await comesIn(scene));
    const refusal = expect.objectContaining({ code: 'not-found' });
    await expect(scene.accounts.setPassword(localpart, 'a password')).rejects.toEqual(refusal);
    await expect(scene.accounts.setRole(localpart, 'admin')).rejects.toEqual(refusal);
    expect(scene.accounts.outdatedMechanisms(localpart)).toEqual([]);
    expect(scene.accounts.passwordVersion(localpart)).toBeUndefined();
  });
});

describe.skipIf(target !== undefined)('nothing is left of a guest', () => {
  test('when the session ends, whatever was stored', async () => {
    await using scene = await openHouse();
    const guest = await comesIn(scene);
    const juliet = await scene.login('juliet', 'balcony');
    juliet.appears();
    await juliet.next();
    guest.sends(`<presence/>`);
    await guest.next();
    const stored = await guest.request(
      `<iq type='set'><query xmlns='jabber:iq:private'><theme xmlns='urn:example:theme'>dark</theme></query></iq>`,
    );
    expect(stored.attr('type')).toBe('result');
    const card = await guest.request(`<iq type='set'><vCard xmlns='vcard-temp'><FN>A guest</FN></vCard></iq>`);
    expect(card.attr('type')).toBe('result');
    const published = await guest.request(
      `<iq type='set'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='http://jabber.org/protocol/nick'><item id='1'><nick xmlns='http://jabber.org/protocol/nick'>Guest</nick></item></publish></pubsub></iq>`,
    );
    expect(published.attr('type')).toBe('result');
    guest.sends(`<message to='${guest.jid}' type='chat'><body>A note to myself</body></message>`);
    await guest.next();
    const localpart = localpartOf(guest);
    expect(tracesOf(scene, localpart)).toContain('account');
    await guest.ends();
    await isGone(scene, localpart);
    expect(tracesOf(scene, localpart)).toEqual([]);
  });

  test('when the connection is lost, though stream management was on: nobody can come back to it', async () => {
    await using scene = await openHouse();
    const guest = await comesIn(scene);
    guest.sends("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    await guest.next();
    guest.drops();
    scene.clock.advance(60_000);
    await isGone(scene, localpartOf(guest));
    expect(scene.server.sessions.count).toBe(0);
    expect(tracesOf(scene, localpartOf(guest))).toEqual([]);
  });

  test('when no resource was ever bound', async () => {
    await using scene = await openHouse();
    const guest = await knocks(scene);
    guest.sends(AUTH);
    await guest.next();
    const [account] = scene.accounts.guests();
    guest.drops();
    scene.clock.advance(120_000);
    await isGone(scene, account?.localpart ?? '');
    expect(scene.accounts.guests()).toEqual([]);
  });

  test('after a crash', async () => {
    await using scene = await openHouse();
    const guest = await comesIn(scene);
    await guest.request(`<iq type='set'><vCard xmlns='vcard-temp'><FN>A guest</FN></vCard></iq>`);
    await scene.crash();
    await isGone(scene, localpartOf(guest));
    expect(tracesOf(scene, localpartOf(guest))).toEqual([]);
  });

  test('after a restart, also when the session waits to be resumed', async () => {
    await using scene = await openHouse();
    const guest = await comesIn(scene);
    guest.sends("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    await guest.next();
    await scene.restart();
    await isGone(scene, localpartOf(guest));
    expect(scene.server.sessions.count).toBe(0);
  });
});
