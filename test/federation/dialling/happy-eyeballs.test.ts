import { describe, expect, test } from 'vitest';
import { type Connecting, connectFirst, RaceLost } from '../../../server/federation/dialling/happy-eyeballs.ts';
import { FakeClock } from '../../scene/fake-clock.ts';

/** A race whose every step the test takes itself. */
function race(options: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  const clock = new FakeClock();
  const startedMs = clock.elapsedMs();
  const tried: string[] = [];
  const closed: string[] = [];
  const open = new Map<string, PromiseWithResolvers<string>>();
  const ipv6 = Promise.withResolvers<readonly string[]>();
  const ipv4 = Promise.withResolvers<readonly string[]>();
  const connect = (address: string): Connecting<string> => {
    tried.push(`${address} at ${clock.elapsedMs() - startedMs}`);
    const opened = Promise.withResolvers<string>();
    open.set(address, opened);
    return { opened: opened.promise, close: () => void closed.push(address) };
  };
  const { timeoutMs = 10_000, signal = new AbortController().signal } = options;
  const result = connectFirst({ clock, ipv6: ipv6.promise, ipv4: ipv4.promise, connect, timeoutMs, signal });
  result.catch(() => {});
  /** Lets promises settle, and then time pass. */
  const pass = async (ms: number) => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    clock.advance(ms);
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return { ipv6, ipv4, tried, closed, open, result, pass };
}

const refused = new Error('refused');

describe('the start', () => {
  test('IPv6 is tried as soon as it is resolved', async () => {
    const { ipv6, tried, pass } = race();
    ipv6.resolve(['::1']);
    await pass(0);
    expect(tried).toEqual(['::1 at 0']);
  });

  test('IPv4 waits 50 ms for the answer about IPv6', async () => {
    const { ipv4, tried, pass } = race();
    ipv4.resolve(['127.0.0.1']);
    await pass(49);
    expect(tried).toEqual([]);
    await pass(1);
    expect(tried).toEqual(['127.0.0.1 at 50']);
  });

  test('IPv4 does not wait when there is no IPv6, or no answer about it', async () => {
    for (const settle of ['resolve', 'reject'] as const) {
      const { ipv6, ipv4, tried, pass } = race();
      if (settle === 'resolve') ipv6.resolve([]);
      else ipv6.reject(new Error('SERVFAIL'));
      ipv4.resolve(['127.0.0.1']);
      await pass(0);
      expect(tried).toEqual(['127.0.0.1 at 0']);
    }
  });

  test('IPv6 that comes within the 50 ms goes first', async () => {
    const { ipv6, ipv4, tried, pass } = race();
    ipv4.resolve(['127.0.0.1']);
    await pass(30);
    ipv6.resolve(['::1']);
    await pass(250);
    expect(tried).toEqual(['::1 at 30', '127.0.0.1 at 280']);
  });
});

describe('the race', () => {
  test('families take turns, 250 ms apart', async () => {
    const { ipv6, ipv4, tried, pass } = race();
    ipv6.resolve(['::1', '::2']);
    ipv4.resolve(['127.0.0.1', '127.0.0.2']);
    await pass(250);
    await pass(250);
    await pass(250);
    expect(tried).toEqual(['::1 at 0', '127.0.0.1 at 250', '::2 at 500', '127.0.0.2 at 750']);
  });

  test('a failure starts the next at once', async () => {
    const { ipv6, ipv4, tried, open, pass } = race();
    ipv6.resolve(['::1']);
    ipv4.resolve(['127.0.0.1']);
    await pass(100);
    open.get('::1')?.reject(refused);
    await pass(0);
    expect(tried).toEqual(['::1 at 0', '127.0.0.1 at 100']);
  });

  test('the first connection wins and the others are closed', async () => {
    const { ipv6, ipv4, open, closed, result, pass } = race();
    ipv6.resolve(['::1']);
    ipv4.resolve(['127.0.0.1']);
    await pass(250);
    open.get('127.0.0.1')?.resolve('the connection');
    expect(await result).toEqual({ connection: 'the connection', address: '127.0.0.1' });
    expect(closed).toEqual(['::1']);
  });

  test('one that opens after the race is over is closed too', async () => {
    const { ipv6, ipv4, open, closed, result, pass } = race();
    ipv6.resolve(['::1']);
    ipv4.resolve(['127.0.0.1']);
    await pass(250);
    open.get('::1')?.resolve('first');
    open.get('127.0.0.1')?.resolve('second');
    expect((await result).connection).toBe('first');
    await pass(0);
    expect(closed).toContain('127.0.0.1');
  });

  test('addresses that are found later join', async () => {
    const { ipv6, ipv4, tried, open, pass } = race();
    ipv4.resolve(['127.0.0.1']);
    await pass(50);
    open.get('127.0.0.1')?.reject(refused);
    await pass(1_000);
    ipv6.resolve(['::1']);
    await pass(0);
    expect(tried).toEqual(['127.0.0.1 at 50', '::1 at 1050']);
  });

  test('no more than four addresses of a family are tried', async () => {
    const { ipv6, ipv4, tried, pass } = race({ timeoutMs: 60_000 });
    ipv6.resolve([]);
    ipv4.resolve(Array.from({ length: 100 }, (_, at) => `127.0.0.${at}`));
    for (let step = 0; step < 20; step++) await pass(250);
    expect(tried.length).toBe(4);
  });
});

describe('the end without a winner', () => {
  test('all failures are told when everything has failed', async () => {
    const { ipv6, ipv4, open, result, pass } = race();
    ipv6.reject(new Error('SERVFAIL'));
    ipv4.resolve(['127.0.0.1']);
    await pass(0);
    open.get('127.0.0.1')?.reject(refused);
    const lost = await result.catch((error: unknown) => error as RaceLost);
    expect(lost).toBeInstanceOf(RaceLost);
    expect((lost as RaceLost).failures).toEqual([
      { error: new Error('SERVFAIL') },
      { address: '127.0.0.1', error: refused },
    ]);
  });

  test('time runs out for all together', async () => {
    const { ipv6, ipv4, closed, result, pass } = race({ timeoutMs: 400 });
    ipv6.resolve(['::1']);
    ipv4.resolve(['127.0.0.1']);
    await pass(250);
    await pass(150);
    await expect(result).rejects.toMatchObject({
      isTimeout: true,
      failures: [{ address: '::1' }, { address: '127.0.0.1' }],
    });
    expect(closed).toEqual(['::1', '127.0.0.1']);
  });

  test('an abort closes what was opening', async () => {
    const abort = new AbortController();
    const { ipv6, closed, result, pass } = race({ signal: abort.signal });
    ipv6.resolve(['::1']);
    await pass(0);
    abort.abort(new Error('federation is off'));
    await expect(result).rejects.toThrow('federation is off');
    expect(closed).toEqual(['::1']);
  });
});
