/** XEP-0463: versions of the affiliations, by which clients keep the lists without asking for all of them. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { asks, configuration, coven, enters, items, NS_USER, ROOM, submits, WITCHES } from './rooms-steps.ts';

const MAV = 'urn:xmpp:muc:affiliations:1';
const OPEN = { 'muc#roomconfig_whois': 'anyone' };

function request(since?: string): string {
  return since === undefined ? `<mav xmlns='${MAV}'/>` : `<mav xmlns='${MAV}' since='${since}'/>`;
}

function mavOf(element: Element | undefined): Element | undefined {
  return element?.child('x', NS_USER)?.child('mav', MAV);
}

function untilOf(element: Element | undefined): string {
  return mavOf(element)?.attr('until') ?? expect.fail('no version');
}

/** `jid affiliation` of the items. */
function itemsOf(element: Element | undefined): readonly string[] {
  const found = element?.child('x', NS_USER)?.elements.filter(({ name }) => name === 'item') ?? [];
  return found.map((item) => `${item.attr('jid')} ${item.attr('affiliation')}`).sort();
}

function selfOf(heard: readonly Element[]): Element | undefined {
  return heard.find((each) =>
    each.child('x', NS_USER)?.elements.some((child) => child.name === 'status' && child.attr('code') === '110'),
  );
}

/** Changes an affiliation of somebody who is not there; gives what the owner, who is in the room, is told of it. */
async function changes(owner: SceneClient, jid: string, affiliation: string): Promise<Element> {
  const item = items(`<item affiliation='${affiliation}' jid='${jid}'/>`);
  owner.sends(`<iq type='set' id='c1' to='${ROOM}'>${item}</iq>`);
  const told = await owner.next();
  expect((await owner.next()).attr('type')).toBe('result');
  return told;
}

async function leaves(client: SceneClient, nick: string): Promise<void> {
  client.sends(`<presence type='unavailable' to='${ROOM}/${nick}'/>`);
  await client.next();
}

describe('versions of affiliations', () => {
  test('whoever has none gets the whole list before any presence, and its version in the own one (examples 1, 3 and 6)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, OPEN);
    await changes(crone, 'hag@localhost', 'member');
    const heard = await enters(hag, 'thirdwitch', request());
    expect([heard[0]?.name, heard[0]?.attr('from'), heard[1]?.name]).toEqual(['message', ROOM, 'presence']);
    expect(mavOf(heard[0])?.attr('since')).toBeUndefined();
    expect(itemsOf(heard[0])).toEqual(['crone@localhost owner', 'hag@localhost member']);
    expect(untilOf(selfOf(heard))).toBe(untilOf(heard[0]));
  });

  test('whoever knows an earlier version gets what is not as it was, each address once (examples 2 and 4)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, OPEN);
    await changes(crone, 'hag@localhost', 'admin');
    await changes(crone, 'b@localhost', 'member');
    const since = untilOf(selfOf(await enters(hag, 'thirdwitch', request())));
    await leaves(hag, 'thirdwitch');
    await crone.next();
    await crone.next();
    await changes(crone, 'wicca@localhost', 'member');
    await changes(crone, 'a@localhost', 'outcast');
    await changes(crone, 'a@localhost', 'none');
    await changes(crone, 'b@localhost', 'none');
    const heard = await enters(hag, 'thirdwitch', request(since));
    expect(mavOf(heard[0])?.attr('since')).toBe(since);
    expect(itemsOf(heard[0])).toEqual(['b@localhost none', 'wicca@localhost member']);
    expect(untilOf(selfOf(heard))).toBe(untilOf(heard[0]));
    expect(untilOf(heard[0])).not.toBe(since);
  });

  test('whoever knows the present version gets it in the own presence only', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, { ...OPEN, 'muc#roomconfig_persistentroom': '1' });
    await leaves(crone, 'firstwitch');
    const since = untilOf(selfOf(await enters(crone, 'firstwitch', request())));
    await leaves(crone, 'firstwitch');
    const heard = await enters(crone, 'firstwitch', request(since));
    expect(heard[0]?.name).toBe('presence');
    expect(untilOf(heard[0])).toBe(since);
    expect(mavOf(heard[0])?.attr('since')).toBeUndefined();
  });

  test('whoever names a version that is not known gets the whole list', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, OPEN);
    await changes(crone, 'hag@localhost', 'member');
    const heard = await enters(hag, 'thirdwitch', request('invented'));
    expect(mavOf(heard[0])?.attr('since')).toBeUndefined();
    expect(itemsOf(heard[0])).toHaveLength(2);
  });

  test('each change is told with both versions: by message, and by presence (example 7)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, wicca, hag } = await coven(scene, OPEN);
    await changes(crone, 'hag@localhost', 'member');
    const first = untilOf(selfOf(await enters(hag, 'thirdwitch', request())));
    await crone.next();
    await changes(crone, 'wicca@localhost', 'admin');
    const told = await hag.next();
    expect([told.name, mavOf(told)?.attr('since'), ...itemsOf(told)]).toEqual([
      'message',
      first,
      'wicca@localhost admin',
    ]);
    await enters(wicca, 'secondwitch');
    await hag.next();
    await crone.next();
    crone.sends(
      `<iq type='set' id='c2' to='${ROOM}'>${items(`<item affiliation='member' jid='wicca@localhost'/>`)}</iq>`,
    );
    const shown = await hag.next();
    expect([shown.name, mavOf(shown)?.attr('since')]).toEqual(['presence', untilOf(told)]);
    // Who did not ask hears nothing of it.
    expect(mavOf(await wicca.next())).toBeUndefined();
    expect(mavOf(await crone.next())).toBeUndefined();
    const own = `<iq type='set' id='c3' to='${ROOM}'>${items(`<item affiliation='admin' jid='hag@localhost'/>`)}</iq>`;
    crone.sends(own);
    expect(mavOf(await hag.next())?.attr('since')).toBe(untilOf(shown));
  });

  test('every own presence tells the version, others’ only when an affiliation changed', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, OPEN);
    await changes(crone, 'hag@localhost', 'member');
    const version = untilOf(selfOf(await enters(hag, 'thirdwitch', request())));
    hag.sends(`<presence to='${ROOM}/thirdwitch'><show>away</show></presence>`);
    expect(untilOf(await hag.next())).toBe(version);
    crone.sends(`<presence to='${ROOM}/firstwitch'><show>away</show></presence>`);
    expect(mavOf(await hag.next())).toBeUndefined();
  });

  test('a reservation of a nickname changes no affiliation', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, OPEN);
    await changes(crone, 'hag@localhost', 'member');
    const version = untilOf(selfOf(await enters(hag, 'thirdwitch', request())));
    await crone.next();
    crone.sends(
      `<iq type='set' id='c2' to='${ROOM}'>${items(`<item affiliation='member' jid='hag@localhost' nick='thirdwitch'/>`)}</iq>`,
    );
    expect(mavOf(await hag.next())?.attributes).toEqual(['until', version]);
  });

  test('of somebody whose presence is not shown, and of a domain, a message tells', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { ...OPEN, 'muc#roomconfig_presencebroadcast': 'moderator' });
    await changes(crone, 'hag@localhost', 'member');
    await enters(hag, 'thirdwitch', request());
    const told = await changes(crone, 'localhost', 'member');
    expect(itemsOf(told)).toEqual(['localhost member']);
    expect(mavOf(await hag.next())).toBeDefined();
  });

  test('a change for a domain is told by message also where its people are seen', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, OPEN);
    await changes(crone, 'hag@localhost', 'admin');
    await enters(hag, 'thirdwitch', request());
    const wicca = await scene.login('wicca', 'laptop');
    await enters(wicca, 'secondwitch');
    await hag.next();
    crone.sends(`<iq type='set' id='c2' to='${ROOM}'>${items(`<item affiliation='member' jid='localhost'/>`)}</iq>`);
    const shown = await hag.next();
    const told = await hag.next();
    expect([shown.name, told.name, ...itemsOf(told)]).toEqual(['presence', 'message', 'localhost member']);
    expect(mavOf(told)?.attributes).toEqual(mavOf(shown)?.attributes);
  });

  test('whoever enters anew without asking hears no more of them', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, OPEN);
    expect(mavOf(selfOf(await enters(crone, 'firstwitch', request())))).toBeDefined();
    expect(mavOf(selfOf(await enters(crone, 'firstwitch')))).toBeUndefined();
    expect(mavOf(await changes(crone, 'hag@localhost', 'member'))).toBeUndefined();
  });

  test('the element of a join is for the room alone', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, OPEN);
    asks(hag, 'thirdwitch', request());
    expect((await crone.next()).toXml()).not.toContain(MAV);
  });

  test('whoever may not read the lists is told so, and enters (example 8)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { hag } = await coven(scene);
    asks(hag, 'thirdwitch', request());
    await hag.receives(`<message type='error' from='${ROOM}'>
      <error type='auth' by='${ROOM}'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
        <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>{any}</text></error></message>`);
    await hag.next();
    const self = await hag.next();
    expect(selfOf([self])).toBe(self);
    expect(mavOf(self)).toBeUndefined();
  });

  test('lists that are not for the reader are left out; who vanishes into one is gone', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, OPEN);
    await changes(crone, 'hag@localhost', 'member');
    await changes(crone, 'a@localhost', 'member');
    await changes(crone, 'b@localhost', 'outcast');
    const first = await enters(hag, 'thirdwitch', request());
    expect(itemsOf(first[0])).toEqual(['a@localhost member', 'crone@localhost owner', 'hag@localhost member']);
    await leaves(hag, 'thirdwitch');
    await crone.next();
    await crone.next();
    await changes(crone, 'a@localhost', 'outcast');
    await changes(crone, 'c@localhost', 'outcast');
    const second = await enters(hag, 'thirdwitch', request(untilOf(first[0])));
    expect(itemsOf(second[0])).toEqual(['a@localhost none']);
    await leaves(hag, 'thirdwitch');
    await crone.next();
    await crone.next();
    await changes(crone, 'd@localhost', 'outcast');
    // A difference is never empty: better the whole than a version that nothing leads to.
    const third = await enters(hag, 'thirdwitch', request(untilOf(second[0])));
    expect(mavOf(third[0])?.attr('since')).toBeUndefined();
    expect(itemsOf(third[0])).toEqual(['crone@localhost owner', 'hag@localhost member']);
  });

  test('nobody hears what changed since before he could read it (security considerations)', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, { ...OPEN, 'muc#roomconfig_persistentroom': '1' });
    await leaves(crone, 'firstwitch');
    const version = untilOf(selfOf(await enters(crone, 'firstwitch', request())));
    await changes(crone, 'wicca@localhost', 'member');
    await changes(crone, 'wicca@localhost', 'none');
    await changes(crone, 'hag@localhost', 'member');
    asks(hag, 'thirdwitch', request(version));
    expect((await hag.next()).attr('type')).toBe('error');
  });

  test('a long list comes in pages that lead from one to the next', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone, hag } = await coven(scene, OPEN);
    const all = Array.from({ length: 1_100 }, (_, i) => `<item affiliation='member' jid='m${i}@localhost'/>`);
    crone.sends(
      `<iq type='set' id='c2' to='${ROOM}'>${items(`<item affiliation='member' jid='hag@localhost'/>`, ...all)}</iq>`,
    );
    while ((await crone.next()).name !== 'iq');
    const heard = await enters(hag, 'thirdwitch', request());
    const pages = heard.filter((each) => each.name === 'message' && mavOf(each) !== undefined);
    expect(pages.map((page) => itemsOf(page).length)).toEqual([500, 500, 102]);
    expect(pages.map((page) => mavOf(page)?.attr('since'))).toEqual([undefined, untilOf(pages[0]), untilOf(pages[1])]);
    expect(untilOf(pages[2])).toBe(untilOf(selfOf(heard)));
  });

  test('outlast a restart in a persistent room, and are new in a new one', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, { ...OPEN, 'muc#roomconfig_persistentroom': '1' });
    await leaves(crone, 'firstwitch');
    const since = untilOf(selfOf(await enters(crone, 'firstwitch', request())));
    crone.sends(
      `<iq type='set' id='c2' to='${ROOM}'>${items(`<item affiliation='member' jid='wicca@localhost'/>`)}</iq>`,
    );
    await crone.next();
    await crone.next();
    await scene.restart();
    const owner = await scene.login('crone', 'desktop');
    const heard = await enters(owner, 'firstwitch', request(since));
    expect(itemsOf(heard[0])).toEqual(['wicca@localhost member']);
    owner.sends(
      `<iq type='set' id='d' to='${ROOM}'><query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query></iq>`,
    );
    await owner.next();
    await owner.next();
    const fresh = await enters(owner, 'firstwitch', request(untilOf(heard[0])));
    expect(itemsOf(fresh[0])).toEqual(['crone@localhost owner']);
    await submits(owner, configuration({ ...OPEN, 'muc#roomconfig_persistentroom': '1' }));
    await scene.restart();
    const again = await enters(await scene.login('crone', 'desktop'), 'firstwitch', request(untilOf(fresh[0])));
    expect(again[0]?.name).toBe('presence');
    expect(untilOf(again[0])).toBe(untilOf(fresh[0]));
  });

  test('a client that has lost track may ask again', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene, OPEN);
    const heard = await enters(crone, 'firstwitch', request());
    expect(itemsOf(heard[0])).toEqual(['crone@localhost owner']);
    expect(untilOf(selfOf(heard))).toBe(untilOf(heard[0]));
  });

  test('are a feature of every room', async () => {
    await using scene = await openScene({ accounts: WITCHES });
    const { crone } = await coven(scene);
    const answer = await crone.request(
      `<iq type='get' to='${ROOM}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    expect(answer.elements[0]?.elements.map((child) => child.attr('var'))).toContain(MAV);
  });
});
