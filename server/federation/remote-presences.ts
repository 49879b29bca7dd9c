/**
 * Who of other servers has been shown as available to whom here, so that everybody can be shown as unavailable when
 * federation is switched off and the others can no longer say so themselves. Rooms elsewhere end for their occupants as
 * if the service had been shut down (status 332 of XEP-0045).
 */
import type { Jid } from '../jid/jid.ts';
import { type AddressedStanza, NS_CLIENT } from '../stanza/stanza.ts';
import { type Element, el } from '../xml/element.ts';

const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
/** SECURITY: a server that invents resources must not fill the memory. What is beyond is not remembered. */
const MAX_PER_ADDRESSEE = 5_000;
const MAX_IN_ALL = 200_000;

interface Shown {
  readonly from: Jid;
  readonly to: Jid;
  /** `self` for the occupant that the addressee is in that room. */
  readonly kind: 'contact' | 'occupant' | 'self';
}

export class RemotePresences {
  /** By the addressee's address, a bare or a full JID, then by the full JID of who is available. */
  readonly #shown = new Map<string, Map<string, Shown>>();
  #count = 0;

  /** Takes note of a presence that is about to be delivered. */
  note({ element, from, to, type }: AddressedStanza & { readonly kind: 'presence' }): void {
    if (type === 'unavailable' || type === 'error') {
      if (from.resource === '') this.#forgetBare(to.full, from.bare);
      else this.#forget(to.full, from.full);
    } else if (type === 'available' && from.resource !== '') this.#add({ from, to, kind: kindOf(element) });
  }

  /** The addressee is gone: a session by its full JID, or by the bare JID an account without sessions. */
  addresseeGone(address: string): void {
    this.#count -= this.#shown.get(address)?.size ?? 0;
    this.#shown.delete(address);
  }

  /** What has been shown of these domains, all unless said, as the presence that ends it; forgets it. */
  takeFarewells(
    isLost: (domain: string) => boolean = () => true,
  ): readonly (AddressedStanza & { readonly kind: 'presence' })[] {
    const all = [...this.#shown.values()].flatMap((shown) =>
      [...shown.values()].filter(({ from }) => isLost(from.domain)),
    );
    for (const { from, to } of all) this.#forget(to.full, from.full);
    return all.map(({ from, to, kind }) => ({
      kind: 'presence',
      type: 'unavailable',
      from,
      to,
      element: end(from, to, kind),
    }));
  }

  #add(shown: Shown): void {
    const { from, to } = shown;
    const known = this.#shown.get(to.full) ?? new Map<string, Shown>();
    if (!known.has(from.full)) {
      if (known.size >= MAX_PER_ADDRESSEE || this.#count >= MAX_IN_ALL) return;
      this.#count++;
    }
    known.set(from.full, shown);
    this.#shown.set(to.full, known);
  }

  #forget(to: string, from: string): void {
    const known = this.#shown.get(to);
    if (known?.delete(from) !== true) return;
    this.#count--;
    if (known.size === 0) this.#shown.delete(to);
  }

  #forgetBare(to: string, bare: string): void {
    for (const { from } of [...(this.#shown.get(to)?.values() ?? [])])
      if (from.bare === bare) this.#forget(to, from.full);
  }
}

function kindOf(element: Element): Shown['kind'] {
  const x = element.child('x', NS_MUC_USER);
  if (x === undefined) return 'contact';
  return x.elements.some((child) => child.is('status', NS_MUC_USER) && child.attr('code') === '110')
    ? 'self'
    : 'occupant';
}

function end(from: Jid, to: Jid, kind: Shown['kind']): Element {
  const addresses = { type: 'unavailable', from: from.full, to: to.full };
  if (kind === 'contact') return el('presence', NS_CLIENT, addresses);
  const item = el('item', NS_MUC_USER, { affiliation: 'none', role: 'none' });
  const codes = kind === 'self' ? ['110', '332'] : [];
  const statuses = codes.map((code) => el('status', NS_MUC_USER, { code }));
  return el('presence', NS_CLIENT, addresses, el('x', NS_MUC_USER, undefined, item, ...statuses));
}
