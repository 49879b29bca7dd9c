/** Logging in with slixmpp, which checks the certificate against the installation's own authority. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ServerInTest } from '../server-in-test.ts';
import { SlixmppClient, whyNoSlixmpp } from './slixmpp-client.ts';

const reason = whyNoSlixmpp();
let server: ServerInTest;
let client: SlixmppClient;

beforeAll(async () => {
  if (reason === undefined) server = await ServerInTest.start({ domain: 'chat.test' });
});
afterAll(() => server?.close());
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
  client = new SlixmppClient();
});
afterEach(() => client?.close());

const firstAccount = () => {
  const { admin } = server.process;
  if (admin === undefined) throw new Error('the first start told of no administrator');
  return admin;
};

test('what the first start printed is enough to log in over STARTTLS, with SCRAM and TLS 1.3', async () => {
  const { jid, password } = firstAccount();
  expect(jid).toBe('admin@chat.test');
  const session = await client.login(server.process, server.dataDir, { jid, password });
  expect(session.jid).toMatch(/^admin@chat\.test\/./);
  expect(session).toMatchObject({ tls: 'TLSv1.3', mechanism: expect.stringMatching(/^SCRAM-SHA-/) });
});

test('and over direct TLS', async () => {
  const session = await client.login(server.process, server.dataDir, { ...firstAccount(), isDirectTls: true });
  expect(session).toMatchObject({ tls: 'TLSv1.3', mechanism: expect.stringMatching(/^SCRAM-SHA-/) });
});

test('a resource that the client asks for is the one that it gets', async () => {
  const { jid, password } = firstAccount();
  const session = await client.login(server.process, server.dataDir, { jid: `${jid}/orchard`, password });
  expect(session.jid).toBe('admin@chat.test/orchard');
});

test('a wrong password is refused', async () => {
  const { jid } = firstAccount();
  await expect(client.login(server.process, server.dataDir, { jid, password: 'wherefore' })).rejects.toThrow(
    'not-authorized',
  );
});

test('a client that expects another domain refuses the certificate', async () => {
  const stranger = { ...firstAccount(), jid: 'admin@elsewhere.test', isDirectTls: true };
  await expect(client.login(server.process, server.dataDir, stranger)).rejects.toThrow(/certificate verify failed/);
});
