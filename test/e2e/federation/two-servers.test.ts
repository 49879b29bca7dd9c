/** People of two Snug servers become contacts and chat, over each way in which servers prove who they are. */
import { describe, expect, test } from 'vitest';
import { TwoServers, type TwoServersOptions } from './two-servers.ts';

const WAIT = { timeout: 15_000 };

const WAYS: Readonly<Record<string, TwoServersOptions & { readonly proof: string }>> = {
  'certificates of an authority (EXTERNAL) over STARTTLS': { trust: true, proof: 'certificate' },
  'certificates of an authority (EXTERNAL) over direct TLS': { trust: true, by: 'direct-tls', proof: 'certificate' },
  dialback: { trust: false, settings: ['federation.authentication=dialback'], proof: 'dialback' },
};

describe.each(Object.entries(WAYS))('by %s', (_way, { proof, ...options }) => {
  test('two people become contacts, see each other and chat', { timeout: 90_000 }, async () => {
    await using servers = await TwoServers.start(options);
    await servers.on('a');
    await servers.on('b');
    const alice = await servers.login('a', 'alice');
    const bob = await servers.login('b', 'bob');
    await alice.befriends(bob);
    for (const number of [1, 2, 3]) {
      alice.says(bob, `to bob ${number}`);
      bob.says(alice, `to alice ${number}`);
    }
    await expect.poll(() => bob.heard, WAIT).toEqual(['to bob 1', 'to bob 2', 'to bob 3']);
    await expect.poll(() => alice.heard, WAIT).toEqual(['to alice 1', 'to alice 2', 'to alice 3']);
    const { peers } = await servers.overview('a');
    expect(peers.find(({ domain }) => domain === 'b.test')).toMatchObject({ state: 'connected' });
    expect(
      new Set(peers.flatMap(({ outgoing, incoming }) => [...outgoing, ...incoming].map((one) => one.proof))),
    ).toEqual(new Set([proof]));

    // Off: contacts go, messages come back. On: both are there again.
    await servers.off('b');
    await expect.poll(() => alice.sees(`${bob.jid}/test`), WAIT).toBe('unavailable');
    await expect.poll(() => bob.sees(`${alice.jid}/test`), WAIT).toBe('unavailable');
    bob.says(alice, 'lost');
    await expect.poll(() => bob.returned, WAIT).toEqual(['lost not-allowed']);
    await servers.on('b');
    await expect.poll(() => alice.sees(`${bob.jid}/test`), WAIT).toBe('available');
    await expect.poll(() => bob.sees(`${alice.jid}/test`), WAIT).toBe('available');
    bob.says(alice, 'back');
    await expect.poll(() => alice.heard.at(-1), WAIT).toBe('back');
  });
});

test('what was acknowledged arrives although the server was killed', { timeout: 90_000 }, async () => {
  await using servers = await TwoServers.start({ trust: true });
  await servers.on('a');
  const alice = await servers.login('a', 'alice');
  const bob = await servers.login('b', 'bob');
  alice.says(bob, 'promised');
  alice.client?.requestAcknowledgement();
  await expect.poll(() => alice.client?.pending, WAIT).toBe(0);
  await servers.a.process.kill();
  await servers.on('b');
  await servers.a.startAgain();
  await expect.poll(() => bob.heard, WAIT).toEqual(['promised']);
  const delay = bob.messages.at(-1)?.child('delay', 'urn:xmpp:delay');
  expect(delay?.attr('from')).toBe('a.test');
});
