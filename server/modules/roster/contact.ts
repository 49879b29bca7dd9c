/** One contact as the server keeps it: the roster item (RFC 6121 section 2.1.2) and an unanswered request of theirs. */
import type { Jid } from '../../jid/jid.ts';
import type { SharedContact } from '../../modulehost/roster-groups.ts';
import { type Element, el } from '../../xml/element.ts';
import { partsOf, type Subscription, type SubscriptionState, stateOf } from './subscription.ts';

export const NS_ROSTER = 'jabber:iq:roster';

export interface Contact {
  /** Bare JID. */
  readonly jid: Jid;
  /** False while there is nothing but their request: such a contact is not in the roster (section 3.1.3). */
  readonly isListed: boolean;
  readonly subscription: Subscription;
  /** Our request is not answered yet. */
  readonly isAsking: boolean;
  /** A request of theirs will be granted without asking (section 3.4). */
  readonly isApproved: boolean;
  /** Empty when there is none. */
  readonly name: string;
  readonly groups: readonly string[];
  /** Their request, whole, until it is answered (section 3.1.3 rule 4). */
  readonly request: Element | undefined;
  /** What a shared group makes of the contact, where the roster is looked at as a whole; nothing of it is kept here. */
  readonly shared?: SharedContact;
}

/** Somebody of whom nothing is known. */
export function stranger(jid: Jid): Contact {
  return {
    jid,
    isListed: false,
    subscription: 'none',
    isAsking: false,
    isApproved: false,
    name: '',
    groups: [],
    request: undefined,
  };
}

export function contactState({ subscription, isAsking, request }: Contact): SubscriptionState {
  return stateOf({ subscription, isAsking, isAsked: request !== undefined });
}

/** The contact in another state; `request` is kept only where the state has one open. */
export function withState(contact: Contact, state: SubscriptionState, request: Element | undefined): Contact {
  const { subscription, isAsking, isAsked } = partsOf(state);
  return { ...contact, subscription, isAsking, request: isAsked ? request : undefined };
}

/**
 * True when the change is a roster modification, which clients hear of in a new version (section 2.6.3): what they see
 * differs, or they wrote an item as it was. Coming and going requests are none.
 */
export function isModification(before: Contact, after: Contact): boolean {
  if (!before.isListed && !after.isListed) return false;
  if (before.request === after.request) return true;
  return (
    before.isListed !== after.isListed ||
    before.subscription !== after.subscription ||
    before.isAsking !== after.isAsking ||
    before.isApproved !== after.isApproved
  );
}

/** The `<item/>` of a roster result or push; of a contact that is not listed, the one that tells of the removal. */
export function itemElement(contact: Contact): Element {
  if (!contact.isListed) return el('item', NS_ROSTER, { jid: contact.jid.bare, subscription: 'remove' });
  return el(
    'item',
    NS_ROSTER,
    {
      jid: contact.jid.bare,
      name: contact.name === '' ? undefined : contact.name,
      subscription: contact.subscription,
      ask: contact.isAsking ? 'subscribe' : undefined,
      approved: contact.isApproved ? 'true' : undefined,
    },
    contact.groups.map((group) => el('group', NS_ROSTER, undefined, group)),
  );
}
