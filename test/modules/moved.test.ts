/** XEP-0283: contacts who move to another address, on the same server and on another one. */
import { describe, expect, test } from 'vitest';
import type { SceneClient } from '../scene/scene-client.ts';
import { asks, heard, TwoServers } from '../scene/two-servers.ts';
import { publication } from './pep-steps.ts';
import { befriend, presences, standing } from './remote/remote-steps.ts';

const NS_MOVED = 'urn:xmpp:moved:1';
const OLD = 'juliet@b.example';

/** Romeo at a, Juliet at b; her new address is at a or at b. */
async function verona(newHome: 'a' | 'b' = 'a') {
  const names = ['romeo', 'capulet', 'eve'];
  const two = await TwoServers.open({ accounts: names }, { accounts: ['juliet', 'capulet'] });
  const romeo = await two.login('romeo', 'a', 'orchard');
  const juliet = await two.login('juliet', 'b', 'balcony');
  await befriend(two, romeo, juliet);
  const moved = await two.login('capulet', newHome, 'manor');
  moved.sends('<presence/>');
  await heard(two, moved);
  return { two, romeo, juliet, moved };
}

const states = (juliet: SceneClient, address: string) =>
  asks(
    juliet,
    publication(NS_MOVED, `<item id='current'><moved xmlns='${NS_MOVED}'><new-jid>${address}</new-jid></moved></item>`),
  );

const request = (client: SceneClient, old = OLD) =>
  client.sends(
    `<presence type='subscribe' to='romeo@a.example' id='sub1'><moved xmlns='${NS_MOVED}'><old-jid>${old}</old-jid></moved></presence>`,
  );

describe('a contact who has moved', () => {
  test.each(['a', 'b'] as const)(
    'to server %s takes the place of the old address, without a question',
    async (home) => {
      const { two, romeo, juliet, moved } = await verona(home);
      await using _ = two;
      await asks(
        romeo,
        `<iq type='set'><query xmlns='jabber:iq:roster'><item jid='${OLD}' name='My Juliet'><group>Love</group></item></query></iq>`,
      );
      await states(juliet, moved.bare);
      await heard(two, romeo);
      request(moved);
      const pushes = (await heard(two, romeo)).flatMap(({ name, elements }) =>
        name === 'iq' ? (elements[0]?.elements ?? []) : [],
      );
      expect(pushes.map((item) => [item.attr('jid'), item.attr('subscription'), item.attr('ask')])).toEqual([
        [moved.bare, 'from', undefined],
        [OLD, 'to', undefined],
        [moved.bare, 'from', 'subscribe'],
      ]);
      expect([pushes[0]?.attr('name'), pushes[0]?.childText('group')]).toEqual(['My Juliet', 'Love']);
      const came = presences(await heard(two, moved));
      expect(came).toContain('available romeo@a.example/orchard');
      expect(came).toContain('subscribe romeo@a.example');
      moved.sends(`<presence type='subscribed' to='romeo@a.example'/>`);
      expect(presences(await heard(two, romeo))).toContain(`available ${moved.jid}`);
      expect(await standing(romeo, moved.bare)).toBe('both');
      expect(await standing(juliet, 'romeo@a.example')).toBe('from');
    },
  );

  test('keeps what the new address had already', async () => {
    const { two, romeo, juliet, moved } = await verona();
    await using _ = two;
    romeo.sends(`<presence type='subscribe' to='${moved.bare}'/>`);
    await two.settles();
    moved.sends(`<presence type='subscribed' to='romeo@a.example'/>`);
    await states(juliet, moved.bare);
    await heard(two, romeo);
    request(moved);
    await two.settles();
    expect(await standing(romeo, moved.bare)).toBe('both');
    expect(presences(await heard(two, moved)).filter((line) => line.startsWith('subscribe romeo'))).toHaveLength(1);
  });
});

describe('a request is a plain one, shown to its owner as it came,', () => {
  /** Whether Romeo is asked, and whether the old address still sees him. */
  async function isAsked(two: TwoServers, romeo: SceneClient, from: SceneClient) {
    const asked = (await heard(two, romeo)).find((element) => element.attr('type') === 'subscribe');
    expect(await standing(romeo, OLD)).toBe('both');
    expect(asked?.attr('from')).toBe(from.bare);
    expect(asked?.child('moved', NS_MOVED)).toBeDefined();
    expect(await standing(romeo, from.bare)).toBeUndefined();
  }

  test('when the old address says nothing of a move', async () => {
    const { two, romeo, moved } = await verona();
    await using _ = two;
    request(moved);
    await isAsked(two, romeo, moved);
  });

  test('when the old address names another one', async () => {
    const { two, romeo, juliet, moved } = await verona();
    await using _ = two;
    await states(juliet, moved.bare);
    const eve = await two.login('eve', 'a');
    request(eve);
    await isAsked(two, romeo, eve);
  });

  test('when the old address cannot be reached', async () => {
    const { two, romeo, juliet, moved } = await verona();
    await using _ = two;
    await states(juliet, moved.bare);
    await two.settles();
    two.isJoined = false;
    request(moved);
    await isAsked(two, romeo, moved);
  });

  test('when the old address does not answer', async () => {
    const { two, romeo, moved } = await verona();
    await using _ = two;
    two.b.scene.server.router.inbound.iq.guard.push(() => 'handled');
    request(moved);
    await romeo.receivesNothing();
    two.a.scene.clock.advance(30_000);
    await isAsked(two, romeo, moved);
  });

  test('when the old address was no contact, which is then not asked at all', async () => {
    const { two, romeo, moved } = await verona();
    await using _ = two;
    two.b.arrived.splice(0);
    request(moved, 'capulet@b.example');
    await isAsked(two, romeo, moved);
    expect(two.b.arrived.filter(({ name }) => name === 'iq')).toEqual([]);
  });

  test.each(['b.example', 'juliet@b.example/balcony', 'romeo@a.example', '', '@', '<x xmlns=""/>'])(
    'when “%s” stands for the old address',
    async (old) => {
      const { two, romeo, moved } = await verona();
      await using _ = two;
      request(moved, old);
      await isAsked(two, romeo, moved);
    },
  );

  test('when somebody else than the old address confirms the move', async () => {
    const { two, romeo, moved } = await verona();
    await using _ = two;
    const questions: string[] = [];
    two.b.scene.server.router.inbound.iq.guard.push(({ id }) => {
      questions.push(id);
      return 'handled';
    });
    request(moved);
    await two.settles();
    const eve = await two.login('eve', 'a');
    const statement = `<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='${NS_MOVED}'><item id='current'><moved xmlns='${NS_MOVED}'><new-jid>${moved.bare}</new-jid></moved></item></items></pubsub>`;
    eve.sends(`<iq type='result' id='${questions[0]}' to='romeo@a.example'>${statement}</iq>`);
    await romeo.receivesNothing();
    two.a.scene.clock.advance(30_000);
    await isAsked(two, romeo, moved);
  });
});

test('a server that says the old address is gone for the new one confirms the move', async () => {
  const { two, romeo, juliet, moved } = await verona();
  await using _ = two;
  await juliet.ends();
  await heard(two, romeo);
  two.b.scene.server.router.inbound.iq.guard.push((iq) => {
    const gone = `<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:${moved.bare}</gone></error>`;
    two.b.sendsRaw(two.a, `<iq type='error' id='${iq.id}' from='${OLD}' to='romeo@a.example'>${gone}</iq>`);
    return 'handled';
  });
  request(moved);
  await two.settles();
  expect(await standing(romeo, moved.bare)).toBe('from?');
});

test('a request that is taken back while the old address is asked leaves nothing', async () => {
  const { two, romeo, juliet, moved } = await verona();
  await using _ = two;
  await states(juliet, moved.bare);
  await heard(two, romeo);
  request(moved);
  moved.sends(`<presence type='unsubscribe' to='romeo@a.example'/>`);
  await two.settles();
  expect(presences(await heard(two, romeo))).toEqual([]);
  expect([await standing(romeo, moved.bare), await standing(romeo, OLD)]).toEqual([undefined, 'both']);
});

test('a request that waits for the old address when the server stops is there after its next start', async () => {
  const { two, moved } = await verona();
  await using _ = two;
  two.b.scene.server.router.inbound.iq.guard.push(() => 'handled');
  request(moved);
  await two.settles();
  await two.a.scene.restart();
  const again = await two.a.scene.login('romeo');
  again.sends('<presence/>');
  expect(presences([await again.next(), await again.next()])).toContain(`subscribe ${moved.bare}`);
});
