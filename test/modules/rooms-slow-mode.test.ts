/** XEP-0500: slow mode, and XEP-0502: how much is written in a room. */
import { describe, expect, test } from 'vitest';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import {
  codesOf,
  conditionOf,
  configuration,
  coven,
  enters,
  items,
  NS_OWNER,
  ROOM,
  submits,
  WITCHES,
} from './rooms-steps.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const FIELD = 'muc#roomconfig_slow_mode_duration';
const ACTIVITY = '{urn:xmpp:muc-activity}message-activity';
const HOUR_MS = 3_600_000;

function says(client: SceneClient, content = '<body>Double, double</body>', type = 'groupchat', to = ROOM): void {
  client.sends(`<message type='${type}' to='${to}' id='m1'>${content}</message>`);
}

async function infoField(client: SceneClient, name: string): Promise<string | undefined> {
  const answer = await client.request(`<iq type='get' to='${ROOM}'><query xmlns='${INFO}'/></iq>`);
  const fields = answer.elements[0]?.child('x', 'jabber:x:data')?.elements ?? [];
  return fields.find((field) => field.attr('var') === name)?.childText('value');
}

/** Hag and wicca in the crone's room, everything read. */
async function slowCoven(scene: Scene, seconds = '20') {
  const all = await coven(scene, { [FIELD]: seconds });
  await enters(all.hag, 'thirdwitch');
  await all.crone.next();
  return all;
}

describe('slow mode', () => {
  test('is configured by a whole number from 0 on (example 1) and discovered (example 2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    expect(await infoField(crone, 'muc#roominfo_slow_mode_duration')).toBe('0');
    const answer = await crone.request(`<iq type='get' to='${ROOM}'><query xmlns='${NS_OWNER}'/></iq>`);
    const form = answer.elements[0]?.child('x', 'jabber:x:data');
    const field = form?.elements.find((each) => each.attr('var') === FIELD);
    expect(field?.attr('type')).toBe('text-single');
    const validate = field?.child('validate', 'http://jabber.org/protocol/xdata-validate');
    expect([validate?.attr('datatype'), validate?.child('range')?.attr('min')]).toEqual(['xs:integer', '0']);
    await submits(crone, configuration({ [FIELD]: '20' }));
    expect(codesOf(await crone.next())).toEqual(['104']);
    expect(await infoField(crone, 'muc#roominfo_slow_mode_duration')).toBe('20');
  });

  test.for(['-1', 'x', '1.5', '86401', '9'.repeat(30)])('%s is no duration', async (value) => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    expect(conditionOf(await submits(crone, configuration({ [FIELD]: value })))).toBe('not-acceptable');
  });

  test('refuses the second message until the time is over, and nobody else sees it (example 3)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await slowCoven(scene);
    says(hag);
    await hag.next();
    await crone.next();
    scene.clock.advance(5_000);
    says(hag);
    const refused = await hag.next();
    const error = refused.child('error');
    expect([refused.attr('type'), refused.attr('from'), refused.attr('id')]).toEqual(['error', ROOM, 'm1']);
    expect([error?.attr('type'), conditionOf(refused)]).toEqual(['wait', 'policy-violation']);
    expect(error?.childText('text', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toContain('20 seconds');
    await crone.receivesNothing();
    scene.clock.advance(14_999);
    says(hag);
    expect(conditionOf(await hag.next())).toBe('policy-violation');
    scene.clock.advance(1);
    says(hag);
    expect((await hag.next()).attr('type')).toBe('groupchat');
  });

  test('counts the person, not the device, the nickname or the visit (security considerations)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await slowCoven(scene);
    const phone = await scene.login('hag', 'phone');
    await enters(phone, 'otherwitch');
    await hag.next();
    await crone.next();
    says(hag);
    await phone.next();
    says(phone);
    expect(conditionOf(await phone.next())).toBe('policy-violation');
    phone.sends(`<presence type='unavailable' to='${ROOM}/otherwitch'/>`);
    await phone.next();
    await enters(phone, 'newwitch');
    says(phone);
    expect(conditionOf(await phone.next())).toBe('policy-violation');
  });

  test('counts neither what has no body nor what goes to one person', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await slowCoven(scene);
    says(hag);
    await hag.next();
    await crone.next();
    says(hag, `<composing xmlns='http://jabber.org/protocol/chatstates'/>`);
    expect((await hag.next()).attr('type')).toBe('groupchat');
    await crone.next();
    says(hag, '<body>psst</body>', 'chat', `${ROOM}/firstwitch`);
    expect((await crone.next()).childText('body')).toBe('psst');
  });

  test('a message that was refused for another reason costs no waiting', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { [FIELD]: '20', 'muc#roomconfig_moderatedroom': '1' });
    await enters(hag, 'thirdwitch');
    await crone.next();
    says(hag);
    expect(conditionOf(await hag.next())).toBe('forbidden');
    await submits(crone, items(`<item nick='thirdwitch' role='participant'/>`)).catch(() => undefined);
    await crone.settles();
    await hag.next();
    says(hag);
    expect((await hag.next()).attr('type')).toBe('groupchat');
  });

  test('does not hold up admins and owners', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await slowCoven(scene);
    for (let i = 0; i < 3; i++) {
      says(crone);
      expect((await crone.next()).attr('type')).toBe('groupchat');
    }
  });

  test('switched off, it holds up nobody', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await slowCoven(scene);
    says(hag);
    await hag.next();
    await crone.next();
    await submits(crone, configuration({ [FIELD]: '0' }));
    await hag.next();
    says(hag);
    expect((await hag.next()).attr('type')).toBe('groupchat');
  });
});

describe('the activity of a room', () => {
  const PUBLIC = { 'muc#roomconfig_persistentroom': '1', 'muc#roomconfig_publicroom': '1' };

  async function talks(client: SceneClient, times: number, content?: string): Promise<void> {
    for (let i = 0; i < times; i++) {
      says(client, content);
      await client.next();
    }
  }

  test('is the number of messages an hour, of the hours that are over (example 2)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, PUBLIC);
    await talks(crone, 3);
    expect(await infoField(crone, ACTIVITY)).toBeUndefined();
    scene.clock.advance(HOUR_MS);
    expect(await infoField(crone, ACTIVITY)).toBe('3.00');
    scene.clock.advance(HOUR_MS);
    expect(await infoField(crone, ACTIVITY)).toBe('1.50');
    scene.clock.advance(22 * HOUR_MS);
    expect(await infoField(crone, ACTIVITY)).toBe('0.13');
    scene.clock.advance(HOUR_MS);
    expect(await infoField(crone, ACTIVITY)).toBe('0.00');
    scene.clock.advance(100 * HOUR_MS);
    await talks(crone, 24);
    scene.clock.advance(HOUR_MS);
    expect(await infoField(crone, ACTIVITY)).toBe('1.00');
  });

  test('counts neither corrections, nor what has no body, nor private messages', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, PUBLIC);
    await talks(crone, 2, `<body>x</body><replace xmlns='urn:xmpp:message-correct:0' id='m1'/>`);
    await talks(crone, 2, `<composing xmlns='http://jabber.org/protocol/chatstates'/>`);
    says(crone, '<body>to myself</body>', 'chat', `${ROOM}/firstwitch`);
    await crone.next();
    await talks(crone, 1);
    scene.clock.advance(HOUR_MS);
    expect(await infoField(crone, ACTIVITY)).toBe('1.00');
  });

  test.for([
    { 'muc#roomconfig_persistentroom': '0' },
    { 'muc#roomconfig_publicroom': '0' },
    { 'muc#roomconfig_membersonly': '1' },
    { 'muc#roomconfig_roomsecret': 'cauldronburn' },
  ])('is nobody’s business in a room with %o', async (fields) => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, { ...PUBLIC, ...fields });
    await talks(crone, 1);
    scene.clock.advance(HOUR_MS);
    expect(await infoField(crone, ACTIVITY)).toBeUndefined();
  });
});
