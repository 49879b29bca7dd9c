/** A component as slixmpp makes them, with what the `snug` command lets it do. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ServerInTest } from '../server-in-test.ts';
import { type NewAccount, runSnug } from '../snug-command.ts';
import { SlixmppClient, whyNoSlixmpp } from './slixmpp-client.ts';

const reason = whyNoSlixmpp();
const BRIDGE = 'bridge.verona.test';

let server: ServerInTest;
let romeo: NewAccount;
let juliet: NewAccount;
let secret: string;
let port: number;
const clients: SlixmppClient[] = [];

beforeAll(async () => {
  if (reason !== undefined) return;
  server = await ServerInTest.start({ domain: 'verona.test', settings: ['components.port=0'] });
  const accounts = await server.addAccounts('romeo', 'juliet');
  [romeo, juliet] = accounts as [NewAccount, NewAccount];
  const added = await runSnug(server.dataDir, 'component', 'add', 'bridge');
  expect(added).toMatchObject({ domain: BRIDGE, address: '127.0.0.1' });
  secret = String(added.secret);
  port = Number(added.port);
});
afterAll(() => server?.close());
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

function newClient(): SlixmppClient {
  const client = new SlixmppClient();
  clients.push(client);
  return client;
}

async function login({ jid, password }: NewAccount, resource: string): Promise<SlixmppClient> {
  const client = newClient();
  const options = { jid: `${jid}/${resource}`, password, hasStreamManagement: false };
  await client.login(server.process, server.dataDir, options);
  return client;
}

async function join(): Promise<SlixmppClient> {
  const component = newClient();
  expect(await component.ask('componentJoins', { jid: BRIDGE, secret, host: '127.0.0.1', port })).toBeNull();
  return component;
}

const allow = (...words: readonly string[]) => runSnug(server.dataDir, 'component', 'allow', BRIDGE, ...words);

test('a component and a person chat', async () => {
  const component = await join();
  const client = await login(romeo, 'orchard');
  await component.ask('componentSays', { sender: `friend@${BRIDGE}`, to: client.jid, body: 'From far away' });
  await client.event('message', { from: `friend@${BRIDGE}`, body: 'From far away' });
  await client.ask('message', { to: `friend@${BRIDGE}`, body: 'From Verona' });
  await component.event('component-message', { from: client.jid, to: `friend@${BRIDGE}`, body: 'From Verona' });
  const { components } = await runSnug(server.dataDir, 'component', 'list');
  expect(components).toMatchObject([{ domain: BRIDGE, address: '127.0.0.1', connectedSince: expect.any(String) }]);
  await component.ask('componentLeaves');
});

test('a wrong secret is refused, and so is a second connection', async () => {
  const component = await join();
  const other = newClient();
  const attempt = { jid: BRIDGE, host: '127.0.0.1', port };
  expect(await other.ask('componentJoins', { ...attempt, secret })).toBe('conflict');
  await component.ask('componentLeaves');
  const wrong = newClient();
  expect(await wrong.ask('componentJoins', { ...attempt, secret: 'a guess' })).toBe('not-authorized');
  const unknown = newClient();
  expect(await unknown.ask('componentJoins', { ...attempt, jid: 'other.verona.test', secret })).toBe('host-unknown');
});

test('a forged “from” ends the stream', async () => {
  const component = await join();
  const client = await login(juliet, 'balcony');
  await component.ask('componentSays', { sender: romeo.jid, to: juliet.jid, body: 'I am Romeo' });
  await component.event('component-error', { condition: 'invalid-from' });
  expect(await client.leftovers('message')).toEqual([]);
});

test('with privileges it reads and changes contact lists, hears of changes, and is refused what it was not granted', async () => {
  const component = await join();
  await expect(component.ask('componentReadsRoster', { jid: juliet.jid })).rejects.toThrow('forbidden');
  await allow('--roster', 'get');
  await component.event('privileges');
  const roster = { jid: juliet.jid, contact: romeo.jid, name: 'My Romeo', groups: ['Rivals'] };
  await expect(component.ask('componentChangesRoster', roster)).rejects.toThrow('forbidden');
  expect(await component.ask('componentReadsRoster', { jid: juliet.jid })).toEqual({});
  await allow('--roster', 'both');
  const { granted } = await component.event('privileges');
  expect(granted).toMatchObject({ roster: 'both' });
  const client = await login(juliet, 'balcony');
  await component.ask('componentChangesRoster', roster);
  await client.event('roster-push', { jid: romeo.jid });
  await component.event('component-push', { of: juliet.jid });
  expect(await component.ask('componentReadsRoster', { jid: juliet.jid })).toEqual({
    [romeo.jid]: { name: 'My Romeo', groups: ['Rivals'] },
  });
  await component.ask('componentLeaves');
});

test('with privileges it speaks and asks for people, and sees who is online', async () => {
  const component = await join();
  const client = await login(romeo, 'orchard');
  await component.ask('componentSpeaksFor', { sender: juliet.jid, to: client.jid, body: 'Not allowed' });
  await component.ask('componentPings', { jid: 'verona.test' });
  expect(await client.leftovers('message')).toEqual([]);
  await allow('--messages', '--presence', 'managed_entity', '--iq', 'urn:xmpp:ping=get');
  await component.event('privileges');
  await component.event('component-presence', { from: client.jid, type: 'available' });
  await component.ask('componentSpeaksFor', { sender: juliet.jid, to: client.jid, body: 'In her name' });
  await client.event('message', { from: juliet.jid, body: 'In her name' });
  const ping = { jid: juliet.jid, payload: `<ping xmlns='urn:xmpp:ping'/>` };
  expect(await component.ask('componentAsksFor', { ...ping, to: client.jid })).toEqual({
    type: 'result',
    from: client.jid,
    id: 'enclosed',
  });
  const version = { jid: juliet.jid, to: client.jid, payload: `<query xmlns='jabber:iq:version'/>` };
  await expect(component.ask('componentAsksFor', version)).rejects.toThrow('forbidden');
  await client.ask('logout');
  await component.event('component-presence', { from: client.jid, type: 'unavailable' });
  await component.ask('componentLeaves');
});

test('the port is open after a restart, and a removed component is cut off', async () => {
  await server.process.stop();
  await server.startAgain();
  port = Number((await runSnug(server.dataDir, 'component', 'list')).port);
  const component = await join();
  await runSnug(server.dataDir, 'component', 'remove', BRIDGE);
  await component.event('component-gone');
  const listing = await runSnug(server.dataDir, 'component', 'list');
  expect(listing).toMatchObject({ components: [], port: null });
});
