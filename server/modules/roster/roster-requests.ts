/** Roster get and set (RFC 6121 sections 2.2 to 2.6). */
import type { Jid } from '../../jid/jid.ts';
import type { Answer, Request } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { el } from '../../xml/element.ts';
import { type Contact, itemElement, NS_ROSTER, stranger } from './contact.ts';
import { noteOf } from './merged.ts';
import { INTERESTED, type RosterPushes } from './pushes.ts';
import { type ItemLimits, readRosterSet } from './roster-set.ts';
import type { Rosters } from './rosters.ts';

export interface RosterLimits extends ItemLimits {
  readonly maxItems: number;
}

export interface RosterRequestsOptions {
  readonly domain: string;
  readonly rosters: Rosters;
  readonly pushes: RosterPushes;
  readonly limits: () => RosterLimits;
  /** Ends the subscriptions with a contact that was taken out of the roster (section 2.5.2). */
  readonly removed: (account: string, before: Contact) => void;
}

export class RosterRequests {
  readonly #options: RosterRequestsOptions;

  constructor(options: RosterRequestsOptions) {
    this.#options = options;
  }

  /** The whole roster, or an empty result for a client whose copy is of this very version (section 2.6.3). */
  get({ payload, account, sender }: Request): Answer {
    if (payload.elements.length > 0) return new StanzaError('bad-request', 'A roster get has no items.');
    sender?.enabled.add(INTERESTED);
    const { version, contacts } = this.#options.rosters.of(account);
    if (payload.attr('ver') === version) return undefined;
    const listed = [...contacts.values()].filter((contact) => contact.isListed);
    return el('query', NS_ROSTER, { ver: version }, listed.map(itemElement));
  }

  set({ payload, account }: Request): Answer | Promise<Answer> {
    const { rosters, limits, domain } = this.#options;
    const wanted = readRosterSet(payload, limits());
    if (wanted instanceof StanzaError) return wanted;
    const { jid } = wanted;
    const before = rosters.ownOf(account, jid);
    const { shared } = rosters.seen(account, jid);
    const isShown = shared !== undefined && shared.subscription !== 'from';
    if (wanted.kind === 'remove') {
      if (isShown) return this.#refuseRemoval(account, jid, shared.groups);
      return before.isListed ? this.#remove(account, before) : new StanzaError('item-not-found');
    }
    if (jid.bare === `${account}@${domain}`) {
      return new StanzaError('not-allowed', 'Nobody is in their own roster.'); // interoperability note of section 2.3.3
    }
    if (isShown) return this.#write(account, { ...before, ...noteOf(wanted, shared) });
    if (!before.isListed && this.#countListed(account) >= limits().maxItems) {
      return new StanzaError('resource-constraint', 'The roster is full.');
    }
    const { name, groups } = wanted;
    return this.#write(account, { ...before, isListed: true, name, groups });
  }

  /** Clients that have taken the item away already learn by a push that it is there. */
  #refuseRemoval(account: string, jid: Jid, groups: readonly string[]): Answer {
    const { rosters, pushes } = this.#options;
    const release = pushes.hold(account);
    pushes.push(account, rosters.seen(account, jid), rosters.of(account).version);
    queueMicrotask(() => queueMicrotask(release)); // behind the answer
    const group = groups.map((name) => `“${name}”`).join(', ');
    return new StanzaError(
      'not-allowed',
      `This contact is shown to you by ${group}. Who runs the server can change that.`,
    );
  }

  #remove(account: string, before: Contact): Promise<Answer> {
    const answer = this.#write(account, stranger(before.jid));
    this.#options.removed(account, before);
    return answer;
  }

  /** The empty result once it is on disk; its push comes right after it. */
  #write(account: string, contact: Contact): Promise<Answer> {
    const { rosters, pushes } = this.#options;
    const release = pushes.hold(account);
    const written = rosters.put(account, contact);
    pushes.push(account, rosters.seen(account, contact.jid), rosters.of(account).version);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    written.then(
      () => {
        // Resolving queues the router's answer; the pushes are queued behind it.
        resolve(undefined);
        queueMicrotask(release);
      },
      (error) => {
        reject(error);
        queueMicrotask(release);
      },
    );
    return promise;
  }

  #countListed(account: string): number {
    let count = 0;
    for (const contact of this.#options.rosters.of(account).own.values()) if (contact.isListed) count++;
    return count;
  }
}
