import { describe, expect, test } from 'vitest';
import { openScene, type Scene } from '../scene/scene.ts';
import { parseStanza, type SceneClient } from '../scene/scene-client.ts';
import { arrives, chat, confirms, hearsPresence, R } from './stream-management-steps.ts';

const STAMP = '2026-01-05T09:00:00.000Z';
const DELAY = `<delay xmlns='urn:xmpp:delay' from='localhost' stamp='${STAMP}'/>`;
const EXPIRY_MS = 610_000;
/** Nobody is asked whether they are still there. */
const UNASKED = { 'stream-management.idleProbeSeconds': 86_400 };

function late(body: string): string {
  return `<message to='romeo@localhost' type='chat'><body>${body}</body>${DELAY}</message>`;
}

/** Romeo's next device comes online, and gets only what is in `messages`. */
async function finds(scene: Scene, messages: readonly string[]): Promise<SceneClient> {
  const device = await scene.login('romeo', 'next');
  device.sends('<presence/>');
  await hearsPresence(device);
  for (const message of messages) await device.receives(message);
  await device.receivesNothing();
  return device;
}

describe('a session that ends with messages that were never acknowledged', () => {
  test('hands them to whoever logs in next, with the time at which they came', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    romeo.drops();
    juliet.sends(chat(romeo.jid, '1') + chat(romeo.jid, '2'));
    await juliet.receivesNothing();
    scene.clock.advance(EXPIRY_MS);
    await finds(scene, [late('1'), late('2')]);
    await juliet.receivesNothing();
  });

  test('keeps to itself what was acknowledged', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(romeo.jid, '1') + chat(romeo.jid, '2'));
    await romeo.receives(chat(romeo.jid, '1'));
    await romeo.receives(chat(romeo.jid, '2'));
    confirms(romeo, 1);
    romeo.drops();
    scene.clock.advance(EXPIRY_MS);
    await finds(scene, [late('2')]);
  });

  test('hands them to another device that is there', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    const other = await finds(scene, []);
    romeo.drops();
    juliet.sends(chat(romeo.jid, '1'));
    await juliet.receivesNothing();
    await other.receivesNothing();
    scene.clock.advance(EXPIRY_MS);
    await other.receives(late('1'));
    await other.receivesNothing();
  });

  test.each([
    ['without resumption', ''],
    ['with resumption, closed properly', "resume='true'"],
  ])('does so at once %s', async (_name, attributes) => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard', attributes);
    juliet.sends(chat(romeo.jid, '1'));
    await romeo.receives(chat(romeo.jid, '1'));
    await romeo.ends();
    await finds(scene, [late('1')]);
  });

  test('hands them to the device that takes its place', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'next');
    romeo.drops();
    juliet.sends(chat(romeo.jid, '1'));
    await juliet.receivesNothing();
    await finds(scene, [late('1')]);
  });

  test('drops what means nothing later', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    romeo.drops();
    for (const type of ['headline', 'groupchat', 'error']) {
      juliet.sends(`<message to='${romeo.jid}' type='${type}'><body>${type}</body></message>`);
    }
    juliet.sends(`<presence to='${romeo.jid}'/>`);
    await juliet.receivesNothing();
    scene.clock.advance(EXPIRY_MS);
    await finds(scene, []);
    await juliet.receivesNothing();
  });

  test('tells whoever asked something that nobody will answer, and answers no answer', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    romeo.drops();
    for (const type of ['get', 'result']) {
      juliet.sends(`<iq to='${romeo.jid}' type='${type}' id='${type}'><query xmlns='urn:example'/></iq>`);
    }
    await juliet.receivesNothing();
    scene.clock.advance(EXPIRY_MS);
    const error = await juliet.next();
    expect([error.attr('type'), error.attr('id'), error.attr('from')]).toEqual(['error', 'get', romeo.jid]);
    expect(error.child('error')?.child('recipient-unavailable', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toBeDefined();
    await juliet.receivesNothing();
  });

  test('drops what the account itself said to this device', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    romeo.drops();
    scene.server.router.send(
      parseStanza(`<message from='romeo@localhost' to='${romeo.jid}'><result xmlns='urn:xmpp:mam:2'/></message>`),
    );
    scene.clock.advance(EXPIRY_MS);
    await finds(scene, []);
  });
});

describe('a message that several devices got', () => {
  /** Two devices with stream management, both online; each has confirmed what came so far, `h` being its count. */
  async function twoDevices(scene: Scene) {
    const juliet = await scene.login('juliet', 'balcony');
    const { client: phone } = await arrives(scene, 'romeo', 'phone');
    phone.sends('<presence/>');
    await phone.receives(`<presence from='${phone.jid}'/>`);
    await phone.receives(R);
    const { client: desk } = await arrives(scene, 'romeo', 'desk');
    desk.sends('<presence/>');
    await hearsPresence(desk, 2);
    await desk.receives(R);
    await phone.receives(`<presence from='${desk.jid}'/>`);
    confirms(phone, 2);
    confirms(desk, 2);
    return { juliet, phone, desk };
  }

  test('does not come back when one of them has confirmed it', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'], settings: UNASKED });
    const { juliet, phone, desk } = await twoDevices(scene);
    phone.drops();
    juliet.sends(chat('romeo@localhost', 'to both'));
    await desk.receives(chat('romeo@localhost', 'to both'));
    await desk.receives(R);
    confirms(desk, 3);
    scene.clock.advance(EXPIRY_MS);
    await desk.receives(`<presence type='unavailable' from='${phone.jid}'/>`);
    await desk.receives(R);
    await desk.ends();
    await finds(scene, []);
  });

  test('does not come back while another one may still get it, and comes back once when none did', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'], settings: UNASKED });
    const { juliet, phone, desk } = await twoDevices(scene);
    phone.drops();
    scene.clock.advance(60_000);
    desk.drops();
    juliet.sends(chat('romeo@localhost', 'to both'));
    await juliet.receivesNothing();
    scene.clock.advance(EXPIRY_MS);
    expect(scene.server.sessions.of('romeo').size).toBe(0);
    await finds(scene, [late('to both').replace('09:00', '09:01')]);
  });

  test('does not come back when the other one has no stream management', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'], settings: UNASKED });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: phone } = await arrives(scene, 'romeo', 'phone');
    phone.sends('<presence/>');
    const desk = await scene.login('romeo', 'desk');
    desk.sends('<presence/>');
    await hearsPresence(desk, 2);
    phone.drops();
    juliet.sends(chat('romeo@localhost', 'to both'));
    await desk.receives(chat('romeo@localhost', 'to both'));
    scene.clock.advance(EXPIRY_MS);
    await desk.receives(`<presence type='unavailable' from='${phone.jid}'/>`);
    await desk.receivesNothing();
  });
});
