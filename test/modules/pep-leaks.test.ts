/** What of an account's nodes reaches those whom it does not concern, and what they can do there. */
import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { asks, comes, conditionOf, events, heard, itemsOf, publishes } from './pep-clients.ts';
import { NS_OWNER, NS_PUBSUB, submitted } from './pep-steps.ts';
import { letsSee } from './subscribed.ts';

const BOOKMARKS = 'urn:xmpp:bookmarks:1';
const LIST = 'storage:bookmarks';
const DISPLAYED = 'urn:xmpp:mds:displayed:0';
const ROOM = 'theplay@conference.shakespeare.lit';
const PRIVATE_NODES: readonly (readonly [string, string, string])[] = [
  [BOOKMARKS, ROOM, `<conference xmlns='${BOOKMARKS}' name='The Play'/>`],
  [LIST, 'current', `<storage xmlns='${LIST}'><conference jid='${ROOM}' name='The Play'/></storage>`],
  [
    DISPLAYED,
    'romeo@localhost',
    `<displayed xmlns='${DISPLAYED}'><stanza-id xmlns='urn:xmpp:sid:0' by='juliet@localhost' id='1'/></displayed>`,
  ],
];

function configures(client: SceneClient, node: string, fields: Readonly<Record<string, string>>) {
  const form = submitted(`${NS_PUBSUB}#node_config`, fields);
  return asks(
    client,
    `<iq type='set'><pubsub xmlns='${NS_OWNER}'><configure node='${node}'>${form}</configure></pubsub></iq>`,
  );
}

describe('what a person keeps for herself', () => {
  test.each(PRIVATE_NODES)('in %s is not for her contacts, though her app forgot to say so', async (node, id, item) => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    await letsSee(juliet, romeo);
    await comes(romeo, node);
    await heard(romeo);
    await publishes(juliet, node, id, item);
    expect(await events(romeo)).toEqual([]);
    expect(await itemsOf(romeo, node, 'juliet@localhost')).toBe('not-allowed');
  });

  test.each(PRIVATE_NODES)('in %s cannot be opened to others later', async (node, id, item) => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    await publishes(juliet, node, id, item);
    await configures(juliet, node, { access_model: 'open' });
    expect(await itemsOf(romeo, node, 'juliet@localhost')).toBe('not-allowed');
  });
});

describe('an account that is removed', () => {
  test('leaves nothing of what others have allowed it to the next one of that name', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet', 'balcony');
    await publishes(juliet, 'letters', 'one', `<letter xmlns='urn:example'/>`, { access_model: 'whitelist' });
    await asks(
      juliet,
      `<iq type='set'><pubsub xmlns='${NS_OWNER}'><affiliations node='letters'><affiliation jid='romeo@localhost' affiliation='member'/></affiliations></pubsub></iq>`,
    );
    const romeo = await scene.login('romeo', 'orchard');
    expect(await itemsOf(romeo, 'letters', 'juliet@localhost')).toHaveProperty('one');
    await scene.accounts.remove('romeo');
    await scene.accounts.create({ localpart: 'romeo', password: 'romeo-secret', role: 'member' });
    const stranger = await scene.login('romeo', 'stable');
    expect(await itemsOf(stranger, 'letters', 'juliet@localhost')).toBe('not-allowed');
    await scene.restart();
    expect(await itemsOf(await scene.login('romeo', 'stable'), 'letters', 'juliet@localhost')).toBe('not-allowed');
  });
});

describe('a node at which subscribers may publish', () => {
  test('is closed to subscribers who may not read it any more', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet', 'balcony');
    const note = `<note xmlns='urn:example'/>`;
    await publishes(juliet, 'wall', 'one', note, { access_model: 'open', publish_model: 'subscribers' });
    const romeo = await scene.login('romeo', 'orchard');
    const his = (content: string) =>
      asks(romeo, `<iq type='set' to='juliet@localhost'><pubsub xmlns='${NS_PUBSUB}'>${content}</pubsub></iq>`);
    const publish = `<publish node='wall'><item id='two'>${note}</item></publish>`;
    await his(`<subscribe node='wall' jid='romeo@localhost'/>`);
    expect((await his(publish)).attr('type')).toBe('result');
    await configures(juliet, 'wall', { access_model: 'whitelist' });
    expect(conditionOf(await his(publish))).toBe('forbidden');
  });
});

describe('an open node', () => {
  test('is not filled up by one subscriber with many addresses', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet', 'balcony');
    // No last item, which would come back from clients that are not there.
    const options = { access_model: 'open', send_last_published_item: 'never' };
    await publishes(juliet, 'wall', 'one', `<note xmlns='urn:example'/>`, options);
    const romeo = await scene.login('romeo', 'orchard');
    const subscribes = (client: SceneClient, jid: string) =>
      asks(
        client,
        `<iq type='set' to='juliet@localhost'><pubsub xmlns='${NS_PUBSUB}'><subscribe node='wall' jid='${jid}'/></pubsub></iq>`,
      );
    for (let i = 0; i < 50; i++) expect((await subscribes(romeo, `romeo@localhost/${i}`)).attr('type')).toBe('result');
    expect(conditionOf(await subscribes(romeo, 'romeo@localhost/50'))).toBe('policy-violation');
    expect((await subscribes(romeo, 'romeo@localhost/49')).attr('type')).toBe('result');
    expect((await subscribes(juliet, 'juliet@localhost')).attr('type')).toBe('result');
  });
});

describe('what comes with a message', () => {
  test('is kept in its own words, so that nothing large can be hidden in it', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet', 'balcony');
    const id = `<stanza-id xmlns='urn:xmpp:sid:0' by='juliet@localhost' id='1' more='${'x'.repeat(1_000)}'/>`;
    juliet.sends(
      `<message to='romeo@localhost'><body>Hi</body><displayed xmlns='${DISPLAYED}' more='${'x'.repeat(1_000)}'>text${id}</displayed></message>`,
    );
    await heard(juliet);
    expect(await itemsOf(juliet, DISPLAYED)).toEqual({
      'romeo@localhost': `<displayed xmlns='${DISPLAYED}'><stanza-id xmlns='urn:xmpp:sid:0' by='juliet@localhost' id='1'/></displayed>`,
    });
    juliet.sends(
      `<message to='romeo@localhost'><body>Hi</body><displayed xmlns='${DISPLAYED}'><stanza-id xmlns='urn:xmpp:sid:0' by='juliet@localhost' id='${'x'.repeat(2_000)}'/></displayed></message>`,
    );
    expect(Object.keys(await itemsOf(juliet, DISPLAYED))).toHaveLength(1);
    expect(JSON.stringify(await itemsOf(juliet, DISPLAYED))).not.toContain('xxx');
  });
});
