/** UPnP Internet Gateway Devices, version 1 and 2: services WANIPConnection and WANPPPConnection. */
import { isIP } from 'node:net';
import { type Gateway, MappingError, type MappingWish } from './gateway.ts';
import { fetchText, SoapFault, soapCall } from './soap.ts';

const SERVICES = [
  'urn:schemas-upnp-org:service:WANIPConnection:2',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
] as const;
/** Error codes of WANIPConnection, section 2.4.16, 2.4.18. */
const CONFLICT = [718, 729];
const ONLY_PERMANENT = 725;
const NO_SUCH_ENTRY = 714;
const REFUSALS: Readonly<Record<number, string>> = {
  401: 'it cannot forward ports',
  501: 'it could not do it, perhaps because it has no public address from its provider',
  606: 'forwarding by programs is switched off in its settings',
  713: 'it has no such entry',
  716: 'it does not forward this port',
  724: 'it forwards only to ports of the same number',
  728: 'it has no room for further ports',
};
/** A description of a router with everything in it has some dozens. */
const MAX_SERVICES = 100;
const MAX_SERVICE_LENGTH = 4_000;

export interface UpnpOptions {
  /**
   * What the router's entries of this installation are called, and of no other: by it they are known again after this
   * computer has got another address, or has crashed.
   */
  readonly label: string;
}

/** A port that the router forwards already. */
interface Entry {
  readonly client: string;
  /** Undefined when the router does not tell. */
  readonly internalPort: number | undefined;
  readonly isLabelled: boolean;
  /** It ends by itself, so nobody made it by hand. */
  readonly isLease: boolean;
}

/** @throws MappingError when the device is no router that forwards ports */
export async function upnpGateway(location: URL, { label }: UpnpOptions): Promise<Gateway> {
  const { text, localAddress } = await fetchText(location);
  const service = findService(text, location);
  if (service === undefined) throw new MappingError('refused', 'The router does not forward ports by UPnP.');
  const call = (action: string, values: Readonly<Record<string, string | number>> = {}) =>
    soapCall({ ...service, action, values });
  const key = (externalPort: number) => ({
    NewRemoteHost: '',
    NewExternalPort: externalPort,
    NewProtocol: 'TCP',
  });

  /** Undefined: none, or a router that does not tell. */
  async function entryOf(externalPort: number): Promise<Entry | undefined> {
    try {
      const value = await call('GetSpecificPortMappingEntry', key(externalPort));
      const client = value('NewInternalClient') ?? '';
      if (client === '') return undefined;
      return {
        client,
        internalPort: Number(value('NewInternalPort')) || undefined,
        isLabelled: value('NewPortMappingDescription') === label,
        isLease: Number(value('NewLeaseDuration')) > 0,
      };
    } catch (error) {
      if (error instanceof SoapFault) return undefined;
      throw error;
    }
  }

  /** Some routers give entries other names, so a lease that leads to the same place counts as ours as well. */
  function isOurs(entry: Entry, internalPort: number): boolean {
    return entry.isLabelled || (entry.isLease && leadsHere(entry, internalPort));
  }

  function leadsHere(entry: Entry, internalPort: number): boolean {
    return entry.client === localAddress && (entry.internalPort ?? internalPort) === internalPort;
  }

  const remove = (externalPort: number) => call('DeletePortMapping', key(externalPort));

  async function add(
    { internalPort, externalPort }: Pick<MappingWish, 'internalPort' | 'externalPort'>,
    lease: number,
  ) {
    await call('AddPortMapping', {
      ...key(externalPort),
      NewInternalPort: internalPort,
      NewInternalClient: localAddress,
      NewEnabled: 1,
      NewPortMappingDescription: label,
      NewLeaseDuration: lease,
    });
  }

  return {
    protocol: 'UPnP',
    address: location.hostname,
    async externalAddress() {
      const address = (await call('GetExternalIPAddress').catch(rethrow))('NewExternalIPAddress') ?? '';
      // SECURITY: it is shown to people, and anybody in the network can answer as a router.
      return isIP(address) === 0 ? undefined : address;
    },
    /** Some routers overwrite the entry of another computer without a word, so it is looked at first. */
    async map(wish) {
      const { internalPort, externalPort, lifetimeSeconds } = wish;
      const entry = await entryOf(externalPort);
      if (entry !== undefined && !isOurs(entry, internalPort)) {
        if (leadsHere(entry, internalPort)) return { lifetimeSeconds: Number.POSITIVE_INFINITY };
        throw new MappingError('conflict', `The router forwards port ${externalPort} to ${ownerText(entry)} already.`);
      }
      // It leads to an address that this computer had before; routers refuse to change that.
      if (entry !== undefined && !leadsHere(entry, internalPort)) await remove(externalPort).catch(ignoreFault);
      try {
        await add(wish, lifetimeSeconds);
        return { lifetimeSeconds };
      } catch (error) {
        if (!(error instanceof SoapFault) || error.code !== ONLY_PERMANENT) return rethrow(error);
      }
      await add(wish, 0).catch(rethrow);
      return { lifetimeSeconds: Number.POSITIVE_INFINITY };
    },
    async unmap({ internalPort, externalPort }) {
      const entry = await entryOf(externalPort);
      if (entry !== undefined && !isOurs(entry, internalPort)) return;
      try {
        await remove(externalPort);
      } catch (error) {
        if (!(error instanceof SoapFault) || error.code !== NO_SUCH_ENTRY) rethrow(error);
      }
    },
  };

  function ownerText({ client }: Entry): string {
    if (client === localAddress) return 'another program of this computer';
    return isIP(client) === 0 ? 'another computer' : client;
  }
}

function ignoreFault(error: unknown): void {
  if (!(error instanceof SoapFault)) throw error;
}

function rethrow(error: unknown): never {
  if (!(error instanceof SoapFault)) throw error;
  if (CONFLICT.includes(error.code))
    throw new MappingError('conflict', 'The router has given this port to another computer already.');
  throw new MappingError('refused', `The router refuses: ${REFUSALS[error.code] ?? `code ${error.code}`}.`);
}

/**
 * Searched for and not parsed: descriptions of routers are too often no well-formed XML, and nothing else of them is
 * wanted.
 */
function findService(description: string, location: URL) {
  const found = description
    .split('<service>', MAX_SERVICES)
    .slice(1)
    .map((rest) => rest.slice(0, MAX_SERVICE_LENGTH))
    .map((body) => ({
      service: /<serviceType>\s*([^<\s]+)\s*<\/serviceType>/.exec(body)?.[1],
      path: /<controlURL>\s*([^<\s]+)\s*<\/controlURL>/.exec(body)?.[1]?.replaceAll('&amp;', '&'),
    }));
  for (const wanted of SERVICES) {
    const path = found.find(({ service }) => service === wanted)?.path;
    if (path === undefined || !URL.canParse(path, location.href)) continue;
    const url = new URL(path, location);
    // SECURITY: as with its own address, a device may only name itself.
    if (url.protocol === 'http:' && url.hostname === location.hostname) return { url, service: wanted };
  }
  return undefined;
}
