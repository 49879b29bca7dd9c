/**
 * A computer that announces itself under somebody else’s name, with the key that it is told to claim, and writes down
 * what it is sent on the ports for other servers. Its certificate names the domain, and is its own.
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';
import multicastDns, { type DnsRecord } from 'multicast-dns';

const [domain = '', claimed = '', address = '', certificatePath = '', keyPath = ''] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const PORT = 5270;

const certificate = { cert: readFileSync(certificatePath), key: readFileSync(keyPath) };
createServer({ ...certificate, requestCert: true, rejectUnauthorized: false }, (socket) => {
  socket.on('error', () => undefined);
  socket.on('data', (bytes) => say({ event: 'received', text: String(bytes) }));
})
  // Also of those who hang up when they have seen the certificate.
  .on('connection', () => say({ event: 'connected' }))
  .listen(PORT);

const mdns = multicastDns({
  socket: createSocket({ type: 'udp4', reuseAddr: true }),
  interface: address,
  bind: '0.0.0.0',
});
const record = (name: string, type: string, data: unknown, flush = true): DnsRecord => ({
  ...{ name, type, data, ttl: 120, flush },
});
const service = '_xmpps-server._tcp.local';
const instance = `${domain.split('.')[0]}.${service}`;
const answers = [
  record(service, 'PTR', instance, false),
  record(instance, 'SRV', { priority: 0, weight: 0, port: PORT, target: 'elsewhere.local' }),
  record(instance, 'TXT', ['txtvers=1', `domain=${domain}`, `pair=${claimed}`]),
  record('elsewhere.local', 'A', address),
];
mdns.once('ready', () => {
  const announce = () => mdns.respond({ answers }, null, () => undefined);
  announce();
  setInterval(announce, 500);
  say({ event: 'ready' });
});
