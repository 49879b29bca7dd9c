/** Settings under the names that they once had, and settings whose value nobody is shown. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acmeSettings, tlsSettings } from '../../server/config/acme-settings.ts';
import { Config } from '../../server/config/config.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snug-config-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const path = () => join(directory, 'settings.json');

function load(stored: object, overrides: readonly string[] = []): Config {
  writeFileSync(path(), JSON.stringify(stored));
  return Config.load({ path: path(), groups: { tls: tlsSettings, acme: acmeSettings }, overrides });
}

test('a file with the old names is understood', () => {
  const config = load({ 'certificate.file': '/a/chain.pem', 'certificate.key': '/a/key.pem' });
  expect([config.get('tls.certificate'), config.get('tls.key')]).toEqual(['/a/chain.pem', '/a/key.pem']);
});

test('the new name wins where both are there', () => {
  expect(load({ 'tls.key': '/new', 'certificate.key': '/old' }).get('tls.key')).toBe('/new');
  expect(load({ 'certificate.key': '/old', 'tls.key': '/new' }).get('tls.key')).toBe('/new');
});

test('the next change writes the new names', async () => {
  const config = load({ 'certificate.file': '/a/chain.pem' });
  await config.set('tls.key', '/a/key.pem');
  expect(JSON.parse(readFileSync(path(), 'utf8'))).toEqual({
    'tls.certificate': '/a/chain.pem',
    'tls.key': '/a/key.pem',
  });
});

test('old names on the command line are understood', () => {
  expect(load({}, ['certificate.file=/a/chain.pem']).get('tls.certificate')).toBe('/a/chain.pem');
});

test('a token is kept and used, and shown to nobody', async () => {
  const config = load({});
  const shown = () => config.describe().find(({ key }) => key === 'acme.dnsToken')?.value;
  expect(shown()).toBe('');
  await config.set('acme.dnsToken', 'very-secret');
  expect(config.group('acme', acmeSettings).dnsToken).toBe('very-secret');
  expect(shown()).toBeNull();
  expect(config.isSecret('acme.dnsToken')).toBe(true);
});

test('a secret that is refused is not repeated', async () => {
  const config = load({});
  await expect(config.set('acme.dnsKeySecret', 'not base 64!')).rejects.toThrow('acme.dnsKeySecret is "(a secret)"');
});
