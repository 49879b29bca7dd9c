/** XEP-0401: Ad-hoc Account Invitation Generation, version 0.6.0, and XEP-0379, version 0.3.3. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import {
  command,
  conditionOf,
  fieldsOf,
  HOUR_MS,
  invited,
  joined,
  NS_COMMANDS,
  NS_PARS,
  states,
  tokenOf,
} from './invitations-steps.ts';

const INVITE = 'urn:xmpp:invite#invite';
const CREATE = 'urn:xmpp:invite#create-account';
const NS_ROSTER = 'jabber:iq:roster';
const CAST = { accounts: ['romeo', 'juliet'], admins: ['romeo'] };

async function offered(scene: Scene, name: string): Promise<string[]> {
  const client = await scene.login(name);
  const answer = await client.request(
    `<iq type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items' node='${NS_COMMANDS}'/></iq>`,
  );
  return (answer.elements[0]?.elements ?? [])
    .map((item) => item.attr('node') ?? '')
    .filter((node) => /invite/.test(node));
}

function contactsOf(roster: Element): string[] {
  return (roster.elements[0]?.elements ?? []).map((item) => `${item.attr('jid')} ${item.attr('subscription')}`);
}

async function rosterOf(scene: Scene, name: string, password = `${name}-secret`): Promise<string[]> {
  const client = scene.connect({ name });
  await client.authenticates(password);
  await client.binds();
  return contactsOf(await client.request(`<iq type='get'><query xmlns='${NS_ROSTER}'/></iq>`));
}

describe('the commands', () => {
  test('are offered by role (Discovery result for available ad-hoc commands)', async () => {
    await using scene = await openScene(CAST);
    expect(await offered(scene, 'romeo')).toEqual([INVITE, CREATE]);
    expect(await offered(scene, 'juliet')).toEqual([INVITE]);
  });

  test('invite at once, with a link for a new account and contact (User invitation finished)', async () => {
    await using scene = await openScene(CAST);
    const romeo = await scene.login('romeo');
    const { FORM_TYPE, uri = '', expire } = fieldsOf(await command(romeo, INVITE));
    expect(FORM_TYPE).toBe('urn:xmpp:invite#invitation');
    expect(uri).toBe(`xmpp:romeo@localhost?roster;preauth=${tokenOf(uri)};ibr=y`);
    expect(Date.parse(expire ?? '')).toBe(Math.floor((scene.clock.now() + 168 * HOUR_MS) / 1000) * 1000);
  });

  test('make an account with a name (Account creation finished)', async () => {
    await using scene = await openScene(CAST);
    const romeo = await scene.login('romeo');
    const form = await command(romeo, CREATE);
    const fields = form.child('command', NS_COMMANDS)?.child('x', 'jabber:x:data')?.elements ?? [];
    expect(fields.flatMap((field) => field.attr('var') ?? [])).toEqual(['username', 'roster-subscription']);
    const session = form.child('command', NS_COMMANDS)?.attr('sessionid');
    const submit = (values: string) =>
      command(romeo, CREATE, ` sessionid='${session}'><x xmlns='jabber:x:data' type='submit'>${values}</x>`);
    const taken = await submit(`<field var='username'><value>juliet</value></field>`);
    expect(conditionOf(taken)).toBe('conflict');
    const { uri = '' } = fieldsOf(await submit(`<field var='username'><value>Nurse</value></field>`));
    expect(uri).toBe(`xmpp:nurse@localhost?register;preauth=${tokenOf(uri)}`);
    expect((await joined(scene, tokenOf(uri), 'nurse')).attr('type')).toBe('result');
    expect(await rosterOf(scene, 'nurse', 'Calliope-1')).toEqual([]);
  });

  test('make an account without a name, whose owner is a contact when that was asked for', async () => {
    await using scene = await openScene(CAST);
    const romeo = await scene.login('romeo');
    const session = (await command(romeo, CREATE)).child('command', NS_COMMANDS)?.attr('sessionid');
    const values = `<field var='roster-subscription'><value>1</value></field>`;
    const done = await command(
      romeo,
      CREATE,
      ` sessionid='${session}'><x xmlns='jabber:x:data' type='submit'>${values}</x>`,
    );
    await joined(scene, tokenOf(fieldsOf(done).uri ?? ''), 'nurse');
    expect(await rosterOf(scene, 'nurse', 'Calliope-1')).toEqual(['romeo@localhost both']);
  });

  test('enter the audit log, without the token', async () => {
    await using scene = await openScene(CAST);
    const romeo = await scene.login('romeo');
    const { uri = '' } = fieldsOf(await command(romeo, INVITE));
    const [entry] = scene.server.audit.list({ limit: 1 });
    expect(entry).toMatchObject({ actor: 'romeo@localhost', deed: 'invitations.create', outcome: 'done' });
    expect(JSON.stringify(entry)).not.toContain(tokenOf(uri));
  });

  test.each([
    ['nothing', undefined],
    ['contacts', /\?roster;preauth=[0-9a-f]{32}$/],
    ['accounts', /\?roster;preauth=[0-9a-f]{32};ibr=y$/],
  ])('let members invite to %s', async (members, link) => {
    await using scene = await openScene({ ...CAST, settings: { 'invitations.members': members } });
    const juliet = await scene.login('juliet');
    const answer = await command(juliet, INVITE);
    if (link === undefined) expect(conditionOf(answer)).toBe('forbidden');
    else expect(fieldsOf(answer).uri).toMatch(link);
    expect(conditionOf(await command(juliet, CREATE))).toBe('forbidden');
  });

  test('let members have as many open invitations as the setting says', async () => {
    await using scene = await openScene({ ...CAST, settings: { 'invitations.maxOpenPerMember': 1 } });
    const juliet = await scene.login('juliet');
    await command(juliet, INVITE);
    expect(conditionOf(await command(juliet, INVITE))).toBe('conflict');
  });

  test('show the join page where there is one', async () => {
    await using scene = await openScene(CAST);
    const romeo = await scene.login('romeo');
    expect(fieldsOf(await command(romeo, INVITE))['landing-url']).toBeUndefined();
  });
});

describe('a newcomer', () => {
  test('and the inviter are in each other’s roster at once (Push roster item of invitee to inviter)', async () => {
    await using scene = await openScene(CAST);
    const romeo = await scene.login('romeo', 'orchard');
    await romeo.request(`<iq type='get'><query xmlns='${NS_ROSTER}'/></iq>`);
    const { token } = await invited(scene, { inviter: 'romeo' });
    expect((await joined(scene, token, 'nurse')).attr('type')).toBe('result');
    const push = await romeo.next();
    expect(push.child('query', NS_ROSTER)?.elements[0]?.attr('jid')).toBe('nurse@localhost');
    expect(push.child('query', NS_ROSTER)?.elements[0]?.attr('subscription')).toBe('both');
    expect(await rosterOf(scene, 'nurse', 'Calliope-1')).toEqual(['romeo@localhost both']);
    expect(scene.database.reader.all('SELECT * FROM invitations_friendship')).toEqual([]);
  });

  test('is to be a contact from the very commit on that makes the account', async () => {
    await using scene = await openScene(CAST);
    // What is written with one call is stored as a whole or not at all.
    const notes: (readonly string[])[] = [];
    const { writer } = scene.database;
    const write = writer.write.bind(writer);
    writer.write = (changes) => {
      notes.push(changes.map(({ sql }) => /(?:INTO|UPDATE|FROM) (\w+)/.exec(sql)?.[1] ?? ''));
      return write(changes);
    };
    await joined(scene, (await invited(scene, { inviter: 'romeo' })).token, 'nurse');
    const unit = notes.find((tables) => tables.includes('account'));
    expect(unit).toEqual(
      expect.arrayContaining([
        'invitations_use',
        'invitations_invitation',
        'invitations_friendship',
        'account_credential',
      ]),
    );
  });

  test('becomes the contact after a crash that came in between', async () => {
    await using scene = await openScene(CAST);
    await scene.database.writer.write([
      { sql: `INSERT INTO invitations_friendship (inviter, newcomer) VALUES ('romeo', 'juliet')`, params: [] },
    ]);
    await scene.crash();
    expect(await rosterOf(scene, 'juliet')).toEqual(['romeo@localhost both']);
    expect(await rosterOf(scene, 'romeo')).toEqual(['juliet@localhost both']);
  });

  test('is no contact of an inviter whose contact list is full', async () => {
    await using scene = await openScene({ ...CAST, settings: { 'roster.maxItems': 1 } });
    for (const name of ['nurse', 'paris'])
      await joined(scene, (await invited(scene, { inviter: 'romeo' })).token, name);
    expect(await rosterOf(scene, 'romeo')).toEqual(['nurse@localhost both']);
  });
});

describe('somebody with an account', () => {
  const subscribe = (token: string) =>
    `<presence to='romeo@localhost' type='subscribe'><preauth xmlns='${NS_PARS}' token='${token}'/></presence>`;

  test('becomes a contact without being asked about (Subscription Request with Pre-Authenticated Element)', async () => {
    await using scene = await openScene(CAST);
    const romeo = await scene.login('romeo');
    romeo.appears();
    await romeo.next();
    const juliet = await scene.login('juliet');
    const { token } = await invited(scene, { purpose: 'contact', inviter: 'romeo' });
    juliet.sends(subscribe(token));
    await juliet.receivesNothing();
    await romeo.receivesNothing();
    expect(await rosterOf(scene, 'juliet')).toEqual(['romeo@localhost both']);
    expect(await rosterOf(scene, 'romeo')).toEqual(['juliet@localhost both']);
    expect(states(scene)).toEqual(['used']);
  });

  test.each(['forged', 'expired', 'used', 'somebody else’s'])(
    'and a token that is %s asks as everybody does (Fallback to Manual Process)',
    async (what) => {
      await using scene = await openScene(CAST);
      const romeo = await scene.login('romeo');
      romeo.appears();
      await romeo.next();
      const inviter = what === 'somebody else’s' ? 'juliet' : 'romeo';
      const { token } = await invited(scene, { inviter, lifetimeHours: 1 });
      if (what === 'expired') scene.clock.advance(HOUR_MS);
      if (what === 'used') await joined(scene, token, 'nurse');
      const juliet = await scene.login('juliet');
      juliet.sends(subscribe(what === 'forged' ? 'f'.repeat(32) : token));
      const request = await romeo.next();
      expect(request.attr('type')).toBe('subscribe');
    },
  );

  test('elsewhere is approved and asked back', async () => {
    await using scene = await openScene(CAST);
    const { router } = scene.server;
    const sent: string[] = [];
    router.remote = { deliver: (stanza) => void sent.push(`${stanza.kind} ${stanza.type}`) };
    const { token } = await invited(scene, { inviter: 'romeo' });
    router.send(
      parseXml(
        `<presence xmlns='jabber:client' from='juliet@capulet.example' to='romeo@localhost' type='subscribe'><preauth xmlns='${NS_PARS}' token='${token}'/></presence>`,
      ),
    );
    const romeo = await scene.login('romeo');
    await romeo.receivesNothing();
    expect(sent).toEqual(['presence subscribed', 'presence subscribe']);
    expect(await rosterOf(scene, 'romeo')).toEqual(['juliet@capulet.example from']);
  });
});

describe('a reset link', () => {
  test('is void once the password has been changed', async () => {
    await using scene = await openScene(CAST);
    await invited(scene, { purpose: 'password', localpart: 'juliet' });
    await scene.accounts.setPassword('juliet', 'another-one');
    expect(states(scene)).toEqual(['revoked']);
  });

  test('is not to be had for somebody with a greater role', async () => {
    await using scene = await openScene(CAST);
    const actor = { name: 'clerk', door: 'window', permissions: new Set(['people.write'] as const) } as const;
    const wish = { purpose: 'password', localpart: 'romeo', role: 'member', groups: [], maxUses: 1 } as const;
    const { administration } = scene.server;
    await expect(administration.perform(actor, 'invitations.create', wish)).rejects.toMatchObject({
      code: 'forbidden',
    });
    const grand = { ...wish, purpose: 'account', localpart: undefined, role: 'admin' } as const;
    await expect(administration.perform(actor, 'invitations.create', grand)).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});
