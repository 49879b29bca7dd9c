/** XEP-0060 section 6: subscribing, options, and fetching items. */
import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import { delayFrom, NS_EVENT, NS_PUBSUB, submitted } from './pep-steps.ts';
import {
  affiliates,
  asks,
  configures,
  entry,
  fieldsIn,
  itemsIn,
  makes,
  publishes,
  refusalIn,
  SERVICE,
  subscribes,
} from './pubsub-steps.ts';
import { letsSee } from './subscribed.ts';

const NODE = 'princely_musings';
const OPTIONS = `${NS_PUBSUB}#subscribe_options`;

async function elsinore(settings: Readonly<Record<string, unknown>> = {}) {
  const scene = await openScene({ accounts: ['hamlet', 'francisco', 'bernardo'], settings });
  const hamlet = await scene.login('hamlet', 'elsinore');
  const francisco = await scene.login('francisco', 'barracks');
  return { scene, hamlet, francisco };
}

const event = (content: string, more = '', to = 'francisco@localhost') =>
  `<message from='${SERVICE}' to='${to}' type='headline' id='{any}'><event xmlns='${NS_EVENT}'>${content}</event>${more}</message>`;

describe('subscribing (section 6.1)', () => {
  test('examples 33 and 34: an open node takes everybody, and its news come', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    francisco.sends('<presence/>');
    await francisco.next();
    francisco.sends(
      `<iq type='set' to='${SERVICE}' id='sub1'><pubsub xmlns='${NS_PUBSUB}'><subscribe node='${NODE}' jid='francisco@localhost'/></pubsub></iq>`,
    );
    await francisco.receives(
      `<iq type='result' from='${SERVICE}' id='sub1'><pubsub xmlns='${NS_PUBSUB}'><subscription node='${NODE}' jid='francisco@localhost' subscription='subscribed'/></pubsub></iq>`,
    );
    await publishes(hamlet, NODE, 'a');
    await francisco.receives(
      event(`<items node='${NODE}'><item id='a' publisher='hamlet@localhost'>${entry('a')}</item></items>`),
    );
  });

  test('the last item comes behind the answer, stamped as late (example 54)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await publishes(hamlet, NODE, 'a');
    await publishes(hamlet, NODE, 'b');
    await subscribes(francisco, NODE, francisco.jid);
    await francisco.receives(
      event(
        `<items node='${NODE}'><item id='b' publisher='hamlet@localhost'>${entry('b')}</item></items>`,
        delayFrom(SERVICE),
        francisco.jid,
      ),
    );
  });

  test('who cannot is told why (section 6.1.3)', async () => {
    const { scene, hamlet, francisco } = await elsinore({ 'pubsub.maxSubscriptions': 1 });
    await using _ = scene;
    await makes(hamlet, 'open');
    await makes(hamlet, 'presence', { access_model: 'presence' });
    await makes(hamlet, 'roster', { access_model: 'roster', roster_groups_allowed: 'Guards' });
    await makes(hamlet, 'whitelist', { access_model: 'whitelist' });
    await makes(hamlet, 'closed', { subscribe: '0' });
    expect(refusalIn(await subscribes(francisco, 'open', 'bernardo@localhost'))).toBe(
      'modify, bad-request, invalid-jid',
    );
    expect(refusalIn(await subscribes(francisco, 'presence'))).toBe(
      'auth, not-authorized, presence-subscription-required',
    );
    expect(refusalIn(await subscribes(francisco, 'roster'))).toBe('auth, not-authorized, not-in-roster-group');
    expect(refusalIn(await subscribes(francisco, 'whitelist'))).toBe('cancel, not-allowed, closed-node');
    expect(refusalIn(await subscribes(francisco, 'closed'))).toBe(
      'cancel, feature-not-implemented, unsupported subscribe',
    );
    expect(refusalIn(await subscribes(francisco, 'none'))).toBe('cancel, item-not-found');
    expect(refusalIn(await asks(francisco, 'set', `<subscribe node='open'/>`))).toBe(
      'modify, bad-request, jid-required',
    );
    await subscribes(hamlet, 'open');
    expect(refusalIn(await subscribes(francisco, 'open'))).toBe('wait, policy-violation, too-many-subscriptions');
    await affiliates(hamlet, 'open', 'francisco@localhost', 'outcast');
    expect(refusalIn(await subscribes(francisco, 'open'))).toBe('auth, forbidden');
  });

  test('presence and contact list decide where the node says so', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await letsSee(hamlet, francisco);
    hamlet.sends(
      `<iq type='set' id='r'><query xmlns='jabber:iq:roster'><item jid='francisco@localhost'><group>Guards</group></item></query></iq>`,
    );
    await hamlet.receives(`<iq type='result' id='r'/>`);
    await makes(hamlet, 'presence', { access_model: 'presence' });
    await makes(hamlet, 'roster', { access_model: 'roster', roster_groups_allowed: 'Guards' });
    expect(refusalIn(await subscribes(francisco, 'presence'))).toBe('result');
    expect(refusalIn(await subscribes(francisco, 'roster'))).toBe('result');
  });

  test('a second request tells the state that there is (section 6.1.6)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await publishes(hamlet, NODE, 'a');
    await subscribes(francisco, NODE, francisco.jid);
    await francisco.next();
    expect((await subscribes(francisco, NODE, francisco.jid)).toXml()).toContain(`subscription='subscribed'`);
    await francisco.receivesNothing();
  });
});

describe('unsubscribing (section 6.2)', () => {
  test('example 55: no news come any more', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await subscribes(francisco, NODE, francisco.jid);
    const answer = await asks(francisco, 'set', `<unsubscribe node='${NODE}' jid='${francisco.jid}'/>`);
    expect(answer.toXml()).toContain(`subscription='none'`);
    await publishes(hamlet, NODE, 'a');
    await francisco.receivesNothing();
  });

  test('what cannot be is refused (section 6.2.3)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await subscribes(hamlet, NODE);
    const unsubscribe = (node: string, jid: string) =>
      asks(francisco, 'set', `<unsubscribe node='${node}' jid='${jid}'/>`);
    expect(refusalIn(await unsubscribe(NODE, francisco.bare))).toBe('cancel, unexpected-request, not-subscribed');
    expect(refusalIn(await unsubscribe(NODE, hamlet.bare))).toBe('auth, forbidden');
    expect(refusalIn(await unsubscribe('none', francisco.bare))).toBe('cancel, item-not-found');
  });
});

describe('options of a subscription (sections 6.3 and 6.4)', () => {
  const options = (fields: Readonly<Record<string, string | readonly string[]>>) => submitted(OPTIONS, fields);
  const target = `node='${NODE}' jid='francisco@localhost'`;

  test('they are shown, changed and kept', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { type: 'http://www.w3.org/2005/Atom' });
    await subscribes(francisco, NODE);
    const show = async () =>
      fieldsIn((await asks(francisco, 'get', `<options ${target}/>`)).elements[0]?.elements[0]?.elements[0]);
    expect(await show()).toMatchObject({ deliver: ['1'], 'show-values': [], expire: [], include_body: ['0'] });
    const changed = await asks(
      francisco,
      'set',
      `<options ${target}>${options({ deliver: '0', 'show-values': ['chat', 'online'] })}</options>`,
    );
    expect(refusalIn(changed)).toBe('result');
    expect(await show()).toMatchObject({ deliver: ['0'], 'show-values': ['chat', 'online'] });
    await publishes(hamlet, NODE, 'a');
    await francisco.receivesNothing();
  });

  test('wrong ones are refused (sections 6.3.4 and 6.3.8)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    expect(refusalIn(await asks(francisco, 'get', `<options ${target}/>`))).toBe(
      'modify, unexpected-request, not-subscribed',
    );
    await subscribes(francisco, NODE);
    const set = (fields: Readonly<Record<string, string>>) =>
      asks(francisco, 'set', `<options ${target}>${options(fields)}</options>`);
    expect(refusalIn(await set({ 'show-values': 'asleep' }))).toBe('modify, bad-request, invalid-options');
    expect(refusalIn(await set({ expire: 'tomorrow' }))).toBe('modify, bad-request, invalid-options');
    expect(refusalIn(await set({ digest: '1' }))).toBe('modify, bad-request, invalid-options');
    expect(refusalIn(await set({ include_body: '1' }))).toBe('modify, bad-request, invalid-options');
    expect(refusalIn(await asks(francisco, 'get', `<options node='${NODE}'/>`))).toBe(
      'modify, bad-request, jid-required',
    );
    expect(refusalIn(await asks(francisco, 'get', `<options node='${NODE}' jid='hamlet@localhost'/>`))).toBe(
      'auth, forbidden',
    );
    expect(refusalIn(await asks(francisco, 'get', `<options node='none' jid='${francisco.bare}'/>`))).toBe(
      'cancel, item-not-found',
    );
  });

  test('can come with the subscription (section 6.3.7), and a body with the news (section 12.7)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { type: 'http://www.w3.org/2005/Atom' });
    const misplaced = `<options node='${NODE}'>${options({ include_body: '1' })}</options>`;
    expect(refusalIn(await subscribes(francisco, NODE, francisco.jid, misplaced))).toBe('modify, bad-request');
    const answer = await subscribes(
      francisco,
      NODE,
      francisco.jid,
      `<options>${options({ include_body: '1' })}</options>`,
    );
    const result = answer.child('pubsub', NS_PUBSUB);
    expect(result?.elements.map(({ name }) => name)).toEqual(['subscription', 'options']);
    expect(fieldsIn(result?.child('options')?.elements[0]).include_body).toEqual(['1']);
    await publishes(hamlet, NODE, 'a', 'Soliloquy');
    expect((await francisco.next()).childText('body')).toBe('Soliloquy');
  });

  test('a lease ends by itself, and the subscriber is told (section 12.18)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    const end = new Date(scene.clock.now() + 90_000).toISOString();
    await subscribes(francisco, NODE, francisco.jid, `<options>${options({ expire: end })}</options>`);
    scene.clock.advance(60_000);
    await francisco.receivesNothing();
    scene.clock.advance(60_000);
    await francisco.receives(
      `<message from='${SERVICE}' to='${francisco.jid}' id='{any}'><event xmlns='${NS_EVENT}'><subscription node='${NODE}' jid='${francisco.jid}' subscription='none'/></event></message>`,
    );
    await publishes(hamlet, NODE, 'a');
    await francisco.receivesNothing();
  });

  test('a temporary one ends with the subscriber’s presence (section 12.4)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { tempsub: '1' });
    francisco.sends('<presence/>');
    await francisco.next();
    await subscribes(francisco, NODE, francisco.jid);
    francisco.sends(`<presence type='unavailable'/>`);
    await francisco.next();
    expect((await francisco.next()).toXml()).toContain(`subscription='none'`);
    await publishes(hamlet, NODE, 'a');
    await francisco.receivesNothing();
  });

  test('the defaults can be asked for (section 6.4)', async () => {
    const { scene, francisco } = await elsinore();
    await using _ = scene;
    const answer = await asks(francisco, 'get', '<default/>');
    expect(fieldsIn(answer.child('pubsub', NS_PUBSUB)?.child('default')?.elements[0])).toMatchObject({
      deliver: ['1'],
    });
  });
});

describe('fetching items (section 6.5)', () => {
  test('all, the latest, some by id, and none that are not there', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    for (const id of ['a', 'b', 'c']) await publishes(hamlet, NODE, id);
    expect(itemsIn(await asks(francisco, 'get', `<items node='${NODE}'/>`))).toEqual(['a', 'b', 'c']);
    expect(itemsIn(await asks(francisco, 'get', `<items node='${NODE}' max_items='2'/>`))).toEqual(['b', 'c']);
    const named = `<items node='${NODE}'><item id='c'/><item id='x'/><item id='a'/></items>`;
    expect(itemsIn(await asks(francisco, 'get', named))).toEqual(['c', 'a']);
    expect(refusalIn(await asks(francisco, 'get', `<items node='${NODE}' max_items='none'/>`))).toBe(
      'modify, bad-request',
    );
    expect(refusalIn(await asks(francisco, 'get', `<items/>`))).toBe('modify, bad-request, nodeid-required');
  });

  test('page by page (XEP-0059)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    for (const id of ['a', 'b', 'c', 'd']) await publishes(hamlet, NODE, id);
    const page = async (place: string) => {
      const set = `<set xmlns='http://jabber.org/protocol/rsm'>${place}</set>`;
      const answer = await asks(francisco, 'get', `<items node='${NODE}'/>${set}`);
      const told = answer.child('pubsub', NS_PUBSUB)?.child('set', 'http://jabber.org/protocol/rsm');
      return [itemsIn(answer).join(''), told?.child('first')?.attr('index'), told?.childText('count')];
    };
    expect(await page('<max>2</max>')).toEqual(['ab', '0', '4']);
    expect(await page('<max>2</max><after>b</after>')).toEqual(['cd', '2', '4']);
    expect(await page('<max>2</max><before/>')).toEqual(['cd', '2', '4']);
    expect(await page('<max>1</max><before>b</before>')).toEqual(['a', '0', '4']);
    expect(await page('<max>0</max>')).toEqual(['', undefined, '4']);
    const lost = `<items node='${NODE}'/><set xmlns='http://jabber.org/protocol/rsm'><after>x</after></set>`;
    expect(refusalIn(await asks(francisco, 'get', lost))).toBe('cancel, item-not-found');
  });

  test('who may not is told why (section 6.5.9)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    const fetch = async (model: string, fields: Readonly<Record<string, string>> = {}) => {
      await makes(hamlet, model, { access_model: model, ...fields });
      return refusalIn(await asks(francisco, 'get', `<items node='${model}'/>`));
    };
    expect(await fetch('authorize')).toBe('auth, not-authorized, not-subscribed');
    expect(await fetch('presence')).toBe('auth, not-authorized, presence-subscription-required');
    expect(await fetch('roster')).toBe('auth, not-authorized, not-in-roster-group');
    expect(await fetch('whitelist')).toBe('cancel, not-allowed, closed-node');
    expect(await fetch('open', { persist_items: '0' })).toBe(
      'cancel, feature-not-implemented, unsupported persistent-items',
    );
    await affiliates(hamlet, 'whitelist', francisco.bare, 'member');
    expect(refusalIn(await asks(francisco, 'get', `<items node='whitelist'/>`))).toBe('result');
    await affiliates(hamlet, 'whitelist', francisco.bare, 'publish-only');
    expect(refusalIn(await asks(francisco, 'get', `<items node='whitelist'/>`))).toBe('auth, forbidden');
  });

  test('items vanish when their time is over (item_expire)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { item_expire: '60' });
    await publishes(hamlet, NODE, 'a');
    scene.clock.advance(59_000);
    await publishes(hamlet, NODE, 'b');
    expect(itemsIn(await asks(francisco, 'get', `<items node='${NODE}'/>`))).toEqual(['a', 'b']);
    scene.clock.advance(1_000);
    expect(itemsIn(await asks(francisco, 'get', `<items node='${NODE}'/>`))).toEqual(['b']);
  });
});

describe('presence of the subscriber (section 12.5)', () => {
  test('only who is there is told, and in the mood that was named', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { presence_based_delivery: '1' });
    await subscribes(
      francisco,
      NODE,
      francisco.jid,
      `<options>${submitted(OPTIONS, { 'show-values': 'chat' })}</options>`,
    );
    await publishes(hamlet, NODE, 'a');
    await francisco.receivesNothing();
    francisco.sends('<presence/>');
    await francisco.next();
    await publishes(hamlet, NODE, 'b');
    await francisco.receivesNothing();
    francisco.sends('<presence><show>chat</show></presence>');
    await francisco.next();
    await publishes(hamlet, NODE, 'c');
    expect((await francisco.next()).toXml()).toContain(`id='c'`);
  });

  test('who comes online is sent the last item where the node says so', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await configures(hamlet, NODE, { send_last_published_item: 'on_sub_and_presence' });
    await subscribes(francisco, NODE);
    await publishes(hamlet, NODE, 'a');
    francisco.sends('<presence/>');
    await francisco.next();
    await francisco.receives(
      event(
        `<items node='${NODE}'><item id='a' publisher='hamlet@localhost'>${entry('a')}</item></items>`,
        delayFrom(SERVICE),
        francisco.jid,
      ),
    );
    francisco.sends('<presence><show>away</show></presence>');
    await francisco.next();
    await francisco.receivesNothing();
  });
});
