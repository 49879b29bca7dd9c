/** Finds the router, by whatever it speaks. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { Gateway } from './gateway.ts';
import { NAT_PMP_PORT, natPmpGateway } from './nat-pmp.ts';
import { type SsdpOptions, searchGateways } from './ssdp.ts';
import { upnpGateway } from './upnp.ts';

const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/;
const MAX_INTERFACES = 4;

export interface FindOptions {
  /** Addresses of this computer from which to ask. */
  readonly from: readonly string[];
  /** Where a router may be that speaks NAT-PMP. */
  readonly routers: readonly string[];
  readonly natPmpPort?: number;
  readonly ssdp?: Pick<SsdpOptions, 'to' | 'patienceMs'>;
}

/** Both are asked at once; NAT-PMP is taken if it answers, because it tells more plainly what it did. */
export async function findGateway(options: FindOptions): Promise<Gateway | undefined> {
  const byUpnp = searchUpnp(options);
  const byNatPmp = await firstAnswering(
    options.routers.map((address) => natPmpGateway(address, options.natPmpPort ?? NAT_PMP_PORT)),
  );
  return byNatPmp ?? (await byUpnp);
}

function firstAnswering(gateways: readonly Gateway[]): Promise<Gateway | undefined> {
  const asked = gateways.map((gateway) => gateway.externalAddress().then(() => gateway));
  return Promise.any(asked).catch(() => undefined);
}

async function searchUpnp({ from, ssdp }: FindOptions): Promise<Gateway | undefined> {
  const found = await Promise.all(
    from.slice(0, MAX_INTERFACES).map((address) => searchGateways({ from: address, ...ssdp })),
  );
  const opened = await Promise.allSettled(found.flat().map((location) => upnpGateway(location)));
  return firstAnswering(opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
}

/** Of this computer, in private networks: nobody else has a router that may be asked. */
export function privateAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal, address }) => family === 'IPv4' && !internal && PRIVATE.test(address))
    .map(({ address }) => address);
}

/** As the system's table of routes says, or else what most homes have: the first address of the network. */
export async function likelyRouters(addresses: readonly string[]): Promise<readonly string[]> {
  const routed = await readFile('/proc/net/route', 'utf8').then(readRoutes, () => []);
  const guessed = addresses.map((address) => address.replace(/\.\d+$/, '.1'));
  return [...new Set(routed.length > 0 ? routed : guessed)].slice(0, MAX_INTERFACES);
}

/** The gateways of default routes in Linux' table: hexadecimal, the lowest byte first. */
export function readRoutes(table: string): readonly string[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, destination, gateway]) =>
        destination === '00000000' && gateway !== undefined && /^[0-9A-F]{8}$/i.test(gateway),
    )
    .map(([, , gateway = '']) => [...Buffer.from(gateway, 'hex').reverse()].join('.'))
    .filter((address) => address !== '0.0.0.0');
}
