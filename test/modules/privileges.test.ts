/** XEP-0356: Privileged Entity. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NO_GRANTS } from '../../server/administration/component-grants.ts';
import type { Element } from '../../server/xml/element.ts';
import { comeBack, componentsOf, connectComponent } from '../scene/component-client.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import { letsSee } from './subscribed.ts';

const PUBSUB = 'component.localhost';
const NS_PRIVILEGE = 'urn:xmpp:privilege:2';
const ROSTER_GET = `<iq type='get' to='juliet@localhost'><query xmlns='jabber:iq:roster'/></iq>`;
const rosterSet = (to: string) =>
  `<iq type='set' to='${to}'><query xmlns='jabber:iq:roster'><item jid='nurse@localhost' name='Nurse'><group>Servants</group></item></query></iq>`;

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ accounts: ['romeo', 'juliet', 'nurse'] });
});
afterEach(() => scene.close());

function conditionOf(stanza: Element): string | undefined {
  return stanza.child('error')?.elements[0]?.name;
}

describe('the advert', () => {
  test('tells of every privilege after the handshake (section 7.5)', async () => {
    const component = await connectComponent(scene, PUBSUB, {
      roster: 'both',
      message: 'outgoing',
      presence: 'roster',
      iq: [{ xmlns: 'http://jabber.org/protocol/pubsub', access: 'set' }],
    });
    await component.receives(
      `<message from='localhost' to='${PUBSUB}' id='{any}'><privilege xmlns='${NS_PRIVILEGE}'>
         <perm access='roster' type='both' push='true'/>
         <perm access='message' type='outgoing'/>
         <perm access='iq'><namespace ns='http://jabber.org/protocol/pubsub' type='set'/></perm>
         <perm access='presence' type='roster'/>
       </privilege></message>`,
    );
  });

  test('pushes cannot be had by who may not read', async () => {
    const component = await connectComponent(scene, PUBSUB, { roster: 'set', rosterPush: true });
    await component.receives(
      `<message><privilege xmlns='${NS_PRIVILEGE}'><perm access='roster' type='set' push='false'/></privilege></message>`,
    );
  });

  test('a component without privileges hears nothing', async () => {
    await (await connectComponent(scene, PUBSUB)).receivesNothing();
  });

  test('changes are told at once, also that nothing is left', async () => {
    const component = await connectComponent(scene, PUBSUB);
    await componentsOf(scene).grant(PUBSUB, { ...NO_GRANTS, message: 'outgoing' });
    await component.receives(
      `<message><privilege xmlns='${NS_PRIVILEGE}'><perm access='message' type='outgoing'/></privilege></message>`,
    );
    await componentsOf(scene).grant(PUBSUB, NO_GRANTS);
    await component.receives(`<message><privilege xmlns='${NS_PRIVILEGE}'/></message>`);
  });

  test('the presence of contacts needs the right to read contact lists (section 7.4)', async () => {
    await componentsOf(scene).add(PUBSUB);
    for (const roster of ['none', 'set'] as const) {
      const grants = { ...NO_GRANTS, roster, presence: 'roster' as const };
      await expect(componentsOf(scene).grant(PUBSUB, grants)).rejects.toMatchObject({ code: 'invalid' });
    }
  });

  test('grants survive a restart', async () => {
    const { secret } = await componentsOf(scene).add(PUBSUB);
    await componentsOf(scene).grant(PUBSUB, { ...NO_GRANTS, roster: 'get', rosterPush: false });
    await scene.restart();
    const component = await comeBack(scene, PUBSUB, secret);
    await component.receives(
      `<message><privilege xmlns='${NS_PRIVILEGE}'><perm access='roster' type='get' push='false'/></privilege></message>`,
    );
  });
});

describe('contact lists', () => {
  test('are read as their owners read them (section 4.3)', async () => {
    const juliet = await scene.login('juliet', 'balcony');
    await juliet.request(`<iq type='set'><query xmlns='jabber:iq:roster'><item jid='nurse@localhost'/></query></iq>`);
    const component = await connectComponent(scene, PUBSUB, { roster: 'get' });
    await component.next();
    const answer = await component.request(ROSTER_GET);
    expect(answer.attr('from')).toBe('juliet@localhost');
    expect(answer.attr('to')).toBe(PUBSUB);
    expect(answer.child('query', 'jabber:iq:roster')?.elements.map((item) => item.attr('jid'))).toEqual([
      'nurse@localhost',
    ]);
  });

  test('are changed with pushes to their owners and to the component, which hears the answer first', async () => {
    const juliet = await scene.login('juliet', 'balcony');
    await juliet.request(`<iq type='get'><query xmlns='jabber:iq:roster'/></iq>`);
    const component = await connectComponent(scene, PUBSUB, { roster: 'both' });
    await component.next();
    expect((await component.request(rosterSet('juliet@localhost'))).attr('type')).toBe('result');
    const push = `<query xmlns='jabber:iq:roster' ver='{any}'><item jid='nurse@localhost' name='Nurse' subscription='none'><group>Servants</group></item></query>`;
    await component.receives(`<iq type='set' id='{any}' from='juliet@localhost' to='${PUBSUB}'>${push}</iq>`);
    await juliet.receives(`<iq type='set' id='{any}' to='juliet@localhost/balcony'>${push}</iq>`);
    component.sends(`<iq type='result' id='p' from='${PUBSUB}' to='juliet@localhost'/>`);
    await component.receivesNothing();
  });

  test('are pushed when their owners change them, whether or not a device has asked for pushes (section 4.4)', async () => {
    const component = await connectComponent(scene, PUBSUB, { roster: 'get' });
    await component.next();
    const romeo = await scene.login('romeo', 'orchard');
    await romeo.request(`<iq type='set'><query xmlns='jabber:iq:roster'><item jid='nurse@localhost'/></query></iq>`);
    await component.receives(
      `<iq type='set' from='romeo@localhost'><query xmlns='jabber:iq:roster' ver='{any}'><item jid='nurse@localhost' subscription='none'/></query></iq>`,
    );
    await romeo.request(
      `<iq type='set'><query xmlns='jabber:iq:roster'><item jid='nurse@localhost' subscription='remove'/></query></iq>`,
    );
    await component.receives(
      `<iq type='set' from='romeo@localhost'><query xmlns='jabber:iq:roster' ver='{any}'><item jid='nurse@localhost' subscription='remove'/></query></iq>`,
    );
  });

  test.each([
    { roster: 'get', rosterPush: false },
    { roster: 'set', rosterPush: true },
    { roster: 'none', rosterPush: true },
  ] as const)('are not pushed with %o', async (grants) => {
    const component = await connectComponent(scene, PUBSUB, { message: 'outgoing', ...grants });
    await component.next();
    const romeo = await scene.login('romeo', 'orchard');
    await romeo.request(`<iq type='set'><query xmlns='jabber:iq:roster'><item jid='nurse@localhost'/></query></iq>`);
    await component.receivesNothing();
  });

  test.each([
    ['none', ROSTER_GET],
    ['none', rosterSet('juliet@localhost')],
    ['get', rosterSet('juliet@localhost')],
    ['set', ROSTER_GET],
  ] as const)('with %s this is forbidden: %s', async (roster, request) => {
    const component = await connectComponent(scene, PUBSUB, { roster, message: 'outgoing' });
    await component.next();
    expect(conditionOf(await component.request(request))).toBe('forbidden');
    const juliet = await scene.login('juliet', 'balcony');
    const own = await juliet.request(`<iq type='get'><query xmlns='jabber:iq:roster'/></iq>`);
    expect(own.child('query', 'jabber:iq:roster')?.elements).toEqual([]);
  });

  test('are for the component itself, not for those who live there', async () => {
    const component = await connectComponent(scene, PUBSUB, { roster: 'both' });
    await component.next();
    const answer = await component.request(ROSTER_GET.replace('<iq ', `<iq from='bot@${PUBSUB}' `));
    expect(conditionOf(answer)).toBe('forbidden');
  });

  test('of nobody are answered as if there were no privilege', async () => {
    const component = await connectComponent(scene, PUBSUB, { roster: 'both' });
    await component.next();
    expect(conditionOf(await component.request(rosterSet('tybalt@localhost')))).toBe('service-unavailable');
  });
});

describe('messages', () => {
  const event = `<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='http://jabber.org/protocol/tune'/></event>`;
  const notification = (inner: string, to = 'localhost') =>
    `<message from='${PUBSUB}' to='${to}' id='notif1'><privilege xmlns='${NS_PRIVILEGE}'><forwarded xmlns='urn:xmpp:forward:0'>${inner}</forwarded></privilege></message>`;

  test('go out in the name of an account (section 5.3)', async () => {
    const component = await connectComponent(scene, PUBSUB, { message: 'outgoing' });
    await component.next();
    const romeo = await scene.login('romeo', 'orchard');
    component.sends(
      notification(
        `<message xmlns='jabber:client' from='juliet@localhost' id='foo' to='romeo@localhost/orchard' type='headline'>${event}</message>`,
      ),
    );
    await romeo.receives(
      `<message from='juliet@localhost' to='romeo@localhost/orchard' type='headline'>${event}</message>`,
    );
    await component.receivesNothing();
  });

  test('go out in the name of the server', async () => {
    const component = await connectComponent(scene, PUBSUB, { message: 'outgoing' });
    await component.next();
    const romeo = await scene.login('romeo', 'orchard');
    component.sends(
      notification(
        `<message xmlns='jabber:client' from='localhost' to='romeo@localhost/orchard'><body>Hear ye</body><privilege xmlns='${NS_PRIVILEGE}'/></message>`,
      ),
    );
    await romeo.receives(`<message from='localhost' to='romeo@localhost/orchard'><body>Hear ye</body></message>`);
  });

  test('may be enclosed in the namespace of the component’s own stream, as slixmpp does', async () => {
    const component = await connectComponent(scene, PUBSUB, { message: 'outgoing' });
    await component.next();
    const romeo = await scene.login('romeo', 'orchard');
    component.sends(
      notification(
        `<message xmlns='jabber:component:accept' from='juliet@localhost' to='romeo@localhost/orchard'><body>Hi</body></message>`,
      ),
    );
    await romeo.receives(`<message from='juliet@localhost' to='romeo@localhost/orchard'><body>Hi</body></message>`);
  });

  test('are copied to the account’s own devices like any other', async () => {
    const component = await connectComponent(scene, PUBSUB, { message: 'outgoing' });
    await component.next();
    const devices = [await scene.login('juliet', 'balcony'), await scene.login('juliet', 'chamber')];
    for (const device of devices) await device.request(`<iq type='set'><enable xmlns='urn:xmpp:carbons:2'/></iq>`);
    component.sends(
      notification(
        `<message xmlns='jabber:client' from='juliet@localhost' to='friend@${PUBSUB}' type='chat'><body>From another network</body></message>`,
      ),
    );
    for (const device of devices) {
      const copy = await device.next();
      const sent = copy.child('sent', 'urn:xmpp:carbons:2')?.elements[0]?.elements[0];
      expect(sent?.childText('body')).toBe('From another network');
    }
  });

  test('cannot do what the account could not: who is blocked stays so', async () => {
    const juliet = await scene.login('juliet', 'balcony');
    await juliet.request(`<iq type='set'><block xmlns='urn:xmpp:blocking'><item jid='romeo@localhost'/></block></iq>`);
    const romeo = await scene.login('romeo', 'orchard');
    const component = await connectComponent(scene, PUBSUB, { message: 'outgoing' });
    await component.next();
    component.sends(
      notification(
        `<message xmlns='jabber:client' from='juliet@localhost' to='romeo@localhost/orchard'><body>!</body></message>`,
      ),
    );
    const refused = await component.next();
    expect([refused.attr('id'), refused.attr('type'), conditionOf(refused)]).toEqual([
      'notif1',
      'error',
      'not-acceptable',
    ]);
    await romeo.receivesNothing();
  });

  test.each([
    `<message xmlns='jabber:client' from='juliet@localhost/balcony' to='romeo@localhost/orchard'/>`,
    `<message xmlns='jabber:client' from='juliet@elsewhere' to='romeo@localhost/orchard'/>`,
    `<message xmlns='jabber:client' from='tybalt@localhost' to='romeo@localhost/orchard'/>`,
    `<message xmlns='jabber:client' from='rooms.localhost' to='romeo@localhost/orchard'/>`,
    `<message xmlns='jabber:client' to='romeo@localhost/orchard'/>`,
  ])('must be from a bare JID of this server: %s', async (inner) => {
    const component = await connectComponent(scene, PUBSUB, { message: 'outgoing' });
    await component.next();
    const romeo = await scene.login('romeo', 'orchard');
    component.sends(notification(inner));
    const refused = await component.next();
    expect([refused.name, refused.attr('id'), conditionOf(refused)]).toEqual(['message', 'notif1', 'forbidden']);
    await romeo.receivesNothing();
  });

  test('without anything to send are a mistake', async () => {
    const component = await connectComponent(scene, PUBSUB, { message: 'outgoing' });
    await component.next();
    component.sends(notification(''));
    expect(conditionOf(await component.next())).toBe('bad-request');
  });

  test('are forbidden to who was not granted them, component or not', async () => {
    const component = await connectComponent(scene, PUBSUB, { roster: 'both' });
    await component.next();
    const inner = `<message xmlns='jabber:client' from='juliet@localhost' to='romeo@localhost'/>`;
    component.sends(notification(inner));
    expect(conditionOf(await component.next())).toBe('forbidden');
    const nurse = await scene.login('nurse', 'kitchen');
    nurse.sends(notification(inner).replace(`from='${PUBSUB}' `, ''));
    expect(conditionOf(await nurse.next())).toBe('forbidden');
  });
});

describe('requests in an account’s name', () => {
  const PUBSUB_NS = 'http://jabber.org/protocol/pubsub';
  const subscribe = `<pubsub xmlns='${PUBSUB_NS}'><subscribe node='urn:xmpp:microblog:0' jid='juliet@localhost'/></pubsub>`;
  const inner = (attributes: string, payload = subscribe, xmlns = 'jabber:client') =>
    `<iq xmlns='${xmlns}' type='set' id='sub_1' ${attributes}>${payload}</iq>`;
  const outer = (enclosed: string, to = 'juliet@localhost', type = 'set') =>
    `<iq type='${type}' to='${to}'><privileged_iq xmlns='${NS_PRIVILEGE}'>${enclosed}</privileged_iq></iq>`;
  const grants = {
    iq: [
      { xmlns: PUBSUB_NS, access: 'set' },
      { xmlns: 'urn:xmpp:ping', access: 'get' },
    ],
  } as const;
  const enclosedIn = (answer: Element) =>
    answer.child('privilege', NS_PRIVILEGE)?.child('forwarded', 'urn:xmpp:forward:0')?.elements[0];

  test('are sent by the account, and the answer comes back enclosed (section 6.3)', async () => {
    const component = await connectComponent(scene, PUBSUB, grants);
    await component.next();
    const romeo = await scene.login('romeo', 'orchard');
    component.sends(
      outer(inner(`to='romeo@localhost/orchard'`)).replace('<iq ', `<iq from='${PUBSUB}' id='priv_iq_1' `),
    );
    const request = await romeo.receives(
      `<iq type='set' from='juliet@localhost' to='romeo@localhost/orchard'>${subscribe}</iq>`,
    );
    romeo.sends(`<iq type='result' to='juliet@localhost' id='${request.attr('id')}'>${subscribe}</iq>`);
    await component.receives(
      `<iq type='result' from='juliet@localhost' to='${PUBSUB}' id='priv_iq_1'><privilege xmlns='${NS_PRIVILEGE}'>
         <forwarded xmlns='urn:xmpp:forward:0'><iq xmlns='jabber:client' type='result' id='sub_1' from='romeo@localhost/orchard' to='juliet@localhost'>${subscribe}</iq></forwarded>
       </privilege></iq>`,
    );
  });

  test('go to the account itself without “to”, to its own devices, and to services', async () => {
    const component = await connectComponent(scene, PUBSUB, grants);
    await component.next();
    const ping = (to: string) => inner(to, `<ping xmlns='urn:xmpp:ping'/>`).replace(`type='set'`, `type='get'`);
    for (const to of ['', `to='localhost'`, `to='rooms.localhost'`]) {
      const answer = enclosedIn(await component.request(outer(ping(to), 'juliet@localhost', 'get')));
      expect([answer?.attr('type'), answer?.attr('id'), answer?.attr('to')]).toEqual([
        'result',
        'sub_1',
        'juliet@localhost',
      ]);
    }
    const juliet = await scene.login('juliet', 'balcony');
    component.sends(
      outer(ping(`to='juliet@localhost/balcony'`), 'juliet@localhost', 'get').replace(
        '<iq ',
        `<iq from='${PUBSUB}' id='own' `,
      ),
    );
    const asked = await juliet.next();
    juliet.sends(`<iq type='result' to='juliet@localhost' id='${asked.attr('id')}'/>`);
    expect(enclosedIn(await component.next())?.attr('from')).toBe('juliet@localhost/balcony');
  });

  test('bring errors back enclosed as well, and one of ours when nobody answers', async () => {
    const component = await connectComponent(scene, PUBSUB, grants);
    await component.next();
    const refused = await component.request(outer(inner(`to='tybalt@localhost'`)));
    expect(refused.attr('type')).toBe('result');
    expect(enclosedIn(refused)?.child('error')?.elements[0]?.name).toBe('service-unavailable');
    const romeo = await scene.login('romeo', 'orchard');
    component.sends(outer(inner(`to='romeo@localhost/orchard'`)).replace('<iq ', `<iq from='${PUBSUB}' id='slow' `));
    await romeo.next();
    scene.clock.advance(35_000);
    const late = enclosedIn(await component.next());
    expect([late?.attr('id'), late?.child('error')?.elements[0]?.name]).toEqual(['sub_1', 'remote-server-timeout']);
  });

  test('are answered by those who were asked and by nobody else', async () => {
    const component = await connectComponent(scene, PUBSUB, grants);
    await component.next();
    const romeo = await scene.login('romeo', 'orchard');
    const nurse = await scene.login('nurse', 'kitchen');
    component.sends(outer(inner(`to='romeo@localhost/orchard'`)).replace('<iq ', `<iq from='${PUBSUB}' id='x' `));
    const id = (await romeo.next()).attr('id');
    nurse.sends(`<iq type='result' to='juliet@localhost' id='${id}'/>`);
    await nurse.receivesNothing();
    await component.receivesNothing();
  });

  test.each([
    ['not a bare JID', outer(inner(''), 'juliet@localhost/balcony')],
    ['not an account', outer(inner(''), 'tybalt@localhost')],
    ['not of this server', outer(inner(''), 'juliet@elsewhere.lit')],
    ['the server itself', outer(inner(''), 'localhost')],
    ['another namespace', outer(inner('', `<query xmlns='jabber:iq:roster'/>`))],
    ['another type', outer(inner('').replace(`type='set'`, `type='get'`), 'juliet@localhost', 'get')],
    ['not jabber:client', outer(inner('', subscribe, 'jabber:component:accept'))],
    ['somebody else inside', outer(inner(`from='romeo@localhost'`))],
    ['a resource inside', outer(inner(`from='juliet@localhost/balcony'`))],
    ['two types', outer(inner(''), 'juliet@localhost', 'get')],
  ])('are forbidden: %s', async (_, request) => {
    const component = await connectComponent(scene, PUBSUB, grants);
    await component.next();
    expect(conditionOf(await component.request(request))).toBe('forbidden');
  });

  test('may name the account inside', async () => {
    const component = await connectComponent(scene, PUBSUB, { iq: [{ xmlns: 'urn:xmpp:ping', access: 'both' }] });
    await component.next();
    const ping = inner(`from='juliet@localhost'`, `<ping xmlns='urn:xmpp:ping'/>`).replace(`type='set'`, `type='get'`);
    const answer = await component.request(outer(ping, 'juliet@localhost', 'get'));
    expect(enclosedIn(answer)?.attr('type')).toBe('result');
  });

  test('are forbidden to everybody who is no component', async () => {
    const romeo = await scene.login('romeo', 'orchard');
    for (const to of ['juliet@localhost', 'romeo@localhost', 'localhost'])
      expect(conditionOf(await romeo.request(outer(inner(''), to)))).toBe('forbidden');
  });
});

describe('presence', () => {
  test('of accounts: only how it begins and how it ends (section 7.1)', async () => {
    const component = await connectComponent(scene, PUBSUB, { presence: 'managed_entity' });
    await component.next();
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(
      `<presence id='presence1' xml:lang='en'><show>chat</show><status>Staying on the balcony</status></presence>`,
    );
    await component.receives(
      `<presence from='juliet@localhost/balcony' to='${PUBSUB}' id='presence1' xml:lang='en'><show>chat</show><status>Staying on the balcony</status></presence>`,
    );
    juliet.sends(`<presence><show>away</show></presence>`);
    juliet.sends(`<presence to='${PUBSUB}' type='unavailable'/>`);
    await component.receives(`<presence from='juliet@localhost/balcony' to='${PUBSUB}' type='unavailable'/>`); // hers
    juliet.sends(`<presence type='unavailable'/>`);
    await component.receives(`<presence from='juliet@localhost/balcony' to='${PUBSUB}' type='unavailable'/>`);
    await component.receivesNothing();
  });

  test('of accounts that are there already is told to who comes later (section 8, rule 1)', async () => {
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(`<presence><show>chat</show></presence>`);
    await scene.login('romeo', 'orchard'); // connected, not available
    const component = await connectComponent(scene, PUBSUB, { presence: 'managed_entity' });
    await component.next();
    await component.receives(`<presence from='juliet@localhost/balcony' to='${PUBSUB}'><show>chat</show></presence>`);
    await component.receivesNothing();
    juliet.drops();
    await component.receives(`<presence from='juliet@localhost/balcony' to='${PUBSUB}' type='unavailable'/>`);
  });

  test('of contacts: every change, once, also while nobody here is online to see it (section 7.4, section 8, rule 2)', async () => {
    for (const watcher of ['juliet', 'nurse']) {
      const clients = [await scene.login('romeo', 'earlier'), await scene.login(watcher, 'earlier')] as const;
      await letsSee(...clients);
      for (const client of clients) await client.ends();
    }
    const component = await connectComponent(scene, PUBSUB, { roster: 'get', presence: 'roster' });
    await component.next();
    const romeo = await scene.login('romeo', 'orchard');
    romeo.sends('<presence/>');
    await component.receives(`<presence from='romeo@localhost/orchard' to='${PUBSUB}'/>`);
    romeo.sends(`<presence><show>away</show></presence>`);
    await component.receives(`<presence from='romeo@localhost/orchard' to='${PUBSUB}'><show>away</show></presence>`);
    await romeo.ends();
    await component.receives(`<presence from='romeo@localhost/orchard' to='${PUBSUB}' type='unavailable'/>`);
    await component.receivesNothing();
  });

  test('of contacts beyond a bridge is remembered for components that come later', async () => {
    const bridge = await connectComponent(scene, 'bridge.localhost');
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(`<presence to='friend@bridge.localhost' type='subscribe'/>`);
    await bridge.next();
    bridge.sends(`<presence from='friend@bridge.localhost' to='juliet@localhost' type='subscribed'/>`);
    await bridge.receivesNothing();
    const { secret } = await componentsOf(scene).add(PUBSUB);
    await componentsOf(scene).grant(PUBSUB, { ...NO_GRANTS, roster: 'get', presence: 'roster' });
    bridge.sends(`<presence from='friend@bridge.localhost/phone' to='juliet@localhost'/>`);
    bridge.sends(`<presence from='stranger@bridge.localhost/phone' to='juliet@localhost'/>`);
    await bridge.receivesNothing();
    const component = await comeBack(scene, PUBSUB, secret);
    await component.next();
    await component.receives(`<presence from='friend@bridge.localhost/phone' to='${PUBSUB}'/>`);
    bridge.sends(`<presence from='friend@bridge.localhost/phone' to='juliet@localhost' type='unavailable'/>`);
    await component.receives(`<presence from='friend@bridge.localhost/phone' to='${PUBSUB}' type='unavailable'/>`);
    await component.receivesNothing();
  });

  test('of a contact ends for the component too when the subscription has ended before', async () => {
    const bridge = await connectComponent(scene, 'bridge.localhost');
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(`<presence to='friend@bridge.localhost' type='subscribe'/>`);
    await bridge.next();
    bridge.sends(`<presence from='friend@bridge.localhost' to='juliet@localhost' type='subscribed'/>`);
    await bridge.receivesNothing();
    const component = await connectComponent(scene, PUBSUB, { roster: 'get', rosterPush: false, presence: 'roster' });
    await component.next();
    bridge.sends(`<presence from='friend@bridge.localhost/phone' to='juliet@localhost'/>`);
    await component.receives(`<presence from='friend@bridge.localhost/phone' to='${PUBSUB}'/>`);
    juliet.sends(`<presence to='friend@bridge.localhost' type='unsubscribe'/>`);
    await bridge.next();
    bridge.sends(`<presence from='friend@bridge.localhost/phone' to='juliet@localhost' type='unavailable'/>`);
    await component.receives(`<presence from='friend@bridge.localhost/phone' to='${PUBSUB}' type='unavailable'/>`);
    bridge.sends(`<presence from='friend@bridge.localhost/tablet' to='juliet@localhost'/>`);
    bridge.sends(`<presence from='friend@bridge.localhost/tablet' to='juliet@localhost' type='unavailable'/>`);
    await bridge.receivesNothing();
    await component.receivesNothing();
  });

  test('is nothing that other components hear of', async () => {
    const component = await connectComponent(scene, PUBSUB, { roster: 'both', message: 'outgoing' });
    await component.next();
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends('<presence/>');
    await juliet.next();
    await component.receivesNothing();
  });
});
