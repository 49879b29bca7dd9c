/** What somebody of another server gets who has the name of an administrator here, and what they find out about others. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../../server/xml/element.ts';
import { asks, heard, TwoServers } from '../../scene/two-servers.ts';

const PUBSUB = 'http://jabber.org/protocol/pubsub';
const COMMANDS = 'http://jabber.org/protocol/commands';
const SEARCH = 'jabber:iq:search';

function open() {
  return TwoServers.open(
    { accounts: ['admin'] },
    {
      accounts: ['admin', 'juliet'],
      admins: ['admin'],
      settings: {
        'admin.jids': 'admin@b.example',
        'external-services.services': 'turn:turn.example.org:3478?transport=udp',
        'external-services.secret': 'not for strangers',
        'registration.open': true,
      },
    },
  );
}

/** The condition of an error, or `result`. */
function outcomeOf(answer: Element): string {
  return answer.child('error')?.elements[0]?.name ?? answer.attr('type') ?? '';
}

const FOR_OUR_PEOPLE: readonly (readonly [
  what: string,
  type: 'get' | 'set',
  to: string,
  payload: string,
  outcome: string,
])[] = [
  [
    'an account',
    'set',
    'b.example',
    `<query xmlns='jabber:iq:register'><username>eve</username><password>a-long-password</password></query>`,
    'not-allowed',
  ],
  [
    'the end of the account of the same name',
    'set',
    'b.example',
    `<query xmlns='jabber:iq:register'><remove/></query>`,
    'registration-required',
  ],
  [
    'another password for it',
    'set',
    'b.example',
    `<query xmlns='jabber:iq:register'><username>admin</username><password>a-long-password</password></query>`,
    'not-allowed',
  ],
  [
    'a list of users',
    'set',
    'b.example',
    `<command xmlns='${COMMANDS}' node='http://jabber.org/protocol/admin#get-registered-users-list' action='execute'/>`,
    'forbidden',
  ],
  [
    'an announcement',
    'set',
    'b.example',
    `<command xmlns='${COMMANDS}' node='http://jabber.org/protocol/admin#announce' action='execute'/>`,
    'forbidden',
  ],
  [
    'the end of the server',
    'set',
    'b.example',
    `<command xmlns='${COMMANDS}' node='http://jabber.org/protocol/admin#shutdown' action='execute'/>`,
    'forbidden',
  ],
  [
    'an invitation',
    'set',
    'b.example',
    `<command xmlns='${COMMANDS}' node='urn:xmpp:invite#invite' action='execute'/>`,
    'forbidden',
  ],
  [
    'an account for a guest of theirs',
    'set',
    'b.example',
    `<command xmlns='${COMMANDS}' node='urn:xmpp:invite#create-account' action='execute'/>`,
    'forbidden',
  ],
  ['TURN servers', 'get', 'b.example', `<services xmlns='urn:xmpp:extdisco:2'/>`, 'forbidden'],
  [
    'TURN passwords',
    'get',
    'b.example',
    `<credentials xmlns='urn:xmpp:extdisco:2'><service type='turn' host='turn.example.org'/></credentials>`,
    'forbidden',
  ],
  [
    'room for a file',
    'get',
    'upload.b.example',
    `<request xmlns='urn:xmpp:http:upload:0' filename='a.txt' size='3'/>`,
    'forbidden',
  ],
  ['the form of the directory', 'get', 'directory.b.example', `<query xmlns='${SEARCH}'/>`, 'forbidden'],
  [
    'the people in the directory',
    'set',
    'directory.b.example',
    `<query xmlns='${SEARCH}'><nick>a</nick></query>`,
    'forbidden',
  ],
  ['a node', 'set', 'pubsub.b.example', `<pubsub xmlns='${PUBSUB}'><create node='theirs'/></pubsub>`, 'forbidden'],
  [
    'a node by publishing',
    'set',
    'pubsub.b.example',
    `<pubsub xmlns='${PUBSUB}'><publish node='theirs'><item/></publish></pubsub>`,
    'item-not-found',
  ],
  ['privileges', 'set', 'b.example', `<privileged_iq xmlns='urn:xmpp:privilege:2'/>`, 'forbidden'],
  ['delegation', 'get', 'b.example', `<query xmlns='urn:xmpp:delegation:2'/>`, 'not-allowed'],
  [
    'private storage',
    'get',
    'b.example',
    `<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>`,
    'forbidden',
  ],
];

/** Asked of an account by strangers. */
const OF_ACCOUNTS: readonly (readonly [type: 'get' | 'set', payload: string])[] = [
  ['get', `<query xmlns='http://jabber.org/protocol/disco#info'/>`],
  ['get', `<query xmlns='http://jabber.org/protocol/disco#items'/>`],
  ['get', `<query xmlns='http://jabber.org/protocol/disco#items' node='${COMMANDS}'/>`],
  ['get', `<vCard xmlns='vcard-temp'/>`],
  ['set', `<vCard xmlns='vcard-temp'><FN>Eve</FN></vCard>`],
  ['get', `<query xmlns='jabber:iq:roster'/>`],
  ['set', `<query xmlns='jabber:iq:roster'><item jid='eve@a.example'/></query>`],
  ['get', `<query xmlns='jabber:iq:last'/>`],
  ['get', `<query xmlns='jabber:iq:version'/>`],
  ['get', `<query xmlns='jabber:iq:register'/>`],
  ['set', `<query xmlns='jabber:iq:register'><remove/></query>`],
  ['get', `<time xmlns='urn:xmpp:time'/>`],
  ['get', `<ping xmlns='urn:xmpp:ping'/>`],
  ['get', `<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>`],
  ['set', `<query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/></query>`],
  ['get', `<blocklist xmlns='urn:xmpp:blocking'/>`],
  ['set', `<block xmlns='urn:xmpp:blocking'><item jid='a@c.example'/></block>`],
  ['get', `<query xmlns='urn:xmpp:mam:2'/>`],
  ['set', `<query xmlns='urn:xmpp:mam:2'/>`],
  ['get', `<metadata xmlns='urn:xmpp:mam:2'/>`],
  ['get', `<prefs xmlns='urn:xmpp:mam:2'/>`],
  ['set', `<prefs xmlns='urn:xmpp:mam:2' default='never'/>`],
  ['set', `<enable xmlns='urn:xmpp:carbons:2'/>`],
  ['set', `<enable xmlns='urn:xmpp:push:0' jid='push.a.example'/>`],
  ['get', `<list xmlns='urn:xmpp:cam:0'/>`],
  ['set', `<privileged_iq xmlns='urn:xmpp:privilege:2'/>`],
  ['set', `<command xmlns='${COMMANDS}' node='x'/>`],
  ['get', `<pubsub xmlns='${PUBSUB}'><items node='none'/></pubsub>`],
  ['get', `<pubsub xmlns='${PUBSUB}'><subscriptions/></pubsub>`],
  ['get', `<pubsub xmlns='${PUBSUB}'><affiliations/></pubsub>`],
  ['get', `<pubsub xmlns='${PUBSUB}'><default/></pubsub>`],
  ['get', `<pubsub xmlns='${PUBSUB}'/>`],
  ['set', `<pubsub xmlns='${PUBSUB}'><create node='x'/></pubsub>`],
  ['set', `<pubsub xmlns='${PUBSUB}'><publish node='x'><item/></publish></pubsub>`],
  ['set', `<pubsub xmlns='${PUBSUB}'><subscribe node='x' jid='admin@a.example'/></pubsub>`],
  ['get', `<pubsub xmlns='${PUBSUB}#owner'><default/></pubsub>`],
  ['get', `<pubsub xmlns='${PUBSUB}#owner'><affiliations node='x'/></pubsub>`],
  ['set', `<pubsub xmlns='${PUBSUB}#owner'><delete node='x'/></pubsub>`],
  ['get', `<unheard-of xmlns='urn:example'/>`],
];

/** Written to an account without being noticed by its owner. */
const UNNOTICED: readonly string[] = [
  `<message to='?' type='groupchat'><body>Hi</body></message>`,
  `<message to='?/nowhere' type='groupchat'><body>Hi</body></message>`,
  `<message to='?/nowhere' type='normal'><body>Hi</body></message>`,
  `<message to='?' type='headline'><body>Hi</body></message>`,
  `<message to='?' type='chat'><active xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  `<message to='?'><received xmlns='urn:xmpp:receipts' id='1'/></message>`,
  `<message to='?/nowhere' type='chat'><displayed xmlns='urn:xmpp:chat-markers:0' id='1'/></message>`,
  `<presence to='?'/>`,
  `<presence to='?/nowhere'/>`,
  `<presence to='?' type='unavailable'/>`,
  `<presence to='?' type='probe' id='1'/>`,
  `<presence to='?/nowhere' type='probe' id='1'/>`,
  `<presence to='?' type='subscribed'/>`,
  `<presence to='?' type='unsubscribe'/>`,
  `<presence to='?' type='unsubscribed'/>`,
];

describe('a stranger from another server with the name of the administrator', () => {
  test.each(FOR_OUR_PEOPLE)('does not get %s', async (_what, type, to, payload, outcome) => {
    await using two = await open();
    const stranger = await two.login('admin', 'a');
    const before = JSON.stringify(two.b.scene.accounts.list());
    expect(outcomeOf(await asks(stranger, `<iq type='${type}' to='${to}'>${payload}</iq>`))).toBe(outcome);
    expect(JSON.stringify(two.b.scene.accounts.list())).toBe(before);
  });

  test('is shown no commands, not even that there are any', async () => {
    await using two = await open();
    const stranger = await two.login('admin', 'a');
    const items = await asks(
      stranger,
      `<iq type='get' to='b.example'><query xmlns='http://jabber.org/protocol/disco#items' node='${COMMANDS}'/></iq>`,
    );
    expect(items.elements[0]?.elements).toEqual([]);
  });

  test('does not write to several people through the multicast service', async () => {
    await using two = await open();
    const stranger = await two.login('admin', 'a');
    const juliet = await two.login('juliet', 'b');
    juliet.sends('<presence/>');
    await heard(two, juliet);
    stranger.sends(
      `<message to='multicast.b.example'><addresses xmlns='http://jabber.org/protocol/address'><address type='bcc' jid='juliet@b.example'/></addresses><body>Buy</body></message>`,
    );
    expect((await heard(two, stranger)).map(outcomeOf)).toEqual(['forbidden']);
    await juliet.receivesNothing();
  });

  test('announces nothing, reports nobody and does not speak as the server', async () => {
    await using two = await open();
    const stranger = await two.login('admin', 'a');
    const juliet = await two.login('juliet', 'b');
    juliet.sends('<presence/>');
    await heard(two, juliet);
    for (const resource of ['', '/announce/online', '/announce/all', '/announce/motd']) {
      stranger.sends(`<message to='b.example${resource}'><subject>News</subject><body>Pay here</body></message>`);
    }
    stranger.sends(
      `<message to='b.example'><privilege xmlns='urn:xmpp:privilege:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='b.example' to='juliet@b.example'><body>Pay here</body></message></forwarded></privilege></message>`,
    );
    await two.settles();
    await juliet.receivesNothing();
  });
});

describe('whether an account exists', () => {
  test.each(OF_ACCOUNTS)('is not told by the answer to %s %s', async (type, payload) => {
    await using two = await open();
    const stranger = await two.login('admin', 'a');
    const juliet = await two.login('juliet', 'b');
    juliet.sends('<presence/>');
    for (const resource of ['', '/nowhere']) {
      const answers: Element[] = [];
      for (const name of ['juliet', 'admin', 'nobody']) {
        answers.push(await asks(stranger, `<iq type='${type}' to='${name}@b.example${resource}'>${payload}</iq>`));
      }
      const [first, ...others] = answers.map(({ elements }) => elements.map((element) => element.toXml()).join(''));
      expect(others).toEqual([first, first]);
      expect(answers.map(outcomeOf)).toEqual(Array(3).fill('service-unavailable'));
    }
    expect((await heard(two, juliet)).filter(({ name }) => name !== 'presence')).toEqual([]);
  });

  test.each(UNNOTICED)('is not told by what %s brings', async (xml) => {
    await using two = await open();
    const stranger = await two.login('admin', 'a');
    const seen: string[] = [];
    for (const name of ['juliet', 'admin', 'nobody']) {
      stranger.sends(xml.replace('?', `${name}@b.example`));
      await two.settles();
      const came = two.a.arrived.splice(0);
      seen.push(came.map((element) => element.toXml().replaceAll(`${name}@b.example`, '?')).join(''));
    }
    expect(seen).toEqual([seen[0], seen[0], seen[0]]);
  });

  test('who is online is not told either, nor at which devices', async () => {
    await using two = await open();
    const stranger = await two.login('admin', 'a');
    const juliet = await two.login('juliet', 'b', 'balcony');
    juliet.sends('<presence/>');
    await heard(two, juliet);
    for (const resource of ['', '/balcony']) {
      stranger.sends(`<presence to='juliet@b.example${resource}' type='probe'/>`);
      stranger.sends(`<presence to='juliet@b.example${resource}'/>`);
    }
    await two.settles();
    expect(two.a.arrived.map((element) => [element.attr('from'), element.attr('type')])).toEqual(
      Array(2).fill(['juliet@b.example', 'unsubscribed']),
    );
  });

  test('somebody who wrote to nobody is told so', async () => {
    await using two = await open();
    const stranger = await two.login('admin', 'a');
    stranger.sends(`<message to='nobody@b.example' type='chat'><body>Hello?</body></message>`);
    expect((await heard(two, stranger)).map(outcomeOf)).toEqual(['service-unavailable']);
  });
});
