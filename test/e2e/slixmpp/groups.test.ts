/** Groups with slixmpp: who gets an account is in everybody's list, with the name of the profile, and there. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ServerInTest } from '../server-in-test.ts';
import { addAccount, runSnug } from '../snug-command.ts';
import { SlixmppClient, whyNoSlixmpp } from './slixmpp-client.ts';

const reason = whyNoSlixmpp();
const clients: SlixmppClient[] = [];
let server: ServerInTest;

beforeAll(async () => {
  if (reason !== undefined) return;
  const settings = ['groups.everyone=true', 'groups.everyoneRoom=true'];
  server = await ServerInTest.start({ domain: 'verona.test', settings });
});

afterAll(async () => {
  for (const client of clients) await client.close();
  await server?.close();
});

beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

async function comes(localpart: string): Promise<SlixmppClient> {
  const { jid, password } = await addAccount(server.dataDir, localpart);
  const client = new SlixmppClient();
  clients.push(client);
  await client.login(server.process, server.dataDir, { jid: `${jid}/home`, password });
  return client;
}

test('a new account appears in the list of who is online, with presence and with the name of its profile', async () => {
  const romeo = await comes('romeo');
  const juliet = await comes('juliet');
  await romeo.event('roster-push', { jid: 'juliet@verona.test', subscription: 'both' });
  await romeo.event('presence', { from: juliet.jid, type: 'available' });
  await juliet.event('presence', { from: romeo.jid, type: 'available' });
  await juliet.ask('setVcard', { name: 'Juliet Capulet' });
  await romeo.event('roster-push', { jid: 'juliet@verona.test', subscription: 'both' });
  expect(await romeo.ask('roster')).toMatchObject({
    'juliet@verona.test': { subscription: 'both', name: 'Juliet Capulet', groups: ['Everyone'] },
  });
});

test('the command puts people into a group with a room, and shows it', async () => {
  const made = await runSnug(server.dataDir, 'group', 'create', 'Friars', 'romeo', 'juliet@verona.test', '--room');
  expect(made).toMatchObject({ name: 'Friars', members: ['juliet', 'romeo'], room: 'friars@rooms.verona.test' });
  await runSnug(server.dataDir, 'group', 'remove-member', 'friars', 'juliet');
  const groups = (await runSnug(server.dataDir, 'group', 'list')) as unknown as readonly Record<string, unknown>[];
  expect(groups.map(({ name, room }) => [name, room])).toEqual([
    ['Everyone', 'everyone@rooms.verona.test'],
    ['Friars', 'friars@rooms.verona.test'],
  ]);
  expect(groups[1]?.members).toEqual(['romeo']);
});
