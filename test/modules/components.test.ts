/** XEP-0114: Jabber Component Protocol. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ComponentClient, comeBack, componentsOf, connectComponent } from '../scene/component-client.ts';
import { openScene, type Scene } from '../scene/scene.ts';

const PLAYS = 'plays.localhost';

let scene: Scene;
let errorText = '';
beforeEach(async () => {
  scene = await openScene({ accounts: ['romeo', 'juliet'] });
});
afterEach(() => scene.close());

/** The condition of an error stanza. */
function conditionOf(stanza: {
  child(name: string): { readonly elements: readonly { name: string; text(): string }[] } | undefined;
}) {
  const error = stanza.child('error')?.elements;
  errorText = error?.find(({ name }) => name === 'text')?.text() ?? '';
  return error?.[0]?.name;
}

describe('the handshake', () => {
  test('a component that knows the secret is let in (examples 1 to 4)', async () => {
    const { secret } = await componentsOf(scene).add(PLAYS);
    const component = new ComponentClient(scene, PLAYS);
    component.opens();
    await component.shakesHands(secret);
    const answer = await component.stream.next();
    expect(answer.is('handshake', 'jabber:component:accept') && answer.children.length === 0).toBe(true);
    expect(component.stream.header?.attr('from')).toBe(PLAYS);
    expect(component.stream.header?.attr('id')).toMatch(/^[0-9a-f]{24}$/);
    expect(componentsOf(scene).find(PLAYS)?.connection?.remoteAddress).toBe('127.0.0.1');
  });

  test('a wrong secret ends the stream with not-authorized, and the connection with it', async () => {
    await componentsOf(scene).add(PLAYS);
    const component = new ComponentClient(scene, PLAYS);
    component.opens();
    await component.shakesHands('a guess');
    await component.receivesEnd('not-authorized');
    expect(componentsOf(scene).find(PLAYS)?.connection).toBeUndefined();
  });

  test('the proof is in lower-case digits and nothing else', async () => {
    await componentsOf(scene).add(PLAYS);
    for (const proof of ['', 'AAEE83C26AEEAFCBABEABFCBCD50DF997E0A2A1E', '0']) {
      const component = new ComponentClient(scene, PLAYS);
      component.opens();
      component.sends(`<handshake>${proof}</handshake>`);
      await component.receivesEnd('not-authorized');
    }
  });

  test('a stanza before the handshake ends the stream', async () => {
    await componentsOf(scene).add(PLAYS);
    const component = new ComponentClient(scene, PLAYS);
    component.opens();
    component.sends(`<message from='${PLAYS}' to='romeo@localhost'><body>Early</body></message>`);
    await component.receivesEnd('not-authorized');
  });

  test('a name that nobody has added is host-unknown, after a header of ours', async () => {
    const component = new ComponentClient(scene, PLAYS);
    component.opens();
    await component.receivesEnd('host-unknown');
    expect(component.stream.header?.attr('from')).toBe('localhost');
  });

  test('the server’s own name, its services and full addresses are no components', async () => {
    await componentsOf(scene).add(PLAYS);
    for (const to of ['localhost', 'rooms.localhost', `bot@${PLAYS}`, `${PLAYS}/bot`]) {
      const component = new ComponentClient(scene, PLAYS);
      component.opens(to);
      await component.receivesEnd('host-unknown');
    }
  });

  test('a header of another namespace is invalid-namespace', async () => {
    const component = new ComponentClient(scene, PLAYS);
    component.opens(PLAYS, 'jabber:client');
    await component.receivesEnd('invalid-namespace');
  });

  test('a header without “to” is improper-addressing', async () => {
    const component = new ComponentClient(scene, PLAYS);
    component.sends(`<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>`);
    await component.receivesEnd('improper-addressing');
  });

  test('a second connection of the same component is a conflict; the first one goes on', async () => {
    const first = await connectComponent(scene, PLAYS);
    const second = new ComponentClient(scene, PLAYS);
    second.opens();
    await second.receivesEnd('conflict');
    await first.receivesNothing();
  });

  test('of two that shake hands at once, the later one is a conflict', async () => {
    const { secret } = await componentsOf(scene).add(PLAYS);
    const first = new ComponentClient(scene, PLAYS);
    const second = new ComponentClient(scene, PLAYS);
    first.opens();
    second.opens();
    await first.shakesHands(secret);
    await second.shakesHands(secret);
    await second.receivesEnd('conflict');
  });

  test('who takes more than thirty seconds is cut off', async () => {
    await componentsOf(scene).add(PLAYS);
    const component = new ComponentClient(scene, PLAYS);
    component.opens();
    scene.clock.advance(30_000);
    await component.receivesEnd('connection-timeout');
  });

  test('of too many connections without a handshake the oldest goes', () => {
    const [oldest, ...others] = Array.from({ length: 51 }, () => new ComponentClient(scene, PLAYS));
    expect(oldest?.stream.isConnectionClosed).toBe(true);
    expect(others.some(({ stream }) => stream.isConnectionClosed)).toBe(false);
  });
});

describe('stanzas', () => {
  test('people and a component chat with each other', async () => {
    const component = await connectComponent(scene, PLAYS);
    const romeo = await scene.login('romeo', 'orchard');
    romeo.appears();
    await romeo.next();
    romeo.sends(`<message to='hamlet@${PLAYS}/elsinore' type='chat' id='m1'><body>Who’s there?</body></message>`);
    await component.receives(
      `<message from='romeo@localhost/orchard' to='hamlet@${PLAYS}/elsinore' type='chat' id='m1'><body>Who’s there?</body></message>`,
    );
    component.sends(
      `<message from='hamlet@${PLAYS}/elsinore' to='romeo@localhost' type='chat'><body>Stand and unfold yourself.</body><thread>t</thread></message>`,
    );
    await romeo.receives(
      `<message from='hamlet@${PLAYS}/elsinore' to='romeo@localhost' type='chat'><body>Stand and unfold yourself.</body><thread>t</thread></message>`,
    );
  });

  test('requests are answered both ways', async () => {
    const component = await connectComponent(scene, PLAYS);
    expect(
      (await component.request(`<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`)).attr('type'),
    ).toBe('result');
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(`<iq type='get' id='v1' to='${PLAYS}'><query xmlns='jabber:iq:version'/></iq>`);
    await component.receives(
      `<iq type='get' id='v1' from='romeo@localhost/orchard' to='${PLAYS}'><query xmlns='jabber:iq:version'/></iq>`,
    );
    component.sends(
      `<iq type='error' id='v1' from='${PLAYS}' to='romeo@localhost/orchard'><error type='cancel'><feature-not-implemented xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
    await romeo.receives(
      `<iq type='error' id='v1' from='${PLAYS}'><error type='cancel'><feature-not-implemented xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
    );
  });

  test('what stands in a third namespace passes as it is', async () => {
    const component = await connectComponent(scene, PLAYS);
    const romeo = await scene.login('romeo', 'orchard');
    component.sends(
      `<message from='${PLAYS}' to='romeo@localhost/orchard'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='a@b'><body>Inside</body></message></forwarded></message>`,
    );
    await romeo.receives(
      `<message from='${PLAYS}' to='romeo@localhost/orchard'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='a@b'><body>Inside</body></message></forwarded></message>`,
    );
  });

  test.each(['romeo@localhost', 'localhost', 'rooms.localhost', 'other.localhost', `sub.${PLAYS}`, 'not a jid@@'])(
    'a stanza from %s ends the stream with invalid-from',
    async (from) => {
      const component = await connectComponent(scene, PLAYS);
      const juliet = await scene.login('juliet', 'balcony');
      component.sends(`<message from='${from}' to='juliet@localhost/balcony'><body>I am Romeo</body></message>`);
      await component.receivesEnd('invalid-from');
      await juliet.receivesNothing();
    },
  );

  test('components cannot speak for each other', async () => {
    await connectComponent(scene, 'other.localhost');
    const component = await connectComponent(scene, PLAYS);
    component.sends(`<presence from='other.localhost' to='romeo@localhost'/>`);
    await component.receivesEnd('invalid-from');
  });

  test('a stanza without “from” ends the stream with improper-addressing', async () => {
    const component = await connectComponent(scene, PLAYS);
    component.sends(`<message to='romeo@localhost'><body>Nobody</body></message>`);
    await component.receivesEnd('improper-addressing');
  });

  test('mistakes of shape are answered, and the stream goes on', async () => {
    const component = await connectComponent(scene, PLAYS);
    const mistakes = [
      [`<message from='${PLAYS}' id='1'><body>Whom?</body></message>`, 'bad-request'],
      [`<message from='${PLAYS}' to='@' id='2'><body>Whom?</body></message>`, 'jid-malformed'],
      [`<iq from='${PLAYS}' to='localhost' type='get' id='3'/>`, 'bad-request'],
      [`<iq from='${PLAYS}' to='localhost' type='get'><ping xmlns='urn:xmpp:ping'/></iq>`, 'bad-request'],
      [`<iq from='${PLAYS}' to='localhost' type='ask' id='4'><ping xmlns='urn:xmpp:ping'/></iq>`, 'bad-request'],
      [`<presence from='${PLAYS}' to='romeo@localhost' type='maybe' id='5'/>`, 'bad-request'],
    ] as const;
    for (const [stanza, condition] of mistakes) {
      component.sends(stanza);
      expect(conditionOf(await component.next())).toBe(condition);
    }
    component.sends(`<message from='${PLAYS}' type='error'/>`); // never an error for an error
    await component.receivesNothing();
  });

  test('what is no stanza ends the stream', async () => {
    const component = await connectComponent(scene, PLAYS);
    component.sends(`<route from='${PLAYS}' to='localhost'/>`);
    await component.receivesEnd('unsupported-stanza-type');
  });

  test('a delay in the name of this server is taken out', async () => {
    const component = await connectComponent(scene, PLAYS);
    const romeo = await scene.login('romeo', 'orchard');
    component.sends(
      `<message from='${PLAYS}' to='romeo@localhost/orchard'><body>Old</body><delay xmlns='urn:xmpp:delay' from='localhost' stamp='2001-01-01T00:00:00Z'/></message>`,
    );
    await romeo.receives(`<message from='${PLAYS}'><body>Old</body></message>`);
  });

  test('a stanza above the limit ends the stream', async () => {
    await scene.close();
    scene = await openScene({ accounts: ['romeo'], settings: { 'components.maxStanzaBytes': 10_000 } });
    const component = await connectComponent(scene, PLAYS);
    component.sends(`<message from='${PLAYS}' to='romeo@localhost'><body>${'x'.repeat(10_000)}</body></message>`);
    await component.receivesEnd('policy-violation');
  });

  test('a component that does not read is let go', async () => {
    await scene.close();
    scene = await openScene({ accounts: ['romeo'], settings: { 'components.maxBufferedBytes': 65_536 } });
    const component = await connectComponent(scene, PLAYS);
    component.wire.isStuck = true;
    const romeo = await scene.login('romeo', 'orchard');
    for (let i = 0; i < 4; i++)
      romeo.sends(`<message to='${PLAYS}' type='headline'><body>${'x'.repeat(20_000)}</body></message>`);
    await romeo.receivesNothing();
    expect(component.stream.isConnectionClosed).toBe(true);
    romeo.sends(`<message to='${PLAYS}' id='late'><body>Still there?</body></message>`);
    expect(conditionOf(await romeo.next())).toBe('service-unavailable');
  });
});

describe('while a component is away', () => {
  test('messages and requests come back with a sentence, presence is lost in silence', async () => {
    await componentsOf(scene).add(PLAYS);
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(`<message to='hamlet@${PLAYS}' id='m'><body>Who’s there?</body></message>`);
    expect(conditionOf(await romeo.next())).toBe('service-unavailable');
    expect(errorText).toBe(`${PLAYS} is not connected at the moment.`);
    const answer = await romeo.request(`<iq type='get' to='${PLAYS}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect(conditionOf(answer)).toBe('service-unavailable');
    expect(answer.child('error')?.attr('type')).toBe('wait');
    romeo.sends(`<presence to='hamlet@${PLAYS}'/>`);
    await romeo.receivesNothing();
  });

  test('it is listed all the same, and can come back', async () => {
    const { secret } = await componentsOf(scene).add(PLAYS);
    const first = await comeBack(scene, PLAYS, secret);
    first.sends('</stream:stream>');
    await first.receivesEnd();
    expect(componentsOf(scene).find(PLAYS)?.connection).toBeUndefined();
    const romeo = await scene.login('romeo', 'orchard');
    const items = await romeo.request(
      `<iq type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
    );
    expect(items.elements[0]?.elements.map((item) => item.attr('jid'))).toContain(PLAYS);
    const second = await comeBack(scene, PLAYS, secret);
    await second.receivesNothing();
  });

  test('a connection that is lost is noticed', async () => {
    const component = await connectComponent(scene, PLAYS);
    component.wire.client.destroy();
    expect(componentsOf(scene).find(PLAYS)?.connection).toBeUndefined();
  });
});

describe('administration', () => {
  test('components are there after a restart, and are told of the stop', async () => {
    const { secret } = await componentsOf(scene).add(PLAYS);
    const before = await comeBack(scene, PLAYS, secret);
    await scene.restart();
    await before.receivesEnd('system-shutdown');
    await (await comeBack(scene, PLAYS, secret)).receivesNothing();
  });

  test('a name without a dot is one below the server’s domain', async () => {
    expect((await componentsOf(scene).add('bridge')).domain).toBe('bridge.localhost');
  });

  test.each([
    ['localhost.', 'conflict'],
    ['rooms', 'conflict'],
    ['twice', 'conflict'],
    ['not a name', 'invalid'],
    ['', 'invalid'],
  ])('%s cannot be added', async (name, code) => {
    await componentsOf(scene).add('twice');
    await expect(componentsOf(scene).add(name)).rejects.toMatchObject({ code });
  });

  test('a removed component is cut off and unknown from then on', async () => {
    const component = await connectComponent(scene, PLAYS);
    await componentsOf(scene).remove(PLAYS);
    await component.receivesEnd('host-gone');
    const again = new ComponentClient(scene, PLAYS);
    again.opens();
    await again.receivesEnd('host-unknown');
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(`<message to='${PLAYS}' id='m'><body>Gone?</body></message>`);
    expect(conditionOf(await romeo.next())).toBe('not-allowed');
    await expect(componentsOf(scene).remove(PLAYS)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a component that is removed while something is granted to it does not come back', async () => {
    const service = componentsOf(scene);
    await service.add(PLAYS);
    const granted = service.find(PLAYS)?.grants;
    if (granted === undefined) throw new Error('there is no component');
    const before = service.grant(PLAYS, { ...granted, message: 'outgoing' });
    const removed = service.remove(PLAYS);
    await expect(service.grant(PLAYS, granted)).rejects.toMatchObject({ code: 'not-found' });
    await Promise.all([before, removed]);
    expect(service.list()).toEqual([]);
    await scene.restart();
    expect(componentsOf(scene).list()).toEqual([]);
  });

  test('of two who add the same component at a time one is told that there is one', async () => {
    const service = componentsOf(scene);
    const door = { open: () => new Promise<void>(setImmediate), close: () => undefined };
    await service.attachDoor(door);
    const [one, other] = await Promise.allSettled([service.add(PLAYS), service.add(PLAYS)]);
    expect(one.status).toBe('fulfilled');
    expect(other).toMatchObject({ status: 'rejected', reason: { code: 'conflict' } });
  });

  test('the door is open while there are components', async () => {
    const service = componentsOf(scene);
    const steps: string[] = [];
    const door = { open: () => Promise.resolve(void steps.push('open')), close: () => void steps.push('close') };
    await service.attachDoor(door);
    expect(steps).toEqual([]);
    await service.add(PLAYS);
    await service.add('other');
    await service.remove(PLAYS);
    await service.remove('other.localhost');
    expect(steps).toEqual(['open', 'open', 'close']);
    await service.add(PLAYS);
    await service.attachDoor(door);
    expect(steps).toEqual(['open', 'open', 'close', 'open', 'open']);
  });

  test('while the door cannot be opened no component is added', async () => {
    const service = componentsOf(scene);
    await service.attachDoor({ open: () => Promise.reject(new Error('Port 5347 is in use.')), close: () => undefined });
    await expect(service.add(PLAYS)).rejects.toMatchObject({ code: 'port', message: 'Port 5347 is in use.' });
    expect(service.list()).toEqual([]);
  });

  test('a new secret ends the connection of the old one', async () => {
    const component = await connectComponent(scene, PLAYS);
    const secret = await componentsOf(scene).renewSecret(PLAYS);
    await component.receivesEnd('not-authorized');
    await (await comeBack(scene, PLAYS, secret)).receivesNothing();
  });
});
