import { describe, expect, test, vi } from 'vitest';
import { PUSH } from '../../server/modulehost/services.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene } from '../scene/scene.ts';
import { AppServer, armed, armedAndGone, enable, summaryOf } from './push-steps.ts';
import { appears, chat, confirms, isConfirmed, R, resumes } from './stream-management-steps.ts';

const ACCOUNTS = ['romeo', 'juliet'];
const ROMEO = 'romeo@localhost';
const PHONE = `${ROMEO}/phone`;
const CALL = `<message to='${ROMEO}'><propose xmlns='urn:xmpp:jingle-message:0' id='ca3cf894'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/></propose></message>`;

describe('what wakes', () => {
  test.each([
    ['a text', chat(ROMEO, 'Hi')],
    ['an encrypted text', `<message to='${ROMEO}' type='chat'><encrypted xmlns='urn:xmpp:omemo:2'/></message>`],
    ['an invitation', `<message to='${ROMEO}'><x xmlns='jabber:x:conference' jid='room@rooms.localhost'/></message>`],
    ['a call', CALL],
    ['a request to become a contact', `<presence to='${ROMEO}' type='subscribe'/>`],
  ])('%s', async (_name, xml) => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    juliet.sends(xml);
    await juliet.settles();
    expect((await app.takes()).length).toBe(1);
  });

  test.each([
    [
      'a typing state',
      `<message to='${ROMEO}' type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
    ],
    ['a receipt', `<message to='${ROMEO}' type='chat'><received xmlns='urn:xmpp:receipts' id='1'/></message>`],
    ['an empty text', `<message to='${ROMEO}' type='chat'><body/></message>`],
    ['a headline', `<message to='${ROMEO}' type='headline'><body>News</body></message>`],
    [
      'a text that nobody may keep',
      `<message to='${ROMEO}'><body>Hi</body><no-store xmlns='urn:xmpp:hints'/></message>`,
    ],
  ])('%s does not', async (_name, xml) => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    juliet.sends(xml);
    await juliet.settles();
    expect(await app.takes()).toEqual([]);
  });

  test('what an own device wrote does not, nor does what a blocked person wrote', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    const desk = await scene.login('romeo', 'desk');
    desk.sends(chat(ROMEO, 'a note to myself'));
    await desk.settles();
    await desk.request(`<iq type='set'><block xmlns='urn:xmpp:blocking'><item jid='juliet@localhost'/></block></iq>`);
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.settles();
    expect(await app.takes()).toEqual([]);
  });

  test('somebody who is a contact already asks nothing new', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    const desk = await scene.login('romeo', 'desk');
    desk.sends("<presence to='juliet@localhost' type='subscribed'/>");
    juliet.sends(`<presence to='${ROMEO}' type='subscribe'/>`);
    await juliet.settles();
    expect((await app.takes()).length).toBe(1);
    desk.sends("<presence to='juliet@localhost' type='subscribed'/>");
    await desk.settles();
    scene.clock.advance(60_000);
    juliet.sends(`<presence to='${ROMEO}' type='subscribe'/>`);
    await juliet.settles();
    expect(await app.takes()).toEqual([]);
  });

  test('a message that another device gets wakes the phone as well', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    const desk = await scene.login('romeo', 'desk');
    desk.sends('<presence/>');
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect((await app.takes()).length).toBe(1);
  });

  test('rooms wake members who are away through the service', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    await armedAndGone(scene);
    const message = parseXml(
      "<message xmlns='jabber:client' from='coven@rooms.localhost/hag' to='romeo@localhost' type='groupchat'><body>Hi</body></message>",
    );
    scene.server.host.find(PUSH)?.notify('romeo', message);
    scene.server.host.find(PUSH)?.notify('juliet', message);
    expect((await app.takes()).length).toBe(1);
  });

  test('a private message in a room wakes the device that is in it, and no other', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    await scene.login('romeo', 'desk');
    const whisper = (resource: string): string =>
      `<message to='${ROMEO}/${resource}' type='chat'><body>psst</body><x xmlns='http://jabber.org/protocol/muc#user'/></message>`;
    juliet.sends(whisper('desk'));
    await juliet.receivesNothing();
    expect(await app.takes()).toEqual([]);
    juliet.sends(whisper('phone'));
    await juliet.settles();
    expect((await app.takes()).length).toBe(1);
  });
});

describe('how often', () => {
  test('a device that does not come is woken again at growing intervals, with the count of all', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    juliet.sends(chat(ROMEO, '1'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['1']);
    juliet.sends(chat(ROMEO, '2') + chat(ROMEO, '3'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual([]);
    scene.clock.advance(30_000);
    expect(await app.counts()).toEqual(['3']);
    scene.clock.advance(3_600_000);
    expect(await app.counts()).toEqual([]);
    juliet.sends(chat(ROMEO, '4'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['4']);
  });

  test('it begins anew when the device was back', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    juliet.sends(chat(ROMEO, '1') + chat(ROMEO, '2'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['1']);
    const phone = await scene.login('romeo', 'phone');
    scene.clock.advance(60_000);
    expect(await app.counts()).toEqual([]);
    await phone.ends();
    juliet.sends(chat(ROMEO, '3'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['1']);
  });

  test('a call is never late', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    juliet.sends(chat(ROMEO, '1') + CALL + CALL);
    await juliet.receivesNothing();
    expect((await app.takes()).length).toBe(3);
  });

  test('notifications that show who wrote come for each conversation', async () => {
    await using scene = await openScene({ accounts: [...ACCOUNTS, 'nurse'], settings: { 'push.sender': true } });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const nurse = await scene.login('nurse', 'x');
    await armedAndGone(scene);
    juliet.sends(chat(ROMEO, '1') + chat(ROMEO, '2') + chat(ROMEO, '3'));
    nurse.sends(chat(ROMEO, '4'));
    await nurse.receivesNothing();
    const senders = async () => (await app.takes()).map((told) => summaryOf(told)['last-message-sender']);
    expect(await senders()).toEqual(['juliet@localhost/balcony']);
    scene.clock.advance(1_000);
    expect(await senders()).toEqual(['juliet@localhost/balcony']);
    scene.clock.advance(1_000);
    expect(await senders()).toEqual(['nurse@localhost/x']);
    scene.clock.advance(10_000);
    expect(await senders()).toEqual([]);
  });
});

describe('devices with stream management', () => {
  test('one that is connected is not woken', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const { phone } = await armed(scene);
    juliet.sends(chat(PHONE, 'Hi'));
    await phone.receives(chat(PHONE, 'Hi'));
    await phone.receives(R);
    confirms(phone, 1);
    scene.clock.advance(60_000);
    expect(await app.takes()).toEqual([]);
  });

  test('of two devices only the one that is gone is woken', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const { phone } = await armed(scene);
    await armed(scene, '', 'tablet');
    await phone.ends();
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect(app.requests.map((iq) => iq.elements[0]?.elements[0]?.attr('node'))).toEqual(['yxs32uqsflafdk3iuqo-phone']);
  });

  test('one whose connection broke is woken by what comes then', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const { phone } = await armed(scene);
    phone.drops();
    juliet.sends(chat(PHONE, 'Hi'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['1']);
    scene.clock.advance(620_000); // the session ends, and the message goes to the mailbox
    expect(await app.counts()).toEqual([]);
  });

  test('a message with an id does not wake twice when it comes back from the session', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS, settings: { 'push.sender': true } });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const { phone } = await armed(scene);
    phone.drops();
    juliet.sends(chat(PHONE, 'Hi').replace('<message', "<message id='m1'"));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['1']);
    scene.clock.advance(620_000);
    expect(await app.counts()).toEqual([]);
  });

  test('one that has not confirmed what it got when its connection broke is woken, unless it comes back', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const { phone, id } = await armed(scene);
    juliet.sends(chat(PHONE, 'Hi'));
    await phone.receives(chat(PHONE, 'Hi'));
    phone.drops();
    const again = await resumes(scene, 'romeo', id, { h: 0, handled: 0 });
    scene.clock.advance(10_000);
    expect(await app.takes()).toEqual([]);
    again.drops();
    scene.clock.advance(4_000);
    expect(await app.takes()).toEqual([]);
    scene.clock.advance(2_000);
    expect(await app.counts()).toEqual(['1']);
  });

  test('one that keeps its connection and does not answer is woken after a while', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const { phone } = await armed(scene);
    phone.sends("<inactive xmlns='urn:xmpp:csi:0'/>");
    juliet.sends(chat(PHONE, '1'));
    await phone.receives(chat(PHONE, '1'));
    await phone.receives(R);
    scene.clock.advance(29_000);
    expect(await app.takes()).toEqual([]);
    scene.clock.advance(2_000);
    expect(await app.counts()).toEqual(['1']);
    confirms(phone, 1);
    juliet.sends(chat(PHONE, '2'));
    await phone.receives(chat(PHONE, '2'));
    await phone.receives(R);
    scene.clock.advance(29_000);
    expect(await app.takes()).toEqual([]);
    scene.clock.advance(2_000);
    expect(await app.counts()).toEqual(['1']);
    juliet.sends(chat(PHONE, '3'));
    scene.clock.advance(60_000);
    expect(await app.counts()).toEqual(['2']);
    scene.clock.advance(600_000);
    expect(await app.counts()).toEqual([]);
  });

  test('a clock that is set back does not keep one asleep', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const { phone } = await armed(scene);
    juliet.sends(chat(PHONE, '1'));
    await phone.receives(chat(PHONE, '1'));
    const { clock } = scene;
    vi.spyOn(clock, 'now').mockImplementation(() => clock.elapsedMs() - 24 * 3_600_000);
    scene.clock.advance(31_000);
    expect(await app.counts()).toEqual(['1']);
  });

  test('one that went on with its session and left again is away anew', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const { phone, id } = await armed(scene);
    phone.drops();
    juliet.sends(chat(PHONE, '1'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['1']);
    const again = await resumes(scene, 'romeo', id, { h: 0, handled: 0 });
    confirms(again, 1);
    again.drops();
    juliet.sends(chat(PHONE, '2'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['1']);
  });

  test('a session that came back with the server is woken like any other', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const { phone } = await armed(scene);
    await appears(phone);
    await scene.restart();
    app.connects();
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['1']);
  });

  test('after a crash the phone is woken for what it had not confirmed', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const { phone } = await armed(scene);
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends("<enable xmlns='urn:xmpp:sm:3'/>");
    await juliet.next();
    juliet.sends(chat(PHONE, 'Hi'));
    await phone.receives(chat(PHONE, 'Hi'));
    await isConfirmed(juliet, 1);
    await scene.crash();
    app.connects();
    scene.clock.advance(14_000);
    expect(await app.takes()).toEqual([]);
    scene.clock.advance(7_000);
    expect(await app.counts()).toEqual(['1']);
  });

  test('registrations outlive a restart, and a client may register again', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    await armedAndGone(scene, "<priority xmlns='tigase:push:priority:0'/>");
    await scene.restart();
    app.connects();
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    const [notification] = await app.takes();
    expect(notification?.childText('priority', 'tigase:push:priority:0')).toBe('high');
    const phone = await scene.login('romeo', 'phone');
    expect((await phone.request(enable())).attr('type')).toBe('result');
  });
});
