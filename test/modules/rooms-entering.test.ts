/** Entering and leaving rooms: XEP-0045 sections 7.1 to 7.3, 7.14 and 10.1. */
import { describe, expect, test } from 'vitest';
import { el } from '../../server/xml/element.ts';
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
  NS_OWNER,
  NS_USER,
  opens,
  ROOM,
  STANZA_ID,
  submits,
  WITCHES,
} from './rooms-steps.ts';

describe('opening a room', () => {
  test('whoever enters first is its owner and is told that it is new (example 154)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const crone = await scene.login('crone', 'desktop');
    asks(crone, 'firstwitch');
    await crone.receives(`<presence from='${ROOM}/firstwitch'><x xmlns='${NS_USER}'><status code='201'/>
      <item affiliation='owner' role='moderator' jid='crone@localhost/desktop'/><status code='110'/></x>${ID}</presence>`);
    await crone.receives(`<message type='groupchat' from='${ROOM}'><subject/></message>`);
    await crone.receivesNothing();
  });

  test('nobody else enters until it is configured or accepted (section 10.1.1)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const crone = await scene.login('crone', 'desktop');
    const hag = await scene.login('hag', 'pda');
    await enters(crone, 'firstwitch');
    asks(hag, 'thirdwitch');
    expect(conditionOf(await hag.next())).toBe('item-not-found');
    const info = `<iq type='get' to='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`;
    expect(conditionOf(await hag.request(info))).toBe('item-not-found');
    const accepted = await submits(
      crone,
      `<query xmlns='${NS_OWNER}'><x xmlns='jabber:x:data' type='submit'/></query>`,
    );
    expect(accepted.attr('type')).toBe('result');
    await enters(hag, 'thirdwitch');
  });

  test('cancelling the first configuration destroys it (example 162)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const crone = await scene.login('crone', 'desktop');
    await enters(crone, 'firstwitch');
    crone.sends(
      `<iq type='set' id='c' to='${ROOM}'><query xmlns='${NS_OWNER}'><x xmlns='jabber:x:data' type='cancel'/></query></iq>`,
    );
    const gone = await crone.next();
    expect(gone.attr('type')).toBe('unavailable');
    expect(gone.child('x', NS_USER)?.child('destroy')).toBeDefined();
    await crone.receives(`<iq type='result' id='c' from='${ROOM}'/>`);
  });

  test('an owner who leaves before configuring it takes it away (section 10.1.3)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const crone = await scene.login('crone', 'desktop');
    const hag = await scene.login('hag', 'pda');
    await enters(crone, 'firstwitch');
    crone.sends(`<presence type='unavailable' to='${ROOM}/firstwitch'/>`);
    expect((await crone.next()).child('x', NS_USER)?.child('destroy')).toBeDefined();
    expect(codesOf((await enters(hag, 'thirdwitch'))[0] ?? expect.fail())).toContain('201');
  });

  test.for([
    ['members', 'limited'],
    ['admins', 'member'],
  ] as const)('is refused where only %s may and a %s tries (example 152)', async ([creation, role]) => {
    await using scene = await openScene({ accounts: ['hag'], settings: { 'rooms.creation': creation } });
    await scene.accounts.setRole('hag', role);
    const hag = await scene.login('hag', 'pda');
    asks(hag, 'thirdwitch');
    expect(conditionOf(await hag.next())).toBe('not-allowed');
  });

  test('is refused when there are too many', async () => {
    await using scene = await openScene({ accounts: ['hag'], settings: { 'rooms.maxRooms': 1 } });
    const hag = await scene.login('hag', 'pda');
    await opens(hag, 'thirdwitch');
    hag.sends(`<presence to='other@rooms.localhost/hag'><x xmlns='${NS_MUC}'/></presence>`);
    expect(conditionOf(await hag.next())).toBe('resource-constraint');
  });

  test('a room that needs no configuration is open at once', async () => {
    await using scene = await openScene({ accounts: WITCHES, settings: { 'rooms.lockNewRooms': false } });
    await enters(await scene.login('crone', 'desktop'), 'firstwitch');
    expect((await enters(await scene.login('hag', 'pda'), 'thirdwitch')).length).toBe(3);
  });
});

describe('entering', () => {
  test('shows the others, then oneself, then history, then the subject (section 7.1)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await coven(scene);
    await enters(wicca, 'secondwitch');
    await crone.next();
    crone.sends(`<message type='groupchat' to='${ROOM}' id='a'><subject>Fire Burn</subject></message>`);
    crone.sends(`<message type='groupchat' to='${ROOM}' id='b'><body>Thrice</body></message>`);
    asks(hag, 'thirdwitch');
    await hag.receives(
      `<presence from='${ROOM}/firstwitch'><x xmlns='${NS_USER}'><item affiliation='owner' role='moderator'/></x>${ID}</presence>`,
    );
    await hag.receives(
      `<presence from='${ROOM}/secondwitch'><x xmlns='${NS_USER}'><item affiliation='none' role='participant'/></x>${ID}</presence>`,
    );
    await hag.receives(`<presence from='${ROOM}/thirdwitch'><x xmlns='${NS_USER}'>
      <item affiliation='none' role='participant' jid='hag@localhost/pda'/><status code='110'/></x>${ID}</presence>`);
    const delay = `<delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='{any}'/>`;
    await hag.receives(
      `<message type='groupchat' id='b' from='${ROOM}/firstwitch'><body>Thrice</body>${STANZA_ID}${ID}${delay}</message>`,
    );
    await hag.receives(
      `<message type='groupchat' from='${ROOM}/firstwitch'><subject>Fire Burn</subject>${STANZA_ID}${ID}${delay}</message>`,
    );
    await hag.receivesNothing();
  });

  test('is seen by everybody, with the real JID by moderators only (section 7.2.4)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await coven(scene);
    await enters(wicca, 'secondwitch');
    await crone.next();
    await enters(hag, 'thirdwitch');
    expect(itemOf(await crone.next())).toBe('none participant hag@localhost/pda');
    expect(itemOf(await wicca.next())).toBe('none participant');
  });

  test('a non-anonymous room warns and shows real JIDs to everybody (example 24)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { hag } = await coven(scene, { 'muc#roomconfig_whois': 'anyone' });
    const [first, self] = await enters(hag, 'thirdwitch');
    expect(itemOf(first ?? expect.fail())).toBe('owner moderator crone@localhost/desktop');
    expect(codesOf(self ?? expect.fail())).toEqual(['100', '110']);
  });

  test('needs a nickname that can be seen and is not too long (sections 7.2.1 and 17.1)', async () => {
    await using scene = await openScene({ accounts: WITCHES, settings: { 'rooms.maxNickLength': 10 } });
    const { hag } = await coven(scene, {});
    hag.sends(`<presence to='${ROOM}'><x xmlns='${NS_MUC}'/></presence>`);
    expect(conditionOf(await hag.next())).toBe('jid-malformed');
    asks(hag, 'x'.repeat(11));
    expect(conditionOf(await hag.next())).toBe('not-acceptable');
  });

  test('a refusal says that the room refuses (example 25)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { hag } = await coven(scene, { 'muc#roomconfig_roomsecret': 'cauldronburn' });
    asks(hag, 'thirdwitch');
    const refused = await hag.next();
    expect(refused.attr('from')).toBe(`${ROOM}/thirdwitch`);
    expect(refused.child('error')?.attr('by')).toBe(ROOM);
    expect(conditionOf(refused)).toBe('not-authorized');
    asks(hag, 'thirdwitch', '<password>wrong</password>');
    expect(conditionOf(await hag.next())).toBe('not-authorized');
    await enters(hag, 'thirdwitch', '<password>cauldronburn</password>');
  });

  test('members-only: not without membership (example 27)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { 'muc#roomconfig_membersonly': '1' });
    asks(hag, 'thirdwitch');
    expect(conditionOf(await hag.next())).toBe('registration-required');
    crone.sends(`<iq type='set' id='m' to='${ROOM}'>${items(`<item affiliation='member' jid='hag@localhost'/>`)}</iq>`);
    await crone.next();
    await crone.receives(`<iq type='result' id='m'/>`);
    await enters(hag, 'thirdwitch');
  });

  test('the banned do not get in, by name or by domain (example 28 and section 9.2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await coven(scene);
    crone.sends(
      `<iq type='set' id='b1' to='${ROOM}'>${items(`<item affiliation='outcast' jid='hag@localhost'/>`)}</iq>`,
    );
    await crone.next();
    await crone.next();
    asks(hag, 'thirdwitch');
    expect(conditionOf(await hag.next())).toBe('forbidden');
    crone.sends(`<iq type='set' id='b2' to='${ROOM}'>${items(`<item affiliation='outcast' jid='localhost'/>`)}</iq>`);
    await crone.next();
    await crone.receives(`<iq type='result' id='b2'/>`);
    asks(wicca, 'secondwitch');
    expect(conditionOf(await wicca.next())).toBe('forbidden');
  });

  test('a nickname that is in use, or looks like one, is refused to others (example 29)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { hag } = await coven(scene);
    for (const nick of ['firstwitch', 'FirstWitch', 'first witch', '\uFF46irstwitch', 'firstwit\u0441h']) {
      asks(hag, nick);
      expect(conditionOf(await hag.next()), nick).toBe('conflict');
    }
  });

  test('a full room refuses all but its admins and those who are in already (example 30)', async () => {
    await using scene = await openScene({ accounts: [...WITCHES, 'toad'] });
    const { crone, wicca, hag } = await coven(scene, { 'muc#roomconfig_maxusers': '2' });
    crone.sends(`<iq type='set' id='a' to='${ROOM}'>${items(`<item affiliation='admin' jid='hag@localhost'/>`)}</iq>`);
    await crone.next();
    await crone.next();
    await enters(wicca, 'secondwitch');
    const toad = await scene.login('toad', 'pond');
    asks(toad, 'toad');
    expect(conditionOf(await toad.next())).toBe('service-unavailable');
    await enters(hag, 'thirdwitch');
    await enters(await scene.login('wicca', 'phone'), 'secondwitch');
  });

  test('presence without a join from somebody who is not in is answered with a kick (section 7.2.18)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { hag } = await coven(scene);
    for (const room of [ROOM, 'nowhere@rooms.localhost']) {
      hag.sends(`<presence to='${room}/thirdwitch'><show>away</show></presence>`);
      const kicked = await hag.next();
      expect([kicked.attr('type'), kicked.attr('from')]).toEqual(['unavailable', `${room}/thirdwitch`]);
      expect(codesOf(kicked)).toEqual(['307', '333', '110']);
    }
  });

  test('a join by somebody who is in already is answered as if it were the first (section 7.2.1)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    hag.sends(`<message type='groupchat' to='${ROOM}'><body>Hi</body></message>`);
    await hag.next();
    await crone.next();
    const again = await enters(hag, 'thirdwitch');
    expect(again.map(({ name }) => name)).toEqual(['presence', 'presence', 'message', 'message']);
    await crone.receivesNothing();
  });

  test('what only the room may say is taken out of a presence (section 17.3, XEP-0421 section 4)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    hag.sends(`<presence to='${ROOM}/thirdwitch'><show>dnd</show><x xmlns='${NS_MUC}'/>
      <x xmlns='${NS_USER}'><item affiliation='owner' role='moderator'/></x>
      <occupant-id xmlns='urn:xmpp:occupant-id:0' id='forged'/></presence>`);
    const seen = await crone.receives(`<presence from='${ROOM}/thirdwitch'><show>dnd</show><x xmlns='${NS_USER}'>
      <item affiliation='none' role='participant' jid='hag@localhost/pda'/></x>${ID}</presence>`);
    expect(seen.child('occupant-id', 'urn:xmpp:occupant-id:0')?.attr('id')).not.toBe('forged');
  });
});

describe('leaving', () => {
  test('is told to whoever leaves and to all others, with the last words (examples 80 to 83)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    hag.sends(
      `<presence type='unavailable' to='${ROOM}/thirdwitch'><status>gone where the goblins go</status></presence>`,
    );
    await hag.receives(`<presence type='unavailable' from='${ROOM}/thirdwitch'><status>gone where the goblins go</status>
      <x xmlns='${NS_USER}'><item affiliation='none' role='none' jid='hag@localhost/pda'/><status code='110'/></x>${ID}</presence>`);
    await crone.receives(`<presence type='unavailable' from='${ROOM}/thirdwitch'><status>gone where the goblins go</status>
      <x xmlns='${NS_USER}'><item affiliation='none' role='none' jid='hag@localhost/pda'/></x>${ID}</presence>`);
  });

  test('happens when the connection is lost, and when general presence becomes unavailable', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    hag.drops();
    expect((await crone.next()).attr('type')).toBe('unavailable');
    await enters(wicca, 'secondwitch');
    await crone.next();
    wicca.sends(`<presence type='unavailable'/>`);
    expect((await crone.next()).attr('type')).toBe('unavailable');
  });

  test('is not heard from somebody who is not in (section 17.3)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    hag.sends(`<presence type='unavailable' to='${ROOM}/firstwitch'/>`);
    await hag.receivesNothing();
    await crone.receivesNothing();
  });

  test('an error that comes back removes whoever sent it, and says so (section 11.1)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    hag.sends(`<presence type='error' to='${ROOM}'><error type='cancel'>
      <service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
      <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>No more</text></error></presence>`);
    await crone.receives(`<presence type='unavailable' from='${ROOM}/thirdwitch'><status>Kicked: service unavailable: No more</status>
      <x xmlns='${NS_USER}'><status code='333'/><item affiliation='none' role='none' jid='hag@localhost/pda'/></x>${ID}</presence>`);
  });

  test('whoever cannot be reached is removed, once everybody has what was under way (section 11.1)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    // There is no federation in a scene, so nothing gets to this one.
    scene.server.router.send(
      el(
        'presence',
        'jabber:client',
        { from: 'far@away.example/x', to: `${ROOM}/stranger` },
        el('x', 'http://jabber.org/protocol/muc'),
      ),
    );
    for (const each of [crone, hag]) {
      expect((await each.next()).attr('type')).toBeUndefined();
      const gone = await each.next();
      expect([gone.attr('from'), gone.attr('type'), ...codesOf(gone)]).toEqual([
        `${ROOM}/stranger`,
        'unavailable',
        '333',
      ]);
    }
    await crone.receivesNothing();
  });

  test('a temporary room ends with its last occupant, a persistent one stays', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    crone.sends(`<presence type='unavailable' to='${ROOM}/firstwitch'/>`);
    await crone.next();
    expect(codesOf((await enters(hag, 'thirdwitch'))[0] ?? expect.fail())).toContain('201');
    await submits(hag, configuration({ 'muc#roomconfig_persistentroom': '1' }));
    hag.sends(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    await hag.next();
    expect(codesOf((await enters(crone, 'firstwitch'))[0] ?? expect.fail())).toEqual(['170', '110']);
  });

  test('whoever is there hears that the service stops (section 11.2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    const stopped = scene.server.host.stop('rooms');
    expect(codesOf(await crone.next())).toEqual(['332', '110']);
    await stopped;
  });
});
