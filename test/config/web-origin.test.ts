/** The address from outside of the port for files and web clients. */
import { expect, test } from 'vitest';
import { Config } from '../../server/config/config.ts';
import { serverGroups } from '../../server/config/settings.ts';

const load = (text: string) =>
  Config.load({ path: '/nonexistent/settings.json', groups: serverGroups, overrides: [`web.publicOrigin=${text}`] });

test.each([
  ['https://example.org', 'https://example.org'],
  ['https://example.org:443/', 'https://example.org'],
  [' https://Files.Example.org:8443 ', 'https://files.example.org:8443'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ['', ''],
])('“%s” is taken as %s', (text, origin) => {
  expect(load(text).get('web.publicOrigin')).toBe(origin);
});

test.each([
  'example.org',
  'http://example.org',
  'https://example.org/files',
  'https://me:x@example.org',
  'https://',
  '443',
])('“%s” is refused with an example of what is right', (text) => {
  expect(() => load(text)).toThrow('an address such as https://example.org');
});
