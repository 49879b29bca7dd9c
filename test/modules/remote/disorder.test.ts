/** What a server elsewhere sends that means no good, and what does not come back. */
import { describe, expect, test } from 'vitest';
import { asks, heard, TwoServers } from '../../scene/two-servers.ts';
import { capsOf, NS_EVENT, publication } from '../pep-steps.ts';
import { NS_MUC } from '../rooms-steps.ts';
import { befriend, conditionOf, messages, presences } from './remote-steps.ts';

const NICK = 'http://jabber.org/protocol/nick';
const ROOM = 'coven@rooms.b.example';

const open = () => TwoServers.open({ accounts: ['romeo', 'juliet'] }, { accounts: ['juliet'] });

describe('a server elsewhere', () => {
  test('that cannot be asked what its user wants to hear is asked again when the user comes again', async () => {
    await using two = await open();
    const romeo = await two.login('romeo', 'a');
    const juliet = await two.login('juliet', 'b');
    await befriend(two, romeo, juliet);
    await asks(juliet, publication(NICK, `<item id='current'><nick xmlns='${NICK}'>J</nick></item>`));
    romeo.sends(`<presence>${capsOf([NICK])}</presence>`);
    // Romeo's own server asks as well.
    const question = (await heard(two, romeo)).find((iq) => iq.name === 'iq' && iq.attr('from') === 'juliet@b.example');
    expect(question?.attr('type')).toBe('get');
    romeo.sends(
      `<iq type='error' id='${question?.attr('id')}' to='juliet@b.example'><error type='wait'><remote-server-timeout xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    await romeo.ends();
    const again = await two.login('romeo', 'a');
    again.sends(`<presence>${capsOf([NICK])}</presence>`);
    const came = await heard(two, again);
    expect(came.filter(({ name }) => name === 'iq').map((iq) => iq.attr('from'))).toContain('juliet@b.example');
    expect(came.filter((element) => element.child('event', NS_EVENT) !== undefined)).toEqual([]);
  });

  test('does not add people to a room, nor speak in it, by presence and messages of somebody who is not in', async () => {
    await using two = await open();
    const juliet = await two.login('juliet', 'b');
    juliet.sends(`<presence to='${ROOM}/j'><x xmlns='${NS_MUC}'/></presence>`);
    await heard(two, juliet);
    await asks(
      juliet,
      `<iq type='set' to='${ROOM}'><query xmlns='${NS_MUC}#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>`,
    );
    for (const xml of [
      `<presence from='romeo@a.example/x' to='${ROOM}/r'/>`,
      `<message from='romeo@a.example/x' to='${ROOM}' type='groupchat'><body>Buy</body></message>`,
      `<message from='romeo@a.example/x' to='${ROOM}/j' type='chat'><body>Buy</body></message>`,
      `<message from='romeo@a.example/x' to='${ROOM}' type='groupchat'><subject>Buy</subject></message>`,
      `<presence from='a.example' to='${ROOM}/server'><x xmlns='${NS_MUC}'/></presence>`,
    ]) {
      two.a.sendsRaw(two.b, xml);
    }
    const came = await heard(two, juliet);
    expect(messages(came)).toEqual([]);
    expect(presences(came).filter((line) => !line.includes('/server'))).toEqual([]);
  });

  test('does not push contacts into a list, nor copies into a client', async () => {
    await using two = await open();
    const romeo = await two.login('romeo', 'a');
    const juliet = await two.login('juliet', 'b', 'balcony');
    await befriend(two, romeo, juliet);
    const forged = `<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='mother@b.example'><body>Come home</body></message></forwarded>`;
    two.a.sendsRaw(
      two.b,
      `<iq type='set' id='push' from='romeo@a.example' to='juliet@b.example'><query xmlns='jabber:iq:roster'><item jid='eve@a.example' subscription='both'/></query></iq>`,
    );
    two.a.sendsRaw(
      two.b,
      `<message from='romeo@a.example' to='juliet@b.example' type='chat'><received xmlns='urn:xmpp:carbons:2'>${forged}</received></message>`,
    );
    two.a.sendsRaw(
      two.b,
      `<message from='romeo@a.example' to='juliet@b.example'><result xmlns='urn:xmpp:mam:2' id='1'>${forged}</result></message>`,
    );
    const came = await heard(two, juliet);
    expect(came.every((element) => element.attr('from')?.startsWith('romeo@a.example'))).toBe(true);
    const roster = await asks(juliet, `<iq type='get'><query xmlns='jabber:iq:roster'/></iq>`);
    expect(roster.elements[0]?.elements.map((item) => item.attr('jid'))).toEqual(['romeo@a.example']);
  });

  test('answers no question in another one’s place', async () => {
    await using two = await open();
    const romeo = await two.login('romeo', 'a');
    romeo.sends(`<iq type='get' id='v' to='juliet@b.example'><vCard xmlns='vcard-temp'/></iq>`);
    two.b.sendsRaw(two.a, `<iq type='result' id='v' from='eve@b.example' to='romeo@a.example/client'/>`);
    const came = await heard(two, romeo);
    expect(came.map((iq) => iq.attr('from'))).toEqual(['eve@b.example', 'juliet@b.example']);
  });

  test('that fills the list of requests is not told when it is full, and nobody else is harmed', async () => {
    await using two = await TwoServers.open(
      { accounts: ['romeo'] },
      { accounts: ['juliet'], settings: { 'roster.maxRequests': 2 } },
    );
    for (const name of ['eve1', 'eve2', 'eve3']) {
      two.a.sendsRaw(two.b, `<presence type='subscribe' from='${name}@a.example' to='juliet@b.example'/>`);
    }
    two.a.sendsRaw(
      two.b,
      `<presence type='subscribe' from='eve1@a.example' to='juliet@b.example'><status>${'x'.repeat(20_000)}</status></presence>`,
    );
    await two.settles();
    expect(two.a.arrived).toEqual([]);
    const juliet = await two.login('juliet', 'b');
    juliet.sends('<presence/>');
    expect(presences(await heard(two, juliet)).filter((line) => line.startsWith('subscribe'))).toHaveLength(2);
  });

  test('gets one answer to what is malformed, and none to errors', async () => {
    await using two = await open();
    two.a.sendsRaw(two.b, `<iq type='get' id='1' from='romeo@a.example/x' to='b.example'/>`);
    two.a.sendsRaw(two.b, `<iq type='set' id='2' from='romeo@a.example/x' to='rooms.b.example'><x xmlns='y'/></iq>`);
    two.a.sendsRaw(two.b, `<iq type='error' id='3' from='romeo@a.example/x' to='b.example'/>`);
    two.a.sendsRaw(
      two.b,
      `<message type='error' from='romeo@a.example/x' to='nobody@b.example'><body>x</body></message>`,
    );
    two.a.sendsRaw(two.b, `<presence type='error' from='romeo@a.example/x' to='${ROOM}/y'/>`);
    await two.settles();
    expect(two.a.arrived.map((answer) => [answer.attr('id'), conditionOf(answer)])).toEqual([
      ['1', 'bad-request'],
      ['2', 'service-unavailable'],
    ]);
  });
});
