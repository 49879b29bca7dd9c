import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import { arrives, chat, confirms, enables, failed, isConfirmed, NS_SM, R, resumes } from './stream-management-steps.ts';

const MINUTE_MS = 60_000;

describe('XEP-0198 section 2: the stream feature', () => {
  test('Example 1: is offered once the client has signed in, and not before', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const stranger = scene.connect();
    stranger.opens();
    expect((await stranger.next()).child('sm', NS_SM)).toBeUndefined();
    const romeo = await scene.authenticated('romeo');
    expect(romeo.features?.child('sm', NS_SM)).toBeDefined();
  });
});

describe('many requests for acknowledgement', () => {
  test('that come at once get one answer, with the last count', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    romeo.sends(R.repeat(1_000));
    await romeo.receives(`<a xmlns='${NS_SM}' h='0'/>`);
    romeo.sends(R + chat(juliet.jid, '1') + R + chat(juliet.jid, '2') + R.repeat(100));
    await romeo.receives(`<a xmlns='${NS_SM}' h='0'/>`);
    await romeo.receives(`<a xmlns='${NS_SM}' h='2'/>`);
    await isConfirmed(romeo, 2);
  });

  test('are answered on the stream that they came from', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo, id } = await arrives(scene, 'romeo', 'orchard');
    romeo.sends(R);
    romeo.drops();
    const again = await resumes(scene, 'romeo', id, { h: 0, handled: 0 });
    again.sends(R + R);
    await again.receives(`<a xmlns='${NS_SM}' h='0'/>`);
    await isConfirmed(again, 0);
  });

  test('are answered before the stream ends', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    romeo.sends(`${R}</stream:stream>`);
    await romeo.receives(`<a xmlns='${NS_SM}' h='0'/>`);
    await romeo.receivesEnd();
  });
});

describe('XEP-0198 section 3: enabling', () => {
  test('Examples 2 and 3: acknowledgements without resumption', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(`<enable xmlns='${NS_SM}'/>`);
    const enabled = await romeo.receives(`<enabled xmlns='${NS_SM}'/>`);
    expect([enabled.attr('id'), enabled.attr('resume')]).toEqual([undefined, undefined]);
  });

  test.each(['true', '1'])(
    'Example 4: resumption is asked for with resume=%s and granted with an id and a time',
    async (resume) => {
      await using scene = await openScene({ accounts: ['romeo'] });
      const romeo = await scene.login('romeo', 'orchard');
      romeo.sends(`<enable xmlns='${NS_SM}' resume='${resume}'/>`);
      const enabled = await romeo.receives(`<enabled xmlns='${NS_SM}' resume='true' max='600' id='{any}'/>`);
      expect(enabled.attr('id')).toMatch(/^[0-9a-f]{32}$/);
    },
  );

  test('no two sessions get the same id', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { id: first } = await arrives(scene, 'romeo', 'orchard');
    const { id: second } = await arrives(scene, 'romeo', 'balcony');
    expect(first).not.toBe(second);
  });

  test('a client that wants less time gets less, one that wants more gets what the setting allows', async () => {
    await using scene = await openScene({ accounts: ['romeo'], settings: { 'stream-management.resumeSeconds': 300 } });
    const [modest, greedy] = [await scene.login('romeo', 'a'), await scene.login('romeo', 'b')];
    modest.sends(`<enable xmlns='${NS_SM}' resume='true' max='30'/>`);
    await modest.receives(`<enabled xmlns='${NS_SM}' resume='true' max='30'/>`);
    greedy.sends(`<enable xmlns='${NS_SM}' resume='true' max='86400'/>`);
    await greedy.receives(`<enabled xmlns='${NS_SM}' resume='true' max='300'/>`);
  });

  test('a max that is no number is overlooked', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(`<enable xmlns='${NS_SM}' resume='true' max='-3'/>`);
    await romeo.receives(`<enabled xmlns='${NS_SM}' resume='true' max='600'/>`);
  });

  test('with a time of 0 there is no resumption', async () => {
    await using scene = await openScene({ accounts: ['romeo'], settings: { 'stream-management.resumeSeconds': 0 } });
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(`<enable xmlns='${NS_SM}' resume='true'/>`);
    const enabled = await romeo.receives(`<enabled xmlns='${NS_SM}'/>`);
    expect(enabled.attr('resume')).toBeUndefined();
  });

  test('Example 6: before a resource is bound it fails, and the stream goes on', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.authenticated('romeo');
    romeo.sends(`<enable xmlns='${NS_SM}'/>`);
    await romeo.receives(failed('unexpected-request'));
    await romeo.binds('orchard');
    await enables(romeo);
  });

  test('before authentication it fails', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const stranger = scene.connect();
    stranger.opens();
    await stranger.next();
    for (const request of ['enable', "resume h='0' previd='x'", 'r', "a h='0'"]) {
      stranger.sends(`<${request.replace(/^\w+/, `$& xmlns='${NS_SM}'`)}/>`);
      await stranger.receives(failed('unexpected-request'));
    }
  });

  test('Example 7: a second time it fails, and counting is not disturbed', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    await romeo.request("<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
    await romeo.receives(R);
    romeo.sends(`<enable xmlns='${NS_SM}' resume='true'/>`);
    await romeo.receives(failed('unexpected-request'));
    await isConfirmed(romeo, 1);
  });

  test('an element that stream management does not know ends the stream', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(`<throttle xmlns='${NS_SM}'/>`);
    await romeo.receivesEnd('unsupported-stanza-type');
  });
});

describe('XEP-0198 section 4: what the client has sent', () => {
  test('Example 8: a stanza that was handled is acknowledged; what came before enabling does not count', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    await romeo.receivesNothing();
    await enables(romeo, '');
    await isConfirmed(romeo, 0);
    romeo.sends(chat(juliet.jid, 'I’ll send a friar with speed'));
    await isConfirmed(romeo, 1);
    await juliet.receives(chat(juliet.jid, 'I’ll send a friar with speed'));
  });

  test('Example 24: requests in between are answered with what was handled up to there', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    const five = chat(juliet.jid, 'again').repeat(5);
    romeo.sends(five + R + five + R);
    await romeo.receives(`<a xmlns='${NS_SM}' h='5'/>`);
    await romeo.receives(`<a xmlns='${NS_SM}' h='10'/>`);
  });

  test('a stanza that was refused counts as well, and so does a request whose answer takes time', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    romeo.sends("<iq type='get' to='localhost' id='x'><nothing xmlns='urn:example'/></iq>");
    await romeo.receives(
      "<iq type='error' id='x'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
    );
    await romeo.receives(R);
    romeo.sends("<iq type='set' id='y'><query xmlns='jabber:iq:roster'><item jid='juliet@localhost'/></query></iq>");
    await romeo.receives("<iq type='result' id='y'/>");
    await isConfirmed(romeo, 2);
  });

  test('without stream management a request for acknowledgement fails', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(R);
    await romeo.receives(failed('unexpected-request'));
    romeo.sends(`<a xmlns='${NS_SM}' h='0'/>`);
    await romeo.receives(failed('unexpected-request'));
  });
});

describe('XEP-0198 section 4: what the server has sent', () => {
  test('one request goes with a batch of stanzas, and none while it is open', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(romeo.jid, '1') + chat(romeo.jid, '2'));
    await romeo.receives(chat(romeo.jid, '1'));
    await romeo.receives(chat(romeo.jid, '2'));
    await romeo.receives(R);
    juliet.sends(chat(romeo.jid, '3'));
    await romeo.receives(chat(romeo.jid, '3'));
    await isConfirmed(romeo, 0);
  });

  test('an acknowledgement of a part is followed by a request for the rest', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(romeo.jid, '1') + chat(romeo.jid, '2'));
    await romeo.receives(chat(romeo.jid, '1'));
    await romeo.receives(chat(romeo.jid, '2'));
    await romeo.receives(R);
    confirms(romeo, 1);
    await romeo.receives(R);
    confirms(romeo, 2);
    await isConfirmed(romeo, 0);
  });

  test('a client that confirms nothing is not asked in circles', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(romeo.jid, '1'));
    await romeo.receives(chat(romeo.jid, '1'));
    await romeo.receives(R);
    confirms(romeo, 0);
    romeo.sends(R);
    await romeo.receives(`<a xmlns='${NS_SM}' h='0'/>`);
    await romeo.receives(R); // with the next thing that is written, not by itself
  });

  test('an acknowledgement that nobody asked for is taken', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(romeo.jid, '1'));
    confirms(romeo, 1);
    await romeo.receives(chat(romeo.jid, '1'));
    await isConfirmed(romeo, 0);
  });

  test('Example 16: a count that is too high ends the stream', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(romeo.jid, '1'));
    await romeo.receives(chat(romeo.jid, '1'));
    await romeo.receives(R);
    confirms(romeo, 10);
    const error = await romeo.receivesEnd('undefined-condition');
    const detail = error?.child('handled-count-too-high', NS_SM);
    expect([detail?.attr('h'), detail?.attr('send-count')]).toEqual(['10', '1']);
  });

  test.each(["h='many'", "h='-1'", "h='4294967296'", ''])(
    'an acknowledgement with the count «%s» ends the stream',
    async (h) => {
      await using scene = await openScene({ accounts: ['romeo'] });
      const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
      romeo.sends(`<a xmlns='${NS_SM}' ${h}/>`);
      await romeo.receivesEnd('bad-format');
    },
  );
});

describe('silence', () => {
  const settings = { 'stream-management.idleProbeSeconds': 120, 'stream-management.ackTimeoutSeconds': 30 };

  test('a client that has been silent is asked, and stays when it answers', async () => {
    await using scene = await openScene({ accounts: ['romeo'], settings });
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    for (let i = 0; i < 3; i++) {
      scene.clock.advance(2 * MINUTE_MS);
      await romeo.receives(R);
      confirms(romeo, 0);
    }
    await isConfirmed(romeo, 0);
  });

  test('a client that speaks is not asked', async () => {
    await using scene = await openScene({ accounts: ['romeo'], settings });
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    for (let i = 1; i < 6; i++) {
      scene.clock.advance(MINUTE_MS);
      romeo.sends("<message to='localhost' type='error' id='nothing'/>");
      await isConfirmed(romeo, i);
    }
  });

  test('a client that does not answer in time loses its stream and keeps its session', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'], settings });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(romeo.jid, 'Art thou there?'));
    await romeo.receives(chat(romeo.jid, 'Art thou there?'));
    await romeo.receives(R);
    scene.clock.advance(25_000);
    expect(romeo.isConnectionClosed).toBe(false);
    scene.clock.advance(10_000);
    expect(romeo.isConnectionClosed).toBe(true);
    expect(scene.server.sessions.get('romeo', 'orchard')).toBeDefined();
  });

  test('a client that says anything else in the meantime is given more time', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'], settings });
    const juliet = await scene.login('juliet', 'balcony');
    const { client: romeo } = await arrives(scene, 'romeo', 'orchard');
    juliet.sends(chat(romeo.jid, 'Art thou there?'));
    await romeo.receives(chat(romeo.jid, 'Art thou there?'));
    await romeo.receives(R);
    scene.clock.advance(25_000);
    await isConfirmed(romeo, 0);
    scene.clock.advance(25_000);
    expect(romeo.isConnectionClosed).toBe(false);
  });
});
