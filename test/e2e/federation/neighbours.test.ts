/**
 * People of Snug and of servers that others wrote live together: contacts, presence, messages, rooms, files, avatars;
 * both ways, by certificates and by dialback, over STARTTLS and direct TLS.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { avatarsOf, fetchAvatar, publishAvatar, showsAvatars } from './avatars.ts';
import { Neighbours, OTHERS, whyNot } from './neighbours.ts';
import type { Peer, Proof } from './peer.ts';
import { joinRoom, openRoom, RoomView } from './room-view.ts';
import { fetchFile, shareFile } from './shared-file.ts';
import type { Person } from './two-servers.ts';

const WAIT = { timeout: 15_000, interval: 20 };

/** How they must have proven who they are, and on which streams they do. */
const PROOFS: readonly Proof[] = ['certificate', 'dialback'];

describe.each(PROOFS)('by %s', (proof) => {
  let neighbours: Neighbours;

  beforeAll(async () => {
    neighbours = await Neighbours.start(proof);
  }, 120_000);
  afterAll(async () => {
    await neighbours?.[Symbol.asyncDispose]();
  });

  describe.each(OTHERS)('with %s', (other) => {
    let theirs: Peer;
    let alice: Person;
    let bob: Person;

    beforeAll(async () => {
      if (whyNot(other) !== undefined) return;
      theirs = neighbours.other(other);
      alice = await neighbours.login(neighbours.ours, `alice-${other}`);
      bob = await neighbours.login(theirs, 'bob');
    });
    afterAll(() => {
      alice?.client?.drop();
      bob?.client?.drop();
    });
    beforeEach(({ skip }) => {
      const reason = whyNot(other);
      if (reason !== undefined) skip(reason);
    });

    test('they become contacts and see each other', async () => {
      await alice.befriends(bob);
      alice.send('<presence><show>away</show><status>At lunch</status></presence>');
      bob.send('<presence><show>dnd</show><status>At work</status></presence>');
      const shown = (person: Person, of: Person) =>
        person.presences.findLast((presence) => presence.attr('from') === `${of.jid}/test`)?.childText('status');
      await expect.poll(() => shown(bob, alice), WAIT).toBe('At lunch');
      await expect.poll(() => shown(alice, bob), WAIT).toBe('At work');
      alice.send(`<presence type='unavailable'/>`);
      await expect.poll(() => bob.sees(alice.jid), WAIT).toBe('unavailable');
      alice.send('<presence/>');
      await expect.poll(() => bob.sees(alice.jid), WAIT).toBe('available');
    });

    test('messages arrive in order', async () => {
      const numbers = Array.from({ length: 20 }, (_, at) => `number ${at}`);
      for (const number of numbers) {
        alice.says(bob, number);
        bob.says(alice, number);
      }
      await expect.poll(() => bob.heard, WAIT).toEqual(numbers);
      await expect.poll(() => alice.heard, WAIT).toEqual(numbers);
    });

    test('a message to nobody comes back', async () => {
      alice.send(`<message to='nobody@${theirs.domain}' type='chat' id='lost'><body>Hello?</body></message>`);
      bob.send(`<message to='nobody@${neighbours.ours.domain}' type='chat' id='lost'><body>Hello?</body></message>`);
      await expect.poll(() => alice.returned, WAIT).toEqual(['lost service-unavailable']);
      await expect.poll(() => bob.returned, WAIT).toEqual(['lost service-unavailable']);
    });

    test('each answers the other’s requests', async () => {
      const ping = `<ping xmlns='urn:xmpp:ping'/>`;
      expect((await alice.client?.request('get', ping, theirs.domain))?.attr('type')).toBe('result');
      expect((await bob.client?.request('get', ping, neighbours.ours.domain))?.attr('type')).toBe('result');
    });

    test.each(['ours', 'theirs'] as const)('they talk in a room of %s', async (whose) => {
      const [host, guest] = whose === 'ours' ? [alice, bob] : [bob, alice];
      const room = `garden-${other}@${whose === 'ours' ? neighbours.ours.rooms : theirs.rooms}`;
      await openRoom(host, room, 'host');
      await joinRoom(guest, room, 'guest');
      const seen = { host: new RoomView(host, room), guest: new RoomView(guest, room) };
      await expect.poll(() => seen.host.occupants, WAIT).toEqual(['guest', 'host']);
      await expect.poll(() => seen.guest.occupants, WAIT).toEqual(['guest', 'host']);
      host.send(`<message to='${room}' type='groupchat'><body>Welcome</body></message>`);
      await expect.poll(() => seen.guest.said, WAIT).toEqual(['host: Welcome']);
      guest.send(`<message to='${room}' type='groupchat'><body>Thank you</body></message>`);
      await expect.poll(() => seen.host.said, WAIT).toEqual(['host: Welcome', 'guest: Thank you']);
      guest.send(`<message to='${room}/host' type='chat'><body>Psst</body></message>`);
      await expect.poll(() => seen.host.whispered, WAIT).toEqual(['guest: Psst']);
      guest.send(`<presence to='${room}/guest' type='unavailable'/>`);
      await expect.poll(() => seen.host.occupants, WAIT).toEqual(['host']);
    });

    test('a link to a shared file leads to the file', async () => {
      for (const [from, to, service] of [
        [alice, bob, neighbours.ours.upload],
        [bob, alice, theirs.upload],
      ] as const) {
        const content = `A file of ${from.jid}`;
        const url = await shareFile(from, service, content, neighbours.authorityPem);
        from.says(to, url);
        await expect.poll(() => to.heard, WAIT).toContain(url);
        expect(await fetchFile(url, neighbours.authorityPem)).toBe(content);
      }
    });

    test('each sees the avatar of the other', async () => {
      showsAvatars(alice);
      showsAvatars(bob);
      for (const [from, to] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        const picture = Buffer.from(`The picture of ${from.jid}`);
        const id = await publishAvatar(from, picture);
        await expect.poll(() => avatarsOf(from.jid, to), WAIT).toContain(id);
        expect(await fetchAvatar(to, from.jid, id)).toEqual(picture);
      }
    });

    test('all streams are encrypted, and each side has proven who it is', async () => {
      for (const domain of [theirs.domain, theirs.rooms]) {
        const { outgoing = [], incoming = [], failure } = (await neighbours.streams(domain)) ?? {};
        expect([domain, failure]).toEqual([domain, undefined]);
        expect([domain, new Set([...outgoing, ...incoming].map((one) => one.proof))]).toEqual([
          domain,
          new Set([proof]),
        ]);
        expect(new Set(outgoing.map(({ ownProof }) => ownProof))).toEqual(new Set([proof]));
        for (const { tls } of [...outgoing, ...incoming]) expect(tls).toMatch(/^TLSv1\.[23] /);
      }
    });
  });
});
