/** Registered fields of a room's forms that other scenes leave out (XEP-0045 section 15.5). */
import { expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { conditionOf, configuration, coven, NS_OWNER, ROOM, submits, WITCHES } from './rooms-steps.ts';

const PUBSUB = 'muc#roomconfig_pubsub';
const NODE = 'xmpp:pubsub.shakespeare.lit?;node=princely_musings';

async function valueIn(client: SceneClient, xmlns: string, name: string): Promise<string | undefined> {
  const answer = await client.request(`<iq type='get' to='${ROOM}'><query xmlns='${xmlns}'/></iq>`);
  const fields = answer.elements[0]?.child('x', 'jabber:x:data')?.elements ?? [];
  return fields.find((field) => field.attr('var') === name)?.childText('value');
}

test('a room may name the pubsub node that belongs to it', async () => {
  await using scene = await openScene({ accounts: WITCHES });
  const { crone, hag } = await coven(scene, { [PUBSUB]: NODE, 'muc#roomconfig_persistentroom': '1' });
  expect(await valueIn(crone, NS_OWNER, PUBSUB)).toBe(NODE);
  expect(await valueIn(hag, 'http://jabber.org/protocol/disco#info', PUBSUB)).toBe(NODE);
  await scene.restart();
  const owner = await scene.login('crone', 'desktop');
  expect(await valueIn(owner, NS_OWNER, PUBSUB)).toBe(NODE);
  await submits(owner, configuration({ [PUBSUB]: '' }));
  expect(await valueIn(owner, 'http://jabber.org/protocol/disco#info', PUBSUB)).toBeUndefined();
});

test.for(['http://example.org/', 'xmpp:pubsub.shakespeare.lit', 'xmpp:a?;node=', `xmpp:a?;node=${'x'.repeat(2_000)}`])(
  'what names no node is refused (%#)',
  async (value) => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    expect(conditionOf(await submits(crone, configuration({ [PUBSUB]: value })))).toBe('not-acceptable');
  },
);
