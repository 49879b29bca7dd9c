import type { NetworkInterfaceInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Announcer } from '../../server/lan/announcer.ts';
import type { LinkOptions, LinkState } from '../../server/lan/link.ts';
import type { Announcement } from '../../server/lan/records.ts';
import { recordingLog } from '../certificates/recording-log.ts';
import { OFFICE } from './office-records.ts';

const SETTLED_MS = 5000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function network(...addresses: readonly [name: string, address: string][]): NodeJS.Dict<NetworkInterfaceInfo[]> {
  const infoOf = (address: string): NetworkInterfaceInfo => ({
    family: 'IPv4',
    address,
    netmask: '255.255.255.0',
    cidr: `${address}/24`,
    mac: '02:00:00:00:00:01',
    internal: address.startsWith('127.'),
  });
  return Object.fromEntries(addresses.map(([name, address]) => [name, [infoOf(address)]]));
}

/** An announcer whose links are doubles; `events` is what happened to them, in order. */
function announcing(first: NodeJS.Dict<NetworkInterfaceInfo[]>, hostName = 'laptop') {
  const surroundings = { interfaces: first, opensAs: 'announced' as LinkState, zones: [] as string[] };
  const events: string[] = [];
  const opened: LinkOptions[] = [];
  const { log, lines } = recordingLog();
  const announcer = new Announcer({
    log,
    interfaces: () => surroundings.interfaces,
    hostName: () => hostName,
    resolveSoa: (zone) => (surroundings.zones.includes(zone) ? Promise.resolve({}) : Promise.reject(new Error('none'))),
    openLink: (options) => {
      const { address } = options.lan;
      const link = {
        state: surroundings.opensAs,
        update: ({ domain, name, c2sPort }: Announcement) => {
          const isSame = domain === options.announcement.domain && name === options.announcement.name;
          if (isSame) events.push(`updated ${address} ${c2sPort}`);
          return isSame && link.state === 'announced';
        },
        ask: () => undefined,
        askAgain: () => {
          if (link.state === 'announced' && options.contest.conflicts.length > 0) events.push(`asked again ${address}`);
        },
        close: async () => {
          events.push(`closing ${address}`);
          await new Promise((resolve) => setTimeout(resolve, 10));
          link.state = 'closed';
          events.push(`closed ${address}`);
        },
      };
      events.push(`opened ${address} ${options.announcement.name}`);
      opened.push(options);
      return link;
    },
  });
  const taken = () => events.splice(0);
  return { announcer, surroundings, taken, opened, lines };
}

test('every network gets an announcement, and stopping takes all of them back', async () => {
  const { announcer, taken } = announcing(
    network(['eth0', '192.168.1.5'], ['wlan0', '10.0.0.5'], ['docker0', '172.17.0.1']),
  );
  expect(announcer.isAnnouncing).toBe(false);
  announcer.start(OFFICE);
  await vi.advanceTimersByTimeAsync(0);
  expect(taken()).toEqual(['opened 192.168.1.5 Miller', 'opened 10.0.0.5 Miller']);
  expect(announcer.isAnnouncing).toBe(true);

  const stopped = announcer.stop();
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  await stopped;
  expect(taken()).toEqual(['closing 192.168.1.5', 'closing 10.0.0.5', 'closed 192.168.1.5', 'closed 10.0.0.5']);
  expect(announcer.isAnnouncing).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('a new address replaces the old one, after its goodbye, and other networks are left alone', async () => {
  const { announcer, surroundings, taken } = announcing(network(['eth0', '192.168.1.5'], ['wlan0', '10.0.0.5']));
  announcer.start(OFFICE);
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  taken();
  surroundings.interfaces = network(['eth0', '192.168.1.77'], ['wlan0', '10.0.0.5']);
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  expect(taken()).toEqual(['closing 192.168.1.5', 'closed 192.168.1.5', 'opened 192.168.1.77 Miller']);
});

test('an interface that went away and came back is announced afresh', async () => {
  const { announcer, surroundings, taken } = announcing(network(['eth0', '192.168.1.5']));
  announcer.start(OFFICE);
  const before = surroundings.interfaces;
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  surroundings.interfaces = {};
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  surroundings.interfaces = before;
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  expect(taken()).toEqual([
    'opened 192.168.1.5 Miller',
    'closing 192.168.1.5',
    'closed 192.168.1.5',
    'opened 192.168.1.5 Miller',
  ]);
});

test('several updates in a second become one change', async () => {
  const { announcer, taken } = announcing(network(['eth0', '192.168.1.5']));
  announcer.start(OFFICE);
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  taken();
  announcer.update({ ...OFFICE, name: 'Smith' });
  await vi.advanceTimersByTimeAsync(500);
  announcer.update({ ...OFFICE, name: 'Jones' });
  await vi.advanceTimersByTimeAsync(999);
  expect(taken()).toEqual([]);
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  expect(taken()).toEqual(['closing 192.168.1.5', 'closed 192.168.1.5', 'opened 192.168.1.5 Jones']);
});

test('after sleep everything is announced afresh, although the addresses are the same', async () => {
  const { announcer, taken } = announcing(network(['eth0', '192.168.1.5']));
  announcer.start(OFFICE);
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  taken();
  vi.setSystemTime(Date.now() + 60 * 60 * 1000);
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  expect(taken()).toEqual(['closing 192.168.1.5', 'closed 192.168.1.5', 'opened 192.168.1.5 Miller']);
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  expect(taken()).toEqual([]);
});

test('a name that was taken is asked for again every minute', async () => {
  const { announcer, surroundings, taken } = announcing(network(['eth0', '192.168.1.5']));
  surroundings.opensAs = 'refused';
  announcer.start(OFFICE);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(taken()).toEqual(['opened 192.168.1.5 Miller']);
  expect(announcer.isAnnouncing).toBe(false);
  surroundings.opensAs = 'announced';
  await vi.advanceTimersByTimeAsync(120_000);
  expect(taken()).toEqual(['closing 192.168.1.5', 'closed 192.168.1.5', 'opened 192.168.1.5 Miller']);
  expect(announcer.isAnnouncing).toBe(true);
});

test.each([
  [
    'without a private network',
    network(['eth0', '203.0.113.5'], ['lo', '127.0.0.1']),
    OFFICE,
    'no private network is listened on',
  ],
  [
    'when only loopback is listened on',
    network(['eth0', '192.168.1.5']),
    { ...OFFICE, listening: ['127.0.0.1'] },
    'no private network is listened on',
  ],
  [
    'when no port is open',
    network(['eth0', '192.168.1.5']),
    { domain: 'miller.local', name: 'Miller' },
    'no port is open',
  ],
])('%s nothing is announced, which is said once', async (_when, interfaces, announcement, reason) => {
  const { announcer, taken, lines } = announcing(interfaces);
  announcer.start(announcement);
  await vi.advanceTimersByTimeAsync(300_000);
  announcer.networkChanged();
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  expect(taken()).toEqual([]);
  expect(lines).toEqual([{ level: 'info', message: 'not announced', fields: { reason } }]);
});

test("a domain that is the computer's own name is said in the log", async () => {
  const { announcer, lines, opened } = announcing(network(['eth0', '192.168.1.5']), 'miller');
  announcer.start(OFFICE);
  await vi.advanceTimersByTimeAsync(0);
  expect(lines.map(({ level }) => level)).toEqual(['warn']);
  expect(announcer.problems.map(({ code }) => code)).toEqual(['name-is-the-computers']);
  expect(opened[0]?.hostName).toBe('miller');
});

test('a link knows all addresses of the computer, also those that are not announced', async () => {
  const { announcer, opened } = announcing(
    network(['eth0', '192.168.1.5'], ['docker0', '172.17.0.1'], ['lo', '127.0.0.1']),
  );
  announcer.start(OFFICE);
  await vi.advanceTimersByTimeAsync(0);
  expect([...(opened[0]?.ownAddresses() ?? [])]).toEqual(['192.168.1.5', '172.17.0.1', '127.0.0.1']);
});

test('stopping while a change is under way leaves nothing open', async () => {
  const { announcer, taken } = announcing(network(['eth0', '192.168.1.5']));
  announcer.start(OFFICE);
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  taken();
  announcer.networkChanged();
  await vi.advanceTimersByTimeAsync(1001);
  expect(taken()).toEqual(['closing 192.168.1.5']);
  const stopped = announcer.stop();
  announcer.update(OFFICE);
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  await stopped;
  expect(taken()).toEqual(['closed 192.168.1.5']);
  expect(announcer.isAnnouncing).toBe(false);
});

test('it can be started again after it was stopped', async () => {
  const { announcer, taken } = announcing(network(['eth0', '192.168.1.5']));
  announcer.start(OFFICE);
  const stopped = announcer.stop();
  announcer.start({ ...OFFICE, name: 'Again' });
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  await stopped;
  expect(taken().at(-1)).toBe('opened 192.168.1.5 Again');
  expect(announcer.isAnnouncing).toBe(true);
});

test('other ports under the same name are taken over by the links that are there', async () => {
  const { announcer, taken } = announcing(network(['eth0', '192.168.1.5'], ['wlan0', '10.0.0.5']));
  announcer.start(OFFICE);
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  taken();
  announcer.update({ ...OFFICE, c2sPort: 5322 });
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  expect(taken()).toEqual(['updated 192.168.1.5 5322', 'updated 10.0.0.5 5322']);
});

test('interfaces that were chosen are announced on, also virtual ones, and no others', async () => {
  const { announcer, taken } = announcing(network(['eth0', '192.168.1.5'], ['wg0', '10.8.0.2']));
  announcer.start({ ...OFFICE, interfaces: ['wg0'] });
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  expect(taken()).toEqual(['opened 10.8.0.2 Miller']);
});

test('a new address is announced within five seconds, with the two seconds that claiming takes', async () => {
  const { announcer, surroundings, taken } = announcing(network(['eth0', '192.168.1.5']));
  announcer.start(OFFICE);
  await vi.advanceTimersByTimeAsync(SETTLED_MS + 1001);
  taken();
  surroundings.interfaces = network(['eth0', '192.168.1.77']);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(taken()).toContain('opened 192.168.1.77 Miller');
});

describe('sleep', () => {
  test('is announced by a goodbye, and everything is announced afresh after it', async () => {
    const { announcer, taken, lines } = announcing(network(['eth0', '192.168.1.5']));
    announcer.start(OFFICE);
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    taken();
    const suspended = announcer.suspend();
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    await suspended;
    expect(taken()).toEqual(['closing 192.168.1.5', 'closed 192.168.1.5']);
    announcer.networkChanged();
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    expect(taken()).toEqual(['opened 192.168.1.5 Miller']);
    expect(lines).toEqual([]);
  });

  test('that does not come is noticed', async () => {
    const { announcer, taken } = announcing(network(['eth0', '192.168.1.5']));
    announcer.start(OFFICE);
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    taken();
    void announcer.suspend();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(taken()).toEqual(['closing 192.168.1.5', 'closed 192.168.1.5', 'opened 192.168.1.5 Miller']);
  });

  test('of a server that is not announced changes nothing', async () => {
    const { announcer, taken } = announcing(network(['eth0', '192.168.1.5']));
    await announcer.suspend();
    announcer.networkChanged();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(taken()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('problems', () => {
  const codes = (announcer: Announcer) => announcer.problems.map(({ code }) => code);

  test('there are none while all is well, and none before the start', async () => {
    const { announcer } = announcing(network(['eth0', '192.168.1.5']));
    expect(announcer.problems).toEqual([]);
    announcer.start(OFFICE);
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    expect(announcer.problems).toEqual([]);
  });

  test('a taken name is one until the name is ours', async () => {
    const { announcer, surroundings, opened } = announcing(network(['eth0', '192.168.1.5']));
    surroundings.opensAs = 'refused';
    announcer.start(OFFICE);
    await vi.advanceTimersByTimeAsync(0);
    opened[0]?.contest.hear({ name: 'miller.local', holder: '192.168.1.9' });
    expect(codes(announcer)).toEqual(['name-taken']);
    surroundings.opensAs = 'announced';
    await vi.advanceTimersByTimeAsync(65_000);
    expect(codes(announcer)).toEqual(['name-taken']);
    opened[1]?.contest.settle();
    expect(codes(announcer)).toEqual([]);
  });

  test('a name that somebody else uses as well is asked for each minute, and forgotten when nobody answers', async () => {
    const { announcer, opened, taken } = announcing(network(['eth0', '192.168.1.5']));
    announcer.start(OFFICE);
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    taken();
    opened[0]?.contest.hear({ name: 'miller.local', holder: '192.168.1.9' });
    await vi.advanceTimersByTimeAsync(140_000);
    expect(codes(announcer)).toEqual(['name-taken']);
    expect(taken()).toEqual(['asked again 192.168.1.5', 'asked again 192.168.1.5']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(codes(announcer)).toEqual([]);
  });

  test('a port that cannot be used, and a DNS server that answers for .local, are problems', async () => {
    const { announcer, surroundings } = announcing(network(['eth0', '192.168.1.5']));
    surroundings.opensAs = 'refused';
    surroundings.zones = ['local'];
    announcer.start(OFFICE);
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    expect(codes(announcer)).toEqual(['local-zone', 'mdns-unusable']);
    const stopped = announcer.stop();
    await vi.advanceTimersByTimeAsync(SETTLED_MS);
    await stopped;
    expect(codes(announcer)).toEqual([]);
  });
});
