/** In a room: messages, subject, private messages, nicknames, requests between occupants (XEP-0045 sections 7.4 to 7.9, 17.4). */
import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import {
  asks,
  codesOf,
  conditionOf,
  configuration,
  coven,
  enters,
  ID,
  itemOf,
  items,
  NS_MUC,
  NS_USER,
  ROOM,
  STANZA_ID,
  submits,
  WITCHES,
} from './rooms-steps.ts';

/** All three are in; nothing is left unread. */
async function gathering(scene: Parameters<typeof coven>[0], fields: Parameters<typeof coven>[1] = {}) {
  const witches = await coven(scene, fields);
  const { crone, wicca, hag } = witches;
  await enters(wicca, 'secondwitch');
  await crone.next();
  await enters(hag, 'thirdwitch');
  await crone.next();
  await wicca.next();
  return witches;
}

describe('a message to everybody', () => {
  test('is reflected to all, the sender too, with its id (examples 44 and 45)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    hag.sends(
      `<message type='groupchat' to='${ROOM}' id='hysf1v37' xml:lang='en'><body>Harpier cries</body></message>`,
    );
    for (const each of [crone, wicca, hag]) {
      await each.receives(`<message type='groupchat' id='hysf1v37' from='${ROOM}/thirdwitch' to='${each.jid}' xml:lang='en'>
        <body>Harpier cries</body>${STANZA_ID}${ID}</message>`);
    }
  });

  test('loses what only the room may say, and keeps the rest (XEP-0359 section 3, XEP-0421 section 4)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene);
    hag.sends(`<message type='groupchat' to='${ROOM}' id='m'><body>x</body>
      <stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='forged'/><stanza-id xmlns='urn:xmpp:sid:0' by='else@where.example' id='kept'/>
      <origin-id xmlns='urn:xmpp:sid:0' id='m'/><occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/>
      <delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='2000-01-01T00:00:00Z'/>
      <x xmlns='${NS_USER}'><status code='172'/></x></message>`);
    const got = await crone.receives(`<message from='${ROOM}/thirdwitch'><body>x</body>
      <stanza-id xmlns='urn:xmpp:sid:0' by='else@where.example' id='kept'/><origin-id xmlns='urn:xmpp:sid:0' id='m'/>${STANZA_ID}${ID}</message>`);
    expect(got.toXml()).not.toContain('forged');
  });

  test('keeps the same occupant id through nicknames and visits, another for everybody and for every room', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { hag } = await coven(scene);
    const idOf = (element: {
      child(name: string, xmlns: string): { attr(name: string): string | undefined } | undefined;
    }) => element.child('occupant-id', 'urn:xmpp:occupant-id:0')?.attr('id');
    const [first, own] = await enters(hag, 'thirdwitch');
    hag.sends(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    await hag.next();
    const [, again] = await enters(hag, 'oldhag');
    expect(idOf(again ?? expect.fail())).toBe(idOf(own ?? expect.fail()));
    expect(idOf(first ?? expect.fail())).not.toBe(idOf(own ?? expect.fail()));
    hag.sends(`<presence to='other@rooms.localhost/oldhag'><x xmlns='${NS_MUC}'/></presence>`);
    expect(idOf(await hag.next())).not.toBe(idOf(own ?? expect.fail()));
  });

  test('is refused from somebody who is not in, and to a room that is not there (section 7.4)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { hag } = await coven(scene);
    hag.sends(`<message type='groupchat' to='${ROOM}'><body>x</body></message>`);
    expect(conditionOf(await hag.next())).toBe('not-acceptable');
    hag.sends(`<message type='groupchat' to='nowhere@rooms.localhost'><body>x</body></message>`);
    expect(conditionOf(await hag.next())).toBe('item-not-found');
  });

  test('that is of another type is refused (section 17.2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    crone.sends(`<message type='chat' to='${ROOM}'><body>x</body></message>`);
    expect(conditionOf(await crone.next())).toBe('bad-request');
  });

  test('needs voice in a moderated room (section 7.4)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { 'muc#roomconfig_moderatedroom': '1' });
    await enters(hag, 'thirdwitch');
    expect(itemOf(await crone.next())).toBe('none visitor hag@localhost/pda');
    hag.sends(`<message type='groupchat' to='${ROOM}'><body>x</body></message>`);
    expect(conditionOf(await hag.next())).toBe('forbidden');
    await crone.receivesNothing();
  });

  test('reaches all sessions of one nickname, and all may speak (section 7.2.8)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    const phone = await scene.login('hag', 'phone');
    await enters(phone, 'thirdwitch');
    const shown = await crone.next();
    const shownItems = shown.child('x', NS_USER)?.elements.map((item) => item.attr('jid'));
    expect(shownItems).toEqual(['hag@localhost/pda', 'hag@localhost/phone']);
    expect(codesOf(await hag.next())).toEqual(['110']);
    phone.sends(`<message type='groupchat' to='${ROOM}' id='p'><body>x</body></message>`);
    for (const each of [crone, hag, phone]) expect((await each.next()).attr('from')).toBe(`${ROOM}/thirdwitch`);
    // One of them leaves: the occupant stays.
    phone.sends(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    expect((await phone.next()).attr('type')).toBe('unavailable');
    const left = await crone.next();
    expect([left.attr('type'), itemOf(left)]).toEqual([undefined, 'none participant hag@localhost/pda']);
  });
});

describe('history', () => {
  async function told(scene: Parameters<typeof coven>[0]) {
    const { crone, hag } = await coven(scene);
    for (const [i, body] of ['one', 'two', 'three'].entries()) {
      scene.clock.advance(60_000);
      crone.sends(`<message type='groupchat' to='${ROOM}' id='m${i}'><body>${body}</body></message>`);
      await crone.next();
    }
    return hag;
  }
  const bodies = (heard: Awaited<ReturnType<typeof enters>>) => heard.flatMap((each) => each.childText('body') ?? []);

  test.for([
    ['', ['one', 'two', 'three']],
    [`<history maxstanzas='2'/>`, ['two', 'three']],
    [`<history maxstanzas='0'/>`, []],
    [`<history maxchars='0'/>`, []],
    [`<history maxchars='700'/>`, ['three']],
    [`<history seconds='90'/>`, ['two', 'three']],
    [`<history since='2026-01-05T09:02:30Z'/>`, ['three']],
    [`<history since='2026-01-05T09:00:30Z' maxstanzas='1' seconds='9999'/>`, ['three']],
    [`<history maxstanzas='-1' seconds='x' since='never'/>`, ['one', 'two', 'three']],
  ] as const)('asked for with %s is cut accordingly (section 7.2.14)', async ([request, expected]) => {
    await using scene = await openScene({ accounts: WITCHES });
    const hag = await told(scene);
    expect(bodies(await enters(hag, 'thirdwitch', request))).toEqual(expected);
  });

  test('is as long as the room has it, and does not contain what says that it must not be kept', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { 'muc#maxhistoryfetch': '1' });
    const says = async (inside: string) => {
      crone.sends(`<message type='groupchat' to='${ROOM}'>${inside}</message>`);
      await crone.next();
    };
    await says('<body>one</body>');
    await says('<body>two</body>');
    await says(`<composing xmlns='http://jabber.org/protocol/chatstates'/>`);
    await says(`<body>secret</body><no-store xmlns='urn:xmpp:hints'/>`);
    expect(bodies(await enters(hag, 'thirdwitch'))).toEqual(['two']);
  });

  test('what an owner tells of an earlier conversation keeps its own time (section 7.9)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    crone.sends(`<message type='groupchat' to='${ROOM}'><body>then</body>
      <delay xmlns='urn:xmpp:delay' from='crone@localhost/desktop' stamp='2004-09-29T01:54:37Z'/></message>`);
    await crone.next();
    const message = (await enters(hag, 'thirdwitch')).find((each) => each.child('body') !== undefined);
    const delays = message?.elements.filter(({ name }) => name === 'delay').map((delay) => delay.attr('from'));
    expect(delays).toEqual(['crone@localhost/desktop']);
  });
});

describe('the subject', () => {
  test('is changed by moderators, and by everybody with voice where that is allowed (section 8.1)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    hag.sends(`<message type='groupchat' to='${ROOM}'><subject>Mine</subject></message>`);
    expect(conditionOf(await hag.next())).toBe('forbidden');
    await submits(crone, configuration({ 'muc#roomconfig_changesubject': '1' }));
    for (const each of [crone, wicca, hag]) expect(codesOf(await each.next())).toEqual(['104']);
    hag.sends(`<message type='groupchat' to='${ROOM}'><subject>Mine</subject></message>`);
    for (const each of [crone, wicca, hag]) expect((await each.next()).childText('subject')).toBe('Mine');
    crone.sends(`<message type='groupchat' to='${ROOM}'><subject/></message>`);
    for (const each of [crone, wicca, hag]) expect((await each.next()).childText('subject')).toBe('');
  });

  test('is not changed by a message that has a body or a thread as well', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    crone.sends(`<message type='groupchat' to='${ROOM}'><subject>s</subject><body>b</body></message>`);
    await crone.next();
    crone.sends(`<message type='groupchat' to='${ROOM}'><subject>s</subject><thread>t</thread></message>`);
    await crone.next();
    expect((await enters(hag, 'thirdwitch')).at(-1)?.childText('subject')).toBe('');
  });

  test('may not be longer than the setting says', async () => {
    await using scene = await openScene({ accounts: WITCHES, settings: { 'rooms.maxSubjectLength': 5 } });
    const { crone } = await coven(scene);
    crone.sends(`<message type='groupchat' to='${ROOM}'><subject>too long</subject></message>`);
    expect(conditionOf(await crone.next())).toBe('policy-violation');
  });
});

describe('a private message', () => {
  test('goes to all sessions of the occupant, marked as such (section 7.5)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene);
    const phone = await scene.login('hag', 'phone');
    await enters(phone, 'thirdwitch');
    await crone.next();
    await hag.next();
    crone.sends(`<message type='chat' to='${ROOM}/thirdwitch' id='pm'><body>psst</body>
      <x xmlns='${NS_USER}'><item affiliation='owner'/></x><occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/></message>`);
    for (const each of [hag, phone]) {
      await each.receives(`<message type='chat' id='pm' from='${ROOM}/firstwitch' to='${each.jid}'><body>psst</body>
        <x xmlns='${NS_USER}'/>${ID}</message>`);
    }
  });

  test('is refused where it cannot be (section 7.5)', async () => {
    await using scene = await openScene({ accounts: [...WITCHES, 'toad'] });
    const { hag } = await gathering(scene);
    const toad = await scene.login('toad', 'pond');
    const says = async (client: typeof hag, type: string, nick: string) => {
      client.sends(`<message type='${type}' to='${ROOM}/${nick}'><body>psst</body></message>`);
      return conditionOf(await client.next());
    };
    expect(await says(hag, 'groupchat', 'firstwitch')).toBe('bad-request');
    expect(await says(hag, 'chat', 'nobody')).toBe('item-not-found');
    expect(await says(toad, 'chat', 'firstwitch')).toBe('not-acceptable');
  });

  test.for([
    ['participants', undefined],
    ['moderators', 'forbidden'],
    ['none', 'forbidden'],
  ] as const)('is for those who may where allowpm is %s', async ([allowed, condition]) => {
    await using scene = await openScene({ accounts: WITCHES });
    const { wicca, hag } = await gathering(scene, { 'muc#roomconfig_allowpm': allowed });
    hag.sends(`<message type='chat' to='${ROOM}/secondwitch'><body>psst</body></message>`);
    if (condition === undefined) await wicca.next();
    else expect(conditionOf(await hag.next())).toBe(condition);
  });

  test('that is refused by its recipient comes back, and nobody is thrown out for it', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene);
    await hag.request(`<iq type='set'><block xmlns='urn:xmpp:blocking'><item jid='${ROOM}/firstwitch'/></block></iq>`);
    crone.sends(`<message type='chat' id='pm' to='${ROOM}/thirdwitch'><body>psst</body></message>`);
    const refused = await crone.next();
    expect([refused.attr('id'), refused.attr('from'), conditionOf(refused)]).toEqual([
      'pm',
      `${ROOM}/thirdwitch`,
      'service-unavailable',
    ]);
    hag.sends(`<message type='groupchat' to='${ROOM}'><body>still here</body></message>`);
    expect((await crone.next()).childText('body')).toBe('still here');
  });
});

describe('nicknames', () => {
  test('a change is shown as a departure and an arrival (examples 49 and 50)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene);
    hag.sends(`<presence to='${ROOM}/oldhag'/>`);
    await crone.receives(`<presence type='unavailable' from='${ROOM}/thirdwitch'><x xmlns='${NS_USER}'><status code='303'/>
      <item affiliation='none' role='participant' nick='oldhag' jid='hag@localhost/pda'/></x>${ID}</presence>`);
    await crone.receives(`<presence from='${ROOM}/oldhag'><x xmlns='${NS_USER}'>
      <item affiliation='none' role='participant' jid='hag@localhost/pda'/></x>${ID}</presence>`);
    expect(codesOf(await hag.next())).toEqual(['303', '110']);
    expect(codesOf(await hag.next())).toEqual(['110']);
    // Going offline is still noticed under the new name.
    hag.drops();
    expect((await crone.next()).attr('from')).toBe(`${ROOM}/oldhag`);
  });

  test('a change to somebody else’s is refused (example 52)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene);
    hag.sends(`<presence to='${ROOM}/firstwitch'/>`);
    expect(conditionOf(await hag.next())).toBe('conflict');
    await crone.receivesNothing();
  });

  test('a change by one of two sessions leaves the other where it is', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    const phone = await scene.login('hag', 'phone');
    await enters(phone, 'thirdwitch');
    await hag.next();
    await crone.next();
    await crone.next();
    phone.sends(`<presence to='${ROOM}/oldhag'/>`);
    const [stays, comes] = [await crone.next(), await crone.next()];
    expect([stays.attr('type'), stays.attr('from')]).toEqual([undefined, `${ROOM}/thirdwitch`]);
    expect([comes.attr('type'), comes.attr('from')]).toEqual([undefined, `${ROOM}/oldhag`]);
    expect(codesOf(await phone.next())).toEqual(['303', '110']);
  });

  test('are locked down where the service wants it: changed on entering, refused later (section 7.10)', async () => {
    await using scene = await openScene({ accounts: WITCHES, settings: { 'rooms.nicknames': 'registered' } });
    const { crone, hag } = await coven(scene);
    crone.sends(
      `<iq type='set' id='r' to='${ROOM}'>${items(`<item affiliation='member' jid='hag@localhost' nick='thirdwitch'/>`)}</iq>`,
    );
    await crone.next();
    await crone.next();
    const [, self] = await enters(hag, 'somebody');
    expect([self?.attr('from'), codesOf(self ?? expect.fail())]).toEqual([`${ROOM}/thirdwitch`, ['210', '110']]);
    hag.sends(`<presence to='${ROOM}/somebody'/>`);
    expect(conditionOf(await hag.next())).toBe('not-acceptable');
  });

  test('availability is shown to all (example 55)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene);
    hag.sends(`<presence to='${ROOM}/thirdwitch'><show>xa</show><status>gone</status></presence>`);
    await crone.receives(`<presence from='${ROOM}/thirdwitch'><show>xa</show><status>gone</status><x xmlns='${NS_USER}'>
      <item affiliation='none' role='participant' jid='hag@localhost/pda'/></x>${ID}</presence>`);
  });

  test('a probe is answered to those who are in (section 17.3)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    hag.sends(`<presence type='probe' to='${ROOM}/firstwitch'/>`);
    expect(conditionOf(await hag.next())).toBe('not-acceptable');
    await enters(hag, 'thirdwitch');
    await crone.next();
    hag.sends(`<presence type='probe' to='${ROOM}/firstwitch'/>`);
    expect(itemOf(await hag.next())).toBe('owner moderator');
  });
});

describe('requests between occupants (section 17.4)', () => {
  test('go to a client under the occupant JID and come back under the other', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene);
    hag.sends(`<iq type='get' id='v1' to='${ROOM}/firstwitch'><query xmlns='jabber:iq:version'/></iq>`);
    const asked = await crone.receives(
      `<iq type='get' from='${ROOM}/thirdwitch' to='crone@localhost/desktop'><query xmlns='jabber:iq:version'/></iq>`,
    );
    crone.sends(
      `<iq type='result' id='${asked.attr('id')}' to='${ROOM}/thirdwitch'><query xmlns='jabber:iq:version'><name>x</name></query></iq>`,
    );
    await hag.receives(
      `<iq type='result' id='v1' from='${ROOM}/firstwitch' to='hag@localhost/pda'><query xmlns='jabber:iq:version'><name>x</name></query></iq>`,
    );
    // Nobody can answer in another's place.
    hag.sends(`<iq type='get' id='v2' to='${ROOM}/firstwitch'><query xmlns='jabber:iq:version'/></iq>`);
    const again = await crone.next();
    hag.sends(`<iq type='result' id='${again.attr('id')}' to='${ROOM}/thirdwitch'/>`);
    await hag.receivesNothing();
  });

  test('an error does not tell who it comes from', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene);
    hag.sends(`<iq type='get' id='v1' to='${ROOM}/firstwitch'><query xmlns='jabber:iq:version'/></iq>`);
    const asked = await crone.next();
    crone.sends(`<iq type='error' id='${asked.attr('id')}' to='${ROOM}/thirdwitch'><error type='cancel' by='crone@localhost'>
      <forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`);
    const refused = await hag.next();
    expect(conditionOf(refused)).toBe('forbidden');
    expect(refused.toXml()).not.toContain('crone@');
  });

  test('a vCard is asked of the account', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await gathering(scene);
    await crone.request(`<iq type='set'><vCard xmlns='vcard-temp'><FN>First</FN></vCard></iq>`);
    const card = await hag.request(`<iq type='get' to='${ROOM}/firstwitch'><vCard xmlns='vcard-temp'/></iq>`);
    expect([card.attr('from'), card.child('vCard', 'vcard-temp')?.childText('FN')]).toEqual([
      `${ROOM}/firstwitch`,
      'First',
    ]);
    await crone.receivesNothing();
  });

  test('are refused from outside and to nobody; a self-ping is answered by the room (XEP-0410)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    const ping = (nick: string) =>
      hag.request(`<iq type='get' to='${ROOM}/${nick}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect(conditionOf(await ping('thirdwitch'))).toBe('not-acceptable');
    const disco = `<iq type='get' to='${ROOM}/firstwitch'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`;
    expect(conditionOf(await hag.request(disco))).toBe('bad-request');
    await enters(hag, 'thirdwitch');
    await crone.next();
    expect((await ping('thirdwitch')).attr('type')).toBe('result');
    expect(conditionOf(await ping('nobody'))).toBe('item-not-found');
  });
});

describe('invitations (section 7.8.2)', () => {
  async function invited(fields: Parameters<typeof coven>[1] = {}) {
    const scene = await openScene({ accounts: [...WITCHES, 'hecate'] });
    const witches = await gathering(scene, fields);
    const hecate = await scene.login('hecate', 'broom');
    hecate.appears();
    await hecate.next();
    return { scene, hecate, ...witches };
  }
  const invitation = `<message to='${ROOM}' id='i'><x xmlns='${NS_USER}'><invite to='hecate@localhost'><reason>Come</reason>
    <continue thread='t1'/></invite></x></message>`;

  test('are sent by the room, with the password', async () => {
    const { scene, hecate, hag } = await invited();
    hag.sends(invitation);
    await hecate.receives(`<message id='i' from='${ROOM}' to='hecate@localhost'><x xmlns='${NS_USER}'>
      <invite from='${ROOM}/thirdwitch'><reason>Come</reason><continue thread='t1'/></invite></x>
      <body>{any}</body><x xmlns='jabber:x:conference' jid='${ROOM}' reason='Come'/></message>`);
    await scene.close();
  });

  test('can be declined, once, by those who were invited', async () => {
    const { scene, hecate, hag } = await invited();
    const no = `<message to='${ROOM}' id='d'><x xmlns='${NS_USER}'><decline to='${ROOM}/thirdwitch'><reason>Busy</reason></decline></x></message>`;
    hecate.sends(no);
    expect(conditionOf(await hecate.next())).toBe('forbidden');
    hag.sends(invitation);
    await hecate.next();
    hecate.sends(no);
    await hag.receives(
      `<message id='d' from='${ROOM}'><x xmlns='${NS_USER}'><decline from='hecate@localhost'><reason>Busy</reason></decline></x></message>`,
    );
    hecate.sends(no);
    expect(conditionOf(await hecate.next())).toBe('forbidden');
    await scene.close();
  });

  test('to a members-only room are for admins, and make members', async () => {
    await using scene = await openScene({ accounts: [...WITCHES, 'hecate'] });
    const { crone, hag } = await coven(scene, {
      'muc#roomconfig_membersonly': '1',
      'muc#roomconfig_roomsecret': 'cauldronburn',
    });
    crone.sends(`<iq type='set' id='m' to='${ROOM}'>${items(`<item affiliation='member' jid='hag@localhost'/>`)}</iq>`);
    await crone.next();
    await crone.next();
    await enters(hag, 'thirdwitch', '<password>cauldronburn</password>');
    await crone.next();
    hag.sends(invitation);
    expect(conditionOf(await hag.next())).toBe('forbidden');
    const hecate = await scene.login('hecate', 'broom');
    hecate.appears();
    await hecate.next();
    crone.sends(invitation);
    expect(itemOf(await crone.next())).toBe('member hecate@localhost');
    const message = await hecate.next();
    expect(message.child('x', NS_USER)?.childText('password')).toBe('cauldronburn');
    asks(hecate, 'hecate', '<password>cauldronburn</password>');
    expect((await hecate.next()).attr('type')).toBeUndefined();
  });

  test('go to people, not to whole domains, and not to the banned', async () => {
    const { scene, crone } = await invited();
    const invites = async (to: string) => {
      crone.sends(`<message to='${ROOM}'><x xmlns='${NS_USER}'><invite to='${to}'/></x></message>`);
      return conditionOf(await crone.next());
    };
    expect(await invites('localhost')).toBe('jid-malformed');
    expect(await invites('@')).toBe('jid-malformed');
    expect(await invites('nobody@rooms.localhost/x')).toBe('item-not-found');
    crone.sends(
      `<iq type='set' id='b' to='${ROOM}'>${items(`<item affiliation='outcast' jid='hecate@localhost'/>`)}</iq>`,
    );
    await crone.next();
    await crone.next();
    expect(await invites('hecate@localhost')).toBe('forbidden');
    await scene.close();
  });

  test('direct ones pass without the room (XEP-0249)', async () => {
    const { scene, hecate, hag } = await invited();
    hag.sends(`<message to='hecate@localhost'><x xmlns='jabber:x:conference' jid='${ROOM}'/></message>`);
    await hecate.receives(`<message from='hag@localhost/pda'><x xmlns='jabber:x:conference' jid='${ROOM}'/></message>`);
    await scene.close();
  });
});
