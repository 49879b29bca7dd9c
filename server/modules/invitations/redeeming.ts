/** What an invitation gives to whoever has its token: an account, a contact, a new password. Each use once, on disk. */
import { AccountError, type AccountErrorCode } from '../../accounts/account-error.ts';
import type { Invitation, InvitationState } from '../../administration/invitation.ts';
import type { Jid } from '../../jid/jid.ts';
import { GROUPS, type GroupsService } from '../../modulehost/groups.ts';
import { ROSTER, type RosterService } from '../../modulehost/services.ts';
import { type StanzaCondition, StanzaError } from '../../stanza/error.ts';
import { StoreError } from '../../store/store-error.ts';
import type { Change } from '../../store/writer.ts';
import { givesAccount, type InvitationBook, type InvitationsHost } from './book.ts';
import * as store from './store.ts';

const HOUR_MS = 3_600_000;
const WHY_NOT: Readonly<Record<Exclude<InvitationState, 'open'>, string>> = {
  used: 'This invitation has been used already. Ask for a new one.',
  expired: 'This invitation has expired. Ask for a new one.',
  revoked: 'This invitation has been taken back. Ask for a new one.',
};
export const UNKNOWN = 'This invitation is not known here. Is the link complete?';

const CONDITIONS: Readonly<Record<AccountErrorCode, StanzaCondition>> = {
  conflict: 'conflict',
  'invalid-name': 'jid-malformed',
  'invalid-time': 'not-allowed',
  'weak-password': 'not-acceptable',
  'not-found': 'not-allowed',
  'last-admin': 'not-allowed',
};

export class Redeeming {
  readonly #host: InvitationsHost;
  readonly #book: InvitationBook;
  readonly #roster: RosterService;
  readonly #groups: GroupsService;

  constructor(host: InvitationsHost, book: InvitationBook) {
    this.#host = host;
    this.#book = book;
    this.#roster = host.use(ROSTER);
    this.#groups = host.use(GROUPS);
  }

  /** Makes those contacts of each other whom a sudden end of the server left strangers. */
  async catchUp(): Promise<void> {
    for (const { inviter, newcomer } of store.readFriendships(this.#host.reader))
      await this.#befriend(inviter, newcomer);
  }

  /** Makes the account; the name is prepared. What it returns is why not. */
  async register(invitation: Invitation, localpart: string, password: string): Promise<StanzaError | undefined> {
    const { accounts, domain, log } = this.#host;
    const { inviter, role } = invitation;
    if (!givesAccount(invitation)) return new StanzaError('not-allowed', 'This invitation gives no account.');
    // Whoever was in time may take a while (XEP-0445 section 4), but not while it is taken back.
    if (this.#book.reread(invitation)?.state === 'revoked') return new StanzaError('not-allowed', WHY_NOT.revoked);
    if (invitation.localpart !== undefined && invitation.localpart !== localpart) {
      return new StanzaError('not-acceptable', `This invitation is for the name “${invitation.localpart}”.`);
    }
    if (invitation.localpart === undefined && this.#book.isReserved(localpart)) {
      return new StanzaError('conflict', `The name "${localpart}" is taken.`);
    }
    const along = [...store.use(invitation.id, `${localpart}@${domain}`, this.#host.clock.now())];
    if (inviter !== undefined) along.push(store.insertFriendship(inviter, localpart));
    along.push(...this.#groups.joining(localpart, invitation.groups));
    const expiresAt = this.#endOf(invitation);
    const refusal = await this.#attempt(invitation, () =>
      accounts.create({ localpart, password, role, expiresAt }, along),
    );
    if (refusal !== undefined) return refusal;
    log.info({ account: localpart, invitation: invitation.id }, 'account made with an invitation');
    this.#book.progress.joined(localpart);
    this.#book.changed();
    if (inviter !== undefined) await this.#befriend(inviter, localpart);
    return undefined;
  }

  /** Gives the account another password; the invitation knows which one. */
  async setPassword(invitation: Invitation, password: string): Promise<StanzaError | undefined> {
    const { accounts, domain, clock, log } = this.#host;
    const { localpart, purpose } = invitation;
    if (purpose !== 'password' || localpart === undefined) {
      return new StanzaError('not-allowed', 'This invitation gives no new password.');
    }
    const along = store.use(invitation.id, `${localpart}@${domain}`, clock.now());
    const refusal = await this.#attempt(invitation, () => accounts.setPassword(localpart, password, undefined, along));
    if (refusal !== undefined) return refusal;
    log.info({ account: localpart, invitation: invitation.id }, 'password set with a reset link');
    this.#book.changed();
    return undefined;
  }

  /** Uses the invitation for somebody who becomes a contact of the inviter's; false when it is not to be had any more. */
  async takeContact({ id, inviter }: Invitation, contact: Jid): Promise<boolean> {
    const { accounts, clock, domain, writer } = this.#host;
    if (inviter === undefined) return false;
    const isOurs = contact.domain === domain && accounts.get(contact.local)?.isGuest === false;
    const along: readonly Change[] = isOurs ? [store.insertFriendship(inviter, contact.local)] : [];
    try {
      await writer.write([...store.use(id, contact.bare, clock.now()), ...along]);
    } catch (error) {
      if (isRejected(error)) return false;
      throw error;
    }
    this.#book.changed();
    if (isOurs) await this.#befriend(inviter, contact.local);
    return true;
  }

  /** Of a guest's account that is made now. */
  #endOf({ accountLifetimeHours }: Invitation): number | undefined {
    return accountLifetimeHours === undefined ? undefined : this.#host.clock.now() + accountLifetimeHours * HOUR_MS;
  }

  async #befriend(inviter: string, newcomer: string): Promise<void> {
    await this.#roster.befriend(inviter, newcomer);
    await this.#host.writer.write([store.deleteFriendship(inviter, newcomer)]);
  }

  /** Runs what the database lets happen only together with a use. */
  async #attempt(invitation: Invitation, deed: () => Promise<unknown>): Promise<StanzaError | undefined> {
    try {
      await deed();
      return undefined;
    } catch (error) {
      if (error instanceof AccountError) return new StanzaError(CONDITIONS[error.code], error.message);
      if (!isRejected(error)) throw error;
      const now = this.#book.reread(invitation);
      return new StanzaError('not-allowed', whyNot(now) ?? WHY_NOT.used);
    }
  }
}

/** Why an invitation cannot be used; undefined when it can. */
export function whyNot(invitation: Invitation | undefined): string | undefined {
  if (invitation === undefined) return UNKNOWN;
  return invitation.state === 'open' ? undefined : WHY_NOT[invitation.state];
}

function isRejected(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'rejected';
}
