/** XEP-0065: SOCKS5 Bytestreams, version 1.8.2, over real sockets; the examples by their captions. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { chooseHost } from '../../server/modules/proxy/host.ts';
import type { AddressedStanza } from '../../server/stanza/stanza.ts';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { openScene, type Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { connectRequest, hashOf, SocksClient } from './socks-client.ts';

const NS_BYTESTREAMS = 'http://jabber.org/protocol/bytestreams';
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const PROXY = 'proxy.localhost';
const SID = 'vxf9n471bn46';
const TARGET = 'target@localhost/bar';
const REQUESTER = 'requester@localhost/foo';
const HASH = hashOf(SID, REQUESTER, TARGET);
const ON = { 'listen.address': '127.0.0.1', 'proxy.port': 0 };
const MIB = 1024 * 1024;

const QUERY = `<iq type='get' to='${PROXY}'><query xmlns='${NS_BYTESTREAMS}'/></iq>`;

interface Stage {
  readonly scene: Scene;
  readonly requester: SceneClient;
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

async function openStage(settings: Readonly<Record<string, unknown>> = {}): Promise<Stage> {
  const scene = await openScene({ accounts: ['requester', 'target', 'stranger'], settings: { ...ON, ...settings } });
  const requester = await scene.login('requester', 'foo');
  const port = Number(streamhostsOf(await requester.request(QUERY))[0]?.attr('port'));
  return { scene, requester, port, [Symbol.asyncDispose]: () => scene.close() };
}

function streamhostsOf(answer: Element): readonly Element[] {
  return answer.child('query', NS_BYTESTREAMS)?.elements ?? [];
}

function activate(target = TARGET, sid = SID, more = ''): string {
  return `<iq type='set' to='${PROXY}'><query xmlns='${NS_BYTESTREAMS}' sid='${sid}'${more}><activate>${target}</activate></query></iq>`;
}

function conditionOf(answer: Element): string | undefined {
  return answer.attr('type') === 'result' ? 'result' : answer.child('error')?.elements[0]?.name;
}

/** Both sides connected and joined: the requester's socket and the target's. */
async function joined({ requester, port }: Stage, sid = SID): Promise<readonly [SocksClient, SocksClient]> {
  const hash = hashOf(sid, REQUESTER, TARGET);
  const target = await SocksClient.joining(port, hash);
  const own = await SocksClient.joining(port, hash);
  expect(conditionOf(await requester.request(activate(TARGET, sid)))).toBe('result');
  return [own, target];
}

/** So that what is measured is what is held. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** Time passes until the connections that are due have been let go. */
function waits(scene: Scene, seconds: number): void {
  scene.clock.advance(seconds * 1_000);
}

describe('the service', () => {
  test('is found by disco (Discovering Proxies)', async () => {
    await using stage = await openStage();
    const items = await stage.requester.request(
      `<iq type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
    );
    expect(items.elements[0]?.elements.map((item) => item.attr('jid'))).toContain(PROXY);
    const info = await stage.requester.request(
      `<iq type='get' to='${PROXY}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    const [identity, ...features] = info.elements[0]?.elements ?? [];
    expect([identity?.attr('category'), identity?.attr('type')]).toEqual(['proxy', 'bytestreams']);
    expect(features.map((feature) => feature.attr('var'))).toContain(NS_BYTESTREAMS);
  });

  test('tells where to connect (Proxy Informs Requester of Network Address)', async () => {
    await using stage = await openStage({ 'proxy.host': 'files.example.com' });
    const found = streamhostsOf(await stage.requester.request(QUERY));
    expect(found.map((host) => [host.attr('jid'), host.attr('host')])).toEqual([[PROXY, 'files.example.com']]);
    expect(stage.port).toBeGreaterThan(0);
  });

  test('is not there when it is switched off', async () => {
    await using scene = await openScene({ accounts: ['requester'] });
    const requester = await scene.login('requester', 'foo');
    const items = await requester.request(
      `<iq type='get' to='localhost'><query xmlns='http://jabber.org/protocol/disco#items'/></iq>`,
    );
    expect(items.elements[0]?.elements.map((item) => item.attr('jid'))).not.toContain(PROXY);
  });

  test('says so when its port is taken, and the server runs on (Proxy is Unable to Act as a StreamHost)', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    await using scene = await openScene({ accounts: ['requester'], settings: { ...ON, 'proxy.port': taken } });
    const requester = await scene.login('requester', 'foo');
    expect(conditionOf(await requester.request(QUERY))).toBe('not-allowed');
    expect(scene.errors.splice(0).join()).toContain(`port ${taken} is in use`);
    const problems = scene.server.host.running.flatMap(({ hooks }) => hooks.problems?.() ?? []);
    expect(problems).toEqual([
      expect.objectContaining({ code: 'proxy-port', text: expect.stringContaining(`port ${taken} is in use`) }),
    ]);
    holder.close();
  });

  test('is for people who have an account here (Requester is Forbidden to use Proxy)', async () => {
    await using stage = await openStage();
    const arrived: AddressedStanza[] = [];
    stage.scene.server.router.routes.set('example.org', { deliver: (stanza) => void arrived.push(stanza) });
    const far = `from='requester@example.org/foo' to='${PROXY}'`;
    for (const request of [
      `<iq xmlns='jabber:client' type='get' id='1' ${far}><query xmlns='${NS_BYTESTREAMS}'/></iq>`,
      `<iq xmlns='jabber:client' type='set' id='2' ${far}><query xmlns='${NS_BYTESTREAMS}' sid='${SID}'><activate>${TARGET}</activate></query></iq>`,
    ]) {
      stage.scene.server.router.send(parseXml(request));
    }
    await stage.requester.receivesNothing();
    expect(arrived.map(({ element }) => conditionOf(element))).toEqual(['forbidden', 'forbidden']);
  });
});

describe('a stream', () => {
  test('is joined once both are there and the requester says so (Activation of Bytestream)', async () => {
    await using stage = await openStage();
    const [requester, target] = await joined(stage);
    requester.writes('wherefore');
    expect((await target.bytes(9)).toString()).toBe('wherefore');
    target.writes('art thou');
    expect((await requester.bytes(8)).toString()).toBe('art thou');
    requester.socket.end('farewell');
    expect((await target.closed()).toString()).toBe('farewell');
    await requester.closed();
  });

  test('goes on in one direction when the other is done', async () => {
    await using stage = await openStage();
    const [requester, target] = await joined(stage);
    requester.socket.end();
    await once(target.socket, 'end');
    target.socket.end('thanks');
    expect((await requester.closed()).toString()).toBe('thanks');
  });

  test('breaks off when one side does', async () => {
    await using stage = await openStage();
    const [requester, target] = await joined(stage);
    requester.socket.resetAndDestroy();
    await target.broken();
  });

  test('carries 64 MiB unchanged and holds hardly any of it in memory, however slowly it is read', async () => {
    await using stage = await openStage();
    const [requester, target] = await joined(stage);
    const chunk = randomBytes(MIB);
    const sent = createHash('sha256');
    const received = createHash('sha256');
    let taken = 0;
    const source = function* () {
      for (; taken < 64; taken++) {
        sent.update(chunk);
        yield chunk;
      }
    };
    const sink = target.handOver().pause();
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    const sending = pipeline(Readable.from(source(), { highWaterMark: 1 }), requester.socket);
    // Nobody reads: what the buffers of the system hold leaves, and no more.
    const hasStalled = (earlier: number) => {
      const isSame = taken === earlier;
      seen = taken;
      return isSame;
    };
    let seen = -1;
    await expect.poll(() => hasStalled(seen), { interval: 100 }).toBe(true);
    expect(taken).toBeLessThan(40);
    collectGarbage();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MIB);
    let length = 0;
    for await (const data of sink as AsyncIterable<Buffer>) {
      received.update(data);
      length += data.length;
    }
    await sending;
    expect(length).toBe(64 * MIB);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
  });

  test('may be one of several between the same two', async () => {
    await using stage = await openStage();
    const first = await joined(stage, 'one');
    const second = await joined(stage, 'two');
    second[0].writes('two');
    first[0].writes('one');
    expect((await first[1].bytes(3)).toString()).toBe('one');
    expect((await second[1].bytes(3)).toString()).toBe('two');
  });

  test('begins with its activation: what is said before is for nobody (section 10.1)', async () => {
    await using stage = await openStage();
    const { requester, port } = stage;
    const target = await SocksClient.joining(port, HASH);
    const own = await SocksClient.joining(port, HASH);
    target.writes('too early');
    // The proxy has read it when it has answered somebody who came later.
    const probe = await SocksClient.open(port);
    probe.writes(Buffer.from([5, 1, 0]));
    await probe.bytes(2);
    await requester.request(activate());
    target.writes('now');
    expect((await own.bytes(3)).toString()).toBe('now');
    probe.socket.destroy();
  });

  test('is found by prepared addresses, and by the address of a room’s occupant (section 7)', async () => {
    await using stage = await openStage();
    const room = 'room@conference.example.net/Tget';
    const hash = hashOf(SID, REQUESTER, room);
    await SocksClient.joining(stage.port, hash.toUpperCase());
    await SocksClient.joining(stage.port, hash);
    expect(
      conditionOf(
        await stage.requester.request(activate('Room@Conference.example.NET/Tget', SID, ` dstaddr='${hash}'`)),
      ),
    ).toBe('result');
  });
});

describe('an activation is refused', () => {
  test.each([
    ['without a stream', activate(TARGET, ''), 'bad-request'],
    ['without a target', `<iq type='set' to='${PROXY}'><query xmlns='${NS_BYTESTREAMS}' sid='x'/></iq>`, 'bad-request'],
    ['for a target that is none', activate('@'), 'jid-malformed'],
    ['over UDP', activate(TARGET, SID, ` mode='udp'`), 'feature-not-implemented'],
    [
      'when the hashes do not match',
      activate(TARGET, SID, ` dstaddr='${hashOf(SID, TARGET, REQUESTER)}'`),
      'not-authorized',
    ],
    ['when nobody is connected', activate(), 'item-not-found'],
  ])('%s', async (_, request, condition) => {
    await using stage = await openStage();
    expect(conditionOf(await stage.requester.request(request))).toBe(condition);
  });

  test('while only one side is connected, or none any more', async () => {
    await using stage = await openStage();
    const target = await SocksClient.joining(stage.port, HASH);
    expect(conditionOf(await stage.requester.request(activate()))).toBe('not-allowed');
    target.socket.end();
    await target.closed();
    expect(conditionOf(await stage.requester.request(activate()))).toBe('item-not-found');
  });

  test('from anybody but the requester', async () => {
    await using stage = await openStage();
    const target = await SocksClient.joining(stage.port, HASH);
    const own = await SocksClient.joining(stage.port, HASH);
    const stranger = await stage.scene.login('stranger', 'foo');
    const other = await stage.scene.login('requester', 'other');
    for (const client of [stranger, other])
      expect(conditionOf(await client.request(activate()))).toBe('item-not-found');
    expect(conditionOf(await stage.requester.request(activate()))).toBe('result');
    own.writes('hi');
    expect((await target.bytes(2)).toString()).toBe('hi');
  });

  test('the second time', async () => {
    await using stage = await openStage();
    await joined(stage);
    expect(conditionOf(await stage.requester.request(activate()))).toBe('not-allowed');
  });

  test('beyond a number of streams', async () => {
    await using stage = await openStage({ 'proxy.maxStreamsPerAccount': 1 });
    const [, first] = await joined(stage, 'one');
    const hash = hashOf('two', REQUESTER, TARGET);
    await SocksClient.joining(stage.port, hash);
    await SocksClient.joining(stage.port, hash);
    stage.requester.sends(activate(TARGET, 'two').replace('<iq ', `<iq id='a' `));
    await stage.requester.receives(
      `<iq type='error' id='a'><error type='wait'><resource-constraint xmlns='${NS_STANZAS}'/><text xmlns='${NS_STANZAS}' xml:lang='en'>{any}</text></error></iq>`,
    );
    first.socket.resetAndDestroy();
    await expect.poll(async () => conditionOf(await stage.requester.request(activate(TARGET, 'two')))).toBe('result');
  });
});

describe('whoever misbehaves is let go', () => {
  test.each([
    ['speaking HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), ''],
    ['speaking SOCKS4', Buffer.from([4, 1, 0, 80, 127, 0, 0, 1, 0]), ''],
    ['wanting to authenticate', Buffer.from([5, 1, 2]), '05ff'],
    ['offering no method', Buffer.from([5, 0]), '05ff'],
    ['wanting to listen', Buffer.concat([Buffer.from([5, 1, 0]), connectRequest(HASH, 2)]), '050005070001000000000000'],
    ['wanting UDP', Buffer.concat([Buffer.from([5, 1, 0]), connectRequest(HASH, 3)]), '050005070001000000000000'],
    ['naming an IP address', Buffer.from([5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, 0, 80]), '050005080001000000000000'],
    [
      'naming no hash',
      Buffer.concat([Buffer.from([5, 1, 0]), connectRequest('localhost')]),
      '050005020001000000000000',
    ],
  ])('%s', async (_, bytes, reply) => {
    await using stage = await openStage();
    const client = await SocksClient.open(stage.port);
    client.writes(bytes);
    expect((await client.closed()).toString('hex')).toBe(reply);
  });

  test('being the third with a hash, before the activation and after', async () => {
    await using stage = await openStage();
    const [own, target] = await joined(stage);
    await expect(SocksClient.joining(stage.port, HASH)).rejects.toThrow();
    own.writes('secret');
    expect((await target.bytes(6)).toString()).toBe('secret');
    own.socket.resetAndDestroy();
    await target.broken();
    const hash = hashOf('two', REQUESTER, TARGET);
    await SocksClient.joining(stage.port, hash);
    await SocksClient.joining(stage.port, hash);
    await expect(SocksClient.joining(stage.port, hash)).rejects.toThrow();
  });

  test('saying nothing, or waiting for too long', async () => {
    await using stage = await openStage({ 'proxy.waitSeconds': 30 });
    const silent = await SocksClient.open(stage.port);
    const slow = await SocksClient.open(stage.port);
    slow.writes(Buffer.from([5, 1]));
    const waiting = await SocksClient.joining(stage.port, HASH);
    const [own, running] = await joined(stage, 'running');
    waits(stage.scene, 29);
    expect([silent, slow, waiting].map(({ isClosed }) => isClosed)).toEqual([false, false, false]);
    waits(stage.scene, 10);
    for (const client of [silent, slow, waiting]) await client.closed();
    own.writes('still here');
    expect((await running.bytes(10)).toString()).toBe('still here');
  });

  test('on a stream on which nothing moves', async () => {
    await using stage = await openStage({ 'proxy.idleSeconds': 60 });
    const [own, target] = await joined(stage);
    waits(stage.scene, 50);
    own.writes('still here');
    await target.bytes(10);
    waits(stage.scene, 50);
    target.writes('so am I');
    await own.bytes(7);
    waits(stage.scene, 70);
    await target.closed();
    await own.closed();
  });

  test('talking too much too early', async () => {
    await using stage = await openStage();
    const target = await SocksClient.joining(stage.port, HASH);
    target.writes(Buffer.alloc(MIB));
    await target.closed();
    expect(target.isClosed || target.socket.destroyed).toBe(true);
  });

  test('opening too many connections', async () => {
    await using stage = await openStage({ 'proxy.maxWaitingPerAddress': 2, 'proxy.maxConnections': 3 });
    const [own] = await joined(stage);
    const waiting = await SocksClient.joining(stage.port, hashOf('two', REQUESTER, TARGET));
    await (await SocksClient.open(stage.port)).closed(); // the fourth of all
    own.socket.resetAndDestroy();
    // Two of one address wait then, and there is no third.
    await expect
      .poll(() =>
        SocksClient.joining(stage.port, HASH).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await (await SocksClient.open(stage.port)).closed();
    expect(waiting.isClosed).toBe(false);
  });
});

test('whoever leaves makes room for others', async () => {
  await using stage = await openStage({ 'proxy.maxWaitingPerAddress': 1 });
  const [first, second] = [
    await SocksClient.open(stage.port),
    await SocksClient.joining(stage.port, HASH).catch(() => undefined),
  ];
  expect(second).toBeUndefined();
  first.socket.resetAndDestroy();
  await expect
    .poll(() =>
      SocksClient.joining(stage.port, HASH).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
});

test('the streams of an account go with it, and all with the server', async () => {
  await using stage = await openStage();
  const [, first] = await joined(stage);
  await stage.scene.accounts.remove('requester');
  await first.closed();
  const waiting = await SocksClient.joining(stage.port, HASH);
  await stage.scene.stopServer();
  await waiting.closed();
  await expect(SocksClient.open(stage.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

describe('the host that is told', () => {
  const base = {
    configured: '',
    domain: 'miller.example',
    listenAddress: '::',
    localNetworks: ['10.0.0.7/8', '192.168.1.5/24'],
    clientAddress: undefined,
  };

  test('is the domain where names lead there from everywhere', () => {
    expect(chooseHost(base)).toBe('miller.example');
  });

  test('is an address where the name is known on this network alone', () => {
    for (const domain of ['miller.local', 'nas', 'miller.home.arpa', 'localhost']) {
      expect(chooseHost({ ...base, domain })).toBe('10.0.0.7');
    }
    expect(chooseHost({ ...base, domain: 'nas', localNetworks: [] })).toBe('nas');
  });

  test('is the address by which the client reaches the server', () => {
    const near = { ...base, domain: 'miller.local', clientAddress: '::ffff:192.168.1.77' };
    expect(chooseHost(near)).toBe('192.168.1.5');
    expect(chooseHost({ ...near, clientAddress: '127.0.0.1' })).toBe('10.0.0.7');
  });

  test('is what the administrator says', () => {
    expect(chooseHost({ ...base, configured: 'files.example' })).toBe('files.example');
  });

  test('is the address that the server listens on, if it is one alone', () => {
    expect(chooseHost({ ...base, domain: 'nas', listenAddress: '127.0.0.1' })).toBe('127.0.0.1');
  });
});
