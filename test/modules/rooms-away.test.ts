import { describe, expect, test, vi } from 'vitest';
import { PUSH } from '../../server/modulehost/services.ts';
import { openScene, type Scene, type SceneOptions } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { asksWholeArchive, LASTING, says, textOf } from './rooms-archive-steps.ts';
import { configuration, coven, enters, ID, items, ROOM, STANZA_ID, submits, WITCHES } from './rooms-steps.ts';

const NS_REGISTER = 'jabber:iq:register';
const WAKES = '{https://snug.invalid/rooms}wakes';

/** The crone is in; wicca is a member with a nickname, hag a member without, both connected and outside. */
async function circle(fields: Parameters<typeof coven>[1] = {}, options: SceneOptions = {}) {
  const scene = await openScene({ accounts: WITCHES, ...options });
  const witches = await coven(scene, { ...LASTING, ...fields });
  const { crone, wicca, hag } = witches;
  await admits(crone, 'wicca', 'secondwitch');
  await admits(crone, 'hag');
  for (const client of [wicca, hag]) {
    client.appears();
    await client.next();
    // Whoever is invited to a members-only room is told so.
    if ('muc#roomconfig_membersonly' in fields) await client.next();
  }
  return { scene, ...witches };
}

async function admits(crone: SceneClient, account: string, nick?: string): Promise<void> {
  const item = `<item affiliation='member' jid='${account}@localhost'${nick === undefined ? '' : ` nick='${nick}'`}/>`;
  crone.sends(`<iq type='set' id='m' to='${ROOM}'>${items(item)}</iq>`);
  while ((await crone.next()).name !== 'iq');
}

/** What devices are woken for: account and text. */
function wakings(scene: Scene): readonly string[] {
  const push = scene.server.host.find(PUSH) ?? expect.fail('nobody provides push');
  const heard: string[] = [];
  vi.spyOn(push, 'notify').mockImplementation((account, message) => {
    heard.push(`${account}: ${textOf(message)}`);
  });
  return heard;
}

function mention(occupantId: string, inside = ''): string {
  return `<mention xmlns='urn:xmpp:mentions:0' begin='0' end='3' occupantid='${occupantId}'>${inside}</mention>`;
}

describe('a member who was away', () => {
  test.for(['restart', 'crash'] as const)('has each of 500 messages once, also after a %s', async (end) => {
    const { scene, hag, ...witches } = await circle();
    let crone = witches.crone;
    await enters(hag, 'thirdwitch');
    await crone.next();
    await says(crone, '<body>before</body>');
    const last = (await hag.next()).child('stanza-id', 'urn:xmpp:sid:0')?.attr('id');
    hag.drops();
    await crone.next();
    const expected: string[] = [];
    for (let i = 0; i < 500; i++) {
      if (i === 300) {
        await scene[end]();
        crone = await scene.login('crone', 'desktop');
        await enters(crone, 'firstwitch');
      }
      expected.push(`message ${i}`);
      await says(crone, `<body>message ${i}</body>`, `m${i}`);
    }
    const back = await scene.login('hag', 'phone');
    const history = (await enters(back, 'thirdwitch')).flatMap((each) => each.childText('body') ?? []);
    expect(history).toEqual(expected.slice(-20));
    const missed = await asksWholeArchive(back, last);
    expect(missed.map(({ message }) => textOf(message))).toEqual(expected);
    expect(new Set(missed.map(({ id }) => id)).size).toBe(500);
    await scene.close();
  });

  test('has nothing of it in a mailbox', async () => {
    const { scene, crone, wicca } = await circle();
    await wicca.ends();
    await says(crone, '<body>secondwitch: Thrice</body>');
    const back = await scene.login('wicca', 'laptop');
    back.appears();
    await back.next();
    await back.receivesNothing();
    await scene.close();
  });
});

describe('a mention (XEP-0452)', () => {
  test('is forwarded to a member who is not in the room (example 3)', async () => {
    const { scene, crone, wicca, hag } = await circle();
    const body = `secondwitch: Thrice the brinded cat hath mew'd.`;
    await says(crone, `<body>${body}</body>`, 'ad22c55c');
    await wicca.receives(`<message from='${ROOM}' to='wicca@localhost'><mentions xmlns='urn:xmpp:mmn:0'>
      <forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='{any}'/>
      <message xmlns='jabber:client' type='groupchat' id='ad22c55c' to='${ROOM}' from='${ROOM}/firstwitch'>
      <body>${body}</body>${STANZA_ID}${ID}</message></forwarded></mentions><no-store xmlns='urn:xmpp:hints'/></message>`);
    await hag.receivesNothing();
    await scene.close();
  });

  const reference = (uri: string) => `<reference xmlns='urn:xmpp:reference:0' type='mention' uri='${uri}'/>`;

  test.for([
    ['by the bare JID', `<body>hm</body>${reference('xmpp:wicca@localhost')}`, 1],
    ['by the occupant JID', `<body>hm</body>${reference(`xmpp:${ROOM}/secondwitch`)}`, 1],
    ['by a JID in XEP-0513', `<body>hm</body><mention xmlns='urn:xmpp:mentions:0' jid='wicca@localhost'/>`, 1],
    [
      'of the whole room',
      `<body>hm</body><mention xmlns='urn:xmpp:mentions:0' mentions='urn:xmpp:mentions:0#channel'/>`,
      1,
    ],
    ['by the nickname in capitals', '<body>Hey SecondWitch!</body>', 1],
    ['of somebody else', `<body>hm</body>${reference('xmpp:nobody@localhost')}`, 0],
    ['by a part of a word', '<body>secondwitchcraft</body>', 0],
    [
      'that does not mean to tell',
      `<body>hm</body><mention xmlns='urn:xmpp:mentions:0' jid='wicca@localhost'><noping/></mention>`,
      0,
    ],
    [
      'of those who are active',
      `<body>hm</body><mention xmlns='urn:xmpp:mentions:0' mentions='urn:xmpp:mentions:0#channel'><active/></mention>`,
      0,
    ],
    [
      'of another room',
      `<body>hm</body><mention xmlns='urn:xmpp:mentions:0' mentions='urn:xmpp:mentions:0#channel' uri='xmpp:cave@rooms.localhost'/>`,
      0,
    ],
    [
      'with an address that is none',
      `<body>hm</body>${reference('xmpp:%zz@localhost')}${reference('mailto:wicca@localhost')}`,
      0,
    ],
    ['among too many', `<body>hm</body>${reference('xmpp:wicca@localhost').repeat(11)}`, 0],
    ['in a correction', `<body>secondwitch!</body><replace xmlns='urn:xmpp:message-correct:0' id='said'/>`, 0],
    ['that must not be kept', `<body>secondwitch!</body><no-store xmlns='urn:xmpp:hints'/>`, 0],
  ] as const)('%s', async ([_how, inside, count]) => {
    const { scene, crone, wicca } = await circle();
    await says(crone, inside);
    for (let i = 0; i < count; i++) expect((await wicca.next()).child('mentions', 'urn:xmpp:mmn:0')).toBeDefined();
    await wicca.receivesNothing();
    await scene.close();
  });

  test('by the occupant id reaches a member without a nickname too', async () => {
    const { scene, crone, hag } = await circle();
    await enters(hag, 'thirdwitch');
    const id = (await crone.next()).child('occupant-id', 'urn:xmpp:occupant-id:0')?.attr('id') ?? expect.fail();
    hag.sends(`<presence type='unavailable' to='${ROOM}/thirdwitch'/>`);
    await hag.next();
    await crone.next();
    await says(crone, `<body>hag: hm</body>${mention(id)}`);
    expect((await hag.next()).child('mentions', 'urn:xmpp:mmn:0')).toBeDefined();
    await scene.close();
  });

  test('is for members who are away, by a member where it is for all', async () => {
    const { scene, crone, wicca, hag } = await circle();
    await enters(wicca, 'secondwitch');
    await crone.next();
    await says(crone, '<body>secondwitch!</body>');
    expect((await wicca.next()).attr('type')).toBe('groupchat');
    crone.sends(`<iq type='set' id='m' to='${ROOM}'>${items(`<item affiliation='none' jid='wicca@localhost'/>`)}</iq>`);
    for (const each of [crone, crone, wicca]) await each.next();
    await says(wicca, `<body>hm</body><mention xmlns='urn:xmpp:mentions:0' mentions='urn:xmpp:mentions:0#channel'/>`);
    await crone.next();
    await hag.receivesNothing();
    await scene.close();
  });

  test('is not forwarded where the owners do not want it, nor to whom somebody is blocked by', async () => {
    const { scene, crone, wicca } = await circle();
    await wicca.request(
      `<iq type='set'><block xmlns='urn:xmpp:blocking'><item jid='${ROOM}/firstwitch'/></block></iq>`,
    );
    await says(crone, '<body>secondwitch!</body>');
    await wicca.receivesNothing();
    await wicca.request(`<iq type='set'><unblock xmlns='urn:xmpp:blocking'/></iq>`);
    await submits(crone, configuration({ 'muc#roomconfig_forwardmentions': '0' }));
    await crone.next();
    await says(crone, '<body>secondwitch!</body>');
    await wicca.receivesNothing();
    await scene.close();
  });
});

describe('devices of members who are away', () => {
  test('are woken for mentions', async () => {
    const { scene, crone } = await circle();
    const heard = wakings(scene);
    await says(crone, '<body>hm</body>');
    await says(crone, '<body>secondwitch!</body>');
    await says(crone, `<reactions xmlns='urn:xmpp:reactions:0' id='said'><reaction>1</reaction></reactions>`);
    expect(heard).toEqual(['wicca: secondwitch!']);
    await scene.close();
  });

  test('are not woken by somebody who is blocked', async () => {
    const { scene, crone, wicca } = await circle();
    await wicca.request(
      `<iq type='set'><block xmlns='urn:xmpp:blocking'><item jid='${ROOM}/firstwitch'/></block></iq>`,
    );
    const heard = wakings(scene);
    await says(crone, '<body>secondwitch!</body>');
    expect(heard).toEqual([]);
    await scene.close();
  });

  test('are woken for everything where people know each other, unless the owners choose otherwise', async () => {
    const { scene, crone } = await circle({ 'muc#roomconfig_membersonly': '1', 'muc#roomconfig_whois': 'anyone' });
    const heard = wakings(scene);
    await says(crone, '<body>one</body>');
    // What is encrypted may have no text for others.
    await says(crone, `<encrypted xmlns='urn:xmpp:omemo:2'/><store xmlns='urn:xmpp:hints'/>`);
    expect(heard).toEqual(['wicca: one', 'hag: one', 'wicca: undefined', 'hag: undefined']);
    await submits(crone, configuration({ [WAKES]: 'nothing' }));
    await crone.next();
    await says(crone, '<body>secondwitch!</body>');
    expect(heard.length).toBe(4);
    await scene.close();
  });

  test('are woken for everything when the member wants it, also after a restart', async () => {
    const { scene, crone, wicca } = await circle();
    const wishes = async (value: string) => {
      const answer =
        await wicca.request(`<iq type='set' to='${ROOM}'><query xmlns='${NS_REGISTER}'><x xmlns='jabber:x:data' type='submit'>
        <field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#register</value></field>
        <field var='muc#register_roomnick'><value>secondwitch</value></field>
        <field var='{http://tigase.org/protocol/muc}offline'><value>${value}</value></field></x></query></iq>`);
      expect(answer.attr('type')).toBe('result');
    };
    await wishes('true');
    const form = await wicca.request(`<iq type='get' to='${ROOM}'><query xmlns='${NS_REGISTER}'/></iq>`);
    const query = form.child('query', NS_REGISTER);
    expect([query?.childText('username'), query?.child('registered') !== undefined]).toEqual(['secondwitch', true]);
    const values = query
      ?.child('x', 'jabber:x:data')
      ?.elements.map((field) => [field.attr('var'), field.childText('value')]);
    expect(values).toContainEqual(['{http://tigase.org/protocol/muc}offline', '1']);
    crone.drops();
    await scene.restart();
    const again = await scene.login('crone', 'desktop');
    await enters(again, 'firstwitch');
    const heard = wakings(scene);
    await says(again, '<body>hm</body>');
    expect(heard).toEqual(['wicca: hm']);
    await scene.close();
  });
});
