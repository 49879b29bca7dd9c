/** `kill -9` while accounts are being made: an account that was reported as added is there afterwards and can log in. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChatClient } from '../e2e/chat-client.ts';
import { ServerInTest } from '../e2e/server-in-test.ts';
import { addAccount, type NewAccount, runSnug } from '../e2e/snug-command.ts';

const DOMAIN = 'crash.test';
const CRASHES = Number(process.env.SNUG_CRASHES ?? 3);
const LOOPS = 2;

let server: ServerInTest;

beforeAll(async () => {
  server = await ServerInTest.start({ domain: DOMAIN });
});
afterAll(() => server?.close());

const isThere = async ({ jid, password }: NewAccount): Promise<void> => {
  const client = new ChatClient({
    port: server.process.ports.c2sTls,
    domain: DOMAIN,
    localpart: jid.split('@')[0] ?? '',
    password,
    resource: 'phone',
  });
  await client.login();
  client.drop();
};

test('accounts that were reported as added outlive the crash of the server that made them', {
  timeout: 30_000 + CRASHES * 20_000,
}, async () => {
  const added: NewAccount[] = [];
  for (let crash = 0; crash < CRASHES; crash++) {
    let isKilled = false;
    let wanted = added.length + 1;
    const enough = Promise.withResolvers<void>();
    const loop = async (name: string): Promise<void> => {
      for (let number = 0; !isKilled; number++) {
        try {
          added.push(await addAccount(server.dataDir, `${name}-${crash}-${number}`));
          if (added.length >= wanted) enough.resolve();
        } catch (error) {
          // The command may have lost its server in the middle; then it has reported nothing.
          if (!isKilled) throw error;
        }
      }
    };
    const loops = Array.from({ length: LOOPS }, (_, index) => loop(`loop${index}`));
    await Promise.race([enough.promise, Promise.all(loops)]);
    wanted = Number.POSITIVE_INFINITY;
    isKilled = true;
    await server.process.kill();
    await Promise.all(loops);
    await server.startAgain();
  }
  const listed = (await runSnug(server.dataDir, 'user', 'list')) as unknown as readonly { readonly jid: string }[];
  expect(listed.map(({ jid }) => jid)).toEqual(expect.arrayContaining(added.map(({ jid }) => jid)));
  expect(added.length).toBeGreaterThanOrEqual(CRASHES);
  await Promise.all(added.map(isThere));
});
