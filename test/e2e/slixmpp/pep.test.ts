/** Personal eventing as slixmpp's plugins for it use it, and what the server makes of bookmarks and pictures. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { bare, befriend, Couple } from './couple.ts';
import { type SlixmppClient, whyNoSlixmpp } from './slixmpp-client.ts';

const reason = whyNoSlixmpp();
const TUNE = 'http://jabber.org/protocol/tune';
const NATIVE = 'urn:xmpp:bookmarks:1';
const METADATA = 'urn:xmpp:avatar:metadata';
/** The whole of a picture: what a header is to be known by, and something to tell it from others. */
const GIF = Buffer.from('GIF89a\x40\x00\x40\x00 a rose', 'latin1').toString('hex');
const OTHER_GIF = Buffer.from('GIF89a\x40\x00\x40\x00 a sword', 'latin1').toString('hex');

let couple: Couple;
let romeo: SlixmppClient;

beforeAll(async () => {
  if (reason === undefined) couple = await Couple.meet();
});
afterAll(() => couple?.part());
beforeEach(async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  romeo = await couple.login('romeo', 'orchard', { plugins: ['0118', '0172'] });
});
afterEach(() => couple?.closeClients());

/** Subscribes both to each other's presence, unless a test before has done it. */
async function acquaint(one: SlixmppClient, other: SlixmppClient): Promise<void> {
  const roster = (await one.ask('roster')) as Readonly<Record<string, unknown>>;
  if (roster[bare(other)] === undefined) await befriend(one, other);
}

test('a tune reaches those who may see one’s presence and want to hear it', async () => {
  const juliet = await couple.login('juliet', 'balcony', { plugins: ['0118'] });
  await acquaint(romeo, juliet);
  await romeo.ask('publishTune', { artist: 'Yes', title: 'Heart of the Sunrise' });
  const { payload } = await juliet.event('published', { from: bare(romeo), node: TUNE });
  expect(payload).toContain('Heart of the Sunrise');
  // Whoever comes later hears of it as well.
  const later = await couple.login('juliet', 'chamber', { plugins: ['0118'] });
  await later.event('published', { from: bare(romeo), node: TUNE });
});

test('nodes are private as published, and items come, change and go', async () => {
  const node = 'urn:example:notes';
  const options = { access_model: 'whitelist', persist_items: 'true', max_items: 'max' };
  const note = (text: string) => `<note xmlns='${node}'>${text}</note>`;
  await romeo.ask('publish', { node, item: '1', payload: note('one'), options });
  await romeo.ask('publish', { node, item: '2', payload: note('two'), options });
  await romeo.ask('publish', { node, item: '1', payload: note('uno'), options });
  const contents = async () =>
    ((await romeo.ask('items', { node })) as readonly { readonly id: string; readonly payload: string }[]).map(
      ({ id, payload }) => [id, /one|uno|two/.exec(payload)?.[0]],
    );
  expect((await contents()).sort()).toEqual([
    ['1', 'uno'],
    ['2', 'two'],
  ]);
  await romeo.ask('retract', { node, item: '2' });
  expect(await contents()).toEqual([['1', 'uno']]);
  const juliet = await couple.login('juliet', 'balcony');
  await expect(juliet.ask('items', { node, jid: bare(romeo) })).rejects.toThrow();
});

test('bookmarks are the same in private storage, in the older node and in the newer one', async () => {
  const room = 'orchard@rooms.verona.test';
  await romeo.ask('storeBookmark', { room, name: 'The orchard' });
  expect(await romeo.ask('pepBookmarks')).toEqual([{ room, name: 'The orchard' }]);
  const items = (await romeo.ask('items', { node: NATIVE })) as readonly { readonly id: string }[];
  expect(items.map(({ id }) => id)).toEqual([room]);

  await romeo.ask('storePepBookmark', { room, name: 'The garden' });
  expect(await romeo.ask('bookmarks')).toEqual([{ room, name: 'The garden' }]);
  await romeo.ask('retract', { node: NATIVE, item: room });
  expect(await romeo.ask('bookmarks')).toEqual([]);
});

test('a picture in PEP is found by apps that look into the vCard, and told in presence', async () => {
  const juliet = await couple.login('juliet', 'balcony', { plugins: ['0153'] });
  await acquaint(romeo, juliet);
  const { id } = (await romeo.ask('publishAvatar', { hex: GIF, type: 'image/gif', access: 'open' })) as {
    readonly id: string;
  };
  await juliet.event('vcard-avatar', { from: romeo.jid, hash: id });
  expect(await juliet.ask('vcardAvatar', { jid: bare(romeo) })).toEqual({ hex: GIF, type: 'image/gif' });
});

test('a picture in the vCard is found by apps that look into PEP', async () => {
  const older = await couple.login('juliet', 'balcony', { plugins: ['0153'] });
  const watcher = await couple.login('juliet', 'chamber', { plugins: ['0084'] });
  await older.ask('setVcard', { name: 'Juliet' });
  await older.ask('setVcardAvatar', { hex: OTHER_GIF, type: 'image/gif' });
  const { id: item } = await watcher.event('published', { node: METADATA, from: bare(older) });
  expect(await romeo.ask('avatar', { jid: bare(older), item })).toEqual({ hex: OTHER_GIF });
});

test('whoever subscribes to a node of the pubsub service hears what is published there', async () => {
  const jid = 'pubsub.verona.test';
  const node = 'princely_musings';
  await romeo.ask('createNode', { node, jid });
  const juliet = await couple.login('juliet', 'balcony');
  expect(await juliet.ask('subscribe', { node, jid })).toEqual({ subscription: 'subscribed' });
  await romeo.ask('publish', {
    node,
    jid,
    item: '1',
    payload: `<entry xmlns='http://www.w3.org/2005/Atom'><title>Soliloquy</title></entry>`,
  });
  expect((await juliet.event('published', { from: jid, node, id: '1' })).payload).toContain('Soliloquy');
});
