/** XEP-0160: messages for people who are away. */
import { describe, expect, test } from 'vitest';
import { UnackedQueue } from '../../server/session/unacked-queue.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const BACK = '<presence/>';

async function returns(scene: Scene, name: string, resource: string, presence = BACK): Promise<SceneClient> {
  const client = await scene.login(name, resource);
  client.appears(presence);
  await client.receives(presence.replace('<presence', `<presence from='${client.jid}'`));
  return client;
}

const chat = (body: string) => `<message to='juliet@localhost' type='chat'><body>${body}</body></message>`;

const kept = (body: string) =>
  `<message from='romeo@localhost/orchard' to='juliet@localhost' type='chat'><body>${body}</body><delay xmlns='urn:xmpp:delay' from='localhost' stamp='{any}'/></message>`;

function countRows(scene: Scene, account = 'juliet'): number {
  const row = scene.database.reader.get<{ n: number }>(
    'SELECT count(*) AS n FROM offline_message WHERE account = ?',
    account,
  );
  return row?.n ?? 0;
}

test('example 1 to 3: a message waits for its recipient and says when it came', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo', 'orchard');
  const stamp = new Date(scene.clock.now()).toISOString();
  romeo.sends(`<message to='juliet@localhost'><body>O blessed, blessed night!</body></message>`);
  await romeo.receivesNothing();
  scene.clock.advance(60_000);
  const juliet = await scene.login('juliet', 'balcony');
  juliet.sends(`<presence><priority>1</priority></presence>`);
  await juliet.next();
  await juliet.receives(
    `<message from='romeo@localhost/orchard' to='juliet@localhost'><body>O blessed, blessed night!</body><delay xmlns='urn:xmpp:delay' from='localhost' stamp='${stamp}'/></message>`,
  );
  await juliet.receivesNothing();
});

test('messages come in order, once, to the first who returns, also after a crash', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo', 'orchard');
  const bodies = Array.from({ length: 120 }, (_, i) => `message ${i}`);
  for (const body of bodies) romeo.sends(chat(body));
  await romeo.receivesNothing();
  await scene.crash();
  const juliet = await returns(scene, 'juliet', 'balcony');
  for (const body of bodies) await juliet.receives(kept(body));
  await juliet.receivesNothing();
  await scene.database.writer.flush();
  expect(countRows(scene)).toBe(0);
  const phone = await returns(scene, 'juliet', 'phone');
  await phone.next();
  await phone.receivesNothing();
});

test('a resource with negative priority gets none until it raises it', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo', 'orchard');
  const juliet = await returns(scene, 'juliet', 'balcony', '<presence><priority>-1</priority></presence>');
  romeo.sends(chat('Hi'));
  await juliet.receivesNothing();
  juliet.sends(BACK);
  await juliet.receives(`<presence from='juliet@localhost/balcony'/>`);
  await juliet.receives(kept('Hi'));
  juliet.sends('<presence><show>away</show></presence>');
  await juliet.next();
  await juliet.receivesNothing();
});

describe('what is kept', () => {
  const send = async (stanza: string) => {
    const scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(stanza.replace('<message', `<message to='juliet@localhost'`));
    return { scene, romeo };
  };
  const active = `<active xmlns='http://jabber.org/protocol/chatstates'/>`;

  test.each([
    ['a chat message', `<message type='chat'><body>Hi</body></message>`],
    ['a normal message', `<message><body>Hi</body></message>`],
    ['a normal message without a body', `<message><x xmlns='jabber:x:conference' jid='a@b'/></message>`],
    ['an encrypted message', `<message type='chat'><encrypted xmlns='eu.siacs.conversations.axolotl'/></message>`],
    ['a receipt', `<message type='chat'><received xmlns='urn:xmpp:receipts' id='1'/></message>`],
    ['what asks to be stored', `<message type='chat'>${active}<store xmlns='urn:xmpp:hints'/></message>`],
    [
      'a text not for the archive',
      `<message type='chat'><body>Hi</body><no-permanent-store xmlns='urn:xmpp:hints'/></message>`,
    ],
    ['a text with a chat state', `<message type='chat'><body>Hi</body>${active}</message>`],
  ])('%s is', async (_what, stanza) => {
    const { scene, romeo } = await send(stanza);
    await romeo.receivesNothing();
    expect(countRows(scene)).toBe(1);
    await scene.close();
  });

  test.each([
    ['a chat state', `<message type='chat'>${active}<thread>t</thread><no-store xmlns='urn:xmpp:hints'/></message>`],
    ['a chat state with ids', `<message type='chat'>${active}<origin-id xmlns='urn:xmpp:sid:0' id='1'/></message>`],
    ['nothing at all', `<message type='chat'/>`],
    ['a headline', `<message type='headline'><body>News</body></message>`],
    [
      'an error',
      `<message type='error'><body>Hi</body><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
    ],
  ])('%s is not, and nobody is told', async (_what, stanza) => {
    const { scene, romeo } = await send(stanza);
    await romeo.receivesNothing();
    expect(countRows(scene)).toBe(0);
    await scene.close();
  });

  test.each([
    ['a groupchat message', `<message type='groupchat'><body>Hi</body></message>`],
    [
      'a text that must not be stored',
      `<message type='chat'><body>Hi</body><no-store xmlns='urn:xmpp:hints'/></message>`,
    ],
  ])('%s is not, and its sender is told', async (_what, stanza) => {
    const { scene, romeo } = await send(stanza);
    const answer = await romeo.next();
    expect(answer.attr('type')).toBe('error');
    expect(answer.child('error')?.elements[0]?.name).toBe('service-unavailable');
    expect(countRows(scene)).toBe(0);
    await scene.close();
  });
});

test('a full mailbox refuses with service-unavailable, and takes messages again once it was emptied', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'], settings: { 'offline.maxMessages': 2 } });
  const romeo = await scene.login('romeo', 'orchard');
  romeo.sends(chat('1') + chat('2') + chat('3'));
  const refusal = await romeo.next();
  expect(refusal.child('error')?.child('service-unavailable', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toBeDefined();
  await scene.restart();
  const again = await scene.login('romeo', 'orchard');
  again.sends(chat('4'));
  expect((await again.next()).attr('type')).toBe('error');
  const juliet = await returns(scene, 'juliet', 'balcony');
  await juliet.receives(kept('1'));
  await juliet.receives(kept('2'));
  await juliet.ends();
  again.sends(chat('5'));
  await again.receivesNothing();
});

test('when what waits takes too much room, the next message goes back, also after a restart', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'], settings: { 'offline.maxBytes': 100_000 } });
  const romeo = await scene.login('romeo', 'orchard');
  const long = `<message to='juliet@localhost' type='chat' id='long'><body>${'x'.repeat(60_000)}</body></message>`;
  romeo.sends(long);
  await romeo.receivesNothing();
  romeo.sends(long);
  await romeo.receives(`<message type='error' id='long'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>
    <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>{any}</text></error></message>`);
  await scene.restart();
  const again = await scene.login('romeo', 'orchard');
  again.sends(long);
  expect((await again.next()).attr('type')).toBe('error');
  const juliet = await scene.login('juliet', 'balcony');
  juliet.appears();
  await juliet.next();
  expect((await juliet.next()).attr('id')).toBe('long');
  await juliet.ends();
  again.sends(long);
  await again.receivesNothing();
});

test('a message that is still being written is neither missed nor doubled at login', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo', 'orchard');
  const juliet = await scene.login('juliet', 'balcony');
  romeo.sends(chat('1') + chat('2'));
  juliet.sends(BACK);
  romeo.sends(chat('3'));
  await juliet.receives(`<presence from='juliet@localhost/balcony'/>`);
  const bodies = [];
  for (let i = 0; i < 3; i++) bodies.push((await juliet.next()).childText('body'));
  expect(bodies).toEqual(['1', '2', '3']);
  await juliet.receivesNothing();
});

describe('with stream management', () => {
  /** Juliet returns with a session that keeps what she has not acknowledged. */
  async function returnsManaged(scene: Scene, resource: string) {
    const juliet = await scene.login('juliet', resource);
    const session = scene.server.sessions.get('juliet', resource);
    if (session === undefined) throw new Error('no session');
    const unacked = new UnackedQueue(() => scene.clock.now());
    session.outbox.unacked = unacked;
    juliet.sends(BACK);
    await juliet.next();
    return { juliet, unacked };
  }

  test('messages are on disk until they are acknowledged', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(chat('1') + chat('2') + chat('3'));
    await romeo.receivesNothing();
    const { juliet, unacked } = await returnsManaged(scene, 'balcony');
    for (const body of ['1', '2', '3']) await juliet.receives(kept(body));
    expect(countRows(scene)).toBe(3);
    expect(unacked.stanzas.map(({ isKept }) => isKept)).toEqual([false, true, true, true]);
    unacked.acknowledge(3);
    await juliet.receivesNothing();
    expect(countRows(scene)).toBe(1);
    await scene.crash();
    const again = await returns(scene, 'juliet', 'balcony');
    await again.receives(kept('3'));
    await again.receivesNothing();
  });

  test('what a lost session did not acknowledge goes to the next resource, and not to another one before that', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(chat('1') + chat('2'));
    await romeo.receivesNothing();
    const { juliet, unacked } = await returnsManaged(scene, 'balcony');
    await juliet.receives(kept('1'));
    await juliet.receives(kept('2'));
    unacked.acknowledge(2);
    const phone = await returns(scene, 'juliet', 'phone');
    await phone.receives(
      `<presence from='juliet@localhost/balcony'><delay xmlns='urn:xmpp:delay' from='localhost' stamp='{any}'/></presence>`,
    );
    await phone.receivesNothing();
    juliet.drops();
    await phone.receives(`<presence from='juliet@localhost/balcony' type='unavailable'/>`);
    await phone.receives(kept('2'));
    await phone.receivesNothing();
  });
});

test('a slow client gets a large mailbox in portions', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo', 'orchard');
  const text = 'x'.repeat(200_000);
  for (let i = 0; i < 8; i++) romeo.sends(chat(`${i} ${text}`));
  await romeo.receivesNothing();
  const juliet = await returns(scene, 'juliet', 'balcony');
  for (let i = 0; i < 8; i++) {
    if (i > 0) scene.clock.advance(1_000);
    await juliet.receives(kept(`${i} ${text}`));
  }
  await juliet.receivesNothing();
});

test('a removed account leaves no rows, and the next of its name gets nothing', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet', 'admin'] });
  const romeo = await scene.login('romeo', 'orchard');
  romeo.sends(chat('Hi'));
  await romeo.receivesNothing();
  expect(countRows(scene)).toBe(1);
  await scene.accounts.remove('juliet');
  await romeo.receivesNothing();
  expect(countRows(scene)).toBe(0);
  await scene.accounts.create({ localpart: 'juliet', password: 'wherefore art thou', role: 'member' });
  romeo.sends(chat('Hello again'));
  await romeo.receivesNothing();
  expect(countRows(scene)).toBe(1);
});

test('nobody is told of a stranger’s mailbox: an account that does not exist answers as ever', async () => {
  await using scene = await openScene({ accounts: ['romeo'] });
  const romeo = await scene.login('romeo', 'orchard');
  romeo.sends(chat('Hi'));
  expect(
    (await romeo.next()).child('error')?.child('service-unavailable', 'urn:ietf:params:xml:ns:xmpp-stanzas'),
  ).toBeDefined();
  expect(countRows(scene)).toBe(0);
});

test('a sender cannot say when the server took a message: that is for the server alone', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const romeo = await scene.login('romeo', 'orchard');
  romeo.sends(
    `<message to='juliet@localhost' type='chat'><body>Old?</body><delay xmlns='urn:xmpp:delay' from='localhost' stamp='1999-01-01T00:00:00Z'/></message>`,
  );
  await romeo.receivesNothing();
  const stamp = new Date(scene.clock.now()).toISOString();
  const juliet = await scene.login('juliet', 'balcony');
  juliet.appears();
  await juliet.next();
  await juliet.receives(
    `<message type='chat'><body>Old?</body><delay xmlns='urn:xmpp:delay' from='localhost' stamp='${stamp}'/></message>`,
  );
});
