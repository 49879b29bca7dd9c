/** Ports that routers forward by PCP (RFC 6887). */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../server/log/log.ts';
import { isAnnouncement } from '../../server/port-mapping/announcements.ts';
import { findGateway } from '../../server/port-mapping/find-gateway.ts';
import { pcpGateway } from '../../server/port-mapping/pcp.ts';
import { PortMapping } from '../../server/port-mapping/port-mapping.ts';
import { RouterMemory } from '../../server/port-mapping/router-memory.ts';
import { FakeClock } from '../scene/fake-clock.ts';
import { PcpRouter } from './fake-pcp-router.ts';

const ADDRESS = '127.0.0.1';
const PORT = 5269;
let router: PcpRouter;
beforeEach(async () => {
  router = await PcpRouter.start();
});
afterEach(() => router.close());

function open(seed = 1) {
  const clock = new FakeClock();
  const memory = new RouterMemory({ clock, seed: Buffer.alloc(32, seed) });
  let announce = (_from: string): void => undefined;
  const mapping = new PortMapping({
    wanted: () => [{ port: PORT, purpose: 'servers' }],
    find: () => findGateway({ from: [], routers: [ADDRESS], memory, routerPort: router.port }),
    listen: (hear) => {
      announce = hear;
      return () => undefined;
    },
    clock,
    log: createLogger('silent', { write: () => undefined }),
    random: () => 1,
  });
  memory.onRestart = (address) => mapping.routerChanged(address);
  return { clock, memory, mapping, announce: (from: string) => announce(from) };
}

/** What has become of the ports when so much time has passed. */
function roundAfter({ clock, mapping }: ReturnType<typeof open>, seconds: number): Promise<void> {
  const done = new Promise<void>((resolve) => {
    const unlisten = mapping.onChange(() => {
      if (mapping.facts.state === 'working') return;
      unlisten();
      resolve();
    });
  });
  router.epochSeconds += seconds;
  clock.advance(seconds * 1000);
  return done;
}

test('the port is forwarded to this computer, the address told, and all of it taken back', async () => {
  const { mapping } = open();
  await mapping.turnOn();
  expect(mapping.facts).toMatchObject({ state: 'on', protocol: 'PCP', externalAddress: '198.51.100.7' });
  expect(router.mapped.get(PORT)).toMatchObject({ client: ADDRESS, externalPort: PORT });
  await mapping.turnOff();
  expect(router.mapped.size).toBe(0);
});

test('it is renewed at half of its life as the same mapping, also by the next run', async () => {
  router.lifetimeSeconds = 600;
  const first = open();
  await first.mapping.turnOn();
  const before = router.mapped.get(PORT);
  await roundAfter(first, 300);
  expect(router.mapped.get(PORT)?.nonce).toBe(before?.nonce);

  const next = open();
  await next.mapping.turnOn();
  expect(next.mapping.facts.ports[0]?.state).toBe('forwarded');
  await next.mapping.turnOff();
});

test('another computer’s mapping is not touched, and asked for again when it may have ended', async () => {
  const theirs = open(2);
  await theirs.mapping.turnOn();
  router.lifetimeSeconds = 120;
  const ours = open();
  await ours.mapping.turnOn();
  expect(ours.mapping.facts.ports[0]).toMatchObject({
    state: 'refused',
    text: expect.stringContaining('still keeps the port for another program'),
  });
  expect(ours.mapping.facts.externalAddress).toBeUndefined();
  router.mapped.clear();
  await roundAfter(ours, 120);
  expect(ours.mapping.facts.ports[0]?.state).toBe('forwarded');
  await ours.mapping.turnOff();
});

test('a router that announces a restart is asked again, once, and nobody else’s word counts', async () => {
  const opened = open();
  await opened.mapping.turnOn();
  router.mapped.clear();
  opened.announce('192.0.2.66');
  opened.clock.advance(10_000);
  expect(opened.mapping.facts.state).toBe('on');
  opened.announce(ADDRESS);
  opened.announce(ADDRESS);
  await roundAfter(opened, 5);
  expect(router.mapped.has(PORT)).toBe(true);
  opened.announce(ADDRESS);
  opened.clock.advance(50_000);
  expect(opened.mapping.facts.state).toBe('on');
  await opened.mapping.turnOff();
});

test('a router whose clock began anew has forgotten everything (section 8.5)', () => {
  const { clock, memory } = open();
  const restarted: string[] = [];
  memory.onRestart = (address) => restarted.push(address);
  const hear = (afterSeconds: number, epochSeconds: number) => {
    clock.advance(afterSeconds * 1000);
    memory.heard('192.0.2.1', epochSeconds);
    return restarted.splice(0).length;
  };
  expect(hear(0, 1_000)).toBe(0);
  expect(hear(600, 1_600)).toBe(0);
  expect(hear(0, 1_599)).toBe(0);
  expect(hear(600, 2_170)).toBe(0); // a cheap clock
  expect(hear(600, 2_200)).toBe(1); // it stood still
  expect(hear(10, 3_000)).toBe(1); // it jumped
  expect(hear(10, 5)).toBe(1);
  memory.heard('192.0.2.2', 1);
  expect(restarted).toEqual([]);
});

test('each router is told another nonce, which tells nobody the secret', () => {
  const { memory } = open();
  expect(memory.nonceFor('192.0.2.1')).toHaveLength(12);
  expect(memory.nonceFor('192.0.2.1')).toEqual(open().memory.nonceFor('192.0.2.1'));
  expect(memory.nonceFor('192.0.2.1')).not.toEqual(memory.nonceFor('192.0.2.2'));
  expect(memory.nonceFor('192.0.2.1')).not.toEqual(open(2).memory.nonceFor('192.0.2.1'));
});

test('a port that only another number can be had for is given back', async () => {
  router.taken.add(PORT);
  const { mapping } = open();
  await mapping.turnOn();
  expect(mapping.facts.ports[0]?.text).toBe('The router has given port 5269 to another computer already.');
  expect(router.mapped.size).toBe(0);
  await mapping.turnOff();
});

test.each([
  [2, 'switched off in its settings'],
  [4, 'does not forward ports by PCP'],
  [7, 'no public address'],
  [8, 'no room'],
  [10, 'as many ports as one may have'],
  [11, 'to another computer already'],
  [12, 'another router stands between'],
  [200, 'code 200'],
])('result %i is a sentence', async (result, words) => {
  router.result = result;
  const { mapping } = open();
  await mapping.turnOn();
  expect(mapping.facts.ports[0]).toMatchObject({ state: 'refused', text: expect.stringContaining(words) });
  await mapping.turnOff();
});

test('malformed answers, and those to other questions, are let fall until the right one comes', async () => {
  router.babble = (answer) => [
    Buffer.alloc(0),
    Buffer.of(2),
    answer.subarray(0, 23),
    answer.subarray(0, answer.length - 1),
    Buffer.concat([answer, Buffer.alloc(1200)]),
    changed(answer, 1, 0x82), // another operation
    changed(answer, 1, answer.readUInt8(1) - 0x80), // a question
    ...(answer.length < 60 ? [] : [changed(answer, 24, answer.readUInt8(24) ^ 1), changed(answer, 41, 0)]), // nonce, port
  ];
  const { mapping } = open();
  await mapping.turnOn();
  expect(mapping.facts.ports[0]?.state).toBe('forwarded');
  await mapping.turnOff();
});

test('whatever a router answers, it is forwarded or refused, and nothing breaks', async () => {
  const memory = new RouterMemory({ clock: new FakeClock(), seed: Buffer.alloc(32) });
  const gateway = await pcpGateway({ address: ADDRESS, memory, port: router.port });
  const bytes = fc.uint8Array({ maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(bytes, fc.array(fc.tuple(fc.nat({ max: 59 }), fc.nat({ max: 255 }))), async (noise, changes) => {
      router.babble = (answer) => [
        Buffer.from(noise),
        changes.reduce((message, [at, value]) => changed(message, at, value), answer),
      ];
      const wish = { internalPort: PORT, externalPort: PORT, lifetimeSeconds: 60 };
      await gateway.map(wish).catch((error: unknown) => expect(error).toHaveProperty('name', 'MappingError'));
    }),
    { numRuns: 150 },
  );
});

test('only whole announcements of the two protocols count', () => {
  expect(isAnnouncement(Buffer.concat([Buffer.of(0, 128), Buffer.alloc(10)]))).toBe(true);
  expect(isAnnouncement(Buffer.concat([Buffer.of(2, 128), Buffer.alloc(22)]))).toBe(true);
  for (const other of [
    [],
    [0],
    [0, 128],
    [2, 128],
    [2, 0, ...Array<number>(22).fill(0)],
    [1, 128, ...Array<number>(22).fill(0)],
  ])
    expect(isAnnouncement(Buffer.from(other))).toBe(false);
});

function changed(message: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(message);
  if (at < copy.length) copy.writeUInt8(value, at);
  return copy;
}
