import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectControl } from '../../server/control/client.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { type ControlSocket, ControlSocketError, openControlSocket } from '../../server/control/socket.ts';
import { socketRecordPath, usualSocketPath } from '../../server/control/socket-path.ts';
import { createFakeServer, type FakeServer } from './fake-deeds.ts';

let server: FakeServer;
let opened: ControlSocket[];

beforeEach(() => {
  server = createFakeServer();
  opened = [];
});

afterEach(async () => {
  for (const socket of opened) await socket.close();
  rmSync(server.directory, { recursive: true });
});

async function open(directory = server.directory): Promise<ControlSocket> {
  const socket = await openControlSocket(directory, createHandlers(server, server.log), server.log);
  opened.push(socket);
  return socket;
}

interface Answer {
  readonly status: number | undefined;
  readonly body: unknown;
}

function post(socketPath: string, path: string, body: string, method = 'POST'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sending = request({
      socketPath,
      path,
      method,
      agent: false,
      headers: { 'content-type': 'application/json' },
    });
    sending.once('response', async (response) =>
      resolve({ status: response.statusCode, body: JSON.parse(await text(response)) }),
    );
    sending.once('error', reject);
    sending.end(body);
  });
}

describe('the socket itself', () => {
  test('only its owner may use it, whatever the mask of the process', async () => {
    const maskBefore = process.umask(0);
    try {
      const { path } = await open();
      expect(lstatSync(path).isSocket()).toBe(true);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(process.umask(0)).toBe(0);
    } finally {
      process.umask(maskBefore);
    }
  });

  test('it is gone after closing', async () => {
    const { path, close } = await open();
    await close();
    expect(existsSync(path)).toBe(false);
  });

  test('what a killed server left behind is replaced', async () => {
    const path = join(server.directory, 'control.sock');
    const child = createServer().listen(path);
    // Renaming hides the socket from the close that would remove it, as a kill does.
    renameSync(path, `${path}.kept`);
    await new Promise((closed) => child.close(closed));
    renameSync(`${path}.kept`, path);
    await open();
    expect((await (await connectControl(server.directory)).status.get()).domain).toBe('miller.local');
  });

  test('a server that answers is not pushed aside', async () => {
    await open();
    await expect(openControlSocket(server.directory, createHandlers(server, server.log), server.log)).rejects.toThrow(
      /^Another server answers on .+control\.sock\.$/,
    );
    expect((await (await connectControl(server.directory)).status.get()).state).toBe('running');
  });

  test('a file in its place is named and left alone', async () => {
    const path = join(server.directory, 'control.sock');
    writeFileSync(path, 'precious');
    await expect(open()).rejects.toBeInstanceOf(ControlSocketError);
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  test('a data directory too deep for a socket path gets a private one elsewhere, and clients find it', async () => {
    const deep = join(server.directory, 'd'.repeat(120));
    mkdirSync(deep);
    const { path, close } = await open(deep);
    expect(path.startsWith(deep)).toBe(false);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(socketRecordPath(deep)).mode & 0o777).toBe(0o600);
    expect((await (await connectControl(deep)).status.get()).domain).toBe('miller.local');
    await close();
    expect(existsSync(join(path, '..'))).toBe(false);
    expect(existsSync(socketRecordPath(deep))).toBe(false);
  });

  test('on Windows it is a pipe whose name depends on the data directory alone', () => {
    const name = usualSocketPath('/Some/Data', 'win32');
    expect(name).toMatch(/^\\\\\.\\pipe\\snug-[0-9a-f]{32}$/);
    expect(usualSocketPath('/some/data', 'win32')).toBe(name);
    expect(usualSocketPath('/some/other', 'win32')).not.toBe(name);
  });

  test('a socket of somebody else is said to be that', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'the superuser may open every socket');
    const { path } = await open();
    chmodSync(path, 0);
    await expect(connectControl(server.directory)).rejects.toThrow("run this as the server's own user");
  });
});

describe('malformed calls are answered and harm nobody', () => {
  test.each([
    ['not JSON', '{"json":', 422, 'INVALID'],
    ['a bare number', '5', 422, 'INVALID'],
    ['null', 'null', 422, 'INVALID'],
    ['input of the wrong kind', '{"json":7}', 422, 'INVALID'],
    ['a broken list of types', '{"json":{},"meta":[[9,"x","y"]]}', 422, 'INVALID'],
    ['types that point into prototypes', '{"json":{},"meta":[[1,"__proto__","polluted"]]}', 422, 'INVALID'],
  ])('%s', async (_name, body, status, code) => {
    const { path } = await open();
    const answer = await post(path, '/accounts/add', body);
    expect(answer).toMatchObject({ status, body: { json: { code, defined: true, message: expect.any(String) } } });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect((await post(path, '/status/get', '')).status).toBe(200);
  });

  test('a call that does not exist is not found', async () => {
    const { path } = await open();
    for (const wrong of ['/', '/nothing', '/accounts', '/__proto__', '/accounts/constructor', '/%ff']) {
      expect(await post(path, wrong, '{}')).toMatchObject({ status: 404, body: { json: { code: 'NOT_FOUND' } } });
    }
  });

  test('a call is a POST request and nothing else', async () => {
    const { path } = await open();
    expect(await post(path, '/status/get', '', 'GET')).toMatchObject({
      status: 422,
      body: { json: { code: 'INVALID' } },
    });
  });

  test('a request of more than a megabyte is told so', async () => {
    const { path } = await open();
    const body = JSON.stringify({ json: { localpart: 'x'.repeat(2_000_000), password: 'x' } });
    expect(await post(path, '/accounts/add', body)).toMatchObject({
      status: 413,
      body: { json: { code: 'TOO_LARGE' } },
    });
    expect(server.done).toEqual([]);
  });

  test('a request without end is cut off, and the socket serves on', async () => {
    const { path } = await open();
    await new Promise<void>((resolve) => {
      const sending = request({ socketPath: path, path: '/status/get', method: 'POST', agent: false });
      const chunk = Buffer.alloc(1_000_000, 0x20);
      const pump = (): void => {
        while (!sending.destroyed && sending.write(chunk)) {}
      };
      sending.on('drain', pump);
      sending.on('error', () => undefined);
      sending.on('close', () => resolve());
      pump();
    });
    expect((await post(path, '/status/get', '')).status).toBe(200);
  });

  test('bytes that are not HTTP get an answer that programs can read', async () => {
    const { path } = await open();
    const connection = createConnection(path);
    connection.write('<stream:stream>\r\n\r\n');
    const answer = await text(connection);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ json: { code: 'INVALID' } });
  });

  test('a caller that hangs up in the middle of a call harms nobody', async () => {
    const { path } = await open();
    const connection = createConnection(path);
    connection.write('POST /status/get HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
    await new Promise<void>((written) => connection.write('"', () => written()));
    connection.destroy();
    expect((await post(path, '/status/get', '')).status).toBe(200);
  });
});

test('an answer that is not a server’s is an error and no crash', async () => {
  const path = join(server.directory, 'control.sock');
  const stranger = createHttpServer((_request, response) => response.end('hello')).listen(path);
  const client = await connectControl(server.directory);
  await expect(client.status.get()).rejects.toThrow();
  await new Promise((closed) => stranger.close(closed));
});
