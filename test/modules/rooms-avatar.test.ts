/** XEP-0486: the picture of a room. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { codesOf, conditionOf, configuration, coven, enters, opens, ROOM, submits, WITCHES } from './rooms-steps.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const UPDATE = 'vcard-temp:x:update';
const SVG =
  'PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSIzMiIgaGVpZ2h0PSIzMiI+CiA8cmVjdCB4PSIwIiB5PSIwIiB3aWR0aD0iMzIiIGhlaWdodD0iMzIiIGZpbGw9InJlZCIvPgo8L3N2Zz4K';
/** As the specification has it for this picture. */
const SVG_HASH = 'a31c4bd04de69663cfd7f424a8453f4674da37ff';
const PHOTO = `<PHOTO><TYPE>image/svg+xml</TYPE><BINVAL>${SVG}</BINVAL></PHOTO>`;

function card(content: string): string {
  return `<vCard xmlns='vcard-temp'>${content}</vCard>`;
}

function gets(client: SceneClient): Promise<Element> {
  return client.request(`<iq type='get' to='${ROOM}'>${card('')}</iq>`);
}

async function hashes(client: SceneClient): Promise<readonly string[] | undefined> {
  const answer = await client.request(`<iq type='get' to='${ROOM}'><query xmlns='${INFO}'/></iq>`);
  const fields = answer.elements[0]?.child('x', 'jabber:x:data')?.elements ?? [];
  const field = fields.find((each) => each.attr('var') === 'muc#roominfo_avatarhash');
  expect(field?.attr('type') ?? 'text-multi').toBe('text-multi');
  return field?.elements.map((value) => value.text());
}

async function features(client: SceneClient, to: string) {
  const answer = await client.request(`<iq type='get' to='${to}'><query xmlns='${INFO}'/></iq>`);
  return answer.elements[0]?.elements.map((each) => each.attr('var'));
}

describe('the avatar of a room', () => {
  test('is set by an owner, told to all, discovered by its hash and read by everybody (examples 3 to 9)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    expect(await hashes(wicca)).toBeUndefined();
    expect((await submits(crone, card(PHOTO))).attr('type')).toBe('result');
    for (const client of [crone, hag]) {
      await client.receives(`<presence from='${ROOM}'><x xmlns='${UPDATE}'><photo>${SVG_HASH}</photo></x></presence>`);
      const told = await client.next();
      expect([told.attr('type'), told.attr('from'), ...codesOf(told)]).toEqual(['groupchat', ROOM, '104']);
    }
    expect(await hashes(wicca)).toEqual([SVG_HASH]);
    expect((await gets(wicca)).elements[0]?.toXml()).toBe(card(PHOTO));
  });

  test('is announced to those who enter, before the presence of the others', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await submits(crone, card(PHOTO));
    const [first, second] = await enters(hag, 'thirdwitch');
    expect(first?.attr('from')).toBe(ROOM);
    expect(first?.child('x', UPDATE)?.childText('photo')).toBe(SVG_HASH);
    expect(second?.attr('from')).toBe(`${ROOM}/firstwitch`);
  });

  test('has a hash for each of its formats (example 10)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    const png = `<PHOTO><TYPE>image/png</TYPE><BINVAL>
      iVBO
      Rw0K </BINVAL></PHOTO>`;
    await submits(crone, card(PHOTO + png));
    await crone.next();
    await crone.next();
    const hash = createHash('sha1').update(Buffer.from('iVBORw0K', 'base64')).digest('hex');
    expect(await hashes(crone)).toEqual([SVG_HASH, hash]);
  });

  test('is removed by an empty vCard (example 6)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    await submits(crone, card(PHOTO));
    await crone.next();
    await crone.next();
    await submits(crone, card(''));
    await crone.receives(`<presence from='${ROOM}'><x xmlns='${UPDATE}'><photo/></x></presence>`);
    expect(codesOf(await crone.next())).toEqual(['104']);
    expect(await hashes(crone)).toBeUndefined();
    expect(conditionOf(await gets(crone))).toBe('item-not-found');
  });

  test('a vCard without a picture is told, but has no hash', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    await submits(crone, card('<FN>The Coven</FN><PHOTO><EXTVAL>http://localhost/x.png</EXTVAL></PHOTO>'));
    expect(codesOf(await crone.next())).toEqual(['104']);
    expect(await hashes(crone)).toBeUndefined();
    expect((await gets(crone)).elements[0]?.childText('FN')).toBe('The Coven');
  });

  test('is for owners to set (example 5)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene);
    await enters(hag, 'thirdwitch');
    await crone.next();
    expect(conditionOf(await submits(hag, card(PHOTO)))).toBe('forbidden');
    await crone.receivesNothing();
    expect(await hashes(crone)).toBeUndefined();
  });

  test.for([
    [`<PHOTO><BINVAL>no base64!</BINVAL></PHOTO>`, 'bad-request'],
    [`<FN>${'x'.repeat(1_000)}</FN>`, 'policy-violation'],
    ['<PHOTO><BINVAL>AA==</BINVAL></PHOTO>'.repeat(11), 'policy-violation'],
  ] as const)('a vCard that is wrong or too large is refused (%#)', async ([content, condition]) => {
    await using scene = await openScene({ accounts: WITCHES, settings: { 'rooms.maxCardBytes': 1_000 } });
    const { crone } = await coven(scene);
    expect(conditionOf(await submits(crone, card(content)))).toBe(condition);
    expect(conditionOf(await gets(crone))).toBe('item-not-found');
  });

  test('stays with a persistent room and goes with it', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, { 'muc#roomconfig_persistentroom': '1' });
    await submits(crone, card(PHOTO));
    await scene.restart();
    const owner = await scene.login('crone', 'desktop');
    expect(await hashes(owner)).toEqual([SVG_HASH]);
    expect((await gets(owner)).elements[0]?.child('PHOTO')?.childText('BINVAL')).toBe(SVG);
    await submits(owner, `<query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query>`);
    await opens(owner, 'firstwitch', { 'muc#roomconfig_persistentroom': '1' });
    expect(conditionOf(await gets(owner))).toBe('item-not-found');
    await scene.restart();
    expect(conditionOf(await gets(await scene.login('crone', 'desktop')))).toBe('item-not-found');
  });

  test('of a room that becomes temporary is still there, and is not that of another one after a crash', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, { 'muc#roomconfig_persistentroom': '1' });
    await submits(crone, card(PHOTO));
    await crone.next();
    await crone.next();
    await submits(crone, configuration({ 'muc#roomconfig_persistentroom': '0' }));
    await crone.next();
    expect((await gets(crone)).attr('type')).toBe('result');
    await scene.crash();
    const owner = await scene.login('crone', 'desktop');
    await opens(owner, 'firstwitch', { 'muc#roomconfig_persistentroom': '1' });
    await scene.restart();
    expect(conditionOf(await gets(await scene.login('crone', 'desktop')))).toBe('item-not-found');
  });

  test('is a feature of the service and of its rooms (examples 2 and 8)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    expect(await features(crone, 'rooms.localhost')).toContain('vcard-temp');
    expect(await features(crone, ROOM)).toContain('vcard-temp');
  });

  test('nothing is told of a room that is not open yet', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const crone = await scene.login('crone', 'desktop');
    const hag = await scene.login('hag', 'pda');
    await enters(crone, 'firstwitch');
    await submits(crone, card(PHOTO));
    expect(conditionOf(await gets(hag))).toBe('item-not-found');
  });
});
