import { describe, expect, test } from 'vitest';
import { openScene, type Scene } from '../scene/scene.ts';
import {
  appears,
  arrives,
  chat,
  comesBack,
  confirms,
  crash,
  failed,
  hearsPresence,
  isConfirmed,
  R,
  resumes,
} from './stream-management-steps.ts';

const EXPIRY_MS = 610_000;
const ROMEO = 'romeo@localhost/orchard';
const JULIET = 'juliet@localhost/balcony';

function rows(scene: Scene, table: 'session' | 'stanza'): number {
  const sql = {
    session: 'SELECT COUNT(*) AS count FROM stream_management_session',
    stanza: 'SELECT COUNT(*) AS count FROM stream_management_stanza',
  }[table];
  return scene.database.reader.get<{ count: number }>(sql)?.count ?? 0;
}

function late(body: string): string {
  return `<message to='{any}' type='chat'><body>${body}</body><delay xmlns='urn:xmpp:delay' from='localhost' stamp='{any}'/></message>`;
}

describe('the journal', () => {
  test('a stanza alone writes nothing; the acknowledgement to its sender does', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(ROMEO, 'Hi'));
    await romeo.receives(chat(ROMEO, 'Hi'));
    expect(rows(scene, 'stanza')).toBe(0);
    await isConfirmed(juliet, 1);
    expect(rows(scene, 'stanza')).toBe(1);
  });

  test('what was acknowledged in time is never written, what was written goes with the sweep', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(ROMEO, '1'));
    await romeo.receives(chat(ROMEO, '1'));
    await romeo.receives(R);
    confirms(romeo, 1);
    juliet.sends(chat(ROMEO, '2'));
    await isConfirmed(juliet, 2);
    expect(rows(scene, 'stanza')).toBe(1);
    await romeo.receives(chat(ROMEO, '2'));
    await romeo.receives(R);
    confirms(romeo, 2);
    expect(rows(scene, 'stanza')).toBe(1);
    scene.clock.advance(5_000);
    expect(rows(scene, 'stanza')).toBe(0);
  });

  test('only messages are worth a row while the server runs', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    await arrives(scene, 'romeo', 'orchard');
    juliet.sends(`<presence to='${ROMEO}'/><iq to='${ROMEO}' type='get' id='x'><query xmlns='urn:example'/></iq>`);
    await isConfirmed(juliet, 2);
    expect(rows(scene, 'stanza')).toBe(0);
  });

  test('a session without resumption has a row only while a message of it is at stake', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony', '');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard', '');
    await isConfirmed(juliet, 0);
    expect(rows(scene, 'session')).toBe(0);
    juliet.sends(chat(ROMEO, 'Hi'));
    await isConfirmed(juliet, 1);
    expect(rows(scene, 'session')).toBe(1);
    await romeo.ends();
    expect(rows(scene, 'session')).toBe(0);
    expect(rows(scene, 'stanza')).toBe(0);
  });

  test('an ended session leaves nothing', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    expect(rows(scene, 'session')).toBe(1);
    await romeo.ends();
    expect(rows(scene, 'session')).toBe(0);
  });

  test('a removed account leaves nothing, and what was meant for it goes back', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    romeo.drops();
    juliet.sends(chat(ROMEO, 'Hi'));
    await isConfirmed(juliet, 1);
    await scene.accounts.remove('romeo');
    expect(rows(scene, 'session')).toBe(1);
    const error = await juliet.next();
    expect([error.name, error.attr('type')]).toEqual(['message', 'error']);
  });

  test('a message that moves to another session is in the journal of that one', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    const { client: phone } = await arrives(scene, 'romeo', 'phone');
    const { client: desk } = await arrives(scene, 'romeo', 'desk');
    await appears(desk);
    juliet.sends(chat('romeo@localhost/phone', 'Hi'));
    await isConfirmed(juliet, 1);
    await phone.ends();
    await crash(scene);
    const restored = scene.server.sessions.get('romeo', 'desk')?.outbox.unacked?.stanzas ?? [];
    expect(restored.map(({ element }) => element.childText('body'))).toEqual(['Hi']);
  });
});

describe.each([
  { how: 'restart', again: (scene: Scene) => scene.restart() },
  { how: 'crash', again: crash },
])('after a $how', ({ how, again: startsAgain }) => {
  test('a session goes on where the last acknowledgements left it', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet, id: julietId } = await arrives(scene, 'juliet', 'balcony');
    const { client: romeo, id: romeoId } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(ROMEO, '1') + chat(ROMEO, '2') + chat(ROMEO, '3'));
    await romeo.receives(chat(ROMEO, '1'));
    await isConfirmed(juliet, 3);
    await startsAgain(scene);

    const romeoAgain = await resumes(scene, 'romeo', romeoId, { h: 1, handled: 0 });
    await romeoAgain.receives(chat(ROMEO, '2'));
    await romeoAgain.receives(chat(ROMEO, '3'));
    await romeoAgain.receives(R);
    confirms(romeoAgain, 3);
    const julietAgain = await resumes(scene, 'juliet', julietId, { h: 0, handled: 3 });
    julietAgain.sends(chat(ROMEO, '4'));
    await romeoAgain.receives(chat(ROMEO, '4'));
    await isConfirmed(julietAgain, 4);
  });

  test('the session is as available as it was, and gets what comes before its client is back', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    await appears(romeo, 7);
    await isConfirmed(romeo, 1);
    await startsAgain(scene);
    const session = scene.server.sessions.get('romeo', 'orchard');
    expect([session?.isAvailable, session?.priority]).toEqual([true, 7]);

    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(chat('romeo@localhost', 'Hi'));
    await juliet.receivesNothing();
    const again = await resumes(scene, 'romeo', id, { h: 1, handled: 1 });
    await again.receives(chat('romeo@localhost', 'Hi'));
  });

  test('what the client switched on and whom it showed itself to is not forgotten', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    await romeo.request("<iq type='get'><query xmlns='jabber:iq:roster'/></iq>");
    await romeo.receives(R);
    romeo.sends("<presence to='juliet@localhost'/>");
    await isConfirmed(romeo, 2);
    const before = scene.server.sessions.get('romeo', 'orchard');
    const [enabled, directed] = [[...(before?.enabled ?? [])], [...(before?.directed.keys() ?? [])]];
    expect(enabled.length).toBeGreaterThan(0);
    expect(directed.length).toBeGreaterThan(0);
    await startsAgain(scene);
    const after = scene.server.sessions.get('romeo', 'orchard');
    expect([...(after?.enabled ?? [])]).toEqual(enabled);
    expect([...(after?.directed.keys() ?? [])]).toEqual(directed);
  });

  test('a client that got more than was written down is believed', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(ROMEO, '1'));
    await isConfirmed(juliet, 1);
    juliet.sends(chat(ROMEO, '2') + chat(ROMEO, '3'));
    await romeo.receives(chat(ROMEO, '1'));
    await romeo.receives(R);
    await romeo.receives(chat(ROMEO, '2'));
    await romeo.receives(chat(ROMEO, '3'));
    await startsAgain(scene);
    const again = await resumes(scene, 'romeo', id, { h: 3, handled: 0 });
    const anyone = await scene.login('juliet', 'anew');
    anyone.sends(chat(ROMEO, '4'));
    await again.receives(chat(ROMEO, '4'));
    await again.receives(R);
    confirms(again, 4);
    await isConfirmed(again, 0);
  });

  test('a second one in between changes nothing', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(ROMEO, '1') + chat(ROMEO, '2'));
    await romeo.receives(chat(ROMEO, '1'));
    await isConfirmed(juliet, 2);
    await startsAgain(scene);
    const { client: anyone } = await arrives(scene, 'juliet', 'anew');
    anyone.sends(chat(ROMEO, '3'));
    await isConfirmed(anyone, 1);
    await startsAgain(scene);
    const again = await resumes(scene, 'romeo', id, { h: 1, handled: 0 });
    await again.receives(chat(ROMEO, '2'));
    await again.receives(chat(ROMEO, '3'));
    await again.receives(R);
    again.drops();
    await startsAgain(scene);
    // Counted by the client: 1 before, 2 and 3 as its second and third.
    const last = await resumes(scene, 'romeo', id, { h: 3, handled: 0 });
    await isConfirmed(last, 0);
  });

  test('an account that is gone has no session', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { id } = await arrives(scene, 'romeo', 'orchard');
    scene.database.writer.write([{ sql: "UPDATE stream_management_session SET account = 'nobody'", params: [] }]);
    await startsAgain(scene);
    const again = await comesBack(scene, 'romeo', id, 0);
    await again.receives(failed('item-not-found'));
    if (how === 'crash') expect(rows(scene, 'session')).toBe(0);
  });
});

describe('after a graceful restart', () => {
  test('everything is kept that the client has not confirmed, whatever kind it is', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(`<presence to='${ROMEO}'/><iq to='${ROMEO}' type='get' id='x'><query xmlns='urn:example'/></iq>`);
    await romeo.receives(`<presence from='${JULIET}'/>`);
    await scene.restart();
    const again = await resumes(scene, 'romeo', id, { h: 1, handled: 0 });
    await again.receives("<iq type='get' id='x'><query xmlns='urn:example'/></iq>");
  });

  test('streams end with system-shutdown, and nobody is told that the sessions are gone', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    await appears(romeo);
    await scene.stopServer();
    await romeo.receivesEnd('system-shutdown');
    await scene.start();
    await resumes(scene, 'romeo', id, { h: 1, handled: 1 });
  });

  test('the time to come back is counted from the start; then messages go to whoever logs in next', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    romeo.drops();
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    scene.clock.advance(500_000);
    await scene.restart();
    scene.clock.advance(500_000);
    expect(scene.server.sessions.of('romeo').size).toBe(1);
    scene.clock.advance(EXPIRY_MS - 500_000);
    expect(scene.server.sessions.of('romeo').size).toBe(0);
    expect([rows(scene, 'session'), rows(scene, 'stanza')]).toEqual([0, 0]);
    const next = await scene.login('romeo', 'next');
    next.sends('<presence/>');
    await hearsPresence(next);
    await next.receives(late('Hi'));
    await next.receivesNothing();
  });

  test('a message that several devices hold comes back once', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: phone } = await arrives(scene, 'romeo', 'phone');
    await appears(phone);
    const { client: desk } = await arrives(scene, 'romeo', 'desk');
    await appears(desk);
    juliet.sends(chat('romeo@localhost', 'to both'));
    await juliet.receivesNothing();
    await scene.restart();
    scene.clock.advance(EXPIRY_MS);
    const next = await scene.login('romeo', 'next');
    next.sends('<presence/>');
    await hearsPresence(next);
    await next.receives(late('to both'));
    await next.receivesNothing();
  });
});

describe('after a crash', () => {
  test('what a client did not hear confirmed it repeats, and it is counted once', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet, id } = await arrives(scene, 'juliet', 'balcony');
    juliet.sends(chat('romeo@localhost', '1'));
    await isConfirmed(juliet, 1);
    juliet.sends(chat('romeo@localhost', '2'));
    await crash(scene);
    const again = await resumes(scene, 'juliet', id, { h: 0, handled: 1 });
    again.sends(chat('romeo@localhost', '2'));
    await isConfirmed(again, 2);
  });

  test('what was not a message is skipped without confusing the counts', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(`<presence to='${ROMEO}'/>${chat(ROMEO, '2')}<presence to='${ROMEO}'/>${chat(ROMEO, '4')}`);
    await isConfirmed(juliet, 4);
    await romeo.receives(`<presence from='${JULIET}'/>`);
    await crash(scene);
    const again = await resumes(scene, 'romeo', id, { h: 1, handled: 0 });
    await again.receives(chat(ROMEO, '2'));
    await again.receives(chat(ROMEO, '4'));
    await again.receives(R);
    confirms(again, 3);
    await isConfirmed(again, 0);
  });

  test('a message to two devices of which one had confirmed it does not come back', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    const { client: phone } = await arrives(scene, 'romeo', 'phone');
    await appears(phone);
    const { client: desk } = await arrives(scene, 'romeo', 'desk');
    await appears(desk);
    juliet.sends(chat('romeo@localhost', 'to both'));
    await isConfirmed(juliet, 1);
    const held = scene.server.sessions.get('romeo', 'desk')?.outbox.unacked;
    confirms(desk, held?.sent ?? 0);
    await isConfirmed(juliet, 1);
    await crash(scene);
    const phoneAfter = scene.server.sessions.get('romeo', 'phone')?.outbox.unacked?.stanzas ?? [];
    expect(phoneAfter.map(({ copies }) => copies?.isReceived)).toEqual([true]);
  });

  test('neither does a message that another device got without having to confirm it', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    const { client: phone } = await arrives(scene, 'romeo', 'phone');
    await appears(phone);
    const desk = await scene.login('romeo', 'desk');
    desk.sends('<presence/>');
    juliet.sends(chat('romeo@localhost', 'to both'));
    await isConfirmed(juliet, 1);
    await crash(scene);
    const held = scene.server.sessions.get('romeo', 'phone')?.outbox.unacked?.stanzas ?? [];
    expect(held.map(({ copies }) => copies?.isReceived)).toEqual([true]);
  });

  test('a session without resumption comes back only for its messages to find their way', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const { client: juliet } = await arrives(scene, 'juliet', 'balcony');
    await arrives(scene, 'romeo', 'orchard', '');
    juliet.sends(chat(ROMEO, 'Hi'));
    await isConfirmed(juliet, 1);
    await crash(scene);
    expect(scene.server.sessions.get('romeo', 'orchard')?.isAvailable).toBe(false);
    const next = await scene.login('romeo', 'orchard');
    next.sends('<presence/>');
    await hearsPresence(next);
    await next.receives(
      `<message to='romeo@localhost' type='chat'><body>Hi</body><delay xmlns='urn:xmpp:delay' from='localhost' stamp='{any}'/></message>`,
    );
  });
});
