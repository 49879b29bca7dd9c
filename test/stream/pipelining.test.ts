/** XEP-0509: Initial Authentication Pipelining. */
import { describe, expect, test } from 'vitest';
import { authenticate, NS_SASL2, opensFor, signsIn } from '../scene/sasl2.ts';
import { openScene, passwordOf, type Scene, target } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const NS_IAP = 'urn:xmpp:iap:0';
const PLAIN = `\0juliet\0${passwordOf('juliet')}`;

function openHouse(settings: Readonly<Record<string, unknown>> = { 'sasl.plain': true }): Promise<Scene> {
  return openScene({ accounts: ['juliet', 'romeo'], settings });
}

function versionOf(client: SceneClient): string | undefined {
  return client.features?.child('config-version', NS_IAP)?.attr('value');
}

function configVersion(value = ''): string {
  return `<config-version xmlns='${NS_IAP}' scheme='opaque' value='${value}'/>`;
}

describe.skipIf(target !== undefined)('the version of what is offered', () => {
  test('is the same on each connection, for whomever (section 2.1)', async () => {
    await using scene = await openHouse();
    const version = versionOf(await opensFor(scene, 'juliet'));
    expect(version).toMatch(/^[A-Za-z0-9+/]{22}==$/);
    expect(versionOf(await opensFor(scene, 'juliet'))).toBe(version);
    expect(versionOf(await opensFor(scene, 'nobody'))).toBe(version);
    await scene.restart();
    expect(versionOf(await opensFor(scene, 'juliet'))).toBe(version);
  });

  test('is another one when something else is offered', async () => {
    await using strict = await openHouse({});
    await using lax = await openHouse();
    const version = versionOf(await opensFor(strict, 'juliet'));
    expect(versionOf(await opensFor(lax, 'juliet'))).not.toBe(version);
  });

  test('is told neither in plain text nor after signing in', async () => {
    await using scene = await openHouse();
    const plain = scene.connect({ isSecure: false });
    plain.opens();
    await plain.next();
    expect(versionOf(plain)).toBeUndefined();
    const client = await opensFor(scene, 'juliet');
    await signsIn(client);
    await client.next();
    expect(versionOf(client)).toBeUndefined();
  });
});

describe.skipIf(target !== undefined)('a client that does not wait for the features', () => {
  test('signs in and binds in one flight (section 4.2)', async () => {
    await using scene = await openHouse();
    const version = versionOf(await opensFor(scene, 'juliet'));
    const client = scene.connect({ name: 'juliet' });
    client.opens(` from='${client.bare}'`);
    client.sends(authenticate('PLAIN', PLAIN, `<bind xmlns='urn:xmpp:bind:0'/>${configVersion(version)}`));
    client.sends('<presence/>');
    expect((await client.next()).name).toBe('features');
    expect((await client.next()).child('bound', 'urn:xmpp:bind:0')).toBeDefined();
    expect((await client.next()).name).toBe('features');
    expect((await client.next()).name).toBe('presence');
  });

  test('is refused without prejudice when something else is offered now (section 4.3)', async () => {
    await using scene = await openHouse();
    const client = scene.connect({ name: 'juliet' });
    client.opens(` from='${client.bare}'`);
    client.sends(authenticate('PLAIN', PLAIN, configVersion('VGhpcyBpcyBvcGFxdWUh')));
    await client.next();
    await client.receives(
      `<failure xmlns='${NS_SASL2}'><aborted xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/><config-version-mismatch xmlns='${NS_IAP}'/><text>The server offers something else than it did the last time.</text></failure>`,
    );
    for (let i = 0; i < 10; i++) {
      client.sends(authenticate('PLAIN', PLAIN, configVersion('wrong')));
      expect((await client.next()).name).toBe('failure');
    }
    client.sends(authenticate('PLAIN', PLAIN, configVersion(versionOf(client))));
    expect((await client.next()).name).toBe('success');
  });
});
