/** Whatever people do in a room in whatever order: nothing fails, nobody is left behind, and it has an owner. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openScene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { conditionOf, configuration, enters, items, NS_MUC, NS_OWNER, NS_USER, opens, ROOM } from './rooms-steps.ts';

const RUNS = 40;
const STEPS = 30;
const PEOPLE = ['crone', 'wicca', 'hag'];

const nick = fc.constantFrom('crone', 'wicca', 'hag', 'Hag', 'x', '');
const jid = fc.constantFrom(
  'crone@localhost',
  'wicca@localhost/laptop',
  'hag@localhost',
  'localhost',
  '@',
  'far@away.example',
);
const role = fc.constantFrom('none', 'visitor', 'participant', 'moderator');
const affiliation = fc.constantFrom('outcast', 'none', 'member', 'admin', 'owner');
const flag = fc.constantFrom('0', '1');
const type = fc.constantFrom('groupchat', 'chat', 'normal', 'error', 'headline');
const error = `<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;

const iq = (kind: string, to: string, payload: string) => `<iq type='${kind}' id='i' to='${to}'>${payload}</iq>`;
const occupant = (name: string) => (name === '' ? ROOM : `${ROOM}/${name}`);

const stanza = fc.oneof(
  { weight: 4, arbitrary: nick.map((name) => `<presence to='${occupant(name)}'><x xmlns='${NS_MUC}'/></presence>`) },
  nick.map((name) => `<presence to='${occupant(name)}'><show>away</show></presence>`),
  nick.map((name) => `<presence type='unavailable' to='${occupant(name)}'/>`),
  nick.map((name) => `<presence type='probe' to='${occupant(name)}'/>`),
  fc.constant(`<presence type='error' to='${ROOM}'>${error}</presence>`),
  fc.constant(`<presence type='unavailable'/>`),
  fc
    .tuple(type, nick)
    .map(
      ([kind, name]) =>
        `<message type='${kind}' id='m' to='${occupant(name)}'>${kind === 'error' ? error : '<body>x</body>'}</message>`,
    ),
  fc.constant(`<message type='groupchat' to='${ROOM}'><subject>s</subject></message>`),
  jid.map((to) => `<message to='${ROOM}'><x xmlns='${NS_USER}'><invite to='${to}'/></x></message>`),
  jid.map((to) => `<message to='${ROOM}'><x xmlns='${NS_USER}'><decline to='${to}'/></x></message>`),
  fc.tuple(nick, role).map(([name, value]) => iq('set', ROOM, items(`<item nick='${name}' role='${value}'/>`))),
  fc
    .tuple(jid, affiliation, nick)
    .map(([to, value, name]) => iq('set', ROOM, items(`<item jid='${to}' affiliation='${value}' nick='${name}'/>`))),
  affiliation.map((value) => iq('get', ROOM, items(`<item affiliation='${value}'/>`))),
  fc
    .tuple(fc.constantFrom('membersonly', 'moderatedroom', 'persistentroom', 'changesubject'), flag)
    .map(([name, value]) => iq('set', ROOM, configuration({ [`muc#roomconfig_${name}`]: value }))),
  fc
    .subarray(['moderator', 'participant', 'visitor', 'none'])
    .map((roles) => iq('set', ROOM, configuration({ 'muc#roomconfig_presencebroadcast': roles }))),
  fc
    .subarray(['crone@localhost', 'wicca@localhost', 'hag@localhost'])
    .map((owners) => iq('set', ROOM, configuration({ 'muc#roomconfig_roomowners': owners }))),
  fc.constant(iq('set', ROOM, `<query xmlns='${NS_OWNER}'><destroy/></query>`)),
  fc
    .constantFrom('<remove/>', `<x xmlns='jabber:x:data' type='submit'/>`)
    .map((inside) => iq('set', ROOM, `<query xmlns='jabber:iq:register'>${inside}</query>`)),
  nick.map((name) => iq('get', occupant(name), `<ping xmlns='urn:xmpp:ping'/>`)),
  nick.map((name) => iq('get', occupant(name), `<vCard xmlns='vcard-temp'/>`)),
);
const step = fc.tuple(fc.constantFrom(...PEOPLE), stanza);

/** Reads everything that is under way, up to the answer of a ping. */
async function hearsAll(client: SceneClient): Promise<void> {
  client.sends(`<iq type='get' id='last' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
  for (;;) {
    const element = await client.next();
    expect(conditionOf(element)).not.toBe('internal-server-error');
    if (element.name === 'iq' && element.attr('id') === 'last') return;
  }
}

test('people in a room do what they like', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: STEPS / 2, maxLength: STEPS }), async (steps) => {
      const scene = await openScene({ accounts: PEOPLE });
      const clients = new Map<string, SceneClient>();
      for (const name of PEOPLE) clients.set(name, await scene.login(name, 'laptop'));
      const [crone, wicca, hag] = PEOPLE.map((name) => clients.get(name) ?? expect.fail());
      if (crone === undefined || wicca === undefined || hag === undefined) return;
      await opens(crone, 'crone', { 'muc#roomconfig_persistentroom': '1' });
      await enters(wicca, 'wicca');
      await enters(hag, 'hag');
      for (const [name, xml] of steps) {
        const client = clients.get(name);
        client?.sends(xml);
        if (client !== undefined) await hearsAll(client);
      }
      for (const client of clients.values()) await hearsAll(client);
      // Who leaves last leaves an empty room, which is gone or still has its owner.
      for (const client of clients.values()) client.drops();
      await scene.restart();
      const later = await scene.login('crone', 'laptop');
      const info = await later.request(iq('get', ROOM, `<query xmlns='http://jabber.org/protocol/disco#info'/>`));
      if (info.attr('type') === 'result') {
        expect(info.toXml()).toContain('muc_persistent');
        const owners = scene.database.reader.all(`SELECT 1 FROM rooms_affiliation WHERE affiliation = 'owner'`);
        expect(owners.length).toBeGreaterThan(0);
        expect(info.toXml()).toMatch(/muc#roominfo_occupants'[^>]*><value>0</);
      }
      await scene.close(); // fails when the server logged errors
    }),
    { numRuns: RUNS },
  );
});
