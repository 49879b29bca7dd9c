/** What is left of an account that was removed: nothing that is its own, in any table and in no file. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { thisComputer } from '../../server/administration/actor.ts';
import { enable } from '../modules/push-steps.ts';
import { openScene, type Scene, target } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { getsToken } from '../scene/token-client.ts';

const NAME = 'zebedee';
const JID = `${NAME}@localhost`;
const ROOM = 'den@rooms.localhost';

/** Sends a request and reads on until its answer comes. */
async function asks(client: SceneClient, xml: string): Promise<void> {
  const id = `ask${Math.random()}`;
  client.sends(xml.replace('<iq ', `<iq id='${id}' `));
  for (;;) {
    const stanza = await client.next();
    if (stanza.name !== 'iq' || stanza.attr('id') !== id) continue;
    expect(stanza.attr('type'), stanza.toXml()).toBe('result');
    return;
  }
}

/** The tables in which this account leaves something. A module with a table of its own belongs here. */
const OWN = [
  'account',
  'account_credential',
  'archive_message',
  'archive_preference',
  'blocking_item',
  'client_access_client',
  'fast_token',
  'invitations_invitation',
  'last_activity',
  'private_xml',
  'pubsub_affiliation',
  'pubsub_item',
  'pubsub_node',
  'pubsub_subscription',
  'push_registration',
  'rooms_affiliation',
  'roster_contact',
  'roster_version',
  'stream_management_session',
  'upload_file',
  'vcard',
];

const publish = (to: string, node: string, item: string) =>
  `<iq type='set' ${to}><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='${node}'>${item}</publish></pubsub></iq>`;

/** Does everything of which the server keeps something. */
async function livesHere(scene: Scene): Promise<void> {
  await getsToken(scene, NAME, { mechanism: 'HT-SHA-256-NONE' });
  const zebedee = await scene.login(NAME, 'phone');
  const juliet = await scene.login('juliet', 'balcony');
  zebedee.sends('<presence/>');
  juliet.sends('<presence/>');
  await asks(zebedee, `<iq type='set'><query xmlns='jabber:iq:roster'><item jid='juliet@localhost'/></query></iq>`);
  await asks(juliet, `<iq type='set'><query xmlns='jabber:iq:roster'><item jid='${JID}' name='Z'/></query></iq>`);
  zebedee.sends(`<presence to='juliet@localhost' type='subscribe'/>`);
  juliet.sends(`<presence to='${JID}' type='subscribed'/><presence to='${JID}' type='subscribe'/>`);
  zebedee.sends(`<presence to='juliet@localhost' type='subscribed'/>`);
  await asks(zebedee, `<iq type='set'><vCard xmlns='vcard-temp'><FN>Zebedee</FN></vCard></iq>`);
  await asks(zebedee, `<iq type='set'><query xmlns='jabber:iq:private'><a xmlns='x:y'><b/></a></query></iq>`);
  await asks(
    zebedee,
    publish(
      '',
      'http://jabber.org/protocol/nick',
      `<item><nick xmlns='http://jabber.org/protocol/nick'>Z</nick></item>`,
    ),
  );
  await asks(
    zebedee,
    publish(
      '',
      'urn:xmpp:bookmarks:1',
      `<item id='${ROOM}'><conference xmlns='urn:xmpp:bookmarks:1' name='Den'/></item>`,
    ),
  );
  await asks(
    zebedee,
    `<iq type='set' to='pubsub.localhost'><pubsub xmlns='http://jabber.org/protocol/pubsub'><create node='of-zebedee'/></pubsub></iq>`,
  );
  await asks(zebedee, publish("to='pubsub.localhost'", 'of-zebedee', `<item id='1'><x xmlns='a:b'/></item>`));
  await asks(
    zebedee,
    `<iq type='set' to='pubsub.localhost'><pubsub xmlns='http://jabber.org/protocol/pubsub'><subscribe node='of-zebedee' jid='${JID}'/></pubsub></iq>`,
  );
  await asks(zebedee, `<iq type='set'><block xmlns='urn:xmpp:blocking'><item jid='nuisance@localhost'/></block></iq>`);
  await asks(zebedee, `<iq type='set'><prefs xmlns='urn:xmpp:mam:2' default='always'><always/><never/></prefs></iq>`);
  await asks(zebedee, enable());
  juliet.sends(`<presence to='${ROOM}/juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await asks(
    juliet,
    `<iq type='set' to='${ROOM}'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roomconfig</value></field><field var='muc#roomconfig_persistentroom'><value>1</value></field></x></query></iq>`,
  );
  await asks(
    juliet,
    `<iq type='set' to='${ROOM}'><query xmlns='http://jabber.org/protocol/muc#admin'><item affiliation='member' jid='${JID}'/></query></iq>`,
  );
  zebedee.sends(`<message to='juliet@localhost' type='chat' id='m1'><body>Boing</body></message>`);
  await asks(zebedee, `<iq type='set'><enable xmlns='urn:xmpp:push:0' jid='push.example.org' node='n2'/></iq>`);
  await asks(
    zebedee,
    `<iq type='get' to='upload.localhost'><request xmlns='urn:xmpp:http:upload:0' filename='z.txt' size='5'/></iq>`,
  );
  await scene.server.administration.perform(thisComputer('window'), 'invitations.create', {
    purpose: 'account',
    role: 'member',
    groups: [],
    inviter: NAME,
    creator: NAME,
    maxUses: 1,
  });
  zebedee.sends(`<enable xmlns='urn:xmpp:sm:3' resume='true'/>`);
  await asks(zebedee, `<iq type='get'><query xmlns='jabber:iq:roster'/></iq>`);
  zebedee.drops();
  juliet.sends(`<message to='${JID}' type='chat' id='m2'><body>Where are you?</body></message>`);
  await juliet.settles();
  const once = await scene.login(NAME, 'desk');
  await once.ends();
}

/** The tables in which the name stands, with the values in which it does. */
function traces(scene: Scene): Map<string, string[]> {
  const { reader } = scene.database;
  const found = new Map<string, string[]>();
  const tables = reader.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'");
  for (const { name } of tables) {
    for (const row of reader.all<Record<string, unknown>>(`SELECT * FROM "${name}"`)) {
      for (const [column, value] of Object.entries(row)) {
        const text = value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);
        if (text.includes(NAME)) found.set(name, [...(found.get(name) ?? []), `${column}: ${text}`]);
      }
    }
  }
  return found;
}

function filesWith(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => path.includes(NAME) || readFileSync(path, 'latin1').includes(NAME));
}

/** What others keep of their dealings with it is theirs; the audit log is the server's. */
const OF_OTHERS = ['archive_message', 'audit_entry', 'roster_contact', 'rooms_affiliation_change'];

test.skipIf(target !== undefined)('an account that vanishes takes everything of its own with it', async () => {
  await using scene = await openScene({ accounts: [NAME, 'juliet'] });
  await livesHere(scene);
  await scene.database.writer.flush();
  expect([...traces(scene).keys()]).toEqual(expect.arrayContaining(OWN));
  await scene.accounts.remove(NAME);
  await scene.database.writer.flush();
  expect([...traces(scene).keys()].filter((table) => !OF_OTHERS.includes(table))).toEqual([]);
  expect(filesWith(scene.folder)).toEqual([]);
  const { reader } = scene.database;
  expect(reader.all("SELECT account, subscription FROM roster_contact WHERE jid = 'zebedee@localhost'")).toEqual([
    { account: 'juliet', subscription: 'none' },
  ]);
  const owners = reader.all<{ owner: string }>('SELECT DISTINCT owner FROM archive_message');
  expect(owners).toEqual([{ owner: 'juliet@localhost' }]);
});
