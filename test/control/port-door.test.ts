import { rmSync } from 'node:fs';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NOTHING } from '../../server/accounts/permissions.ts';
import { type Actor, thisComputer } from '../../server/administration/actor.ts';
import type { ControlClient } from '../../server/control/client.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { type ControlPort, PortDoor } from '../../server/control/port-door.ts';
import { aStatus, createFakeServer, type FakeServer } from './fake-deeds.ts';

let server: FakeServer;
let door: PortDoor;
let ports: MessagePort[];

beforeEach(() => {
  server = createFakeServer();
  door = new PortDoor(createHandlers(server, server.log), server.log);
  ports = [];
});

afterEach(async () => {
  await door.close();
  for (const port of ports) port.close();
  rmSync(server.directory, { recursive: true });
});

/** The caller's end of a port that the door serves. */
function open(actor: Actor = thisComputer('window')): MessagePort {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  door.serve(port2, actor);
  return port1;
}

function clientOn(port: MessagePort): ControlClient {
  const client = createORPCClient<ControlClient>(new RPCLink({ port }));
  port.start();
  return client;
}

function answerTo(port: MessagePort, message: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    port.once('message', (text: string) => resolve(JSON.parse(text)));
    port.postMessage(message);
  });
}

const closeOf = (port: MessagePort) => new Promise<void>((resolve) => port.once('close', () => resolve()));

describe('a port', () => {
  test('carries calls, and errors with their codes and sentences', async () => {
    const client = clientOn(open());
    expect(await client.status.get()).toEqual(aStatus);
    await client.accounts.add({ localpart: 'bob', password: 'long enough' });
    await expect(client.accounts.add({ localpart: 'ann', password: 'long enough' })).rejects.toMatchObject({
      code: 'CONFLICT',
      defined: true,
      message: 'The name ann is taken.',
    });
    expect(server.done).toEqual(['accounts.create bob long enough member']);
  });

  test('carries what is followed, and its end when the door closes', async () => {
    const statuses = await clientOn(open()).status.follow();
    expect((await statuses.next()).value).toEqual(aStatus);
    server.become({ sessions: 9 });
    expect((await statuses.next()).value).toMatchObject({ sessions: 9 });
    const end = statuses.next();
    await door.close();
    expect(await end).toMatchObject({ done: true });
    expect(server.followers()).toBe(0);
  });

  test('whose other end has gone is followed by nobody any more', async () => {
    const port = open();
    await (await clientOn(port).status.follow()).next();
    expect(server.followers()).toBe(1);
    port.close();
    await expect.poll(() => server.followers()).toBe(0);
  });

  test('that is opened while the door closes is closed', async () => {
    await door.close();
    await closeOf(open());
  });

  test('may be Electron’s, which knows “on” and events', async () => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1, port2);
    const electron: ControlPort = {
      postMessage: (text) => port2.postMessage(text),
      start: () => port2.start(),
      close: () => port2.close(),
      on: (event, listener) => port2.on(event, (data: unknown) => listener(event === 'message' ? { data } : undefined)),
    };
    door.serve(electron, thisComputer('window'));
    const client = clientOn(port1);
    expect((await client.status.get()).domain).toBe('miller.local');
  });
});

describe('what a caller may not do', () => {
  test('who has no permission is refused, and nothing happens', async () => {
    const client = clientOn(open({ name: 'bob@miller.local', door: 'rest', permissions: NOTHING }));
    await expect(client.accounts.add({ localpart: 'bob', password: 'long enough' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      defined: true,
    });
    await expect(client.status.follow()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect([server.done, server.followers()]).toEqual([[], 0]);
  });

  test('a call that does not exist is not found', async () => {
    for (const u of ['/nothing', '/accounts', '/__proto__', '/constructor', '/']) {
      expect(await answerTo(open(), JSON.stringify({ i: '1', p: { u } })), u).toMatchObject({
        i: '1',
        p: { s: 404, b: { json: { code: 'NOT_FOUND', defined: true } } },
      });
    }
  });

  test.each([
    ['input of the wrong kind', { u: '/accounts/add', b: { json: 7 } }],
    ['a broken list of types', { u: '/accounts/add', b: { json: {}, meta: [[9, 'x', 'y']] } }],
    ['types that point into prototypes', { u: '/accounts/add', b: { json: {}, meta: [[1, '__proto__', 'polluted']] } }],
    ['a body that is none', { u: '/accounts/add', b: 'text' }],
    ['a path that is none', { u: 'http://elsewhere/accounts/add', b: {} }],
    ['a path of the wrong kind', { u: 7 }],
    ['no path', {}],
  ])('%s is refused with a typed error', async (_name, p) => {
    expect(await answerTo(open(), JSON.stringify({ i: '1', p }))).toMatchObject({
      i: '1',
      p: { s: 422, b: { json: { code: 'INVALID', defined: true, message: expect.any(String) } } },
    });
    expect(server.done).toEqual([]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  test('headers that would make a form or a file of the body change nothing', async () => {
    for (const h of [{ 'content-type': 'multipart/form-data; boundary=x' }, { 'content-disposition': 'filename=x' }]) {
      const answer = await answerTo(open(), JSON.stringify({ i: '1', p: { u: '/status/get', h, b: {} } }));
      expect(answer).toMatchObject({ i: '1', p: { b: { json: { domain: 'miller.local' } } } });
    }
  });

  test('a message that is too large is told so, and the port lives on', async () => {
    const port = open();
    const huge = JSON.stringify({
      i: '5',
      p: { u: '/accounts/add', b: { json: { localpart: 'x'.repeat(1_100_000) } } },
    });
    expect(await answerTo(port, huge)).toMatchObject({ i: '5', p: { s: 413, b: { json: { code: 'TOO_LARGE' } } } });
    expect(await answerTo(port, JSON.stringify({ i: '6', p: { u: '/status/get' } }))).toMatchObject({
      i: '6',
      p: { b: { json: { domain: 'miller.local' } } },
    });
    expect(server.done).toEqual([]);
  });

  test.each([
    ['no JSON', '{"i":'],
    ['a bare number', '5'],
    ['null', 'null'],
    ['an object in place of a text', { i: '1', p: { u: '/server/stop' } }],
    ['bytes', new Uint8Array([123, 125])],
    ['undefined', undefined],
    ['no id', JSON.stringify({ p: { u: '/server/stop' } })],
    ['an id of the wrong kind', JSON.stringify({ i: {}, p: { u: '/server/stop' } })],
    ['megabytes of nothing', ' '.repeat(1_100_000)],
  ])('%s ends the port, is logged, and nothing happens', async (_name, message) => {
    const port = open();
    const closed = closeOf(port);
    port.start();
    port.postMessage(message);
    await closed;
    expect(server.done).toEqual([]);
    expect(server.logs.recent(1)).toMatchObject([{ level: 'warn', message: 'control message refused' }]);
  });
});
