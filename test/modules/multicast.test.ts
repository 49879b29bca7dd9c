/** XEP-0033: Extended Stanza Addressing, version 1.2.1; the examples by their captions. */
import { describe, expect, test } from 'vitest';
import type { AddressedStanza } from '../../server/stanza/stanza.ts';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const NS_ADDRESS = 'http://jabber.org/protocol/address';
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const SERVICE = 'multicast.localhost';
const PEOPLE = { accounts: ['hildjj', 'to', 'cc', 'bcc', 'temas'] };

function addresses(...list: readonly string[]): string {
  return `<addresses xmlns='${NS_ADDRESS}'>${list.join('')}</addresses>`;
}

function to(jid: string, type = 'to'): string {
  return `<address type='${type}' jid='${jid}'/>`;
}

function delivered(jid: string, type = 'to'): string {
  return `<address type='${type}' jid='${jid}' delivered='true'/>`;
}

function message(list: string, more = ''): string {
  return `<message to='${SERVICE}' id='m1'>${list}<body>Hello, World!</body>${more}</message>`;
}

async function refuses(client: SceneClient, stanza: string, condition: string): Promise<void> {
  client.sends(stanza);
  const answer = await client.next();
  expect(answer.attr('type')).toBe('error');
  expect(answer.attr('from')).toBe(SERVICE);
  expect(answer.child('error')?.child(condition, NS_STANZAS)?.name).toBe(condition);
}

async function online(scene: Scene, name: string): Promise<SceneClient> {
  const client = await scene.login(name, 'work');
  client.appears();
  await client.receives(`<presence from='${name}@localhost/work'/>`);
  return client;
}

async function cast(scene: Scene): Promise<Record<'a' | 'to' | 'cc' | 'bcc', SceneClient>> {
  const [a, ...others] = [await online(scene, 'hildjj'), await online(scene, 'to'), await online(scene, 'cc')];
  const [first, second] = others as [SceneClient, SceneClient];
  return { a, to: first, cc: second, bcc: await online(scene, 'bcc') };
}

/** Another domain, as far as scenes need it: what was sent there. */
function openElsewhere(scene: Scene): AddressedStanza[] {
  const arrived: AddressedStanza[] = [];
  scene.server.router.routes.set('noheader.org', { deliver: (stanza) => void arrived.push(stanza) });
  return arrived;
}

function infoRequest(jid: string): string {
  return `<iq type='get' to='${jid}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`;
}

function featuresOf(answer: Element): readonly (string | undefined)[] {
  return answer.elements[0]?.elements.map((child) => child.attr('var')) ?? [];
}

describe('the service', () => {
  test('is among the server’s items and has the feature (Disco request for address header support)', async () => {
    await using scene = await openScene(PEOPLE);
    const a = await scene.login('hildjj');
    const items = await a.request(
      `<iq type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
    );
    expect(items.elements[0]?.elements.map((item) => item.attr('jid'))).toContain(SERVICE);
    expect(featuresOf(await a.request(infoRequest(SERVICE)))).toContain(NS_ADDRESS);
  });

  test('does not offer itself to other servers, which would send here what is then refused', async () => {
    await using scene = await openScene(PEOPLE);
    const arrived = openElsewhere(scene);
    const { router } = scene.server;
    router.send(
      parseXml(
        `<iq xmlns='jabber:client' type='get' id='1' from='a@noheader.org/x' to='${SERVICE}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
      ),
    );
    router.send(
      parseXml(
        `<message xmlns='jabber:client' id='2' from='a@noheader.org/x' to='${SERVICE}'>${addresses(to('to@localhost'))}</message>`,
      ),
    );
    router.send(
      parseXml(
        `<presence xmlns='jabber:client' id='3' from='a@noheader.org/x' to='${SERVICE}'>${addresses(to('to@localhost'))}</presence>`,
      ),
    );
    const [info, ...refusals] = arrived.map(({ element }) => element);
    expect(info?.attr('type')).toBe('result');
    expect(info === undefined ? [] : featuresOf(info)).not.toContain(NS_ADDRESS);
    expect(refusals.map((refusal) => refusal.child('error')?.elements[0]?.name)).toEqual(['forbidden', 'forbidden']);
  });

  test('is for nothing else', async () => {
    await using scene = await openScene(PEOPLE);
    const a = await scene.login('hildjj');
    await refuses(a, `<message to='${SERVICE}'><body>Hi</body></message>`, 'service-unavailable');
    a.sends(`<message to='x@${SERVICE}'>${addresses(to('to@localhost'))}</message>`);
    await a.receives(
      `<message type='error' from='x@${SERVICE}'><error type='cancel'><service-unavailable xmlns='${NS_STANZAS}'/></error></message>`,
    );
    a.sends(`<message to='${SERVICE}' type='error'>${addresses(to(a.jid))}</message>`);
    a.sends(`<presence to='${SERVICE}'/>`);
    await a.receivesNothing();
  });
});

describe('a message', () => {
  test('goes to all, and blind copies are seen by nobody else (Server delivers to local addresses)', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    people.a.sends(message(addresses(to('to@localhost'), to('cc@localhost', 'cc'), to('bcc@localhost', 'bcc'))));
    const open = [delivered('to@localhost'), delivered('cc@localhost', 'cc')];
    for (const name of ['to', 'cc'] as const) {
      await people[name].receives(
        `<message from='hildjj@localhost/work' to='${name}@localhost' id='m1'>${addresses(...open)}<body>Hello, World!</body></message>`,
      );
    }
    await people.bcc.receives(
      `<message from='hildjj@localhost/work' to='bcc@localhost' id='m1'>${addresses(...open, to('bcc@localhost', 'bcc'))}<body>Hello, World!</body></message>`,
    );
    await people.a.receivesNothing();
  });

  test('keeps descriptions, wishes for replies, and what is not understood', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    const wishes = [
      `<address type='replyto' jid='temas@localhost' desc='Temas'/>`,
      `<address type='replyroom' jid='jdev@conference.jabber.org'/>`,
      `<address type='replyto' uri='mailto:temas@example.org'/>`,
      `<address type='noreply'/>`,
    ];
    const extended = (more: string) =>
      `<address type='to' jid='to@localhost/work' desc='Foo Group' node='pipe'${more}><group xmlns='some:funny:group:ns'>foo</group></address>`;
    people.a.sends(
      message(addresses(extended(''), ...wishes), `<thread>e0ffe42b28561960c6b12b944a092794b9683a38</thread>`),
    );
    await people.to.receives(
      `<message to='to@localhost/work'>${addresses(extended(` delivered='true'`), ...wishes)}<body>Hello, World!</body><thread>e0ffe42b28561960c6b12b944a092794b9683a38</thread></message>`,
    );
  });

  test('is not delivered again to those who have it', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    people.a.sends(
      message(addresses(delivered('to@localhost'), to('cc@localhost', 'cc'), delivered('bcc@localhost', 'bcc'))),
    );
    await people.cc.receives(
      `<message>${addresses(delivered('to@localhost'), delivered('cc@localhost', 'cc'))}<body>Hello, World!</body></message>`,
    );
    await people.to.receivesNothing();
    await people.bcc.receivesNothing();
  });

  test('comes once to whoever is named twice', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    people.a.sends(
      message(
        addresses(to('bcc@localhost', 'bcc'), to('to@localhost'), to('To@LOCALHOST', 'cc'), to('to@localhost', 'bcc')),
      ),
    );
    await people.to.receives(
      `<message to='to@localhost'>${addresses(delivered('to@localhost'), delivered('To@LOCALHOST', 'cc'))}<body>Hello, World!</body></message>`,
    );
    await people.to.receivesNothing();
  });

  test('reaches people elsewhere one by one', async () => {
    await using scene = await openScene(PEOPLE);
    const arrived = openElsewhere(scene);
    const a = await scene.login('hildjj', 'work');
    a.sends(message(addresses(to('to@noheader.org'), to('cc@noheader.org', 'cc'), to('bcc@noheader.org', 'bcc'))));
    await a.receivesNothing();
    expect(arrived.map((stanza) => stanza.to.full)).toEqual(['to@noheader.org', 'cc@noheader.org', 'bcc@noheader.org']);
    const shown = arrived.map(({ element }) =>
      element.child('addresses', NS_ADDRESS)?.elements.map((one) => one.attr('type')),
    );
    expect(shown).toEqual([
      ['to', 'cc'],
      ['to', 'cc'],
      ['to', 'cc', 'bcc'],
    ]);
    expect(arrived.every(({ from }) => from.full === 'hildjj@localhost/work')).toBe(true);
  });

  test('goes to nobody when it cannot go to all', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    await refuses(people.a, message(addresses(to('to@localhost'), to('cc@far.example', 'cc'))), 'forbidden');
    await people.to.receivesNothing();
  });

  test('cannot be sent round in circles', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    for (const jid of [SERVICE, `x@${SERVICE}`, `${SERVICE}/x`]) {
      await refuses(people.a, message(addresses(to('to@localhost'), to(jid))), 'forbidden');
    }
    await people.to.receivesNothing();
  });

  test('says who wrote it, whatever it claims', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    const list = [to('to@localhost'), to('cc@localhost', 'ofrom'), to('hildjj@localhost/work', 'ofrom')];
    people.a.sends(message(addresses(...list)));
    await people.to.receives(
      `<message from='hildjj@localhost/work'>${addresses(delivered('to@localhost'), to('hildjj@localhost/work', 'ofrom'))}<body>Hello, World!</body></message>`,
    );
  });

  test('is not changed when it goes directly to somebody', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    const list = addresses(`<address type='to' node='pipe' desc='a pipe'/>`);
    people.a.sends(`<message to='to@localhost'>${list}<body>Hi</body></message>`);
    await people.to.receives(`<message>${list}<body>Hi</body></message>`);
  });

  test('understands addresses of XMPP that are written as URIs', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    people.a.sends(message(addresses(`<address type='to' uri='xmpp:to@localhost/wor%6B'/>`)));
    await people.to.receives(
      `<message to='to@localhost/work'>${addresses(`<address type='to' uri='xmpp:to@localhost/wor%6B' delivered='true'/>`)}<body>Hello, World!</body></message>`,
    );
  });
});

describe('a wrong list of addresses', () => {
  test.each([
    ['an address without a type', `${to('cc@localhost')}<address jid='to@localhost'/>`, 'bad-request'],
    ['a type that does not exist', to('cc@localhost') + to('to@localhost', 'from'), 'bad-request'],
    ['an address of nobody', `<address type='to' desc='Foo Group'/>`, 'bad-request'],
    ['a JID and a URI', `<address type='to' jid='to@localhost' uri='xmpp:to@localhost'/>`, 'bad-request'],
    ['a node at a URI', `<address type='to' uri='xmpp:to@localhost' node='x'/>`, 'bad-request'],
    ['nobody to deliver to', `<address type='noreply'/>`, 'bad-request'],
    ['a JID that is none', to('cc@localhost') + to('@localhost'), 'jid-malformed'],
    ['a network that is not served', `<address type='to' uri='sip:to@example.org'/>`, 'jid-malformed'],
    ['a URI of XMPP that leads nowhere', `<address type='to' uri='xmpp:%ff'/>`, 'jid-malformed'],
    ['a URI that is none', `<address type='replyto' uri='not a uri'/>${to('to@localhost')}`, 'jid-malformed'],
  ])('is refused: %s', async (_, list, condition) => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    await refuses(people.a, message(addresses(list)), condition);
    await people.cc.receivesNothing();
  });

  test('is refused when there are two', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    const list = addresses(to('to@localhost'));
    await refuses(people.a, message(list, list), 'bad-request');
  });

  test('is refused when it is too long (not-acceptable)', async () => {
    await using scene = await openScene({ ...PEOPLE, settings: { 'multicast.maxAddresses': 21 } });
    const arrived = openElsewhere(scene);
    const a = await scene.login('hildjj', 'work');
    const list = (count: number) => addresses(...Array.from({ length: count }, (_, n) => to(`p${n}@noheader.org`)));
    await refuses(a, message(list(22)), 'not-acceptable');
    a.sends(message(list(21)));
    await a.receivesNothing();
    expect(arrived).toHaveLength(21);
  });

  test('of a guest is refused (forbidden)', async () => {
    await using scene = await openScene({ ...PEOPLE, settings: { 'guests.allowed': true } });
    await scene.accounts.createGuest('ghost');
    const session = scene.server.lifecycle.create(
      { local: 'ghost', domain: 'localhost', resource: 'x', bare: 'ghost@localhost', full: 'ghost@localhost/x' },
      undefined,
    );
    const element = parseXml(
      `<message xmlns='jabber:client' from='ghost@localhost/x' to='${SERVICE}'>${addresses(to('to@localhost'))}</message>`,
    );
    const service = { local: '', domain: SERVICE, resource: '', bare: SERVICE, full: SERVICE };
    const sent: string[] = [];
    session.send = (answer) => void sent.push(answer.child('error')?.elements[0]?.name ?? '');
    scene.server.router.submit({ kind: 'message', type: 'normal', element, from: session.jid, to: service }, session);
    expect(sent).toEqual(['forbidden']);
    scene.server.lifecycle.end(session);
  });
});

describe('what the sender expects', () => {
  test('the message stands in the history of each conversation, and in none with the service', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    people.a.sends(message(addresses(to('to@localhost'), to('bcc@localhost', 'bcc'))));
    await people.a.receivesNothing();
    people.a.sends(`<iq type='set' id='q'><query xmlns='urn:xmpp:mam:2'/></iq>`);
    const found: (string | undefined)[] = [];
    for (let next = await people.a.next(); next.name === 'message'; next = await people.a.next()) {
      const inner = next.elements[0]?.child('forwarded', 'urn:xmpp:forward:0')?.child('message', 'jabber:client');
      found.push(inner?.attr('to'));
    }
    expect(found).toEqual(['to@localhost', 'bcc@localhost']);
  });

  test('other devices show it as sent to each (XEP-0280)', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    const phone = await scene.login('hildjj', 'phone');
    await phone.request(`<iq type='set'><enable xmlns='urn:xmpp:carbons:2'/></iq>`);
    people.a.sends(message(addresses(to('to@localhost'), to('cc@localhost', 'cc'))));
    const copies = [await phone.next(), await phone.next()].map((copy) =>
      copy.child('sent', 'urn:xmpp:carbons:2')?.elements[0]?.elements[0]?.attr('to'),
    );
    expect(copies).toEqual(['to@localhost', 'cc@localhost']);
    await phone.receivesNothing();
  });

  test('blocking holds in both directions', async () => {
    await using scene = await openScene(PEOPLE);
    const people = await cast(scene);
    const block = (jid: string) => `<iq type='set'><block xmlns='urn:xmpp:blocking'><item jid='${jid}'/></block></iq>`;
    await people.a.request(block('to@localhost'));
    await people.cc.request(block('hildjj@localhost'));
    people.a.sends(message(addresses(to('to@localhost'), to('cc@localhost', 'cc'), to('bcc@localhost', 'bcc'))));
    expect((await people.a.next()).attr('from')).toBe('to@localhost');
    expect((await people.a.next()).attr('from')).toBe('cc@localhost');
    await people.to.receivesNothing();
    await people.cc.receivesNothing();
    expect((await people.bcc.next()).attr('from')).toBe('hildjj@localhost/work');
  });

  test('somebody who is away finds it later', async () => {
    await using scene = await openScene(PEOPLE);
    const a = await online(scene, 'hildjj');
    a.sends(message(addresses(to('to@localhost'))));
    await a.receivesNothing();
    const later = await scene.login('to', 'work');
    later.appears();
    await later.next();
    expect((await later.next()).child('addresses', NS_ADDRESS)).toBeDefined();
  });
});

describe('presence', () => {
  const list = addresses(to('temas@localhost', 'bcc'), to('to@localhost', 'bcc'));
  const seen = (name: string, type: string) =>
    `<presence from='hildjj@localhost/work' to='${name}@localhost'${type}>${addresses(to(`${name}@localhost`, 'bcc'))}</presence>`;

  test('goes to the addressees (Presence with an extended address)', async () => {
    await using scene = await openScene(PEOPLE);
    const [a, temas, other] = [await online(scene, 'hildjj'), await online(scene, 'temas'), await online(scene, 'to')];
    a.sends(`<presence to='${SERVICE}'>${list}</presence>`);
    await temas.receives(seen('temas', ''));
    await other.receives(seen('to', ''));
    a.sends(`<presence to='${SERVICE}' type='unavailable'>${list}</presence>`);
    await temas.receives(seen('temas', ` type='unavailable'`));
    await other.receives(seen('to', ` type='unavailable'`));
    a.sends(`<presence type='unavailable'/>`);
    await a.receives(`<presence from='hildjj@localhost/work' type='unavailable'/>`);
    await temas.receivesNothing();
  });

  test('all who saw it hear of its end, however the session ends (section 5.1)', async () => {
    await using scene = await openScene(PEOPLE);
    const [a, temas, other] = [await online(scene, 'hildjj'), await online(scene, 'temas'), await online(scene, 'to')];
    a.sends(`<presence to='${SERVICE}'>${list}</presence>`);
    await temas.next();
    await other.next();
    a.drops();
    await temas.receives(`<presence from='hildjj@localhost/work' type='unavailable'/>`);
    await other.receives(`<presence from='hildjj@localhost/work' type='unavailable'/>`);
    await temas.receivesNothing();
  });

  test('unavailable presence without addresses goes to all whom the service has told, once', async () => {
    await using scene = await openScene(PEOPLE);
    const [a, temas, cc] = [await online(scene, 'hildjj'), await online(scene, 'temas'), await online(scene, 'cc')];
    a.sends(`<presence to='cc@localhost'/>`);
    await cc.next();
    a.sends(`<presence to='${SERVICE}'>${addresses(to('temas@localhost'))}</presence>`);
    await temas.next();
    a.sends(`<presence to='${SERVICE}' type='unavailable'/>`);
    await temas.receives(`<presence from='hildjj@localhost/work' to='temas@localhost' type='unavailable'/>`);
    a.sends(`<presence to='${SERVICE}' type='unavailable'/>`);
    await a.receivesNothing();
    await temas.receivesNothing();
    await cc.receivesNothing();
  });

  test('to nobody it can reach is refused', async () => {
    await using scene = await openScene(PEOPLE);
    const a = await scene.login('hildjj', 'work');
    await refuses(a, `<presence to='${SERVICE}'>${addresses(to('x@far.example'))}</presence>`, 'forbidden');
  });
});
