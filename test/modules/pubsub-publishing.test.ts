/** XEP-0060 section 7: publishing and retracting. */
import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import { NS_EVENT, NS_PUBSUB, publishOptions } from './pep-steps.ts';
import {
  ATOM,
  affiliates,
  asks,
  configures,
  entry,
  itemsIn,
  makes,
  publishes,
  refusalIn,
  SERVICE,
  subscribes,
} from './pubsub-steps.ts';

const NODE = 'princely_musings';

async function elsinore(settings: Readonly<Record<string, unknown>> = {}) {
  const scene = await openScene({ accounts: ['hamlet', 'francisco'], settings });
  const hamlet = await scene.login('hamlet', 'elsinore');
  const francisco = await scene.login('francisco', 'barracks');
  return { scene, hamlet, francisco };
}

const toFrancisco = (content: string) =>
  `<message from='${SERVICE}' to='francisco@localhost/barracks' type='headline' id='{any}'><event xmlns='${NS_EVENT}'>${content}</event></message>`;

describe('publishing (section 7.1)', () => {
  test('examples 99 to 103: the id is told, made up where there is none, and the same id replaces', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await subscribes(francisco, NODE, francisco.jid);
    const answer = await asks(hamlet, 'set', `<publish node='${NODE}'><item>${entry('x')}</item></publish>`);
    const id = answer.child('pubsub', NS_PUBSUB)?.child('publish')?.child('item')?.attr('id') ?? '';
    expect(id).not.toBe('');
    await francisco.receives(
      toFrancisco(`<items node='${NODE}'><item id='${id}' publisher='hamlet@localhost'>${entry('x')}</item></items>`),
    );
    await publishes(hamlet, NODE, 'a');
    await publishes(hamlet, NODE, id, 'y');
    const items = await asks(hamlet, 'get', `<items node='${NODE}'/>`);
    expect(itemsIn(items)).toEqual(['a', id]);
    expect(items.toXml()).toContain('<title>y</title>');
  });

  test('SECURITY: the publisher is who publishes, whatever the item says', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await subscribes(francisco, NODE, francisco.jid);
    await asks(
      hamlet,
      'set',
      `<publish node='${NODE}'><item id='a' publisher='francisco@localhost'>${entry('a')}</item></publish>`,
    );
    await francisco.receives(
      toFrancisco(`<items node='${NODE}'><item id='a' publisher='hamlet@localhost'>${entry('a')}</item></items>`),
    );
  });

  test('a node that leaves payloads out tells of the item alone (section 7.1.2.2)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { deliver_payloads: '0', itemreply: 'none' });
    await subscribes(francisco, NODE, francisco.jid);
    await publishes(hamlet, NODE, 'a');
    await francisco.receives(toFrancisco(`<items node='${NODE}'><item id='a'/></items>`));
  });

  test('a node that keeps and carries nothing only tells that something happened (section 4.3)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { deliver_payloads: '0', persist_items: '0' });
    await subscribes(francisco, NODE, francisco.jid);
    expect(refusalIn(await publishes(hamlet, NODE, 'a'))).toBe('modify, bad-request, item-forbidden');
    await asks(hamlet, 'set', `<publish node='${NODE}'/>`);
    await francisco.receives(toFrancisco(`<items node='${NODE}'/>`));
  });

  test('notifications of type normal, or none at all, as the node is set up', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { notification_type: 'normal' });
    await subscribes(francisco, NODE, francisco.jid);
    await publishes(hamlet, NODE, 'a');
    expect((await francisco.next()).attr('type')).toBe('normal');
    await configures(hamlet, NODE, { deliver_notifications: '0' });
    await publishes(hamlet, NODE, 'b');
    await francisco.receivesNothing();
  });

  test('what cannot be published is refused (section 7.1.3)', async () => {
    const { scene, hamlet, francisco } = await elsinore({ 'pubsub.maxPayloadBytes': 1000 });
    await using _ = scene;
    await makes(hamlet, NODE, { type: 'urn:example:type' });
    const publish = (content: string) => asks(hamlet, 'set', `<publish node='${NODE}'>${content}</publish>`);
    const typed = `<x xmlns='urn:example:type'/>`;
    expect(refusalIn(await publishes(francisco, NODE, 'a'))).toBe('auth, forbidden');
    expect(refusalIn(await publish(''))).toBe('modify, bad-request, item-required');
    expect(refusalIn(await publish('<item/>'))).toBe('modify, bad-request, payload-required');
    expect(refusalIn(await publish(`<item>${typed}${typed}</item>`))).toBe('modify, bad-request, invalid-payload');
    expect(refusalIn(await publish(`<item><x xmlns='urn:example:other'/></item>`))).toBe(
      'modify, bad-request, invalid-payload',
    );
    expect(refusalIn(await publish(`<item><x xmlns='urn:example:type'>${'x'.repeat(1000)}</x></item>`))).toBe(
      'modify, not-acceptable, payload-too-big',
    );
    expect(refusalIn(await publish(`<item>${typed}</item><item>${typed}</item>`))).toBe('modify, bad-request');
    expect(refusalIn(await asks(hamlet, 'set', `<publish><item>${typed}</item></publish>`))).toBe(
      'modify, bad-request, nodeid-required',
    );
    expect(refusalIn(await publish(`<item>${typed}</item>`))).toBe('result');
  });

  test('who may publish is as the node says (publish_model, section 4.1)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, 'everybody', { publish_model: 'open' });
    await makes(hamlet, 'subscribers', { publish_model: 'subscribers' });
    await makes(hamlet, 'publishers');
    expect(refusalIn(await publishes(francisco, 'everybody', 'a'))).toBe('result');
    expect(refusalIn(await publishes(francisco, 'subscribers', 'a'))).toBe('auth, forbidden');
    await subscribes(francisco, 'subscribers');
    expect(refusalIn(await publishes(francisco, 'subscribers', 'a'))).toBe('result');
    for (const affiliation of ['publisher', 'publish-only']) {
      await affiliates(hamlet, 'publishers', francisco.bare, affiliation);
      expect(refusalIn(await publishes(francisco, 'publishers', affiliation))).toBe('result');
    }
    await affiliates(hamlet, 'everybody', francisco.bare, 'outcast');
    expect(refusalIn(await publishes(francisco, 'everybody', 'b'))).toBe('auth, forbidden');
  });
});

describe('a node that is full (section 7.1.2.4)', () => {
  test('retracts its oldest item and tells of it', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { max_items: '2', itemreply: 'none' });
    await subscribes(francisco, NODE, francisco.jid);
    for (const id of ['a', 'b', 'c']) await publishes(hamlet, NODE, id);
    for (const id of ['a', 'b', 'c']) {
      await francisco.receives(toFrancisco(`<items node='${NODE}'><item id='${id}'>${entry(id)}</item></items>`));
    }
    await francisco.receives(toFrancisco(`<items node='${NODE}'><retract id='a'/></items>`));
    expect(itemsIn(await asks(francisco, 'get', `<items node='${NODE}'/>`))).toEqual(['b', 'c']);
  });

  test('drops it in silence, or refuses, as it is set up', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { max_items: '2', publish_node_full: 'discard-oldest' });
    for (const id of ['a', 'b']) await publishes(hamlet, NODE, id);
    await subscribes(francisco, NODE, francisco.jid);
    await francisco.next();
    await publishes(hamlet, NODE, 'c');
    await francisco.next();
    await francisco.receivesNothing();
    await configures(hamlet, NODE, { publish_node_full: 'reject' });
    expect(refusalIn(await publishes(hamlet, NODE, 'd'))).toBe('cancel, conflict, node-full');
    expect(refusalIn(await publishes(hamlet, NODE, 'c'))).toBe('result');
  });

  test('all nodes together have a limit', async () => {
    const { scene, hamlet } = await elsinore({ 'pubsub.maxBytes': 100_000, 'pubsub.maxPayloadBytes': 90_000 });
    await using _ = scene;
    await makes(hamlet, NODE);
    expect(refusalIn(await publishes(hamlet, NODE, 'a', 'x'.repeat(60_000)))).toBe('result');
    expect(refusalIn(await publishes(hamlet, NODE, 'b', 'x'.repeat(60_000)))).toBe('wait, resource-constraint');
    expect(refusalIn(await publishes(hamlet, NODE, 'a', 'x'.repeat(61_000)))).toBe('result');
    await asks(hamlet, 'set', `<retract node='${NODE}'><item id='a'/></retract>`);
    expect(refusalIn(await publishes(hamlet, NODE, 'b', 'x'.repeat(60_000)))).toBe('result');
  });
});

describe('publishing options (section 7.1.5) and nodes made by publishing (section 7.1.4)', () => {
  const publish = (options: string) => `<publish node='${NODE}'><item id='a'>${entry('a')}</item></publish>${options}`;

  test('make the node as they say, and are preconditions afterwards', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    expect(
      refusalIn(await asks(hamlet, 'set', publish(publishOptions({ access_model: 'whitelist', max_items: 'max' })))),
    ).toBe('result');
    expect(refusalIn(await asks(francisco, 'get', `<items node='${NODE}'/>`))).toBe('cancel, not-allowed, closed-node');
    // `max` is what the service allows.
    expect(refusalIn(await asks(hamlet, 'set', publish(publishOptions({ max_items: '1000' }))))).toBe('result');
    expect(refusalIn(await asks(hamlet, 'set', publish(publishOptions({ access_model: 'open' }))))).toBe(
      'cancel, conflict, precondition-not-met',
    );
    expect(refusalIn(await asks(hamlet, 'set', publish(publishOptions({ colour: 'blue' }))))).toBe(
      'cancel, conflict, precondition-not-met',
    );
  });

  test('nobody who may not make nodes makes one by publishing', async () => {
    const { scene, francisco } = await elsinore({ 'pubsub.creation': 'admins' });
    await using _ = scene;
    expect(refusalIn(await publishes(francisco, NODE, 'a'))).toBe('cancel, item-not-found');
  });

  test('an item that is refused leaves no node behind', async () => {
    const { scene, hamlet } = await elsinore();
    await using _ = scene;
    await asks(hamlet, 'set', `<publish node='${NODE}'><item/></publish>`);
    expect(refusalIn(await asks(hamlet, 'get', `<items node='${NODE}'/>`))).toBe('cancel, item-not-found');
  });
});

describe('retracting (section 7.2)', () => {
  test('examples 115 to 117: the item is gone, and subscribers are told as wished', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { notify_retract: '0' });
    for (const id of ['a', 'b', 'c']) await publishes(hamlet, NODE, id);
    await configures(hamlet, NODE, { send_last_published_item: 'never' });
    await subscribes(francisco, NODE, francisco.jid);
    const retract = (id: string, notify = '') =>
      asks(hamlet, 'set', `<retract node='${NODE}'${notify}><item id='${id}'/></retract>`);
    expect(refusalIn(await retract('a', ` notify='true'`))).toBe('result');
    await francisco.receives(toFrancisco(`<items node='${NODE}'><retract id='a'/></items>`));
    await retract('b');
    await francisco.receivesNothing();
    expect(itemsIn(await asks(hamlet, 'get', `<items node='${NODE}'/>`))).toEqual(['c']);
  });

  test('what cannot be retracted is refused (section 7.2.3)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await makes(hamlet, 'transient', { persist_items: '0' });
    await publishes(hamlet, NODE, 'a');
    const retract = (client: typeof hamlet, attributes: string, content: string) =>
      asks(client, 'set', `<retract ${attributes}>${content}</retract>`);
    expect(refusalIn(await retract(francisco, `node='${NODE}'`, `<item id='a'/>`))).toBe('auth, forbidden');
    expect(refusalIn(await retract(hamlet, `node='${NODE}'`, `<item id='x'/>`))).toBe('cancel, item-not-found');
    expect(refusalIn(await retract(hamlet, `node='none'`, `<item id='a'/>`))).toBe('cancel, item-not-found');
    expect(refusalIn(await retract(hamlet, '', `<item id='a'/>`))).toBe('modify, bad-request, nodeid-required');
    expect(refusalIn(await retract(hamlet, `node='${NODE}'`, ''))).toBe('modify, bad-request, item-required');
    expect(refusalIn(await retract(hamlet, `node='${NODE}'`, '<item/>'))).toBe('modify, bad-request, item-required');
    expect(refusalIn(await retract(hamlet, `node='transient'`, `<item id='a'/>`))).toBe(
      'cancel, feature-not-implemented, unsupported persistent-items',
    );
  });

  test('publishers take back their own items, not others’', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await affiliates(hamlet, NODE, francisco.bare, 'publisher');
    await publishes(hamlet, NODE, 'his');
    await publishes(francisco, NODE, 'mine');
    const retract = (id: string) => asks(francisco, 'set', `<retract node='${NODE}'><item id='${id}'/></retract>`);
    expect(refusalIn(await retract('his'))).toBe('auth, forbidden');
    expect(refusalIn(await retract('mine'))).toBe('result');
  });

  test('items go when their publisher goes offline, where the node says so (purge_offline)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { purge_offline: '1' });
    hamlet.sends('<presence/>');
    await hamlet.next();
    await publishes(hamlet, NODE, 'a');
    await hamlet.ends();
    expect(itemsIn(await asks(francisco, 'get', `<items node='${NODE}'/>`))).toEqual([]);
  });
});

describe('what is kept', () => {
  test('nodes, affiliations, subscriptions and items outlive a restart and a crash', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { title: 'Musings', access_model: 'whitelist' });
    await affiliates(hamlet, NODE, francisco.bare, 'member');
    await subscribes(francisco, NODE);
    await publishes(hamlet, NODE, 'a', 'x'.repeat(10_000));
    await publishes(hamlet, NODE, 'b');
    await scene.crash();
    const again = await scene.login('francisco', 'barracks');
    const items = await asks(again, 'get', `<items node='${NODE}'/>`);
    expect(itemsIn(items)).toEqual(['a', 'b']);
    expect(items.toXml()).toContain('x'.repeat(10_000));
    expect((await asks(again, 'get', '<subscriptions/>')).toXml()).toContain(`subscription='subscribed'`);
    expect((await asks(again, 'get', '<affiliations/>')).toXml()).toContain(`affiliation='member'`);
    expect(items.toXml()).toContain(ATOM);
  });

  test('an account that is removed leaves nothing', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await makes(francisco, 'other');
    await affiliates(francisco, 'other', hamlet.bare, 'publisher');
    await subscribes(hamlet, 'other');
    await scene.accounts.remove('hamlet');
    expect(refusalIn(await asks(francisco, 'get', `<items node='${NODE}'/>`))).toBe('cancel, item-not-found');
    await scene.restart();
    const again = await scene.login('francisco', 'barracks');
    expect(refusalIn(await asks(again, 'get', `<items node='${NODE}'/>`))).toBe('cancel, item-not-found');
    expect(scene.database.reader.all('SELECT jid FROM pubsub_affiliation')).toEqual([{ jid: 'francisco@localhost' }]);
    expect(scene.database.reader.all('SELECT jid FROM pubsub_subscription')).toEqual([]);
  });
});
