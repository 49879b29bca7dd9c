/** UPnP Internet Gateway Devices, version 1 and 2: services WANIPConnection and WANPPPConnection. */
import { type Gateway, MappingError } from './gateway.ts';
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
  501: 'it could not do it',
  606: 'forwarding by programs is switched off in its settings',
  713: 'it has no such entry',
  716: 'it does not forward this port',
  724: 'it forwards only to ports of the same number',
  728: 'it has no room for further ports',
};
const DESCRIPTION = 'Snug';

/** @throws MappingError when the device is no router that forwards ports */
export async function upnpGateway(location: URL): Promise<Gateway> {
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

  /** Some routers overwrite the entry of another computer without a word. */
  async function ownerOf(externalPort: number): Promise<string | undefined> {
    try {
      const entry = await call('GetSpecificPortMappingEntry', key(externalPort));
      return entry('NewInternalClient');
    } catch (error) {
      if (error instanceof SoapFault) return undefined; // no such entry, or a router that does not tell
      throw error;
    }
  }

  return {
    protocol: 'UPnP',
    address: location.hostname,
    async externalAddress() {
      const answer = await call('GetExternalIPAddress').catch(rethrow);
      return answer('NewExternalIPAddress') ?? '';
    },
    async map({ internalPort, externalPort, lifetimeSeconds }) {
      const owner = await ownerOf(externalPort);
      if (owner !== undefined && owner !== '' && owner !== localAddress)
        throw new MappingError('conflict', `The router forwards port ${externalPort} to ${owner} already.`);
      const add = (lease: number) =>
        call('AddPortMapping', {
          ...key(externalPort),
          NewInternalPort: internalPort,
          NewInternalClient: localAddress,
          NewEnabled: 1,
          NewPortMappingDescription: DESCRIPTION,
          NewLeaseDuration: lease,
        });
      try {
        await add(lifetimeSeconds);
        return { lifetimeSeconds };
      } catch (error) {
        if (!(error instanceof SoapFault) || error.code !== ONLY_PERMANENT) return rethrow(error);
      }
      await add(0).catch(rethrow);
      return { lifetimeSeconds: Number.POSITIVE_INFINITY };
    },
    async unmap({ externalPort }) {
      try {
        await call('DeletePortMapping', key(externalPort));
      } catch (error) {
        if (!(error instanceof SoapFault) || error.code !== NO_SUCH_ENTRY) rethrow(error);
      }
    },
  };
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
  const found = [...description.matchAll(/<service>([\s\S]{0,4000}?)<\/service>/g)].map(([, body = '']) => ({
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
