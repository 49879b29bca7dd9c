/** XEP-0060 sections 5 and 8: discovery, and what owners do with their nodes. */
import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { NS_EVENT, NS_OWNER, NS_PUBSUB, submitted } from './pep-steps.ts';
import {
  affiliates,
  asks,
  asksAsOwner,
  configures,
  fieldsIn,
  itemsIn,
  makes,
  NODE_CONFIG,
  publishes,
  refusalIn,
  SERVICE,
  subscribes,
} from './pubsub-steps.ts';

const NODE = 'princely_musings';
const AUTHORIZATION = `${NS_PUBSUB}#subscribe_authorization`;
const COMMANDS = 'http://jabber.org/protocol/commands';

async function elsinore(settings: Readonly<Record<string, unknown>> = {}) {
  const scene = await openScene({ accounts: ['hamlet', 'francisco', 'claudius'], admins: ['claudius'], settings });
  const hamlet = await scene.login('hamlet', 'elsinore');
  const francisco = await scene.login('francisco', 'barracks');
  return { scene, hamlet, francisco };
}

const disco = async (client: SceneClient, what: 'info' | 'items', node = '', to = SERVICE) => {
  const answer = await client.request(
    `<iq type='get' to='${to}'><query xmlns='http://jabber.org/protocol/disco#${what}'${node && ` node='${node}'`}/></iq>`,
  );
  return answer.attr('type') === 'error' ? answer : (answer.elements[0] ?? answer);
};

describe('making nodes (section 8.1)', () => {
  test('examples 118 to 131: with a name, without one, and not twice', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    expect(refusalIn(await asks(hamlet, 'set', `<create node='${NODE}'/><configure/>`))).toBe('result');
    expect(refusalIn(await asks(francisco, 'set', `<create node='${NODE}'/>`))).toBe('cancel, conflict');
    const instant = await asks(hamlet, 'set', '<create/>');
    expect(instant.child('pubsub', NS_PUBSUB)?.child('create')?.attr('node')).toMatch(/^[0-9a-f]{24}$/);
  });

  test('what cannot be is refused', async () => {
    const { scene, hamlet, francisco } = await elsinore({ 'pubsub.creation': 'admins', 'pubsub.maxNodes': 1 });
    await using _ = scene;
    const claudius = await scene.login('claudius', 'throne');
    const configured = (fields: Readonly<Record<string, string>>) =>
      asks(claudius, 'set', `<create node='x'/><configure>${submitted(NODE_CONFIG, fields)}</configure>`);
    expect(refusalIn(await asks(hamlet, 'set', `<create node='x'/>`))).toBe('auth, forbidden');
    expect(refusalIn(await configured({ access_model: 'bribe' }))).toBe(
      'modify, not-acceptable, unsupported-access-model',
    );
    expect(refusalIn(await configured({ max_items: '1001' }))).toBe('modify, not-acceptable, max-items-exceeded');
    expect(refusalIn(await configured({ node_type: 'collection' }))).toBe('cancel, feature-not-implemented');
    expect(refusalIn(await asks(claudius, 'set', `<configure/><create node='x'/>`))).toBe('modify, bad-request');
    expect(refusalIn(await asks(claudius, 'set', `<create node='x'/><configure node='x'/>`))).toBe(
      'modify, bad-request',
    );
    await makes(claudius, 'x');
    expect(refusalIn(await asks(claudius, 'set', `<create node='y'/>`))).toBe('wait, resource-constraint');
    expect(refusalIn(await asks(francisco, 'set', '<dance/>'))).toBe('cancel, feature-not-implemented');
  });

  test('one person makes no more nodes than the settings allow', async () => {
    const { scene, hamlet, francisco } = await elsinore({ 'pubsub.maxNodesPerOwner': 1 });
    await using _ = scene;
    await makes(hamlet, 'x');
    expect(refusalIn(await asks(hamlet, 'set', `<create node='y'/>`))).toBe('wait, resource-constraint');
    await makes(francisco, 'y');
  });
});

describe('configuration (sections 8.2 and 8.3)', () => {
  test('owners see and change it; fields left out stay', async () => {
    const { scene, hamlet } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { title: 'Musings' });
    expect(
      refusalIn(await configures(hamlet, NODE, { access_model: 'authorize', contact: ['hamlet@localhost'] })),
    ).toBe('result');
    const answer = await asksAsOwner(hamlet, 'get', `<configure node='${NODE}'/>`);
    const x = answer.child('pubsub', NS_OWNER)?.child('configure')?.elements[0];
    expect(fieldsIn(x)).toMatchObject({
      title: ['Musings'],
      access_model: ['authorize'],
      contact: ['hamlet@localhost'],
    });
    const cancelled = `<configure node='${NODE}'><x xmlns='jabber:x:data' type='cancel'/></configure>`;
    expect(refusalIn(await asksAsOwner(hamlet, 'set', cancelled))).toBe('result');
    const whole = x?.withAttr('type', 'submit').toXml() ?? '';
    expect(refusalIn(await asksAsOwner(hamlet, 'set', `<configure node='${NODE}'>${whole}</configure>`))).toBe(
      'result',
    );
    expect(refusalIn(await configures(hamlet, NODE, { max_items: 'many' }))).toBe('modify, not-acceptable');
  });

  test('others are refused, and so are nodes that are not there', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    expect(refusalIn(await asksAsOwner(francisco, 'get', `<configure node='${NODE}'/>`))).toBe('auth, forbidden');
    expect(refusalIn(await configures(francisco, NODE, { title: 'Mine' }))).toBe('auth, forbidden');
    expect(refusalIn(await asksAsOwner(hamlet, 'get', '<configure/>'))).toBe('modify, bad-request, nodeid-required');
    expect(refusalIn(await asksAsOwner(hamlet, 'get', `<configure node='none'/>`))).toBe('cancel, item-not-found');
    const claudius = await scene.login('claudius', 'throne');
    expect(refusalIn(await asksAsOwner(claudius, 'get', `<configure node='${NODE}'/>`))).toBe('result');
  });

  test('subscribers are told where the node says so (section 8.2.5.3)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { notify_config: '1', deliver_payloads: '0' });
    await subscribes(francisco, NODE, francisco.jid);
    await configures(hamlet, NODE, { title: 'Musings' });
    await francisco.receives(
      `<message from='${SERVICE}' type='headline'><event xmlns='${NS_EVENT}'><configuration node='${NODE}'/></event></message>`,
    );
    await configures(hamlet, NODE, { deliver_payloads: '1' });
    expect((await francisco.next()).toXml()).toContain('Musings');
  });

  test('the defaults can be asked for', async () => {
    const { scene, francisco } = await elsinore();
    await using _ = scene;
    const answer = await asksAsOwner(francisco, 'get', '<default/>');
    expect(fieldsIn(answer.child('pubsub', NS_OWNER)?.child('default')?.elements[0])).toMatchObject({
      access_model: ['open'],
      max_items: ['20'],
    });
  });

  test('fewer items than there are: the oldest go', async () => {
    const { scene, hamlet } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    for (const id of ['a', 'b', 'c']) await publishes(hamlet, NODE, id);
    await configures(hamlet, NODE, { max_items: '1' });
    expect(itemsIn(await asks(hamlet, 'get', `<items node='${NODE}'/>`))).toEqual(['c']);
  });
});

describe('purging and deleting (sections 8.4 and 8.5)', () => {
  test('all items go with one notification', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await publishes(hamlet, NODE, 'a');
    await subscribes(francisco, NODE, francisco.jid);
    await francisco.next();
    expect(refusalIn(await asksAsOwner(francisco, 'set', `<purge node='${NODE}'/>`))).toBe('auth, forbidden');
    expect(refusalIn(await asksAsOwner(hamlet, 'set', `<purge node='${NODE}'/>`))).toBe('result');
    await francisco.receives(
      `<message from='${SERVICE}'><event xmlns='${NS_EVENT}'><purge node='${NODE}'/></event></message>`,
    );
    expect(itemsIn(await asks(hamlet, 'get', `<items node='${NODE}'/>`))).toEqual([]);
    await configures(hamlet, NODE, { persist_items: '0' });
    expect(refusalIn(await asksAsOwner(hamlet, 'set', `<purge node='${NODE}'/>`))).toBe(
      'cancel, feature-not-implemented, unsupported persistent-items',
    );
  });

  test('a node that is gone tells where it is now (examples 156 to 158)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await subscribes(francisco, NODE, francisco.jid);
    const uri = 'xmpp:hamlet@localhost?;node=blog';
    expect(refusalIn(await asksAsOwner(francisco, 'set', `<delete node='${NODE}'/>`))).toBe('auth, forbidden');
    expect(
      refusalIn(await asksAsOwner(hamlet, 'set', `<delete node='${NODE}'><redirect uri='${uri}'/></delete>`)),
    ).toBe('result');
    await francisco.receives(
      `<message from='${SERVICE}'><event xmlns='${NS_EVENT}'><delete node='${NODE}'><redirect uri='${uri}'/></delete></event></message>`,
    );
    await scene.restart();
    const again = await scene.login('francisco', 'barracks');
    const answer = await subscribes(again, NODE);
    expect(refusalIn(answer)).toBe('modify, gone');
    expect(answer.toXml()).toContain(`>${uri}</gone>`);
  });
});

describe('subscriptions that need approval (sections 8.6 and 8.7)', () => {
  const pending = async (client: SceneClient) => {
    const request = await client.next();
    const x = request.child('x', 'jabber:x:data');
    return { id: request.attr('id') ?? '', fields: fieldsIn(x), body: request.childText('body') };
  };
  const decides = (client: SceneClient, id: string, allow: string, type = 'submit') => {
    const form = submitted(AUTHORIZATION, { node: NODE, subscriber_jid: 'francisco@localhost/barracks', allow });
    client.sends(`<message to='${SERVICE}' id='${id}'>${form.replace(`type='submit'`, `type='${type}'`)}</message>`);
  };
  const told = (state: string) =>
    `<message from='${SERVICE}' id='{any}'><event xmlns='${NS_EVENT}'><subscription node='${NODE}' jid='francisco@localhost/barracks' subscription='${state}'/></event></message>`;

  async function waiting() {
    const { scene, hamlet, francisco } = await elsinore();
    hamlet.sends('<presence/>');
    await hamlet.next();
    await makes(hamlet, NODE, { access_model: 'authorize' });
    const answer = await subscribes(francisco, NODE, francisco.jid);
    expect(answer.toXml()).toContain(`subscription='pending'`);
    return { scene, hamlet, francisco };
  }

  test('the owner is asked and allows it (examples 171 to 173)', async () => {
    const { scene, hamlet, francisco } = await waiting();
    await using _ = scene;
    const { id, fields } = await pending(hamlet);
    expect(fields).toMatchObject({ node: [NODE], subscriber_jid: ['francisco@localhost/barracks'], allow: ['0'] });
    expect(refusalIn(await subscribes(francisco, NODE, francisco.jid))).toBe(
      'auth, not-authorized, pending-subscription',
    );
    expect(refusalIn(await asks(francisco, 'get', `<items node='${NODE}'/>`))).toBe(
      'auth, not-authorized, not-subscribed',
    );
    decides(francisco, id, '1');
    expect(refusalIn(await francisco.next())).toBe('auth, forbidden');
    decides(hamlet, id, '1');
    await francisco.receives(told('subscribed'));
    expect(refusalIn(await asks(francisco, 'get', `<items node='${NODE}'/>`))).toBe('result');
  });

  test('or denies it; a form that is cancelled leaves it waiting', async () => {
    const { scene, hamlet, francisco } = await waiting();
    await using _ = scene;
    const { id } = await pending(hamlet);
    decides(hamlet, id, '0', 'cancel');
    await hamlet.receivesNothing();
    decides(hamlet, id, '0');
    await francisco.receives(told('none'));
    await hamlet.receivesNothing();
  });

  test('get-pending brings the requests once more', async () => {
    const { scene, hamlet, francisco } = await waiting();
    await using _ = scene;
    await pending(hamlet);
    const command = (client: SceneClient, content = '') =>
      client.request(
        `<iq type='set' to='${SERVICE}'><command xmlns='${COMMANDS}' node='${NS_PUBSUB}#get-pending' action='execute'>${content}</command></iq>`,
      );
    expect(refusalIn(await command(francisco))).toBe('auth, forbidden');
    const first = await command(hamlet);
    expect(first.toXml()).toContain(`<value>${NODE}</value>`);
    hamlet.sends(
      `<iq type='set' id='p' to='${SERVICE}'><command xmlns='${COMMANDS}' node='${NS_PUBSUB}#get-pending'>${submitted(AUTHORIZATION, { node: NODE })}</command></iq>`,
    );
    expect((await pending(hamlet)).fields.subscriber_jid).toEqual(['francisco@localhost/barracks']);
    expect((await hamlet.next()).toXml()).toContain(`status='completed'`);
  });

  test('who is made a member waits no longer, and who is banned is refused (section 8.7 note)', async () => {
    const { scene, hamlet, francisco } = await waiting();
    await using _ = scene;
    await pending(hamlet);
    await affiliates(hamlet, NODE, francisco.bare, 'member');
    await francisco.receives(told('subscribed'));
    await affiliates(hamlet, NODE, francisco.bare, 'outcast');
    await francisco.receives(told('none'));
  });
});

describe('lists of the owner (sections 8.8 and 8.9)', () => {
  test('subscriptions are listed and changed, and the subscriber is told', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    const change = (jid: string, state: string) =>
      `<subscriptions node='${NODE}'><subscription jid='${jid}' subscription='${state}'/></subscriptions>`;
    expect(refusalIn(await asksAsOwner(hamlet, 'set', change(francisco.jid, 'subscribed')))).toBe('result');
    expect((await francisco.next()).toXml()).toContain(`subscription='subscribed'`);
    const list = await asksAsOwner(hamlet, 'get', `<subscriptions node='${NODE}'/>`);
    expect(
      list
        .child('pubsub', NS_OWNER)
        ?.child('subscriptions')
        ?.elements.map((item) => item.attr('jid')),
    ).toEqual([francisco.jid]);
    expect(refusalIn(await asksAsOwner(francisco, 'get', `<subscriptions node='${NODE}'/>`))).toBe('auth, forbidden');
    await asksAsOwner(hamlet, 'set', change(francisco.jid, 'none'));
    expect((await francisco.next()).toXml()).toContain(`subscription='none'`);
    const refused = await asksAsOwner(hamlet, 'set', change(francisco.jid, 'pending'));
    expect(refusalIn(refused)).toBe('modify, not-acceptable');
    expect(refused.child('pubsub', NS_OWNER)?.toXml()).toContain(`subscription='none'`);
  });

  test('there is always an owner, and what can be changed is (example 199)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    const answer = await asksAsOwner(
      hamlet,
      'set',
      `<affiliations node='${NODE}'><affiliation jid='hamlet@localhost' affiliation='none'/><affiliation jid='francisco@localhost' affiliation='publisher'/></affiliations>`,
    );
    expect(refusalIn(answer)).toBe('modify, not-acceptable');
    expect(
      answer
        .child('pubsub', NS_OWNER)
        ?.child('affiliations')
        ?.elements.map((item) => item.toXml(NS_OWNER)),
    ).toEqual([`<affiliation jid='hamlet@localhost' affiliation='owner'/>`]);
    expect((await asks(francisco, 'get', '<affiliations/>')).toXml()).toContain(`affiliation='publisher'`);
    expect(refusalIn(await asksAsOwner(francisco, 'get', `<affiliations node='${NODE}'/>`))).toBe('auth, forbidden');
    const twice = `<affiliation jid='francisco@localhost' affiliation='member'/>`.repeat(2);
    expect(refusalIn(await asksAsOwner(hamlet, 'set', `<affiliations node='${NODE}'>${twice}</affiliations>`))).toBe(
      'modify, bad-request',
    );
  });

  test('owners hear of subscribers where the node says so (notify_sub)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    hamlet.sends('<presence/>');
    await hamlet.next();
    await makes(hamlet, NODE, { notify_sub: '1' });
    await subscribes(francisco, NODE);
    expect((await hamlet.next()).toXml()).toContain(`jid='francisco@localhost' subscription='subscribed'`);
  });
});

describe('discovery (section 5)', () => {
  test('the service says what it is and can do', async () => {
    const { scene, francisco } = await elsinore();
    await using _ = scene;
    const info = await disco(francisco, 'info');
    expect(info.child('identity')?.attr('type')).toBe('service');
    const features = info.elements.map((element) => element.attr('var'));
    for (const feature of ['publish', 'subscribe', 'access-open', 'multi-items']) {
      expect(features).toContain(`${NS_PUBSUB}#${feature}`);
    }
    expect(features).not.toContain(`${NS_PUBSUB}#multi-subscribe`);
    expect((await disco(francisco, 'items', '', 'localhost')).elements.map((item) => item.attr('jid'))).toContain(
      SERVICE,
    );
  });

  test('nodes are listed to who may have them, and hidden from others', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE, { title: 'Musings' });
    await makes(hamlet, 'secret', { access_model: 'whitelist' });
    await publishes(hamlet, NODE, 'a');
    const nodes = async (client: SceneClient) =>
      (await disco(client, 'items')).elements.map((item) => item.attr('node'));
    expect(await nodes(francisco)).toEqual([NODE]);
    expect(await nodes(hamlet)).toEqual([NODE, 'secret']);
    const info = await disco(francisco, 'info', NODE);
    expect(info.child('identity')?.attr('type')).toBe('leaf');
    expect(fieldsIn(info.child('x', 'jabber:x:data'))).toMatchObject({
      title: ['Musings'],
      creator: ['hamlet@localhost'],
    });
    expect((await disco(francisco, 'items', NODE)).elements.map((item) => item.attr('name'))).toEqual(['a']);
    expect(refusalIn(await disco(francisco, 'info', 'secret'))).toBe('cancel, item-not-found');
    expect(refusalIn(await disco(francisco, 'items', 'secret'))).toBe('cancel, item-not-found');
  });

  test('notifications that bounce from a client that is gone end its subscription (section 12.3)', async () => {
    const { scene, hamlet, francisco } = await elsinore();
    await using _ = scene;
    await makes(hamlet, NODE);
    await subscribes(francisco, NODE, francisco.jid);
    await francisco.ends();
    await publishes(hamlet, NODE, 'a');
    const list = await asksAsOwner(hamlet, 'get', `<subscriptions node='${NODE}'/>`);
    expect(list.child('pubsub', NS_OWNER)?.child('subscriptions')?.elements).toEqual([]);
  });
});
