/** Contact lists and presence between two servers (RFC 6121 sections 3 and 4). */
import { describe, expect, test } from 'vitest';
import { asks, heard, TwoServers } from '../../scene/two-servers.ts';
import { befriend, presences, standing } from './remote-steps.ts';

const open = () => TwoServers.open({ accounts: ['romeo', 'sam'] }, { accounts: ['juliet', 'sam'] });
const ROMEO = 'romeo@a.example';
const JULIET = 'juliet@b.example';

describe('a request', () => {
  test('comes, is granted and returned, and both see each other', async () => {
    await using two = await open();
    const romeo = await two.login('romeo', 'a', 'orchard');
    const juliet = await two.login('juliet', 'b', 'balcony');
    for (const client of [romeo, juliet]) client.sends('<presence/>');
    await heard(two, romeo);
    await heard(two, juliet);
    romeo.sends(`<presence type='subscribe' to='${JULIET}/balcony'><status>It is I</status></presence>`);
    expect(presences(await heard(two, juliet))).toEqual([`subscribe ${ROMEO}`]);
    expect(await standing(romeo, JULIET)).toBe('none?');
    expect(await standing(juliet, ROMEO)).toBeUndefined();
    juliet.sends(`<presence type='subscribed' to='${ROMEO}'/>`);
    expect(presences(await heard(two, romeo))).toEqual([`subscribed ${JULIET}`, `available ${JULIET}/balcony`]);
    expect([await standing(romeo, JULIET), await standing(juliet, ROMEO)]).toEqual(['to', 'from']);
    juliet.sends(`<presence type='subscribe' to='${ROMEO}'/>`);
    expect(presences(await heard(two, romeo))).toEqual([`subscribe ${JULIET}`]);
    romeo.sends(`<presence type='subscribed' to='${JULIET}'/>`);
    const came = presences(await heard(two, juliet));
    expect(came).toContain(`subscribed ${ROMEO}`);
    expect(came).toContain(`available ${ROMEO}/orchard`);
    expect([await standing(romeo, JULIET), await standing(juliet, ROMEO)]).toEqual(['both', 'both']);
  });

  test('waits for somebody who is away, over a restart', async () => {
    await using two = await open();
    const romeo = await two.login('romeo', 'a');
    romeo.sends(`<presence/><presence type='subscribe' to='${JULIET}'/>`);
    await two.settles();
    for (const resource of ['balcony', 'chamber']) {
      const juliet = await two.login('juliet', 'b', resource);
      juliet.sends('<presence/>');
      expect(presences(await heard(two, juliet))).toContain(`subscribe ${ROMEO}`);
    }
  });

  test('that got lost is repeated when its sender comes again', async () => {
    await using two = await open();
    const juliet = await two.login('juliet', 'b');
    juliet.sends('<presence/>');
    const romeo = await two.login('romeo', 'a');
    two.isJoined = false;
    romeo.sends(`<presence/><presence type='subscribe' to='${JULIET}'/>`);
    const failed = (await heard(two, romeo)).find((element) => element.attr('type') === 'error');
    expect(failed?.attr('from')).toBe(JULIET);
    expect(await standing(romeo, JULIET)).toBe('none?');
    two.isJoined = true;
    await romeo.ends();
    (await two.login('romeo', 'a')).sends('<presence/>');
    expect(presences(await heard(two, juliet))).toContain(`subscribe ${ROMEO}`);
  });

  test('that was approved before it came is granted without asking again', async () => {
    await using two = await open();
    const juliet = await two.login('juliet', 'b', 'balcony');
    juliet.sends(`<presence/><presence type='subscribed' to='${ROMEO}'/>`);
    await heard(two, juliet);
    expect(two.a.arrived).toEqual([]);
    const romeo = await two.login('romeo', 'a');
    expect(await standing(romeo, JULIET)).toBeUndefined(); // and from now on hears of changes
    romeo.sends(`<presence/><presence type='subscribe' to='${JULIET}'/>`);
    expect(presences(await heard(two, romeo)).slice(1)).toEqual([
      `subscribed ${JULIET}`,
      `available ${JULIET}/balcony`,
    ]);
    expect(presences(await heard(two, juliet))).toEqual([]);
    expect(await standing(juliet, ROMEO)).toBe('from');
  });

  test('is refused, and may be made again', async () => {
    await using two = await open();
    const romeo = await two.login('romeo', 'a');
    const juliet = await two.login('juliet', 'b');
    for (const client of [romeo, juliet]) client.sends('<presence/>');
    for (let i = 0; i < 2; i++) {
      romeo.sends(`<presence type='subscribe' to='${JULIET}'/>`);
      expect(presences(await heard(two, juliet)).at(-1)).toBe(`subscribe ${ROMEO}`);
      juliet.sends(`<presence type='unsubscribed' to='${ROMEO}'/>`);
      await heard(two, romeo);
      expect(await standing(romeo, JULIET)).toBe('none');
    }
  });

  test('is taken back before it was answered', async () => {
    await using two = await open();
    const romeo = await two.login('romeo', 'a');
    romeo.sends(`<presence type='subscribe' to='${JULIET}'/><presence type='unsubscribe' to='${JULIET}'/>`);
    await two.settles();
    const juliet = await two.login('juliet', 'b');
    juliet.sends('<presence/>');
    expect(presences(await heard(two, juliet))).toEqual([`available ${JULIET}/client`]);
  });
});

describe('two people who see each other', () => {
  async function pair() {
    const two = await open();
    const romeo = await two.login('romeo', 'a', 'orchard');
    const juliet = await two.login('juliet', 'b', 'balcony');
    await befriend(two, romeo, juliet);
    return { two, romeo, juliet };
  }

  test('see each change and the end, at all devices', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    const chamber = await two.login('juliet', 'b', 'chamber');
    chamber.sends('<presence/>');
    expect(presences(await heard(two, chamber))).toContain(`available ${ROMEO}/orchard`);
    expect(presences(await heard(two, romeo))).toEqual([`available ${JULIET}/chamber`]);
    await heard(two, juliet);
    romeo.sends('<presence><show>dnd</show></presence>');
    for (const client of [juliet, chamber]) {
      const [change] = await heard(two, client);
      expect([change?.attr('from'), change?.attr('to'), change?.childText('show')]).toEqual([
        `${ROMEO}/orchard`,
        JULIET,
        'dnd',
      ]);
    }
    romeo.drops();
    for (const client of [juliet, chamber]) {
      expect(presences(await heard(two, client))).toEqual([`unavailable ${ROMEO}/orchard`]);
    }
  });

  test('come late and learn since when the other is there', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    await juliet.ends();
    await heard(two, romeo);
    const again = await two.login('juliet', 'b', 'chamber');
    again.sends('<presence/>');
    const shown = (await heard(two, again)).find((element) => element.attr('from') === `${ROMEO}/orchard`);
    expect(shown?.child('delay', 'urn:xmpp:delay')?.attr('from')).toBe('a.example');
  });

  test('part, from either side', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    juliet.sends(`<presence type='unsubscribed' to='${ROMEO}'/>`);
    const came = presences(await heard(two, romeo));
    expect(came).toHaveLength(2);
    expect(came).toContain(`unavailable ${JULIET}/balcony`);
    expect(came).toContain(`unsubscribed ${JULIET}`);
    expect([await standing(romeo, JULIET), await standing(juliet, ROMEO)]).toEqual(['from', 'to']);
    await asks(
      juliet,
      `<iq type='set'><query xmlns='jabber:iq:roster'><item jid='${ROMEO}' subscription='remove'/></query></iq>`,
    );
    expect(presences(await heard(two, romeo))).toContain(`unsubscribe ${JULIET}`);
    expect(await standing(romeo, JULIET)).toBe('none');
    expect(presences(await heard(two, juliet))).toContain(`unavailable ${ROMEO}/orchard`);
  });

  test('are told when the other server has forgotten them', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    await juliet.ends();
    await two.b.scene.accounts.remove('juliet');
    await romeo.ends();
    const again = await two.login('romeo', 'a');
    again.sends('<presence/>');
    await heard(two, again);
    expect((await standing(again, JULIET)) ?? 'none').not.toMatch(/to|both/);
  });

  test('are hidden from each other by a block, and seen again after it', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    const item = `<item jid='${ROMEO}'/>`;
    await asks(juliet, `<iq type='set'><block xmlns='urn:xmpp:blocking'>${item}</block></iq>`);
    expect(presences(await heard(two, romeo))).toEqual([`unavailable ${JULIET}/balcony`]);
    romeo.sends(`<message to='${JULIET}' type='chat'><body>Juliet?</body></message><presence to='${JULIET}'/>`);
    romeo.sends(
      `<presence to='${JULIET}' type='probe'/><iq type='get' id='v' to='${JULIET}/balcony'><query xmlns='jabber:iq:version'/></iq>`,
    );
    const answers = await heard(two, romeo);
    expect(answers.map((element) => `${element.name} ${element.attr('type')}`)).toEqual(['message error', 'iq error']);
    expect((await heard(two, juliet)).filter(({ name }) => name !== 'iq')).toEqual([]);
    await asks(juliet, `<iq type='set'><unblock xmlns='urn:xmpp:blocking'>${item}</unblock></iq>`);
    expect(presences(await heard(two, romeo))).toEqual([`available ${JULIET}/balcony`]);
  });
});

test('directed presence reaches a stranger elsewhere, and its end does too', async () => {
  await using two = await open();
  const romeo = await two.login('romeo', 'a', 'orchard');
  const juliet = await two.login('juliet', 'b');
  for (const client of [romeo, juliet]) client.sends('<presence/>');
  await heard(two, juliet);
  romeo.sends(`<presence to='${JULIET}'/>`);
  expect(presences(await heard(two, juliet))).toEqual([`available ${ROMEO}/orchard`]);
  await romeo.ends();
  expect(presences(await heard(two, juliet))).toEqual([`unavailable ${ROMEO}/orchard`]);
});

test('two people of the same name, one on each server, are two people', async () => {
  await using two = await open();
  const here = await two.login('sam', 'a', 'phone');
  const there = await two.login('sam', 'b', 'phone');
  await befriend(two, here, there);
  expect(await standing(here, 'sam@b.example')).toBe('both');
  here.sends('<presence><show>away</show></presence>');
  expect(presences(await heard(two, there))).toEqual(['available sam@a.example/phone']);
  there.sends(`<message type='chat' to='sam@a.example/phone'><body>Hello me</body></message>`);
  const came = await heard(two, here);
  expect(came.map((element) => element.attr('from'))).toEqual(['sam@a.example/phone', 'sam@b.example/phone']);
});
