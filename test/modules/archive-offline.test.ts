/**
 * Where the archive and the mailbox meet (XEP-0313 section 6.1.1): a client that has read a message in the archive does
 * not get it once more when it sends presence, and no message gets lost between the two.
 */
import { describe, expect, test, vi } from 'vitest';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { form, page, rsm, stanzaIds } from './archive-steps.ts';
import { enters, opens, ROOM } from './rooms-steps.ts';
import { arrives } from './stream-management-steps.ts';

/** Romeo has written to Juliet, who is away. */
async function written(...bodies: readonly string[]): Promise<Scene> {
  const scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo', 'orchard');
  await says(romeo, ...bodies);
  return scene;
}

async function says(romeo: SceneClient, ...bodies: readonly string[]): Promise<void> {
  for (const body of bodies) {
    romeo.sends(`<message to='juliet@localhost' type='chat' id='${body}'><body>${body}</body></message>`);
  }
  await romeo.settles();
}

/** Sends presence; the bodies of what came because of it. */
async function comes(client: SceneClient, presence = '<presence/>'): Promise<readonly (string | undefined)[]> {
  client.sends(presence);
  client.sends(`<iq type='get' id='after-presence'><ping xmlns='urn:xmpp:ping'/></iq>`);
  const bodies: (string | undefined)[] = [];
  for (;;) {
    const element = await client.next();
    if (element.attr('id') === 'after-presence') return bodies;
    if (element.name === 'message') bodies.push(element.childText('body'));
  }
}

async function counts(client: SceneClient): Promise<void> {
  client.sends(`<enable xmlns='urn:xmpp:sm:3'/>`);
  while ((await client.next()).name !== 'enabled');
}

/** Acknowledges everything so far (XEP-0198). */
async function acknowledges(client: SceneClient, h: number): Promise<void> {
  client.sends(`<a xmlns='urn:xmpp:sm:3' h='${h}'/>`);
  await client.settles();
}

describe('a client without stream management', () => {
  test('that reads the archive first gets nothing twice', async () => {
    await using scene = await written('one', 'two');
    const juliet = await scene.login('juliet', 'balcony');
    expect((await page(juliet)).bodies).toEqual(['one', 'two']);
    expect(await comes(juliet)).toEqual([]);
    await juliet.ends();
    expect(await comes(await scene.login('juliet', 'phone'))).toEqual([]);
  });

  test('gets from the mailbox what the page did not hold', async () => {
    await using scene = await written('one', 'two', 'three');
    const juliet = await scene.login('juliet', 'balcony');
    expect((await page(juliet, rsm('<max>1</max><before/>'))).bodies).toEqual(['three']);
    expect(await comes(juliet)).toEqual(['one', 'two']);
  });

  test('gets everything from the mailbox when its page was empty', async () => {
    await using scene = await written('one', 'two');
    const juliet = await scene.login('juliet', 'balcony');
    const { last } = await page(juliet, rsm('<max>0</max>'));
    expect(last).toBeUndefined();
    expect((await page(juliet, form({ with: 'nurse@localhost' }))).bodies).toEqual([]);
    const metadata = await juliet.request(`<iq type='get'><metadata xmlns='urn:xmpp:mam:2'/></iq>`);
    const end = metadata.child('metadata', 'urn:xmpp:mam:2')?.child('end')?.attr('id') ?? '';
    expect((await page(juliet, form({ 'after-id': end }))).bodies).toEqual([]);
    expect(await comes(juliet)).toEqual(['one', 'two']);
  });

  test('that sends presence first can tell by the ids what it has already', async () => {
    await using scene = await written('one');
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends('<presence/>');
    await juliet.next();
    const waiting = await juliet.next();
    const { messages } = await page(juliet);
    expect(messages.map(({ id }) => id)).toEqual([stanzaIds(waiting)['juliet@localhost']]);
  });

  test('gets what comes between its page and its presence', async () => {
    await using scene = await written('one');
    const juliet = await scene.login('juliet', 'balcony');
    expect((await page(juliet)).bodies).toEqual(['one']);
    const romeo = await scene.login('romeo', 'later');
    await says(romeo, 'two');
    expect(await comes(juliet)).toEqual(['two']);
  });

  test('whose priority is negative gets the rest when it raises it', async () => {
    await using scene = await written('one', 'two');
    const juliet = await scene.login('juliet', 'balcony');
    expect(await comes(juliet, '<presence><priority>-1</priority></presence>')).toEqual([]);
    expect((await page(juliet, rsm('<max>1</max>'))).bodies).toEqual(['one']);
    expect(await comes(juliet)).toEqual(['two']);
  });
});

describe('of two devices', () => {
  test('the one that only reads the archive takes nothing from the other', async () => {
    await using scene = await written('one', 'two');
    const reader = await scene.login('juliet', 'reader');
    expect((await page(reader)).bodies).toEqual(['one', 'two']);
    const phone = await scene.login('juliet', 'phone');
    expect(await comes(phone)).toEqual(['one', 'two']);
    expect(await comes(reader)).toEqual([]);
  });

  test('the first that is there after reading has them, the other one finds nothing waiting', async () => {
    await using scene = await written('one');
    const desktop = await scene.login('juliet', 'desktop');
    const phone = await scene.login('juliet', 'phone');
    await page(desktop);
    await page(phone);
    expect(await comes(desktop)).toEqual([]);
    expect(await comes(phone)).toEqual([]);
    await phone.ends();
    await desktop.ends();
    expect(await comes(await scene.login('juliet', 'third'))).toEqual([]);
  });

  test('what the one read and was gone with before it was there waits for the other', async () => {
    await using scene = await written('one');
    const desktop = await scene.login('juliet', 'desktop');
    await page(desktop);
    desktop.drops();
    expect(await comes(await scene.login('juliet', 'phone'))).toEqual(['one']);
  });
});

describe('with stream management', () => {
  test('a page counts once the client has acknowledged it', async () => {
    await using scene = await written('one', 'two');
    const juliet = await scene.login('juliet', 'balcony');
    await counts(juliet);
    expect((await page(juliet)).bodies).toEqual(['one', 'two']);
    await acknowledges(juliet, 3);
    expect(await comes(juliet)).toEqual([]);
    expect(scene.database.reader.get('SELECT count(*) AS n FROM offline_message')).toEqual({ n: 0 });
  });

  test('a page that is still on its way is not doubled, and counts when its acknowledgement comes', async () => {
    await using scene = await written('one', 'two');
    const juliet = await scene.login('juliet', 'balcony');
    await counts(juliet);
    await page(juliet);
    expect(await comes(juliet)).toEqual([]);
    expect(scene.database.reader.get('SELECT count(*) AS n FROM offline_message')).toEqual({ n: 2 });
    await acknowledges(juliet, 2);
    expect(scene.database.reader.get('SELECT count(*) AS n FROM offline_message')).toEqual({ n: 0 });
  });

  test('what was not acknowledged waits for the next session, and is kept once', async () => {
    await using scene = await written('one', 'two');
    const juliet = await scene.login('juliet', 'balcony');
    await counts(juliet);
    await page(juliet);
    expect(await comes(juliet)).toEqual([]);
    await acknowledges(juliet, 1);
    juliet.drops();
    scene.clock.advance(3_600_000);
    const phone = await scene.login('juliet', 'phone');
    expect(await comes(phone)).toEqual(['two']);
    expect((await page(phone)).bodies).toEqual(['one', 'two']);
  });

  test('a kill after the page loses nothing', async () => {
    await using scene = await written('one', 'two');
    const juliet = await scene.login('juliet', 'balcony');
    await counts(juliet);
    await page(juliet);
    expect(await comes(juliet)).toEqual([]);
    await scene.crash();
    scene.clock.advance(3_600_000);
    const again = await scene.login('juliet', 'again');
    expect(await comes(again)).toEqual(['one', 'two']);
    expect((await page(again)).bodies).toEqual(['one', 'two']);
  });
});

describe('a session that goes on after a restart', () => {
  test.each(['restart', 'crash'] as const)('gets what it had not acknowledged from its mailbox (%s)', async (end) => {
    await using scene = await written('one', 'two');
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(`<enable xmlns='urn:xmpp:sm:3' resume='true'/>`);
    const id = (await juliet.next()).attr('id');
    expect(await comes(juliet)).toEqual(['one', 'two']);
    await acknowledges(juliet, 2); // presence and the first message
    juliet.sends(`<r xmlns='urn:xmpp:sm:3'/>`);
    while ((await juliet.next()).name !== 'a');
    await scene[end]();
    const again = await scene.authenticated('juliet');
    again.sends(`<resume xmlns='urn:xmpp:sm:3' previd='${id}' h='2'/>`);
    expect((await again.next()).name).toBe('resumed');
    const bodies: (string | undefined)[] = [];
    for (let next = await again.next(); next.name !== 'r'; next = await again.next()) {
      if (next.name === 'message') bodies.push(next.childText('body'));
    }
    expect(bodies).toEqual(['two']);
    again.sends(`<a xmlns='urn:xmpp:sm:3' h='100'/>`);
  });
});

test('a page that was asked for by a session that is over by then takes nothing from the mailbox', async () => {
  await using scene = await written('one');
  const juliet = await scene.login('juliet', 'balcony');
  expect(await comes(juliet, '<presence><priority>-1</priority></presence>')).toEqual([]);
  const session = scene.server.sessions.get('juliet', 'balcony') ?? expect.fail('no session');
  const stream = session.stream ?? expect.fail('no stream');
  vi.spyOn(stream, 'bufferedBytes', 'get').mockReturnValue(1024 * 1024);
  const sends = vi.spyOn(session.outbox, 'send');
  juliet.sends(`<iq type='set' id='p'><query xmlns='urn:xmpp:mam:2'/></iq>`);
  juliet.drops();
  sends.mockClear();
  scene.clock.advance(100);
  await scene.database.writer.flush();
  expect(sends.mock.calls.filter(([element]) => element.name === 'message')).toEqual([]);
  expect(await comes(await scene.login('juliet', 'phone'))).toEqual(['one']);
});

test('a private message in a room that two devices hand back waits once', async () => {
  await using scene = await openScene({ accounts: ['crone', 'hag'] });
  const crone = await scene.login('crone', 'desktop');
  await opens(crone, 'firstwitch');
  for (const resource of ['pda', 'broom']) {
    const { client } = await arrives(scene, 'hag', resource);
    await enters(client, 'thirdwitch');
    client.drops();
  }
  crone.sends(`<message type='chat' to='${ROOM}/thirdwitch'><body>I'll give thee a wind.</body></message>`);
  await crone.settles();
  scene.clock.advance(24 * 3_600_000);
  expect(await comes(await scene.login('hag', 'later'))).toEqual(["I'll give thee a wind."]);
});

test('what is not archived waits as ever', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo');
  romeo.sends(
    `<message to='juliet@localhost' type='chat'><body>hush</body><no-permanent-store xmlns='urn:xmpp:hints'/></message>`,
  );
  await romeo.settles();
  const juliet = await scene.login('juliet');
  expect((await page(juliet)).bodies).toEqual([]);
  expect(await comes(juliet)).toEqual(['hush']);
});

test('what was read in the archive before a restart counts after it too', async () => {
  await using scene = await written('one', 'two');
  await scene.restart();
  const juliet = await scene.login('juliet');
  expect((await page(juliet, rsm('<max>1</max>'))).bodies).toEqual(['one']);
  expect(await comes(juliet)).toEqual(['two']);
});
