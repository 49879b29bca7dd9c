import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { asks, events, heard, interested, itemsOf, OPEN, publishes, retracts } from './pep-clients.ts';
import { letsSee } from './subscribed.ts';

const DATA = 'urn:xmpp:avatar:data';
const METADATA = 'urn:xmpp:avatar:metadata';
const NS_UPDATE = 'vcard-temp:x:update';
const UPDATE = `<x xmlns='${NS_UPDATE}'>`;

interface Picture {
  readonly base64: string;
  readonly hash: string;
  readonly bytes: number;
  readonly type: string;
}

function picture(type: string, ...bytes: readonly number[]): Picture {
  const buffer = Buffer.from(bytes);
  const hash = createHash('sha1').update(buffer).digest('hex');
  return { base64: buffer.toString('base64'), hash, bytes: bytes.length, type };
}

const png = (tag: number) =>
  picture(
    'image/png',
    0x89,
    0x50,
    0x4e,
    0x47,
    0x0d,
    0x0a,
    0x1a,
    0x0a,
    0,
    0,
    0,
    13,
    0x49,
    0x48,
    0x44,
    0x52,
    0,
    0,
    0,
    64,
    0,
    0,
    0,
    48,
    tag,
  );
const gif = (tag: number) => picture('image/gif', 0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 64, 0, 48, 0, tag);
const ROSE = png(1);
const SWORD = png(2);

const dataOf = ({ base64 }: Picture) => `<data xmlns='${DATA}'>${base64}</data>`;
const infoOf = ({ bytes, hash, type }: Picture, more = '') =>
  `<info bytes='${bytes}' id='${hash}' type='${type}'${more}/>`;
const metadataOf = (...infos: readonly string[]) => `<metadata xmlns='${METADATA}'>${infos.join('')}</metadata>`;
const photoOf = ({ base64, type }: Picture) => `<PHOTO><TYPE>${type}</TYPE><BINVAL>${base64}</BINVAL></PHOTO>`;
const NAME = '<FN>Juliet</FN>';

/** As clients of XEP-0084 do it: first the data, then what tells of them. */
async function wears(
  client: SceneClient,
  shown: Picture,
  options: Readonly<Record<string, string>> = OPEN,
): Promise<void> {
  await publishes(client, DATA, shown.hash, dataOf(shown), options);
  await publishes(client, METADATA, shown.hash, metadataOf(infoOf(shown)), options);
}

const setCard = (client: SceneClient, content: string) =>
  asks(client, `<iq type='set'><vCard xmlns='vcard-temp'>${content}</vCard></iq>`);

async function cardOf(client: SceneClient, owner = 'juliet'): Promise<string> {
  const answer = await asks(client, `<iq type='get' to='${owner}@localhost'><vCard xmlns='vcard-temp'/></iq>`);
  const card = answer.child('vCard', 'vcard-temp');
  return card === undefined
    ? 'none'
    : card.elements
        .map((element) => element.toXml('vcard-temp'))
        .join('')
        .replaceAll('"', "'");
}

/** What the presences among these stanzas say of a picture: a hash, `''` for none, undefined for nothing. */
const hashesIn = (stanzas: readonly Element[]) =>
  stanzas
    .filter(({ name }) => name === 'presence')
    .map((presence) => presence.child('x', NS_UPDATE)?.childText('photo'));

async function hashesHeard(client: SceneClient): Promise<readonly (string | undefined)[]> {
  return hashesIn(await heard(client));
}

describe('a picture in PEP', () => {
  test('is in the vCard as well, with what else the card says (XEP-0398 section 3.1)', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet');
    const romeo = await scene.login('romeo');
    await wears(juliet, ROSE);
    expect(await cardOf(romeo)).toBe(photoOf(ROSE));
    await setCard(juliet, NAME + photoOf(ROSE));
    await wears(juliet, SWORD);
    expect(await cardOf(romeo)).toBe(NAME + photoOf(SWORD));
  });

  test('leaves the vCard when avatars are disabled, retracted or deleted', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    await setCard(juliet, NAME);
    const removals = [
      () => publishes(juliet, METADATA, 'x', metadataOf()),
      () => retracts(juliet, METADATA, ROSE.hash),
      () =>
        asks(
          juliet,
          `<iq type='set'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><delete node='${METADATA}'/></pubsub></iq>`,
        ),
    ];
    for (const remove of removals) {
      await wears(juliet, ROSE);
      expect(await cardOf(juliet)).toBe(NAME + photoOf(ROSE));
      expect((await remove()).attr('type')).toBe('result');
      expect(await cardOf(juliet)).toBe(NAME);
    }
  });

  test('is taken from the data node, in PNG rather than in another format, whatever URLs there are', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    const many = { access_model: 'open', max_items: '10' };
    await publishes(juliet, DATA, ROSE.hash, dataOf(ROSE), many);
    await publishes(juliet, DATA, gif(1).hash, dataOf(gif(1)), many);
    const elsewhere = infoOf(png(9), ` url='http://avatars.example.org/happy.png'`);
    await publishes(
      juliet,
      METADATA,
      ROSE.hash,
      metadataOf(elsewhere, infoOf(gif(1)), infoOf(png(8)), infoOf(ROSE)),
      OPEN,
    );
    expect(await cardOf(juliet)).toBe(photoOf(ROSE));
    await publishes(juliet, METADATA, ROSE.hash, metadataOf(elsewhere, infoOf(gif(1))), OPEN);
    expect(await cardOf(juliet)).toBe(photoOf(gif(1)));
    await publishes(juliet, METADATA, ROSE.hash, metadataOf(elsewhere), OPEN);
    expect(await cardOf(juliet)).toBe('none');
  });

  test('may come after its metadata', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    await publishes(juliet, METADATA, ROSE.hash, metadataOf(infoOf(ROSE)), OPEN);
    expect(await cardOf(juliet)).toBe('none');
    await publishes(juliet, DATA, ROSE.hash, dataOf(ROSE), OPEN);
    expect(await cardOf(juliet)).toBe(photoOf(ROSE));
  });

  test.each([
    ['are for contacts only (section 7)', ROSE, { access_model: 'presence' }],
    ['are not what their id says', { ...ROSE, hash: SWORD.hash }, OPEN],
    ['are no picture', picture('image/png', 1, 2, 3), OPEN],
    ['are no base64', { ...ROSE, base64: '%' }, OPEN],
    [
      'are larger than the setting allows',
      picture('image/gif', 0x47, 0x49, 0x46, 0x38, 0x39, 0x61, ...Array(1_000).fill(0)),
      OPEN,
    ],
  ])('does not get into the vCard when the data %s', async (_, shown, options) => {
    await using scene = await openScene({ accounts: ['juliet'], settings: { 'avatars.maxBytes': 1000 } });
    const juliet = await scene.login('juliet');
    await setCard(juliet, NAME);
    await wears(juliet, shown, options);
    expect(await cardOf(juliet)).toBe(NAME);
  });

  test('of contacts only takes away the one that everybody saw', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    await wears(juliet, ROSE);
    for (const node of [DATA, METADATA]) {
      const field = `<field var='pubsub#access_model'><value>presence</value></field>`;
      await asks(
        juliet,
        `<iq type='set'><pubsub xmlns='http://jabber.org/protocol/pubsub#owner'><configure node='${node}'>
          <x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#node_config</value></field>${field}</x></configure></pubsub></iq>`,
      );
    }
    await wears(juliet, SWORD, { access_model: 'presence' });
    expect(await cardOf(juliet)).toBe('none');
  });
});

describe('a picture in the vCard', () => {
  test('is published, the data first, and contacts hear of it (section 3.2)', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo', 'orchard');
    await letsSee(juliet, romeo);
    await romeo.ends();
    const watcher = await interested(scene, 'romeo', 'street', METADATA);
    juliet.sends('<presence/>');
    await heard(juliet);
    await heard(watcher);
    expect((await setCard(juliet, NAME + photoOf(ROSE))).attr('type')).toBe('result');
    const info = `<info bytes='${ROSE.bytes}' id='${ROSE.hash}' type='image/png' width='64' height='48'/>`;
    expect(await events(watcher)).toEqual([`${METADATA} item ${ROSE.hash} ${metadataOf(info)}`]);
    expect(await itemsOf(watcher, DATA, 'juliet@localhost')).toEqual({ [ROSE.hash]: dataOf(ROSE) });
    expect(await cardOf(watcher)).toBe(NAME + photoOf(ROSE));
  });

  test('has the type that its bytes tell (XEP-0153 section 5), and may have line breaks', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    const base64 = gif(1).base64.replace(/.{8}/g, '$&\n');
    await setCard(juliet, `<PHOTO><TYPE>image/png</TYPE><BINVAL>\n${base64}\n</BINVAL></PHOTO>`);
    expect(await itemsOf(juliet, DATA)).toEqual({ [gif(1).hash]: dataOf(gif(1)) });
    expect(Object.values(await itemsOf(juliet, METADATA))[0]).toContain(`type='image/gif'`);
  });

  test('that is no picture is not published', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    await setCard(juliet, `<PHOTO><TYPE>image/png</TYPE><BINVAL>AAAA</BINVAL></PHOTO>`);
    expect(await itemsOf(juliet, METADATA)).toBe('item-not-found');
  });

  test('is withdrawn with the card’s, and the data with it', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    await setCard(juliet, NAME + photoOf(ROSE));
    await setCard(juliet, NAME);
    expect(Object.values(await itemsOf(juliet, METADATA))).toEqual([`<metadata xmlns='${METADATA}'/>`]);
    expect(await itemsOf(juliet, DATA)).toEqual({});
  });

  test('that has not changed changes nothing, also where the published one is for contacts only', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    await wears(juliet, ROSE, { access_model: 'presence' });
    await setCard(juliet, NAME);
    await setCard(juliet, '<FN>Giulietta</FN>');
    expect(await itemsOf(juliet, METADATA)).toEqual({ [ROSE.hash]: metadataOf(infoOf(ROSE)) });
  });

  test('from before is published when its owner comes', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    await scene.server.host.stop('avatars');
    await setCard(await scene.login('juliet'), NAME + photoOf(ROSE));
    await scene.restart();
    const juliet = await scene.login('juliet');
    expect(await itemsOf(juliet, DATA)).toEqual({ [ROSE.hash]: dataOf(ROSE) });
    juliet.sends('<presence/>');
    expect(await hashesHeard(juliet)).toEqual([ROSE.hash]);
  });

  test('is there from before where only PEP had it', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    await scene.server.host.stop('avatars');
    await wears(await scene.login('juliet'), ROSE);
    await scene.restart();
    expect(await cardOf(await scene.login('juliet'))).toBe(photoOf(ROSE));
  });
});

describe('presence (section 4)', () => {
  test('carries the hash, broadcast and directed (examples 3 and 4)', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet');
    const romeo = await scene.login('romeo', 'orchard');
    await wears(juliet, ROSE);
    juliet.sends(`<presence to='romeo@localhost/orchard'><show>away</show></presence>`);
    await romeo.receives(
      `<presence from='${juliet.jid}'><show>away</show>${UPDATE}<photo>${ROSE.hash}</photo></x></presence>`,
    );
    juliet.sends('<presence/>');
    expect(await hashesHeard(juliet)).toEqual([ROSE.hash]);
  });

  test('into a room carries it too', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    await wears(juliet, ROSE);
    juliet.sends(
      `<presence to='balcony@rooms.localhost/Juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
    );
    expect(await hashesHeard(juliet)).toEqual([ROSE.hash]);
  });

  test.each([
    ['that says nothing yet gets it', `${UPDATE}</x>`, ROSE.hash],
    ['that shows none on purpose stays so (example 5)', `${UPDATE}<photo/></x>`, ''],
    ['with another hash is corrected', `${UPDATE}<photo>${SWORD.hash}</photo></x>`, ROSE.hash],
    [
      'with the hash in capitals may go',
      `${UPDATE}<photo>${ROSE.hash.toUpperCase()}</photo></x>`,
      ROSE.hash.toUpperCase(),
    ],
  ])('%s', async (_, content, hash) => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    await wears(juliet, ROSE);
    juliet.sends(`<presence>${content}</presence>`);
    expect(await hashesHeard(juliet)).toEqual([hash]);
  });

  test('of those who never had a picture is left alone, unless it asks for a hash or claims one', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    juliet.sends('<presence/>');
    expect(await hashesHeard(juliet)).toEqual([undefined]);
    for (const content of [`${UPDATE}</x>`, `${UPDATE}<photo>${ROSE.hash}</photo></x>`]) {
      juliet.sends(`<presence>${content}</presence>`);
      expect(await hashesHeard(juliet)).toEqual(['']);
    }
  });

  test('of other types carries none', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet');
    const romeo = await scene.login('romeo');
    await wears(juliet, ROSE);
    romeo.sends('<presence/>');
    await heard(romeo);
    juliet.sends(`<presence type='subscribe' to='romeo@localhost'/><presence type='unavailable' to='${romeo.jid}'/>`);
    await heard(juliet);
    expect(await hashesHeard(romeo)).toEqual([undefined, undefined]);
  });

  test('goes out again when the picture changes, and when it is gone', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const shy = await scene.login('juliet', 'chamber');
    const hidden = await scene.login('juliet', 'crypt');
    await wears(hidden, ROSE);
    juliet.sends('<presence><show>away</show></presence>');
    shy.sends(`<presence>${UPDATE}<photo/></x></presence>`);
    await heard(shy);
    await heard(juliet);

    await wears(hidden, SWORD);
    const [presence, ...others] = await heard(juliet);
    expect(others).toEqual([]); // nothing of the one that shows none on purpose, nor of the one that is not available
    expect(presence?.childText('show')).toBe('away');
    expect(hashesIn(presence === undefined ? [] : [presence])).toEqual([SWORD.hash]);
    await publishes(hidden, METADATA, 'none', metadataOf());
    expect(await hashesHeard(juliet)).toEqual(['']);
    await wears(hidden, ROSE);
    expect(await hashesHeard(juliet)).toContain(ROSE.hash);
  });

  test('still says that the picture is gone after a restart, so that who was away hears of it', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const before = await scene.login('juliet');
    await wears(before, ROSE);
    await retracts(before, METADATA, ROSE.hash);
    await scene.restart();
    const juliet = await scene.login('juliet');
    juliet.sends('<presence/>');
    expect(await hashesHeard(juliet)).toEqual(['']);
    await wears(juliet, SWORD);
    await scene.crash();
    const again = await scene.login('juliet');
    again.sends('<presence/>');
    expect(await hashesHeard(again)).toEqual([SWORD.hash]);
  });
});

test('nothing of a removed account is left for the next of that name', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const juliet = await scene.login('juliet');
  await wears(juliet, ROSE);
  await retracts(juliet, METADATA, ROSE.hash);
  await scene.accounts.remove('juliet');
  await scene.accounts.create({ localpart: 'juliet', password: 'juliet-secret', role: 'member' });
  const other = await scene.login('juliet', 'other');
  other.sends('<presence/>');
  expect(await hashesHeard(other)).toEqual([undefined]);
});

test('an account says that its pictures are converted (section 2)', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const xmlns = 'http://jabber.org/protocol/disco#info';
  const answer = await asks(await scene.login('juliet'), `<iq type='get'><query xmlns='${xmlns}'/></iq>`);
  const features = answer.child('query', xmlns)?.elements.map((feature) => feature.attr('var'));
  expect(features).toContain('urn:xmpp:pep-vcard-conversion:0');
});
