/** XEP-0191: Blocking Command, version 1.3; the examples by their captions. */
import { describe, expect, test } from 'vitest';
import type { AddressedStanza } from '../../server/stanza/stanza.ts';
import type { Element } from '../../server/xml/element.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import { parseStanza, type SceneClient } from '../scene/scene-client.ts';
import { letsSee } from './subscribed.ts';

const NS_BLOCKING = 'urn:xmpp:blocking';
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const OFFLINE = `<error type='cancel'><service-unavailable xmlns='${NS_STANZAS}'/></error>`;
/** In presence that is told later than it was sent (XEP-0203). */
const DELAY = `<delay xmlns='urn:xmpp:delay' from='localhost' stamp='{any}'/>`;
const BLOCKED = `<error type='cancel'><not-acceptable xmlns='${NS_STANZAS}'/><blocked xmlns='urn:xmpp:blocking:errors'/></error>`;

function itemsOf(jids: readonly string[]): string {
  return jids.map((jid) => `<item jid='${jid}'/>`).join('');
}

function block(...jids: readonly string[]): string {
  return `<iq type='set'><block xmlns='${NS_BLOCKING}'>${itemsOf(jids)}</block></iq>`;
}

function unblock(...jids: readonly string[]): string {
  return `<iq type='set'><unblock xmlns='${NS_BLOCKING}'>${itemsOf(jids)}</unblock></iq>`;
}

async function succeeds(client: SceneClient, request: string): Promise<void> {
  expect((await client.request(request)).attr('type')).toBe('result');
}

async function listOf(client: SceneClient): Promise<readonly (string | undefined)[]> {
  const answer = await client.request(`<iq type='get'><blocklist xmlns='${NS_BLOCKING}'/></iq>`);
  return answer.child('blocklist', NS_BLOCKING)?.elements.map((item) => item.attr('jid')) ?? [];
}

function conditionOf(answer: Element): string | undefined {
  return answer.child('error')?.elements[0]?.name;
}

/** The domain montague.net, as far as scenes need it: what was sent there. */
function openMontague(scene: Scene): AddressedStanza[] {
  const arrived: AddressedStanza[] = [];
  scene.server.router.routes.set('montague.net', { deliver: (stanza) => void arrived.push(stanza) });
  return arrived;
}

/** juliet and romeo, who see each other, available. */
async function couple(scene: Scene): Promise<{ juliet: SceneClient; romeo: SceneClient }> {
  const juliet = await scene.login('juliet', 'chamber');
  const romeo = await scene.login('romeo', 'orchard');
  await letsSee(juliet, romeo);
  await letsSee(romeo, juliet);
  juliet.appears();
  await juliet.receives(`<presence from='juliet@localhost/chamber'/>`);
  await romeo.receivesNothing();
  romeo.appears();
  await romeo.receives(`<presence from='romeo@localhost/orchard'/>`);
  await romeo.receives(`<presence from='juliet@localhost/chamber'>${DELAY}</presence>`);
  await juliet.receives(`<presence from='romeo@localhost/orchard'/>`);
  return { juliet, romeo };
}

const PEOPLE = { accounts: ['juliet', 'romeo'] };

describe('the list', () => {
  test('is announced by the server (Service discovery response)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    const answer = await juliet.request(
      `<iq type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    const [query] = answer.elements;
    expect(query?.elements.some((feature) => feature.attr('var') === NS_BLOCKING)).toBe(true);
  });

  test('is empty at first (Server returns empty blocklist)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    juliet.sends(`<iq type='get' id='blocklist1'><blocklist xmlns='${NS_BLOCKING}'/></iq>`);
    await juliet.receives(`<iq type='result' id='blocklist1'><blocklist xmlns='${NS_BLOCKING}'/></iq>`);
  });

  test('has an item for each JID that is blocked (Server returns blocklist with items)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    await succeeds(juliet, block('romeo@montague.net', 'iago@shakespeare.lit'));
    juliet.sends(`<iq type='get' id='blocklist1'><blocklist xmlns='${NS_BLOCKING}'/></iq>`);
    await juliet.receives(
      `<iq type='result' id='blocklist1'><blocklist xmlns='${NS_BLOCKING}'><item jid='romeo@montague.net'/><item jid='iago@shakespeare.lit'/></blocklist></iq>`,
    );
  });

  test('holds prepared JIDs, each once', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    await succeeds(juliet, block('Romeo@Montague.NET', 'romeo@montague.net'));
    await succeeds(juliet, block('ROMEO@montague.net'));
    expect(await listOf(juliet)).toEqual(['romeo@montague.net']);
  });

  test('survives the end of the server, expected or not', async () => {
    await using scene = await openScene(PEOPLE);
    const before = await scene.login('juliet');
    await succeeds(before, block('romeo@localhost', 'iago@shakespeare.lit'));
    await succeeds(before, unblock('iago@shakespeare.lit'));
    await scene.crash();
    expect(await listOf(await scene.login('juliet'))).toEqual(['romeo@localhost']);
    await scene.restart();
    const romeo = await scene.login('romeo');
    romeo.sends(`<message to='juliet@localhost' type='chat'><body>Hi</body></message>`);
    await romeo.receives(`<message type='error' from='juliet@localhost'>${OFFLINE}</message>`);
  });

  test('goes with its account', async () => {
    await using scene = await openScene(PEOPLE);
    const before = await scene.login('juliet');
    await succeeds(before, block('romeo@localhost'));
    await scene.accounts.remove('juliet');
    await scene.accounts.create({ localpart: 'juliet', password: 'another house', role: 'member' });
    const after = scene.connect({ name: 'juliet' });
    await after.authenticates('another house');
    await after.binds();
    expect(await listOf(after)).toEqual([]);
    expect(scene.database.reader.all('SELECT * FROM blocking_item')).toEqual([]);
  });

  test('is nobody else’s business', async () => {
    await using scene = await openScene(PEOPLE);
    const romeo = await scene.login('romeo');
    for (const request of [
      `<iq type='get' to='juliet@localhost'><blocklist xmlns='${NS_BLOCKING}'/></iq>`,
      `<iq type='set' to='juliet@localhost'><unblock xmlns='${NS_BLOCKING}'/></iq>`,
    ]) {
      expect((await romeo.request(request)).attr('type')).toBe('error');
    }
  });
});

describe('a request', () => {
  test('is pushed to the resources that asked for the list, and to no others (Block "push", Unblock "push")', async () => {
    await using scene = await openScene(PEOPLE);
    const chamber = await scene.login('juliet', 'chamber');
    const balcony = await scene.login('juliet', 'balcony');
    const garden = await scene.login('juliet', 'garden');
    await listOf(chamber);
    await listOf(balcony);

    const item = `<item jid='romeo@montague.net'/>`;
    for (const name of ['block', 'unblock']) {
      chamber.sends(`<iq type='set' id='${name}1'><${name} xmlns='${NS_BLOCKING}'>${item}</${name}></iq>`);
      const payload = `<${name} xmlns='${NS_BLOCKING}'>${item}</${name}>`;
      const push = await chamber.receives(`<iq type='set' id='{any}' to='juliet@localhost/chamber'>${payload}</iq>`);
      await chamber.receives(`<iq type='result' id='${name}1'/>`);
      await balcony.receives(`<iq type='set' id='{any}' to='juliet@localhost/balcony'>${payload}</iq>`);
      chamber.sends(`<iq type='result' id='${push.attr('id')}'/>`);
      await chamber.receivesNothing();
      await garden.receivesNothing();
    }
  });

  test('to unblock everybody is pushed empty (Unblock all "push")', async () => {
    await using scene = await openScene(PEOPLE);
    const chamber = await scene.login('juliet', 'chamber');
    const balcony = await scene.login('juliet', 'balcony');
    await succeeds(chamber, block('romeo@montague.net', 'iago@shakespeare.lit'));
    await listOf(balcony);
    chamber.sends(`<iq type='set' id='unblock2'><unblock xmlns='${NS_BLOCKING}'/></iq>`);
    await chamber.receives(`<iq type='result' id='unblock2'/>`);
    await balcony.receives(
      `<iq type='set' id='{any}' to='juliet@localhost/balcony'><unblock xmlns='${NS_BLOCKING}'/></iq>`,
    );
    expect(await listOf(chamber)).toEqual([]);
  });

  test('to unblock who is not blocked changes nothing', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    await succeeds(juliet, block('romeo@montague.net'));
    await succeeds(juliet, unblock('iago@shakespeare.lit'));
    expect(await listOf(juliet)).toEqual(['romeo@montague.net']);
  });

  test.each([
    ['to block nobody', 'bad-request', block()],
    ['without items', 'bad-request', `<iq type='set'><block xmlns='${NS_BLOCKING}'><jid xmlns='other'/></block></iq>`],
    ['without a JID', 'bad-request', `<iq type='set'><block xmlns='${NS_BLOCKING}'><item/></block></iq>`],
    ['with something that is no JID', 'jid-malformed', block('romeo@localhost', '@montague.net')],
    // To read this as an empty request would unblock everybody.
    [
      'to unblock something unknown',
      'bad-request',
      `<iq type='set'><unblock xmlns='${NS_BLOCKING}'><all/></unblock></iq>`,
    ],
    ['to unblock something that is no JID', 'jid-malformed', unblock('@montague.net')],
  ])('%s is refused with %s and changes nothing', async (_what, condition, request) => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet');
    await succeeds(juliet, block('iago@shakespeare.lit'));
    expect(conditionOf(await juliet.request(request))).toBe(condition);
    expect(await listOf(juliet)).toEqual(['iago@shakespeare.lit']);
  });

  test('beyond the limit is refused as a whole', async () => {
    await using scene = await openScene({ ...PEOPLE, settings: { 'blocking.maxItems': 2 } });
    const juliet = await scene.login('juliet');
    await succeeds(juliet, block('a@montague.net'));
    expect(conditionOf(await juliet.request(block('b@montague.net', 'c@montague.net')))).toBe('policy-violation');
    await succeeds(juliet, block('a@montague.net', 'b@montague.net'));
    expect(conditionOf(await juliet.request(block('c@montague.net')))).toBe('policy-violation');
    await succeeds(juliet, unblock('a@montague.net'));
    await succeeds(juliet, block('c@montague.net'));
    expect(await listOf(juliet)).toEqual(['b@montague.net', 'c@montague.net']);
  });
});

describe('a blocked contact', () => {
  test.each(['chat', 'normal'])(
    'who sends a message of type %s gets the answer of an account that does not exist',
    async (type) => {
      await using scene = await openScene(PEOPLE);
      const juliet = await scene.login('juliet', 'chamber');
      const romeo = await scene.login('romeo', 'orchard');
      juliet.appears();
      await juliet.receives(`<presence from='juliet@localhost/chamber'/>`);
      await succeeds(juliet, block('romeo@localhost'));
      for (const to of ['juliet@localhost', 'juliet@localhost/chamber', 'nobody@localhost']) {
        romeo.sends(`<message to='${to}' type='${type}' id='m1'><body>Hi</body></message>`);
        await romeo.receives(
          `<message from='${to}' to='romeo@localhost/orchard' type='error' id='m1'>${OFFLINE}</message>`,
        );
      }
      await juliet.receivesNothing();
    },
  );

  test('has nothing kept for when the person comes back', async () => {
    await using scene = await openScene(PEOPLE);
    const before = await scene.login('juliet');
    await succeeds(before, block('romeo@localhost'));
    await before.ends();
    const romeo = await scene.login('romeo');
    romeo.sends(`<message to='juliet@localhost' type='chat'><body>Hi</body></message>`);
    await romeo.receives(`<message type='error'>${OFFLINE}</message>`);
    const juliet = await scene.login('juliet', 'chamber');
    juliet.appears();
    await juliet.receives(`<presence from='juliet@localhost/chamber'/>`);
    await juliet.receivesNothing();
  });

  test.each(['headline', 'groupchat', 'error'])('who sends a message of type %s is not answered', async (type) => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo');
    await succeeds(juliet, block('romeo@localhost'));
    romeo.sends(`<message to='juliet@localhost/chamber' type='${type}'><body>Hi</body></message>`);
    await romeo.receivesNothing();
    await juliet.receivesNothing();
  });

  test.each(['', 'unavailable', 'subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe', 'error'])(
    'who sends presence of type “%s” is not answered',
    async (type) => {
      await using scene = await openScene(PEOPLE);
      const juliet = await scene.login('juliet', 'chamber');
      const romeo = await scene.login('romeo');
      juliet.appears();
      await juliet.receives(`<presence from='juliet@localhost/chamber'/>`);
      await succeeds(juliet, block('romeo@localhost'));
      romeo.sends(`<presence to='juliet@localhost'${type === '' ? '' : ` type='${type}'`}/>`);
      await romeo.receivesNothing();
      await juliet.receivesNothing();
    },
  );

  test.each(['get', 'set'])('who sends an iq of type %s is told that nobody is there', async (type) => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo', 'orchard');
    await succeeds(juliet, block('romeo@localhost'));
    for (const to of ['juliet@localhost', 'juliet@localhost/chamber']) {
      romeo.sends(`<iq to='${to}' type='${type}' id='i1'><ping xmlns='urn:xmpp:ping'/></iq>`);
      await romeo.receives(`<iq from='${to}' to='romeo@localhost/orchard' type='error' id='i1'>${OFFLINE}</iq>`);
    }
    await juliet.receivesNothing();
  });

  test.each(['result', 'error'])('who sends an iq of type %s is not answered', async (type) => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo');
    await succeeds(juliet, block('romeo@localhost'));
    romeo.sends(`<iq to='juliet@localhost/chamber' type='${type}' id='i1'/>`);
    await romeo.receivesNothing();
    await juliet.receivesNothing();
  });

  test('is heard again once unblocked', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo', 'orchard');
    await succeeds(juliet, block('romeo@localhost'));
    await succeeds(juliet, unblock('romeo@localhost'));
    romeo.sends(`<message to='juliet@localhost/chamber' type='chat'><body>Hi</body></message>`);
    await juliet.receives(`<message from='romeo@localhost/orchard' type='chat'><body>Hi</body></message>`);
  });
});

describe('what is sent to a blocked JID', () => {
  test('comes back (Error: JID is blocked)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo', 'orchard');
    await succeeds(juliet, block('romeo@localhost'));
    const to = 'romeo@localhost/orchard';
    juliet.sends(`<message to='${to}' id='1'><body>Can you hear me now?</body></message>`);
    await juliet.receives(
      `<message type='error' from='${to}' to='juliet@localhost/chamber' id='1'>${BLOCKED}</message>`,
    );
    juliet.sends(`<iq to='${to}' type='get' id='2'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await juliet.receives(`<iq type='error' from='${to}' id='2'>${BLOCKED}</iq>`);
    juliet.sends(`<presence to='${to}'/>`);
    await juliet.receives(`<presence type='error' from='${to}'>${BLOCKED}</presence>`);
    juliet.sends(`<presence to='romeo@localhost' type='subscribe'/>`);
    await juliet.receives(`<presence type='error' from='romeo@localhost'>${BLOCKED}</presence>`);
    await romeo.receivesNothing();
  });

  test('in answer to something is dropped, because errors and results are not answered', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo', 'orchard');
    await succeeds(juliet, block('romeo@localhost'));
    juliet.sends(`<iq to='romeo@localhost/orchard' type='result' id='1'/>`);
    juliet.sends(`<message to='romeo@localhost/orchard' type='error'/>`);
    juliet.sends(`<presence to='romeo@localhost/orchard' type='error'/>`);
    await juliet.receivesNothing();
    await romeo.receivesNothing();
  });
});

describe('presence', () => {
  test('is withdrawn on blocking and shown again on unblocking, both ways', async () => {
    await using scene = await openScene(PEOPLE);
    const { juliet, romeo } = await couple(scene);
    await succeeds(juliet, block('romeo@localhost'));
    await romeo.receives(`<presence type='unavailable' from='juliet@localhost/chamber' to='romeo@localhost'/>`);

    juliet.sends('<presence><show>away</show></presence>');
    await juliet.receives(`<presence from='juliet@localhost/chamber'><show>away</show></presence>`);
    await romeo.receivesNothing();
    romeo.sends('<presence><show>dnd</show></presence>');
    await romeo.receives(`<presence from='romeo@localhost/orchard'><show>dnd</show></presence>`);
    await juliet.receivesNothing();

    juliet.sends(
      `<iq type='set' id='unblock1'><unblock xmlns='${NS_BLOCKING}'>${itemsOf(['romeo@localhost'])}</unblock></iq>`,
    );
    await romeo.receives(
      `<presence from='juliet@localhost/chamber' to='romeo@localhost'><show>away</show>${DELAY}</presence>`,
    );
    await juliet.receives(
      `<presence from='romeo@localhost/orchard' to='juliet@localhost'><show>dnd</show>${DELAY}</presence>`,
    );
    await juliet.receives(`<iq type='result' id='unblock1'/>`);
    await romeo.receivesNothing();
  });

  test('of a person who comes and goes stays hidden', async () => {
    await using scene = await openScene(PEOPLE);
    const { juliet, romeo } = await couple(scene);
    await succeeds(juliet, block('romeo@localhost'));
    await romeo.receives(`<presence type='unavailable' from='juliet@localhost/chamber'/>`);
    await juliet.ends();
    await romeo.receivesNothing();
    const again = await scene.login('juliet', 'balcony');
    again.appears();
    await again.receives(`<presence from='juliet@localhost/balcony'/>`);
    await again.receivesNothing();
    await romeo.receivesNothing();
    again.drops();
    await romeo.receivesNothing();
  });

  test('is not told to who may not see it', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo', 'orchard');
    await letsSee(romeo, juliet);
    juliet.appears();
    await juliet.receives(`<presence from='juliet@localhost/chamber'/>`);
    await succeeds(juliet, block('romeo@localhost'));
    await succeeds(juliet, unblock('romeo@localhost'));
    await romeo.receivesNothing();
  });

  test('is not told by resources that are not available', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo', 'orchard');
    await letsSee(juliet, romeo);
    romeo.appears();
    await romeo.receives(`<presence from='romeo@localhost/orchard'/>`);
    await succeeds(juliet, block('romeo@localhost'));
    await succeeds(juliet, unblock('romeo@localhost'));
    await romeo.receivesNothing();
  });

  test('that was directed is withdrawn as well, and not shown again', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo', 'orchard');
    juliet.sends(`<presence to='romeo@localhost/orchard'/>`);
    await romeo.receives(`<presence from='juliet@localhost/chamber' to='romeo@localhost/orchard'/>`);
    await succeeds(juliet, block('romeo@localhost'));
    await romeo.receives(`<presence type='unavailable' from='juliet@localhost/chamber' to='romeo@localhost/orchard'/>`);
    await succeeds(juliet, unblock('romeo@localhost'));
    await juliet.ends();
    await romeo.receivesNothing();
  });

  test('is withdrawn from one resource where only that one is blocked', async () => {
    await using scene = await openScene(PEOPLE);
    const { juliet, romeo } = await couple(scene);
    const home = await scene.login('romeo', 'home');
    await succeeds(juliet, block('romeo@localhost/home'));
    await home.receives(`<presence type='unavailable' from='juliet@localhost/chamber' to='romeo@localhost/home'/>`);
    await romeo.receivesNothing();
    await succeeds(juliet, unblock('romeo@localhost/home'));
    await home.receives(`<presence from='juliet@localhost/chamber' to='romeo@localhost/home'>${DELAY}</presence>`);
    await romeo.receivesNothing();
  });

  test('is withdrawn once from who is blocked by address and by resource at once', async () => {
    await using scene = await openScene(PEOPLE);
    const { juliet, romeo } = await couple(scene);
    await succeeds(juliet, block('romeo@localhost/orchard', 'romeo@localhost'));
    await romeo.receives(`<presence type='unavailable' from='juliet@localhost/chamber' to='romeo@localhost'/>`);
    await romeo.receivesNothing();
  });

  test('does not tell twice: who is blocked by domain and by address is unblocked by both', async () => {
    await using scene = await openScene(PEOPLE);
    const { juliet, romeo } = await couple(scene);
    await succeeds(juliet, block('localhost'));
    await romeo.receives(`<presence type='unavailable' from='juliet@localhost/chamber'/>`);
    await succeeds(juliet, block('romeo@localhost', 'romeo@localhost/orchard'));
    await succeeds(juliet, unblock('localhost'));
    await succeeds(juliet, unblock('romeo@localhost/orchard'));
    await romeo.receivesNothing();
    juliet.sends(`<iq type='set' id='u'><unblock xmlns='${NS_BLOCKING}'/></iq>`);
    await romeo.receives(`<presence from='juliet@localhost/chamber'>${DELAY}</presence>`);
    await juliet.receives(`<presence from='romeo@localhost/orchard'>${DELAY}</presence>`);
    await juliet.receives(`<iq type='result' id='u'/>`);
    await romeo.receivesNothing();
  });

  test('is told again when blocking is switched off', async () => {
    await using scene = await openScene(PEOPLE);
    const { juliet, romeo } = await couple(scene);
    await succeeds(juliet, block('romeo@localhost'));
    await romeo.receives(`<presence type='unavailable' from='juliet@localhost/chamber'/>`);
    await scene.server.host.stop('blocking');
    juliet.sends('<presence><show>away</show></presence>');
    await romeo.receives(`<presence from='juliet@localhost/chamber'><show>away</show></presence>`);
  });
});

describe('matching (section 5)', () => {
  const ADDRESSES = ['romeo@montague.net/orchard', 'romeo@montague.net', 'montague.net/orchard', 'montague.net'];

  test.each([
    ['romeo@montague.net/orchard', ['romeo@montague.net/orchard']],
    ['romeo@montague.net', ['romeo@montague.net/orchard', 'romeo@montague.net']],
    ['montague.net/orchard', ['montague.net/orchard']],
    ['montague.net', ADDRESSES],
    ['benvolio@montague.net', []],
    ['montague', []],
  ])('an item %s blocks %j', async (item, blocked) => {
    await using scene = await openScene(PEOPLE);
    const arrived = openMontague(scene);
    const juliet = await scene.login('juliet', 'chamber');
    await succeeds(juliet, block(item));
    for (const address of ADDRESSES) {
      arrived.length = 0;
      scene.server.router.send(
        parseStanza(`<message from='${address}' to='juliet@localhost/chamber' type='chat'><body>in</body></message>`),
      );
      if (blocked.includes(address)) {
        expect(
          arrived.map(({ type, to }) => [type, to.full]),
          `from ${address}`,
        ).toEqual([['error', address]]);
      } else {
        await juliet.receives(`<message from='${address}' type='chat'><body>in</body></message>`);
      }
      arrived.length = 0;
      juliet.sends(`<message to='${address}' type='chat'><body>out</body></message>`);
      if (blocked.includes(address))
        await juliet.receives(`<message from='${address}' type='error'>${BLOCKED}</message>`);
      else await juliet.receivesNothing();
      expect(arrived.length, `to ${address}`).toBe(blocked.includes(address) ? 0 : 1);
    }
  });

  test('sends presence to nobody elsewhere while there is no way to them', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    juliet.appears();
    await juliet.receives(`<presence from='juliet@localhost/chamber'/>`);
    await succeeds(juliet, block('romeo@montague.net', 'romeo@montague.net/orchard', 'montague.net'));
    await succeeds(juliet, unblock());
    await juliet.receivesNothing();
  });
});

describe('an account cannot cut off', () => {
  test('its own resources (section 4)', async () => {
    await using scene = await openScene(PEOPLE);
    const chamber = await scene.login('juliet', 'chamber');
    const balcony = await scene.login('juliet', 'balcony');
    await succeeds(chamber, block('juliet@localhost', 'juliet@localhost/balcony', 'localhost'));
    chamber.sends(`<message to='juliet@localhost/balcony' type='chat'><body>Note</body></message>`);
    await balcony.receives(`<message from='juliet@localhost/chamber' type='chat'><body>Note</body></message>`);
    balcony.sends(`<iq to='juliet@localhost/chamber' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await chamber.receives(`<iq from='juliet@localhost/balcony' type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>`);
  });

  test('the server that it lives on, only the people there', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo', 'orchard');
    await succeeds(juliet, block('localhost'));
    await juliet.receivesNothing();
    romeo.sends(`<message to='juliet@localhost' type='chat'><body>Hi</body></message>`);
    await romeo.receives(`<message type='error'>${OFFLINE}</message>`);
    juliet.sends(`<message to='romeo@localhost' type='chat'><body>Hi</body></message>`);
    await juliet.receives(`<message type='error'>${BLOCKED}</message>`);
  });
});
