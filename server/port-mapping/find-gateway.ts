/** Finds the router, by whatever it speaks. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type Gateway, MappingError } from './gateway.ts';
import { natPmpGateway } from './nat-pmp.ts';
import { pcpGateway } from './pcp.ts';
import type { RouterMemory } from './router-memory.ts';
import { type SsdpOptions, searchGateways } from './ssdp.ts';
import { upnpGateway } from './upnp.ts';

const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/;
const MAX_INTERFACES = 4;
/** What a router may take to refuse PCP before it is asked in NAT-PMP as well: some old ones never answer the new one. */
const REFUSAL_MS = 700;

export interface FindOptions {
  /** Addresses of this computer from which to ask. */
  readonly from: readonly string[];
  /** Where a router may be that speaks PCP or NAT-PMP. */
  readonly routers: readonly string[];
  readonly memory: RouterMemory;
  /** 5351 but in tests. */
  readonly routerPort?: number;
  readonly ssdp?: Pick<SsdpOptions, 'to' | 'patienceMs'>;
}

/**
 * PCP is taken before NAT-PMP (RFC 6887 appendix A), and both before UPnP, because they tell more plainly what they did.
 * All are asked nearly at once, so that it is known within five seconds when nobody answers.
 */
export async function findGateway(options: FindOptions): Promise<Gateway | undefined> {
  const { routers, memory, routerPort: port } = options;
  const byUpnp = searchUpnp(options);
  const byPcp = first(routers.map((address) => pcpGateway({ address, memory, port })));
  const byNatPmp = Promise.race([byPcp, pause(REFUSAL_MS)]).then((found) =>
    found === undefined ? firstAnswering(routers.map((address) => natPmpGateway(address, memory, port))) : undefined,
  );
  // With that head start a router that speaks both has answered in PCP; whoever did not is not waited for to the end.
  const either = await first(
    [byPcp, byNatPmp].map(async (asked) => (await asked) ?? Promise.reject(new Error('none'))),
  );
  return either ?? (await byUpnp);
}

function first(asked: readonly Promise<Gateway>[]): Promise<Gateway | undefined> {
  return Promise.any(asked).catch(() => undefined);
}

/** Also one that refuses: what it says is better than that nobody answers. */
function firstAnswering(gateways: readonly Gateway[]): Promise<Gateway | undefined> {
  return first(
    gateways.map(async (gateway) => {
      await gateway.externalAddress().catch((error: unknown) => {
        if (!(error instanceof MappingError) || error.code === 'silent') throw error;
      });
      return gateway;
    }),
  );
}

async function searchUpnp({ from, memory, ssdp }: FindOptions): Promise<Gateway | undefined> {
  const found = await Promise.all(
    from.slice(0, MAX_INTERFACES).map((address) => searchGateways({ from: address, ...ssdp })),
  );
  const opened = await Promise.allSettled(
    found.flat().map((location) => upnpGateway(location, { label: memory.label })),
  );
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
