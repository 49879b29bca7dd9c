/** Finding routers that speak UPnP: a question to everybody in the local network (UPnP Device Architecture 1.1, section 1.3). */
import { createSocket } from 'node:dgram';

const GROUP = '239.255.255.250';
const PORT = 1900;
const TARGETS = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
] as const;
/** Devices spread their answers over this many seconds. */
const SPREAD_SECONDS = 2;
const PATIENCE_MS = 3_000;
/** For further ones when one has answered: most homes have a single one, which answers at once. */
const FURTHER_MS = 1_000;
const MAX_FOUND = 8;

export interface SsdpOptions {
  /** The address of this computer from which to ask. */
  readonly from: string;
  /** Everybody, but in tests. */
  readonly to?: { readonly address: string; readonly port: number };
  readonly patienceMs?: number;
}

/** Addresses of device descriptions, each at the device that named it. Never rejects. */
export function searchGateways({ from, to, patienceMs = PATIENCE_MS }: SsdpOptions): Promise<readonly URL[]> {
  return new Promise((resolve) => {
    const found = new Map<string, URL>();
    const socket = createSocket('udp4');
    const end = (): void => {
      clearTimeout(timer);
      socket.close();
      resolve([...found.values()]);
    };
    let timer = setTimeout(end, patienceMs);
    socket.on('error', end);
    socket.on('message', (message, sender) => {
      const location = readLocation(message, sender.address);
      if (location === undefined) return;
      if (found.size === 0) {
        clearTimeout(timer);
        timer = setTimeout(end, Math.min(FURTHER_MS, patienceMs));
      }
      found.set(location.href, location);
      if (found.size === MAX_FOUND) end();
    });
    socket.bind(0, from, () => {
      const { address, port } = to ?? { address: GROUP, port: PORT };
      for (const target of TARGETS) socket.send(question(target), port, address);
    });
  });
}

function question(target: string): Buffer {
  const lines = [
    'M-SEARCH * HTTP/1.1',
    `HOST: ${GROUP}:${PORT}`,
    'MAN: "ssdp:discover"',
    `MX: ${SPREAD_SECONDS}`,
    `ST: ${target}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** SECURITY: whoever answers may only name itself, or anybody in the network could have us call any address. */
function readLocation(message: Buffer, sender: string): URL | undefined {
  const text = message.toString('latin1');
  if (!/^HTTP\/1\.1 200\b/i.test(text)) return undefined;
  const location = /^LOCATION:[ \t]*(\S+)[ \t]*\r?$/im.exec(text)?.[1];
  if (location === undefined || !URL.canParse(location)) return undefined;
  const url = new URL(location);
  return url.protocol === 'http:' && url.hostname === sender ? url : undefined;
}
