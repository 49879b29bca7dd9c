/** The records of a small office's server, as the announcement of `miller.local` on one interface makes them. */
import type { DnsPacket, DnsRecord } from 'multicast-dns';
import type { LanInterface } from '../../server/lan/interfaces.ts';
import { type Announcement, addressRecords, directServiceRecords } from '../../server/lan/records.ts';

export const OFFICE: Announcement = { domain: 'miller.local', name: 'Miller', c2sPort: 5222, c2sTlsPort: 5223 };
export const LAN: LanInterface = {
  name: 'eth0',
  address: '192.168.1.5',
  addresses: ['192.168.1.5'],
  networks: ['192.168.1.5/24'],
};

export const SERVICE = '_xmpp-client._tcp.local';
export const INSTANCE = `Miller.${SERVICE}`;

export const PTR: DnsRecord = { name: SERVICE, type: 'PTR', ttl: 28_800, flush: false, data: INSTANCE };
export const SRV: DnsRecord = {
  name: INSTANCE,
  type: 'SRV',
  ttl: 120,
  flush: true,
  data: { port: 5222, target: 'miller.local' },
};
export const TXT: DnsRecord = { name: INSTANCE, type: 'TXT', ttl: 4500, flush: true, data: [Buffer.from('txtvers=1')] };
export const [A] = addressRecords(['miller.local'], LAN) as [DnsRecord];
export const DIRECT = directServiceRecords(OFFICE, ['miller.local']);
export const RECORDS: readonly DnsRecord[] = [PTR, SRV, TXT, A, ...DIRECT];

export function packet(parts: Partial<DnsPacket>): DnsPacket {
  return { id: 0, questions: [], answers: [], authorities: [], additionals: [], ...parts };
}
