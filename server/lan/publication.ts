/**
 * The services of the server with the host that they point to, announced and taken back together through
 * bonjour-service. Stopping one of its services alone would take back the host, which the others need: a change means
 * another publication, which the old one leaves alone what both say.
 */
import type { Socket } from 'node:dgram';
import Bonjour from 'bonjour-service';
import type { DnsRecord } from 'multicast-dns';
import type { LanInterface } from './interfaces.ts';
import { OutgoingSocket } from './outgoing-socket.ts';
import {
  type Announcement,
  correctServiceRecords,
  directServiceRecords,
  isSameName,
  isSameRecord,
  recordKey,
  servicesOf,
  textOf,
} from './records.ts';

/** How long a goodbye may take: quitting must not hang on a network that is gone. */
const GOODBYE_MS = 2000;

type Service = ReturnType<Bonjour['publish']>;

export interface PublicationOptions {
  readonly socket: Socket;
  readonly lan: LanInterface;
  readonly announcement: Announcement;
  /** The DNS-SD instance name. */
  readonly instance: string;
  readonly hosts: readonly [string, ...string[]];
  readonly hostRecords: readonly DnsRecord[];
  /** Called once, when it has been said for the first time. */
  readonly onAnnounced: () => void;
  readonly onError: (error: Error) => void;
}

export class Publication {
  readonly #bonjour: Bonjour;
  readonly #services: readonly Service[];
  /** What somebody else goes on saying, once this one takes leave. */
  #staying: readonly DnsRecord[] | undefined;

  constructor(options: PublicationOptions) {
    const { socket, lan, announcement, instance, hosts, hostRecords } = options;
    // The library types its options as those of a service, but hands them on to multicast-dns.
    const speaking = { socket: new OutgoingSocket(socket), bind: false };
    this.#bonjour = new Bonjour(speaking as object, options.onError);
    const txt = textOf(announcement, lan);
    let isAnnounced = false;
    this.#services = servicesOf(announcement).map(({ type, port }, index) => {
      // Its probing costs a second and finds nothing, but without it the records go out before they can be put right.
      const service = this.#bonjour.publish({ name: instance, type, port, host: hosts[0], txt, probe: true });
      const make = service.records.bind(service);
      // The host goes with the first service, so that it is announced and taken back once.
      const added = index === 0 ? [...hostRecords, ...directServiceRecords(announcement, hosts)] : [];
      service.records = (() => this.#put(make(), added)) as Service['records'];
      service.once('up', () => {
        if (isAnnounced || this.#staying !== undefined) return;
        isAnnounced = true;
        options.onAnnounced();
      });
      return service;
    });
  }

  /** Everything that is answered for, each record once. */
  get records(): readonly DnsRecord[] {
    const all = this.#services.flatMap((service): DnsRecord[] => service.records());
    return [...new Map(all.map((record) => [recordKey(record), record])).values()];
  }

  /**
   * Says goodbye, but not to what is among `staying`. Settles after two seconds at the latest.
   * @param staying what others in this process go on saying, or say in other words with the cache-flush bit.
   */
  async withdraw(staying: readonly DnsRecord[] = []): Promise<void> {
    this.#staying = staying;
    const goodbye = new Promise<void>((resolve) => this.#bonjour.unpublishAll(() => resolve()));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GOODBYE_MS);
    });
    await Promise.race([goodbye, patience]);
    clearTimeout(timer);
    this.#bonjour.destroy();
  }

  /** New objects each time: the library sets the life of those that it takes back to zero. */
  #put(made: readonly DnsRecord[], added: readonly DnsRecord[]): DnsRecord[] {
    const staying = this.#staying;
    const all = [...correctServiceRecords(made, staying !== undefined), ...added.map((record) => ({ ...record }))];
    return all.filter((record) => staying === undefined || !staying.some((other) => replaces(other, record)));
  }
}

function replaces(other: DnsRecord, record: DnsRecord): boolean {
  if (record.flush !== true) return isSameRecord(other, record);
  return other.type === record.type && isSameName(other.name, record.name);
}
