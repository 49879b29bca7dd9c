import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import {
  appears,
  arrives,
  chat,
  comesBack,
  confirms,
  failed,
  isConfirmed,
  NS_SM,
  R,
  resumes,
} from './stream-management-steps.ts';

const STAMP = '2026-01-05T09:00:00.000Z';

describe('XEP-0198 section 5: resumption', () => {
  test('Examples 11 and 12: the counts go on, and what was not acknowledged is sent again', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    romeo.sends(chat(juliet.jid, 'Lady'));
    await juliet.receives(chat(juliet.jid, 'Lady'));
    juliet.sends(chat(romeo.jid, '1') + chat(romeo.jid, '2'));
    await romeo.receives(chat(romeo.jid, '1'));
    romeo.drops();
    juliet.sends(chat(romeo.jid, '3'));
    await juliet.receivesNothing();

    const again = await resumes(scene, 'romeo', id, { h: 1, handled: 1 });
    await again.receives(chat(romeo.jid, '2'));
    await again.receives(chat(romeo.jid, '3'));
    await again.receives(R);
    confirms(again, 3);
    again.sends(chat(juliet.jid, 'here again'));
    await isConfirmed(again, 2);
    await juliet.receives(`<message from='${romeo.jid}' type='chat'><body>here again</body></message>`);
  });

  test('to everybody else the session never went away', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    romeo.sends(`<presence to='${juliet.jid}'/>`);
    await juliet.receives(`<presence from='${romeo.jid}'/>`);
    romeo.drops();
    scene.clock.advance(300_000);
    await juliet.receivesNothing();
    await resumes(scene, 'romeo', id, { h: 0, handled: 1 });
    await juliet.receivesNothing();
  });

  test('a client that never got anything stands at 0', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    romeo.drops();
    const again = await resumes(scene, 'romeo', id, { h: 0, handled: 0 });
    await isConfirmed(again, 0);
  });

  test('a session can be resumed again and again', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client, id } = await arrives(scene, 'romeo', 'orchard');
    let romeo = client;
    for (let i = 1; i <= 3; i++) {
      romeo.drops();
      juliet.sends(chat('romeo@localhost/orchard', String(i)));
      await juliet.receivesNothing();
      romeo = await resumes(scene, 'romeo', id, { h: i - 1, handled: 0 });
      await romeo.receives(chat('romeo@localhost/orchard', String(i)));
      await romeo.receives(R);
    }
  });

  test('a message that waited carries the time at which it came', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    romeo.drops();
    juliet.sends(chat(romeo.jid, 'late'));
    await juliet.receivesNothing();
    scene.clock.advance(60_000);
    const again = await resumes(scene, 'romeo', id, { h: 0, handled: 0 });
    await again.receives(
      `<message type='chat'><body>late</body><delay xmlns='urn:xmpp:delay' from='localhost' stamp='${STAMP}'/></message>`,
    );
  });

  test('Example 14: a stream that is still open is closed with a conflict', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    const again = await resumes(scene, 'romeo', id, { h: 0, handled: 0 });
    await romeo.receivesEnd('conflict');
    expect(scene.server.sessions.get('romeo', 'orchard')?.isEnded).toBe(false);
    await isConfirmed(again, 0);
  });

  test('Example 13: an id that nobody knows fails, and a resource can be bound', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await comesBack(scene, 'romeo', 'some-long-sm-id', 0);
    const answer = await romeo.receives(failed('item-not-found'));
    expect(answer.attr('h')).toBeUndefined();
    await romeo.binds('orchard');
  });

  test('Example 13: after the time is over it fails with how far the server had come', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    romeo.sends("<message to='localhost' type='error' id='nothing'/>");
    romeo.drops();
    scene.clock.advance(595_000);
    expect(scene.server.sessions.count).toBe(1);
    scene.clock.advance(10_000);
    expect(scene.server.sessions.count).toBe(0);
    const again = await comesBack(scene, 'romeo', id, 0);
    await again.receives(failed('item-not-found', " h='1'"));
    await again.binds('orchard');
  });

  test('the session of another account does not exist, running or ended', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'tybalt'] });
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    const tybalt = await comesBack(scene, 'tybalt', id, 0);
    expect((await tybalt.receives(failed('item-not-found'))).attr('h')).toBeUndefined();
    await isConfirmed(romeo, 0);
    await romeo.ends();
    const later = await comesBack(scene, 'tybalt', id, 0);
    expect((await later.receives(failed('item-not-found'))).attr('h')).toBeUndefined();
  });

  test('a session that was enabled without resumption cannot be resumed', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard', '');
    romeo.drops();
    expect(scene.server.sessions.count).toBe(0);
  });

  test('after a resource is bound it fails', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    romeo.drops();
    const other = await scene.login('romeo', 'balcony');
    other.sends(`<resume xmlns='${NS_SM}' previd='${id}' h='0'/>`);
    await other.receives(failed('unexpected-request'));
  });

  test.each(["previd='x'", "h='0'", "previd='x' h='many'"])('a request that has only %s fails', async (attributes) => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.authenticated('romeo');
    romeo.sends(`<resume xmlns='${NS_SM}' ${attributes}/>`);
    await romeo.receives(failed('bad-request'));
  });

  test('a count that is too high ends the new stream', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    romeo.drops();
    const again = await comesBack(scene, 'romeo', id, 3);
    const error = await again.receivesEnd('undefined-condition');
    expect(error?.child('handled-count-too-high', NS_SM)?.attr('send-count')).toBe('0');
  });

  test('presence and what was switched on are as they were', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    await appears(romeo, 5);
    romeo.drops();
    juliet.sends(chat('romeo@localhost', 'to whichever device'));
    await juliet.receivesNothing();
    const again = await resumes(scene, 'romeo', id, { h: 1, handled: 1 });
    await again.receives(chat('romeo@localhost', 'to whichever device'));
  });
});

describe('XEP-0198 section 7: the end of a stream', () => {
  test('a stream that was closed properly cannot be resumed', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    await romeo.ends();
    expect(scene.server.sessions.count).toBe(0);
    const again = await comesBack(scene, 'romeo', id, 0);
    await again.receives(failed('item-not-found', " h='0'"));
  });

  test('a stream that the server ended with an error cannot be resumed', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    romeo.sends('<this is no XML');
    romeo.sends('>>></nor this>');
    await romeo.receivesEnd('not-well-formed');
    const again = await comesBack(scene, 'romeo', id, 0);
    await again.receives(failed('item-not-found', " h='0'"));
  });

  test('the same resource bound anew takes the place of one that waits', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    romeo.drops();
    juliet.sends(chat(romeo.jid, 'before'));
    await juliet.receivesNothing();
    const anew = await scene.login('romeo', 'orchard');
    expect(anew.jid).toBe(romeo.jid);
    const again = await comesBack(scene, 'romeo', id, 0);
    await again.receives(failed('item-not-found', " h='0'"));
  });
});
