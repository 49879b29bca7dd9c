/** What the verbs for a domain of one's own print for people. */
import { expect, test } from 'vitest';
import { certificateText, domainText, portsText } from '../../server/cli/domain.ts';
import { aCertificateRequest, aDomainReport, aPortMapping } from '../control/fake-domain.ts';

test('records stand in a table, and what is not right is explained below', () => {
  expect(domainText(aDomainReport).split('\n')).toEqual(
    [
      'The DNS records of chat.pine.org:',
      'STATE    NEED         TYPE    NAME                              WANTED                  SEEN',
      'missing  required     A/AAAA  chat.pine.org                     198.51.100.7',
      'ok       recommended  SRV     _xmpp-client._tcp.chat.pine.org   0 5 5222 chat.pine.org.  0 5 5222 chat.pine.org.',
      '',
      'A/AAAA chat.pine.org: Create a record that leads chat.pine.org to 198.51.100.7.',
      '',
      'Whether the ports can be reached cannot be told from here.',
    ].map((line) =>
      expect.stringMatching(new RegExp(`^${line.replaceAll(/[.*()?]/g, '\\$&').replaceAll(/ +/g, ' +')}$`)),
    ),
  );
});

test('a domain of the local network is answered with the reason', () => {
  expect(domainText({ ...aDomainReport, refusal: 'It is local.' })).toBe('It is local.');
  expect(certificateText({ ...aCertificateRequest, refusal: 'It is local.' })).toBe('It is local.');
});

test('records to be made by hand are shown with what comes next', () => {
  const text = certificateText({ ...aCertificateRequest, note: 'Not there yet.' });
  expect(text).toContain('snug certificate continue');
  expect(text).toMatch(/TXT +_acme-challenge\.chat\.pine\.org +proof/);
  expect(text).toContain('Not there yet.');
});

test('a failure says why and when it is tried again', () => {
  const failure = { code: 'caa', text: 'A CAA record forbids it.', fix: 'Remove it.', at: '2026-01-31T12:00:00.000Z' };
  const text = certificateText({
    ...aCertificateRequest,
    state: 'idle',
    failure,
    nextAttemptAt: '2026-01-31T13:00:00.000Z',
  });
  expect(text).toContain('The last attempt failed: A CAA record forbids it. Remove it.');
  expect(text).toContain('The next one is at 2026-01-31T13:00:00.000Z.');
});

test('a certificate is shown with its names and times', () => {
  const certificate = {
    names: ['chat.pine.org'],
    expiresAt: '2026-04-30T12:00:00.000Z',
    renewAt: '2026-03-31T12:00:00.000Z',
    isInUse: true,
  };
  const text = certificateText({
    ...aCertificateRequest,
    state: 'idle',
    records: [],
    certificate,
    omitted: ['rooms.chat.pine.org'],
  });
  expect(text).toMatch(/Names +chat\.pine\.org/);
  expect(text).toMatch(/Renewed from +2026-03-31/);
  expect(text).toContain('Left out, because the DNS has no address for them: rooms.chat.pine.org.');
});

test('the router’s ports are shown with what it says', () => {
  expect(portsText(aPortMapping)).toMatch(/5222 +forwarded/);
  expect(portsText({ ...aPortMapping, state: 'off' })).toBe('The router is not asked to forward ports.');
  expect(portsText({ ...aPortMapping, state: 'failed', failure: 'No router answered.' })).toBe('No router answered.');
  expect(portsText({ ...aPortMapping, hint: 'It is behind another one.' })).toContain('It is behind another one.');
});
