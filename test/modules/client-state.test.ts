import { describe, expect, test } from 'vitest';
import { Hold } from '../../server/session/hold.ts';
import { el } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { ACTIVE, chatState, heldFor, INACTIVE, isPonged, NS_CSI, ping, receipt } from './client-state-steps.ts';
import { arrives, chat, confirms, crash, isConfirmed, R, resumes } from './stream-management-steps.ts';

const PHONE = 'romeo@localhost/phone';
const JULIET = 'juliet@localhost/balcony';

/** Juliet at her desk, and Romeo's phone in his pocket. */
async function openPocket(settings?: Readonly<Record<string, unknown>>): Promise<{
  readonly scene: Scene;
  readonly juliet: SceneClient;
  readonly phone: SceneClient;
}> {
  const scene = await openScene({ accounts: ['romeo', 'juliet'], ...(settings && { settings }) });
  const juliet = await scene.login('juliet', 'balcony');
  const phone = await scene.login('romeo', 'phone');
  phone.sends(INACTIVE);
  return { scene, juliet, phone };
}

describe('XEP-0352 section 4: the protocol', () => {
  test('Example 1: is offered once the client has signed in, and not before', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const stranger = scene.connect();
    stranger.opens();
    expect((await stranger.next()).child('csi', NS_CSI)).toBeUndefined();
    const romeo = await scene.authenticated('romeo');
    expect(romeo.features?.child('csi', NS_CSI)).toBeDefined();
  });

  test('there is no reply to either element', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo', 'phone');
    romeo.sends(INACTIVE + ACTIVE + ACTIVE + INACTIVE + INACTIVE);
    await romeo.receivesNothing();
  });

  test('before a resource is bound it means nothing', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await scene.authenticated('romeo');
    romeo.sends(INACTIVE);
    await romeo.binds('phone');
    expect(scene.server.sessions.get('romeo', 'phone')?.outbox.isInactive).toBe(false);
  });

  test('before authentication the stream ends', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const stranger = scene.connect();
    stranger.opens();
    await stranger.next();
    stranger.sends(INACTIVE);
    await stranger.receivesEnd('not-authorized');
  });

  test('another element of the namespace ends the stream', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo', 'phone');
    romeo.sends(`<asleep xmlns='${NS_CSI}'/>`);
    await romeo.receivesEnd('unsupported-stanza-type');
  });

  test('section 5: a client that says nothing is active', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const phone = await scene.login('romeo', 'phone');
    juliet.sends(chatState(PHONE, 'composing'));
    await phone.receives(chatState(PHONE, 'composing'));
  });

  test('section 5.1: what waited comes before the answer to what follows', async () => {
    const { scene, juliet, phone } = await openPocket();
    await using _ = scene;
    juliet.sends(`<presence to='${PHONE}'/>`);
    expect(heldFor(scene, 'romeo', 'phone')).toBe(1);
    phone.sends(`${ACTIVE}${ping('ping1')}`);
    await phone.receives(`<presence from='${JULIET}'/>`);
    await isPonged(phone, 'ping1');
    juliet.sends(`<presence to='${PHONE}'><show>away</show></presence>`);
    await phone.receives(`<presence from='${JULIET}'><show>away</show></presence>`);
  });
});

describe('what waits', () => {
  test('of presence the latest of each resource', async () => {
    const { scene, juliet, phone } = await openPocket();
    await using _ = scene;
    const chamber = await scene.login('juliet', 'chamber');
    juliet.sends(`<presence to='${PHONE}'/>`);
    chamber.sends(`<presence to='${PHONE}'/>`);
    juliet.sends(`<presence to='${PHONE}'><show>away</show></presence><presence to='${PHONE}' type='unavailable'/>`);
    expect(heldFor(scene, 'romeo', 'phone')).toBe(2);
    phone.sends(ACTIVE);
    await phone.receives(`<presence from='juliet@localhost/chamber'/>`);
    await phone.receives(`<presence from='${JULIET}' type='unavailable'/>`);
    await phone.receivesNothing();
  });

  test('of typing the latest of each conversation', async () => {
    const { scene, juliet, phone } = await openPocket();
    await using _ = scene;
    juliet.sends(chatState(PHONE, 'composing') + chatState(PHONE, 'paused'));
    expect(heldFor(scene, 'romeo', 'phone')).toBe(1);
    phone.sends(ACTIVE);
    await phone.receives(chatState(PHONE, 'paused'));
    await phone.receivesNothing();
  });

  test('every receipt and read mark, in their order', async () => {
    const { scene, juliet, phone } = await openPocket();
    await using _ = scene;
    const displayed = `<message to='${PHONE}'><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/></message>`;
    juliet.sends(receipt(PHONE, '1') + displayed + receipt(PHONE, '2'));
    expect(heldFor(scene, 'romeo', 'phone')).toBe(3);
    phone.sends(ACTIVE);
    await phone.receives(receipt(PHONE, '1'));
    await phone.receives(displayed);
    await phone.receives(receipt(PHONE, '2'));
  });

  test('of what is published about people the latest of each item', async () => {
    const { scene, phone } = await openPocket();
    await using _ = scene;
    const session = scene.server.sessions.get('romeo', 'phone');
    const event = (id: string, content: string): string =>
      `<message from='juliet@localhost' to='${PHONE}' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:example'>${content.replace('ID', id)}</items></event></message>`;
    const gets = (xml: string): void =>
      session?.send(parseXml(xml.replace('<message', "<message xmlns='jabber:client'")));
    gets(event('a', "<item id='ID'><x xmlns='urn:example'>1</x></item>"));
    gets(event('b', "<item id='ID'/>"));
    gets(event('a', "<retract id='ID'/>"));
    expect(heldFor(scene, 'romeo', 'phone')).toBe(2);
    phone.sends(ACTIVE);
    await phone.receives(event('b', "<item id='ID'/>"));
    await phone.receives(event('a', "<retract id='ID'/>"));
    await phone.receivesNothing();
  });
});

describe('what does not wait', () => {
  const urgent: readonly (readonly [string, string])[] = [
    ['a text', "<message to='TO' type='chat'><body>Hi</body></message>"],
    [
      'a text with a typing state',
      `<message to='TO'><body>Hi</body><active xmlns='http://jabber.org/protocol/chatstates'/></message>`,
    ],
    ['an encrypted text', "<message to='TO'><encrypted xmlns='urn:omemo'/><store xmlns='urn:xmpp:hints'/></message>"],
    ['an invitation', "<message to='TO'><x xmlns='jabber:x:conference' jid='room@rooms.localhost'/></message>"],
    [
      'a mediated invitation',
      "<message to='TO'><x xmlns='http://jabber.org/protocol/muc#user'><invite from='a@b'/></x></message>",
    ],
    ['a call', "<message to='TO'><propose xmlns='urn:xmpp:jingle-message:0' id='1'/></message>"],
    [
      'an error',
      "<message to='TO' type='error' id='1'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
    ],
    ['a request', "<iq to='TO' type='get' id='1'><query xmlns='urn:example'/></iq>"],
    ['a failed presence', "<presence to='TO' type='error'/>"],
  ];
  test.each(urgent)('%s', async (_name, xml) => {
    const { scene, juliet, phone } = await openPocket();
    await using _ = scene;
    const stanza = xml.replace('TO', PHONE);
    juliet.sends(stanza);
    await phone.receives(stanza);
  });

  test('a request to become a contact', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const phone = await scene.login('romeo', 'phone');
    phone.sends('<presence/>');
    await phone.receives("<presence from='romeo@localhost/phone'/>");
    phone.sends(INACTIVE);
    juliet.sends("<presence to='romeo@localhost' type='subscribe'/>");
    await phone.receives("<presence from='juliet@localhost' type='subscribe'/>");
  });

  test('one’s own presence in a room, with all that waited before it', async () => {
    const { scene, juliet, phone } = await openPocket();
    await using _ = scene;
    juliet.sends(`<presence to='${PHONE}'/>`);
    const self = `<presence to='${PHONE}' from='${JULIET}'><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>`;
    juliet.sends(self);
    await phone.receives(`<presence from='${JULIET}'/>`);
    await phone.receives(self);
  });

  test('what waited in the mailbox, whatever it is', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(receipt('romeo@localhost', '1'));
    await juliet.receivesNothing();
    const phone = await scene.login('romeo', 'phone');
    phone.sends(`${INACTIVE}<presence/>`);
    await phone.receives("<presence from='romeo@localhost/phone'/>");
    const received = await phone.next();
    expect([received.name, received.child('received', 'urn:xmpp:receipts')?.attr('id')]).toEqual(['message', '1']);
  });

  test('that a text was read on another device, told by the account', async () => {
    const { scene, phone } = await openPocket();
    await using _ = scene;
    const event = (node: string): string =>
      `<message xmlns='jabber:client' from='romeo@localhost' to='${PHONE}' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='${node}'><item id='x'/></items></event></message>`;
    const session = scene.server.sessions.get('romeo', 'phone');
    session?.send(parseXml(event('urn:xmpp:bookmarks:1')));
    expect(heldFor(scene, 'romeo', 'phone')).toBe(1);
    session?.send(parseXml(event('urn:xmpp:mds:displayed:0')));
    await phone.receives(event('urn:xmpp:bookmarks:1'));
    await phone.receives(event('urn:xmpp:mds:displayed:0'));
  });

  test('that a text was read on another device', async () => {
    const { scene, juliet, phone } = await openPocket();
    await using _ = scene;
    const desk = await scene.login('romeo', 'desk');
    await phone.request(`<iq type='set'><enable xmlns='urn:xmpp:carbons:2'/></iq>`);
    desk.sends(`<message to='${juliet.jid}' type='chat'><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/></message>`);
    const copy = await phone.next();
    expect(copy.child('sent', 'urn:xmpp:carbons:2')).toBeDefined();
    desk.sends(chatState(juliet.jid, 'composing'));
    expect(heldFor(scene, 'romeo', 'phone')).toBe(1);
  });

  test('what an administrator does not want to wait', async () => {
    const { scene, juliet, phone } = await openPocket({
      'client-state.holdPresence': false,
      'client-state.holdTyping': false,
      'client-state.holdReceipts': false,
      'client-state.holdEvents': false,
    });
    await using _ = scene;
    juliet.sends(`<presence to='${PHONE}'/>${chatState(PHONE, 'composing')}${receipt(PHONE, '1')}`);
    await phone.receives(`<presence from='${JULIET}'/>`);
    await phone.receives(chatState(PHONE, 'composing'));
    await phone.receives(receipt(PHONE, '1'));
  });
});

describe('when what waits leaves', () => {
  test('before an urgent stanza', async () => {
    const { scene, juliet, phone } = await openPocket();
    await using _ = scene;
    juliet.sends(`<presence to='${PHONE}'/>${receipt(PHONE, '1')}${chat(PHONE, 'Hi')}`);
    await phone.receives(`<presence from='${JULIET}'/>`);
    await phone.receives(receipt(PHONE, '1'));
    await phone.receives(chat(PHONE, 'Hi'));
    juliet.sends(chatState(PHONE, 'composing'));
    expect(heldFor(scene, 'romeo', 'phone')).toBe(1);
  });

  test('XEP-0286 section 3.2: when the phone sends something itself', async () => {
    const { scene, juliet, phone } = await openPocket();
    await using _ = scene;
    juliet.sends(`<presence to='${PHONE}'/>`);
    phone.sends(chat(JULIET, 'what asks for no answer'));
    await phone.receives(`<presence from='${JULIET}'/>`);
    juliet.sends(`<presence to='${PHONE}'/>`);
    expect(heldFor(scene, 'romeo', 'phone')).toBe(1);
  });

  test('when it is too much', async () => {
    const { scene, juliet, phone } = await openPocket({ 'client-state.maxHeld': 2 });
    await using _ = scene;
    juliet.sends(receipt(PHONE, '1') + receipt(PHONE, '2'));
    expect(heldFor(scene, 'romeo', 'phone')).toBe(2);
    juliet.sends(receipt(PHONE, '3'));
    for (const id of ['1', '2', '3']) await phone.receives(receipt(PHONE, id));
  });

  test('when it is too large', () => {
    const hold = new Hold({ urgencyOf: () => 'later', maxStanzas: () => 10, maxSize: 200 });
    const avatar = el('message', 'jabber:client', {}, el('data', 'urn:example', {}, 'x'.repeat(40)));
    hold.put(avatar, { key: 'avatar', isFleeting: false });
    hold.put(avatar, { key: 'avatar', isFleeting: false });
    expect(hold.isFull).toBe(false);
    hold.put(avatar, 'later');
    expect(hold.isFull).toBe(true);
    expect(hold.empty().others).toHaveLength(2);
    expect(hold.isFull).toBe(false);
  });
});

describe('with stream management', () => {
  async function openManaged(): Promise<{ scene: Scene; juliet: SceneClient; phone: SceneClient; id: string }> {
    const scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    const { client: phone, id } = await arrives(scene, 'romeo', 'phone');
    phone.sends(INACTIVE);
    return { scene, juliet, phone, id };
  }

  test('what left late is counted when it leaves', async () => {
    const { scene, juliet, phone } = await openManaged();
    await using _ = scene;
    juliet.sends(`<presence to='${PHONE}'/>${receipt(PHONE, '1')}${chat(PHONE, 'Hi')}`);
    await phone.receives(receipt(PHONE, '1'));
    await phone.receives(`<presence from='${JULIET}'/>`);
    await phone.receives(chat(PHONE, 'Hi'));
    await phone.receives(R);
    confirms(phone, 3);
    await isConfirmed(phone, 0);
    expect(scene.server.sessions.get('romeo', 'phone')?.outbox.unacked?.length).toBe(0);
  });

  test('a request for acknowledgement lets it out as well', async () => {
    const { scene, juliet, phone } = await openManaged();
    await using _ = scene;
    juliet.sends(receipt(PHONE, '1'));
    phone.sends(R);
    await phone.receives(receipt(PHONE, '1'));
    await phone.receives("<a xmlns='urn:xmpp:sm:3' h='0'/>");
  });

  test('nothing of it is lost with the connection but who was typing; the resumed stream is active', async () => {
    const { scene, juliet, phone, id } = await openManaged();
    await using _ = scene;
    juliet.sends(`${receipt(PHONE, '1')}<presence to='${PHONE}'/>${chatState(PHONE, 'composing')}`);
    phone.drops();
    const again = await resumes(scene, 'romeo', id, { h: 0, handled: 0 });
    await again.receives(receipt(PHONE, '1'));
    await again.receives(`<presence from='${JULIET}'/>`);
    await again.receives(R);
    juliet.sends(chatState(PHONE, 'composing'));
    await again.receives(chatState(PHONE, 'composing'));
  });

  test('a receipt whose sender was told that it is safe outlives a crash', async () => {
    const { scene, juliet, id } = await openManaged();
    await using _ = scene;
    juliet.sends(receipt(PHONE, '1'));
    await isConfirmed(juliet, 1);
    await crash(scene);
    const again = await resumes(scene, 'romeo', id, { h: 0, handled: 0 });
    await again.receives(receipt(PHONE, '1'));
  });

  test('a server that stops in peace keeps it all', async () => {
    const { scene, juliet, id } = await openManaged();
    await using _ = scene;
    juliet.sends(`${receipt(PHONE, '1')}<presence to='${PHONE}'/>`);
    expect(heldFor(scene, 'romeo', 'phone')).toBe(2);
    await scene.restart();
    const again = await resumes(scene, 'romeo', id, { h: 0, handled: 0 });
    await again.receives(receipt(PHONE, '1'));
    await again.receives(`<presence from='${JULIET}'/>`);
  });

  test('stream management that begins while something waits counts it from there', async () => {
    const { scene, juliet, phone } = await openPocket();
    await using _ = scene;
    juliet.sends(receipt(PHONE, '1'));
    phone.sends("<enable xmlns='urn:xmpp:sm:3'/>");
    await phone.receives(receipt(PHONE, '1'));
    await phone.receives("<enabled xmlns='urn:xmpp:sm:3'/>");
    expect(scene.server.sessions.get('romeo', 'phone')?.outbox.unacked?.length).toBe(0);
  });
});

test('XEP-0386: a client may be inactive from the moment of binding', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const bind2 = scene.server.host.running.flatMap(({ hooks }) => hooks.bind2 ?? []);
  const feature = bind2.find(({ name }) => name === NS_CSI);
  const phone = await scene.login('romeo', 'phone');
  const session = scene.server.sessions.get('romeo', 'phone');
  if (session === undefined) throw new Error('there is no session');
  const request = (inside: string) => parseXml(`<bind xmlns='urn:xmpp:bind:0'>${inside}</bind>`);
  expect(feature?.bound(session, request(''))).toBeUndefined();
  expect(session.outbox.isInactive).toBe(false);
  expect(feature?.bound(session, request(INACTIVE))).toBeUndefined();
  expect(session.outbox.isInactive).toBe(true);
  await phone.receivesNothing();
});
