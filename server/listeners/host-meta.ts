/**
 * XEP-0156: Discovering Alternative XMPP Connection Methods, and XEP-0487: Host Meta 2. Where a client finds the server
 * that knows nothing but the domain, and cannot ask the DNS.
 *
 * Clients look on port 443 of the domain: where the server shall be found so, that port has to lead here.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { WebRoutes } from '../modulehost/web.ts';
import { el } from '../xml/element.ts';

const NS_XRD = 'http://docs.oasis-open.org/ns/xri/xrd-1.0';
const RELATION = 'urn:xmpp:alt-connections';
/** An hour: a computer at home may have another address by then. */
const TTL_S = 3_600;
/** Nothing here is there twice, so it does not matter. */
const WEIGHT = 1;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

export interface HostMetaOptions {
  readonly domain: string;
  /** Of the web server, as in `https://miller.local:5281`; undefined while it cannot be reached. */
  readonly origin: () => string | undefined;
  readonly webSocketPath: string | undefined;
  readonly boshPath: string | undefined;
  /** Null when it is shut. */
  readonly directTlsPort: () => number | null;
  /** At which the server can be reached. */
  readonly addresses: () => readonly string[];
  /** The server's own certificate first. */
  readonly certificatePem: () => string;
}

/** One way to connect; the best has the lowest priority. */
type Link = { readonly rel: string; readonly priority: number } & (
  | { readonly href: string }
  | { readonly port: number }
);

export function createHostMeta(options: HostMetaOptions): WebRoutes {
  return (server) => {
    server.get('/.well-known/host-meta', (_request, reply) => {
      const links = linksOf(options).flatMap((link) => ('href' in link ? [xrdLink(link)] : []));
      const xrd = el('XRD', NS_XRD, undefined, links).toXml();
      return send(reply, 'application/xrd+xml; charset=utf-8', `<?xml version='1.0' encoding='utf-8'?>${xrd}`);
    });
    server.get('/.well-known/host-meta.json', ({ ip }, reply) =>
      send(reply, 'application/json; charset=utf-8', JSON.stringify(jrd(options, ip))),
    );
  };
}

function send(reply: FastifyReply, type: string, text: string): FastifyReply {
  return reply
    .headers({ 'access-control-allow-origin': '*', 'cache-control': 'no-cache', 'content-type': type })
    .send(text);
}

function linksOf({ origin, webSocketPath, boshPath, directTlsPort }: HostMetaOptions): readonly Link[] {
  const links: Link[] = [];
  const port = directTlsPort();
  if (port !== null) links.push({ rel: `${RELATION}:tls`, port, priority: 10 });
  const web = origin();
  if (web === undefined) return links;
  if (webSocketPath !== undefined) {
    links.push({ rel: `${RELATION}:websocket`, href: web.replace(/^https/, 'wss') + webSocketPath, priority: 20 });
  }
  if (boshPath !== undefined) links.push({ rel: `${RELATION}:xbosh`, href: web + boshPath, priority: 30 });
  return links;
}

function xrdLink({ rel, href }: { readonly rel: string; readonly href: string }) {
  return el('Link', NS_XRD, { rel, href });
}

/**
 * With what XEP-0487 adds only where it is the whole truth, because clients then ask nowhere else: the addresses must be
 * some that this client can reach, and a way in without a browser must be among them.
 */
function jrd(options: HostMetaOptions, clientAddress: string): object {
  const links = linksOf(options);
  const ips = addressesFor(clientAddress, options.addresses());
  if (ips.length === 0 || options.directTlsPort() === null) {
    return { links: links.flatMap((link) => ('href' in link ? [{ rel: link.rel, href: link.href }] : [])) };
  }
  return {
    xmpp: { ttl: TTL_S, 'public-key-pins-sha-256': [pinOf(options.certificatePem())] },
    links: links.map((link) => ({ ...link, weight: WEIGHT, sni: options.domain, ips })),
  };
}

/** Only the leaf's own key: whoever holds it is this server, which cannot be said of an authority's. */
function pinOf(certificatePem: string): string {
  const key = new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

const LOOPBACK = blockList([
  ['127.0.0.0', 8],
  ['::1', 128],
]);
/** RFC 1918, RFC 3927, RFC 4193, RFC 4291 section 2.5.6, RFC 6598. */
const LOCAL = blockList([
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
  ['fe80::', 10],
]);

/** From far away nobody reaches an address of a home network, and need not learn of it. */
function addressesFor(clientAddress: string, addresses: readonly string[]): readonly string[] {
  const isNear = isIn(LOCAL, clientAddress);
  const isHere = isIn(LOOPBACK, clientAddress);
  return addresses.filter((address) => {
    if (isIn(LOOPBACK, address)) return isHere;
    return isNear || !isIn(LOCAL, address);
  });
}

function blockList(subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, isIPv6(network) ? 'ipv6' : 'ipv4');
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  const plain = MAPPED_IPV4.exec(address)?.[1] ?? address;
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}
