/**
 * People elsewhere who write to somebody here that does not know them: by the setting `federation.strangers` they come
 * through, are screened, or stay out. Who is in the contact list, or has been written to, is no stranger.
 *
 * What is screened is what a person would notice: text, calls, invitations, contact requests. All limits are per day
 * and person, because whoever invents addresses invents many.
 */

import type { Clock } from '../clock/clock.ts';
import type { federationSettings } from '../config/federation-settings.ts';
import type { Values } from '../config/setting.ts';
import type { Jid } from '../jid/jid.ts';
import type { Verdict } from '../router/stages.ts';
import type { Session } from '../session/session.ts';
import { StanzaError } from '../stanza/error.ts';
import type { AddressedStanza, Message } from '../stanza/stanza.ts';
import type { Element } from '../xml/element.ts';

const NS_CLIENT = 'jabber:client';
const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
const NS_CONFERENCE = 'jabber:x:conference';
const NS_JINGLE_MESSAGE = 'urn:xmpp:jingle-message:0';
const DAY_MS = 24 * 60 * 60 * 1000;
/** Strangers of one domain together, to one person: five of them who introduce themselves, at the default. */
const DOMAIN_FACTOR = 5;
/** Contact requests of one domain to one person, and to all here together. A club that moves in stays below it. */
const MAX_REQUESTS_PER_PERSON = 10;
const MAX_REQUESTS = 200;
/** Pairs whose acquaintance is remembered, and counts that are kept; the oldest make room. */
const MAX_REMEMBERED = 20_000;

export interface StrangersOptions {
  readonly settings: Values<typeof federationSettings>;
  readonly clock: Clock;
  readonly hasAccount: (account: string) => boolean;
  /** True when the address, a bare JID, is in the account's contact list. */
  readonly isContact: (account: string, address: string) => boolean;
  readonly sessionsOf: (account: string) => ReadonlyMap<string, Session>;
}

interface Count {
  since: number;
  count: number;
}

export class Strangers {
  readonly #options: StrangersOptions;
  /** `account address` of whom people here have written to. */
  readonly #known = new Set<string>();
  readonly #counts = new Map<string, Count>();

  constructor(options: StrangersOptions) {
    this.#options = options;
  }

  /** Somebody here has turned to an address elsewhere: answers are welcome. */
  wroteTo(account: string, address: Jid): void {
    const key = `${account} ${address.bare}`;
    this.#known.delete(key); // the newest come last
    this.#known.add(key);
    dropOldest(this.#known);
  }

  /** Whether a stanza from elsewhere may go on to the account that it is for. */
  admit(stanza: AddressedStanza): Verdict {
    const { local } = stanza.to;
    if (this.#options.settings.strangers === 'allow' || !this.#options.hasAccount(local)) return undefined;
    if (stanza.kind === 'message') return this.#admitMessage(stanza, local);
    if (stanza.kind === 'presence' && stanza.type === 'subscribe') return this.#admitRequest(local, stanza.from);
    return undefined;
  }

  #admitMessage(message: Message, account: string): Verdict {
    const { settings } = this.#options;
    const { type, from, element } = message;
    if (type === 'error') return undefined;
    // Rooms that the account is in; any other one learns by the error that its occupant is gone (XEP-0045).
    if (type === 'groupchat') return this.#isVisiting(account, from) ? undefined : unavailable();
    if (!isNoticed(element) || this.#isAcquainted(account, from)) return undefined;
    if (settings.strangers === 'refuse') return unavailable();
    const limit = settings.strangerMessages;
    const isWithin = this.#take([
      [`m ${account} ${from.domain}`, limit * DOMAIN_FACTOR],
      [`m ${account} ${from.bare}`, limit],
    ]);
    if (isWithin) return undefined;
    return new StanzaError(
      'policy-violation',
      'You have written several messages to somebody who does not know you. Wait for an answer.',
      { type: 'wait' },
    );
  }

  /** Swallowed where they are too many: an answer would be one more message to somebody who did nothing. */
  #admitRequest(account: string, from: Jid): Verdict {
    if (this.#isAcquainted(account, from)) return undefined;
    if (this.#options.settings.strangers === 'refuse') return 'handled';
    const isWithin = this.#take([
      [`s ${from.domain}`, MAX_REQUESTS],
      [`s ${account} ${from.domain}`, MAX_REQUESTS_PER_PERSON],
    ]);
    return isWithin ? undefined : 'handled';
  }

  #isAcquainted(account: string, from: Jid): boolean {
    return (
      this.#options.isContact(account, from.bare) ||
      this.#known.has(`${account} ${from.bare}`) ||
      this.#isVisiting(account, from)
    );
  }

  /** True for a room that one of the account's sessions has joined, and its occupants. */
  #isVisiting(account: string, from: Jid): boolean {
    for (const { directed } of this.#options.sessionsOf(account).values())
      for (const jid of directed.values()) if (jid.bare === from.bare) return true;
    return false;
  }

  /** Takes one from each of these budgets of a day, if none of them is used up. */
  #take(budgets: readonly (readonly [key: string, limit: number])[]): boolean {
    const now = this.#options.clock.elapsedMs();
    for (const [key, limit] of budgets) {
      const known = this.#counts.get(key);
      if (known !== undefined && now - known.since < DAY_MS && known.count >= limit) return false;
    }
    for (const [key] of budgets) {
      const known = this.#counts.get(key);
      if (known !== undefined && now - known.since < DAY_MS) known.count++;
      else {
        this.#counts.delete(key); // the newest come last
        this.#counts.set(key, { since: now, count: 1 });
        dropOldest(this.#counts);
      }
    }
    return true;
  }
}

function dropOldest(remembered: Pick<Map<string, unknown>, 'size' | 'keys' | 'delete'>): void {
  const oldest = remembered.size > MAX_REMEMBERED ? remembered.keys().next() : undefined;
  if (oldest?.done === false) remembered.delete(oldest.value);
}

/** What a client would show or ring for. Chat states, receipts and the like are none of it. */
function isNoticed(element: Element): boolean {
  return element.elements.some(
    (child) =>
      child.is('body', NS_CLIENT) ||
      child.name === 'encrypted' ||
      child.name === 'openpgp' ||
      child.is('propose', NS_JINGLE_MESSAGE) ||
      child.is('x', NS_CONFERENCE) ||
      (child.is('x', NS_MUC_USER) && child.child('invite', NS_MUC_USER) !== undefined),
  );
}

/** SECURITY: as from an account that does not exist. */
function unavailable(): StanzaError {
  return new StanzaError('service-unavailable');
}
