/** XEP-0386: Bind 2, with XEP-0198 section 9 (resumption and stream management inline). */
import { describe, expect, test } from 'vitest';
import { chat, enables, failed, NS_SM } from '../modules/stream-management-steps.ts';
import { authenticate, bindsInline, NS_SASL2, opensFor, response, signsIn } from '../scene/sasl2.ts';
import { openScene, passwordOf, type Scene, target } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { createScramClient } from '../scene/scram-client.ts';

const NS_BIND2 = 'urn:xmpp:bind:0';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const NS_CARBONS = 'urn:xmpp:carbons:2';
const NS_CSI = 'urn:xmpp:csi:0';
const NS_MAM = 'urn:xmpp:mam:2';
const PHONE = 'd4565fa7-4d72-4749-b3d3-740edbf87770';
const LAPTOP = '0b7f2d10-5a37-4c5e-9a33-5f3c0a1e6d2c';

function openHouse(settings: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  return openScene({ accounts: ['juliet', 'romeo'], settings });
}

function bind(inside = ''): string {
  return `<bind xmlns='${NS_BIND2}'>${inside}</bind>`;
}

function userAgent(id: string): string {
  return `<user-agent id='${id}'><software>AwesomeXMPP</software></user-agent>`;
}

/** Binds as the installation `id`; the client with its full JID. */
async function arrivesAs(scene: Scene, name: string, id: string, inside = ''): Promise<SceneClient> {
  const client = await opensFor(scene, name);
  const success = await signsIn(client, { inside: userAgent(id) + bind(inside) });
  expect(success.child('bound', NS_BIND2)).toBeDefined();
  await client.next();
  return client;
}

function resourceOf(client: SceneClient): string {
  return client.jid.slice(client.jid.indexOf('/') + 1);
}

describe.skipIf(target !== undefined)('Bind 2', () => {
  test('is offered within SASL2, with what can be switched on along with it (example 1)', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const inline = client.features?.child('authentication', NS_SASL2)?.child('inline');
    const features = inline
      ?.child('bind', NS_BIND2)
      ?.child('inline')
      ?.elements.map((feature) => feature.attr('var'));
    expect(features).toEqual(expect.arrayContaining([NS_CARBONS, NS_CSI, NS_SM]));
    expect(inline?.child('sm', NS_SM)).toBeDefined();
  });

  test('binds a resource that begins with the client’s tag (example 2), and no other is bound on that stream', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const success = await signsIn(client, { inside: bind('<tag>AwesomeXMPP</tag>') });
    expect(success.childText('authorization-identifier')).toMatch(/^juliet@localhost\/AwesomeXMPP\/[\w-]{12}$/);
    expect(success.child('bound', NS_BIND2)).toBeDefined();
    const features = await client.next();
    expect(features.name).toBe('features');
    expect(features.child('bind', NS_BIND)).toBeUndefined();
    await client.receivesNothing();
    client.sends(`<message to='${client.jid}'><body>Hi</body></message>`);
    await client.receives(`<message from='${client.jid}'><body>Hi</body></message>`);
    const again = await client.request(`<iq type='set'><bind xmlns='${NS_BIND}'/></iq>`);
    expect(again.attr('type')).toBe('error');
  });

  test('needs no tag, and takes none that cannot be in a resource', async () => {
    await using scene = await openHouse();
    for (const tag of ['', '<tag/>', '<tag> x</tag>', '<tag>&#x202E;</tag>', `<tag>${'x'.repeat(101)}</tag>`]) {
      expect(resourceOf(await bindsInline(scene, 'juliet', tag))).toMatch(/^[\w-]{12}$/);
    }
    expect(scene.server.sessions.of('juliet').size).toBe(5);
  });

  test('switches on carbons (example 3)', async () => {
    await using scene = await openHouse();
    const phone = await bindsInline(scene, 'juliet', `<enable xmlns='${NS_CARBONS}'/>`);
    const laptop = await bindsInline(scene, 'juliet');
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(chat(laptop.jid, 'Hi'));
    expect((await laptop.next()).childText('body')).toBe('Hi');
    expect((await phone.next()).child('received', NS_CARBONS)).toBeDefined();
    romeo.sends(chat(phone.jid, 'Hi'));
    expect((await phone.next()).childText('body')).toBe('Hi');
    await laptop.receivesNothing();
  });

  test.each([
    ['inactive', true],
    ['active', false],
  ])('begins in the state <%s/> (XEP-0352)', async (state, isInactive) => {
    await using scene = await openHouse();
    await bindsInline(scene, 'juliet', `<${state} xmlns='${NS_CSI}'/>`);
    const [session] = scene.server.sessions.of('juliet').values();
    expect(session?.outbox.isInactive).toBe(isInactive);
  });

  test('switches on stream management, and counts what follows (XEP-0198 9.1)', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const success = await signsIn(client, { inside: bind(`<enable xmlns='${NS_SM}' resume='true'/>`) });
    const enabled = success.child('bound', NS_BIND2)?.child('enabled', NS_SM);
    expect(enabled?.attr('resume')).toBe('true');
    await client.next();
    client.sends(`${chat('romeo@localhost', 'Hi')}<r xmlns='${NS_SM}'/>`);
    await client.receives(`<a xmlns='${NS_SM}' h='1'/>`);
    client.sends(`<enable xmlns='${NS_SM}'/>`);
    await client.receives(failed('unexpected-request'));
  });

  test('tells the state of the archive (example 4), an empty one too', async () => {
    await using scene = await openHouse();
    const nothing = await signsIn(await opensFor(scene, 'juliet'), { inside: bind() });
    expect(nothing.child('bound', NS_BIND2)?.child('metadata', NS_MAM)?.elements).toEqual([]);
    const romeo = await scene.login('romeo', 'orchard');
    for (const body of ['alpha', 'omega']) romeo.sends(chat('juliet@localhost', body));
    await romeo.receivesNothing();
    await scene.database.writer.flush();
    const full = await signsIn(await opensFor(scene, 'juliet'), { inside: bind() });
    const metadata = full.child('bound', NS_BIND2)?.child('metadata', NS_MAM);
    expect(metadata?.elements.map(({ name }) => name)).toEqual(['start', 'end']);
    expect(metadata?.child('start')?.attr('id')).not.toBe(metadata?.child('end')?.attr('id'));
    expect(metadata?.child('end')?.attr('timestamp')).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test('leaves to the archive what waits for somebody who was away, and nothing else (section 3.2)', async () => {
    await using scene = await openHouse();
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(chat('juliet@localhost', 'archived'));
    await romeo.receivesNothing();
    const juliet = await bindsInline(scene, 'juliet');
    const policy = `<iq type='set'><prefs xmlns='${NS_MAM}' default='never'/></iq>`;
    expect((await juliet.request(policy)).attr('type')).toBe('result');
    juliet.appears();
    expect((await juliet.next()).name).toBe('presence');
    await juliet.receivesNothing();
    await juliet.ends();

    romeo.sends(chat('juliet@localhost', 'not archived'));
    await romeo.receivesNothing();
    const again = await bindsInline(scene, 'juliet');
    again.appears();
    expect((await again.next()).name).toBe('presence');
    expect((await again.next()).childText('body')).toBe('not archived');
    await again.receivesNothing();
    await again.ends();

    const old = await scene.login('juliet', 'balcony');
    old.appears();
    expect((await old.next()).name).toBe('presence');
    await old.receivesNothing();
  });

  test('gives no session when there are too many; RFC 6120’s binding tells the reason', async () => {
    await using scene = await openHouse({ 'c2s.maxSessionsPerAccount': 1 });
    await scene.login('juliet', 'balcony');
    const client = await opensFor(scene, 'juliet');
    const success = await signsIn(client, { inside: bind() });
    expect(success.childText('authorization-identifier')).toBe('juliet@localhost');
    expect(success.child('bound', NS_BIND2)).toBeUndefined();
    expect((await client.next()).child('bind', NS_BIND)).toBeDefined();
    const answer = await client.request(`<iq type='set'><bind xmlns='${NS_BIND}'/></iq>`);
    expect(answer.child('error')?.child('resource-constraint', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toBeDefined();
  });
});

describe.skipIf(target !== undefined)('a client that says who it is', () => {
  test('has the same resource each time, which does not give its id away (section 3.2.1)', async () => {
    await using scene = await openHouse();
    const first = await arrivesAs(scene, 'juliet', PHONE, '<tag>AwesomeXMPP</tag>');
    await first.ends();
    const second = await arrivesAs(scene, 'juliet', PHONE.toUpperCase(), '<tag>AwesomeXMPP</tag>');
    expect(second.jid).toBe(first.jid);
    expect(second.jid).not.toContain(PHONE.slice(0, 8));
    const laptop = await arrivesAs(scene, 'juliet', LAPTOP, '<tag>AwesomeXMPP</tag>');
    expect(laptop.jid).not.toBe(first.jid);
    const romeo = await arrivesAs(scene, 'romeo', PHONE, '<tag>AwesomeXMPP</tag>');
    expect(resourceOf(romeo)).not.toBe(resourceOf(first));
  });

  test.each(['replace', 'rename', 'refuse'])(
    'ends its earlier session, also one of another tag, and no other (section 3.2); resourceConflict is %s',
    async (policy) => {
      await using scene = await openHouse({ 'c2s.resourceConflict': policy });
      const old = await arrivesAs(scene, 'juliet', PHONE, '<tag>Awesome 1</tag>');
      const laptop = await arrivesAs(scene, 'juliet', LAPTOP, '<tag>Awesome 1</tag>');
      const again = await arrivesAs(scene, 'juliet', PHONE, '<tag>Awesome 2</tag>');
      await old.receivesEnd('conflict');
      expect(resourceOf(again)).toMatch(/^Awesome 2\//);
      const last = await arrivesAs(scene, 'juliet', PHONE, '<tag>Awesome 2</tag>');
      await again.receivesEnd('conflict');
      expect(last.jid).toBe(again.jid);
      await laptop.receivesNothing();
      expect(scene.server.sessions.of('juliet').size).toBe(2);
    },
  );

  test('ends also one that waits for a new stream, and takes its place when no more are allowed', async () => {
    await using scene = await openHouse({ 'c2s.maxSessionsPerAccount': 1 });
    const old = await arrivesAs(scene, 'juliet', PHONE);
    await enables(old);
    old.drops();
    expect(scene.server.sessions.of('juliet').size).toBe(1);
    await arrivesAs(scene, 'juliet', PHONE, '<tag>New</tag>');
    expect([...scene.server.sessions.of('juliet').keys()]).toEqual([expect.stringMatching(/^New\//)]);
  });

  test('and is gone before its request is on disk gets no session', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const scram = createScramClient({ hash: 'sha256', username: 'juliet', password: passwordOf('juliet'), nonce: 'n' });
    const token = `<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-NONE'/>`;
    client.sends(authenticate('SCRAM-SHA-256', scram.first, userAgent(PHONE) + token + bind()));
    client.sends(response(scram.final(atob((await client.next()).text()))));
    client.drops();
    for (let i = 0; i < 3; i++) await (await arrivesAs(scene, 'juliet', LAPTOP)).ends(); // turns enough for anything
    expect(scene.server.sessions.of('juliet').size).toBe(0);
  });

  test.each(['', 'phone', '12345678'])('with what is no UUID (%s) has not said it', async (id) => {
    await using scene = await openHouse();
    const first = await arrivesAs(scene, 'juliet', id);
    const second = await arrivesAs(scene, 'juliet', id);
    expect(second.jid).not.toBe(first.jid);
    await first.receivesNothing();
  });
});

describe.skipIf(target !== undefined)('a former session', () => {
  /** Juliet’s connection breaks while a message is on its way. */
  async function breaks(scene: Scene): Promise<{ id: string; jid: string }> {
    const juliet = await scene.login('juliet', 'balcony');
    const id = await enables(juliet);
    juliet.drops();
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(chat('juliet@localhost/balcony', 'Hi'));
    await romeo.receivesNothing();
    return { id, jid: juliet.jid };
  }

  test('goes on, without features and without binding; what was not acknowledged follows (XEP-0198 9.2)', async () => {
    await using scene = await openHouse();
    const { id, jid } = await breaks(scene);
    const client = await opensFor(scene, 'juliet');
    const resume = `<resume xmlns='${NS_SM}' previd='${id}' h='0'/>`;
    const success = await signsIn(client, { inside: userAgent(PHONE) + bind('<tag>New</tag>') + resume });
    expect(success.elements.map(({ name }) => name)).toEqual([
      'additional-data',
      'authorization-identifier',
      'resumed',
    ]);
    expect(success.child('resumed', NS_SM)?.attr('previd')).toBe(id);
    expect(client.jid).toBe(jid);
    expect((await client.next()).childText('body')).toBe('Hi');
    expect(scene.server.sessions.of('juliet').size).toBe(1);
    await client.receives(`<r xmlns='${NS_SM}'/>`);
    client.sends(`<a xmlns='${NS_SM}' h='1'/>`);
    await client.receivesNothing();
  });

  test('that is not there any more gives way to a new one (example “Client failed to resume stream”)', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const resume = `<resume xmlns='${NS_SM}' previd='gone' h='0'/>`;
    const success = await signsIn(client, {
      inside: resume + bind(`<tag>New</tag><enable xmlns='${NS_SM}' resume='true'/>`),
    });
    expect(success.elements.map(({ name }) => name)).toEqual([
      'additional-data',
      'authorization-identifier',
      'failed',
      'bound',
    ]);
    expect(client.jid).toMatch(/^juliet@localhost\/New\//);
    expect(success.child('bound', NS_BIND2)?.child('enabled', NS_SM)).toBeDefined();
    expect((await client.next()).name).toBe('features');
  });

  test('that is not there any more, and no Bind 2: RFC 6120’s is still to be had', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const success = await signsIn(client, { inside: `<resume xmlns='${NS_SM}' previd='gone' h='0'/>` });
    expect(success.child('failed', NS_SM)).toBeDefined();
    expect(success.childText('authorization-identifier')).toBe('juliet@localhost');
    expect((await client.next()).child('bind', NS_BIND)).toBeDefined();
    await client.binds('balcony');
  });

  test('is not touched by who does not know the password', async () => {
    await using scene = await openHouse();
    const { id } = await breaks(scene);
    const client = await opensFor(scene, 'juliet');
    const resume = `<resume xmlns='${NS_SM}' previd='${id}' h='0'/>`;
    expect((await signsIn(client, { inside: resume, password: 'wrong' })).name).toBe('failure');
    expect((await signsIn(client, { inside: resume })).child('resumed', NS_SM)).toBeDefined();
  });

  test('ends the stream when more is acknowledged than was sent', async () => {
    await using scene = await openHouse();
    const { id } = await breaks(scene);
    const client = await opensFor(scene, 'juliet');
    const resume = `<resume xmlns='${NS_SM}' previd='${id}' h='7'/>`;
    const end = await signsIn(client, { inside: resume }).catch((error) => error);
    expect(String(end)).toContain('handled-count-too-high');
  });
});
