/** Whose a router's entry is: ours are renewed, moved along and taken back; those of others are left as they are. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { searchGateways } from '../../server/port-mapping/ssdp.ts';
import { upnpGateway } from '../../server/port-mapping/upnp.ts';
import { UpnpRouter } from './fake-routers.ts';

const LABEL = 'Snug 0a1b2c3d';
const WISH = { internalPort: 5222, externalPort: 5222, lifetimeSeconds: 3_600 };
let router: UpnpRouter;
beforeEach(async () => {
  router = await UpnpRouter.start();
});
afterEach(() => router.close());

async function open() {
  const [location] = await searchGateways({ from: '127.0.0.1', to: router.ssdp, patienceMs: 200 });
  if (location === undefined) throw new Error('the router did not answer');
  return upnpGateway(location, { label: LABEL });
}

test('what was forwarded to this computer’s former address follows it to the new one', async () => {
  router.entries.set('5222', { client: '192.168.1.20', internalPort: '5222', lease: '0', description: LABEL });
  const gateway = await open();
  await gateway.map(WISH);
  expect(router.entries.get('5222')).toMatchObject({ client: '127.0.0.1', description: LABEL });
});

test('what another Snug has is left to that, when it is mapped and when it is taken back', async () => {
  const other = { client: '192.168.1.20', internalPort: '5222', lease: '0', description: 'Snug ffffffff' };
  router.entries.set('5222', other);
  const gateway = await open();
  await expect(gateway.map(WISH)).rejects.toThrow('The router forwards port 5222 to 192.168.1.20 already.');
  await gateway.unmap(WISH);
  expect(router.entries.get('5222')).toEqual(other);
});

test('what somebody forwarded to this computer by hand is used, and stays when Snug goes', async () => {
  const byHand = { client: '127.0.0.1', internalPort: '5222', lease: '0', description: 'Chat' };
  router.entries.set('5222', byHand);
  const gateway = await open();
  await gateway.map(WISH);
  await gateway.unmap(WISH);
  expect(router.entries.get('5222')).toEqual(byHand);
});

test('a port that leads to another program of this computer is not taken from it', async () => {
  const other = { client: '127.0.0.1', internalPort: '8080', lease: '0', description: 'web' };
  router.entries.set('80', other);
  const gateway = await open();
  const door = { internalPort: 5080, externalPort: 80, lifetimeSeconds: 3_600 };
  await expect(gateway.map(door)).rejects.toThrow(
    'The router forwards port 80 to another program of this computer already.',
  );
  await gateway.unmap(door);
  expect(router.entries.get('80')).toEqual(other);
});

test('a router that keeps no names for its entries still has ours renewed and taken back', async () => {
  router.entries.set('5222', { client: '127.0.0.1', internalPort: '5222', lease: '12' });
  const gateway = await open();
  await gateway.map(WISH);
  expect(router.entries.get('5222')?.lease).toBe('3600');
  router.entries.set('5222', { client: '127.0.0.1', internalPort: '5222', lease: '3000' });
  await gateway.unmap(WISH);
  expect(router.entries.has('5222')).toBe(false);
});

test('a router that tells nothing of its entries is asked to take ours back all the same', async () => {
  router.faults.set('GetSpecificPortMappingEntry', 401);
  const gateway = await open();
  await gateway.map(WISH);
  await gateway.unmap(WISH);
  expect(router.entries.has('5222')).toBe(false);
});

test('an answer that is no address is not shown to anybody', async () => {
  router.externalAddress = '\u001b]0;gotcha\u0007';
  const gateway = await open();
  await expect(gateway.externalAddress()).resolves.toBeUndefined();
  router.entries.set('5222', { client: 'evil \u001b[31m host', internalPort: '5222', lease: '0' });
  await expect(gateway.map(WISH)).rejects.toThrow('The router forwards port 5222 to another computer already.');
});
