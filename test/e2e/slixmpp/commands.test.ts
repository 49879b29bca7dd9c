/** Administration as slixmpp does it: every command of XEP-0133 by an administrator and by a member, with its trace. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectControl } from '../../../server/control/client.ts';
import type { AuditEntrySummary } from '../../../server/control/contract.ts';
import { ServerInTest } from '../server-in-test.ts';
import { SlixmppClient as Slixmpp, type SlixmppClient, whyNoSlixmpp } from './slixmpp-client.ts';

const reason = whyNoSlixmpp();
const DOMAIN = 'verona.test';
const ADMIN = 'http://jabber.org/protocol/admin#';

type Values = Readonly<Record<string, string | readonly string[]>>;

interface Ended {
  readonly status: string;
  readonly result: Readonly<Record<string, unknown>>;
}

/** In an order in which each can be done on one server; with the deed that the audit log names. */
const COMMANDS: readonly (readonly [string, Values, string])[] = [
  [
    'add-user',
    { accountjid: `nurse@${DOMAIN}`, password: 'capulets servant', 'password-verify': 'capulets servant' },
    'accounts.create',
  ],
  ['change-user-password', { accountjid: `nurse@${DOMAIN}`, password: 'juliets nurse' }, 'accounts.setPassword'],
  ['disable-user', { accountjids: [`nurse@${DOMAIN}`] }, 'accounts.disable'],
  ['get-disabled-users-num', {}, 'people.count'],
  ['get-disabled-users-list', {}, 'people.list'],
  ['reenable-user', { accountjids: [`nurse@${DOMAIN}`] }, 'accounts.enable'],
  ['get-user-roster', { accountjids: [`juliet@${DOMAIN}`] }, 'people.roster'],
  ['get-user-lastlogin', { accountjids: [`juliet@${DOMAIN}`] }, 'people.lastLogin'],
  ['user-stats', { accountjid: `juliet@${DOMAIN}` }, 'people.statistics'],
  ['get-registered-users-num', {}, 'people.count'],
  ['get-online-users-num', {}, 'people.count'],
  ['get-active-users-num', {}, 'people.count'],
  ['get-idle-users-num', {}, 'people.count'],
  ['get-registered-users-list', { max_items: '25' }, 'people.list'],
  ['get-online-users-list', {}, 'people.list'],
  ['get-active-users', {}, 'people.list'],
  ['get-idle-users', {}, 'people.list'],
  ['announce', { announcement: 'Tea is served.' }, 'announcements.send'],
  ['set-motd', { motd: 'The Globe opens tomorow.' }, 'motd.set'],
  ['edit-motd', { motd: 'The Globe opens tomorrow.' }, 'motd.edit'],
  ['delete-motd', {}, 'motd.remove'],
  ['set-welcome', { welcome: 'Welcome!' }, 'welcome.set'],
  ['delete-welcome', {}, 'welcome.remove'],
  ['edit-admin', { adminjids: [`bard@${DOMAIN}`, `admin@${DOMAIN}`] }, 'accounts.setAdmins'],
  ['delete-user', { accountjids: [`nurse@${DOMAIN}`] }, 'accounts.delete'],
  ['restart', { delay: '300' }, 'server.restart'],
  ['shutdown', { delay: '300' }, 'server.stop'],
  ['end-user-session', { accountjids: [`juliet@${DOMAIN}`] }, 'sessions.end'],
];

let server: ServerInTest;
let bard: SlixmppClient;
let juliet: SlixmppClient;

async function audited(): Promise<readonly AuditEntrySummary[]> {
  return await (await connectControl(server.dataDir)).audit.list({ limit: 1 });
}

const runs = (client: SlixmppClient, name: string, values: Values = {}) =>
  client.ask('command', { to: DOMAIN, node: `${ADMIN}${name}`, values }) as Promise<Ended>;

beforeAll(async () => {
  if (reason !== undefined) return;
  server = await ServerInTest.start({ domain: DOMAIN });
  const [one, other] = await server.addAccounts('bard', 'juliet');
  if (one === undefined || other === undefined) throw new Error('the accounts were not made');
  await (await connectControl(server.dataDir)).accounts.setRole({ localpart: 'bard', role: 'admin' });
  [bard, juliet] = [new Slixmpp(), new Slixmpp()];
  const plugins = ['0004', '0050'];
  await bard.login(server.process, server.dataDir, { ...one, plugins });
  await juliet.login(server.process, server.dataDir, { ...other, plugins });
}, 60_000);
afterAll(async () => {
  await bard?.close();
  await juliet?.close();
  await server?.close();
});
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

test('the commands are offered to the administrator alone', async () => {
  const offeredTo = async (client: SlixmppClient) =>
    ((await client.ask('commands', { to: DOMAIN })) as readonly string[]).filter((node) => node.startsWith(ADMIN));
  expect(await offeredTo(bard)).toEqual(COMMANDS.map(([name]) => `${ADMIN}${name}`).sort());
  expect(await offeredTo(juliet)).toEqual([]);
});

describe.each(COMMANDS)('%s', (name, values, deed) => {
  test('is refused to a member, and that is on record', async () => {
    await expect(runs(juliet, name, values)).rejects.toThrow('forbidden');
    expect((await audited())[0]).toMatchObject({ actor: `juliet@${DOMAIN}`, door: 'chat', deed, outcome: 'forbidden' });
  });

  test('is run by an administrator, and that is on record', async () => {
    expect(await runs(bard, name, values)).toMatchObject({ status: 'completed' });
    expect((await audited())[0]).toMatchObject({ actor: `bard@${DOMAIN}`, door: 'chat', deed, outcome: 'done' });
  });
});

test('what was announced, and the message of the day, have come', async () => {
  await juliet.event('message', { type: 'headline', body: 'Tea is served.', from: DOMAIN });
  await juliet.event('message', { body: 'The Globe opens tomorow.', from: DOMAIN });
  await juliet.event('stream-error', { condition: 'policy-violation' });
});

test('a restart at once answers first, and the server is there again by itself', async () => {
  expect(await runs(bard, 'restart')).toMatchObject({ status: 'completed' });
  await bard.event('stream-error', { condition: 'system-shutdown' });
  const client = () => connectControl(server.dataDir).then((control) => control.status.get());
  await expect
    .poll(async () => (await client().catch(() => undefined))?.state, { timeout: 20_000, interval: 200 })
    .toBe('running');
  const { pid } = await client();
  expect(pid).toBe(server.process.pid);
  expect((await audited())[0]).toMatchObject({ deed: 'server.restart', outcome: 'done' });
}, 40_000);
