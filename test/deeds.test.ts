/** What is told about a running server from outside, with the real core in memory. */
import { randomBytes } from 'node:crypto';
import { createRouterClient } from '@orpc/server';
import { describe, expect, test } from 'vitest';
import { type Actor, thisComputer } from '../server/administration/actor.ts';
import type { Deeds } from '../server/control/deeds.ts';
import { createHandlers } from '../server/control/handlers.ts';
import { createDeeds } from '../server/deeds.ts';
import { createLogger } from '../server/log/log.ts';
import { RecentLines } from '../server/log/recent-lines.ts';
import { summarizeAccounts } from '../server/summaries.ts';
import { FakeFederation } from './control/fake-federation.ts';
import { FakePairs } from './control/fake-pairs.ts';
import { openScene, type Scene } from './scene/scene.ts';

const MINUTE_MS = 60_000;
const me = thisComputer('window');
const unasked = (): never => {
  throw new Error('nobody asks for this here');
};

interface Watched {
  readonly deeds: Deeds;
  beginToStop(): void;
  /** How often listeners have been called since the last time this was asked. */
  changes(): number;
}

function watch(scene: Scene): Watched {
  const stopping = Promise.withResolvers<void>();
  const federation = new FakeFederation();
  const deeds = createDeeds({
    domain: 'localhost',
    version: '0.0.0',
    startedAtMs: scene.clock.now(),
    core: scene.server,
    accounts: scene.accounts,
    config: scene.config,
    lines: new RecentLines(),
    componentPort: () => null,
    ports: { c2s: 5222, c2sTls: null, web: null, join: null, proxy: null },
    joinPage: () => undefined,
    addresses: () => ['127.0.0.1'],
    certificate: () => ({ fingerprintSha256: 'AB:CD', expiresAt: new Date(0), source: 'own' }),
    network: { describe: unasked, probeName: unasked },
    trust: { describe: unasked },
    domainSetup: {
      check: unasked,
      certificate: unasked,
      terms: unasked,
      ports: unasked,
      onChange: () => () => undefined,
    },
    federation,
    pairs: new FakePairs(),
    federationState: () => federation.state(),
    storageBytes: () => 1,
    problems: () => [{ code: 'name-taken', text: 'Taken.', fix: 'Rename it.' }],
    clock: scene.clock,
    randomBytes,
    stopping: stopping.promise,
  });
  let count = 0;
  deeds.onChange(() => count++);
  return {
    deeds,
    beginToStop: () => stopping.resolve(),
    changes: () => {
      const since = count;
      count = 0;
      return since;
    },
  };
}

const accountOf = (deeds: Deeds, localpart: string) =>
  deeds.accounts().find((account) => account.localpart === localpart);

test('problems of the server are in its status', async () => {
  await using scene = await openScene({ accounts: [] });
  expect(watch(scene).deeds.status().problems).toEqual([{ code: 'name-taken', text: 'Taken.', fix: 'Rename it.' }]);
});

describe('an account', () => {
  test('that nobody has used yet was never seen', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { deeds } = watch(scene);
    expect(accountOf(deeds, 'romeo')).toMatchObject({ sessions: 0 });
    expect(accountOf(deeds, 'romeo')).not.toHaveProperty('lastSeen');
  });

  test('was last seen when it left', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { deeds } = watch(scene);
    const romeo = await scene.login('romeo', 'orchard');
    romeo.appears();
    await romeo.next();
    expect(accountOf(deeds, 'romeo')).toMatchObject({ sessions: 1 });
    scene.clock.advance(5 * MINUTE_MS);
    await romeo.ends();
    const leftAt = new Date(scene.clock.now()).toISOString();
    scene.clock.advance(MINUTE_MS);
    expect(accountOf(deeds, 'romeo')).toMatchObject({ sessions: 0, lastSeen: leftAt });
  });

  test('that is removed takes what was seen of it along', async () => {
    await using scene = await openScene({ accounts: ['romeo', 'juliet'], admins: ['juliet'] });
    const { deeds } = watch(scene);
    await (await scene.login('romeo')).ends();
    expect(accountOf(deeds, 'romeo')).toHaveProperty('lastSeen');
    await deeds.perform(me, 'accounts.remove', { localpart: 'romeo' });
    await deeds.perform(me, 'accounts.create', { localpart: 'romeo', password: 'another romeo', role: 'member' });
    expect(accountOf(deeds, 'romeo')).not.toHaveProperty('lastSeen');
  });

  test('has neither sessions nor a past where the module for that is switched off, or no server runs', async () => {
    await using scene = await openScene({
      accounts: ['romeo'],
      settings: { 'modules.disabled': 'last-activity' },
    });
    const { deeds } = watch(scene);
    await (await scene.login('romeo')).ends();
    expect(accountOf(deeds, 'romeo')).not.toHaveProperty('lastSeen');
    expect(summarizeAccounts(scene.accounts, 'localhost')).toEqual([
      {
        localpart: 'romeo',
        jid: 'romeo@localhost',
        role: 'member',
        status: 'enabled',
        isDisabled: false,
        createdAt: expect.any(String),
        sessions: 0,
      },
    ]);
  });
});

describe('followers hear', () => {
  test('that the server is hidden from this network, and shown again', async () => {
    await using scene = await openScene({ accounts: [] });
    const { deeds, changes } = watch(scene);
    expect(deeds.status().isVisible).toBe(true);
    await deeds.perform(me, 'settings.set', { key: 'lan.mdns', value: false });
    expect([deeds.status().isVisible, changes()]).toEqual([false, 1]);
    await deeds.perform(me, 'settings.set', { key: 'lan.mdns', value: true });
    expect([deeds.status().isVisible, changes()]).toEqual([true, 1]);
  });

  test('of sessions that begin, show themselves and end', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { changes } = watch(scene);
    const romeo = await scene.login('romeo');
    expect(changes()).toBe(1);
    romeo.appears();
    await romeo.next();
    expect(changes()).toBe(1);
    await romeo.ends();
    expect(changes()).toBeGreaterThan(0);
  });

  test('of accounts that are made, changed and removed, and of the server’s own end', async () => {
    await using scene = await openScene({ accounts: ['juliet'], admins: ['juliet'] });
    const { deeds, changes, beginToStop } = watch(scene);
    await deeds.perform(me, 'accounts.create', { localpart: 'romeo', password: 'wherefore art', role: 'member' });
    await deeds.perform(me, 'accounts.setRole', { localpart: 'romeo', role: 'admin' });
    await deeds.perform(me, 'accounts.disable', { localpart: 'romeo' });
    await deeds.perform(me, 'accounts.enable', { localpart: 'romeo' });
    await deeds.perform(me, 'accounts.remove', { localpart: 'romeo' });
    expect(changes()).toBe(5);
    beginToStop();
    await Promise.resolve();
    expect([changes(), deeds.status().state]).toEqual([1, 'stopping']);
  });
});

test('messages that people send are counted, each once, however many devices get it', async () => {
  await using scene = await openScene({ accounts: ['romeo', 'juliet'] });
  const { deeds } = watch(scene);
  const romeo = await scene.login('romeo');
  for (const resource of ['balcony', 'chamber']) {
    const juliet = await scene.login('juliet', resource);
    juliet.appears();
    await juliet.next();
  }
  for (let sent = 0; sent < 3; sent++) {
    romeo.sends(`<message to='juliet@localhost' type='chat'><body>Ay me</body></message>`);
  }
  await romeo.receivesNothing();
  expect(deeds.status().traffic).toEqual({ messages: 3 });
});

test('the client of a session is told once it is known', async () => {
  await using scene = await openScene({ accounts: ['romeo'] });
  const { deeds, changes } = watch(scene);
  const romeo = await scene.login('romeo', 'orchard');
  romeo.appears();
  await romeo.next();
  expect(deeds.sessions()[0]).not.toHaveProperty('client');
  const asking = deeds.askClients();
  const question = await romeo.next();
  changes();
  romeo.sends(
    `<iq type='result' id='${question.attr('id')}' to='localhost'><query xmlns='jabber:iq:version'><name>Gajim</name></query></iq>`,
  );
  await asking;
  expect([changes(), deeds.sessions()]).toMatchObject([1, [{ jid: 'romeo@localhost/orchard', client: 'Gajim' }]]);
});

describe('administrators are told', () => {
  test('which roles there are, and how many have each', async () => {
    await using scene = await openScene({ accounts: ['juliet', 'romeo', 'nurse'], admins: ['juliet'] });
    const { deeds } = watch(scene);
    await deeds.perform(me, 'roles.create', { name: 'keeper', permissions: ['people.read'] });
    await deeds.perform(me, 'accounts.setRole', { localpart: 'nurse', role: 'keeper' });
    expect(deeds.roles().map(({ name, accounts, isBuiltIn }) => [name, accounts, isBuiltIn])).toEqual([
      ['limited', 0, true],
      ['member', 1, true],
      ['admin', 1, true],
      ['keeper', 1, false],
    ]);
    expect(accountOf(deeds, 'nurse')).toMatchObject({ role: 'keeper' });
  });

  test('what was done, without the parts that there are none of', async () => {
    await using scene = await openScene({ accounts: ['juliet'], admins: ['juliet'] });
    const { deeds } = watch(scene);
    await deeds.perform(me, 'welcome.remove', {});
    const [entry] = deeds.audit.list({ limit: 10 });
    expect(entry).toEqual({
      id: expect.any(Number),
      at: new Date(scene.clock.now()).toISOString(),
      actor: 'this computer',
      door: 'window',
      deed: 'welcome.remove',
      outcome: 'done',
    });
  });

  test('what stands for everybody to be told', async () => {
    await using scene = await openScene({ accounts: ['juliet'] });
    const { deeds } = watch(scene);
    await deeds.perform(me, 'motd.set', { text: 'Tea at five.' });
    expect(deeds.messages()).toEqual({ motd: 'Tea at five.', welcome: null });
  });

  test('which devices an account has, and take their access back', async () => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { deeds } = watch(scene);
    const romeo = await scene.login('romeo', 'orchard');
    const [device] = await deeds.devices('romeo');
    expect(device).toMatchObject({ isConnected: true, knowsPassword: true, hasToken: false });
    const input = { localpart: 'romeo', id: device?.id ?? '' };
    await expect(deeds.perform(me, 'clients.revoke', { ...input, signOut: false })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await deeds.perform(me, 'clients.revoke', { ...input, signOut: true })).toBe(true);
    await romeo.receivesEnd('not-authorized');
    const unknown = deeds.perform(me, 'clients.revoke', { localpart: 'romeo', id: 'nobody', signOut: true });
    await expect(unknown).rejects.toMatchObject({ code: 'not-found' });
  });

  test.each([
    ['files.remove', 'There is no such file.'],
    ['reports.resolve', 'There is no such report.'],
  ] as const)('by %s that there is nothing of that name', async (deed, message) => {
    await using scene = await openScene({ accounts: ['romeo'] });
    const { deeds } = watch(scene);
    expect([deeds.files(), deeds.reports.list()]).toEqual([[], []]);
    await expect(deeds.perform(me, deed, { id: 'none' })).rejects.toMatchObject({ code: 'not-found', message });
  });

  test('that a feature is switched off which they ask for', async () => {
    await using scene = await openScene({
      accounts: ['romeo'],
      settings: { 'modules.disabled': 'admin-commands,announcements' },
    });
    const { deeds } = watch(scene);
    await expect(deeds.perform(me, 'announcements.send', { text: 'Tea' })).rejects.toMatchObject({
      code: 'refused',
      message: 'The feature “announcements” is switched off.',
    });
    expect(deeds.messages()).toEqual({ motd: null, welcome: null });
  });
});

test('a server that nobody keeps opens no window', async () => {
  await using scene = await openScene({ accounts: ['romeo'] });
  await expect(watch(scene).deeds.perform(me, 'window.open', {})).rejects.toMatchObject({ code: 'refused' });
});

test('who may look at settings but not change them is shown no secret', async () => {
  await using scene = await openScene({ settings: { 'external-services.secret': 'of-the-turn-server' } });
  const router = createHandlers(watch(scene).deeds, createLogger('silent', { write: () => undefined }));
  const secretFor = async (actor: Actor) => {
    const client = createRouterClient(router, { context: { actor, closing: new AbortController().signal } });
    return (await client.settings.list()).find(({ key }) => key === 'external-services.secret')?.value;
  };
  expect(await secretFor({ ...me, permissions: new Set(['settings.read']) })).toBeNull();
  expect(await secretFor(me)).toBe('of-the-turn-server');
});
