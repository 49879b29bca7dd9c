/** XEP-0494: Client Access Management. */
import { describe, expect, test } from 'vitest';
import { CLIENT_ACCESS } from '../../server/modulehost/services.ts';
import type { Element } from '../../server/xml/element.ts';
import { bindsInline, opensFor, signsIn } from '../scene/sasl2.ts';
import { openScene, type Scene, target } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { getsToken, KIVAS_PHONE, userAgent, usesToken } from '../scene/token-client.ts';

const NS_CAM = 'urn:xmpp:cam:0';
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const LIST = `<iq type='get'><list xmlns='${NS_CAM}'/></iq>`;
const DAY_MS = 24 * 60 * 60_000;
const LAPTOP = '3b241101-e2bb-4255-8caf-4136c566a962';
const NAMES = '<software>Gajim</software><device>Juliet’s laptop</device>';
const BIND = "<bind xmlns='urn:xmpp:bind:0'/>";

function openHouse(settings: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  return openScene({ accounts: ['juliet', 'romeo'], admins: ['romeo'], settings });
}

/** A session of a client that says which one it is. */
async function connects(scene: Scene, agent = userAgent(LAPTOP, NAMES), inside = ''): Promise<SceneClient> {
  const client = await opensFor(scene, 'juliet');
  const success = await signsIn(client, { inside: agent + BIND + inside });
  if (success.name !== 'success') throw new Error(success.toXml());
  await client.next();
  return client;
}

async function clientsOf(client: SceneClient): Promise<readonly Element[]> {
  const answer = await client.request(LIST);
  return answer.child('clients', NS_CAM)?.elements ?? [];
}

const revoke = (id: string) => `<iq type='set'><revoke xmlns='${NS_CAM}' id='${id}'/></iq>`;
const idOf = (client: Element | undefined) => client?.attr('id') ?? '';
const authOf = (client: Element | undefined) => client?.child('auth')?.elements.map(({ name }) => name);
const deviceOf = (client: Element | undefined) => client?.child('user-agent')?.childText('device');
const conditionOf = (answer: Element) =>
  answer.child('error')?.elements.find(({ xmlns, name }) => xmlns === NS_STANZAS && name !== 'text')?.name;

/** A client that has a token and never signed in with the password of today: there is no other way to one yet. */
async function forgetsPassword(scene: Scene): Promise<void> {
  const sql = 'UPDATE client_access_client SET password_version = NULL WHERE software = ?';
  await scene.database.writer.write([{ sql, params: ['Gajim'] }]);
}

describe.skipIf(target !== undefined)('the list (section 3.1)', () => {
  test('example 2: tells of a client what it is, since when, how it signs in and what it may do', async () => {
    await using scene = await openHouse();
    const client = await connects(scene);
    const since = new Date(scene.clock.now()).toISOString();
    scene.clock.advance(60_000);
    const now = new Date(scene.clock.now()).toISOString();
    client.sends(LIST.replace('<iq', "<iq id='5468616e6b73'"));
    await client.receives(
      `<iq id='5468616e6b73' to='${client.jid}' type='result'><clients xmlns='${NS_CAM}'>
        <client connected='true' id='{any}' type='session'>
          <first-seen>${since}</first-seen>
          <last-seen>${now}</last-seen>
          <auth><password/></auth>
          <permission status='unrestricted'/>
          <user-agent><software>Gajim</software><device>Juliet’s laptop</device></user-agent>
        </client>
      </clients></iq>`.replace(/\n\s+/g, ''),
    );
  });

  test('has a client once, however often it signs in, and remembers it while it is away', async () => {
    await using scene = await openHouse();
    const first = await connects(scene);
    const [before] = await clientsOf(first);
    await first.ends();
    const seenAt = new Date(scene.clock.now()).toISOString();
    scene.clock.advance(DAY_MS);
    const phone = await connects(scene, userAgent(KIVAS_PHONE, '<device>Phone</device>'));
    const away = (await clientsOf(phone)).find((client) => deviceOf(client) !== 'Phone');
    expect(away?.attr('connected')).toBe('false');
    expect(away?.childText('last-seen')).toBe(seenAt);
    expect(idOf(away)).toBe(idOf(before));
    const second = await connects(scene, userAgent(LAPTOP));
    const back = (await clientsOf(second)).find((client) => idOf(client) === idOf(before));
    expect(back?.attr('connected')).toBe('true');
    expect(back?.childText('first-seen')).toBe(before?.childText('first-seen'));
    expect(back?.child('user-agent')?.childText('software')).toBe('Gajim'); // it need not say it each time
    expect(await clientsOf(second)).toHaveLength(2);
  });

  test('says which clients have a token', async () => {
    await using scene = await openHouse();
    const { client, token } = await getsToken(scene, 'juliet', { agent: userAgent(LAPTOP, NAMES) });
    await client.binds('laptop');
    expect(authOf((await clientsOf(client))[0])).toEqual(['password', 'fast']);
    client.drops();
    const again = await opensFor(scene, 'juliet');
    await usesToken(again, { token, agent: userAgent(LAPTOP, NAMES), inside: BIND });
    await again.next();
    const [only, ...others] = await clientsOf(again);
    expect(authOf(only)).toEqual(['password', 'fast']);
    expect(others).toEqual([]);
  });

  test('does not say that a client knows the password which came with a token alone', async () => {
    await using scene = await openHouse();
    const agent = userAgent(LAPTOP, NAMES);
    const { client, token } = await getsToken(scene, 'juliet', { agent });
    client.drops();
    await forgetsPassword(scene);
    const again = await opensFor(scene, 'juliet');
    await usesToken(again, { token, agent, inside: BIND });
    await again.next();
    expect((await clientsOf(again)).map(authOf)).toEqual([['fast']]);
  });

  test('has clients that sign in as of old by their resource', async () => {
    await using scene = await openHouse();
    const old = await scene.login('juliet', 'balcony');
    const [client] = await clientsOf(old);
    expect(deviceOf(client)).toBe('balcony');
    expect(authOf(client)).toEqual(['password']);
    await old.ends();
    const again = await scene.login('juliet', 'balcony');
    expect((await clientsOf(again)).map(idOf)).toEqual([idOf(client)]);
  });

  test('has the names of a client that states no id', async () => {
    await using scene = await openHouse();
    const client = await connects(scene, `<user-agent>${NAMES}</user-agent>`);
    const [listed] = await clientsOf(client);
    expect(listed?.child('user-agent')?.childText('software')).toBe('Gajim');
    expect(deviceOf(listed)).toBe('Juliet’s laptop');
  });

  test('counts a client as connected that may come back to its session (XEP-0198), also after a restart', async () => {
    await using scene = await openHouse();
    const phone = await connects(scene, userAgent(KIVAS_PHONE, '<device>Phone</device>'));
    phone.sends("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    await phone.next();
    phone.drops();
    const laptop = await connects(scene);
    const isConnected = async (client: SceneClient) =>
      (await clientsOf(client)).find((one) => deviceOf(one) === 'Phone')?.attr('connected');
    expect(await isConnected(laptop)).toBe('true');
    await scene.restart();
    expect(await isConnected(await connects(scene))).toBe('true');
    scene.clock.advance(DAY_MS);
    expect(await isConnected(await connects(scene))).toBe('false');
  });

  test('is one’s own and nobody else’s (section 5)', async () => {
    await using scene = await openHouse();
    await connects(scene);
    const romeo = await scene.login('romeo', 'orchard');
    expect(await clientsOf(romeo)).toHaveLength(1);
    for (const to of ['juliet@localhost', 'localhost']) {
      const listed = await romeo.request(LIST.replace('<iq', `<iq to='${to}'`));
      expect(conditionOf(listed)).toBe('service-unavailable');
      const revoked = await romeo.request(revoke('anything').replace('<iq', `<iq to='${to}'`));
      expect(conditionOf(revoked)).toBe('service-unavailable');
    }
  });

  test('survives a crash', async () => {
    await using scene = await openHouse();
    const [before] = await clientsOf(await connects(scene));
    await scene.crash();
    expect((await clientsOf(await connects(scene))).map(idOf)).toEqual([idOf(before)]);
  });
});

describe.skipIf(target !== undefined)('what is kept (section 6)', () => {
  test('goes after as many days as the host wants', async () => {
    await using scene = await openHouse({ 'client-access.keepDays': 2 });
    await (await connects(scene)).ends();
    scene.clock.advance(3 * DAY_MS);
    const phone = await connects(scene, userAgent(KIVAS_PHONE));
    expect(await clientsOf(phone)).toHaveLength(1);
  });

  test('is nothing with 0 days, once a client is gone', async () => {
    await using scene = await openHouse({ 'client-access.keepDays': 0 });
    await (await connects(scene)).ends();
    const phone = await connects(scene, userAgent(KIVAS_PHONE));
    expect(await clientsOf(phone)).toHaveLength(1);
  });

  test('are the clients with a token all the same, because they have access', async () => {
    await using scene = await openHouse({ 'client-access.keepDays': 0 });
    const { client } = await getsToken(scene, 'juliet', { agent: userAgent(LAPTOP, NAMES) });
    await client.binds('laptop');
    await client.ends();
    const phone = await connects(scene, userAgent(KIVAS_PHONE));
    expect((await clientsOf(phone)).map(authOf)).toEqual(expect.arrayContaining([['password', 'fast']]));
  });

  test('are no more clients than the host wants; what is not shown loses its token', async () => {
    await using scene = await openHouse({ 'client-access.maxClients': 1 });
    const { client, token } = await getsToken(scene, 'juliet', { agent: userAgent(LAPTOP, NAMES) });
    await client.binds('laptop');
    await client.ends();
    scene.clock.advance(1_000);
    await (await connects(scene, userAgent(KIVAS_PHONE))).ends();
    const third = await connects(scene, userAgent('3b241101-e2bb-4255-8caf-4136c566a963'));
    expect(await clientsOf(third)).toHaveLength(2);
    const answer = await usesToken(await opensFor(scene, 'juliet'), { token, agent: userAgent(LAPTOP) });
    expect(answer.name).toBe('failure');
  });

  test('are few of those that are known by nothing but a resource', async () => {
    await using scene = await openHouse();
    for (let i = 0; i < 15; i++) {
      scene.clock.advance(1);
      await (await scene.login('juliet')).ends();
    }
    expect(await clientsOf(await connects(scene))).toHaveLength(11);
  });

  test('goes with the account', async () => {
    await using scene = await openHouse();
    await connects(scene);
    await scene.accounts.remove('juliet');
    expect(scene.database.reader.all('SELECT * FROM client_access_client')).toEqual([]);
  });

  test('is nothing about guests', async () => {
    await using scene = await openHouse({ 'guests.allowed': true });
    const guest = scene.connect();
    guest.opens();
    await guest.next();
    guest.sends(`<authenticate xmlns='urn:xmpp:sasl:2' mechanism='ANONYMOUS'>${userAgent()}${BIND}</authenticate>`);
    expect((await guest.next()).name).toBe('success');
    await guest.next();
    expect(await clientsOf(guest)).toEqual([]);
  });
});

describe.skipIf(target !== undefined)('revoking (section 3.2)', () => {
  test('example 4: takes the token and the sessions of a client that does not know the password', async () => {
    await using scene = await openHouse();
    const agent = userAgent(LAPTOP, NAMES);
    const { client: laptop, token } = await getsToken(scene, 'juliet', { agent });
    await laptop.binds('laptop');
    const phone = await connects(scene, userAgent(KIVAS_PHONE));
    await forgetsPassword(scene);
    const before = (await clientsOf(phone)).find((client) => deviceOf(client) === 'Juliet’s laptop');
    expect(authOf(before)).toEqual(['fast']);
    phone.sends(revoke(idOf(before)).replace('<iq', "<iq id='4e4c6e6574'"));
    await phone.receives(`<iq id='4e4c6e6574' type='result'/>`);
    await laptop.receivesEnd('not-authorized');
    expect(await clientsOf(phone)).toHaveLength(1);
    expect((await usesToken(await opensFor(scene, 'juliet'), { token, agent })).name).toBe('failure');
    await scene.crash();
    expect((await usesToken(await opensFor(scene, 'juliet'), { token, agent })).name).toBe('failure');
  });

  test('example 5: is refused for a client that knows the password, which stays as it was', async () => {
    await using scene = await openHouse();
    const laptop = await connects(scene);
    const phone = await connects(scene, userAgent(KIVAS_PHONE));
    const id = idOf((await clientsOf(phone)).find((client) => deviceOf(client) === 'Juliet’s laptop'));
    phone.sends(revoke(id).replace('<iq', "<iq id='4e4c6e6574'"));
    await phone.receives(
      `<iq id='4e4c6e6574' type='error'><error type='cancel'>
        <service-unavailable xmlns='${NS_STANZAS}'/>
        <text xmlns='${NS_STANZAS}' xml:lang='en'>This client knows the password: change it to shut it out.</text>
        <password-reset-required xmlns='${NS_CAM}'/>
      </error></iq>`.replace(/\n\s+/g, ''),
    );
    await laptop.receivesNothing();
  });

  test('shuts the asking client itself out, after the answer', async () => {
    await using scene = await openHouse();
    const { client: laptop } = await getsToken(scene, 'juliet', { agent: userAgent(LAPTOP, NAMES) });
    await laptop.binds('laptop');
    await forgetsPassword(scene);
    const answer = await laptop.request(revoke(idOf((await clientsOf(laptop))[0])));
    expect(answer.attr('type')).toBe('result');
    await laptop.receivesEnd('not-authorized');
  });

  test('ends a session that waits to be resumed', async () => {
    await using scene = await openHouse();
    const { client: laptop } = await getsToken(scene, 'juliet', { agent: userAgent(LAPTOP, NAMES) });
    await laptop.binds('laptop');
    laptop.sends("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    await laptop.next();
    laptop.drops();
    const phone = await connects(scene, userAgent(KIVAS_PHONE));
    await forgetsPassword(scene);
    const id = idOf((await clientsOf(phone)).find((client) => deviceOf(client) === 'Juliet’s laptop'));
    expect((await phone.request(revoke(id))).attr('type')).toBe('result');
    expect([...scene.server.sessions.of('juliet').values()]).toHaveLength(1);
  });

  test('ends all sessions of the client, also one that waits to be resumed while it has another one', async () => {
    await using scene = await openHouse();
    const { client: first } = await getsToken(scene, 'juliet', { agent: userAgent(LAPTOP, NAMES) });
    await first.binds('one');
    first.sends("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    await first.next();
    first.drops();
    const second = await opensFor(scene, 'juliet');
    await signsIn(second, { inside: userAgent(LAPTOP) });
    await second.next();
    await second.binds('two');
    const phone = await connects(scene, userAgent(KIVAS_PHONE));
    await forgetsPassword(scene);
    const id = idOf((await clientsOf(phone)).find((client) => deviceOf(client) === 'Juliet’s laptop'));
    await phone.request(revoke(id));
    expect([...scene.server.sessions.of('juliet').values()].map(({ jid }) => jid.full)).toEqual([phone.jid]);
  });

  test('of a client that has lost its access already finds nothing', async () => {
    await using scene = await openHouse();
    const id = idOf((await clientsOf(await connects(scene)))[0]);
    await scene.accounts.setPassword('juliet', 'a rose by any other name');
    const client = await opensFor(scene, 'juliet');
    await signsIn(client, { password: 'a rose by any other name', inside: userAgent(KIVAS_PHONE) + BIND });
    await client.next();
    expect(conditionOf(await client.request(revoke(id)))).toBe('item-not-found');
  });

  test.each([
    ['an id that nobody has', 'item-not-found', revoke('HjEEr45_LQr')],
    ['no id', 'bad-request', `<iq type='set'><revoke xmlns='${NS_CAM}'/></iq>`],
  ])('of %s is refused with %s', async (_what, condition, request) => {
    await using scene = await openHouse();
    const client = await connects(scene);
    expect(conditionOf(await client.request(request))).toBe(condition);
  });
});

describe.skipIf(target !== undefined)('a new password', () => {
  const NEW_PASSWORD = 'a rose by any other name';
  const change = `<iq type='set' to='localhost'><query xmlns='jabber:iq:register'><username>juliet</username><password>${NEW_PASSWORD}</password></query></iq>`;

  test('of one’s own ends all other sessions and access, and keeps the client in which it was set', async () => {
    await using scene = await openHouse();
    const phone = await connects(scene, userAgent(KIVAS_PHONE));
    const unbound = await scene.authenticated('juliet');
    const laptop = await connects(scene);
    expect((await laptop.request(change)).attr('type')).toBe('result');
    await phone.receivesEnd('reset');
    await unbound.receivesEnd('reset');
    const clients = await clientsOf(laptop);
    expect(clients.map(deviceOf)).toEqual(['Juliet’s laptop']);
    expect(clients.map(authOf)).toEqual([['password']]);
  });

  test('that somebody else sets ends all sessions', async () => {
    await using scene = await openHouse();
    const phone = await connects(scene, userAgent(KIVAS_PHONE));
    const laptop = await scene.login('juliet', 'laptop');
    await scene.accounts.setPassword('juliet', NEW_PASSWORD);
    await phone.receivesEnd('reset');
    await laptop.receivesEnd('reset');
    const client = await opensFor(scene, 'juliet');
    await signsIn(client, { password: NEW_PASSWORD, inside: userAgent(LAPTOP) + BIND });
    await client.next();
    expect(await clientsOf(client)).toHaveLength(1);
  });

  test('that an administrator sets for himself by command keeps the session of the command (XEP-0133)', async () => {
    await using scene = await openHouse();
    const other = await scene.login('romeo', 'orchard');
    const admin = await bindsInline(scene, 'romeo');
    const node = 'http://jabber.org/protocol/admin#change-user-password';
    const form = await admin.request(
      `<iq type='set' to='localhost'><command xmlns='http://jabber.org/protocol/commands' node='${node}' action='execute'/></iq>`,
    );
    const session = form.elements[0]?.attr('sessionid');
    const done = await admin.request(
      `<iq type='set' to='localhost'><command xmlns='http://jabber.org/protocol/commands' node='${node}' sessionid='${session}'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/admin</value></field><field var='accountjid'><value>romeo@localhost</value></field><field var='password'><value>${NEW_PASSWORD}</value></field></x></command></iq>`,
    );
    expect(done.elements[0]?.attr('status')).toBe('completed');
    await other.receivesEnd('reset');
    await admin.receivesNothing();
  });
});

describe.skipIf(target !== undefined)('the service for the window', () => {
  test('lists the clients, and signs one out though it knows the password', async () => {
    await using scene = await openHouse();
    const laptop = await connects(scene);
    const service = scene.server.host.find(CLIENT_ACCESS);
    const [client] = (await service?.list('juliet')) ?? [];
    expect(client).toMatchObject({ isConnected: true, knowsPassword: true, hasToken: false, software: 'Gajim' });
    const id = client?.id ?? '';
    expect(await service?.revoke('juliet', id)).toBe('password-known');
    await laptop.receivesNothing();
    expect(await service?.revoke('juliet', id, { signOut: true })).toBe('password-known');
    await laptop.receivesEnd('not-authorized');
    expect(await service?.list('juliet')).toMatchObject([{ id, isConnected: false, knowsPassword: true }]);
    expect(await service?.revoke('romeo', id)).toBe('unknown');
    expect(await service?.list('nobody')).toEqual([]);
  });
});

describe.skipIf(target !== undefined)('a client that has signed in and is in no session yet', () => {
  test('is shut out as well when it is revoked', async () => {
    await using scene = await openHouse();
    const laptop = await getsToken(scene, 'juliet', { agent: userAgent(LAPTOP, NAMES) });
    await forgetsPassword(scene);
    await laptop.client.ends();
    const waiting = await opensFor(scene, 'juliet');
    await usesToken(waiting, { token: laptop.token, agent: userAgent(LAPTOP, NAMES) });
    await waiting.next(); // features
    const phone = await connects(scene, userAgent(KIVAS_PHONE));
    const lost = (await clientsOf(phone)).find((client) => deviceOf(client) !== undefined);
    expect((await phone.request(revoke(idOf(lost)))).attr('type')).toBe('result');
    await waiting.receivesEnd('not-authorized');
  });
});
