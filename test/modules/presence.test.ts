/** RFC 6121 section 4: presence of the accounts' resources. */
import { describe, expect, test } from 'vitest';
import { readPriority } from '../../server/modules/roster/priority.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import { parseStanza, type SceneClient } from '../scene/scene-client.ts';
import { letsSee } from './subscribed.ts';

const HOUR_MS = 3_600_000;

/** Makes all of `names` see each other, before anybody is online. */
async function befriend(scene: Scene, ...names: readonly string[]): Promise<void> {
  const clients = await Promise.all(names.map((name) => scene.login(name, 'setup')));
  for (const contact of clients) {
    for (const watcher of clients) if (watcher !== contact) await letsSee(contact, watcher);
  }
  for (const client of clients) await client.ends();
}

/** Under presence that is older than its addressee's own (XEP-0203); the clock of a scene stands still unless it is turned. */
const DELAY = `<delay xmlns='urn:xmpp:delay' from='localhost' stamp='{any}'/>`;

/** A client whose own presence has been read. */
async function online(scene: Scene, name: string, resource: string, presence = '<presence/>'): Promise<SceneClient> {
  const client = await scene.login(name, resource);
  client.appears(presence);
  await client.receives(presence.replace('<presence', `<presence from='${client.jid}'`));
  return client;
}

describe('4.2 and 4.4: broadcast', () => {
  test('initial presence goes to subscribers, to one’s own resources and back to its sender', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo', 'tybalt'] });
    await befriend(scene, 'juliet', 'romeo');
    const orchard = await online(scene, 'romeo', 'orchard');
    const tybalt = await online(scene, 'tybalt', 'street');
    const chamber = await online(scene, 'juliet', 'chamber', `<presence id='c'><show>away</show></presence>`);
    await chamber.receives(`<presence from='romeo@localhost/orchard'>${DELAY}</presence>`);
    await orchard.receives(
      `<presence id='c' from='juliet@localhost/chamber' to='romeo@localhost'><show>away</show></presence>`,
    );

    const balcony = await scene.login('juliet', 'balcony');
    balcony.sends(`<presence/>`);
    await balcony.receives(`<presence from='juliet@localhost/balcony' to='juliet@localhost'/>`);
    await balcony.receives(`<presence id='c' from='juliet@localhost/chamber'><show>away</show>${DELAY}</presence>`);
    await balcony.receives(`<presence from='romeo@localhost/orchard'>${DELAY}</presence>`);
    await balcony.receivesNothing();
    await chamber.receives(`<presence from='juliet@localhost/balcony'/>`);
    await chamber.receivesNothing();
    await orchard.receives(`<presence from='juliet@localhost/balcony' to='romeo@localhost'/>`);
    await tybalt.receivesNothing();
  });

  test('subsequent presence goes to the same, and nobody is asked again', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    await befriend(scene, 'juliet', 'romeo');
    const romeo = await online(scene, 'romeo', 'orchard');
    const juliet = await online(scene, 'juliet', 'balcony');
    await juliet.receives(`<presence from='romeo@localhost/orchard'>${DELAY}</presence>`);
    await romeo.next();
    juliet.sends(
      `<presence><show>dnd</show><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/></presence>`,
    );
    const content = `<show>dnd</show><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/>`;
    // What the client can do is asked by its own server, for PEP.
    await juliet.receives(
      `<iq type='get' from='juliet@localhost'><query xmlns='http://jabber.org/protocol/disco#info' node='n#v'/></iq>`,
    );
    await juliet.receives(`<presence from='juliet@localhost/balcony'>${content}</presence>`);
    await romeo.receives(`<presence from='juliet@localhost/balcony' to='romeo@localhost'>${content}</presence>`);
    await juliet.receivesNothing();
  });

  test('a contact who comes online later sees since when', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    await befriend(scene, 'juliet', 'romeo');
    const since = (stamp: string) => `<delay xmlns='urn:xmpp:delay' from='localhost' stamp='${stamp}'/>`;
    const romeo = await online(scene, 'romeo', 'orchard');
    scene.clock.advance(HOUR_MS);
    const balcony = await online(scene, 'juliet', 'balcony');
    await balcony.receives(`<presence from='romeo@localhost/orchard'>${since('2026-01-05T09:00:00.000Z')}</presence>`);
    await romeo.receives(`<presence from='juliet@localhost/balcony'/>`);
    scene.clock.advance(HOUR_MS);
    romeo.sends(`<presence><show>away</show></presence>`);
    await balcony.receives(`<presence from='romeo@localhost/orchard'><show>away</show></presence>`);
    scene.clock.advance(HOUR_MS);
    const chamber = await online(scene, 'juliet', 'chamber');
    await chamber.receives(`<presence from='juliet@localhost/balcony'>${since('2026-01-05T10:00:00.000Z')}</presence>`);
    await chamber.receives(
      `<presence from='romeo@localhost/orchard'><show>away</show>${since('2026-01-05T11:00:00.000Z')}</presence>`,
    );
    await chamber.receivesNothing();
    await balcony.receives(`<presence from='juliet@localhost/chamber'/>`);
  });

  test('a resource that is not available gets no presence', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    await befriend(scene, 'juliet', 'romeo');
    const romeo = await scene.login('romeo', 'orchard');
    const other = await scene.login('juliet', 'chamber');
    await online(scene, 'juliet', 'balcony');
    await romeo.receivesNothing();
    await other.receivesNothing();
  });
});

describe('4.5: unavailable presence', () => {
  test('goes whole to subscribers and to one’s own resources, and back; the next presence is initial again', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    await befriend(scene, 'juliet', 'romeo');
    const romeo = await online(scene, 'romeo', 'orchard');
    const juliet = await online(scene, 'juliet', 'balcony');
    await juliet.next();
    await romeo.next();
    juliet.sends(`<presence type='unavailable'><status>going on vacation</status></presence>`);
    const gone = `<presence type='unavailable' from='juliet@localhost/balcony'><status>going on vacation</status></presence>`;
    await romeo.receives(gone);
    await juliet.receives(gone);
    juliet.sends(`<presence type='unavailable'/>`);
    await romeo.receivesNothing();
    romeo.sends('<presence/>');
    await romeo.next();
    await juliet.receivesNothing();
    juliet.sends('<presence/>');
    await juliet.receives(`<presence from='juliet@localhost/balcony'/>`);
    await juliet.receives(`<presence from='romeo@localhost/orchard'>${DELAY}</presence>`);
    await romeo.receives(`<presence from='juliet@localhost/balcony'/>`);
  });

  test.each(['ends', 'drops'] as const)(
    'is made by the server when the stream of an available resource %s',
    async (how) => {
      await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
      await befriend(scene, 'juliet', 'romeo');
      const romeo = await online(scene, 'romeo', 'orchard');
      const balcony = await online(scene, 'juliet', 'balcony');
      const chamber = await online(scene, 'juliet', 'chamber');
      await romeo.next();
      await romeo.next();
      await chamber.next();
      await chamber.next();
      await balcony[how]();
      await romeo.receives(`<presence type='unavailable' from='juliet@localhost/balcony' to='romeo@localhost'/>`);
      await chamber.receives(`<presence type='unavailable' from='juliet@localhost/balcony' to='juliet@localhost'/>`);
      await romeo.receivesNothing();
    },
  );

  test('is not made for a resource that never was available', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    await befriend(scene, 'juliet', 'romeo');
    const romeo = await online(scene, 'romeo', 'orchard');
    const juliet = await scene.login('juliet');
    await juliet.ends();
    await romeo.receivesNothing();
  });
});

describe('4.3: probes', () => {
  const probe = (from: string, to: string) => `<presence id='p1' from='${from}' to='${to}' type='probe'/>`;

  test('of a subscriber are answered with the last presence of each available resource, its id included', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    await befriend(scene, 'juliet', 'romeo');
    await online(scene, 'juliet', 'foo', `<presence id='hzf1v27k'/>`);
    await online(scene, 'juliet', 'bar', `<presence id='ps6t1fu3'><show>away</show></presence>`);
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(probe('romeo@localhost/orchard', 'juliet@localhost'));
    await romeo.receives(
      `<presence id='hzf1v27k' from='juliet@localhost/foo' to='romeo@localhost/orchard'>${DELAY}</presence>`,
    );
    await romeo.receives(`<presence id='ps6t1fu3' from='juliet@localhost/bar'><show>away</show>${DELAY}</presence>`);
    await romeo.receivesNothing();
  });

  test('of a subscriber are answered with “unavailable” when nobody is there', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    await befriend(scene, 'juliet', 'romeo');
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(probe('romeo@localhost/orchard', 'juliet@localhost'));
    await romeo.receives(`<presence id='p1' from='juliet@localhost' type='unavailable'/>`);
  });

  test('of one resource tell that it is there and nothing else', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    await befriend(scene, 'juliet', 'romeo');
    await online(scene, 'juliet', 'foo', `<presence id='secret'><show>away</show></presence>`);
    await online(scene, 'juliet', 'bar');
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends(probe('romeo@localhost/orchard', 'juliet@localhost/foo'));
    await romeo.receives(`<presence id='p1' from='juliet@localhost/foo'/>`);
    romeo.sends(probe('romeo@localhost/orchard', 'juliet@localhost/gone'));
    await romeo.receives(`<presence from='juliet@localhost/gone' type='unavailable'/>`);
    await romeo.receivesNothing();
  });

  test('of a stranger are answered with “unsubscribed” from the bare JID, which takes back no pre-approval', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const sent: string[] = [];
    scene.server.router.remote = { deliver: ({ element }) => void sent.push(element.toXml('jabber:client')) };
    const juliet = await online(scene, 'juliet', 'balcony');
    juliet.sends(`<presence to='romeo@example.net' type='subscribed'/>`);
    await juliet.receivesNothing();
    for (const to of ['juliet@localhost', 'juliet@localhost/balcony', 'juliet@localhost/gone']) {
      scene.server.router.send(parseStanza(probe('romeo@example.net', to)));
    }
    const refusal = `<presence from='juliet@localhost' to='romeo@example.net' type='unsubscribed' id='p1'/>`;
    expect(sent).toEqual([refusal, refusal, refusal]);
    const answer = await juliet.request(`<iq type='get'><query xmlns='jabber:iq:roster'/></iq>`);
    expect(answer.child('query', 'jabber:iq:roster')?.elements[0]?.attr('approved')).toBe('true');
  });

  test('are not sent to local contacts of whom no resource is available', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    await befriend(scene, 'juliet', 'romeo');
    const juliet = await online(scene, 'juliet', 'balcony');
    await juliet.receivesNothing();
  });
});

describe('4.6: directed presence', () => {
  test('reaches its addressee, who hears of the end but of no later broadcast', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'tybalt'] });
    const tybalt = await online(scene, 'tybalt', 'street');
    const juliet = await online(scene, 'juliet', 'balcony');
    juliet.sends(`<presence to='tybalt@localhost/street'><show>chat</show></presence>`);
    await tybalt.receives(
      `<presence from='juliet@localhost/balcony' to='tybalt@localhost/street'><show>chat</show></presence>`,
    );
    juliet.sends(`<presence><show>away</show></presence>`);
    await tybalt.receivesNothing();
    juliet.sends(`<presence type='unavailable'><status>bye</status></presence>`);
    await tybalt.receives(
      `<presence from='juliet@localhost/balcony' to='tybalt@localhost/street' type='unavailable'><status>bye</status></presence>`,
    );
    await juliet.ends();
    await tybalt.receivesNothing();
  });

  test('of a resource that never was available ends with the session', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'tybalt'] });
    const tybalt = await online(scene, 'tybalt', 'street');
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(`<presence to='tybalt@localhost'/>`);
    await tybalt.receives(`<presence from='juliet@localhost/balcony' to='tybalt@localhost'/>`);
    juliet.drops();
    await tybalt.receives(`<presence from='juliet@localhost/balcony' to='tybalt@localhost' type='unavailable'/>`);
    await tybalt.receivesNothing();
  });

  test('that was taken back ends only once', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'tybalt'] });
    const tybalt = await online(scene, 'tybalt', 'street');
    const juliet = await online(scene, 'juliet', 'balcony');
    juliet.sends(`<presence to='tybalt@localhost'/><presence to='tybalt@localhost' type='unavailable'/>`);
    await tybalt.next();
    await tybalt.receives(`<presence type='unavailable'/>`);
    await juliet.ends();
    await tybalt.receivesNothing();
  });

  test('to a subscriber ends with the broadcast, once', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo'] });
    await befriend(scene, 'juliet', 'romeo');
    const romeo = await online(scene, 'romeo', 'orchard');
    const juliet = await online(scene, 'juliet', 'balcony');
    await romeo.next();
    juliet.sends(`<presence to='romeo@localhost/orchard'/>`);
    await romeo.next();
    await juliet.ends();
    await romeo.receives(`<presence type='unavailable' to='romeo@localhost'/>`);
    await romeo.receivesNothing();
  });

  test('lets its addressee probe the resource that it came from', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'tybalt'] });
    const tybalt = await online(scene, 'tybalt', 'street');
    const juliet = await online(scene, 'juliet', 'balcony', `<presence><show>away</show></presence>`);
    await online(scene, 'juliet', 'chamber');
    juliet.sends(`<presence to='tybalt@localhost'/>`);
    await tybalt.next();
    tybalt.sends(`<presence to='juliet@localhost/balcony' type='probe'/>`);
    await tybalt.receivesNothing();
    scene.server.router.send(
      parseStanza(`<presence from='tybalt@localhost' to='juliet@localhost/balcony' type='probe'/>`),
    );
    await tybalt.receives(`<presence from='juliet@localhost/balcony' to='tybalt@localhost'/>`);
    await tybalt.receivesNothing();
  });

  test('is forgotten when its addressee becomes unavailable', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'tybalt'] });
    const juliet = await online(scene, 'juliet', 'balcony');
    juliet.sends(`<presence to='tybalt@localhost/street'/>`);
    await juliet.receivesNothing();
    const session = scene.server.sessions.get('juliet', 'balcony');
    expect(session?.directed.size).toBe(1);
    scene.server.router.send(
      parseStanza(`<presence type='unavailable' from='tybalt@localhost/street' to='juliet@localhost/balcony'/>`),
    );
    expect(session?.directed.size).toBe(0);
  });
});

describe('8.5: presence from elsewhere', () => {
  test('to a bare JID comes once to each available resource, to a full JID to that one alone', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const balcony = await online(scene, 'juliet', 'balcony');
    const chamber = await online(scene, 'juliet', 'chamber');
    await chamber.next();
    await balcony.next();
    const connected = await scene.login('juliet', 'garden');
    for (const to of ['', '/balcony', '/garden', '/nowhere']) {
      scene.server.router.send(
        parseStanza(`<presence id='${to}' from='romeo@example.net/x' to='juliet@localhost${to}'/>`),
      );
    }
    await balcony.receives(`<presence id='' to='juliet@localhost'/>`);
    await balcony.receives(`<presence id='/balcony'/>`);
    await balcony.receivesNothing();
    await chamber.receives(`<presence id=''/>`);
    await chamber.receivesNothing();
    await connected.receives(`<presence id='/garden'/>`);
    await connected.receivesNothing();
  });

  test('remote subscribers are left in peace while federation is off', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    scene.database.writer.write([
      {
        sql: `INSERT INTO roster_contact (account, jid, is_listed, subscription, is_asking, is_approved, name, groups) VALUES (?, ?, 1, 'both', 0, 0, '', '[]')`,
        params: ['juliet', 'romeo@example.net'],
      },
    ]);
    const juliet = await online(scene, 'juliet', 'balcony');
    await juliet.receivesNothing();
  });

  test('while it is on, they are told, probed from the bare JID, and asked again when they have not answered', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const insert = `INSERT INTO roster_contact (account, jid, is_listed, subscription, is_asking, is_approved, name, groups) VALUES ('juliet', ?, 1, ?, ?, 0, '', '[]')`;
    scene.database.writer.write([
      { sql: insert, params: ['romeo@example.net', 'both', 0] },
      { sql: insert, params: ['tybalt@example.net', 'none', 1] },
    ]);
    const sent: string[] = [];
    scene.server.router.remote = { deliver: ({ from, to, type }) => void sent.push(`${from.full} ${type} ${to.full}`) };
    const juliet = await online(scene, 'juliet', 'balcony');
    await juliet.receivesNothing();
    expect(sent).toEqual([
      'juliet@localhost/balcony available romeo@example.net',
      'juliet@localhost probe romeo@example.net',
      'juliet@localhost subscribe tybalt@example.net',
    ]);
  });
});

test.each([
  ['', 0],
  ['<priority>1</priority>', 1],
  ['<priority> +127 </priority>', 127],
  ['<priority>-128</priority>', -128],
  ['<priority>128</priority>', 0],
  ['<priority>-129</priority>', 0],
  ['<priority>high</priority>', 0],
  ['<priority>1.5</priority>', 0],
  ['<priority/>', 0],
  [`<priority xmlns='other'>5</priority>`, 0],
])('4.7.2.3: the priority of “%s” is %d', (content, expected) => {
  expect(readPriority(parseStanza(`<presence>${content}</presence>`))).toBe(expected);
});

test('modules are told of each broadcast once it has been dealt with', async () => {
  await using scene = await openScene({ accounts: ['juliet'] });
  const changes: unknown[] = [];
  scene.server.lifecycle.hooks.push({
    presenceChanged: ({ isAvailable, priority }, before) =>
      changes.push([before.isAvailable, before.priority, isAvailable, priority]),
  });
  const juliet = await online(scene, 'juliet', 'balcony', '<presence><priority>5</priority></presence>');
  juliet.sends(`<presence to='tybalt@localhost'/><presence/><presence type='unavailable'/>`);
  await juliet.next();
  await juliet.next();
  expect(changes).toEqual([
    [false, 0, true, 5],
    [true, 5, true, 0],
    [true, 0, false, 0],
  ]);
});
