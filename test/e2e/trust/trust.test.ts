/** Trust as others see it: OpenSSL by name and by address, and chromium on a computer that is told whom to trust. */
import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServerInTest } from '../server-in-test.ts';
import { runSnug } from '../snug-command.ts';
import { ARGS, CHROMIUM, whyNoChromium } from '../window/browser.ts';

const DOMAIN = 'miller.local';
const home = mkdtempSync(join(tmpdir(), 'snug-home-'));
const formerHome = process.env.HOME;
let server: ServerInTest;

beforeAll(async () => {
  process.env.HOME = home; // of the server and of chromium: nobody's own browser is told anything
  server = await ServerInTest.start({ domain: DOMAIN });
});

afterAll(async () => {
  await server?.close();
  process.env.HOME = formerHome;
  rmSync(home, { recursive: true, force: true });
});

const file = (name: string) => join(server.dataDir, 'certificates', name);

/** What OpenSSL says of the certificate that it is shown, and that certificate. */
function shown(port: number, ...more: readonly string[]) {
  const words = ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', file('ca.pem'), ...more];
  const said = execFileSync('openssl', words, { encoding: 'utf8', input: '', stdio: ['pipe', 'pipe', 'pipe'] });
  const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(said)?.[0] ?? '';
  const verdict = /Verify return code: (.*)/.exec(said)?.[1];
  return { verdict, fingerprint: new X509Certificate(pem).fingerprint256 };
}

const fingerprintOf = (name: string) => new X509Certificate(readFileSync(file(name))).fingerprint256;

describe('OpenSSL', () => {
  test('is shown the stable certificate by name, and one that is good for the address without', () => {
    const { web } = server.process.ports;
    expect(shown(web, '-servername', DOMAIN, '-verify_hostname', DOMAIN)).toEqual({
      verdict: '0 (ok)',
      fingerprint: fingerprintOf('leaf.pem'),
    });
    expect(shown(web, '-noservername', '-verify_ip', '127.0.0.1')).toEqual({
      verdict: '0 (ok)',
      fingerprint: fingerprintOf('address-leaf.pem'),
    });
  });

  test('is shown the stable certificate on the ports of chat apps, whatever it asks for', () => {
    const { c2s, c2sTls } = server.process.ports;
    const starttls = ['-starttls', 'xmpp', '-xmpphost', DOMAIN];
    const stable = { verdict: '0 (ok)', fingerprint: fingerprintOf('leaf.pem') };
    expect(shown(c2s, ...starttls, '-noservername')).toEqual(stable);
    expect(shown(c2sTls, '-noservername')).toEqual(stable);
    expect(shown(c2sTls, '-servername', DOMAIN)).toEqual(stable);
  });
});

const reason =
  whyNoChromium() ??
  (spawnSync('certutil', ['--help']).error === undefined ? undefined : 'certutil (libnss3-tools) is not installed');
if (reason !== undefined) process.stdout.write(`skipped: chromium that is told to trust: ${reason}\n`);

describe.skipIf(reason !== undefined)('chromium on the computer of the server', { timeout: 60_000 }, () => {
  /** Each time a new one, because it reads whom to trust when it starts. */
  async function visit(): Promise<readonly string[]> {
    const rules = `MAP ${DOMAIN} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`;
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...ARGS, `--host-resolver-rules=${rules}`],
      env: { ...process.env, HOME: home },
    });
    try {
      const page = await browser.newPage();
      const outcomes: string[] = [];
      for (const host of [DOMAIN, '127.0.0.1']) {
        const address = `https://${host}:${server.process.ports.web}/join/account`;
        const outcome = await page.goto(address).then(
          (response) => String(response?.status()),
          (error: Error) => /ERR_[A-Z_]+/.exec(error.message)?.[0] ?? error.message,
        );
        outcomes.push(outcome);
      }
      return outcomes;
    } finally {
      await browser.close();
    }
  }

  const REFUSED = ['ERR_CERT_AUTHORITY_INVALID', 'ERR_CERT_AUTHORITY_INVALID'];

  test('opens the server by name and by address once it is told to, and not after it is told otherwise', async () => {
    expect(await visit()).toEqual(REFUSED);
    expect(await runSnug(server.dataDir, 'trust', '--install')).toMatchObject({
      here: { places: [{ name: 'Chromium, Chrome and Edge', isTrusted: true }] },
    });
    expect(await visit()).toEqual(['200', '200']);
    expect(await runSnug(server.dataDir, 'trust', '--remove')).toMatchObject({
      here: { places: [{ isTrusted: false }] },
    });
    expect(await visit()).toEqual(REFUSED);
  });

  test('goes on to trust when the certificates are made anew, without a restart of the server', async () => {
    await runSnug(server.dataDir, 'trust', '--install');
    const before = await runSnug(server.dataDir, 'trust');
    const { pid } = server.process;
    const after = await runSnug(server.dataDir, 'trust', 'rotate', '--yes');
    const wordsOf = ({ authority }: typeof before) => (authority as { words: string }).words;
    expect(wordsOf(after)).not.toBe(wordsOf(before));
    expect(await visit()).toEqual(['200', '200']);
    expect(await runSnug(server.dataDir, 'status')).toMatchObject({
      pid,
      certificate: { fingerprint: fingerprintOf('leaf.pem'), words: wordsOf(after) },
    });
    const stable = { verdict: '0 (ok)', fingerprint: fingerprintOf('leaf.pem') };
    expect(shown(server.process.ports.c2sTls)).toEqual(stable);
  });
});
