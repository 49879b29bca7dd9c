import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NOTHING } from '../../server/accounts/permissions.ts';
import { type Actor, thisComputer } from '../../server/administration/actor.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { openWebDoor, type WebDoor } from '../../server/control/web-door.ts';
import { FakeClock } from '../scene/fake-clock.ts';
import { aStatus, createFakeServer, type FakeServer } from './fake-deeds.ts';
import { tokenOf, WebCaller } from './web-caller.ts';

const TEN_MINUTES_MS = 600_000;
const STRANGER = 'http://evil.example';

let server: FakeServer;
let clock: FakeClock;
let door: WebDoor;
let caller: WebCaller;

async function open(actor: Actor = thisComputer('window')): Promise<void> {
  door = await openWebDoor({
    port: 0,
    pageDir: join(server.directory, 'page'),
    router: createHandlers(server, server.log),
    actor,
    clock,
    randomBytes,
    log: server.log,
  });
  caller = new WebCaller(door.port);
}

beforeEach(async () => {
  server = createFakeServer();
  clock = new FakeClock();
  mkdirSync(join(server.directory, 'page', 'assets'), { recursive: true });
  writeFileSync(join(server.directory, 'page', 'index.html'), '<title>Snug</title>');
  writeFileSync(join(server.directory, 'page', 'assets', 'app-C0FFEE.js'), 'void 0;');
  await open();
});

afterEach(async () => {
  caller.hangUp();
  await door.close();
  rmSync(server.directory, { recursive: true });
});

const signedIn = () => caller.cookieOf(door.newAddress());
const refusals = () => server.logs.recent(100).filter(({ message }) => message === 'window refused');

describe('the window', () => {
  test('signs in with its address and makes calls like every other door', async () => {
    expect(door.newAddress()).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${door.port}/#token=[\\w-]{43}$`));
    const client = await caller.clientFor(await signedIn());
    expect(await client.status.get()).toEqual(aStatus);
    await client.accounts.add({ localpart: 'bob', password: 'long enough' });
    await expect(client.accounts.add({ localpart: 'ann', password: 'long enough' })).rejects.toMatchObject({
      code: 'CONFLICT',
      defined: true,
    });
    expect(server.done).toEqual(['accounts.create bob long enough member']);
  });

  test('follows what changes, until its connection or the door closes', async () => {
    const cookie = await signedIn();
    const statuses = await (await caller.clientFor(cookie)).status.follow();
    expect((await statuses.next()).value).toEqual(aStatus);
    server.become({ sessions: 3 });
    expect((await statuses.next()).value).toMatchObject({ sessions: 3 });
    caller.hangUp();
    await expect.poll(() => server.followers()).toBe(0);
    const again = await (await caller.clientFor(cookie)).status.follow();
    await again.next();
    const end = again.next();
    await door.close();
    expect(await end).toMatchObject({ done: true });
  });

  test('can ask whether its cookie is still good', async () => {
    const cookie = await signedIn();
    expect((await caller.ask({ path: '/session', headers: { cookie } })).status).toBe(204);
    expect((await caller.ask({ path: '/session' })).status).toBe(401);
    expect((await caller.ask({ path: '/session', headers: { cookie: `${cookie}x` } })).status).toBe(401);
  });

  test('may be called localhost as well', async () => {
    const host = `localhost:${door.port}`;
    expect((await caller.ask({ headers: { host } })).headers['content-security-policy']).toContain(`ws://${host};`);
    expect(await caller.knock({ host, origin: `http://${host}`, cookie: await signedIn() })).toHaveProperty('socket');
  });

  test('is answered on the loopback alone', async ({ skip }) => {
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4');
    if (outside === undefined) return skip('this computer has no other address');
    // Only who listens on every address keeps others from the port on this one.
    await new Promise<void>((resolve, reject) => {
      const other = createServer().once('error', reject);
      other.listen(door.port, outside.address, () => other.close(() => resolve()));
    });
  });

  test('has a cookie that scripts cannot read and other sites cannot send', async () => {
    const { headers } = await caller.signIn(tokenOf(door.newAddress()));
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(new RegExp(`^snug-window-${door.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`)),
    ]);
  });
});

describe('the page', () => {
  test('comes with headers that let it do nothing but its work', async () => {
    const { status, headers, body } = await caller.ask();
    expect([status, body]).toEqual([200, '<title>Snug</title>']);
    expect(headers).toMatchObject({
      'content-type': expect.stringContaining('text/html'),
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
        `font-src 'self'; connect-src 'self' ws://127.0.0.1:${door.port}; base-uri 'none'; form-action 'none'; ` +
        "frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-cache',
    });
  });

  test('keeps its parts in the cache for ever, as their names change with their content', async () => {
    const { status, headers } = await caller.ask({ path: '/assets/app-C0FFEE.js' });
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test.each(['/../settings.json', '/%2e%2e/settings.json', '/..%2fsettings.json', '/assets/..%5c..%5csettings.json'])(
    'leads nowhere outside its directory: %s',
    async (path) => {
      writeFileSync(join(server.directory, 'settings.json'), '{"secret":1}');
      const { status, body } = await caller.ask({ path });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).not.toContain('secret');
    },
  );

  test('that was not built says so, with the command', async () => {
    await door.close();
    rmSync(join(server.directory, 'page'), { recursive: true });
    await open();
    const { status, headers, body } = await caller.ask();
    expect([status, body]).toEqual([503, expect.stringContaining('npm run build:window')]);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect((await caller.ask({ path: '/session' })).status).toBe(401);
  });

  test('what is not there is not found, with the same headers', async () => {
    const { status, headers } = await caller.ask({ path: '/nothing' });
    expect([status, headers['x-content-type-options'], headers['cache-control']]).toEqual([404, 'nosniff', 'no-store']);
  });
});

describe('a page of another origin', () => {
  test('cannot sign in, and its token is still good for the one it was meant for', async () => {
    const token = tokenOf(door.newAddress());
    const { host } = caller.own;
    expect((await caller.signIn(token, { host, origin: STRANGER })).status).toBe(403);
    expect((await caller.signIn(token, { host, origin: 'null' })).status).toBe(403);
    expect((await caller.signIn(token, { host })).status).toBe(403);
    expect((await caller.signIn(token)).status).toBe(204);
    expect(refusals().map(({ fields }) => fields.reason)).toEqual(['wrong-origin', 'wrong-origin', 'wrong-origin']);
  });

  test('cannot open a web socket, although the browser sends the cookie along', async () => {
    const cookie = await signedIn();
    const { host, origin } = caller.own;
    for (const stranger of [STRANGER, 'null', 'http://127.0.0.1:1', `${origin}.evil.example`, `https://${host}`]) {
      expect(await caller.knock({ host, origin: stranger, cookie }), stranger).toEqual({ status: 403 });
    }
    expect(await caller.knock({ host, cookie })).toEqual({ status: 403 });
    expect(refusals().at(0)?.fields).toMatchObject({ reason: 'wrong-origin', origin: STRANGER, path: '/control' });
    expect(server.done).toEqual([]);
  });

  test('learns neither whether somebody is signed in nor what the page says', async () => {
    const cookie = await signedIn();
    for (const path of ['/', '/session', '/assets/app-C0FFEE.js']) {
      const { status, headers } = await caller.ask({ path, headers: { cookie, origin: STRANGER } });
      expect([status, headers['access-control-allow-origin']], path).toEqual([403, undefined]);
    }
    const preflight = { origin: STRANGER, 'access-control-request-method': 'POST' };
    expect((await caller.ask({ method: 'OPTIONS', path: '/session', headers: preflight })).status).toBe(403);
  });
});

describe('a name that was pointed at this computer (DNS rebinding)', () => {
  test.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost.evil.example:PORT',
    '127.0.0.1:PORT.evil.example',
    '[::1]:PORT',
    '0.0.0.0:PORT',
  ])('is refused as host %s, with the right cookie and token', async (name) => {
    const host = name.replace('PORT', String(door.port));
    const origin = `http://${host}`;
    const token = tokenOf(door.newAddress());
    const cookie = await signedIn();
    expect((await caller.ask({ headers: { host } })).status).toBe(421);
    expect((await caller.signIn(token, { host, origin })).status).toBe(421);
    expect(await caller.knock({ host, origin, cookie })).toEqual({ status: 403 });
    expect(refusals().map(({ fields }) => fields.reason)).toEqual(['wrong-host', 'wrong-host', 'wrong-host']);
    expect((await caller.signIn(token)).status).toBe(204);
  });

  test('is told the one thing that an honest person needs: how to forward the port', async () => {
    const { body } = await caller.ask({ headers: { host: 'localhost:9999' } });
    expect(body).toContain(`ssh -L ${door.port}:127.0.0.1:${door.port}`);
  });
});

describe('a token', () => {
  test('that is missing, made up, used or too old signs nobody in', async () => {
    const used = tokenOf(door.newAddress());
    await caller.signIn(used);
    const old = tokenOf(door.newAddress());
    clock.advance(TEN_MINUTES_MS);
    for (const [token, expected] of [
      ['', 400],
      ['x'.repeat(201), 400],
      ['made-up', 401],
      [used, 401],
      [old, 401],
    ] as const) {
      const { status, headers } = await caller.signIn(token);
      expect([status, headers['set-cookie']], token).toEqual([expected, undefined]);
    }
    expect(refusals().map(({ fields }) => fields.reason)).toEqual(['wrong-token', 'wrong-token', 'wrong-token']);
  });

  test('is nowhere in the log, right or wrong, and no cookie either', async () => {
    const token = tokenOf(door.newAddress());
    const cookie = (await caller.signIn(token)).headers['set-cookie']?.[0]?.split(/[=;]/)[1] ?? '';
    await caller.signIn('made-up-token');
    await caller.knock({ ...caller.own, cookie: 'snug-window=made-up-cookie' });
    const log = JSON.stringify(server.logs.recent(100));
    expect(refusals().length).toBe(2);
    for (const secret of [token, cookie, 'made-up-token', 'made-up-cookie']) expect(log).not.toContain(secret);
  });

  test('cannot be guessed at leisure: after ten wrong ones there is a minute’s pause', async () => {
    const right = tokenOf(door.newAddress());
    for (let wrong = 0; wrong < 10; wrong++) expect((await caller.signIn(`guess ${wrong}`)).status).toBe(401);
    expect((await caller.signIn(right)).status).toBe(429);
    clock.advance(60_000);
    expect((await caller.signIn(right)).status).toBe(204);
  });
});

describe('a web socket', () => {
  test('is refused without a cookie, with a wrong one, and with one of a server that was stopped', async () => {
    const old = await signedIn();
    await door.close();
    await open();
    const name = `snug-window-${door.port}`;
    for (const cookie of ['', `${name}=`, `${name}=made-up`, `other=x; ${name}`, old.replace(/^[^=]+/, name)]) {
      expect(await caller.knock({ ...caller.own, cookie }), cookie).toEqual({ status: 401 });
    }
    expect(refusals().every(({ fields }) => fields.reason === 'no-cookie')).toBe(true);
  });

  test('is found among other cookies, and at one path only', async () => {
    const cookie = await signedIn();
    expect(await caller.knock({ ...caller.own, cookie: `a=b; ${cookie}; c=d` })).toHaveProperty('socket');
    for (const path of ['/', '/control/', '/control?x', '/session']) {
      expect(await caller.knock({ ...caller.own, cookie }, path), path).toEqual({ status: 404 });
    }
  });

  test('without a permission is refused every call, and nothing happens', async () => {
    await door.close();
    await open({ name: 'bob@miller.local', door: 'rest', permissions: NOTHING });
    const client = await caller.clientFor(await signedIn());
    await expect(client.accounts.add({ localpart: 'bob', password: 'long enough' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      defined: true,
    });
    expect(server.done).toEqual([]);
  });

  test.each([
    ['what is no JSON', '{"i":'],
    ['a call without an id', '{"p":{"u":"/server/stop"}}'],
    ['bytes', Buffer.from('{"i":"1","p":{"u":"/server/stop"}}')],
  ])('that brings %s is closed, logged, and nothing happens', async (_name, message) => {
    const socket = await caller.socketFor(await signedIn());
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send(message);
    expect(await closed).toBe(1008);
    expect(server.done).toEqual([]);
    expect(server.logs.recent(1)).toMatchObject([{ level: 'warn', message: 'control message refused' }]);
  });

  test('that brings too large a message is told so; beyond four megabytes it is cut off', async () => {
    const socket = await caller.socketFor(await signedIn());
    const call = (length: number) =>
      JSON.stringify({ i: '7', p: { u: '/accounts/add', b: { json: { localpart: 'x'.repeat(length) } } } });
    const answered = new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))));
    socket.send(call(1_100_000));
    expect(await answered).toMatchObject({ i: '7', p: { s: 413, b: { json: { code: 'TOO_LARGE', defined: true } } } });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.send(call(4_500_000));
    expect(await closed).toBe(1009);
    expect(server.done).toEqual([]);
    expect(server.logs.recent(1)).toMatchObject([{ level: 'warn' }]);
  });

  test('is one of 64 at most', async () => {
    const cookie = await signedIn();
    for (let socket = 0; socket < 64; socket++) await caller.socketFor(cookie);
    expect(await caller.knock({ ...caller.own, cookie })).toEqual({ status: 503 });
    caller.hangUp();
    await expect.poll(() => caller.knock({ ...caller.own, cookie })).toHaveProperty('socket');
  });

  test('whose other end has gone without a word is let go', async () => {
    const socket = await caller.socketFor(await signedIn());
    const pinged = () => new Promise((resolve) => socket.once('ping', resolve));
    const first = pinged();
    clock.advance(30_000);
    await first;
    // The answer to the first ping has come when one that was sent after it is answered.
    await new Promise((resolve) => {
      socket.once('pong', resolve);
      socket.ping();
    });
    const second = pinged();
    clock.advance(30_000);
    await second;
    socket.pong = () => undefined;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.pause();
    clock.advance(30_000);
    clock.advance(30_000);
    socket.resume();
    expect(await closed).toBe(1006);
  });
});

describe('requests that are not what the page sends', () => {
  test.each([
    ['no JSON', 'application/json', '{"token":', 400],
    ['nothing', 'application/json', '', 400],
    ['null', 'application/json', 'null', 400],
    ['a token of the wrong kind', 'application/json', '{"token":{}}', 400],
    ['prototypes', 'application/json', '{"__proto__":{"token":"x"}}', 400],
    ['a form, which needs no permission to be sent', 'application/x-www-form-urlencoded', 'token=x', 415],
    ['a text, which needs none either', 'text/plain', '{"token":"x"}', 400],
    ['too much', 'application/json', `{"token":"${'x'.repeat(2000)}"}`, 413],
  ])('a sign-in with %s is refused with a sentence', async (_name, type, body, status) => {
    const headers = { ...caller.own, 'content-type': type };
    const answer = await caller.ask({ method: 'POST', path: '/session', headers, body });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({ message: expect.any(String) });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('other methods and calls by plain HTTP are not there', async () => {
    const known = { ...caller.own, cookie: await signedIn() };
    for (const [method, path] of [
      ['PUT', '/session'],
      ['POST', '/server/stop'],
      ['POST', '/control'],
      ['DELETE', '/'],
      ['GET', '/control'],
    ] as const) {
      const hasBody = method === 'PUT' || method === 'POST';
      const headers = hasBody ? { ...known, 'content-type': 'application/json' } : known;
      const body = hasBody ? { body: '{}' } : {};
      expect((await caller.ask({ method, path, headers, ...body })).status, `${method} ${path}`).toBe(404);
    }
    expect(server.done).toEqual([]);
  });
});

test('a port that is taken is said with the system’s code', async () => {
  const options = {
    pageDir: server.directory,
    router: createHandlers(server, server.log),
    actor: thisComputer('window'),
  } as const;
  await expect(openWebDoor({ ...options, port: door.port, clock, randomBytes, log: server.log })).rejects.toMatchObject(
    { code: 'EADDRINUSE' },
  );
});
