/** XEP-0368 section 4: a client that asks for a stream by ALPN gets one, also on the port for HTTPS. */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { WebDoor } from './web-door.ts';

const HEADER = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='localhost'>`;

async function connectTo(door: WebDoor, protocols: readonly string[]): Promise<TLSSocket> {
  const socket = connect({
    port: door.port,
    host: '127.0.0.1',
    servername: 'localhost',
    rejectUnauthorized: false,
    ALPNProtocols: [...protocols],
  });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function answerTo(socket: TLSSocket, text: string): Promise<string> {
  socket.write(text);
  let answer = '';
  while (!/<\/stream:features>|\r\n\r\n/.test(answer)) answer += String((await once(socket, 'data'))[0]);
  return answer;
}

test('a stream for who names xmpp-client, encrypted and with channel binding', async () => {
  await using door = await WebDoor.open({});
  const socket = await connectTo(door, ['xmpp-client']);
  expect(socket.alpnProtocol).toBe('xmpp-client');
  const answer = await answerTo(socket, HEADER);
  expect(answer).toContain('SCRAM-SHA-256-PLUS');
  expect(answer).not.toContain('starttls');
  expect(door.scene.server.streams.count).toBe(1);
  socket.destroy();
  await expect.poll(() => door.scene.server.streams.count).toBe(0);
});

test.each([[['http/1.1']], [[]]])('HTTP for who names %j', async (protocols) => {
  await using door = await WebDoor.open({});
  const socket = await connectTo(door, protocols);
  expect(await answerTo(socket, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')).toMatch(/^HTTP\/1\.1 404 /);
});
