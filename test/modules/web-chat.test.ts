/** The web chat's page as a browser gets it, and its setting. */
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { buildChat } from '../e2e/web-chat/build-chat.ts';
import { openScene, type SceneOptions } from '../scene/scene.ts';

beforeAll(buildChat);

async function open(options: SceneOptions = {}) {
  const scene = await openScene(options);
  onTestFinished(() => scene.close());
  const web = await scene.web();
  const get = (url: string, headers: Readonly<Record<string, string>> = {}) => web.inject({ url, headers });
  /** The addresses that the page names. */
  const parts = async () =>
    [...(await get('/chat/')).body.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, part]) => part);
  return { scene, get, parts };
}

test('the page lets no script in but its own, and no other page show it', async () => {
  const { get } = await open();
  const { statusCode, headers, body } = await get('/chat/');
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  const policy = new Map(
    String(headers['content-security-policy'])
      .split('; ')
      .map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources.join(' ')];
      }),
  );
  expect(policy.get('default-src')).toBe("'none'");
  expect(policy.get('frame-ancestors')).toBe("'none'");
  expect(policy.get('script-src')).toBe("'self' 'wasm-unsafe-eval'");
  expect(policy.get('connect-src')).toMatch(/^'self'( https:\/\/localhost:\d+)?$/);
  expect(body).not.toMatch(/<script(?![^>]* src=)/);
});

test('everything that the page names is there, and lies on this server', async () => {
  const { get, parts } = await open();
  const named = await parts();
  expect(named.length).toBeGreaterThan(4);
  expect((await get('/chat/')).body).not.toMatch(/(src|href)="(https?:)?\/\//);
  for (const part of named) expect((await get(`/chat/${part}`)).statusCode, part).toBe(200);
});

test('files whose names change with their content are kept for good, the page is asked for each time', async () => {
  const { get, parts } = await open();
  expect((await get('/chat/')).headers['cache-control']).toBe('no-cache');
  for (const part of await parts()) {
    expect((await get(`/chat/${part}`)).headers['cache-control'], part).toBe('public, max-age=31536000, immutable');
  }
  expect((await get('/chat/license.txt')).headers['cache-control']).toBe('no-cache');
});

test('they travel compressed to those who can read that', async () => {
  const { get, parts } = await open();
  const script = (await parts()).find((part) => part?.endsWith('converse.min.js'));
  const [plain, small] = [await get(`/chat/${script}`), await get(`/chat/${script}`, { 'accept-encoding': 'br' })];
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(small.headers).toMatchObject({
    'content-encoding': 'br',
    'content-type': plain.headers['content-type'],
    'cache-control': plain.headers['cache-control'],
  });
  expect(String(small.headers.vary).toLowerCase()).toContain('accept-encoding');
  expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length / 3);
});

test('the page learns whom it is for', async () => {
  const { get } = await open();
  expect((await get('/chat/server.json')).json()).toMatchObject({ domain: 'localhost' });
});

test('the licences of what it is made of lie beside it', async () => {
  const { get } = await open();
  const { body } = await get('/chat/license.txt');
  expect(body).toContain('Mozilla Public License Version 2.0');
  expect(body).toContain('GNU GENERAL PUBLIC LICENSE');
});

test('without its last slash the address leads there all the same', async () => {
  const { get } = await open();
  const { statusCode, headers } = await get('/chat');
  expect([statusCode, headers.location]).toEqual([308, '/chat/']);
});

test('nothing leads out of its folder', async () => {
  const { get } = await open();
  for (const path of ['/chat/../../package.json', '/chat/%2e%2e/%2e%2e/package.json', '/chat/..%2f..%2fpackage.json']) {
    expect([400, 403, 404], path).toContain((await get(path)).statusCode);
  }
});

test('switched off, it is gone at once, and back at once', async () => {
  const { scene, get } = await open();
  await scene.config.set('web-chat.enabled', false);
  const { statusCode, headers } = await get('/chat/');
  expect([statusCode, headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
  expect((await get('/chat/server.json')).statusCode).toBe(404);
  await scene.config.set('web-chat.enabled', true);
  expect((await get('/chat/')).statusCode).toBe(200);
});
