/** The part of multicast-dns 7 that is used here; the package brings no types of its own. */
declare module 'multicast-dns' {
  import type { RemoteInfo, Socket } from 'node:dgram';
  import type { EventEmitter } from 'node:events';

  function multicastDns(options: multicastDns.MulticastDnsOptions): multicastDns.MulticastDns;

  namespace multicastDns {
    interface DnsQuestion {
      readonly name: string;
      readonly type: string;
      /** `IN` or `ANY`; `UNKNOWN_…` with the number when the top bit asks for a unicast reply. */
      readonly class?: string;
    }

    interface DnsRecord {
      readonly name: string;
      readonly type: string;
      /** Seconds. */
      readonly ttl: number;
      /** The cache-flush bit (RFC 6762 section 10.2). */
      readonly flush?: boolean;
      readonly data: unknown;
    }

    interface DnsPacket {
      readonly id: number;
      /** `QUERY` for 0, which is all that mDNS knows. */
      readonly opcode?: string;
      /** `NOERROR` for 0. */
      readonly rcode?: string;
      readonly questions: readonly DnsQuestion[];
      readonly answers: readonly DnsRecord[];
      readonly authorities: readonly DnsRecord[];
      readonly additionals: readonly DnsRecord[];
    }

    type Sent = (error?: Error | null) => void;

    interface MulticastDns
      extends EventEmitter<{
        ready: [];
        error: [NodeJS.ErrnoException];
        warning: [Error];
        query: [DnsPacket, RemoteInfo];
        response: [DnsPacket, RemoteInfo];
      }> {
      query(packet: Partial<DnsPacket>, sent: Sent): void;
      respond(packet: Partial<DnsPacket>, to: { address: string; port: number } | null, sent: Sent): void;
      destroy(closed: () => void): void;
    }

    interface MulticastDnsOptions {
      readonly socket: Socket;
      /** The IPv4 address of the interface to join and to send on. */
      readonly interface: string;
      readonly bind: string;
    }
  }

  export = multicastDns;
}
