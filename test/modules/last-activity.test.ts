import { describe, expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { letsSee } from './subscribed.ts';

const QUERY = `<query xmlns='jabber:iq:last'/>`;
const MINUTE_MS = 60_000;

async function secondsTold(client: SceneClient, to: string): Promise<string> {
  const answer = await client.request(`<iq type='get' to='${to}'>${QUERY}</iq>`);
  const query = answer.child('query', 'jabber:iq:last');
  return query === undefined
    ? (answer.child('error')?.elements[0]?.name ?? '')
    : `${query.attr('seconds')} ${query.text()}`.trim();
}

describe('the server', () => {
  test('tells how long it has been running (XEP-0012 examples 10 and 11)', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    scene.clock.advance(123_456_999);
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(`<iq id='last3' to='localhost' type='get'>${QUERY}</iq>`);
    await romeo.receives(
      `<iq from='localhost' id='last3' type='result'><query xmlns='jabber:iq:last' seconds='123456'/></iq>`,
    );
  });
});

describe('an account', () => {
  test('that logged out tells how long ago, and with which words (examples 3 and 5)', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo');
    await letsSee(juliet, romeo);
    juliet.appears();
    juliet.sends(`<presence type='unavailable'><status>Heading Home</status></presence>`);
    await juliet.ends();
    scene.clock.advance(903_500);
    expect(await secondsTold(romeo, 'juliet@localhost')).toBe('903 Heading Home');
  });

  test('whose connection was lost has said nothing', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo');
    await letsSee(juliet, romeo);
    juliet.sends(`<presence type='unavailable'><status>Heading Home</status></presence>`);
    juliet.sends('<presence><status>Back again</status></presence>');
    juliet.drops();
    scene.clock.advance(MINUTE_MS);
    expect(await secondsTold(romeo, 'juliet@localhost')).toBe('60');
  });

  test('with an available resource is there now (section 3)', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    const chamber = await scene.login('juliet', 'chamber');
    const romeo = await scene.login('romeo');
    await letsSee(juliet, romeo);
    juliet.appears();
    chamber.appears();
    chamber.sends(`<presence type='unavailable'><status>Heading Home</status></presence>`);
    await chamber.ends();
    scene.clock.advance(MINUTE_MS);
    expect(await secondsTold(romeo, 'juliet@localhost')).toMatch(/^0$/);
  });

  test('that went unavailable is gone, though it is still connected: it does not want to be seen', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    juliet.appears();
    await juliet.next();
    juliet.sends(`<presence type='unavailable'><status>Goodbye</status></presence>`);
    await juliet.next();
    scene.clock.advance(MINUTE_MS);
    expect(await secondsTold(juliet, 'juliet@localhost')).toBe('60 Goodbye');
  });

  test('is remembered over a restart of the server', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    await letsSee(juliet, await scene.login('romeo'));
    juliet.appears();
    juliet.sends(`<presence type='unavailable'><status>Heading Home</status></presence>`);
    await juliet.ends();
    await scene.restart();
    scene.clock.advance(2 * MINUTE_MS);
    expect(await secondsTold(await scene.login('romeo'), 'juliet@localhost')).toMatch(/^12\d Heading Home$/);
  });

  test('counts as seen when it signs in, which is all that is known if the server dies before it leaves', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    scene.clock.advance(MINUTE_MS);
    await scene.login('juliet', 'balcony');
    const signedInAtMs = scene.clock.now();
    scene.clock.advance(MINUTE_MS);
    await scene.login('juliet', 'chamber');
    expect(scene.database.reader.all('SELECT * FROM last_activity')).toEqual([
      { localpart: 'juliet', at_ms: signedInAtMs, status: '' },
    ]);
  });

  test('that nobody has used yet has no last activity', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    await letsSee(juliet, await scene.login('romeo'));
    await juliet.ends();
    await scene.database.writer.write([{ sql: 'DELETE FROM last_activity', params: [] }]);
    await scene.restart();
    expect(await secondsTold(await scene.login('romeo'), 'juliet@localhost')).toBe('item-not-found');
    juliet.appears();
  });

  test('leaves nothing behind when it is removed', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    await scene.accounts.remove('juliet');
    await juliet.receivesEnd('not-authorized');
    expect(scene.database.reader.all('SELECT * FROM last_activity WHERE localpart = ?', 'juliet')).toEqual([]);
  });

  test('keeps only as much of a long status as anybody would read', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const juliet = await scene.login('juliet', 'balcony');
    juliet.appears();
    juliet.sends(`<presence type='unavailable'><status>${'x'.repeat(499)}\u{1F600}</status></presence>`);
    await juliet.ends();
    const row = scene.database.reader.get<{ status: string }>(
      'SELECT status FROM last_activity WHERE localpart = ?',
      'juliet',
    );
    expect(row?.status).toBe(`${'x'.repeat(499)}\uFFFD`);
  });
});

describe('who may not see the presence', () => {
  test('is told nothing about the account (example 4)', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const juliet = await scene.login('juliet', 'chamber');
    juliet.sends(`<iq id='last1' to='romeo@localhost' type='get'>${QUERY}</iq>`);
    await juliet.receives(`<iq id='last1' from='romeo@localhost' type='error'><error type='auth'>
      <forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`);
  });

  test('does not reach its clients, whether they are there or not (example 7)', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await scene.login('romeo', 'orchard');
    const juliet = await scene.login('juliet', 'chamber');
    expect(await secondsTold(juliet, 'romeo@localhost/orchard')).toBe('forbidden');
    expect(await secondsTold(juliet, 'romeo@localhost/nowhere')).toBe('forbidden');
    await romeo.receivesNothing();
  });

  test('can still ask a client for other things', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
    const romeo = await scene.login('romeo', 'orchard');
    const juliet = await scene.login('juliet', 'chamber');
    juliet.sends(`<iq id='v1' to='romeo@localhost/orchard' type='get'><query xmlns='jabber:iq:version'/></iq>`);
    await romeo.receives(
      `<iq id='v1' from='juliet@localhost/chamber' type='get'><query xmlns='jabber:iq:version'/></iq>`,
    );
  });
});

test('a contact’s client is asked itself, and answers with its idle time (examples 6 and 8)', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const juliet = await scene.login('juliet', 'balcony');
  const romeo = await scene.login('romeo', 'orchard');
  await letsSee(juliet, romeo);
  romeo.sends(`<iq id='last2' to='juliet@localhost/balcony' type='get'>${QUERY}</iq>`);
  await juliet.receives(`<iq id='last2' from='romeo@localhost/orchard' type='get'>${QUERY}</iq>`);
  juliet.sends(
    `<iq id='last2' to='romeo@localhost/orchard' type='result'><query xmlns='jabber:iq:last' seconds='123'/></iq>`,
  );
  await romeo.receives(
    `<iq id='last2' from='juliet@localhost/balcony' type='result'><query xmlns='jabber:iq:last' seconds='123'/></iq>`,
  );
});
