/** What people publish, and nodes of the service, for people of another server (XEP-0163, XEP-0060). */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../../server/xml/element.ts';
import type { SceneClient } from '../../scene/scene-client.ts';
import { asks, heard, TwoServers } from '../../scene/two-servers.ts';
import {
  capsOf,
  describes,
  NS_EVENT,
  NS_OWNER,
  NS_PUBSUB,
  publication,
  publishOptions,
  submitted,
} from '../pep-steps.ts';
import { befriend, conditionOf } from './remote-steps.ts';

const NICK = 'http://jabber.org/protocol/nick';
const AVATAR = 'urn:xmpp:avatar:metadata';
const DEVICES = 'urn:xmpp:omemo:2:devices';
const NODES = [NICK, AVATAR, DEVICES];
const SERVICE = 'pubsub.b.example';

/** The notifications among what has come, as lines such as `nick from juliet@b.example`. */
async function events(two: TwoServers, client: SceneClient): Promise<readonly string[]> {
  return eventsIn(await heard(two, client));
}

function eventsIn(elements: readonly Element[]): readonly string[] {
  return elements.flatMap((message) => {
    const items = message.child('event', NS_EVENT)?.child('items');
    return items === undefined ? [] : [`${items.attr('node')} from ${message.attr('from')}`];
  });
}

/** Becomes available with these interests, and tells whoever asks about them. */
async function comes(two: TwoServers, client: SceneClient): Promise<readonly Element[]> {
  client.sends(`<presence>${capsOf(NODES)}</presence>`);
  const came = await heard(two, client);
  for (const question of came.filter((element) => element.name === 'iq' && element.attr('type') === 'get')) {
    describes(client, question.attr('from') ?? '', question.attr('id') ?? '', NODES);
  }
  return came;
}

const publish = (client: SceneClient, node: string, options = '') =>
  asks(client, publication(node, `<item id='current'><entry xmlns='urn:example'/></item>`, options));

async function pair() {
  const two = await TwoServers.open({ accounts: ['romeo', 'paris', 'juliet'] }, { accounts: ['juliet'] });
  const romeo = await two.login('romeo', 'a', 'orchard');
  const juliet = await two.login('juliet', 'b', 'balcony');
  await befriend(two, romeo, juliet);
  return { two, romeo, juliet };
}

describe('a contact elsewhere', () => {
  test('hears of a nickname, a picture and keys, once they are published and whenever a device comes', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    await comes(two, romeo);
    await two.settles();
    for (const node of NODES) await publish(juliet, node);
    expect(await events(two, romeo)).toEqual(NODES.map((node) => `${node} from juliet@b.example`));
    await romeo.ends();
    const stable = await two.login('romeo', 'a', 'stable');
    // What this client can do is known by now, and nobody asks again.
    expect(eventsIn(await comes(two, stable)).toSorted()).toEqual(
      NODES.map((node) => `${node} from juliet@b.example`).toSorted(),
    );
  });

  test('of the same name hears as well', async () => {
    const { two, juliet } = await pair();
    await using _ = two;
    const other = await two.login('juliet', 'a');
    await befriend(two, other, juliet);
    await comes(two, other);
    await two.settles();
    await publish(juliet, NICK);
    expect(await events(two, other)).toEqual([`${NICK} from juliet@b.example`]);
  });

  test('reads what is for contacts; a stranger does not, and reads what is for everybody', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    await publish(juliet, NICK);
    await publish(juliet, DEVICES, publishOptions({ access_model: 'open' }));
    const paris = await two.login('paris', 'a');
    const reads = (client: SceneClient, node: string) =>
      asks(
        client,
        `<iq type='get' to='juliet@b.example'><pubsub xmlns='${NS_PUBSUB}'><items node='${node}'/></pubsub></iq>`,
      );
    expect((await reads(romeo, NICK)).attr('type')).toBe('result');
    expect(conditionOf(await reads(paris, NICK))).toBe('service-unavailable');
    expect((await reads(paris, DEVICES)).attr('type')).toBe('result');
  });

  test('in a group reads what is for that group, for as long as it is in it', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    const group = (name: string) =>
      asks(
        juliet,
        `<iq type='set'><query xmlns='jabber:iq:roster'><item jid='romeo@a.example'><group>${name}</group></item></query></iq>`,
      );
    await group('Lovers');
    await publish(juliet, NICK, publishOptions({ access_model: 'roster', roster_groups_allowed: 'Lovers' }));
    const read = `<iq type='get' to='juliet@b.example'><pubsub xmlns='${NS_PUBSUB}'><items node='${NICK}'/></pubsub></iq>`;
    expect((await asks(romeo, read)).attr('type')).toBe('result');
    await group('Others');
    await two.settles();
    expect(conditionOf(await asks(romeo, read))).toBe('not-authorized');
  });

  test('who subscribes to an open node hears of it, also while the network was down in between', async () => {
    const { two, juliet } = await pair();
    await using _ = two;
    await publish(juliet, NICK, publishOptions({ access_model: 'open' }));
    const paris = await two.login('paris', 'a');
    paris.sends('<presence/>');
    await asks(
      paris,
      `<iq type='set' to='juliet@b.example'><pubsub xmlns='${NS_PUBSUB}'><subscribe node='${NICK}' jid='paris@a.example'/></pubsub></iq>`,
    );
    await heard(two, paris);
    two.isJoined = false;
    await publish(juliet, NICK);
    await two.settles();
    two.isJoined = true;
    await publish(juliet, NICK);
    expect(await events(two, paris)).toEqual([`${NICK} from juliet@b.example`]);
  });
});

describe('a node of the service', () => {
  const configured = (model: string) =>
    `<configure>${submitted(`${NS_PUBSUB}#node_config`, { access_model: model, max_items: '2' })}</configure>`;
  const makes = (client: SceneClient, model: string) =>
    asks(
      client,
      `<iq type='set' to='${SERVICE}'><pubsub xmlns='${NS_PUBSUB}'><create node='news'/>${configured(model)}</pubsub></iq>`,
    );
  const says = (client: SceneClient, id: string) =>
    asks(
      client,
      `<iq type='set' to='${SERVICE}'><pubsub xmlns='${NS_PUBSUB}'><publish node='news'><item id='${id}'><entry xmlns='urn:example'/></item></publish></pubsub></iq>`,
    );
  const subscribes = (client: SceneClient) =>
    asks(
      client,
      `<iq type='set' to='${SERVICE}'><pubsub xmlns='${NS_PUBSUB}'><subscribe node='news' jid='${client.bare}'/></pubsub></iq>`,
    );

  test('that is for those who may see its owner is open to the owner’s contacts elsewhere, and to nobody else there', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    await makes(juliet, 'presence');
    const paris = await two.login('paris', 'a');
    expect((await subscribes(romeo)).attr('type')).toBe('result');
    expect(conditionOf(await subscribes(paris))).toBe('not-authorized');
    await says(juliet, '1');
    expect(await events(two, romeo)).toEqual([`news from ${SERVICE}`]);
  });

  test('is read by people elsewhere: its latest items, and no more than it keeps', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    await makes(juliet, 'open');
    for (const id of ['1', '2', '3']) await says(juliet, id);
    const read = await asks(
      romeo,
      `<iq type='get' to='${SERVICE}'><pubsub xmlns='${NS_PUBSUB}'><items node='news'/></pubsub></iq>`,
    );
    const items = read.child('pubsub', NS_PUBSUB)?.child('items')?.elements ?? [];
    expect(items.map((item) => item.attr('id')).toSorted()).toEqual(['2', '3']);
    expect(conditionOf(await says(romeo, '4'))).toBe('forbidden');
    const destroyed = await asks(
      romeo,
      `<iq type='set' to='${SERVICE}'><pubsub xmlns='${NS_OWNER}'><delete node='news'/></pubsub></iq>`,
    );
    expect(conditionOf(destroyed)).toBe('forbidden');
  });

  test('asks its owner about somebody elsewhere, who is told the decision', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    await makes(juliet, 'authorize');
    const pending = await subscribes(romeo);
    expect(pending.child('pubsub', NS_PUBSUB)?.child('subscription')?.attr('subscription')).toBe('pending');
    const form = (await heard(two, juliet)).find(({ name }) => name === 'message')?.child('x', 'jabber:x:data');
    const fields = (form?.elements ?? [])
      .filter((field) => field.attr('var') !== 'pubsub#allow')
      .map((field) => field.toXml());
    juliet.sends(
      `<message to='${SERVICE}'><x xmlns='jabber:x:data' type='submit'>${fields.join('')}<field var='pubsub#allow'><value>1</value></field></x></message>`,
    );
    const told = (await heard(two, romeo)).find(({ name }) => name === 'message');
    expect(told?.child('event', NS_EVENT)?.child('subscription')?.attr('subscription')).toBe('subscribed');
  });
});
