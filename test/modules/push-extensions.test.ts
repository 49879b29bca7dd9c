/** Tigase's extensions, as Siskin and Snikket on iOS use them: xeps.tigase.net. */
import { createDecipheriv } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { PUSH } from '../../server/modulehost/services.ts';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import { AppServer, armedAndGone } from './push-steps.ts';
import { chat } from './stream-management-steps.ts';

const ACCOUNTS = ['romeo', 'juliet'];
const ROMEO = 'romeo@localhost';
const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const NS_ENCRYPT = 'tigase:push:encrypt:0';

function encrypt(attributes = ''): string {
  return `<encrypt xmlns='${NS_ENCRYPT}' alg='aes-128-gcm'${attributes}>${KEY.toString('base64')}</encrypt>`;
}

/** As the phone does. */
function decrypt(notification: Element | undefined): Record<string, unknown> {
  const encrypted = notification?.child('encrypted', NS_ENCRYPT);
  const bytes = Buffer.from(encrypted?.text() ?? '', 'base64');
  const decipher = createDecipheriv('aes-128-gcm', KEY, Buffer.from(encrypted?.attr('iv') ?? '', 'base64'));
  decipher.setAuthTag(bytes.subarray(-16));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString()) as Record<
    string,
    unknown
  >;
}

function room(scene: Scene, body: string, more = ''): void {
  const message = parseXml(
    `<message xmlns='jabber:client' from='coven@rooms.localhost/hag' to='${ROMEO}' type='groupchat'><body>${body}</body>${more}</message>`,
  );
  scene.server.host.find(PUSH)?.notify('romeo', message);
}

describe('encrypted notifications', () => {
  test('Examples 6 and 7: the phone can show what nobody on the way can read', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene, encrypt());
    juliet.sends(chat(ROMEO, 'Wherefore art thou, Romeo?'));
    await juliet.receivesNothing();
    const [notification] = await app.takes();
    expect(notification?.elements.length).toBe(1);
    expect(notification?.toXml()).not.toContain('juliet');
    expect(decrypt(notification)).toEqual({
      unread: 1,
      sender: 'juliet@localhost',
      type: 'chat',
      message: 'Wherefore art thou, Romeo?',
    });
  });

  test('each one has its own initialization vector', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene, encrypt());
    for (const body of ['1', '2']) {
      juliet.sends(chat(ROMEO, body));
      await juliet.receivesNothing();
      scene.clock.advance(2_000);
    }
    const ivs = (await app.takes()).map((notification) => notification.elements[0]?.attr('iv'));
    expect(new Set(ivs).size).toBe(2);
    expect(ivs.map((iv) => Buffer.from(iv ?? '', 'base64').length)).toEqual([12, 12]);
  });

  test('a call says who calls with what, and is marked for the telephone', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene, `${encrypt()}<jingle xmlns='tigase:push:jingle:0'/>`);
    juliet.sends(
      `<message to='${ROMEO}'><propose xmlns='urn:xmpp:jingle-message:0' id='ca3'><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/><description xmlns='urn:xmpp:jingle:apps:rtp:1' media='video'/></propose></message>`,
    );
    await juliet.settles();
    const [notification] = await app.takes();
    expect(notification?.elements[0]?.attr('type')).toBe('voip');
    expect(decrypt(notification)).toEqual({
      unread: 0,
      sender: 'juliet@localhost/balcony',
      type: 'call',
      sid: 'ca3',
      media: ['audio', 'video'],
    });
  });

  test('rooms name the speaker; a subscription has no text', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene, encrypt());
    room(scene, 'Double, double');
    expect(decrypt((await app.takes())[0])).toEqual({
      unread: 1,
      sender: 'coven@rooms.localhost',
      type: 'groupchat',
      nickname: 'hag',
      message: 'Double, double',
    });
    scene.clock.advance(2_000);
    juliet.sends(`<presence to='${ROMEO}' type='subscribe'/>`);
    await juliet.settles();
    expect(decrypt((await app.takes())[0])).toMatchObject({ type: 'subscribe', sender: 'juliet@localhost' });
  });

  test('a text that is too long for the notification loses its end, in whole characters', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene, encrypt(" max-size='400'"));
    juliet.sends(chat(ROMEO, '🌹"'.repeat(500)));
    await juliet.receivesNothing();
    const [notification] = await app.takes();
    expect(notification?.elements[0]?.text().length).toBeLessThanOrEqual(400);
    expect(String(decrypt(notification).message)).toMatch(/^(🌹")+🌹?$/u);
  });

  test('a text that the server cannot read is announced as such', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene, encrypt());
    juliet.sends(`<message to='${ROMEO}' type='chat'><encrypted xmlns='eu.siacs.conversations.axolotl'/></message>`);
    await juliet.settles();
    expect(decrypt((await app.takes())[0])).toMatchObject({ type: 'chat', message: 'Encrypted message' });
  });
});

describe('filters', () => {
  test('muted people and rooms wake nobody, but may call', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(
      scene,
      "<muted xmlns='tigase:push:filter:muted:0'><item jid='juliet@localhost'/><item jid='coven@rooms.localhost'/><item jid='@'/></muted>",
    );
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    room(scene, 'Hi');
    expect(await app.takes()).toEqual([]);
    juliet.sends(`<message to='${ROMEO}'><propose xmlns='urn:xmpp:jingle-message:0' id='1'/></message>`);
    await juliet.settles();
    expect((await app.takes()).length).toBe(1);
  });

  test('unknown people wake nobody', async () => {
    await using scene = await openScene({ accounts: [...ACCOUNTS, 'nurse'] });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const nurse = await scene.login('nurse', 'x');
    await armedAndGone(scene, "<ignore-unknown xmlns='tigase:push:filter:ignore-unknown:0'/>");
    const desk = await scene.login('romeo', 'desk');
    await desk.request("<iq type='set'><query xmlns='jabber:iq:roster'><item jid='juliet@localhost'/></query></iq>");
    nurse.sends(chat(ROMEO, 'Hi'));
    await nurse.receivesNothing();
    expect(await app.takes()).toEqual([]);
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect((await app.takes()).length).toBe(1);
  });

  test.each([
    ["<room jid='coven@rooms.localhost' allow='always'/>", 'Hi', '', 1],
    ["<room jid='coven@rooms.localhost' allow='never'/>", 'Romeo?', '', 0],
    ["<room jid='forres@rooms.localhost' allow='always'/>", 'Hi', '', 0],
    ["<room jid='coven@rooms.localhost' allow='mentioned' nick='Romeo'/>", 'Hi', '', 0],
    ["<room jid='coven@rooms.localhost' allow='mentioned' nick='Romeo'/>", 'Hi romeo!', '', 1],
    ["<room jid='coven@rooms.localhost' allow='mentioned' nick='Romeo'/>", 'Romeos', '', 0],
    ["<room jid='coven@rooms.localhost' allow='mentioned' nick='R.*'/>", 'Roses', '', 0],
    [
      "<room jid='coven@rooms.localhost' allow='mentioned'/>",
      'Hi',
      "<reference xmlns='urn:xmpp:reference:0' type='mention' uri='xmpp:romeo@localhost'/>",
      1,
    ],
    [
      "<room jid='coven@rooms.localhost' allow='mentioned' nick='Ro Meo'/>",
      'Hi',
      "<reference xmlns='urn:xmpp:reference:0' type='mention' uri='xmpp:coven@rooms.localhost/Ro%20Meo'/>",
      1,
    ],
    [
      "<room jid='coven@rooms.localhost' allow='mentioned' nick='Romeo'/>",
      'Hi all',
      "<mention xmlns='urn:xmpp:mentions:0' mentions='urn:xmpp:mentions:0#channel'/>",
      1,
    ],
  ])('rooms: %s lets “%s” %s through %i times', async (rule, body, more, times) => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    await armedAndGone(scene, `<groupchat xmlns='tigase:push:filter:groupchat:0'>${rule}</groupchat>`);
    room(scene, body, more);
    expect((await app.takes()).length).toBe(times);
  });
});
