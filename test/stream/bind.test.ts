/** Resource binding: RFC 6120 section 7. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene, target } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

function bind(resource?: string): string {
  const wanted = resource === undefined ? '' : `<resource>${resource}</resource>`;
  return `<iq type='set'><bind xmlns='${NS_BIND}'>${wanted}</bind></iq>`;
}

function jidOf(answer: Element): string | undefined {
  return answer.child('bind', NS_BIND)?.childText('jid');
}

function conditionOf(answer: Element): string | undefined {
  return answer.child('error')?.elements[0]?.name;
}

async function bound(client: SceneClient, resource?: string): Promise<string | undefined> {
  return jidOf(await client.request(bind(resource)));
}

describe('binding', () => {
  test('is offered once somebody has signed in (7.4)', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.authenticated('juliet');
    expect(juliet.features?.child('bind', NS_BIND)).toBeDefined();
  });

  test('without a wish gives a resource of the server’s making, each time another (7.6.1)', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const jids = new Set<string | undefined>();
    for (let i = 0; i < 3; i++) jids.add(await bound(await scene.authenticated('juliet')));
    expect(jids.size).toBe(3);
    for (const jid of jids) expect(jid).toMatch(/^juliet@localhost\/.{8,}$/);
  });

  test('takes an empty wish for none', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    expect(await bound(await scene.authenticated('juliet'), '')).toMatch(/^juliet@localhost\/.+$/);
  });

  test('gives the resource that is wished for (7.7.1)', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.authenticated('juliet');
    juliet.sends(`<iq id='wy2xa82b4' type='set'><bind xmlns='${NS_BIND}'><resource>balcony</resource></bind></iq>`);
    await juliet.receives(
      `<iq id='wy2xa82b4' type='result'><bind xmlns='${NS_BIND}'><jid>juliet@localhost/balcony</jid></bind></iq>`,
    );
  });

  test('prepares the resource, in which case matters', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    expect(await bound(await scene.authenticated('juliet'), 'Cafe\u0301 Bar')).toBe('juliet@localhost/Caf\u00e9 Bar');
  });

  test.each([
    ['a resource that no JID can have', bind('left-to-right\u200e'), 'bad-request'],
    ['a resource that is too long', bind('x'.repeat(1024)), 'bad-request'],
    ['a get', `<iq type='get'><bind xmlns='${NS_BIND}'/></iq>`, 'bad-request'],
    ['another payload', `<iq type='set'><unbind xmlns='${NS_BIND}'/></iq>`, 'bad-request'],
    ['another addressee', `<iq type='set' to='romeo@localhost'><bind xmlns='${NS_BIND}'/></iq>`, 'bad-request'],
  ])('refuses %s, and another attempt may follow (7.7.2.1)', async (_what, request, condition) => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.authenticated('juliet');
    expect(conditionOf(await juliet.request(request))).toBe(condition);
    expect(await bound(juliet, 'balcony')).toBe('juliet@localhost/balcony');
  });

  test('refuses a request without an id', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.authenticated('juliet');
    juliet.sends(`<iq type='set'><bind xmlns='${NS_BIND}'/></iq>`);
    await juliet.receives(
      `<iq type='error'><error type='modify'><bad-request xmlns='${NS_STANZAS}'/><text xmlns='${NS_STANZAS}' xml:lang='en'>{any}</text></error></iq>`,
    );
  });

  test.each(['localhost', 'juliet@localhost'])('may be addressed to %s', async (to) => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.authenticated('juliet');
    const answer = await juliet.request(
      `<iq type='set' to='${to}'><bind xmlns='${NS_BIND}'><resource>balcony</resource></bind></iq>`,
    );
    expect(jidOf(answer)).toBe('juliet@localhost/balcony');
  });

  test('is refused a second time on the same stream, which goes on as it was', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    expect((await juliet.request(bind('chamber'))).attr('type')).toBe('error');
    juliet.sends(`<message to='juliet@localhost/balcony' type='chat'><body>still here</body></message>`);
    await juliet.receives(`<message from='juliet@localhost/balcony'><body>still here</body></message>`);
  });

  test.skipIf(target !== undefined)('before signing in is not authorized', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const stranger = scene.connect();
    stranger.opens();
    await stranger.next();
    expect(conditionOf(await stranger.request(bind('balcony')))).toBe('not-authorized');
  });

  test.each([
    ['a message', `<message to='romeo@localhost'><body>Hi</body></message>`],
    ['presence', '<presence/>'],
    ['another request', `<iq type='get' id='1' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`],
    ['an empty request', `<iq type='get' id='1'/>`],
  ])('comes before everything else: %s ends the stream (7.1)', async (_what, stanza) => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.authenticated('juliet');
    juliet.sends(stanza);
    await juliet.receivesEnd('not-authorized');
  });

  test.skipIf(target !== undefined)('is refused beyond the limit of sessions (7.6.2.1)', async () => {
    await using scene = await openScene({ accounts: ['juliet'], settings: { 'c2s.maxSessionsPerAccount': 2 } });
    const first = await scene.login('juliet', 'a');
    await scene.login('juliet', 'b');
    const third = await scene.authenticated('juliet');
    expect(conditionOf(await third.request(bind('c')))).toBe('resource-constraint');
    await first.ends();
    expect(await bound(third, 'c')).toBe('juliet@localhost/c');
  });
});

describe.skipIf(target !== undefined)('a resource that is in use (7.7.2.2)', () => {
  test('goes to the newcomer by the policy “replace”; the other stream ends', async () => {
    await using scene = await openScene({ accounts: ['juliet'], settings: { 'c2s.resourceConflict': 'replace' } });
    const before = await scene.login('juliet', 'balcony');
    const after = await scene.login('juliet', 'balcony');
    expect(after.jid).toBe('juliet@localhost/balcony');
    await before.receivesEnd('conflict');
    await after.receivesNothing();
    expect(scene.server.sessions.count).toBe(1);
  });

  test('replaced, may be bound at the limit of sessions', async () => {
    await using scene = await openScene({
      accounts: ['juliet'],
      settings: { 'c2s.resourceConflict': 'replace', 'c2s.maxSessionsPerAccount': 1 },
    });
    const before = await scene.login('juliet', 'balcony');
    await scene.login('juliet', 'balcony');
    await before.receivesEnd('conflict');
  });

  test('stays by the policy “rename”; the newcomer gets another', async () => {
    await using scene = await openScene({ accounts: ['juliet'], settings: { 'c2s.resourceConflict': 'rename' } });
    const before = await scene.login('juliet', 'balcony');
    const after = await scene.login('juliet', 'balcony');
    expect(after.jid).toMatch(/^juliet@localhost\/.+$/);
    expect(after.jid).not.toBe('juliet@localhost/balcony');
    await before.receivesNothing();
    await after.receivesNothing();
  });

  test('stays by the policy “refuse”; the newcomer may ask for another', async () => {
    await using scene = await openScene({ accounts: ['juliet'], settings: { 'c2s.resourceConflict': 'refuse' } });
    const before = await scene.login('juliet', 'balcony');
    const after = await scene.authenticated('juliet');
    const answer = await after.request(bind('balcony'));
    expect(conditionOf(answer)).toBe('conflict');
    expect(answer.child('error')?.attr('type')).toBe('cancel');
    expect(await bound(after, 'chamber')).toBe('juliet@localhost/chamber');
    await before.receivesNothing();
  });

  test('by another account is no conflict', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    const juliet = await scene.login('juliet', 'phone');
    await scene.login('romeo', 'phone');
    await juliet.receivesNothing();
  });
});

describe.skipIf(target !== undefined)(
  'an account that goes while somebody has signed in and not bound a resource',
  () => {
    test.each([
      ['is removed', 'remove'],
      ['is switched off', 'disable'],
    ] as const)('takes the stream with it when it %s', async (_, deed) => {
      await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
      const juliet = await scene.authenticated('juliet');
      const romeo = await scene.authenticated('romeo');
      await scene.accounts[deed]('juliet');
      await juliet.receivesEnd('not-authorized');
      expect(await bound(romeo, 'orchard')).toBe('romeo@localhost/orchard');
    });
  },
);
