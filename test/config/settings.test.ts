import { expect, test } from 'vitest';
import { Config } from '../../server/config/config.ts';
import { serverGroups } from '../../server/config/settings.ts';

/** A path that does not exist, so that the defaults hold. */
const path = '/nonexistent/settings.json';

function load(...overrides: string[]): Config {
  return Config.load({ path, groups: serverGroups, overrides });
}

test('the defaults listen on the ports that clients try by themselves, on all addresses', () => {
  const config = load();
  expect(config.get('listen.address')).toBe('::');
  expect(config.get('c2s.port')).toBe(5222);
  expect(config.get('c2s.directTlsPort')).toBe(5223);
  expect(config.get('sasl.plain')).toBe(false);
});

test.each(['127.0.0.1', '::1', '0.0.0.0', '::'])('the address %s can be listened on', (address) => {
  expect(load(`listen.address=${address}`).get('listen.address')).toBe(address);
});

test('a host name is no address to listen on', () => {
  expect(() => load('listen.address=localhost')).toThrow(
    '--set: listen.address is "localhost", but allowed is an IP address, such as 127.0.0.1, ::1, 0.0.0.0 or ::.',
  );
});

test('the direct TLS port can be switched off, the other port cannot', () => {
  expect(load('c2s.directTlsPort=off').get('c2s.directTlsPort')).toBe('off');
  expect(() => load('c2s.port=off')).toThrow('allowed is a whole number from 0 to 65535.');
});

test('a stanza limit below 10000 bytes is refused (RFC 6120 section 13.12)', () => {
  expect(load('c2s.maxStanzaBytes=10000').get('c2s.maxStanzaBytes')).toBe(10_000);
  expect(() => load('c2s.maxStanzaBytes=9999')).toThrow('a whole number from 10000 to');
  expect(() => load('c2s.maxStanzaBytesBeforeAuthentication=9999')).toThrow('a whole number from 10000 to');
});

test('administrators are bare JIDs, prepared as the router prepares them', () => {
  const config = load('admin.jids=Ann@Miller.Local, bob@miller.local');
  expect(config.get('admin.jids')).toEqual(['ann@miller.local', 'bob@miller.local']);
  for (const jid of ['miller.local', 'ann@miller.local/phone', 'a nn@miller.local']) {
    expect(() => load(`admin.jids=${jid}`)).toThrow('each entry a bare JID, such as ann@miller.local.');
  }
});

test('every setting is described by a sentence and says what it allows', () => {
  for (const { key, description, allowed } of load().describe()) {
    expect(description, key).toMatch(/^[A-Z].+\.$/s);
    expect(allowed, key).not.toContain('a value that');
  }
});
