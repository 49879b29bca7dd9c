/**
 * The other Snug servers of the network, as their announcements tell. Everybody in the network can say anything here:
 * what is heard is kept apart by who sent it, bounded, and believed in nothing but where to knock.
 */
import type { DnsPacket, DnsQuestion, DnsRecord } from 'multicast-dns';
import { prepareDomainpart } from '../jid/domainpart.ts';
import { type Neighbour, readAsks, readPairKey, readText } from './neighbour-text.ts';

/** Longer lives are cut: what has not been heard for so long is asked for again, and what lies is gone soon. */
const MAX_TTL_SECONDS = 600;
/** RFC 6762 section 5.2: when a record is asked for again, in parts of its life. */
const REFRESH_AT = [0.8, 0.85, 0.9, 0.95];
/** More than a /24 has room for. */
const MAX_SENDERS = 256;
/** A Snug server has four services with two records each, and its addresses. */
const MAX_RECORDS_PER_SENDER = 48;
const MAX_RECORDS_PER_PACKET = 64;
const MAX_NEIGHBOURS_PER_SENDER = 2;
const MAX_ADDRESSES = 4;

export const BROWSED = ['xmpp-client', 'xmpps-client', 'xmpp-server', 'xmpps-server'] as const;
const SERVICE = /^[^.]+\._(xmpps?-(?:client|server))\._tcp\.local$/s;

interface Kept {
  readonly record: DnsRecord;
  readonly sinceMs: number;
  readonly lifeMs: number;
  /** How often it has been asked for again. */
  asked: number;
}

interface Sender {
  readonly address: string;
  readonly isOnLink: (address: string) => boolean;
  heardMs: number;
  /** By type and name. */
  readonly records: Map<string, readonly Kept[]>;
}

export class Neighbours {
  readonly #monotonicMs: () => number;
  readonly #onChange: () => void;
  readonly #senders = new Map<string, Sender>();
  #list: readonly Neighbour[] = [];
  #known = '[]';

  /** @param onChange the list is another one now */
  constructor(monotonicMs: () => number, onChange: () => void) {
    this.#monotonicMs = monotonicMs;
    this.#onChange = onChange;
  }

  /** Who was heard last comes first. */
  get list(): readonly Neighbour[] {
    return this.#list;
  }

  /**
   * @param packet a response
   * @param isOnLink whether an address belongs to the network that it came from: nothing else is believed
   */
  hear(packet: DnsPacket, from: string, isOnLink: (address: string) => boolean): void {
    const records = [...packet.answers, ...packet.additionals].slice(0, MAX_RECORDS_PER_PACKET).filter(isWanted);
    if (records.length === 0) return;
    const sender = this.#senderOf(from, isOnLink);
    if (sender === undefined) return;
    sender.heardMs = this.#monotonicMs();
    for (const record of records) this.#keep(sender, record, records);
    this.#update();
  }

  /** What is to be asked for again now, lest it be taken for gone. */
  dueQuestions(): readonly DnsQuestion[] {
    const nowMs = this.#monotonicMs();
    const due = new Map<string, DnsQuestion>();
    for (const { records } of this.#senders.values()) {
      for (const [key, all] of records) {
        for (const kept of all) {
          const at = REFRESH_AT[kept.asked];
          if (at === undefined || nowMs - kept.sinceMs < kept.lifeMs * at) continue;
          kept.asked += 1;
          due.set(key, { name: kept.record.name, type: kept.record.type, class: 'IN' });
        }
      }
    }
    return [...due.values()];
  }

  /** Drops what has not been said again. */
  expire(): void {
    const nowMs = this.#monotonicMs();
    for (const [address, { records }] of this.#senders) {
      for (const [key, all] of records) {
        const alive = all.filter(({ sinceMs, lifeMs }) => nowMs - sinceMs < lifeMs);
        if (alive.length === 0) records.delete(key);
        else if (alive.length < all.length) records.set(key, alive);
      }
      if (records.size === 0) this.#senders.delete(address);
    }
    this.#update();
  }

  /** Another network, or none. */
  clear(): void {
    this.#senders.clear();
    this.#update();
  }

  #senderOf(address: string, isOnLink: (address: string) => boolean): Sender | undefined {
    const known = this.#senders.get(address);
    if (known !== undefined) return known;
    if (this.#senders.size >= MAX_SENDERS) return undefined;
    const sender: Sender = { address, isOnLink, heardMs: 0, records: new Map() };
    this.#senders.set(address, sender);
    return sender;
  }

  #keep({ records }: Sender, record: DnsRecord, together: readonly DnsRecord[]): void {
    const key = keyOf(record);
    const contents = JSON.stringify(record.data);
    const before = records.get(key) ?? [];
    // RFC 6762 section 10.2: the flush bit replaces all that was said before, in other packets.
    const isTogether = (kept: Kept) => together.some((one) => one === kept.record);
    const staying = before.filter(
      (kept) => JSON.stringify(kept.record.data) !== contents && (record.flush !== true || isTogether(kept)),
    );
    if (record.ttl === 0) {
      if (staying.length === 0) records.delete(key);
      else records.set(key, staying);
      return;
    }
    if (before.length === 0 && records.size >= MAX_RECORDS_PER_SENDER) return;
    const lifeMs = Math.min(record.ttl, MAX_TTL_SECONDS) * 1000;
    const kept: Kept = { record, sinceMs: this.#monotonicMs(), lifeMs, asked: 0 };
    records.set(key, [kept, ...staying].slice(0, MAX_ADDRESSES));
  }

  #update(): void {
    const senders = [...this.#senders.values()].sort((one, other) => other.heardMs - one.heardMs);
    const list = senders.flatMap((sender) => neighboursOf(sender).slice(0, MAX_NEIGHBOURS_PER_SENDER));
    this.#list = list;
    const sorted = [...list].sort((one, other) => (one.from < other.from ? -1 : 1));
    const known = JSON.stringify(sorted);
    if (known === this.#known) return;
    this.#known = known;
    this.#onChange();
  }
}

/** The services of one sender, put together by domain and key. */
function neighboursOf({ address: from, isOnLink, records }: Sender): readonly Neighbour[] {
  const found = new Map<string, Neighbour>();
  for (const [key, all] of records) {
    const [type, name = ''] = splitKey(key);
    const service = type === 'SRV' ? SERVICE.exec(name)?.[1] : undefined;
    const { port, target } = (all[0]?.record.data ?? {}) as { readonly port?: unknown; readonly target?: unknown };
    const text = readText(records.get(`TXT ${name}`)?.[0]?.record.data);
    const domain = prepareDomainpart(text.get('domain') ?? '');
    const fingerprint = readPairKey(text);
    if (service === undefined || domain === undefined || fingerprint === undefined) continue;
    if (typeof port !== 'number' || port < 1 || port > 65_535 || typeof target !== 'string') continue;
    const addresses = (records.get(`A ${fold(target)}`) ?? [])
      .map(({ record }) => String(record.data))
      .filter((address) => isOnLink(address));
    if (addresses.length === 0) continue;
    const id = `${domain} ${fingerprint}`;
    found.set(id, {
      ...(found.get(id) ?? { domain, fingerprint, from, asks: readAsks(text) }),
      addresses: addresses.sort(),
      ...(service === 'xmpp-server' && { s2sPort: port }),
      ...(service === 'xmpps-server' && { s2sTlsPort: port }),
    });
  }
  return [...found.values()];
}

function isWanted({ type, name }: DnsRecord): boolean {
  if (typeof name !== 'string') return false;
  return type === 'A' || ((type === 'SRV' || type === 'TXT') && SERVICE.test(fold(name)));
}

function keyOf({ type, name }: DnsRecord): string {
  return `${type} ${fold(name)}`;
}

function splitKey(key: string): [type: string, name: string] {
  const space = key.indexOf(' ');
  return [key.slice(0, space), key.slice(space + 1)];
}

/** DNS compares names without regard to the case of ASCII letters (RFC 6762 section 16). */
function fold(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/\.$/, '');
}
