/** Every command of XEP-0133, by an administrator and by somebody else. */
import { describe, expect, test } from 'vitest';
import {
  asksFor,
  conditionOf,
  entriesOf,
  formOf,
  NS_ADMIN,
  NS_COMMANDS,
  noteOf,
  openService,
  runs,
  statusOf,
  type Values,
} from './admin-commands-steps.ts';

/** Sections 4.1 to 4.31, with what each leaves in the audit log. */
const COMMANDS: readonly (readonly [string, Values, string])[] = [
  [
    'add-user',
    { accountjid: ['nurse@localhost'], password: ['a long one'], 'password-verify': ['a long one'] },
    'accounts.create nurse member done',
  ],
  ['delete-user', { accountjids: ['juliet@localhost'] }, 'accounts.delete juliet - done'],
  ['disable-user', { accountjids: ['juliet@localhost'] }, 'accounts.disable juliet - done'],
  ['reenable-user', { accountjids: ['juliet@localhost'] }, 'accounts.enable juliet - done'],
  ['end-user-session', { accountjids: ['romeo@localhost'] }, 'sessions.end romeo@localhost/orchard - done'],
  [
    'change-user-password',
    { accountjid: ['juliet@localhost'], password: ['wherefore'] },
    'accounts.setPassword juliet - done',
  ],
  ['get-user-roster', { accountjids: ['juliet@localhost'] }, 'people.roster juliet - done'],
  ['get-user-lastlogin', { accountjids: ['juliet@localhost'] }, 'people.lastLogin juliet - done'],
  ['user-stats', { accountjid: ['juliet@localhost'] }, 'people.statistics juliet - done'],
  ['get-registered-users-num', {}, 'people.count - registered done'],
  ['get-disabled-users-num', {}, 'people.count - disabled done'],
  ['get-online-users-num', {}, 'people.count - online done'],
  ['get-active-users-num', {}, 'people.count - active done'],
  ['get-idle-users-num', {}, 'people.count - idle done'],
  ['get-registered-users-list', { max_items: ['25'] }, 'people.list - registered done'],
  ['get-disabled-users-list', {}, 'people.list - disabled done'],
  ['get-online-users-list', {}, 'people.list - online done'],
  ['get-active-users', {}, 'people.list - active done'],
  ['get-idle-users', {}, 'people.list - idle done'],
  ['announce', { announcement: ['Down in 2 minutes.'] }, 'announcements.send - Down in 2 minutes. done'],
  ['set-motd', { motd: ['Tea at five.'] }, 'motd.set - Tea at five. done'],
  ['edit-motd', { motd: ['Tea at six.'] }, 'motd.edit - Tea at six. done'],
  ['delete-motd', {}, 'motd.remove - - done'],
  ['set-welcome', { welcome: ['Welcome!'] }, 'welcome.set - Welcome! done'],
  ['delete-welcome', {}, 'welcome.remove - - done'],
  ['edit-admin', { adminjids: ['bard@localhost', 'juliet@localhost'] }, 'accounts.setAdmins - bard, juliet done'],
  ['restart', { delay: ['60'] }, 'server.restart - in 60 seconds done'],
  ['shutdown', { delay: ['30'] }, 'server.stop - in 30 seconds done'],
];

/** Those that nobody is offered, since there is nothing behind them here. */
const UNSUPPORTED = ['get-user-password', 'edit-blacklist', 'add-to-blacklist-in', 'edit-whitelist'];

describe('the command', () => {
  test.each(COMMANDS)('%s is run by an administrator, and leaves an entry', async (name, values, entry) => {
    await using scene = await openService();
    const bard = await scene.login('bard', 'globe');
    await scene.login('romeo', 'orchard');
    const answer = await runs(bard, name, values);
    expect([statusOf(answer), conditionOf(answer)]).toEqual(['completed', undefined]);
    expect(entriesOf(scene)).toEqual([`bard@localhost chat ${entry}`]);
  });

  test.each(COMMANDS)('%s is forbidden to a member, and leaves an entry', async (name, _values, entry) => {
    await using scene = await openService();
    const answer = await asksFor(await scene.login('juliet'), name);
    expect([statusOf(answer), conditionOf(answer)]).toEqual([undefined, 'forbidden']);
    const [deed] = entry.split(' ');
    expect(entriesOf(scene)).toEqual([`juliet@localhost chat ${deed} - - forbidden`]);
  });

  test.each(UNSUPPORTED)('%s is not implemented, with a reason, and in no list (section 5)', async (name) => {
    await using scene = await openService();
    const bard = await scene.login('bard');
    const answer = await asksFor(bard, name);
    expect(conditionOf(answer)).toBe('feature-not-implemented');
    expect(answer.child('error')?.childText('text', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toMatch(/^This server /);
    expect(conditionOf(await asksFor(await scene.login('juliet'), name))).toBe('forbidden');
  });
});

test('exactly these commands are offered, to administrators alone (section 3)', async () => {
  await using scene = await openService();
  const list = async (name: string) => {
    const client = await scene.login(name);
    const answer = await client.request(
      `<iq type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items' node='${NS_COMMANDS}'/></iq>`,
    );
    return answer.elements[0]?.elements.map((item) => item.attr('node')) ?? [];
  };
  const nodes = COMMANDS.map(([name]) => `${NS_ADMIN}#${name}`);
  expect((await list('bard')).filter((node) => node?.startsWith(NS_ADMIN)).sort()).toEqual([...nodes].sort());
  expect((await list('juliet')).filter((node) => node?.startsWith(NS_ADMIN))).toEqual([]);
});

describe('a custom role', () => {
  test('opens the commands that its permissions allow, and no others', async () => {
    await using scene = await openService();
    await scene.accounts.roles.create('doorkeeper', ['people.read', 'people.write']);
    await scene.accounts.setRole('juliet', 'doorkeeper');
    const juliet = await scene.login('juliet');
    expect(statusOf(await runs(juliet, 'get-registered-users-num'))).toBe('completed');
    expect(statusOf(await runs(juliet, 'disable-user', { accountjids: ['romeo@localhost'] }))).toBe('completed');
    for (const name of ['announce', 'shutdown', 'edit-admin', 'end-user-session']) {
      expect(conditionOf(await asksFor(juliet, name)), name).toBe('forbidden');
    }
  });

  test('does not reach an administrator’s account', async () => {
    await using scene = await openService();
    await scene.accounts.roles.create('doorkeeper', ['people.read', 'people.write']);
    await scene.accounts.setRole('juliet', 'doorkeeper');
    const juliet = await scene.login('juliet');
    const password = { accountjid: ['bard@localhost'], password: ['taken over'] };
    expect(conditionOf(await runs(juliet, 'change-user-password', password))).toBe('forbidden');
    expect(conditionOf(await runs(juliet, 'delete-user', { accountjids: ['bard@localhost'] }))).toBe('forbidden');
    expect(scene.accounts.has('bard')).toBe(true);
    expect(entriesOf(scene).at(-1)).toBe('juliet@localhost chat accounts.delete bard - forbidden');
  });

  test('that is taken away is gone at the next stage', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard');
    await scene.accounts.create({ localpart: 'boss', password: 'a boss', role: 'admin' });
    const form = (await asksFor(bard, 'announce')).child('command', NS_COMMANDS);
    await scene.accounts.setRole('bard', 'member');
    const answer = await bard.request(`<iq to='localhost' type='set'><command xmlns='${NS_COMMANDS}'
      node='${NS_ADMIN}#announce' sessionid='${form?.attr('sessionid')}'><x xmlns='jabber:x:data' type='submit'>
      <field var='announcement'><value>Hear me</value></field></x></command></iq>`);
    expect(conditionOf(answer)).toBe('forbidden');
  });
});

describe('what is told about people', () => {
  test('counts and lists who is registered, disabled, online, active and idle (examples 45 to 79)', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard');
    bard.appears();
    await bard.next();
    const romeo = await scene.login('romeo');
    romeo.sends(`<presence><show>away</show></presence>`);
    await romeo.next();
    await scene.accounts.disable('juliet');
    const numbers: Record<string, readonly string[] | undefined> = {};
    for (const which of ['registered', 'disabled', 'online', 'active', 'idle']) {
      numbers[which] = formOf(await runs(bard, `get-${which}-users-num`))[`${which}usersnum`];
    }
    expect(numbers).toEqual({ registered: ['3'], disabled: ['1'], online: ['2'], active: ['1'], idle: ['1'] });
    const listed = async (node: string, field: string) => formOf(await runs(bard, node))[field];
    expect(await listed('get-disabled-users-list', 'disableduserjids')).toEqual(['juliet@localhost']);
    expect(await listed('get-online-users-list', 'onlineuserjids')).toEqual(['bard@localhost', 'romeo@localhost']);
    expect(await listed('get-active-users', 'activeuserjids')).toEqual(['bard@localhost']);
    expect(await listed('get-idle-users', 'activeuserjids')).toEqual(['romeo@localhost']);
  });

  test('shows no more than was asked for', async () => {
    await using scene = await openService();
    for (let n = 0; n < 30; n++)
      await scene.accounts.create({ localpart: `x${n}`, password: 'secret', role: 'member' });
    const bard = await scene.login('bard');
    const some = formOf(await runs(bard, 'get-registered-users-list', { max_items: ['25'] }));
    const all = formOf(await runs(bard, 'get-registered-users-list', { max_items: ['none'] }));
    expect([some.registereduserjids?.length, all.registereduserjids?.length]).toEqual([25, 33]);
    expect(conditionOf(await runs(bard, 'get-registered-users-list', { max_items: ['26'] }))).toBe('bad-request');
  });

  test('has the roster within the form (examples 29 to 32)', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard');
    const juliet = await scene.login('juliet');
    await juliet.request(`<iq type='set'><query xmlns='jabber:iq:roster'>
      <item jid='romeo@example.net' name='Romeo'><group>Friends</group></item></query></iq>`);
    bard.sends(
      `<iq id='r1' to='localhost' type='set'><command xmlns='${NS_COMMANDS}' node='${NS_ADMIN}#get-user-roster'/></iq>`,
    );
    const id = (await bard.next()).child('command', NS_COMMANDS)?.attr('sessionid');
    bard.sends(`<iq id='r2' to='localhost' type='set'><command xmlns='${NS_COMMANDS}' node='${NS_ADMIN}#get-user-roster'
      sessionid='${id}'><x xmlns='jabber:x:data' type='submit'><field var='accountjids'><value>juliet@localhost</value>
      </field></x></command></iq>`);
    await bard.receives(`<iq type='result' id='r2'><command xmlns='${NS_COMMANDS}' node='${NS_ADMIN}#get-user-roster'
      sessionid='{any}' status='completed' xml:lang='en'><x xmlns='jabber:x:data' type='result'>
      <field type='hidden' var='FORM_TYPE'><value>${NS_ADMIN}</value></field>
      <field var='accountjids'><value>juliet@localhost</value></field>
      <query xmlns='jabber:iq:roster'><item jid='romeo@example.net' name='Romeo' subscription='none'>
      <group>Friends</group></item></query></x></command></iq>`);
  });

  test('says when somebody came last, and from where', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard');
    const cameAt = new Date(scene.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    await scene.login('romeo', 'orchard');
    const answer = await runs(bard, 'get-user-lastlogin', { accountjids: ['romeo@localhost', 'juliet@localhost'] });
    expect(formOf(answer)).toMatchObject({
      accountjids: ['romeo@localhost', 'juliet@localhost'],
      lastlogin: [cameAt, ''],
    });
    const statistics = formOf(await runs(bard, 'user-stats', { accountjid: ['romeo@localhost'] }));
    expect(statistics).toMatchObject({ rostersize: ['0'], onlineresources: ['orchard'] });
    expect(statistics.ipaddresses).toHaveLength(1);
    expect(conditionOf(await runs(bard, 'user-stats', { accountjid: ['nobody@localhost'] }))).toBe('item-not-found');
  });
});

describe('Disable and Re-Enable User', () => {
  test('keep somebody out and let him in again (examples 9 to 16)', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard');
    const juliet = await scene.login('juliet');
    expect(noteOf(await runs(bard, 'disable-user', { accountjids: ['juliet@localhost'] }))).toBe(
      'One account has been disabled.',
    );
    await juliet.receivesEnd('not-authorized');
    expect(scene.accounts.get('juliet')?.isEnabled).toBe(false);
    await runs(bard, 'reenable-user', { accountjids: ['juliet@localhost'] });
    await scene.login('juliet');
  });

  test('oneself is refused', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard');
    expect(conditionOf(await runs(bard, 'disable-user', { accountjids: ['bard@localhost'] }))).toBe('not-allowed');
  });
});

describe('Edit Admin List', () => {
  test('shows who is one, by role or by the settings, and makes it so (examples 107 to 110)', async () => {
    await using scene = await openService({ 'admin.jids': 'romeo@localhost' });
    const bard = await scene.login('bard');
    expect(formOf(await asksFor(bard, 'edit-admin')).adminjids).toEqual(['bard@localhost', 'romeo@localhost']);
    await runs(bard, 'edit-admin', { adminjids: ['bard@localhost', 'juliet@localhost'] });
    expect(scene.accounts.get('juliet')?.role).toBe('admin');
    expect(scene.config.get('admin.jids')).toEqual([]);
  });

  test.each([
    [[], 'not-allowed'],
    [['nobody@localhost'], 'item-not-found'],
    [['chris@marlowe.lit'], 'item-not-found'],
  ])('with %j changes nothing', async (adminjids, condition) => {
    await using scene = await openService();
    expect(conditionOf(await runs(await scene.login('bard'), 'edit-admin', { adminjids }))).toBe(condition);
    expect(scene.accounts.get('bard')?.role).toBe('admin');
  });
});

test('an announcement goes with a planned end, to who is there (examples 111 to 118)', async () => {
  await using scene = await openService();
  const bard = await scene.login('bard');
  const juliet = await scene.login('juliet');
  juliet.appears();
  await juliet.next();
  const answer = await runs(bard, 'shutdown', { delay: ['120'], announcement: ['Log off now!', 'Sorry.'] });
  expect(noteOf(answer)).toBe('The server will shut down in 120 seconds.');
  await juliet.receives(
    `<message from='localhost' to='juliet@localhost' type='headline'><body>Log off now!\nSorry.</body></message>`,
  );
});
