import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { asksArchive, LASTING, says, textOf } from './rooms-archive-steps.ts';
import { conditionOf, coven, enters, ID, NS_USER, ROOM, STANZA_ID, submits, WITCHES } from './rooms-steps.ts';

const NS_RETRACT = 'urn:xmpp:message-retract:1';
const NS_MODERATE = 'urn:xmpp:message-moderate:1';

/** Everybody is in, and nothing is left unread. */
async function gathering(scene: Scene, fields: Parameters<typeof coven>[1] = LASTING) {
  const witches = await coven(scene, fields);
  await enters(witches.wicca, 'secondwitch');
  await witches.crone.next();
  await enters(witches.hag, 'thirdwitch');
  await witches.crone.next();
  await witches.wicca.next();
  return witches;
}

/** One of them says something, the others hear it; gives the room's id of it. */
async function tells(speaker: SceneClient, others: readonly SceneClient[], inside: string, id = 'said') {
  const heard = await says(speaker, inside, id);
  for (const other of others) await other.next();
  return heard.child('stanza-id', 'urn:xmpp:sid:0')?.attr('id') ?? expect.fail('it has no id of the room');
}

function retraction(id: string, more = ''): string {
  return `<retract id='${id}' xmlns='${NS_RETRACT}'/><body>/me retracted a previous message</body>${more}`;
}

function moderation(id: string, reason = ''): string {
  return `<moderate id='${id}' xmlns='${NS_MODERATE}'><retract xmlns='${NS_RETRACT}'/>${reason}</moderate>`;
}

function tombstoneOf(message: Element | undefined): Element | undefined {
  return message?.child('retracted', NS_RETRACT);
}

describe('a retraction (XEP-0424)', () => {
  test('goes to everybody, and a tombstone stays in the archive (section 4)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    const id = await tells(
      hag,
      [crone, wicca],
      `<body>Have not saints lips?</body><thread>t</thread>`,
      'wrong-recipient-1',
    );
    scene.clock.advance(60_000);
    await says(hag, retraction(id), 'retract-message-1');
    await crone.receives(`<message type='groupchat' id='retract-message-1' from='${ROOM}/thirdwitch'>
      <retract id='${id}' xmlns='${NS_RETRACT}'/><body>/me retracted a previous message</body>${STANZA_ID}${ID}</message>`);
    await wicca.next();
    const [tombstone, kept] = (await asksArchive(wicca)).results;
    expect(tombstone?.id).toBe(id);
    expect([tombstone?.message.attr('id'), tombstone?.message.attr('from')]).toEqual([
      'wrong-recipient-1',
      `${ROOM}/thirdwitch`,
    ]);
    expect(tombstone?.message.elements.map(({ name }) => name)).toEqual(['retracted', 'stanza-id', 'occupant-id']);
    expect(tombstoneOf(tombstone?.message)?.attr('id')).toBe('retract-message-1');
    expect(Date.parse(tombstoneOf(tombstone?.message)?.attr('stamp') ?? '')).toBe(scene.clock.now());
    expect(kept?.message.child('retract', NS_RETRACT)?.attr('id')).toBe(id);
  });

  test('takes back one message: behind one’s own nobody hides that of another', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    const own = await tells(hag, [crone, wicca], '<body>Have not saints lips?</body>');
    const another = await tells(crone, [hag, wicca], '<body>Thrice</body>');
    const second = `<retract id='${another}' xmlns='${NS_RETRACT}'><moderated xmlns='${NS_MODERATE}'/></retract>`;
    expect(conditionOf(await says(hag, retraction(own, second)))).toBe('bad-request');
    await crone.receivesNothing();
  });

  test('hides the message from those who enter later, and tells them (section 5)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await coven(scene, LASTING);
    await enters(hag, 'thirdwitch');
    await crone.next();
    const id = await tells(hag, [crone], '<body>Have not saints lips?</body>');
    await tells(hag, [crone], retraction(id));
    const heard = await enters(wicca, 'secondwitch');
    expect(heard.some((each) => each.toXml().includes('saints'))).toBe(false);
    expect(heard.some((each) => each.child('retract', NS_RETRACT)?.attr('id') === id)).toBe(true);
  });

  test('is for the author, whatever the nickname is by now', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    const id = await tells(hag, [crone, wicca], '<body>mine</body>');
    expect(conditionOf(await says(wicca, retraction(id)))).toBe('forbidden');
    await crone.receivesNothing();
    expect((await asksArchive(crone)).results.map(({ message }) => textOf(message))).toEqual(['mine']);
    hag.sends(`<presence to='${ROOM}/oldhag'/>`);
    for (const each of [crone, wicca, hag]) for (let i = 0; i < 2; i++) await each.next();
    expect((await says(hag, retraction(id))).attr('type')).toBe('groupchat');
    await wicca.next();
    expect(tombstoneOf((await asksArchive(wicca)).results[0]?.message)).toBeDefined();
  });

  test('of what the room does not know is passed on', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca } = await gathering(scene);
    await says(crone, retraction('long-ago'));
    expect((await wicca.next()).child('retract', NS_RETRACT)?.attr('id')).toBe('long-ago');
  });

  test('is kept whatever its hints say, so that those who are away learn of it (section 5)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, LASTING);
    const id = await tells(crone, [], '<body>oops</body>');
    await says(crone, retraction(id, `<no-store xmlns='urn:xmpp:hints'/>`));
    const { results } = await asksArchive(crone);
    expect(results.map(({ message }) => message.elements[0]?.name)).toEqual(['retracted', 'retract']);
  });

  test.for([0, 1])('takes the corrections of a message with it (by the id of part %i)', async (part) => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, LASTING);
    await enters(hag, 'thirdwitch');
    await crone.next();
    const ids = [
      await tells(hag, [crone], '<body>the secret is 1</body>', 'first'),
      await tells(
        hag,
        [crone],
        `<body>the secret is 2</body><replace id='first' xmlns='urn:xmpp:message-correct:0'/>`,
        'c',
      ),
    ];
    await tells(crone, [hag], `<body>not mine</body><replace id='first' xmlns='urn:xmpp:message-correct:0'/>`, 'first');
    await tells(hag, [crone], retraction(ids[part] ?? expect.fail()), 'r');
    const { results } = await asksArchive(hag);
    expect(results.map(({ message }) => message.elements[0]?.name)).toEqual([
      'retracted',
      'retracted',
      'body',
      'retract',
    ]);
  });

  test('nobody can speak as the archive or as the room', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, LASTING);
    await enters(hag, 'thirdwitch');
    await crone.next();
    const id = await tells(hag, [crone], '<body>mine</body>');
    const forged = `<retract id='${id}' xmlns='${NS_RETRACT}'><moderated by='${ROOM}/firstwitch' xmlns='${NS_MODERATE}'/></retract>`;
    expect(conditionOf(await says(hag, forged))).toBe('forbidden');
    const heard = await says(
      hag,
      `<body>x</body><retracted id='y' xmlns='${NS_RETRACT}'/><moderated xmlns='${NS_MODERATE}'/>`,
    );
    expect(heard.elements.map(({ name }) => name)).toEqual(['body', 'stanza-id', 'occupant-id']);
  });

  test('works in a temporary room too, as far as the room remembers', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    const id = await tells(crone, [], '<body>oops</body>');
    await says(crone, retraction(id));
    expect((await enters(hag, 'thirdwitch')).some((each) => each.childText('body') === 'oops')).toBe(false);
  });
});

describe('a moderated retraction (XEP-0425)', () => {
  const reason = '<reason>This message contains inappropriate content for this forum</reason>';

  test('is announced by the room, and a tombstone says who did it and why (sections 3.1 and 4)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    const id = await tells(hag, [crone, wicca], '<body>DM me for free magic potions!</body>', 'inappropriate-1');
    crone.sends(`<iq type='set' to='${ROOM}' id='retract-request-1'>${moderation(id, reason)}</iq>`);
    const moderated = `<moderated by='${ROOM}/firstwitch' xmlns='${NS_MODERATE}'>${ID}</moderated>
      <reason xmlns='${NS_RETRACT}'>This message contains inappropriate content for this forum</reason>`;
    for (const each of [crone, wicca, hag]) {
      await each.receives(`<message type='groupchat' id='{any}' from='${ROOM}' to='${each.jid}'>
        <retract id='${id}' xmlns='${NS_RETRACT}'>${moderated}</retract>${STANZA_ID}</message>`);
    }
    await crone.receives(`<iq type='result' id='retract-request-1' from='${ROOM}'/>`);
    await scene.crash();
    const again = await scene.login('hag', 'pda');
    const { results } = await asksArchive(again);
    expect(results.map(({ id: each }) => each)[0]).toBe(id);
    const [tombstone, announcement] = results.map(({ message }) => message);
    expect(tombstone?.attr('from')).toBe(`${ROOM}/thirdwitch`);
    expect(tombstone?.toXml()).not.toContain('potions');
    const retracted = tombstoneOf(tombstone);
    expect(retracted?.child('moderated', NS_MODERATE)?.attr('by')).toBe(`${ROOM}/firstwitch`);
    expect(retracted?.childText('reason')).toMatch(/^This message/);
    expect(retracted?.attr('id')).toBe(announcement?.attr('id'));
    expect([announcement?.attr('from'), announcement?.child('retract', NS_RETRACT)?.attr('id')]).toEqual([ROOM, id]);
    // A client that knows nothing of archives learns of it too.
    const heard = await enters(again, 'thirdwitch');
    expect(heard.some((each) => each.child('retract', NS_RETRACT)?.attr('id') === id)).toBe(true);
    expect(heard.some((each) => each.toXml().includes('potions'))).toBe(false);
  });

  test('is for moderators in the room (section 3.2)', async () => {
    await using scene = await openScene({ accounts: [...WITCHES, 'toad'] });
    const { crone, wicca, hag } = await gathering(scene);
    const id = await tells(hag, [crone, wicca], '<body>hm</body>');
    expect(conditionOf(await submits(wicca, moderation(id)))).toBe('forbidden');
    expect(conditionOf(await submits(await scene.login('toad', 'pond'), moderation(id)))).toBe('forbidden');
    expect((await asksArchive(crone)).results.map(({ message }) => textOf(message))).toEqual(['hm']);
  });

  test('of a message that there is not, or of no kind, or of what the room said, is refused', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, LASTING);
    const id = await tells(crone, [], '<body>hm</body>');
    expect(conditionOf(await submits(crone, moderation('unknown')))).toBe('item-not-found');
    expect(
      conditionOf(await submits(crone, `<moderate xmlns='${NS_MODERATE}'><retract xmlns='${NS_RETRACT}'/></moderate>`)),
    ).toBe('item-not-found');
    expect(conditionOf(await submits(crone, `<moderate id='${id}' xmlns='${NS_MODERATE}'/>`))).toBe('bad-request');
    crone.sends(`<iq type='set' to='${ROOM}' id='m'>${moderation(id)}</iq>`);
    const announced = (await crone.next()).child('stanza-id', 'urn:xmpp:sid:0')?.attr('id') ?? expect.fail();
    expect((await crone.next()).attr('type')).toBe('result');
    expect(conditionOf(await submits(crone, moderation(announced)))).toBe('not-acceptable');
  });

  test('is announced once, whoever asks again', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await gathering(scene);
    const id = await tells(hag, [crone, wicca], '<body>hm</body>');
    await says(hag, retraction(id));
    await crone.next();
    expect((await submits(crone, moderation(id))).attr('type')).toBe('result');
    await wicca.next();
    await wicca.receivesNothing();
  });

  test('is found by disco, with retraction and tombstones', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    const info = await crone.request(
      `<iq type='get' to='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    const features = info.elements[0]?.elements.map((each) => each.attr('var'));
    expect(features).toEqual(expect.arrayContaining([NS_RETRACT, `${NS_RETRACT}#tombstone`, NS_MODERATE]));
  });
});

test('who wrote a message that is gone is known to moderators', async () => {
  await using scene = await openScene({ accounts: WITCHES });
  const { crone, wicca, hag } = await gathering(scene);
  const id = await tells(hag, [crone, wicca], '<body>hm</body>');
  await says(hag, retraction(id));
  for (const each of [crone, wicca]) await each.next();
  const author = async (client: SceneClient) =>
    (await asksArchive(client)).results[0]?.message.child('x', NS_USER)?.child('item')?.attr('jid');
  expect(await author(crone)).toBe('hag@localhost/pda');
  expect(await author(wicca)).toBeUndefined();
});
