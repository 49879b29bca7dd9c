/** RFC 6121 section 2: roster get, set, push, and versions (XEP-0237). */
import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const GET = `<iq type='get'><query xmlns='jabber:iq:roster'/></iq>`;

const set = (item: string) => `<iq type='set'><query xmlns='jabber:iq:roster'>${item}</query></iq>`;

async function items(client: SceneClient): Promise<string[]> {
  const answer = await client.request(GET);
  return (answer.child('query', 'jabber:iq:roster')?.elements ?? []).map((item) => item.toXml('jabber:iq:roster'));
}

function condition(answer: {
  readonly elements: readonly { readonly name: string; readonly elements: readonly { readonly name: string }[] }[];
}) {
  return answer.elements.find(({ name }) => name === 'error')?.elements[0]?.name;
}

test('2.1.4: an empty roster is a query without items', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const juliet = await scene.login('juliet', 'balcony');
  juliet.sends(`<iq id='bv1bs71f' type='get'><query xmlns='jabber:iq:roster'/></iq>`);
  await juliet.receives(
    `<iq id='bv1bs71f' type='result' to='juliet@localhost/balcony'><query xmlns='jabber:iq:roster' ver='0'/></iq>`,
  );
});

test('2.3.2: an added item is answered first, then pushed to all interested resources and to no others', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const balcony = await scene.login('juliet', 'balcony');
  const chamber = await scene.login('juliet', 'chamber');
  const garden = await scene.login('juliet', 'garden');
  await balcony.request(GET);
  await chamber.request(GET);
  balcony.sends(
    `<iq id='ph1xaz53' type='set'><query xmlns='jabber:iq:roster'><item jid='nurse@localhost' name='Nurse'><group>Servants</group></item></query></iq>`,
  );
  await balcony.receives(`<iq id='ph1xaz53' type='result'/>`);
  const push = `<query xmlns='jabber:iq:roster' ver='1'><item jid='nurse@localhost' name='Nurse' subscription='none'><group>Servants</group></item></query>`;
  const one = await balcony.receives(
    `<iq type='set' from='juliet@localhost' to='juliet@localhost/balcony'>${push}</iq>`,
  );
  await chamber.receives(`<iq type='set' from='juliet@localhost' to='juliet@localhost/chamber'>${push}</iq>`);
  await garden.receivesNothing();
  balcony.sends(`<iq type='result' id='${one.attr('id')}'/>`);
  await balcony.receivesNothing();
});

test('2.3.1: a set that says “ask”, “approved” or a subscription is read as if it did not', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const juliet = await scene.login('juliet');
  await juliet.request(set(`<item jid='nurse@localhost' subscription='both' ask='subscribe' approved='true'/>`));
  expect(await items(juliet)).toEqual([`<item jid='nurse@localhost' subscription='none'/>`]);
});

test('2.4: an item is replaced exactly as given', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const juliet = await scene.login('juliet');
  await juliet.request(
    set(`<item jid='romeo@example.net' name='Romeo'><group>Friends</group><group>Lovers</group></item>`),
  );
  await juliet.request(set(`<item jid='romeo@example.net' name='MyRomeo'><group>Lovers</group></item>`));
  expect(await items(juliet)).toEqual([
    `<item jid='romeo@example.net' name='MyRomeo' subscription='none'><group>Lovers</group></item>`,
  ]);
  juliet.sends(set(`<item jid='romeo@example.net' name=''/>`).replace('<iq', `<iq id='o3bx66s5'`));
  await juliet.receives(`<iq type='result' id='o3bx66s5'/>`);
  await juliet.receives(
    `<iq type='set'><query xmlns='jabber:iq:roster' ver='3'><item jid='romeo@example.net' subscription='none'/></query></iq>`,
  );
});

test('2.5: a removed item is pushed as removed and is gone', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const juliet = await scene.login('juliet');
  await juliet.request(GET);
  await juliet.request(set(`<item jid='nurse@localhost'/>`));
  await juliet.next();
  expect((await juliet.request(set(`<item jid='nurse@localhost' subscription='remove'/>`))).attr('type')).toBe(
    'result',
  );
  await juliet.receives(
    `<iq type='set'><query xmlns='jabber:iq:roster' ver='2'><item jid='nurse@localhost' subscription='remove'/></query></iq>`,
  );
  expect(await items(juliet)).toEqual([]);
});

test('what was answered with a result is there after a crash', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const before = await scene.login('juliet');
  await before.request(set(`<item jid='nurse@localhost' name='Nurse &amp; Co'><group>&lt;Servants&gt;</group></item>`));
  await scene.crash();
  const juliet = await scene.login('juliet');
  expect(await items(juliet)).toEqual([
    `<item jid='nurse@localhost' name='Nurse &amp; Co' subscription='none'><group>&lt;Servants&gt;</group></item>`,
  ]);
});

describe('errors', () => {
  const LONG = 'x'.repeat(256);
  test.each([
    ['bad-request', 'no item', ''],
    ['bad-request', 'two items', `<item jid='a@localhost'/><item jid='b@localhost'/>`],
    ['bad-request', 'an item without jid', `<item name='Nurse'/>`],
    ['jid-malformed', 'a jid that is none', `<item jid='@localhost'/>`],
    ['bad-request', 'a full JID', `<item jid='a@localhost/b'/>`],
    ['bad-request', 'the same group twice', `<item jid='a@localhost'><group>G</group><group>G</group></item>`],
    ['not-acceptable', 'an empty group', `<item jid='a@localhost'><group/></item>`],
    ['not-acceptable', 'a group name too long', `<item jid='a@localhost'><group>${LONG}</group></item>`],
    ['not-acceptable', 'a name too long', `<item jid='a@localhost' name='${LONG}'/>`],
    [
      'not-acceptable',
      'too many groups',
      `<item jid='a@localhost'><group>1</group><group>2</group><group>3</group></item>`,
    ],
    ['item-not-found', 'the removal of what is not there', `<item jid='a@localhost' subscription='remove'/>`],
    ['not-allowed', 'oneself', `<item jid='juliet@localhost'/>`],
  ])('%s for %s', async (expected, _what, item) => {
    await using scene = await openScene({ accounts: ['juliet'], settings: { 'roster.maxGroups': 2 } });
    const juliet = await scene.login('juliet');
    expect(condition(await juliet.request(set(item)))).toBe(expected);
    expect(await items(juliet)).toEqual([]);
  });

  test('a get with items is a bad request', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    const answer = await juliet.request(
      `<iq type='get'><query xmlns='jabber:iq:roster'><item jid='a@localhost'/></query></iq>`,
    );
    expect(condition(answer)).toBe('bad-request');
  });

  test('2.3.3: nobody reads or writes somebody else’s roster', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet');
    const write = set(`<item jid='nurse@localhost'/>`).replace('<iq', `<iq to='romeo@localhost'`);
    expect(condition(await juliet.request(write))).toBe('forbidden');
    expect(condition(await juliet.request(GET.replace('<iq', `<iq to='romeo@localhost'`)))).toBe('forbidden');
    const romeo = await scene.login('romeo');
    expect(await items(romeo)).toEqual([]);
  });

  test('a full roster takes no new item, but changes of those that it has', async () => {
    await using scene = await openScene({ accounts: ['juliet'], settings: { 'roster.maxItems': 1 } });
    const juliet = await scene.login('juliet');
    await juliet.request(set(`<item jid='nurse@localhost'/>`));
    expect(condition(await juliet.request(set(`<item jid='tybalt@localhost'/>`)))).toBe('resource-constraint');
    expect((await juliet.request(set(`<item jid='nurse@localhost' name='N'/>`))).attr('type')).toBe('result');
  });
});

describe('2.6: versions', () => {
  const getSince = (ver: string) => `<iq type='get'><query xmlns='jabber:iq:roster' ver='${ver}'/></iq>`;

  test('versioning and pre-approval are stream features once signed in', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const stranger = scene.connect();
    stranger.opens();
    const before = await stranger.next();
    expect(before.child('ver', 'urn:xmpp:features:rosterver')).toBeUndefined();
    const juliet = await scene.authenticated('juliet');
    expect(juliet.features?.child('ver', 'urn:xmpp:features:rosterver')).toBeDefined();
    expect(juliet.features?.child('sub', 'urn:xmpp:features:pre-approval')).toBeDefined();
  });

  test('a client that has this very version gets an empty result and is interested', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    await juliet.request(set(`<item jid='nurse@localhost'/>`));
    const answer = await juliet.request(getSince('1'));
    expect(answer.attr('type')).toBe('result');
    expect(answer.children).toEqual([]);
    await juliet.request(set(`<item jid='tybalt@localhost'/>`));
    await juliet.receives(
      `<iq type='set'><query xmlns='jabber:iq:roster' ver='2'><item jid='tybalt@localhost' subscription='none'/></query></iq>`,
    );
  });

  test.each(['', '0', '2', 'ver14'])('a client with another version (“%s”) gets the whole roster', async (ver) => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet');
    await juliet.request(set(`<item jid='nurse@localhost'/>`));
    const answer = await juliet.request(getSince(ver));
    expect(answer.child('query', 'jabber:iq:roster')?.attr('ver')).toBe('1');
    expect(answer.child('query', 'jabber:iq:roster')?.elements).toHaveLength(1);
  });

  test('the version outlives a restart, and one that a crash may have taken back is never given again', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const before = await scene.login('juliet');
    await before.request(set(`<item jid='nurse@localhost'/>`));
    await scene.restart();
    const juliet = await scene.login('juliet');
    expect((await juliet.request(getSince('1'))).children).toEqual([]);
    await juliet.request(set(`<item jid='tybalt@localhost'/>`));
    const push = await juliet.next();
    expect(Number(push.child('query', 'jabber:iq:roster')?.attr('ver'))).toBeGreaterThan(2);
  });

  test('an account of the same name as a removed one has no version that the removed one had', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'admin'] });
    const before = await scene.login('juliet');
    await before.request(set(`<item jid='nurse@localhost'/>`));
    await scene.accounts.remove('juliet');
    await scene.accounts.create({ localpart: 'juliet', password: 'wherefore art thou', role: 'member' });
    const juliet = scene.connect({ name: 'juliet' });
    await juliet.authenticates('wherefore art thou');
    await juliet.binds();
    await juliet.request(set(`<item jid='tybalt@localhost'/>`));
    const answer = await juliet.request(getSince('1'));
    expect(answer.child('query', 'jabber:iq:roster')?.elements.map((item) => item.attr('jid'))).toEqual([
      'tybalt@localhost',
    ]);
    expect(answer.child('query', 'jabber:iq:roster')?.attr('ver')).toBe('2');
  });
});
