/** Probes for the suites of XEP-0479 for instant messaging, mobile clients and calls (sections 2.3 to 2.5). */
import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Element } from '../../../server/xml/element.ts';
import { fetchText } from '../../e2e/https.ts';
import { TlsClient } from '../../e2e/tls-client.ts';
import {
  archived,
  DOMAIN,
  enter,
  featuresOf,
  granted,
  isMessage,
  itemsOf,
  type Lab,
  NS_PUBSUB,
  openRoom,
  publish,
  refused,
} from './lab.ts';

const NS_AVATAR = 'urn:xmpp:avatar';
const NS_BLOCKING = 'urn:xmpp:blocking';
const NS_BOOKMARKS = 'urn:xmpp:bookmarks:1';
const NS_CARBONS = 'urn:xmpp:carbons:2';
const NS_CSI = 'urn:xmpp:csi:0';
const NS_CONFERENCE = 'jabber:x:conference';
const NS_EXTDISCO = 'urn:xmpp:extdisco:2';
const NS_PUSH = 'urn:xmpp:push:0';
const NS_SM = 'urn:xmpp:sm:3';
const NS_STATES = 'http://jabber.org/protocol/chatstates';
const NS_UPLOAD = 'urn:xmpp:http:upload:0';
const NS_VCARD = 'vcard-temp';
/** One pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Published as PEP has it; found as vCards have it, and told in presence. */
export async function avatars(lab: Lab): Promise<void> {
  const romeo = await lab.login('romeo');
  const bytes = Buffer.from(PNG, 'base64');
  const id = createHash('sha1').update(bytes).digest('hex');
  const data = `<data xmlns='${NS_AVATAR}:data'>${PNG}</data>`;
  // For everybody to see, as in a room: a picture for contacts alone must not come out by way of the vCard.
  const options = { 'pubsub#access_model': 'open' };
  await publish(romeo, { node: `${NS_AVATAR}:data`, id, payload: data, options });
  const info = `<info id='${id}' bytes='${bytes.length}' type='image/png' width='1' height='1'/>`;
  const metadata = `<metadata xmlns='${NS_AVATAR}:metadata'>${info}</metadata>`;
  await publish(romeo, { node: `${NS_AVATAR}:metadata`, id, payload: metadata, options });
  const juliet = await lab.login('juliet');
  const card = await granted(juliet, 'get', `<vCard xmlns='${NS_VCARD}'/>`, romeo.bareJid);
  expect(card.child('vCard', NS_VCARD)?.child('PHOTO')?.childText('BINVAL')?.replace(/\s/g, '')).toBe(PNG);
  romeo.send(`<presence to='${juliet.jid}'/>`);
  const presence = await juliet.next(({ name }) => name === 'presence', 'presence');
  expect(presence.child('x', 'vcard-temp:x:update')?.childText('photo')).toBe(id);
}

export async function vcards(lab: Lab): Promise<void> {
  const [romeo, juliet] = [await lab.login('romeo'), await lab.login('juliet')];
  await granted(romeo, 'set', `<vCard xmlns='${NS_VCARD}'><FN>Romeo Montague</FN></vCard>`);
  const card = await granted(juliet, 'get', `<vCard xmlns='${NS_VCARD}'/>`, romeo.bareJid);
  expect(card.child('vCard', NS_VCARD)?.childText('FN')).toBe('Romeo Montague');
}

export async function carbons(lab: Lab): Promise<void> {
  const [phone, desk, juliet] = [await lab.arrive('romeo'), await lab.arrive('romeo'), await lab.arrive('juliet')];
  await granted(phone, 'set', `<enable xmlns='${NS_CARBONS}'/>`);
  desk.send(`<message type='chat' to='${juliet.jid}'><body>From the desk</body></message>`);
  const copy = await phone.next((stanza) => stanza.child('sent', NS_CARBONS) !== undefined, 'a copy');
  const message = copy
    .child('sent', NS_CARBONS)
    ?.child('forwarded', 'urn:xmpp:forward:0')
    ?.child('message', 'jabber:client');
  expect(message?.childText('body')).toBe('From the desk');
}

export async function blocking(lab: Lab): Promise<void> {
  const [romeo, juliet] = [await lab.arrive('romeo'), await lab.arrive('juliet')];
  const command = (name: string) => `<${name} xmlns='${NS_BLOCKING}'><item jid='${juliet.bareJid}'/></${name}>`;
  await granted(romeo, 'set', command('block'));
  juliet.send(`<message type='chat' id='unwanted' to='${romeo.jid}'><body>Unwanted</body></message>`);
  const bounced = await juliet.next((stanza) => stanza.attr('id') === 'unwanted', 'an error');
  expect(bounced.child('error')?.elements[0]?.name).toBe('service-unavailable');
  await granted(romeo, 'set', command('unblock'));
  juliet.send(`<message type='chat' to='${romeo.jid}'><body>Wanted</body></message>`);
  await romeo.next(isMessage('Wanted'), 'a message');
  expect(await romeo.hasReceived(isMessage('Unwanted'))).toBe(false);
}

export async function rooms(lab: Lab): Promise<void> {
  const [romeo, juliet] = [await lab.arrive('romeo'), await lab.arrive('juliet')];
  const room = await openRoom(romeo);
  romeo.send(`<message to='${juliet.bareJid}'><x xmlns='${NS_CONFERENCE}' jid='${room}'/></message>`);
  const invitation = await juliet.next((stanza) => stanza.child('x', NS_CONFERENCE) !== undefined, 'an invitation');
  await enter(juliet, invitation.child('x', NS_CONFERENCE)?.attr('jid') ?? '', 'juliet');
  juliet.send(`<message type='groupchat' to='${room}'><body>To all</body></message>`);
  expect((await romeo.next(isMessage('To all'), 'a message')).attr('from')).toBe(`${room}/juliet`);
}

/** Bookmarks in whichever of the three ways, the history of a room, and whether one is still in it. */
export async function roomsForMany(lab: Lab): Promise<void> {
  const [romeo, juliet] = [await lab.arrive('romeo'), await lab.arrive('juliet')];
  const room = await openRoom(romeo);
  const conference = `<conference jid='${room}' name='Balcony' autojoin='true'><nick>romeo</nick></conference>`;
  const storage = (inside: string) =>
    `<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'>${inside}</storage></query>`;
  await granted(romeo, 'set', storage(conference));
  expect(await featuresOf(romeo, romeo.bareJid)).toContain(`${NS_BOOKMARKS}#compat`);
  const items = (await granted(romeo, 'get', itemsOf(NS_BOOKMARKS))).child('pubsub', NS_PUBSUB)?.child('items');
  const bookmark = items?.elements.find((item) => item.attr('id') === room);
  expect(bookmark?.child('conference', NS_BOOKMARKS)?.attr('name')).toBe('Balcony');
  await granted(
    romeo,
    'set',
    `<pubsub xmlns='${NS_PUBSUB}'><retract node='${NS_BOOKMARKS}' notify='true'><item id='${room}'/></retract></pubsub>`,
  );
  expect((await granted(romeo, 'get', storage(''))).toXml()).not.toContain(room);

  romeo.send(`<message type='groupchat' to='${room}'><body>Kept</body></message>`);
  await romeo.next(isMessage('Kept'), 'the message');
  expect(await archived(romeo, room)).toEqual(['Kept']);

  const ping = `<ping xmlns='urn:xmpp:ping'/>`;
  await granted(romeo, 'get', ping, `${room}/owner`);
  expect(await refused(juliet, 'get', ping, `${room}/juliet`)).toBe('not-acceptable');
}

/** What an app keeps for itself, and nobody else may read. */
export async function privateNodes(lab: Lab): Promise<void> {
  const [romeo, juliet] = [await lab.login('romeo'), await lab.login('juliet')];
  const node = `urn:example:${randomUUID()}`;
  const options = { 'pubsub#persist_items': 'true', 'pubsub#access_model': 'whitelist' };
  await publish(romeo, { node, id: 'current', payload: `<secret xmlns='urn:example'>poison</secret>`, options });
  const kept = await granted(romeo, 'get', itemsOf(node));
  expect(kept.child('pubsub', NS_PUBSUB)?.child('items')?.child('item')?.childText('secret', 'urn:example')).toBe(
    'poison',
  );
  expect(await refused(juliet, 'get', itemsOf(node), romeo.bareJid)).toBeOneOf(['not-allowed', 'item-not-found']);
}

export async function privateXml(lab: Lab): Promise<void> {
  const romeo = await lab.login('romeo');
  const query = (inside: string) =>
    `<query xmlns='jabber:iq:private'><notes xmlns='urn:example:notes'>${inside}</notes></query>`;
  await granted(romeo, 'set', query('Thursday'));
  const answer = await granted(romeo, 'get', query(''));
  expect(answer.child('query', 'jabber:iq:private')?.childText('notes', 'urn:example:notes')).toBe('Thursday');
}

/** A connection that breaks, and a message that would have been lost with it. */
export async function streamManagement(lab: Lab): Promise<void> {
  const [romeo, juliet] = [await lab.login('romeo'), await lab.arrive('juliet')];
  romeo.send(`<presence/><enable xmlns='${NS_SM}' resume='true'/>`);
  const enabled = await romeo.next((element) => element.is('enabled', NS_SM), 'enabled');
  romeo.send(`<iq type='get' id='one'><ping xmlns='urn:xmpp:ping'/></iq><r xmlns='${NS_SM}'/>`);
  expect((await romeo.next((element) => element.is('a', NS_SM), 'an acknowledgement')).attr('h')).toBe('1');
  romeo.drop();
  juliet.send(`<message type='chat' to='${romeo.jid}'><body>Into the gap</body></message>`);
  await granted(juliet, 'get', `<ping xmlns='urn:xmpp:ping'/>`, DOMAIN);
  const again = lab.take(
    await TlsClient.authenticate({ server: lab.server, localpart: 'romeo', password: lab.passwordOf('romeo') }),
  );
  again.send(`<resume xmlns='${NS_SM}' previd='${enabled.attr('id')}' h='0'/>`);
  await again.next((element) => element.is('resumed', NS_SM), 'resumed');
  await again.next(isMessage('Into the gap'), 'the message');
}

export async function history(lab: Lab): Promise<void> {
  const [romeo, juliet] = [await lab.arrive('romeo'), await lab.arrive('juliet')];
  const body = `To be kept ${randomUUID()}`;
  juliet.send(`<message type='chat' to='${romeo.bareJid}'><body>${body}</body></message>`);
  await romeo.next(isMessage(body), 'the message');
  expect(await archived(romeo)).toContain(body);
  expect(await archived(juliet)).toContain(body);
}

export async function files(lab: Lab): Promise<void> {
  const romeo = await lab.login('romeo');
  const wanted = `<request xmlns='${NS_UPLOAD}' filename='a.txt' size='5' content-type='text/plain'/>`;
  const slot = (await granted(romeo, 'get', wanted, `upload.${DOMAIN}`)).child('slot', NS_UPLOAD);
  const [put, get] = ['put', 'get'].map((name) => slot?.child(name)?.attr('url') ?? '');
  const headers = { 'content-type': 'text/plain' };
  expect((await fetchText(lab.server, put ?? '', { method: 'PUT', headers, body: 'hello' })).status).toBe(201);
  expect((await fetchText(lab.server, get ?? '')).body).toBe('hello');
}

/** While nobody looks, only what matters comes; afterwards the rest. */
export async function clientState(lab: Lab): Promise<void> {
  const [romeo, juliet] = [await lab.arrive('romeo'), await lab.arrive('juliet')];
  romeo.send(`<inactive xmlns='${NS_CSI}'/>`);
  expect(await romeo.hasReceived(() => false)).toBe(false);
  juliet.send(`<presence to='${romeo.jid}'><show>away</show></presence>`);
  juliet.send(`<message type='chat' to='${romeo.jid}'><composing xmlns='${NS_STATES}'/></message>`);
  await granted(juliet, 'get', `<ping xmlns='urn:xmpp:ping'/>`, DOMAIN);
  const isHeld = (stanza: Element) =>
    stanza.childText('show') === 'away' || stanza.child('composing', NS_STATES) !== undefined;
  expect(romeo.arrived.filter(isHeld)).toEqual([]);
  juliet.send(`<message type='chat' to='${romeo.jid}'><body>Wake up</body></message>`);
  await romeo.next(isMessage('Wake up'), 'the message');
  romeo.send(`<active xmlns='${NS_CSI}'/>`);
  await romeo.next((stanza) => stanza.childText('show') === 'away', 'presence');
}

/** Here a client stands for the service that wakes a phone. */
export async function push(lab: Lab): Promise<void> {
  const [romeo, service] = [await lab.login('romeo'), await lab.login('juliet')];
  await granted(romeo, 'set', `<enable xmlns='${NS_PUSH}' jid='${service.jid}' node='phone'/>`);
  romeo.drop();
  const sender = await lab.login('juliet');
  await expect
    .poll(async () => (await sender.request('get', `<ping xmlns='urn:xmpp:ping'/>`, romeo.jid)).attr('type'))
    .toBe('error');
  sender.send(`<message type='chat' to='${romeo.bareJid}'><body>Asleep?</body></message>`);
  const notification = await service.next(
    (stanza) => stanza.child('pubsub', NS_PUBSUB) !== undefined,
    'a notification',
  );
  const published = notification.child('pubsub', NS_PUBSUB)?.child('publish');
  expect(published?.attr('node')).toBe('phone');
  expect(published?.child('item')?.child('notification', NS_PUSH)).toBeDefined();
}

export async function callRelays(lab: Lab): Promise<void> {
  const romeo = await lab.login('romeo');
  const answer = await granted(romeo, 'get', `<services xmlns='${NS_EXTDISCO}'/>`, DOMAIN);
  const services = answer.child('services', NS_EXTDISCO)?.elements ?? [];
  expect(services.map((service) => service.attr('type'))).toEqual(['stun', 'turn']);
  const asked = `<credentials xmlns='${NS_EXTDISCO}'><service host='${DOMAIN}' type='turn'/></credentials>`;
  const credentials = await granted(romeo, 'get', asked, DOMAIN);
  const [turn] = credentials.child('credentials', NS_EXTDISCO)?.elements ?? [];
  expect([turn?.attr('username'), turn?.attr('password')]).toEqual([expect.any(String), expect.any(String)]);
}
