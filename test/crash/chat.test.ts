/**
 * `kill -9` while people chat, at random moments, again and again: what the server had acknowledged to a sender reaches
 * its receiver, in order; once, when the receiver was away or resumes its session and the sender did not send it twice.
 * `SNUG_CRASHES` is how often, `SNUG_CRASH_SEED` repeats the moments of an earlier run.
 */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChatClient } from '../e2e/chat-client.ts';
import { ServerInTest } from '../e2e/server-in-test.ts';
import type { NewAccount } from '../e2e/snug-command.ts';
import { Ledger } from './ledger.ts';
import { createRandom } from './random.ts';
import { Sender } from './sender.ts';

const DOMAIN = 'crash.test';
const CRASHES = Number(process.env.SNUG_CRASHES ?? 3);
const SEED = Number(process.env.SNUG_CRASH_SEED ?? randomInt(2 ** 32));
/** After the first acknowledgement of a round. */
const LONGEST_ROUND_MS = 700;
/** Far below the 5 s that the server waits for a lock. */
const LONGEST_STALL_MS = 400;
const ARRIVAL_MS = 20_000;
const ROUND_LIMIT_MS = 20_000;

/** What they do after each crash: resume their session, or log in anew; those who are away come at the very end. */
const RECEIVERS = {
  resuming: ['rosaline', 'ursula'],
  new: ['nurse', 'peter'],
  away: ['tybalt', 'paris'],
} as const;
const SENDERS = {
  resuming: ['romeo', 'juliet'],
  new: ['mercutio', 'benvolio'],
} as const;
const receiverNames = Object.values(RECEIVERS).flat();
const senderNames = Object.values(SENDERS).flat();

let server: ServerInTest;
let accounts: ReadonlyMap<string, NewAccount>;
const clients: ChatClient[] = [];
const ledger = new Ledger();

beforeAll(async () => {
  server = await ServerInTest.start({ domain: DOMAIN, settings: ['offline.maxMessages=100000'] });
  const names = [...senderNames, ...receiverNames];
  const made = await server.addAccounts(...names);
  accounts = new Map(names.map((name, index) => [name, made[index] as NewAccount]));
});
afterAll(async () => {
  for (const client of clients) client.drop();
  await server?.close();
});

function createClient(localpart: string): ChatClient {
  const client = new ChatClient({
    port: server.process.ports.c2sTls,
    domain: DOMAIN,
    localpart,
    password: accounts.get(localpart)?.password ?? '',
    resource: 'phone',
    received: (message) => {
      const from = message.attr('from')?.split('@')[0] ?? '';
      ledger.arrives({ from, to: localpart, number: Number(message.childText('body')) });
    },
  });
  clients.push(client);
  return client;
}

async function login(localpart: string): Promise<ChatClient> {
  const client = createClient(localpart);
  await client.login();
  await client.settle();
  return client;
}

async function createSender(name: string): Promise<Sender> {
  const sender = new Sender({ client: await login(name), name, receivers: receiverNames, domain: DOMAIN, ledger });
  await sender.finish();
  return sender;
}

/**
 * Keeps the server from writing, as a backup program's lock does or a disk that sleeps: whatever it acknowledges
 * meanwhile is in no file when it is killed. Without this, only rare moments would tell that it promised too early.
 */
function stallWrites(): { release(): void } {
  const connection = new Sqlite(join(server.dataDir, 'snug.db'));
  connection.exec('BEGIN IMMEDIATE');
  return {
    release: () => {
      connection.exec('ROLLBACK');
      connection.close();
    },
  };
}

/** Also tells the server that the client is there: only what was acknowledged at least once is sure to be on disk. */
async function loginForGood(localpart: string): Promise<ChatClient> {
  const client = await login(localpart);
  client.requestAcknowledgement();
  await expect.poll(() => client.pending, { interval: 5, timeout: 5_000 }).toBe(0);
  return client;
}

test(`nothing that was acknowledged is lost, doubled or out of order when the server is killed ${CRASHES} times`, {
  timeout: 60_000 + CRASHES * ROUND_LIMIT_MS,
}, async () => {
  const random = createRandom(SEED);
  const resumingSenders = await Promise.all(SENDERS.resuming.map(createSender));
  const newSenders = await Promise.all(SENDERS.new.map(createSender));
  const senders = [...resumingSenders, ...newSenders];
  const resuming = await Promise.all(RECEIVERS.resuming.map(loginForGood));
  const renewed = await Promise.all(RECEIVERS.new.map(loginForGood));

  for (let crash = 0; crash < CRASHES; crash++) {
    const before = ledger.acknowledgedCount;
    const running = senders.map((sender) => sender.run());
    expect(await ledger.until(() => ledger.acknowledgedCount > before, ARRIVAL_MS)).toBe(true);
    await after(random() * LONGEST_ROUND_MS);
    const stalled = crash % 2 === 0 ? stallWrites() : undefined;
    if (stalled !== undefined) await after(random() * LONGEST_STALL_MS);
    await server.process.kill();
    stalled?.release();
    await Promise.all([...running, ...clients.map(({ gone }) => gone)]);
    await server.startAgain();
    const sessions = [...resumingSenders.map(({ client }) => client), ...resuming];
    const resumed = await Promise.all(sessions.map((client) => client.resume()));
    expect(resumed, `sessions after crash ${crash + 1}, seed ${SEED}`).toEqual(sessions.map(() => true));
    for (const name of RECEIVERS.new) ledger.loses(name);
    await Promise.all([...renewed, ...newSenders.map(({ client }) => client)].map((client) => client.login()));
  }

  const running = senders.map((sender) => sender.run());
  for (const sender of senders) sender.stop();
  await Promise.all(running);
  await Promise.all(senders.map((sender) => sender.finish()));
  const away = await Promise.all(RECEIVERS.away.map(login));
  await ledger.until(() => ledger.missing.length === 0, ARRIVAL_MS);
  // Whatever comes twice has come once these are answered.
  await Promise.all([...resuming, ...renewed, ...away].map((client) => client.settle()));
  expect(ledger.verdict(), `seed ${SEED}`).toEqual({ missing: [], doubled: [], disordered: [], unsent: [] });
  if (process.env.SNUG_CRASHES !== undefined) {
    process.stdout.write(
      `${ledger.acknowledgedCount} acknowledged, ${CRASHES} crashes, ${ledger.repeated} arrived twice after being sent twice\n`,
    );
  }
  expect(ledger.acknowledgedCount).toBeGreaterThan(CRASHES * receiverNames.length);
});
