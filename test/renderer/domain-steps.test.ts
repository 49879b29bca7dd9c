/** How the steps towards a domain of one's own stand, and where what needs attention leads. */
import { describe, expect, test } from 'vitest';
import { readCertificateStep } from '../../renderer/domain-steps/certificate.ts';
import { readReachStep } from '../../renderer/domain-steps/reach.ts';
import { readRecordsStep, zoneLine } from '../../renderer/domain-steps/records.ts';
import { pageOfProblems } from '../../renderer/problem-pages.ts';
import type { DomainReportSummary, Status } from '../../server/control/contract.ts';
import { aCertificateRequest, aDomainReport, aPortMapping } from '../control/fake-domain.ts';

type DnsRecord = DomainReportSummary['records'][number];

const [address, service] = aDomainReport.records as readonly [DnsRecord, DnsRecord];
const report = (...records: readonly DnsRecord[]): DomainReportSummary => ({ ...aDomainReport, records });

describe('the records', () => {
  test('are to be made where a required one is missing or differs', () => {
    expect(readRecordsStep(report(address, service)).mark).toBe('todo');
    expect(readRecordsStep(report({ ...address, verdict: 'different' })).mark).toBe('todo');
  });

  test('are done without what is only recommended, which is said', () => {
    const step = readRecordsStep(report({ ...address, verdict: 'ok' }, { ...service, verdict: 'missing' }));
    expect(step).toEqual({
      mark: 'done',
      summary: 'What must be there is there; 1 record more would make it better.',
    });
  });

  test('warn of an optional one that does harm', () => {
    const wrong = { ...service, need: 'optional', verdict: 'different' } as const;
    expect(readRecordsStep(report({ ...address, verdict: 'ok' }, wrong)).mark).toBe('warn');
  });

  test('are no more certain than the DNS is', () => {
    expect(readRecordsStep(report({ ...address, verdict: 'unknown' })).mark).toBe('unknown');
    expect(readRecordsStep(undefined).mark).toBe('busy');
  });

  test('become lines of a zone file, each address of its kind', () => {
    expect(zoneLine(address)).toBe('chat.pine.org. IN A 198.51.100.7');
    expect(zoneLine({ ...address, wanted: '2001:db8::1' })).toBe('chat.pine.org. IN AAAA 2001:db8::1');
    expect(zoneLine({ ...address, wanted: null })).toBeUndefined();
  });
});

describe('the certificate', () => {
  const shown: Status['certificate'] = { fingerprint: 'AB', expiresAt: '2026-06-12T08:00:00.000Z', source: 'local-ca' };
  const idle = { ...aCertificateRequest, state: 'idle', step: null } as const;
  const failure = { code: 'dns', text: 'No.', fix: null, at: '2026-01-31T12:00:00.000Z' };

  test('is to be had while it is Snug’s own, unless nobody certifies the domain', () => {
    expect(readCertificateStep(shown, idle).mark).toBe('todo');
    expect(readCertificateStep(shown, { ...idle, refusal: 'Nobody owns it.' })).toEqual({
      mark: 'unknown',
      summary: 'Nobody owns it.',
    });
  });

  test('that is there and could not be renewed needs attention', () => {
    expect(readCertificateStep({ ...shown, source: 'acme' }, idle).mark).toBe('done');
    expect(readCertificateStep({ ...shown, source: 'acme' }, { ...idle, failure }).mark).toBe('warn');
  });

  test('of own files is nobody else’s business', () => {
    expect(readCertificateStep({ ...shown, source: 'files' }, { ...idle, failure })).toEqual({
      mark: 'done',
      summary: 'Your own files. Valid until 12 June 2026.',
    });
  });

  test('that ends soon says so in the words of the server', () => {
    const text = 'The certificate ends on 2026-06-12, in 3 days.';
    const problems = [{ code: 'certificate-expires-soon', text }];
    expect(readCertificateStep({ ...shown, source: 'files' }, idle, problems)).toEqual({ mark: 'warn', summary: text });
  });
});

describe('the way in', () => {
  test('is never certain, whatever the router says', () => {
    expect(readReachStep(aPortMapping, aDomainReport).mark).toBe('unknown');
    expect(readReachStep({ ...aPortMapping, state: 'off' }, aDomainReport).mark).toBe('unknown');
  });

  test('is blocked by a provider that shares one address among many', () => {
    const hints = [{ code: 'carrier-nat', text: 'It is shared.' }];
    expect(readReachStep(aPortMapping, { ...aDomainReport, hints }).mark).toBe('warn');
    expect(readReachStep({ ...aPortMapping, hint: 'It is shared.' }, undefined).mark).toBe('warn');
  });
});

test('the header leads to the one page that everything is about, or to the overview', () => {
  const [port, end, name] = [{ code: 'federation-port' }, { code: 'certificate-expired' }, { code: 'name-taken' }];
  expect(pageOfProblems([port, end])).toBe('federation');
  expect(pageOfProblems([port, name])).toBe('overview');
  expect(pageOfProblems([name])).toBe('overview');
});
