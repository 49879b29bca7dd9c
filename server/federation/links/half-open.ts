/** Incoming streams that have proven nothing yet: bounded, so that strangers cannot take what others need. */
import { addressPrefix } from '../../accounts/address-prefix.ts';
import type { LinkStream } from './link-stream.ts';

export class HalfOpenStreams {
  /** The oldest first, with where it comes from. */
  readonly #streams = new Map<LinkStream, string>();

  get size(): number {
    return this.#streams.size;
  }

  /** Whether one more may come from that address. */
  hasRoom(remoteAddress: string, maxPerAddress: number): boolean {
    const prefix = addressPrefix(remoteAddress);
    let count = 0;
    for (const other of this.#streams.values()) if (other === prefix) count++;
    return count < maxPerAddress;
  }

  add(stream: LinkStream): void {
    this.#streams.set(stream, addressPrefix(stream.remoteAddress));
  }

  delete(stream: LinkStream): void {
    this.#streams.delete(stream);
  }

  /**
   * The oldest from where most of them come.
   * SECURITY: were newcomers refused instead, whoever opens that many connections would keep everybody out.
   */
  mostExpendable(): LinkStream | undefined {
    let largest: readonly LinkStream[] = [];
    for (const group of Map.groupBy(this.#streams.keys(), (stream) => this.#streams.get(stream)).values()) {
      if (group.length > largest.length) largest = group;
    }
    return largest[0];
  }
}
