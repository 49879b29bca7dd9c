import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const NS_COMMANDS = 'http://jabber.org/protocol/commands';
const NS_ADMIN = 'http://jabber.org/protocol/admin';
const NS_ITEMS = 'http://jabber.org/protocol/disco#items';
const FORM_TYPE = `<field type='hidden' var='FORM_TYPE'><value>${NS_ADMIN}</value></field>`;
const ACTIONS = `<actions execute='complete'><next/><complete/></actions>`;

function openService(): Promise<Scene> {
  return openScene({ accounts: ['bard', 'juliet', 'romeo'], admins: ['bard'] });
}

/** The administrator asks for the command, gets the form as `form` says, and sends `values`; the last answer. */
async function carriesOut(
  admin: SceneClient,
  name: string,
  form: string,
  values: Readonly<Record<string, readonly string[]>>,
): Promise<Element> {
  const node = `${NS_ADMIN}#${name}`;
  admin.sends(
    `<iq id='${name}-1' to='localhost' type='set' xml:lang='en'><command xmlns='${NS_COMMANDS}' action='execute' node='${node}'/></iq>`,
  );
  const answer = await admin.receives(`<iq from='localhost' id='${name}-1' type='result'>
    <command xmlns='${NS_COMMANDS}' node='${node}' sessionid='{any}' status='executing' xml:lang='en'>${ACTIONS}
      <x xmlns='jabber:x:data' type='form'>${form}</x></command></iq>`);
  const id = answer.child('command', NS_COMMANDS)?.attr('sessionid');
  const fields = Object.entries(values).map(
    ([field, all]) => `<field var='${field}'>${all.map((value) => `<value>${value}</value>`).join('')}</field>`,
  );
  return admin.request(`<iq to='localhost' type='set'><command xmlns='${NS_COMMANDS}' node='${node}' sessionid='${id}'>
    <x xmlns='jabber:x:data' type='submit'>${FORM_TYPE}${fields.join('')}</x></command></iq>`);
}

const ADD = `<title>Adding a User</title><instructions>Fill out this form to add a user.</instructions>${FORM_TYPE}
  <field label='The Jabber ID for the account to be added' type='jid-single' var='accountjid'><required/></field>
  <field label='The password for this account' type='text-private' var='password'><required/></field>
  <field label='Retype password' type='text-private' var='password-verify'><required/></field>
  <field label='Email address' type='text-single' var='email'/>
  <field label='Given name' type='text-single' var='given_name'/>
  <field label='Family name' type='text-single' var='surname'/>`;
const DELETE = `<title>Deleting a User</title><instructions>Fill out this form to delete a user.</instructions>${FORM_TYPE}
  <field label='The Jabber ID(s) to delete' type='jid-multi' var='accountjids'><required/></field>`;
const END = `<title>Ending a User Session</title><instructions>Fill out this form to end a user&apos;s session.</instructions>${FORM_TYPE}
  <field label='The Jabber ID(s) for which to end sessions' type='jid-multi' var='accountjids'><required/></field>`;
const CHANGE = `<title>Changing a User Password</title><instructions>Fill out this form to change a user&apos;s password.</instructions>${FORM_TYPE}
  <field label='The Jabber ID for this account' type='jid-single' var='accountjid'><required/></field>
  <field label='The password for this account' type='text-private' var='password'><required/></field>`;

function statusOf(answer: Element): string | undefined {
  return answer.child('command', NS_COMMANDS)?.attr('status');
}

function conditionOf(answer: Element): string | undefined {
  return answer.child('error')?.elements[0]?.name;
}

function added(
  name: string,
  more: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  return {
    accountjid: [`${name}@localhost`],
    password: ['R0m30 and more'],
    'password-verify': ['R0m30 and more'],
    ...more,
  };
}

describe('Add User', () => {
  test('makes an account that can sign in, with what is known of its owner (XEP-0133 examples 1 to 4)', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard', 'globe');
    const person = { email: ['nurse@capulet.example'], given_name: ['Angelica'], surname: ['of Verona'] };
    expect(statusOf(await carriesOut(bard, 'add-user', ADD, added('nurse', person)))).toBe('completed');
    expect(scene.accounts.get('nurse')?.role).toBe('member');
    await scene.connect({ name: 'nurse' }).authenticates('R0m30 and more');
    bard.sends(`<iq type='get' to='nurse@localhost' id='v'><vCard xmlns='vcard-temp'/></iq>`);
    await bard.receives(`<iq type='result' id='v'><vCard xmlns='vcard-temp'><FN>Angelica of Verona</FN>
      <N><FAMILY>of Verona</FAMILY><GIVEN>Angelica</GIVEN></N>
      <EMAIL><INTERNET/><USERID>nurse@capulet.example</USERID></EMAIL></vCard></iq>`);
  });

  test('makes no vCard of nothing', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard');
    await carriesOut(bard, 'add-user', ADD, added('nurse'));
    const answer = await bard.request(`<iq type='get' to='nurse@localhost'><vCard xmlns='vcard-temp'/></iq>`);
    expect(conditionOf(answer)).toBe('service-unavailable');
  });

  test.each([
    ['a name that is taken', added('juliet'), 'conflict'],
    ['an address elsewhere', added('x', { accountjid: ['x@shakespeare.example'] }), 'not-acceptable'],
    ['an address without a name', added('x', { accountjid: ['localhost'] }), 'not-acceptable'],
    ['a resource', added('x', { accountjid: ['x@localhost/balcony'] }), 'not-acceptable'],
    ['two passwords', added('x', { 'password-verify': ['another'] }), 'not-acceptable'],
    ['no password', added('x', { password: [], 'password-verify': [] }), 'bad-request'],
    [
      'a password that is the name',
      added('nurse', { password: ['nurse'], 'password-verify': ['nurse'] }),
      'not-acceptable',
    ],
  ])('refuses %s', async (_what, values, condition) => {
    await using scene = await openService();
    const answer = await carriesOut(await scene.login('bard'), 'add-user', ADD, values);
    expect(conditionOf(answer)).toBe(condition);
    expect(scene.accounts.list()).toHaveLength(3);
  });
});

describe('Delete User', () => {
  test('removes accounts and ends their sessions (examples 5 to 8)', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard', 'globe');
    const juliet = await scene.login('juliet', 'balcony');
    const answer = await carriesOut(bard, 'delete-user', DELETE, {
      accountjids: ['juliet@localhost', 'romeo@localhost', 'juliet@localhost'],
    });
    expect(statusOf(answer)).toBe('completed');
    expect(scene.accounts.list().map(({ localpart, status }) => `${localpart} ${status}`)).toEqual([
      'bard enabled',
      'juliet deleted',
      'romeo deleted',
    ]);
    await juliet.receivesEnd('not-authorized');
  });

  test.each([
    [['juliet@localhost', 'nobody@localhost'], 'item-not-found'],
    [['juliet@elsewhere.example'], 'item-not-found'],
    [['juliet@localhost/balcony'], 'item-not-found'],
    [['localhost'], 'item-not-found'],
    [['juliet@localhost', 'bard@localhost'], 'not-allowed'],
    [[], 'bad-request'],
  ])('with %j removes nobody', async (jids, condition) => {
    await using scene = await openService();
    const answer = await carriesOut(await scene.login('bard'), 'delete-user', DELETE, { accountjids: jids });
    expect(conditionOf(answer)).toBe(condition);
    expect(scene.accounts.list()).toHaveLength(3);
  });
});

describe('End User Session', () => {
  test('ends all sessions of an account (examples 17 to 20)', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard', 'globe');
    const juliets = [await scene.login('juliet', 'balcony'), await scene.login('juliet', 'chamber')];
    const romeo = await scene.login('romeo');
    expect(statusOf(await carriesOut(bard, 'end-user-session', END, { accountjids: ['juliet@localhost'] }))).toBe(
      'completed',
    );
    for (const juliet of juliets) await juliet.receivesEnd('policy-violation');
    await romeo.receivesNothing();
    await scene.login('juliet', 'balcony');
  });

  test('ends only the session that a full JID names', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard', 'globe');
    const balcony = await scene.login('juliet', 'balcony');
    const chamber = await scene.login('juliet', 'chamber');
    await carriesOut(bard, 'end-user-session', END, { accountjids: ['juliet@localhost/balcony'] });
    await balcony.receivesEnd('policy-violation');
    await chamber.receivesNothing();
  });

  test('answers before it ends the session that asked', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard', 'globe');
    expect(statusOf(await carriesOut(bard, 'end-user-session', END, { accountjids: ['bard@localhost'] }))).toBe(
      'completed',
    );
    await bard.receivesEnd('policy-violation');
  });

  test.each(['juliet@localhost/nowhere', 'nobody@localhost', 'juliet@elsewhere.example/balcony', 'localhost'])(
    'does not find %s, and then ends nothing',
    async (jid) => {
      await using scene = await openService();
      const juliet = await scene.login('juliet', 'balcony');
      const answer = await carriesOut(await scene.login('bard'), 'end-user-session', END, {
        accountjids: ['juliet@localhost', jid],
      });
      expect(conditionOf(answer)).toBe('item-not-found');
      await juliet.receivesNothing();
    },
  );
});

describe('Change User Password', () => {
  test('makes the new one hold (examples 21 to 24)', async () => {
    await using scene = await openService();
    const bard = await scene.login('bard', 'globe');
    const values = { accountjid: ['juliet@localhost'], password: ['V3r0n4 forever'] };
    expect(statusOf(await carriesOut(bard, 'change-user-password', CHANGE, values))).toBe('completed');
    await scene.connect({ name: 'juliet' }).authenticates('V3r0n4 forever');
    await expect(scene.connect({ name: 'juliet' }).authenticates('juliet')).rejects.toThrow();
  });

  test.each([
    ['nobody@localhost', 'item-not-found'],
    ['juliet@localhost/balcony', 'item-not-found'],
  ])('does not find %s', async (jid, condition) => {
    await using scene = await openService();
    const answer = await carriesOut(await scene.login('bard'), 'change-user-password', CHANGE, {
      accountjid: [jid],
      password: ['V3r0n4'],
    });
    expect(conditionOf(answer)).toBe(condition);
  });
});

test('Get Number of Online Users counts accounts, not sessions (examples 49 and 50)', async () => {
  await using scene = await openService();
  const bard = await scene.login('bard', 'globe');
  await scene.login('juliet', 'balcony');
  await scene.login('juliet', 'chamber');
  const node = `${NS_ADMIN}#get-online-users-num`;
  bard.sends(
    `<iq id='n1' to='localhost' type='set'><command xmlns='${NS_COMMANDS}' action='execute' node='${node}'/></iq>`,
  );
  await bard.receives(`<iq from='localhost' id='n1' type='result'>
    <command xmlns='${NS_COMMANDS}' node='${node}' sessionid='{any}' status='completed' xml:lang='en'>
      <x xmlns='jabber:x:data' type='result'>${FORM_TYPE}
        <field label='The number of online users' var='onlineusersnum'><value>2</value></field></x></command></iq>`);
});

describe('administration', () => {
  const NAMES = ['add-user', 'delete-user', 'end-user-session', 'change-user-password', 'get-online-users-num'];

  test('is for administrators alone (sections 3, 5 and 6)', async () => {
    await using scene = await openService();
    const listed = async (client: SceneClient) => {
      const answer = await client.request(
        `<iq type='get' to='localhost'><query xmlns='${NS_ITEMS}' node='${NS_COMMANDS}'/></iq>`,
      );
      return answer.child('query', NS_ITEMS)?.elements.map((item) => item.attr('node') ?? '') ?? [];
    };
    const nodes = NAMES.map((name) => `${NS_ADMIN}#${name}`);
    expect(await listed(await scene.login('bard'))).toEqual(expect.arrayContaining(nodes));
    const juliet = await scene.login('juliet');
    expect((await listed(juliet)).filter((node) => nodes.includes(node))).toEqual([]);
    for (const node of nodes) {
      const answer = await juliet.request(
        `<iq to='localhost' type='set'><command xmlns='${NS_COMMANDS}' node='${node}'/></iq>`,
      );
      expect(conditionOf(answer)).toBe('forbidden');
    }
  });
});
