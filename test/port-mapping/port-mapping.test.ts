/** Ports that routers forward: asked for, renewed, and taken back. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { summarizeMapping } from '../../server/domain-setup.ts';
import { createLogger } from '../../server/log/log.ts';
import { RecentLines } from '../../server/log/recent-lines.ts';
import { findGateway, readRoutes } from '../../server/port-mapping/find-gateway.ts';
import { PortMapping, type WantedPort } from '../../server/port-mapping/port-mapping.ts';
import { RouterMemory } from '../../server/port-mapping/router-memory.ts';
import { FakeClock } from '../scene/fake-clock.ts';
import { NatPmpRouter, UpnpRouter } from './fake-routers.ts';

const HOUR_MS = 60 * 60 * 1000;
let natPmp: NatPmpRouter;
let upnp: UpnpRouter;
beforeEach(async () => {
  [natPmp, upnp] = await Promise.all([NatPmpRouter.start(), UpnpRouter.start()]);
});
afterEach(() => Promise.all([natPmp.close(), upnp.close()]));

const PORTS: readonly WantedPort[] = [
  { port: 5222, purpose: 'apps' },
  { port: 5269, purpose: 'servers' },
];

function open(speaks: 'NAT-PMP' | 'UPnP' | 'nothing', wanted = () => PORTS) {
  const clock = new FakeClock();
  const memory = new RouterMemory({ clock, seed: Buffer.alloc(32, 1) });
  const find = () =>
    findGateway({
      memory,
      from: speaks === 'UPnP' ? ['127.0.0.1'] : [],
      routers: speaks === 'NAT-PMP' ? ['127.0.0.1'] : [],
      routerPort: natPmp.port,
      ssdp: { to: upnp.ssdp, patienceMs: 300 },
    });
  return { clock, mapping: new PortMapping({ wanted, find, clock, log: createLogger('debug', new RecentLines()) }) };
}

/** Resolves after the next round. */
function nextRound(mapping: PortMapping): Promise<void> {
  return new Promise((resolve) => {
    const unlisten = mapping.onChange(() => {
      if (mapping.facts.state === 'working') return;
      unlisten();
      resolve();
    });
  });
}

describe('a router that speaks NAT-PMP', () => {
  test('forwards the ports, says its address, and forgets them again', async () => {
    const { mapping } = open('NAT-PMP');
    await mapping.turnOn();
    expect(mapping.facts).toMatchObject({ state: 'on', protocol: 'NAT-PMP', externalAddress: '198.51.100.7' });
    expect(mapping.facts.ports.map(({ port, state }) => [port, state])).toEqual([
      [5222, 'forwarded'],
      [5269, 'forwarded'],
    ]);
    expect([...natPmp.mapped]).toEqual([
      [5222, 5222],
      [5269, 5269],
    ]);
    await mapping.turnOff();
    expect([...natPmp.mapped]).toEqual([]);
    expect(mapping.facts.state).toBe('off');
  });

  test('a question that is lost is asked again', async () => {
    natPmp.deafFor = 2;
    const { mapping } = open('NAT-PMP');
    await mapping.turnOn();
    expect(mapping.facts.state).toBe('on');
  });

  test('renews at half of the life that the router gives', async () => {
    natPmp.lifetimeSeconds = 600;
    const { mapping, clock } = open('NAT-PMP');
    await mapping.turnOn();
    natPmp.mapped.clear(); // as a router that was restarted
    const round = nextRound(mapping);
    clock.advance(300_000);
    await round;
    expect([...natPmp.mapped.keys()]).toEqual([5222, 5269]);
    await mapping.turnOff();
  });

  test('a port that is another computer’s is refused, and left alone', async () => {
    natPmp.taken.add(5269);
    const { mapping } = open('NAT-PMP');
    await mapping.turnOn();
    expect(mapping.facts.ports[1]).toMatchObject({
      state: 'refused',
      text: 'The router has given port 5269 to another computer already.',
    });
    expect([...natPmp.mapped]).toEqual([[5222, 5222]]);
    await mapping.turnOff();
  });

  test('ports that are no longer wanted are taken back in the next round', async () => {
    let wanted = PORTS;
    const { mapping } = open('NAT-PMP', () => wanted);
    await mapping.turnOn();
    wanted = PORTS.slice(0, 1);
    await mapping.refresh();
    expect([...natPmp.mapped.keys()]).toEqual([5222]);
    await mapping.turnOff();
  });

  test.each([
    ['198.51.101.7', '198.51.101.7', null],
    ['100.64.7.1', '100.64.7.1', expect.stringContaining('carrier-grade NAT')],
    ['192.168.178.20', '192.168.178.20', expect.stringContaining('a second router in front of it')],
    ['0.0.0.0', null, null],
  ])('that says %s of itself, it is said what that means', async (says, externalAddress, hint) => {
    natPmp.externalAddress = says;
    const { mapping } = open('NAT-PMP');
    await mapping.turnOn();
    expect(summarizeMapping(mapping.facts)).toMatchObject({ externalAddress, hint });
    await mapping.turnOff();
  });

  test('one that has no address of its own is asked all the same, and says so', async () => {
    natPmp.result = 3;
    const { mapping } = open('NAT-PMP');
    await mapping.turnOn();
    expect(mapping.facts.ports[0]?.text).toContain('no public address from its provider');
    expect(summarizeMapping(mapping.facts).hint).toContain('carrier-grade NAT');
    await mapping.turnOff();
  });

  test('a port can be lent for a moment', async () => {
    const { mapping } = open('NAT-PMP');
    await expect(mapping.lend(80, 8080)).rejects.toThrow('No router is asked');
    await mapping.turnOn();
    const giveBack = await mapping.lend(80, 8080);
    expect(natPmp.mapped.get(8080)).toBe(80);
    await giveBack();
    expect(natPmp.mapped.has(8080)).toBe(false);
    await mapping.turnOff();
  });
});

describe('a router that speaks UPnP', () => {
  test.each([
    'urn:schemas-upnp-org:service:WANIPConnection:1',
    'urn:schemas-upnp-org:service:WANIPConnection:2',
    'urn:schemas-upnp-org:service:WANPPPConnection:1',
  ])('with %s forwards the ports to this computer, and forgets them again', async (serviceType) => {
    upnp.serviceType = serviceType;
    const { mapping } = open('UPnP');
    await mapping.turnOn();
    expect(mapping.facts).toMatchObject({ state: 'on', protocol: 'UPnP', externalAddress: '198.51.100.7' });
    expect(upnp.entries.get('5269')).toMatchObject({ client: '127.0.0.1', internalPort: '5269', lease: '3600' });
    await mapping.turnOff();
    expect([...upnp.entries]).toEqual([]);
  });

  test('one that knows no leases forwards until it is told otherwise', async () => {
    upnp.isPermanentOnly = true;
    const { mapping } = open('UPnP');
    await mapping.turnOn();
    expect(upnp.entries.get('5222')?.lease).toBe('0');
    await mapping.turnOff();
    expect([...upnp.entries]).toEqual([]);
  });

  test('what it forwards to another computer is not taken from that', async () => {
    upnp.entries.set('5222', { client: '192.168.1.77', internalPort: '5222', lease: '0' });
    const { mapping } = open('UPnP');
    await mapping.turnOn();
    expect(mapping.facts.ports[0]?.text).toBe('The router forwards port 5222 to 192.168.1.77 already.');
    await mapping.turnOff();
    expect(upnp.entries.get('5222')?.client).toBe('192.168.1.77');
  });

  test.each([
    [606, 'switched off in its settings'],
    [718, 'to another computer already'],
    [999, 'code 999'],
  ])('its refusal %i is a sentence', async (fault, words) => {
    upnp.faults.set('AddPortMapping', fault);
    const { mapping } = open('UPnP');
    await mapping.turnOn();
    expect(mapping.facts.ports.map(({ state }) => state)).toEqual(['refused', 'refused']);
    expect(mapping.facts.ports[0]?.text).toContain(words);
    await mapping.turnOff();
  });

  test('a device that names somebody else as the router is not believed', async () => {
    upnp.location = 'http://127.0.0.2:1/root.xml';
    const { mapping } = open('UPnP');
    await mapping.turnOn();
    expect(mapping.facts.state).toBe('failed');
    await mapping.turnOff();
  });

  test('a description that is none is no router', async () => {
    upnp.serviceType = '<<<not xml';
    const { mapping } = open('UPnP');
    await mapping.turnOn();
    expect(mapping.facts.state).toBe('failed');
    await mapping.turnOff();
  });
});

test('without a router it is said, and tried again later', async () => {
  const { mapping, clock } = open('nothing');
  await mapping.turnOn();
  expect(mapping.facts).toMatchObject({ state: 'failed' });
  expect(mapping.facts.failure).toContain('No router answered');
  const round = nextRound(mapping);
  clock.advance(HOUR_MS / 4);
  await round;
  expect(mapping.facts.state).toBe('failed');
  await mapping.turnOff();
});

test('the default routes of Linux name the router', () => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask',
    'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000',
    'eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF',
    'tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000',
  ].join('\n');
  expect(readRoutes(table)).toEqual(['192.168.1.1']);
});
