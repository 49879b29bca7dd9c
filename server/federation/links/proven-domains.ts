/** What a stream has been found good for: who may send on it to whom, in either direction. */
import type { Proof } from './link-options.ts';
import { pairOf } from './pair.ts';

interface ProvenDomain {
  readonly proof: Proof;
  /** Our domains that it may send to. */
  readonly locals: Set<string>;
}

export class ProvenDomains {
  readonly #remotes = new Map<string, ProvenDomain>();
  /** What we may send: see `pairOf`. */
  readonly #permitted = new Set<string>();
  #isBidirectional = false;

  /** Domains that the peer has proven, with how it did. */
  get remotes(): ReadonlyMap<string, { readonly proof: Proof }> {
    return this.#remotes;
  }

  /** What we may send on the stream: see `pairOf`. */
  get permittedPairs(): ReadonlySet<string> {
    return this.#permitted;
  }

  /** The domain that was proven first: whose stream it is. */
  get owner(): string | undefined {
    return this.#remotes.keys().next().value;
  }

  /** Pairs of domains that the peer has proven. */
  get pairCount(): number {
    let count = 0;
    for (const { locals } of this.#remotes.values()) count += locals.size;
    return count;
  }

  get isBidirectional(): boolean {
    return this.#isBidirectional;
  }

  /** Whether the peer has proven this very pair of domains. */
  has(remote: string, local: string): boolean {
    return this.#remotes.get(remote)?.locals.has(local) ?? false;
  }

  /**
   * Whether the peer may send from `remote` to `local`: dialback is for pairs (XEP-0220 section 1.2), a certificate is
   * good for all our domains.
   */
  allows(remote: string, local: string): boolean {
    return this.#remotes.get(remote)?.proof.by === 'certificate' || this.has(remote, local);
  }

  add(remote: string, local: string, proof: Proof): void {
    const known = this.#remotes.get(remote);
    if (known === undefined) this.#remotes.set(remote, { proof, locals: new Set([local]) });
    else known.locals.add(local);
    if (this.#isBidirectional) this.permit(local, remote);
  }

  /** The peer lets us send from `local` to `remote`. */
  permit(local: string, remote: string): void {
    this.#permitted.add(pairOf(local, remote));
  }

  /** What is proven holds in the other direction as well (XEP-0288). */
  makeBidirectional(): void {
    this.#isBidirectional = true;
    for (const [remote, { locals }] of this.#remotes) {
      for (const local of locals) this.permit(local, remote);
    }
  }

  /** `isWelcome`: whether what was proven then would still count. */
  inherit(earlier: ProvenDomains, isWelcome: (remote: string, proof: Proof) => boolean): void {
    if (earlier.#isBidirectional) this.makeBidirectional();
    for (const [remote, { proof, locals }] of earlier.#remotes) {
      if (!isWelcome(remote, proof)) continue;
      for (const local of locals) this.add(remote, local, proof);
    }
    for (const pair of earlier.#permitted) this.#permitted.add(pair);
  }
}
