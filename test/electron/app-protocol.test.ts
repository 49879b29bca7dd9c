import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createAppProtocol } from '../../electron/app-protocol.ts';

const above = mkdtempSync(join(tmpdir(), 'snug-protocol-'));
const folder = join(above, 'renderer');
mkdirSync(join(folder, 'assets'), { recursive: true });
writeFileSync(join(above, 'secret.txt'), 'secret');
mkdirSync(join(above, 'renderer-of-another'));
writeFileSync(join(above, 'renderer-of-another', 'secret.txt'), 'secret');
writeFileSync(join(folder, 'index.html'), '<title>Snug</title>');
writeFileSync(join(folder, 'assets', 'main-1234.js'), 'export {};');
writeFileSync(join(folder, 'key.pem'), 'secret');
afterAll(() => rmSync(above, { recursive: true }));

const answer = createAppProtocol(folder);
const get = (url: string) => answer(new Request(url));

describe('the window’s own protocol', () => {
  test('answers with the files of the page and what they are', async () => {
    const page = await get('app://snug/index.html');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toBe('<title>Snug</title>');
    expect((await get('app://snug/')).status).toBe(200);
    const script = await get('app://snug/assets/main-1234.js?v=1#x');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  test('forbids everything but its own files', async () => {
    const { headers } = await get('app://snug/index.html');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).not.toContain('unsafe-eval');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    'app://snug/../secret.txt',
    'app://snug/%2e%2e/secret.txt',
    'app://snug/..%2fsecret.txt',
    'app://snug/assets/..%2f..%2fsecret.txt',
    'app://snug/..%5csecret.txt',
    'app://snug/%2e%2e%2frenderer-of-another%2fsecret.txt',
    'app://snug/index.html%00.png',
    'app://snug/C:%5cWindows%5cwin.ini',
    'app://snug/%zz.html',
    'app://snug//etc/passwd',
    'app://snug/key.pem',
    'app://snug/no-such-page.html',
    'app://elsewhere/index.html',
    'https://snug/index.html',
  ])('answers %s with nothing', async (url) => {
    const response = await get(url);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('secret');
  });

  test('answers GET alone', async () => {
    expect((await answer(new Request('app://snug/index.html', { method: 'POST' }))).status).toBe(405);
  });

  test('says what to do where the window has not been built', async () => {
    const response = await createAppProtocol(join(above, 'nothing'))(new Request('app://snug/index.html'));
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build:window');
  });
});
