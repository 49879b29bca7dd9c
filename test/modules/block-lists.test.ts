/** Block lists of others: followed by PubSub, asked by rooms and for accounts. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Route } from '../../server/router/router.ts';
import { NS_RSM } from '../../server/stanza/rsm.ts';
import type { Iq } from '../../server/stanza/stanza.ts';
import { type Element, el } from '../../server/xml/element.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import { parseStanza } from '../scene/scene-client.ts';
import { asks, conditionOf, coven, enters, items, ROOM } from './rooms-steps.ts';

const NS = 'http://jabber.org/protocol/pubsub';
const SERVICE = 'lists.example';
const NODE = 'muc_bans_sha256';
const SOURCES = { 'block-lists.sources': `${SERVICE}/${NODE}` };
const EVE = 'eve@far.example';
const PEOPLE = ['crone', 'wicca', 'hag', 'eve'];

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A service with one node, which answers what a follower asks; everybody else of other servers is behind it as well. */
class Publisher {
  readonly #scene: Scene;
  readonly hashes: string[];
  /** Sent to anybody of other servers, the publisher's own left out. */
  readonly heard: Element[] = [];
  readonly asked: string[] = [];
  isBroken = false;
  pageSize = 1_000;
  beforeItems: () => void = () => undefined;

  constructor(scene: Scene, ...addresses: readonly string[]) {
    this.#scene = scene;
    this.hashes = addresses.map(hashOf);
    const route: Route = {
      deliver: (stanza) => {
        if (stanza.to.domain === SERVICE && stanza.kind === 'iq') this.#answer(stanza);
        else this.heard.push(stanza.element);
      },
    };
    scene.server.router.remote = route;
  }

  tells(change: string, from = SERVICE, node = NODE): void {
    this.says(`<message from='${from}' to='localhost'><event xmlns='${NS}#event'>
      ${change.replace('NODE', `node='${node}'`)}</event></message>`);
  }

  says(stanza: string): void {
    this.#scene.server.router.send(parseStanza(stanza));
  }

  #answer(iq: Iq): void {
    const action = iq.payload?.elements[0];
    this.asked.push(action?.name ?? '');
    expect([iq.from.full, iq.payload?.xmlns, action?.attr('node')]).toEqual(['localhost', NS, NODE]);
    const to = { type: 'result', id: iq.id, from: SERVICE, to: 'localhost' };
    if (this.isBroken) {
      this.says(`<iq type='error' id='${iq.id}' from='${SERVICE}' to='localhost'><error type='cancel'/></iq>`);
      return;
    }
    if (action?.name !== 'items') {
      expect(action?.attr('jid')).toBe('localhost');
      this.#scene.server.router.send(el('iq', 'jabber:client', to));
      return;
    }
    const after = iq.payload?.child('set', NS_RSM)?.childText('after');
    const start = after === undefined ? 0 : this.hashes.indexOf(after) + 1;
    const page = this.hashes.slice(start, start + this.pageSize);
    const all = page.map((id) => el('item', NS, { id }));
    const last = page.at(-1);
    const set = el('set', NS_RSM, undefined, last === undefined ? undefined : el('last', NS_RSM, undefined, last));
    this.beforeItems();
    const payload = el('pubsub', NS, undefined, el('items', NS, { node: NODE }, all), set);
    this.#scene.server.router.send(el('iq', 'jabber:client', to, payload));
  }
}

/** Lets the server follow its lists. */
async function follows(scene: Scene): Promise<void> {
  scene.clock.advance(1_000);
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** What becomes of a message of eve's to hag: the condition of the error, or nothing. */
function writes(publisher: Publisher, from = `${EVE}/x`, type = 'chat'): string | undefined {
  publisher.heard.length = 0;
  publisher.says(`<message type='${type}' from='${from}' to='hag@localhost'><body>buy</body></message>`);
  const answer = publisher.heard[0];
  return answer && conditionOf(answer);
}

describe('strangers who write to accounts', () => {
  test('are refused when they stand on a list, as if the account did not exist', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: SOURCES });
    const hag = await scene.login('hag', 'pda');
    hag.appears();
    await hag.next();
    const publisher = new Publisher(scene, EVE);
    expect(writes(publisher)).toBeUndefined();
    expect((await hag.next()).childText('body')).toBe('buy');
    await follows(scene);
    expect(publisher.asked).toEqual(['subscribe', 'items', 'items']);
    expect(writes(publisher)).toBe('service-unavailable');
    const refused = publisher.heard[0];
    publisher.says(`<message type='chat' from='${EVE}/x' to='nobody@localhost'><body>buy</body></message>`);
    expect(publisher.heard[1]?.child('error')?.toXml()).toBe(refused?.child('error')?.toXml());
    publisher.says(`<iq type='get' id='i' from='${EVE}/x' to='hag@localhost/pda'><ping xmlns='urn:xmpp:ping'/></iq>`);
    expect(conditionOf(publisher.heard[2] ?? expect.fail())).toBe('service-unavailable');
    publisher.says(`<presence type='subscribe' from='${EVE}' to='hag@localhost'/>`);
    expect(writes(publisher, `${EVE}/x`, 'headline')).toBeUndefined();
    await hag.receivesNothing();
    expect(writes(publisher, 'adam@far.example/x')).toBeUndefined();
    expect((await hag.next()).attr('from')).toBe('adam@far.example/x');
  });

  test('stand on a list with everybody at their domain', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: SOURCES });
    const publisher = new Publisher(scene, 'far.example');
    await follows(scene);
    expect(writes(publisher)).toBe('service-unavailable');
    expect(writes(publisher, 'adam@far.example/x')).toBe('service-unavailable');
  });

  test('are no strangers once they are contacts', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: SOURCES });
    const hag = await scene.login('hag', 'pda');
    await hag.request(`<iq type='set'><query xmlns='jabber:iq:roster'><item jid='${EVE}'/></query></iq>`);
    hag.appears();
    await hag.next();
    const publisher = new Publisher(scene, EVE);
    await follows(scene);
    expect(writes(publisher)).toBeUndefined();
    expect((await hag.next()).childText('body')).toBe('buy');
  });

  test('are heard by way of what an account went to or answered, and on this server its admins decide', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: SOURCES });
    const hag = await scene.login('hag', 'pda');
    const eve = await scene.login('eve', 'x');
    const publisher = new Publisher(scene, EVE, 'eve@localhost');
    await follows(scene);
    publisher.says(`<message type='groupchat' from='${EVE}/x' to='hag@localhost/pda'><body>room</body></message>`);
    expect((await hag.next()).childText('body')).toBe('room');
    publisher.says(`<message type='error' from='${EVE}/x' to='hag@localhost/pda'><error type='cancel'/></message>`);
    expect((await hag.next()).attr('type')).toBe('error');
    eve.sends(`<message type='chat' to='hag@localhost/pda'><body>here</body></message>`);
    expect((await hag.next()).childText('body')).toBe('here');
  });

  test('are not looked at while no list is followed', async () => {
    await using scene = await openScene({ accounts: PEOPLE });
    const publisher = new Publisher(scene, EVE);
    await follows(scene);
    expect(publisher.asked).toEqual([]);
  });
});

describe('following a list', () => {
  test('what the service tells is on the list, or off it, at once', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: SOURCES });
    const publisher = new Publisher(scene);
    await follows(scene);
    const isListed = () => writes(publisher, `${EVE}/x`) === 'service-unavailable';
    const hag = await scene.login('hag', 'pda');
    hag.appears();
    await hag.next();
    expect(isListed()).toBe(false);
    publisher.tells(`<items NODE><item id='${hashOf(EVE).toUpperCase()}'/><item id='other'/></items>`);
    expect(isListed()).toBe(true);
    publisher.tells(`<items NODE><retract id='${hashOf(EVE)}'/></items>`);
    expect(isListed()).toBe(false);
    publisher.tells(`<items NODE><item id='${hashOf(EVE)}'/></items>`);
    publisher.tells('<purge NODE/>');
    expect(isListed()).toBe(false);
    publisher.tells(`<items NODE><item id='${hashOf(EVE)}'/></items>`);
    publisher.tells('<delete NODE/>');
    expect(isListed()).toBe(false);
    publisher.tells('<configuration NODE/>');
    expect(publisher.heard).toEqual([]);
  });

  test('nobody else can put anybody on it', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: SOURCES });
    const publisher = new Publisher(scene);
    await follows(scene);
    const item = `<items NODE><item id='${hashOf('adam@far.example')}'/></items>`;
    for (const from of ['evil.example', `${SERVICE}/x`, `a@${SERVICE}`]) {
      publisher.heard.length = 0;
      publisher.tells(item, from);
      expect(publisher.heard.map(conditionOf)).toEqual(['service-unavailable']);
    }
    publisher.tells(item, SERVICE, 'another');
    const hag = await scene.login('hag', 'pda');
    hag.sends(
      parseStanza(
        `<message to='localhost'><event xmlns='${NS}#event'>${item.replace('NODE', `node='${NODE}'`)}</event></message>`,
      ).toXml('jabber:client'),
    );
    expect((await hag.next()).attr('type')).toBe('error');
    hag.appears();
    await hag.next();
    expect(writes(publisher, 'adam@far.example/x')).toBeUndefined();
  });

  test('a long list comes in pages, and is cut off where the setting says', async () => {
    const settings = { ...SOURCES, 'block-lists.maxHashes': 3 };
    await using scene = await openScene({ accounts: PEOPLE, settings });
    const publisher = new Publisher(scene, 'a@x', 'b@x', EVE, 'd@x');
    publisher.pageSize = 2;
    await follows(scene);
    expect(publisher.asked).toEqual(['subscribe', 'items', 'items']);
    expect(writes(publisher)).toBe('service-unavailable');
    publisher.tells(`<items NODE><item id='${hashOf('adam@far.example')}'/></items>`);
    const hag = await scene.login('hag', 'pda');
    hag.appears();
    await hag.next();
    expect(writes(publisher, 'adam@far.example/x')).toBeUndefined();
    expect(writes(publisher, 'd@x/y')).toBeUndefined();
    expect(writes(publisher, 'a@x/y')).toBe('service-unavailable');
  });

  test('what is told while the list is on its way is newer', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: SOURCES });
    const publisher = new Publisher(scene, EVE);
    publisher.beforeItems = () => {
      publisher.tells(`<items NODE><retract id='${hashOf(EVE)}'/></items>`);
      publisher.tells(`<items NODE><item id='${hashOf('adam@far.example')}'/></items>`);
    };
    await follows(scene);
    const hag = await scene.login('hag', 'pda');
    hag.appears();
    await hag.next();
    expect(writes(publisher)).toBeUndefined();
    expect(writes(publisher, 'adam@far.example/x')).toBe('service-unavailable');
  });

  test('a failure is tried again, later each time, and what is known holds', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: SOURCES });
    const publisher = new Publisher(scene, EVE);
    publisher.isBroken = true;
    await follows(scene);
    expect(publisher.asked).toEqual(['subscribe']);
    scene.clock.advance(59_000);
    await follows(scene);
    expect(publisher.asked).toHaveLength(2);
    scene.clock.advance(60_000);
    await follows(scene);
    expect(publisher.asked).toHaveLength(2);
    publisher.isBroken = false;
    scene.clock.advance(60_000);
    await follows(scene);
    expect(writes(publisher)).toBe('service-unavailable');
    publisher.isBroken = true;
    scene.clock.advance(6 * 3_600_000);
    await follows(scene);
    expect(writes(publisher)).toBe('service-unavailable');
    publisher.isBroken = false;
    publisher.hashes.length = 0;
    scene.clock.advance(60_000);
    await follows(scene);
    const hag = await scene.login('hag', 'pda');
    hag.appears();
    await hag.next();
    expect(writes(publisher)).toBeUndefined();
  });

  test('a restart forgets nothing, and a list that is followed no longer is left', async () => {
    const other = `${SERVICE}/${NODE}`;
    await using scene = await openScene({ accounts: PEOPLE, settings: { 'block-lists.sources': other } });
    const first = new Publisher(scene, EVE);
    await follows(scene);
    first.tells(`<items NODE><item id='${hashOf('adam@far.example')}'/></items>`);
    await scene.restart();
    const second = new Publisher(scene);
    second.isBroken = true;
    expect(writes(second)).toBe('service-unavailable');
    expect(writes(second, 'adam@far.example/x')).toBe('service-unavailable');
    await scene.config.set('block-lists.sources', []);
    await scene.restart();
    const third = new Publisher(scene);
    await follows(scene);
    expect(third.asked).toEqual(['unsubscribe']);
    await scene.restart();
    const fourth = new Publisher(scene);
    await follows(scene);
    expect(fourth.asked).toEqual([]);
  });

  test('a service of this server may publish it', async () => {
    await using scene = await openScene({
      accounts: PEOPLE,
      settings: { 'block-lists.sources': 'bans.localhost/bans' },
    });
    const asked: string[] = [];
    scene.server.router.routes.set('bans.localhost', {
      deliver: ({ element }) => void asked.push(element.child('pubsub', NS)?.elements[0]?.name ?? ''),
    });
    await follows(scene);
    expect(asked).toEqual(['subscribe']);
  });

  test('the PubSub service of this server may publish it', async () => {
    const source = 'pubsub.localhost/bans';
    await using scene = await openScene({ accounts: PEOPLE, settings: { 'block-lists.sources': source } });
    const crone = await scene.login('crone', 'desktop');
    const submits = async (action: string) => {
      const iq = `<iq type='set' to='pubsub.localhost'><pubsub xmlns='${NS}'>${action}</pubsub></iq>`;
      expect((await crone.request(iq)).attr('type')).toBe('result');
    };
    await submits(`<create node='bans'/>`);
    const publishes = (address: string) =>
      submits(`<publish node='bans'><item id='${hashOf(address)}'>
        <report xmlns='urn:xmpp:reporting:1' reason='urn:xmpp:reporting:spam'/></item></publish>`);
    await publishes(EVE);
    const publisher = new Publisher(scene);
    await follows(scene);
    expect(writes(publisher)).toBe('service-unavailable');
    await publishes('adam@far.example');
    expect(writes(publisher, 'adam@far.example/x')).toBe('service-unavailable');
    await submits(`<retract node='bans' notify='true'><item id='${hashOf(EVE)}'/></retract>`);
    const hag = await scene.login('hag', 'pda');
    hag.appears();
    await hag.next();
    expect(writes(publisher)).toBeUndefined();
  });

  test('what is no list is refused as a setting', async () => {
    for (const wrong of ['lists.example', '/node', 'lists.example/', '@/node'])
      await expect(openScene({ settings: { 'block-lists.sources': wrong } })).rejects.toThrow();
  });
});

describe('rooms', () => {
  test('are not entered, opened or written to from a list', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: SOURCES });
    const { crone } = await coven(scene);
    const eve = await scene.login('eve', 'x');
    await enters(eve, 'snake');
    await crone.next();
    new Publisher(scene, 'eve@localhost');
    await follows(scene);
    eve.sends(`<message type='groupchat' to='${ROOM}'><body>apple</body></message>`);
    expect(conditionOf(await eve.next())).toBe('forbidden');
    eve.sends(`<message type='chat' to='${ROOM}/firstwitch'><body>apple</body></message>`);
    expect(conditionOf(await eve.next())).toBe('forbidden');
    await crone.receivesNothing();
    eve.sends(`<presence type='unavailable' to='${ROOM}/snake'/>`);
    await eve.next();
    asks(eve, 'snake');
    expect(conditionOf(await eve.next())).toBe('forbidden');
    eve.sends(`<presence to='tree@rooms.localhost/snake'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    expect(conditionOf(await eve.next())).toBe('forbidden');
  });

  test('their members are no strangers', async () => {
    await using scene = await openScene({ accounts: PEOPLE, settings: SOURCES });
    const { crone } = await coven(scene);
    const eve = await scene.login('eve', 'x');
    new Publisher(scene, 'eve@localhost');
    await follows(scene);
    crone.sends(`<iq type='set' id='m' to='${ROOM}'>${items(`<item affiliation='member' jid='eve@localhost'/>`)}</iq>`);
    await crone.next();
    await crone.next();
    await enters(eve, 'snake');
    eve.sends(`<message type='groupchat' to='${ROOM}'><body>apple</body></message>`);
    expect((await eve.next()).childText('body')).toBe('apple');
  });
});
