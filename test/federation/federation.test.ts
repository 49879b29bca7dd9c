/** Federation as people meet it: switched on and off while they chat, over links that the test holds. */
import { describe, expect, test } from 'vitest';
import { StanzaError } from '../../server/stanza/error.ts';
import type { Element } from '../../server/xml/element.ts';
import { FederationScene } from './federation-scene.ts';

const NOBODY = { isEmpty: true, has: () => false, onChange: () => undefined, onParting: () => undefined };
const SWITCHED_OFF = 'Chatting with other servers has been switched off on this server.';

function notAllowed(text: string): string {
  return `<error type='cancel'>
    <not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
    <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>${text}</text></error>`;
}

const attributes = (elements: readonly Element[]) =>
  elements.map((element) => [element.name, element.attr('type') ?? '', element.attr('from'), element.attr('to')]);

/** Romeo and juliet@capulet.example see each other's presence. */
async function befriend(stage: FederationScene) {
  const romeo = await stage.scene.login('romeo', 'orchard');
  await romeo.request(`<iq type='get'><query xmlns='jabber:iq:roster'/></iq>`);
  romeo.sends('<presence/>');
  await romeo.next();
  romeo.sends(`<presence to='juliet@capulet.example' type='subscribe'/>`);
  await romeo.next();
  await romeo.settles();
  await stage.links.brings(`<presence from='juliet@capulet.example' to='romeo@localhost' type='subscribed'/>`);
  await romeo.next();
  await romeo.next();
  await stage.links.brings(`<presence from='juliet@capulet.example' to='romeo@localhost' type='subscribe'/>`);
  await romeo.next();
  romeo.sends(`<presence to='juliet@capulet.example' type='subscribed'/>`);
  await romeo.next();
  await romeo.settles();
  stage.links.waiting.splice(0);
  return romeo;
}

describe('the switch', () => {
  test('on opens the ports and fills the slot; off does the opposite', async () => {
    await using stage = await FederationScene.open({ isOn: false });
    expect(stage.federation.status.state).toBe('off');
    await stage.enable(true);
    expect(stage.federation.status).toMatchObject({ state: 'on', ports: { s2s: 5269, s2sTls: 5270 } });
    expect([...stage.openPorts]).toEqual(['port', 'directTlsPort']);
    expect(stage.scene.server.router.remote).toBeDefined();
    await stage.enable(false);
    expect(stage.federation.status).toMatchObject({ state: 'off', ports: { s2s: null, s2sTls: null } });
    expect([...stage.openPorts]).toEqual([]);
    expect(stage.scene.server.router.remote).toBeUndefined();
    expect(stage.links.isStopped).toBe(true);
  });

  test('on, off and on again in one breath ends on', async () => {
    await using stage = await FederationScene.open({ isOn: false });
    const { config } = stage.scene;
    await Promise.all([true, false, true, false, true].map((wish) => config.set('federation.enabled', wish)));
    await stage.federation.follow();
    expect(stage.federation.status.state).toBe('on');
    expect([...stage.openPorts]).toEqual(['port', 'directTlsPort']);
    expect(stage.allLinks.filter(({ isStopped }) => !isStopped)).toHaveLength(1);
  });

  test('switched on while it is still draining, it comes back', async () => {
    await using stage = await FederationScene.open();
    const drained = Promise.withResolvers<void>();
    stage.links.stopping = drained.promise;
    const off = stage.enable(false);
    await stage.scene.config.set('federation.enabled', true);
    expect(stage.federation.status.state).toBe('stopping');
    drained.resolve();
    await off;
    await stage.federation.follow();
    expect(stage.federation.status.state).toBe('on');
    expect(stage.allLinks).toHaveLength(2);
  });

  test('without a domain of its own a server says what it needs', async () => {
    await using stage = await FederationScene.open({ pairs: NOBODY });
    expect(stage.federation.status).toMatchObject({
      state: 'off',
      isEnabled: true,
      obstacle: 'Needs a domain of your own: localhost is known on this network only.',
    });
    expect([...stage.openPorts]).toEqual([]);
  });

  test('when a port cannot be had it stays off, says why, and tries again after a minute', async () => {
    let isTaken = true;
    const closed: number[] = [];
    await using stage = await FederationScene.open({
      openPort: (_kind, port) =>
        isTaken && port === 5270
          ? Promise.reject(new Error('Port 5270 is in use by the program prosody (process 7).'))
          : Promise.resolve({ port, close: () => closed.push(port) }),
    });
    expect(stage.federation.status).toMatchObject({
      state: 'off',
      isEnabled: true,
      failure: 'Port 5270 is in use by the program prosody (process 7).',
    });
    expect(new Set(closed)).toEqual(new Set([5269]));
    expect(stage.scene.server.router.remote).toBeUndefined();
    isTaken = false;
    stage.scene.clock.advance(60_000);
    await expect.poll(() => stage.federation.status.state).toBe('on');
    expect(stage.federation.status.failure).toBeUndefined();
  });

  test('other ports are opened while it is on', async () => {
    await using stage = await FederationScene.open();
    await stage.scene.config.set('federation.port', 6269);
    await stage.scene.config.set('federation.directTlsPort', 'off');
    await stage.federation.follow();
    expect(stage.federation.status).toMatchObject({ state: 'on', ports: { s2s: 6269, s2sTls: null } });
  });
});

describe('messages', () => {
  test('go to other servers while it is on, and are answered with a sentence while it is off', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const romeo = await stage.scene.login('romeo', 'orchard');
    romeo.sends(`<message to='juliet@capulet.example' type='chat' id='1'><body>Art thou there?</body></message>`);
    await romeo.receivesNothing();
    expect(stage.links.delivers().attr('from')).toBe('romeo@localhost/orchard');
    expect(stage.federation.queue.length).toBe(0);
    await stage.enable(false);
    romeo.sends(`<message to='juliet@capulet.example' type='chat' id='2'><body>And now?</body></message>`);
    await romeo.receives(`<message from='juliet@capulet.example' to='romeo@localhost/orchard' type='error' id='2'>
      ${notAllowed('Chatting with other servers is switched off on this server.')}</message>`);
  });

  test('come in', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const romeo = await stage.scene.login('romeo', 'orchard');
    romeo.sends('<presence/>');
    await romeo.next();
    await stage.links.brings(`<message from='juliet@capulet.example/balcony' to='romeo@localhost' type='chat'>
      <body>Ay me!</body></message>`);
    expect((await romeo.next()).childText('body')).toBe('Ay me!');
  });

  test('that wait when it is switched off go back to their senders', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const romeo = await stage.scene.login('romeo', 'orchard');
    for (const id of ['1', '2'])
      romeo.sends(`<message to='juliet@capulet.example' type='chat' id='${id}'><body>…</body></message>`);
    await romeo.receivesNothing();
    await stage.enable(false);
    for (const id of ['1', '2'])
      await romeo.receives(`<message from='juliet@capulet.example' to='romeo@localhost/orchard' type='error' id='${id}'>
        ${notAllowed(SWITCHED_OFF)}</message>`);
    expect(stage.federation.queue.length).toBe(0);
  });

  test('that a link returns go back with its reason, errors and answers do not', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const romeo = await stage.scene.login('romeo', 'orchard');
    romeo.sends(`<message to='juliet@nowhere.example' id='1'><body>…</body></message>`);
    romeo.sends(`<message to='juliet@nowhere.example' type='error' id='2'/>`);
    romeo.sends(`<iq to='juliet@nowhere.example/a' type='result' id='3'/>`);
    romeo.sends(`<iq to='juliet@nowhere.example/a' type='get' id='4'><query xmlns='jabber:iq:version'/></iq>`);
    await romeo.settles();
    const reason = new StanzaError('remote-server-not-found', 'nowhere.example has no server.');
    while (stage.links.waiting.length > 0) stage.links.returns(reason);
    expect([(await romeo.next()).attr('id'), (await romeo.next()).attr('id')]).toEqual(['1', '4']);
    await romeo.receivesNothing();
  });

  test('of another server to a third one are not passed through', async () => {
    await using stage = await FederationScene.open();
    await stage.links.brings(`<message from='a@one.example' to='b@two.example'><body>…</body></message>`);
    expect(stage.links.waiting).toEqual([]);
  });
});

describe('what is acknowledged', () => {
  const PREPARED = `<message to='juliet@capulet.example' type='chat' id='1'><body>Promise</body></message>`;

  test('is sent after a crash, with the time when it was written', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const romeo = await stage.scene.login('romeo', 'orchard');
    romeo.sends(PREPARED);
    await romeo.receivesNothing();
    const writtenAt = new Date(stage.scene.clock.now()).toISOString();
    stage.scene.clock.advance(60_000);
    await stage.crash();
    const again = stage.links.delivers();
    expect(again.childText('body')).toBe('Promise');
    const delay = again.child('delay', 'urn:xmpp:delay');
    expect([delay?.attr('from'), delay?.attr('stamp')]).toEqual(['localhost', writtenAt]);
    stage.scene.clock.advance(100);
    await stage.crash();
    expect(stage.links.waiting).toEqual([]);
  });

  test('is sent by the next run when the server stops first', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const romeo = await stage.scene.login('romeo', 'orchard');
    romeo.sends(PREPARED);
    await romeo.receivesNothing();
    await stage.restart();
    expect(stage.links.next().childText('body')).toBe('Promise');
  });

  test('is not sent again when it arrived while the server stopped', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const romeo = await stage.scene.login('romeo', 'orchard');
    romeo.sends(PREPARED);
    await romeo.receivesNothing();
    stage.links.drains = true;
    await stage.restart();
    expect(stage.links.waiting).toEqual([]);
  });

  test('goes back when federation is off after a crash', async () => {
    let isTaken = false;
    await using stage = await FederationScene.open({
      accounts: ['romeo'],
      openPort: (_kind, port) =>
        isTaken ? Promise.reject(new Error('It is in use.')) : Promise.resolve({ port, close: () => undefined }),
    });
    const before = await stage.scene.login('romeo', 'orchard');
    before.sends(PREPARED);
    await before.receivesNothing();
    await stage.scene.crash();
    const romeo = await stage.scene.login('romeo', 'orchard');
    isTaken = true;
    await stage.crashed();
    await romeo.receives(`<message from='juliet@capulet.example' to='romeo@localhost/orchard' type='error' id='1'>
      ${notAllowed(SWITCHED_OFF)}</message>`);
    expect(stage.federation.queue.length).toBe(0);
  });

  test('goes back when it has waited for more than a day', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const before = await stage.scene.login('romeo', 'orchard');
    before.sends(PREPARED);
    await before.receivesNothing();
    await stage.scene.crash();
    stage.scene.clock.advance(25 * 60 * 60 * 1000);
    const romeo = await stage.scene.login('romeo', 'orchard');
    await stage.crashed();
    expect(stage.links.waiting).toEqual([]);
    expect((await romeo.next()).child('error')?.elements.map(({ name }) => name)).toContain('remote-server-timeout');
  });

  test('is sent once, however often federation is switched', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const romeo = await stage.scene.login('romeo', 'orchard');
    romeo.sends(PREPARED);
    await romeo.receivesNothing();
    stage.links.delivers();
    await stage.enable(false);
    await stage.enable(true);
    expect(stage.links.waiting).toEqual([]);
  });
});

describe('presence', () => {
  test('of contacts elsewhere ends when federation is switched off, and is asked for again when it is back', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const romeo = await befriend(stage);
    await stage.links.brings(`<presence from='juliet@capulet.example/balcony' to='romeo@localhost'/>`);
    await romeo.receives(`<presence from='juliet@capulet.example/balcony' to='romeo@localhost'/>`);

    const off = stage.enable(false);
    await off;
    const before = stage.allLinks[0];
    await romeo.receives(`<presence from='juliet@capulet.example/balcony' to='romeo@localhost' type='unavailable'/>`);
    await romeo.receivesNothing();
    expect(before?.waiting).toEqual([]);

    await stage.enable(true);
    expect(attributes(stage.links.waiting)).toEqual([
      ['presence', '', 'romeo@localhost/orchard', 'juliet@capulet.example'],
      ['presence', 'probe', 'romeo@localhost', 'juliet@capulet.example'],
    ]);
  });

  test('of people here is taken back from contacts elsewhere before the streams close', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    await befriend(stage);
    const drained = Promise.withResolvers<void>();
    stage.links.stopping = drained.promise;
    const off = stage.enable(false);
    await expect.poll(() => stage.federation.status.state).toBe('stopping');
    expect(attributes(stage.links.waiting)).toEqual([
      ['presence', 'unavailable', 'romeo@localhost/orchard', 'juliet@capulet.example'],
    ]);
    drained.resolve();
    await off;
  });

  test('in a room elsewhere ends as if that room had been shut down', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const romeo = await stage.scene.login('romeo', 'orchard');
    romeo.sends(`<presence to='ball@rooms.capulet.example/R'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    await romeo.settles();
    await stage.links.brings(`<presence from='ball@rooms.capulet.example/R' to='romeo@localhost/orchard'>
      <x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='member' role='participant'/>
      <status code='110'/></x></presence>`);
    await romeo.next();
    stage.links.delivers();
    await stage.enable(false);
    await romeo.receives(`<presence from='ball@rooms.capulet.example/R' to='romeo@localhost/orchard' type='unavailable'>
      <x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='none'/>
      <status code='110'/><status code='332'/></x></presence>`);
  });

  test('that cannot be brought to a contact comes back to nobody, a request and a visit do', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo'] });
    const romeo = await befriend(stage);
    romeo.sends(`<presence><show>away</show></presence>`);
    await romeo.next();
    romeo.sends(`<presence to='ball@rooms.capulet.example/R'/>`);
    await romeo.settles();
    while (stage.links.waiting.length > 0) stage.links.returns();
    await romeo.receives(`<presence from='ball@rooms.capulet.example/R' to='romeo@localhost/orchard' type='error'>
      <error type='cancel'><remote-server-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
      <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>There is no such server.</text></error></presence>`);
  });
});

describe('accounts without federation', () => {
  test('can neither write to other servers nor be found there', async () => {
    await using stage = await FederationScene.open({ accounts: ['romeo', 'page'] });
    await stage.scene.accounts.setRole('page', 'limited');
    const page = await stage.scene.login('page', 'hall');
    page.sends('<presence/>');
    await page.next();
    page.sends(`<message to='juliet@capulet.example' id='1'><body>…</body></message>`);
    await page.receives(`<message from='juliet@capulet.example' to='page@localhost/hall' type='error' id='1'>
      ${notAllowed('Your account may not chat with other servers.')}</message>`);
    await stage.links.brings(
      `<message from='juliet@capulet.example' to='page@localhost' id='2'><body>…</body></message>`,
    );
    await stage.links.brings(`<presence from='juliet@capulet.example' to='page@localhost' type='probe'/>`);
    await stage.links.brings(`<iq from='juliet@capulet.example/a' to='page@localhost/hall' type='get' id='3'>
      <ping xmlns='urn:xmpp:ping'/></iq>`);
    await page.receivesNothing();
    expect(attributes(stage.links.waiting)).toEqual([
      ['message', 'error', 'page@localhost', 'juliet@capulet.example'],
      ['presence', 'unsubscribed', 'page@localhost', 'juliet@capulet.example'],
      ['iq', 'error', 'page@localhost/hall', 'juliet@capulet.example/a'],
    ]);
  });
});

test('a fault of the server while it is switched on is not the end of the switch', async () => {
  let isBroken = true;
  await using stage = await FederationScene.open({
    createLinks: () => {
      if (isBroken) throw new TypeError('a fault');
    },
  });
  expect(stage.federation.status).toMatchObject({ state: 'off', failure: 'A fault of the server has stopped it.' });
  isBroken = false;
  await stage.enable(false);
  expect(stage.federation.status).toMatchObject({ state: 'off', failure: undefined });
  await stage.enable(true);
  expect(stage.federation.status).toMatchObject({ state: 'on', failure: undefined });
});

describe('an administrator', () => {
  test('tries only what can be tried', async () => {
    await using stage = await FederationScene.open();
    await expect(stage.federation.test('Capulet.Example')).resolves.toMatchObject({ domain: 'capulet.example' });
    expect(() => stage.federation.test('localhost')).toThrow('localhost is this server itself.');
    expect(() => stage.federation.test('not a domain')).toThrow('“not a domain” is not a domain.');
    await stage.enable(false);
    expect(() => stage.federation.test('capulet.example')).toThrow('switched off');
  });

  test('closes what a new rule forbids', async () => {
    await using stage = await FederationScene.open();
    const stream = { proof: { by: 'dialback' } } as const;
    stage.links.summaries = [
      { domain: 'capulet.example', incoming: [stream], outgoing: [] },
    ] as unknown as typeof stage.links.summaries;
    await stage.scene.config.set('federation.deny', ['capulet.example']);
    expect(stage.links.closed).toEqual(['capulet.example: This server does not talk with capulet.example.']);
  });
});
