/** XEP-0163: publishing, and who hears of it. */
import { describe, expect, test } from 'vitest';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import {
  appears,
  capsOf,
  delayFrom,
  describes,
  NS_EVENT,
  NS_PUBSUB,
  publication,
  publishOptions,
  submitted,
  TUNE,
  tune,
  tuneEvent,
  tunePublication,
  verOf,
} from './pep-steps.ts';
import { asks, asksAsOwner, configures, fieldsIn, itemsIn, makes, refusalIn } from './pubsub-steps.ts';
import { letsSee } from './subscribed.ts';

const JULIET = 'juliet@localhost';
const ROMEO = 'romeo@localhost/orchard';
const MOOD = 'http://jabber.org/protocol/mood';

async function verona(settings: Readonly<Record<string, unknown>> = {}) {
  const scene = await openScene({ accounts: ['juliet', 'romeo', 'nurse'], settings });
  const juliet = await scene.login('juliet', 'balcony');
  const romeo = await scene.login('romeo', 'orchard');
  return { scene, juliet, romeo };
}

/** Puts romeo into a group of juliet's contact list, once she lets him see her presence. */
async function groups(juliet: SceneClient, group: string): Promise<void> {
  await juliet.request(
    `<iq type='set'><query xmlns='jabber:iq:roster'><item jid='romeo@localhost'><group>${group}</group></item></query></iq>`,
  );
}

const fetch = async (client: SceneClient, node = TUNE, of = JULIET) =>
  await asks(client, 'get', `<items node='${node}'/>`, of);

describe('publishing (section 3)', () => {
  test('a node is made by publishing to it (example 1), and its items can be fetched', async () => {
    const { scene, juliet } = await verona();
    await using _ = scene;
    const answer = await juliet.request(tunePublication('Introduction', 'bffe6584'));
    expect(answer.toXml()).toContain("<item id='bffe6584'/>");
    juliet.sends(`<iq type='get' id='a'><pubsub xmlns='${NS_PUBSUB}'><items node='${TUNE}'/></pubsub></iq>`);
    await juliet.receives(
      `<iq type='result' id='a'><pubsub xmlns='${NS_PUBSUB}'><items node='${TUNE}'><item id='bffe6584'>${tune('Introduction')}</item></items></pubsub></iq>`,
    );
  });

  test('the node has the defaults of section 5', async () => {
    const { scene, juliet } = await verona();
    await using _ = scene;
    await juliet.request(tunePublication('Introduction', 'a'));
    await juliet.request(tunePublication('Finale', 'b'));
    expect(itemsIn(await fetch(juliet))).toEqual(['b']);
    const answer = await asksAsOwner(juliet, 'get', `<configure node='${TUNE}'/>`, JULIET);
    expect(fieldsIn(answer.elements[0]?.elements[0]?.elements[0])).toMatchObject({
      access_model: ['presence'],
      send_last_published_item: ['on_sub_and_presence'],
      deliver_notifications: ['1'],
      max_items: ['1'],
    });
  });

  test('nobody publishes for somebody else, or makes nodes there', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await juliet.request(tunePublication('Introduction', 'a'));
    const forged = `<publish node='${TUNE}'><item id='x'>${tune('Forgery')}</item></publish>`;
    expect(refusalIn(await asks(romeo, 'set', forged, JULIET))).toBe('auth, forbidden');
    expect(refusalIn(await asks(romeo, 'set', forged.replace(TUNE, MOOD), JULIET))).toBe('cancel, item-not-found');
    expect(refusalIn(await asks(romeo, 'set', `<create node='x'/>`, JULIET))).toBe('auth, forbidden');
    expect(refusalIn(await asksAsOwner(romeo, 'set', `<delete node='${TUNE}'/>`, JULIET))).toBe('auth, forbidden');
  });

  test('limits: nodes, items, and room for all of them', async () => {
    const { scene, juliet } = await verona({
      'pep.maxNodes': 1,
      'pep.maxBytes': 100_000,
      'pep.maxPayloadBytes': 90_000,
    });
    await using _ = scene;
    await juliet.request(tunePublication('Introduction', 'a', publishOptions({ max_items: 'max' })));
    expect(refusalIn(await juliet.request(publication(MOOD, `<item><mood xmlns='${MOOD}'/></item>`)))).toBe(
      'wait, resource-constraint',
    );
    await juliet.request(tunePublication('x'.repeat(60_000), 'b'));
    expect(refusalIn(await juliet.request(tunePublication('x'.repeat(60_000), 'c')))).toBe('wait, resource-constraint');
    expect(refusalIn(await juliet.request(tunePublication('x'.repeat(95_000), 'c')))).toBe(
      'modify, not-acceptable, payload-too-big',
    );
  });

  test('persistent private data: only for oneself (XEP-0223), and public data for everybody (XEP-0222)', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    const options = { persist_items: 'true', max_items: 'max', send_last_published_item: 'never' };
    await juliet.request(tunePublication('Mine', 'a', publishOptions({ ...options, access_model: 'whitelist' })));
    expect(refusalIn(await fetch(romeo))).toBe('cancel, not-allowed, closed-node');
    const open = publishOptions({ ...options, access_model: 'open' });
    await juliet.request(publication(MOOD, `<item id='a'><mood xmlns='${MOOD}'/></item>`, open));
    await juliet.request(publication(MOOD, `<item id='b'><mood xmlns='${MOOD}'/></item>`, open));
    expect(itemsIn(await fetch(romeo, MOOD))).toEqual(['a', 'b']);
  });
});

describe('notifications (section 4)', () => {
  test('contacts and own clients that want it get them, at their full JIDs and in the name of the account', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await letsSee(juliet, romeo);
    const chamber = await scene.login('juliet', 'chamber');
    await appears(romeo, [TUNE]);
    await appears(chamber, [TUNE, MOOD]);
    await romeo.next();
    await juliet.request(tunePublication('Introduction', 'x'));
    await romeo.receives(tuneEvent(JULIET, ROMEO, 'Introduction', 'x'));
    await chamber.receives(tuneEvent(JULIET, 'juliet@localhost/chamber', 'Introduction', 'x'));
    await juliet.receivesNothing();
  });

  test('who does not want it, who may not have it and who is not there get nothing', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await letsSee(juliet, romeo);
    const hall = await scene.login('romeo', 'hall');
    const nurse = await scene.login('nurse', 'kitchen');
    await appears(romeo, [MOOD]);
    await appears(nurse, [TUNE]);
    await juliet.request(tunePublication('Introduction', 'x'));
    for (const client of [romeo, hall, nurse]) await client.receivesNothing();
  });

  test('the client is asked once for what its hash stands for, and only believed when that is true', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await letsSee(juliet, romeo);
    romeo.sends(`<presence>${capsOf([TUNE])}</presence>`);
    const question = await romeo.receives(
      `<iq type='get' from='romeo@localhost' to='${ROMEO}'><query xmlns='http://jabber.org/protocol/disco#info' node='http://client.example/#${verOf([TUNE])}'/></iq>`,
    );
    await romeo.next();
    // Another answer than the hash promises counts for this client alone.
    describes(romeo, 'romeo@localhost', question.attr('id') ?? '', [MOOD], verOf([TUNE]));
    const hall = await scene.login('romeo', 'hall');
    hall.sends(`<presence>${capsOf([TUNE])}</presence>`);
    expect((await hall.next()).name).toBe('iq');
    describes(hall, 'romeo@localhost', 'disco', [TUNE]);
    await romeo.next();
    await juliet.request(tunePublication('Introduction', 'x'));
    await hall.next();
    await hall.next();
    await hall.receives(tuneEvent(JULIET, 'romeo@localhost/hall', 'Introduction', 'x'));
    const third = await scene.login('romeo', 'third');
    third.sends(`<presence>${capsOf([TUNE])}</presence>`);
    expect((await third.next()).name).toBe('presence');
  });

  test('the last items come when a client shows itself, once, and when it wants more (example 10)', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await letsSee(juliet, romeo);
    await juliet.request(tunePublication('Introduction', 'x'));
    await juliet.request(publication(MOOD, `<item id='m'><mood xmlns='${MOOD}'/></item>`));
    await appears(romeo, [TUNE]);
    await romeo.receives(tuneEvent(JULIET, ROMEO, 'Introduction', 'x', delayFrom(JULIET)));
    romeo.sends(`<presence><show>away</show>${capsOf([TUNE])}</presence>`);
    await romeo.next();
    await romeo.receivesNothing();
    await appears(romeo, [TUNE, MOOD]);
    expect((await romeo.next()).toXml()).toContain(`node='${MOOD}'`);
    await romeo.receivesNothing();
    romeo.sends(`<presence type='unavailable'/>`);
    await romeo.next();
    romeo.sends(`<presence>${capsOf([TUNE])}</presence>`);
    await romeo.next();
    await romeo.receives(tuneEvent(JULIET, ROMEO, 'Introduction', 'x', delayFrom(JULIET)));
  });

  test('own clients too; and nothing comes where the node says never', async () => {
    const { scene, juliet } = await verona();
    await using _ = scene;
    await juliet.request(tunePublication('Introduction', 'x'));
    const chamber = await scene.login('juliet', 'chamber');
    await appears(chamber, [TUNE]);
    await chamber.receives(tuneEvent(JULIET, 'juliet@localhost/chamber', 'Introduction', 'x', delayFrom(JULIET)));
    await configures(juliet, TUNE, { send_last_published_item: 'never' }, JULIET);
    const hall = await scene.login('juliet', 'hall');
    await appears(hall, [TUNE]);
    await hall.next();
    await hall.receivesNothing();
  });

  test('a client that was there before the server was started again is asked when it matters', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await letsSee(juliet, romeo);
    const session = scene.server.sessions.get('romeo', 'orchard');
    if (session === undefined) throw new Error('romeo is not there');
    session.presence = parseXml(`<presence xmlns='jabber:client' from='${ROMEO}'>${capsOf([TUNE])}</presence>`);
    await juliet.request(tunePublication('Introduction', 'x'));
    expect((await romeo.next()).name).toBe('iq');
    describes(romeo, 'romeo@localhost', 'disco', [TUNE]);
    await romeo.receives(tuneEvent(JULIET, ROMEO, 'Introduction', 'x', delayFrom(JULIET)));
    await juliet.request(tunePublication('Finale', 'x'));
    await romeo.receives(tuneEvent(JULIET, ROMEO, 'Finale', 'x'));
  });

  test('a retraction is told to those who want the node', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await letsSee(juliet, romeo);
    await juliet.request(tunePublication('Introduction', 'x'));
    await appears(romeo, [TUNE]);
    await romeo.next();
    await asks(juliet, 'set', `<retract node='${TUNE}' notify='1'><item id='x'/></retract>`, JULIET);
    await romeo.receives(
      `<message from='${JULIET}' to='${ROMEO}' type='headline'><event xmlns='${NS_EVENT}'><items node='${TUNE}'><retract id='x'/></items></event></message>`,
    );
  });

  test('blocked contacts get none (section 4.3.3)', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await letsSee(juliet, romeo);
    await appears(romeo, [TUNE]);
    await juliet.request(`<iq type='set'><block xmlns='urn:xmpp:blocking'><item jid='romeo@localhost'/></block></iq>`);
    await juliet.request(tunePublication('Introduction', 'x'));
    await romeo.receivesNothing();
  });

  test('who shows themselves directly hears of open nodes until they take it back (XEP-0060 section 9.1.3)', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await appears(romeo, [TUNE]);
    await juliet.request(tunePublication('Secret', 'x'));
    await configures(juliet, TUNE, { access_model: 'open' }, JULIET);
    romeo.sends(`<presence to='${JULIET}'>${capsOf([TUNE])}</presence>`);
    await romeo.receives(tuneEvent(JULIET, ROMEO, 'Secret', 'x', delayFrom(JULIET)));
    await juliet.request(tunePublication('Finale', 'x'));
    await romeo.receives(tuneEvent(JULIET, ROMEO, 'Finale', 'x'));
    romeo.sends(`<presence to='${JULIET}' type='unavailable'/>`);
    await juliet.request(tunePublication('Encore', 'x'));
    await romeo.receivesNothing();
  });

  test('a stranger is asked nothing where nobody may read, so that nobody finds out who has an account', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await juliet.request(tunePublication('Secret', 'x'));
    romeo.sends(
      `<presence to='${JULIET}'><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='new'/></presence>`,
    );
    await romeo.receivesNothing();
  });

  test('an explicit subscription needs no presence (section 4.1)', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await makes(juliet, TUNE, { access_model: 'open' }, JULIET);
    await asks(romeo, 'set', `<subscribe node='${TUNE}' jid='${ROMEO}'/>`, JULIET);
    await juliet.request(tunePublication('Introduction', 'x'));
    await romeo.receives(tuneEvent(JULIET, ROMEO, 'Introduction', 'x'));
  });
});

describe('access (section 7.1)', () => {
  test('by presence: granted with the subscription, gone with it', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await juliet.request(tunePublication('Introduction', 'x'));
    expect(refusalIn(await fetch(romeo))).toBe('auth, not-authorized, presence-subscription-required');
    await appears(romeo, [TUNE]);
    romeo.sends(`<presence type='subscribe' to='${JULIET}'/>`);
    await romeo.receives(`<presence type='unavailable' from='${JULIET}'/>`);
    juliet.sends(`<presence type='subscribed' to='romeo@localhost'/>`);
    await romeo.receives(tuneEvent(JULIET, ROMEO, 'Introduction', 'x', delayFrom(JULIET)));
    expect(itemsIn(await fetch(romeo))).toEqual(['x']);
    juliet.sends(`<presence type='unsubscribed' to='romeo@localhost'/>`);
    await juliet.receivesNothing();
    expect(refusalIn(await fetch(romeo))).toBe('auth, not-authorized, presence-subscription-required');
    await juliet.request(tunePublication('Finale', 'x'));
    await romeo.receivesNothing();
  });

  test('by group of the contact list; explicit subscriptions end with it', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await letsSee(juliet, romeo);
    await makes(juliet, TUNE, { access_model: 'roster', roster_groups_allowed: ['Friends'] }, JULIET);
    expect(refusalIn(await fetch(romeo))).toBe('auth, not-authorized, not-in-roster-group');
    await groups(juliet, 'Friends');
    expect(refusalIn(await fetch(romeo))).toBe('result');
    await asks(romeo, 'set', `<subscribe node='${TUNE}' jid='${ROMEO}'/>`, JULIET);
    await groups(juliet, 'Servants');
    await romeo.receives(
      `<message from='${JULIET}' to='${ROMEO}'><event xmlns='${NS_EVENT}'><subscription node='${TUNE}' jid='${ROMEO}' subscription='none'/></event></message>`,
    );
    await juliet.request(tunePublication('Introduction', 'x'));
    await romeo.receivesNothing();
  });

  test('an approval goes to the own account and decides (XEP-0060 section 8.6)', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await makes(juliet, TUNE, { access_model: 'authorize' }, JULIET);
    juliet.sends('<presence/>');
    await juliet.next();
    const answer = await asks(romeo, 'set', `<subscribe node='${TUNE}' jid='${ROMEO}'/>`, JULIET);
    expect(answer.toXml()).toContain('pending');
    const request = await juliet.next();
    expect(request.childText('body')).toContain(ROMEO);
    const form = submitted(`${NS_PUBSUB}#subscribe_authorization`, { node: TUNE, subscriber_jid: ROMEO, allow: '1' });
    juliet.sends(`<message to='${JULIET}' id='${request.attr('id')}'>${form}</message>`);
    expect((await romeo.next()).toXml()).toContain(`subscription='subscribed'`);
    await juliet.receivesNothing();
  });
});

describe('discovery (section 6)', () => {
  const disco = async (client: SceneClient, what: 'info' | 'items', node = '') => {
    const answer = await client.request(
      `<iq type='get' to='${JULIET}'><query xmlns='http://jabber.org/protocol/disco#${what}'${node && ` node='${node}'`}/></iq>`,
    );
    return answer.elements[0];
  };

  test('the account is a pubsub service of the type pep', async () => {
    const { scene, juliet } = await verona();
    await using _ = scene;
    const info = await disco(juliet, 'info');
    const identities = info?.elements.filter(({ name }) => name === 'identity').map((child) => child.attr('type'));
    expect(identities).toEqual(expect.arrayContaining(['registered', 'pep']));
    const features = info?.elements.map((child) => child.attr('var'));
    for (const feature of [
      'access-presence',
      'auto-create',
      'auto-subscribe',
      'filtered-notifications',
      'publish-options',
    ]) {
      expect(features).toContain(`${NS_PUBSUB}#${feature}`);
    }
  });

  test('contacts see the nodes that they may have (section 6.2)', async () => {
    const { scene, juliet, romeo } = await verona();
    await using _ = scene;
    await letsSee(juliet, romeo);
    await juliet.request(tunePublication('Introduction', 'x'));
    await makes(juliet, 'private', { access_model: 'whitelist' }, JULIET);
    await configures(juliet, TUNE, { title: 'Nice tunes' }, JULIET);
    const listed = async (client: SceneClient) =>
      (await disco(client, 'items'))?.elements.flatMap((item) => item.attr('node') ?? []);
    expect(await listed(romeo)).toEqual([TUNE]);
    expect(await listed(juliet)).toEqual([TUNE, 'private']);
    expect((await disco(romeo, 'info', TUNE))?.child('identity')?.attr('name')).toBe('Nice tunes');
    expect((await disco(romeo, 'items', TUNE))?.elements.map((item) => item.attr('name'))).toEqual(['x']);
  });
});

describe('what is kept', () => {
  test('everything outlives a crash once it was acknowledged, and goes with the account', async () => {
    const { scene, juliet } = await verona();
    await using _ = scene;
    await juliet.request(tunePublication('Introduction', 'x', publishOptions({ access_model: 'open' })));
    await scene.crash();
    const again = await scene.login('juliet', 'balcony');
    expect((await fetch(again)).toXml()).toContain('Introduction');
    await scene.accounts.remove('juliet');
    const romeo = await scene.login('romeo', 'orchard');
    expect(refusalIn(await fetch(romeo))).toBe('cancel, service-unavailable');
    expect(scene.database.reader.all('SELECT node FROM pubsub_node')).toEqual([]);
    expect(scene.database.reader.all('SELECT item FROM pubsub_item')).toEqual([]);
  });
});
