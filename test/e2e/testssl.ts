/** testssl.sh, which we did not write: what it sees of a port, and what of that is good enough. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

export const SCAN_MS = 150_000;
/** Protocols, cipher categories, forward secrecy, server's preference, certificate, vulnerabilities. */
const SECTIONS = ['-p', '-s', '-f', '-P', '-S', '-U'];

export interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

/** What testssl.sh would have otherwise, and why it is as it is. */
const EXPECTED: readonly (Finding & { readonly because: string })[] = [
  {
    id: 'cert_revocation',
    severity: 'HIGH',
    finding: 'Neither CRL nor OCSP URI provided',
    because: 'an authority of one installation runs no service that could be asked; a lost key means a new authority',
  },
  {
    id: 'sessionresumption_ticket',
    severity: 'WARN',
    finding: 'check failed because of connect problem',
    because: 'TLS 1.3 sends its ticket after the handshake, and the scanner hangs up at times before it has come',
  },
];

/** The scan says nothing against these. WARN means that a check could not be made, which must not pass for a good result. */
const HARMLESS = new Set(['OK', 'INFO', 'DEBUG']);

/** Why nothing can be scanned here. */
export const whyNoScan = spawnSync('testssl', ['--version']).status === 0 ? undefined : 'testssl.sh is not installed';

export interface Scan {
  readonly domain: string;
  readonly port: number;
  /** The file of the authority that has certified the server. */
  readonly authority: string;
  readonly options?: readonly string[];
}

export async function scan({ domain, port, authority, options = [] }: Scan): Promise<readonly Finding[]> {
  const directory = mkdtempSync(join(tmpdir(), 'snug-testssl-'));
  const file = join(directory, 'findings.json');
  const words = ['--warnings', 'off', '--quiet', '--color', '0', '-n', 'none', '--ip', '127.0.0.1', ...SECTIONS];
  try {
    await new Promise<void>((resolve) => {
      // Its exit status counts findings; the file says whether it came to the end.
      execFile(
        'testssl',
        [...words, '--add-ca', authority, '--jsonfile', file, ...options, `${domain}:${port}`],
        { cwd: directory, timeout: SCAN_MS, maxBuffer: 16 * 1024 * 1024 },
        () => resolve(),
      );
    });
    const findings: readonly Finding[] = JSON.parse(readFileSync(file, 'utf8'));
    expect(findings.at(-1)).toMatchObject({ id: 'scanTime', severity: 'INFO' });
    return findings;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const isExpected = (found: Finding) =>
  EXPECTED.some(
    ({ id, severity, finding }) => id === found.id && severity === found.severity && finding === found.finding,
  );

export function expectGood(findings: readonly Finding[]): void {
  const of = (id: string) => findings.find((finding) => finding.id === id)?.finding;
  for (const old of ['SSLv2', 'SSLv3', 'TLS1', 'TLS1_1']) expect([old, of(old)]).toEqual([old, 'not offered']);
  expect(of('TLS1_2')).toBe('offered');
  expect(of('TLS1_3')).toBe('offered with final');
  for (const weak of ['NULL', 'aNULL', 'EXPORT', 'LOW', '3DES_IDEA', 'AVERAGE']) {
    expect([weak, of(`cipherlist_${weak}`)]).toEqual([weak, 'not offered']);
  }
  expect(of('cipherlist_STRONG')).toBe('offered');
  expect(of('PFS')).toBe('offered');
  expect(of('cert_chain_of_trust')).toBe('passed.');
  const against = findings.filter((finding) => !HARMLESS.has(finding.severity) && !isExpected(finding));
  expect(against.map(({ id, severity, finding }) => `${severity} ${id}: ${finding}`)).toEqual([]);
}
