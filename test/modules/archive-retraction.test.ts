/** XEP-0424 in the archives of accounts, from its examples. */
import { describe, expect, test } from 'vitest';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { form, page } from './archive-steps.ts';

const NS_RETRACT = 'urn:xmpp:message-retract:1';

function retraction(to: string, of: string, id = 'retract-message-1', more = ''): string {
  return (
    `<message type='chat' to='${to}'${id === '' ? '' : ` id='${id}'`}><retract id='${of}' xmlns='${NS_RETRACT}'/>` +
    `<fallback xmlns='urn:xmpp:fallback:0' for='${NS_RETRACT}'/>` +
    `<body>/me retracted a previous message, but it's unsupported by your client.</body>${more}</message>`
  );
}

const WRONG = `<message type='chat' to='juliet@localhost' id='wrong-recipient-1'><body>Have not saints lips?</body><origin-id xmlns='urn:xmpp:sid:0' id='wrong-recipient-1'/></message>`;

async function couple(): Promise<[Scene, SceneClient, SceneClient]> {
  const scene = await openScene({ accounts: ['romeo', 'juliet', 'tybalt'] });
  return [scene, await scene.login('romeo', 'orchard'), await scene.login('juliet', 'balcony')];
}

test('leaves a tombstone in both archives, and is archived itself (section 4)', async () => {
  const [scene, romeo, juliet] = await couple();
  await using _ = scene;
  romeo.sends(WRONG);
  await romeo.settles();
  scene.clock.advance(65_000);
  const phone = await scene.login('romeo', 'phone');
  phone.sends(retraction('juliet@localhost/balcony', 'wrong-recipient-1'));
  await juliet.next();
  const stamp = new Date(scene.clock.now()).toISOString();
  for (const client of [romeo, juliet]) {
    const { messages } = await page(client);
    expect(messages.length).toBe(2);
    expect(messages[0]?.message.toXml('jabber:client')).toBe(
      `<message type='chat' to='juliet@localhost' id='wrong-recipient-1' from='romeo@localhost/orchard'>` +
        `<retracted xmlns='${NS_RETRACT}' id='retract-message-1' stamp='${stamp}'/></message>`,
    );
    expect(Date.parse(messages[0]?.stamp ?? '')).toBe(scene.clock.now() - 65_000);
    expect(messages[1]?.message.child('retract', NS_RETRACT)?.attr('id')).toBe('wrong-recipient-1');
  }
});

test('is found no more by its words, and stays a tombstone over a restart', async () => {
  const [scene, romeo] = await couple();
  await using _ = scene;
  romeo.sends(WRONG);
  await romeo.settles();
  const words = form({ '{urn:xmpp:fulltext:0}fulltext': 'saints' });
  expect((await page(romeo, words)).messages.length).toBe(1);
  romeo.sends(retraction('juliet@localhost', 'wrong-recipient-1'));
  expect((await page(romeo, words)).messages.length).toBe(0);
  await scene.restart();
  const again = await scene.login('romeo');
  expect((await page(again, words)).messages.length).toBe(0);
  expect((await page(again)).messages[0]?.message.child('retracted', NS_RETRACT)).toBeDefined();
});

describe('nothing is buried', () => {
  test('by anybody but who wrote it (section 5)', async () => {
    const [scene, romeo, juliet] = await couple();
    await using _ = scene;
    const tybalt = await scene.login('tybalt');
    romeo.sends(WRONG);
    await romeo.settles();
    juliet.sends(retraction('romeo@localhost/orchard', 'wrong-recipient-1'));
    tybalt.sends(retraction('romeo@localhost/orchard', 'wrong-recipient-1'));
    tybalt.sends(retraction('juliet@localhost/balcony', 'wrong-recipient-1'));
    await tybalt.settles();
    await romeo.next();
    await romeo.next();
    await juliet.next();
    for (const client of [romeo, juliet]) {
      const { bodies, messages } = await page(client);
      expect(bodies[0]).toBe('Have not saints lips?');
      expect(messages.length).toBe(3);
    }
  });

  test('by a retraction that has no id, or names nothing', async () => {
    const [scene, romeo] = await couple();
    await using _ = scene;
    romeo.sends(WRONG);
    romeo.sends(retraction('juliet@localhost', 'wrong-recipient-1', ''));
    romeo.sends(retraction('juliet@localhost', 'another'));
    romeo.sends(`<message to='juliet@localhost' type='chat' id='x'><retract xmlns='${NS_RETRACT}'/></message>`);
    romeo.sends(
      `<message to='juliet@localhost' type='headline' id='y'><retract xmlns='${NS_RETRACT}' id='wrong-recipient-1'/></message>`,
    );
    const { bodies } = await page(romeo);
    expect(bodies[0]).toBe('Have not saints lips?');
    expect(bodies.length).toBe(4);
  });

  test('twice: the first retraction stays', async () => {
    const [scene, romeo] = await couple();
    await using _ = scene;
    romeo.sends(WRONG);
    romeo.sends(retraction('juliet@localhost', 'wrong-recipient-1', 'first'));
    romeo.sends(retraction('juliet@localhost', 'wrong-recipient-1', 'second'));
    const { messages } = await page(romeo);
    expect(messages[0]?.message.child('retracted', NS_RETRACT)?.attr('id')).toBe('first');
    expect(messages.length).toBe(3);
  });

  test('of an occupant of a room who only bears the same nickname', async () => {
    const [scene, romeo, juliet] = await couple();
    await using _ = scene;
    // As a room would relay it: all that counts is what stands in the messages.
    const x = `<x xmlns='http://jabber.org/protocol/muc#user'/>`;
    const occupant = (id: string) => `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${id}'/>`;
    const of = (id: string) => retraction('juliet@localhost/balcony', 'wrong-recipient-1', id);
    romeo.sends(WRONG.replace('</body>', `</body>${x}${occupant('a')}`));
    romeo.sends(of('r1').replace('<body>', `${x}${occupant('b')}<body>`));
    romeo.sends(of('r2').replace('<body>', `${x}<body>`));
    romeo.sends(of('r3'));
    await romeo.settles();
    expect((await page(romeo)).bodies[0]).toBe('Have not saints lips?');
    romeo.sends(of('r4').replace('<body>', `${x}${occupant('a')}<body>`));
    expect((await page(romeo)).messages[0]?.message.child('retracted', NS_RETRACT)?.attr('id')).toBe('r4');
    await juliet.settles();
  });
});

test('is archived although hints and preferences say otherwise, so that all devices hear of it (section 5)', async () => {
  const [scene, romeo] = await couple();
  await using _ = scene;
  romeo.sends(WRONG);
  await romeo.request(`<iq type='set'><prefs xmlns='urn:xmpp:mam:2' default='never'/></iq>`);
  romeo.sends(retraction('juliet@localhost', 'wrong-recipient-1', 'r', `<no-store xmlns='urn:xmpp:hints'/>`));
  const { messages } = await page(romeo);
  expect(messages.map(({ message }) => message.attr('id'))).toEqual(['wrong-recipient-1', 'r']);
  expect(messages[0]?.message.child('retracted', NS_RETRACT)).toBeDefined();
});
