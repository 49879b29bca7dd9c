/** XEP-0480: SASL Upgrade Tasks. */
import { createHash, pbkdf2Sync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { authenticate, NS_SASL2, opensFor, signsIn } from '../scene/sasl2.ts';
import { openScene, passwordOf, type Scene, target } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { getsToken, usesToken } from '../scene/token-client.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_UPGRADE = 'urn:xmpp:sasl:upgrade:0';
const NS_SCRAM_UPGRADE = 'urn:xmpp:scram-upgrade:0';
const HASHES: Readonly<Record<string, string>> = {
  'UPGR-SCRAM-SHA-1': 'sha1',
  'UPGR-SCRAM-SHA-256': 'sha256',
  'UPGR-SCRAM-SHA-512': 'sha512',
};
const BOTH = ['UPGR-SCRAM-SHA-256', 'UPGR-SCRAM-SHA-512'];

/** Juliet’s account came from a server that had nothing but SCRAM-SHA-1. */
async function openHouse(settings: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  const scene = await openScene({ accounts: ['juliet', 'romeo'], settings });
  await scene.database.writer.write([
    { sql: "DELETE FROM account_credential WHERE localpart = 'juliet' AND mechanism <> 'SCRAM-SHA-1'", params: [] },
  ]);
  return scene;
}

function upgrade(...names: readonly string[]): string {
  return names.map((name) => `<upgrade xmlns='${NS_UPGRADE}'>${name}</upgrade>`).join('');
}

function offerOf(client: SceneClient): { mechanisms: readonly string[]; upgrades: readonly string[] } {
  const children = client.features?.child('authentication', NS_SASL2)?.elements ?? [];
  const texts = (wanted: string) => children.filter(({ name }) => name === wanted).map((child) => child.text());
  return { mechanisms: texts('mechanism'), upgrades: texts('upgrade') };
}

function taskIn(element: Element): string | undefined {
  expect(element.is('continue', NS_SASL2), element.toXml()).toBe(true);
  const tasks = element.child('tasks')?.elements ?? [];
  expect(tasks).toHaveLength(1);
  return tasks[0]?.text();
}

function next(task: string): string {
  return `<next xmlns='${NS_SASL2}' task='${task}'/>`;
}

function hash(saltedPassword: Buffer): string {
  return `<task-data xmlns='${NS_SASL2}'><hash xmlns='${NS_SCRAM_UPGRADE}'>${saltedPassword.toString('base64')}</hash></task-data>`;
}

function salted(task: string, saltElement: Element | undefined, password: string): Buffer {
  const name = HASHES[task] ?? '';
  const salt = Buffer.from(saltElement?.text() ?? '', 'base64');
  return pbkdf2Sync(password, salt, Number(saltElement?.attr('iterations')), createHash(name).digest().length, name);
}

/** Performs one task; what the server says then. */
async function performs(client: SceneClient, task: string, password = passwordOf('juliet')): Promise<Element> {
  client.sends(next(task));
  const data = await client.next();
  client.sends(hash(salted(task, data.child('salt', NS_SCRAM_UPGRADE), password)));
  return await client.next();
}

describe.skipIf(target !== undefined)('an account that lacks keys', () => {
  test('is offered the mechanisms that it has, and the upgrades that it lacks (section 2.1)', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    expect(offerOf(client)).toEqual({ mechanisms: ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'], upgrades: BOTH });
  });

  test('is what nobody else looks like', async () => {
    await using scene = await openHouse();
    const stranger = scene.connect();
    stranger.opens();
    await stranger.next();
    for (const client of [stranger, await opensFor(scene, 'romeo'), await opensFor(scene, 'nobody')]) {
      expect(offerOf(client).upgrades).toEqual([]);
      expect(offerOf(client).mechanisms).toHaveLength(6);
    }
  });

  test('signs in all the same without saying beforehand who it is, and with PLAIN', async () => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = scene.connect({ name: 'juliet' });
    client.opens();
    await client.next();
    expect((await signsIn(client, { mechanism: 'SCRAM-SHA-256' })).name).toBe('failure');
    expect((await signsIn(client, { mechanism: 'SCRAM-SHA-1' })).name).toBe('success');
    const plain = await opensFor(scene, 'juliet');
    plain.sends(authenticate('PLAIN', `\0juliet\0${passwordOf('juliet')}`));
    expect((await plain.next()).name).toBe('success');
  });

  test('gets keys for SCRAM-SHA-256 after SCRAM-SHA-1-PLUS (section 3, example)', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const first = await signsIn(client, { mechanism: 'SCRAM-SHA-1', inside: upgrade('UPGR-SCRAM-SHA-256') });
    expect(first.elements.map(({ name }) => name)).toEqual(['additional-data', 'tasks']);
    expect(taskIn(first)).toBe('UPGR-SCRAM-SHA-256');
    client.sends(next('UPGR-SCRAM-SHA-256'));
    const data = await client.next();
    expect(data.is('task-data', NS_SASL2)).toBe(true);
    const salt = data.child('salt', NS_SCRAM_UPGRADE);
    expect(salt?.attr('iterations')).toBe('4096');
    client.sends(hash(salted('UPGR-SCRAM-SHA-256', salt, passwordOf('juliet'))));
    await client.receives(
      `<success xmlns='${NS_SASL2}'><authorization-identifier>juliet@localhost</authorization-identifier></success>`,
    );
    expect((await client.next()).name).toBe('features');
    await client.binds();

    const again = await opensFor(scene, 'juliet');
    expect(offerOf(again)).toEqual({
      mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-1'],
      upgrades: ['UPGR-SCRAM-SHA-512'],
    });
    expect((await signsIn(again, { mechanism: 'SCRAM-SHA-256' })).name).toBe('success');
    expect((await signsIn(await opensFor(scene, 'juliet'), { mechanism: 'SCRAM-SHA-1' })).name).toBe('success');
  });

  test('gets several one after the other, and binds after the last (section 2.2)', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const inside = `${upgrade('UPGR-SCRAM-SHA-512', 'UPGR-SCRAM-SHA-256')}<bind xmlns='urn:xmpp:bind:0'/>`;
    const first = await signsIn(client, { mechanism: 'SCRAM-SHA-1', inside });
    const second = await performs(client, taskIn(first) ?? '');
    expect(scene.server.sessions.of('juliet').size).toBe(0);
    const last = await performs(client, taskIn(second) ?? '');
    expect(last.child('bound', 'urn:xmpp:bind:0')).toBeDefined();
    await scene.restart();
    expect(offerOf(await opensFor(scene, 'juliet')).upgrades).toEqual([]);
  });

  test('is not asked for what it has, or what does not exist', async () => {
    await using scene = await openHouse();
    const inside = upgrade('UPGR-SCRAM-SHA-1', 'UPGR-BLOOP2');
    const juliet = await signsIn(await opensFor(scene, 'juliet'), { mechanism: 'SCRAM-SHA-1', inside });
    expect(juliet.name).toBe('success');
    const romeo = await signsIn(await opensFor(scene, 'romeo'), { inside: upgrade(...BOTH) });
    expect(romeo.name).toBe('success');
  });
});

describe.skipIf(target !== undefined)('a token (XEP-0484)', () => {
  test('cannot be turned into keys of a password', async () => {
    await using scene = await openHouse();
    await scene.accounts.setPassword('juliet', passwordOf('juliet'));
    const { token } = await getsToken(scene, 'juliet');
    await scene.database.writer.write([
      { sql: "DELETE FROM account_credential WHERE localpart = 'juliet' AND mechanism = 'SCRAM-SHA-512'", params: [] },
    ]);
    const inside = upgrade('UPGR-SCRAM-SHA-512');
    const success = await usesToken(await opensFor(scene, 'juliet'), { token, inside });
    expect(success.name).toBe('success');
    taskIn(await signsIn(await opensFor(scene, 'juliet'), { inside }));
  });
});

describe.skipIf(target !== undefined)('a count of iterations that has been raised', () => {
  test('raises that of old keys, whose salt stays', async () => {
    await using scene = await openHouse();
    await scene.database.writer.write([
      { sql: "UPDATE account_credential SET iterations = 2048 WHERE mechanism = 'SCRAM-SHA-1'", params: [] },
    ]);
    await scene.accounts.setPassword('juliet', passwordOf('juliet'));
    await scene.database.writer.write([
      {
        sql: "UPDATE account_credential SET iterations = 4095 WHERE localpart = 'juliet' AND mechanism = 'SCRAM-SHA-512'",
        params: [],
      },
    ]);
    const before = scene.accounts.credentials('juliet', 'SCRAM-SHA-512');
    const client = await opensFor(scene, 'juliet');
    expect(offerOf(client).upgrades).toEqual(['UPGR-SCRAM-SHA-512']);
    const first = await signsIn(client, { inside: upgrade('UPGR-SCRAM-SHA-512') });
    expect((await performs(client, taskIn(first) ?? '')).name).toBe('success');
    const after = scene.accounts.credentials('juliet', 'SCRAM-SHA-512');
    expect(after?.iterations).toBe(4096);
    expect(after?.salt).toEqual(before?.salt);
    expect((await signsIn(await opensFor(scene, 'juliet'), { mechanism: 'SCRAM-SHA-512' })).name).toBe('success');
  });
});

describe.skipIf(target !== undefined)('a task', () => {
  /** A client that has proven its password and is asked for SCRAM-SHA-256. */
  async function isAsked(scene: Scene): Promise<SceneClient> {
    const client = await opensFor(scene, 'juliet');
    taskIn(await signsIn(client, { mechanism: 'SCRAM-SHA-1', inside: upgrade('UPGR-SCRAM-SHA-256') }));
    return client;
  }

  test.each([
    ['another one', 'malformed-request', [next('UPGR-SCRAM-SHA-512')]],
    ['data before it has begun', 'malformed-request', [hash(Buffer.alloc(32))]],
    ['no hash', 'malformed-request', [next('UPGR-SCRAM-SHA-256'), `<task-data xmlns='${NS_SASL2}'/>`]],
    ['an empty hash', 'malformed-request', [next('UPGR-SCRAM-SHA-256'), hash(Buffer.alloc(0))]],
    ['a hash of another length', 'malformed-request', [next('UPGR-SCRAM-SHA-256'), hash(Buffer.alloc(20))]],
    ['the beginning twice', 'malformed-request', [next('UPGR-SCRAM-SHA-256'), next('UPGR-SCRAM-SHA-256')]],
    [
      'what is no base64',
      'incorrect-encoding',
      [next('UPGR-SCRAM-SHA-256'), hash(Buffer.alloc(32)).replace('AAAA', '????')],
    ],
    ['an abort', 'aborted', [`<abort xmlns='${NS_SASL2}'/>`]],
  ])('that gets %s fails as %s; nobody is signed in, and nothing is kept', async (_what, condition, elements) => {
    await using scene = await openHouse();
    const client = await isAsked(scene);
    let last: Element | undefined;
    for (const xml of elements) {
      client.sends(xml);
      last = await client.next();
    }
    expect(last?.child(condition, NS_SASL), last?.toXml()).toBeDefined();
    expect(scene.accounts.outdatedMechanisms('juliet')).toHaveLength(2);
    client.sends(authenticate('SCRAM-SHA-1', 'n,,n=juliet,r=abc'));
    await client.receivesEnd('policy-violation'); // XEP-0388 section 6.8
  });

  test('is over when something else of SASL2 comes instead', async () => {
    await using scene = await openHouse();
    const client = await isAsked(scene);
    client.sends(`<response xmlns='${NS_SASL2}'>AAAA</response>`);
    expect((await client.next()).child('malformed-request', NS_SASL)).toBeDefined();
    client.sends(next('UPGR-SCRAM-SHA-256'));
    expect((await client.next()).child('malformed-request', NS_SASL)).toBeDefined();
  });

  test.each([
    ['a stanza', `<presence/>`],
    ['another request', authenticate('SCRAM-SHA-1', 'n,,n=juliet,r=abc')],
  ])('that is left for %s ends the stream', async (_what, xml) => {
    await using scene = await openHouse();
    const client = await isAsked(scene);
    client.sends(xml);
    await client.receivesEnd('policy-violation');
  });

  test('that was begun before the password was changed keeps nothing of the old one', async () => {
    await using scene = await openHouse();
    const client = await isAsked(scene);
    client.sends(next('UPGR-SCRAM-SHA-256'));
    const data = await client.next();
    await scene.accounts.setPassword('juliet', 'a new password');
    client.sends(hash(salted('UPGR-SCRAM-SHA-256', data.child('salt', NS_SCRAM_UPGRADE), passwordOf('juliet'))));
    expect((await client.next()).child('malformed-request', NS_SASL)).toBeDefined();
    expect((await signsIn(await opensFor(scene, 'juliet'), { password: 'a new password' })).name).toBe('success');
    expect((await signsIn(await opensFor(scene, 'juliet'))).name).toBe('failure');
  });

  test('lets nobody in whose account was switched off meanwhile', async () => {
    await using scene = await openHouse();
    const client = await isAsked(scene);
    await scene.accounts.disable('juliet');
    expect((await performs(client, 'UPGR-SCRAM-SHA-256')).child('account-disabled', NS_SASL)).toBeDefined();
  });

  test('does not outlive the password that was proven, whatever keys its owner would have then', async () => {
    await using scene = await openHouse();
    const client = await isAsked(scene);
    await scene.accounts.setPassword('juliet', 'a new password');
    client.sends(next('UPGR-SCRAM-SHA-256'));
    expect((await client.next()).child('malformed-request', NS_SASL)).toBeDefined();
    expect((await signsIn(await opensFor(scene, 'juliet'), { password: 'a new password' })).name).toBe('success');
    expect((await signsIn(await opensFor(scene, 'juliet'))).name).toBe('failure');
  });
});
