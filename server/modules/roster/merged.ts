/** One contact from what the account has of it on its own and what shared groups make of it. */
import { createHash } from 'node:crypto';
import type { SharedContact } from '../../modulehost/roster-groups.ts';
import { type Contact, stranger } from './contact.ts';
import { canSee, isSeenBy, type Subscription, type SubscriptionStanza } from './subscription.ts';

const HASH_BYTES = 6;
/** Sums of two stay whole numbers. */
const MODULUS = 2 ** (8 * HASH_BYTES);

/** What somebody without anything of their own sees: the same object in every roster. */
const plain = new WeakMap<SharedContact, Contact>();
const hashes = new WeakMap<SharedContact, number>();

/** There is one item per JID: the name is the owner's if there is one, the groups are those of both. */
export function merged(own: Contact | undefined, shared: SharedContact | undefined): Contact | undefined {
  if (shared === undefined) return own;
  if (own === undefined) {
    const known = plain.get(shared) ?? mergedWith(stranger(shared.jid), shared);
    plain.set(shared, known);
    return known;
  }
  return mergedWith(own, shared);
}

function mergedWith(own: Contact, shared: SharedContact): Contact {
  const subscription = union(own.subscription, shared.subscription);
  return {
    jid: shared.jid,
    isListed: own.isListed || shared.subscription !== 'from',
    subscription,
    isAsking: own.isAsking && !canSee(subscription),
    isApproved: own.isApproved && !isSeenBy(subscription),
    name: own.name || shared.name,
    groups: own.groups.length === 0 ? shared.groups : [...new Set([...own.groups, ...shared.groups])],
    request: isSeenBy(subscription) ? undefined : own.request,
    shared,
  };
}

function union(one: Subscription, other: Subscription): Subscription {
  const isTo = canSee(one) || canSee(other);
  const isFrom = isSeenBy(one) || isSeenBy(other);
  if (isTo) return isFrom ? 'both' : 'to';
  return isFrom ? 'from' : 'none';
}

/**
 * What a roster set leaves of one's own on a shared contact: clients send the whole item, so what they only repeat must
 * not outlive the group that says it.
 */
export function noteOf(
  { name, groups }: Pick<Contact, 'name' | 'groups'>,
  shared: SharedContact,
): Pick<Contact, 'name' | 'groups'> {
  return { name: name === shared.name ? '' : name, groups: groups.filter((group) => !shared.groups.includes(group)) };
}

export function haveSameGroups({ groups }: Pick<Contact, 'groups'>, other: Pick<Contact, 'groups'>): boolean {
  return groups.length === other.groups.length && groups.every((group, at) => group === other.groups[at]);
}

/** True for what a group has decided: it can be neither asked for nor taken back. */
export function isSettledByGroup(type: SubscriptionStanza, shared: SharedContact | undefined): boolean {
  if (shared === undefined) return false;
  return type === 'subscribe' || type === 'unsubscribe' ? canSee(shared.subscription) : isSeenBy(shared.subscription);
}

/** Says the same for the same shared contacts, in whatever order they came and went, and something else for others. */
export class SharedDigest {
  #sum = 0;

  /** Behind the number of a version; empty while nothing is shared. */
  get text(): string {
    return this.#sum === 0 ? '' : `.${this.#sum.toString(36)}`;
  }

  replace(before: SharedContact | undefined, after: SharedContact | undefined): void {
    if (before !== undefined) this.#sum = (this.#sum + MODULUS - hashOf(before)) % MODULUS;
    if (after !== undefined) this.#sum = (this.#sum + hashOf(after)) % MODULUS;
  }

  clear(): void {
    this.#sum = 0;
  }
}

/** True when both say the same. */
export function isSameShared(one: SharedContact | undefined, other: SharedContact | undefined): boolean {
  if (one === other) return true;
  return one !== undefined && other !== undefined && hashOf(one) === hashOf(other);
}

function hashOf(shared: SharedContact): number {
  const known = hashes.get(shared);
  if (known !== undefined) return known;
  const { jid, subscription, name, groups } = shared;
  const text = JSON.stringify([jid.bare, subscription, name, groups]);
  const hash = createHash('sha256').update(text).digest().readUIntBE(0, HASH_BYTES);
  hashes.set(shared, hash);
  return hash;
}
