/** Rooms after a restart: who is in them again is who was, and nobody else. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { LASTING } from './rooms-archive-steps.ts';
import {
  asks,
  codesOf,
  conditionOf,
  configuration,
  enters,
  itemOf,
  items,
  opens,
  ROOM,
  submits,
  WITCHES,
} from './rooms-steps.ts';
import { arrives, R, resumes } from './stream-management-steps.ts';

/** The crone has a room; the hag has a session that outlives the server. */
async function night(
  fields: Parameters<typeof opens>[2] = {},
  settings: Readonly<Record<string, unknown>> = {},
): Promise<{ scene: Scene; crone: SceneClient; hag: SceneClient; id: string }> {
  const scene = await openScene({ accounts: WITCHES, settings });
  const crone = await scene.login('crone', 'desktop');
  await opens(crone, 'firstwitch', { ...LASTING, ...fields });
  const { client: hag, id } = await arrives(scene, 'hag', 'pda');
  return { scene, crone, hag, id };
}

/** What comes of an error, or of one's own presence, after whatever else there is to hear. */
async function hears(client: SceneClient, isIt: (element: Element) => boolean): Promise<Element> {
  for (;;) {
    const element = await client.next();
    if (isIt(element)) return element;
  }
}

const isRefused = (element: Element) => element.attr('type') === 'error';
const isAboutSelf = (element: Element) => codesOf(element).includes('110');

async function affiliates(crone: SceneClient, affiliation: string, more = ''): Promise<void> {
  crone.sends(
    `<iq type='set' id='a' to='${ROOM}'>${items(`<item affiliation='${affiliation}' jid='hag@localhost'${more}/>`)}</iq>`,
  );
  await hears(crone, ({ name }) => name === 'iq');
}

/** What happened is on disk: the server has answered for it. */
async function isWrittenDown(client: SceneClient): Promise<void> {
  client.sends(R);
  while ((await client.next()).name !== 'a');
}

/** The nicknames that somebody sees who enters now. */
async function present(scene: Scene, inside = ''): Promise<readonly string[]> {
  const crone = await scene.login('crone', 'later');
  const heard = await enters(crone, 'firstwitch', inside);
  const nicks = heard.filter(({ name }) => name === 'presence').map((each) => each.attr('from')?.split('/')[1] ?? '');
  return nicks.filter((nick) => nick !== 'firstwitch');
}

describe('a restart lets nobody in', () => {
  test.each([
    ['without the password', { 'muc#roomconfig_passwordprotectedroom': '1', 'muc#roomconfig_roomsecret': 'cauldron' }],
    ['who is no member', { 'muc#roomconfig_membersonly': '1' }],
  ])('%s', async (_who, fields) => {
    const { scene, hag } = await night(fields);
    await using _ = scene;
    asks(hag, 'thirdwitch');
    await hears(hag, isRefused);
    await isWrittenDown(hag);
    await scene.crash();
    expect(await present(scene, '<password>cauldron</password>')).toEqual([]);
  });

  test('who has left, by whatever address', async () => {
    const { scene, crone, hag } = await night();
    await using _ = scene;
    await enters(hag, 'thirdwitch');
    await crone.next();
    hag.sends(`<presence type='unavailable' to='${ROOM}'/>`);
    await crone.next();
    await isWrittenDown(hag);
    await scene.crash();
    expect(await present(scene)).toEqual([]);
  });

  test('who has left under the nickname that was assigned', async () => {
    const { scene, crone, hag } = await night({}, { 'rooms.nicknames': 'registered' });
    await using _ = scene;
    await affiliates(crone, 'member', ` nick='thirdwitch'`);
    await enters(hag, 'another');
    await crone.next();
    hag.sends(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    await crone.next();
    await isWrittenDown(hag);
    await scene.crash();
    expect(await present(scene)).toEqual([]);
  });

  test('who was no member any more when the server was killed', async () => {
    const { scene, crone, hag, id } = await night({ 'muc#roomconfig_membersonly': '1' });
    await using _ = scene;
    await affiliates(crone, 'member');
    await enters(hag, 'thirdwitch');
    await isWrittenDown(hag);
    const h = scene.server.sessions.get('hag', 'pda')?.outbox.unacked?.sent ?? 0;
    await affiliates(crone, 'none');
    await scene.crash();
    expect(await present(scene)).toEqual([]);
    const back = await resumes(scene, 'hag', id, { h, handled: 1 });
    const told = await hears(back, isAboutSelf);
    expect([told.attr('type'), told.attr('from'), codesOf(told)]).toEqual([
      'unavailable',
      `${ROOM}/thirdwitch`,
      ['307', '333', '110'],
    ]);
  });
});

describe('a restart puts back', () => {
  test('under the nickname that is held, when another one was refused', async () => {
    const { scene, hag } = await night();
    await using _ = scene;
    await enters(hag, 'thirdwitch');
    asks(hag, 'firstwitch');
    expect(conditionOf(await hears(hag, isRefused))).toBe('conflict');
    await isWrittenDown(hag);
    await scene.crash();
    expect(await present(scene)).toEqual(['thirdwitch']);
  });

  test('two devices of one person under one nickname', async () => {
    const { scene, hag } = await night();
    await using _ = scene;
    await enters(hag, 'thirdwitch');
    const { client: other } = await arrives(scene, 'hag', 'broom');
    await enters(other, 'thirdwitch');
    await isWrittenDown(hag);
    await isWrittenDown(other);
    await scene.crash();
    expect(await present(scene)).toEqual(['thirdwitch']);
    expect(scene.server.sessions.of('hag').size).toBe(2);
  });

  test('who never comes back until the session is over', async () => {
    const { scene, hag } = await night();
    await using _ = scene;
    await enters(hag, 'thirdwitch');
    await isWrittenDown(hag);
    await scene.crash();
    const wicca = await scene.login('wicca');
    await enters(wicca, 'secondwitch');
    scene.clock.advance(24 * 60 * 60_000);
    const gone = await wicca.next();
    expect([gone.attr('type'), gone.attr('from'), itemOf(gone)]).toEqual([
      'unavailable',
      `${ROOM}/thirdwitch`,
      'none none',
    ]);
  });
});

test('who was in a room that ended with the server is told so', async () => {
  const { scene, crone, hag, id } = await night();
  await using _ = scene;
  await submits(crone, configuration({ 'muc#roomconfig_persistentroom': '0' }));
  await enters(hag, 'thirdwitch');
  await isWrittenDown(hag);
  hag.drops();
  const h = scene.server.sessions.get('hag', 'pda')?.outbox.unacked?.sent ?? 0;
  await scene.restart();
  const back = await resumes(scene, 'hag', id, { h, handled: 1 });
  const told = await hears(back, isAboutSelf);
  expect([told.attr('type'), told.attr('from'), codesOf(told)]).toEqual([
    'unavailable',
    `${ROOM}/thirdwitch`,
    ['307', '333', '110'],
  ]);
  // Whoever opens another room of that name is alone in it.
  const wicca = await scene.login('wicca');
  await opens(wicca, 'secondwitch', LASTING);
  await scene.crash();
  expect(await present(scene)).toEqual([]);
});
