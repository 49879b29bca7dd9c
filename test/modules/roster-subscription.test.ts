/** RFC 6121 section 3: subscriptions between accounts, as both sides see them. */
import { describe, expect, test } from 'vitest';
import { openScene, type Scene } from '../scene/scene.ts';
import { parseStanza, type SceneClient } from '../scene/scene-client.ts';

const GET = `<iq type='get'><query xmlns='jabber:iq:roster'/></iq>`;

/** A client that is interested and available, its own presence read. */
async function online(scene: Scene, name: string, resource: string): Promise<SceneClient> {
  const client = await scene.login(name, resource);
  await client.request(GET);
  client.appears();
  await client.receives(`<presence from='${client.jid}'/>`);
  return client;
}

async function items(client: SceneClient): Promise<string[]> {
  const answer = await client.request(GET);
  return (answer.child('query', 'jabber:iq:roster')?.elements ?? []).map((item) => item.toXml('jabber:iq:roster'));
}

/** Since when a contact is there whom one may see only now (XEP-0203). */
const DELAY = `<delay xmlns='urn:xmpp:delay' from='localhost' stamp='{any}'/>`;

const push = (item: string) => `<iq type='set'><query xmlns='jabber:iq:roster' ver='{any}'>${item}</query></iq>`;

/** `user` sees `contact` from now on; what both receive meanwhile is read. */
async function subscribe(user: SceneClient, contact: SceneClient): Promise<void> {
  user.sends(`<presence to='${contact.bare}' type='subscribe'/>`);
  await contact.receives(`<presence from='${user.bare}' type='subscribe'/>`);
  contact.sends(`<presence to='${user.bare}' type='subscribed'/>`);
  for (const client of [contact, user]) {
    client.sends(`<iq id='read' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`);
    while ((await client.next()).attr('id') !== 'read');
  }
}

test('3.1: a request, its approval, and presence from every available resource', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'foo');
  const bar = await scene.login('romeo', 'bar');
  await bar.request(GET);
  const balcony = await online(scene, 'juliet', 'balcony');

  romeo.sends(`<presence id='xk3h1v69' to='juliet@localhost/balcony' type='subscribe'><status>Hi</status></presence>`);
  const asking = push(`<item jid='juliet@localhost' subscription='none' ask='subscribe'/>`);
  await romeo.receives(asking);
  await bar.receives(asking);
  await romeo.receives(`<presence from='juliet@localhost' to='romeo@localhost' type='unavailable'/>`);
  await balcony.receives(
    `<presence from='romeo@localhost' to='juliet@localhost' id='xk3h1v69' type='subscribe'><status>Hi</status></presence>`,
  );
  expect(await items(balcony)).toEqual([]);

  balcony.sends(`<presence id='h4v1c4kj' to='romeo@localhost' type='subscribed'/>`);
  await balcony.receives(push(`<item jid='romeo@localhost' subscription='from'/>`));
  const approval = `<presence id='h4v1c4kj' from='juliet@localhost' to='romeo@localhost' type='subscribed'/>`;
  const granted = push(`<item jid='juliet@localhost' subscription='to'/>`);
  await romeo.receives(approval);
  await romeo.receives(granted);
  await romeo.receives(`<presence from='juliet@localhost/balcony' to='romeo@localhost'>${DELAY}</presence>`);
  await bar.receives(approval);
  await bar.receives(granted);
  await bar.receivesNothing();
});

test('3.1.3: a request waits whole for an available resource, is not doubled, and comes again until it is answered', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  const request = `<presence to='juliet@localhost' type='subscribe'><nick xmlns='http://jabber.org/protocol/nick'>Romeo</nick></presence>`;
  romeo.sends(`<presence to='juliet@localhost' type='subscribe'><status>first</status></presence>`);
  romeo.sends(request);
  await romeo.receives(push(`<item jid='juliet@localhost' subscription='none' ask='subscribe'/>`));
  await scene.restart();

  for (const resource of ['balcony', 'chamber']) {
    const juliet = await scene.login('juliet', resource);
    juliet.sends(`<presence><priority>-1</priority></presence>`);
    await juliet.receives(`<presence from='${juliet.jid}'><priority>-1</priority></presence>`);
    await juliet.receives(request.replace('<presence', `<presence from='romeo@localhost'`));
    await juliet.receivesNothing();
    expect(await items(juliet)).toEqual([]);
    juliet.sends('<presence/>');
    await juliet.receives(`<presence from='${juliet.jid}'/>`);
    await juliet.receivesNothing();
    await juliet.ends();
  }

  const juliet = await online(scene, 'juliet', 'garden');
  await juliet.receives(request);
  juliet.sends(`<presence to='romeo@localhost' type='unsubscribed'/>`);
  await juliet.receivesNothing();
  await juliet.ends();
  const again = await online(scene, 'juliet', 'garden');
  await again.receivesNothing();
});

test('3.1.3: a request is not delivered twice to a resource that has it, nor to one that is not available', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  const balcony = await online(scene, 'juliet', 'balcony');
  const interested = await scene.login('juliet', 'chamber');
  await interested.request(GET);
  romeo.sends(`<presence to='juliet@localhost' type='subscribe'/>`);
  await balcony.receives(`<presence from='romeo@localhost' type='subscribe'/>`);
  romeo.sends(`<presence to='juliet@localhost' type='subscribe'/>`);
  await balcony.receivesNothing();
  await interested.receivesNothing();
});

test('3.1.3: a contact who is subscribed already is approved again without asking', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  const juliet = await online(scene, 'juliet', 'balcony');
  await subscribe(romeo, juliet);
  romeo.sends(`<presence to='juliet@localhost' type='subscribe'/>`);
  await juliet.receivesNothing();
  await romeo.receives(`<presence from='juliet@localhost/balcony' to='romeo@localhost'>${DELAY}</presence>`);
  await romeo.receivesNothing();
});

test('3.1.2: a request that cannot be delivered is answered with an error and leaves nothing', async () => {
  await using scene = await openScene({ accounts: ['romeo'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  romeo.sends(`<presence id='a' to='nobody@localhost' type='subscribe'/>`);
  const local = await romeo.receives(
    `<presence id='a' from='nobody@localhost' to='romeo@localhost' type='error'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>`,
  );
  expect(local.attr('type')).toBe('error');
  romeo.sends(`<presence id='b' to='juliet@example.com' type='subscribe'/>`);
  expect(
    (await romeo.next()).child('error')?.child('not-allowed', 'urn:ietf:params:xml:ns:xmpp-stanzas'),
  ).toBeDefined();
  expect(await items(romeo)).toEqual([]);
});

test('2.3: a contact in the roster keeps name and groups through a subscription', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  await romeo.request(
    `<iq type='set'><query xmlns='jabber:iq:roster'><item jid='juliet@localhost' name='J'><group>Lovers</group></item></query></iq>`,
  );
  await romeo.next();
  romeo.sends(`<presence to='juliet@localhost' type='subscribe'/>`);
  await romeo.receives(
    push(`<item jid='juliet@localhost' name='J' subscription='none' ask='subscribe'><group>Lovers</group></item>`),
  );
});

test('a person who asked is not in the roster until they are approved, and an item made meanwhile keeps the request', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  const juliet = await online(scene, 'juliet', 'balcony');
  romeo.sends(`<presence to='juliet@localhost' type='subscribe'/>`);
  await juliet.next();
  await juliet.request(
    `<iq type='set'><query xmlns='jabber:iq:roster'><item jid='romeo@localhost' name='R'/></query></iq>`,
  );
  await juliet.receives(push(`<item jid='romeo@localhost' name='R' subscription='none'/>`));
  juliet.sends(`<presence to='romeo@localhost' type='subscribed'/>`);
  await juliet.receives(push(`<item jid='romeo@localhost' name='R' subscription='from'/>`));
});

test('3.2: a cancelled subscription shows the resources as unavailable first, then tells, then pushes', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  const juliet = await online(scene, 'juliet', 'balcony');
  await subscribe(romeo, juliet);
  juliet.sends(`<presence id='ij5b1v7g' to='romeo@localhost/orchard' type='unsubscribed'/>`);
  await romeo.receives(`<presence from='juliet@localhost/balcony' to='romeo@localhost' type='unavailable'/>`);
  await romeo.receives(`<presence id='ij5b1v7g' from='juliet@localhost' to='romeo@localhost' type='unsubscribed'/>`);
  await romeo.receives(push(`<item jid='juliet@localhost' subscription='none'/>`));
  await juliet.receives(push(`<item jid='romeo@localhost' subscription='none'/>`));
  juliet.sends(`<presence to='romeo@localhost' type='unsubscribed'/>`);
  await romeo.receivesNothing();
  await juliet.receivesNothing();
});

test('3.2: a request that is denied shows no presence', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  const juliet = await online(scene, 'juliet', 'balcony');
  romeo.sends(`<presence to='juliet@localhost' type='subscribe'/>`);
  await romeo.next();
  await romeo.next();
  await juliet.next();
  juliet.sends(`<presence to='romeo@localhost' type='unsubscribed'/>`);
  await romeo.receives(`<presence from='juliet@localhost' type='unsubscribed'/>`);
  await romeo.receives(push(`<item jid='juliet@localhost' subscription='none'/>`));
  await romeo.receivesNothing();
  await juliet.receivesNothing();
});

test('3.3: unsubscribing tells the contact, pushes on both sides and shows their resources as unavailable', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  const juliet = await online(scene, 'juliet', 'balcony');
  await subscribe(romeo, juliet);
  romeo.sends(`<presence id='ul4bs71n' to='juliet@localhost' type='unsubscribe'/>`);
  await juliet.receives(`<presence id='ul4bs71n' from='romeo@localhost' to='juliet@localhost' type='unsubscribe'/>`);
  await juliet.receives(push(`<item jid='romeo@localhost' subscription='none'/>`));
  await romeo.receives(`<presence from='juliet@localhost/balcony' to='romeo@localhost' type='unavailable'/>`);
  await romeo.receives(push(`<item jid='juliet@localhost' subscription='none'/>`));
  await romeo.receivesNothing();
});

test('3.3.3: a request that is taken back is forgotten', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  romeo.sends(`<presence to='juliet@localhost' type='subscribe'/><presence to='juliet@localhost' type='unsubscribe'/>`);
  await romeo.receives(push(`<item jid='juliet@localhost' subscription='none' ask='subscribe'/>`));
  const juliet = await online(scene, 'juliet', 'balcony');
  await juliet.receivesNothing();
});

test('2.5.2: removing a contact cancels both subscriptions', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  const juliet = await online(scene, 'juliet', 'balcony');
  await subscribe(romeo, juliet);
  await subscribe(juliet, romeo);
  expect(await items(romeo)).toEqual([`<item jid='juliet@localhost' subscription='both'/>`]);
  juliet.sends(
    `<iq id='hm4hs97y' type='set'><query xmlns='jabber:iq:roster'><item jid='romeo@localhost' subscription='remove'/></query></iq>`,
  );
  await romeo.receives(`<presence from='juliet@localhost/balcony' to='romeo@localhost' type='unavailable'/>`);
  await romeo.receives(`<presence from='juliet@localhost' to='romeo@localhost' type='unsubscribe'/>`);
  await romeo.receives(push(`<item jid='juliet@localhost' subscription='to'/>`));
  await romeo.receives(`<presence from='juliet@localhost' to='romeo@localhost' type='unsubscribed'/>`);
  await romeo.receives(push(`<item jid='juliet@localhost' subscription='none'/>`));
  await juliet.receives(`<presence from='romeo@localhost/orchard' to='juliet@localhost' type='unavailable'/>`);
  await juliet.receives(`<iq id='hm4hs97y' type='result'/>`);
  await juliet.receives(push(`<item jid='romeo@localhost' subscription='remove'/>`));
  await juliet.receivesNothing();
  await romeo.receivesNothing();
});

describe('3.4: pre-approval', () => {
  test('is noted and pushed but not told, and grants the request without asking', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await online(scene, 'romeo', 'orchard');
    const juliet = await online(scene, 'juliet', 'balcony');
    juliet.sends(`<presence id='pg81vx64' to='romeo@localhost' type='subscribed'/>`);
    await juliet.receives(push(`<item jid='romeo@localhost' subscription='none' approved='true'/>`));
    await romeo.receivesNothing();
    await scene.restart();

    const user = await online(scene, 'romeo', 'orchard');
    const contact = await online(scene, 'juliet', 'balcony');
    user.sends(`<presence id='s1' to='juliet@localhost' type='subscribe'/>`);
    await user.receives(push(`<item jid='juliet@localhost' subscription='none' ask='subscribe'/>`));
    await user.receives(`<presence id='s1' from='juliet@localhost' to='romeo@localhost' type='subscribed'/>`);
    await user.receives(push(`<item jid='juliet@localhost' subscription='to'/>`));
    await user.receives(`<presence from='juliet@localhost/balcony'>${DELAY}</presence>`);
    await contact.receives(push(`<item jid='romeo@localhost' subscription='from'/>`));
    await contact.receivesNothing();
  });

  test('is taken back by “unsubscribed”, of which the contact hears nothing', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await online(scene, 'romeo', 'orchard');
    const juliet = await online(scene, 'juliet', 'balcony');
    juliet.sends(
      `<presence to='romeo@localhost' type='subscribed'/><presence to='romeo@localhost' type='unsubscribed'/>`,
    );
    await juliet.next();
    await juliet.receives(push(`<item jid='romeo@localhost' subscription='none'/>`));
    await romeo.receivesNothing();
    romeo.sends(`<presence to='juliet@localhost' type='subscribe'/>`);
    await juliet.receives(`<presence from='romeo@localhost' type='subscribe'/>`);
  });
});

test('approvals, cancellations and the like that nobody waits for are ignored', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await online(scene, 'romeo', 'orchard');
  const juliet = await online(scene, 'juliet', 'balcony');
  for (const type of ['subscribed', 'unsubscribed', 'unsubscribe']) {
    scene.server.router.send(parseStanza(`<presence from='romeo@localhost' to='juliet@localhost' type='${type}'/>`));
  }
  await juliet.receivesNothing();
  expect(await items(juliet)).toEqual([]);
  for (const type of ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe']) {
    romeo.sends(
      `<presence type='${type}'/><presence to='romeo@localhost' type='${type === 'probe' ? 'error' : type}'/>`,
    );
  }
  await romeo.receives(`<presence to='romeo@localhost' type='error'/>`);
  await romeo.receivesNothing();
  expect(await items(romeo)).toEqual([]);
});

describe('requests that are kept', () => {
  test('are limited in number', async () => {
    await using scene = await openScene({
      accounts: ['romeo', 'tybalt', 'juliet'],
      settings: { 'roster.maxRequests': 1 },
    });
    const romeo = await online(scene, 'romeo', 'orchard');
    const tybalt = await online(scene, 'tybalt', 'street');
    romeo.sends(`<presence to='juliet@localhost' type='subscribe'/>`);
    await romeo.next();
    await romeo.receives(`<presence type='unavailable'/>`);
    tybalt.sends(`<presence to='juliet@localhost' type='subscribe'/>`);
    await tybalt.next();
    const refusal = await tybalt.receives(
      `<presence type='error' from='juliet@localhost'><error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>{any}</text></error></presence>`,
    );
    expect(refusal.attr('to')).toBe('tybalt@localhost');
  });

  test('are limited in size', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await online(scene, 'romeo', 'orchard');
    romeo.sends(`<presence to='juliet@localhost' type='subscribe'><status>${'x'.repeat(10_000)}</status></presence>`);
    await romeo.next();
    expect(
      (await romeo.next()).child('error')?.child('not-acceptable', 'urn:ietf:params:xml:ns:xmpp-stanzas'),
    ).toBeDefined();
    const juliet = await online(scene, 'juliet', 'balcony');
    await juliet.receivesNothing();
  });
});

describe('a removed account', () => {
  test('is taken out of the subscriptions of its contacts, and leaves no rows', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet', 'admin'] });
    const romeo = await online(scene, 'romeo', 'orchard');
    const juliet = await online(scene, 'juliet', 'balcony');
    await subscribe(romeo, juliet);
    await subscribe(juliet, romeo);
    await scene.accounts.remove('romeo');
    await juliet.receives(`<presence from='romeo@localhost/orchard' type='unavailable'/>`);
    await juliet.receives(`<presence from='romeo@localhost' type='unsubscribe'/>`);
    await juliet.receives(push(`<item jid='romeo@localhost' subscription='to'/>`));
    await juliet.receives(`<presence from='romeo@localhost' type='unsubscribed'/>`);
    await juliet.receives(push(`<item jid='romeo@localhost' subscription='none'/>`));
    await juliet.receivesNothing();
    await scene.database.writer.flush();
    const { reader } = scene.database;
    expect(reader.all('SELECT * FROM roster_contact WHERE account = ?', 'romeo')).toEqual([]);
    expect(reader.all('SELECT * FROM roster_version WHERE account = ?', 'romeo')).toEqual([]);
  });
});
