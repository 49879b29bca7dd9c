/** The invitations that there are: made, found by their token, revoked, forgotten. */
import { createHash } from 'node:crypto';
import { looksLike } from '../../accounts/skeleton.ts';
import { DeedError } from '../../administration/deed-error.ts';
import type {
  FollowedInvitation,
  Invitation,
  InvitationPurpose,
  InvitationState,
  InvitationWish,
  IssuedInvitation,
} from '../../administration/invitation.ts';
import type { Values } from '../../config/setting.ts';
import { prepareLocalpart } from '../../jid/precis.ts';
import { GROUPS, type GroupsService } from '../../modulehost/groups.ts';
import type { InvitationsService } from '../../modulehost/invitations.ts';
import type { Host } from '../../modulehost/module.ts';
import { invitationUri, joinPageLink } from './links.ts';
import { InvitationProgress } from './progress.ts';
import type { INVITATION_SETTINGS } from './settings.ts';
import * as store from './store.ts';

const HOUR_MS = 3_600_000;
/** So long after its end an invitation can still be told from one that never was. */
const MEMORY_MS = 30 * 24 * HOUR_MS;
/** 128 bits. */
const TOKEN_BYTES = 16;
const ID_BYTES = 8;
const MAX_USES = 10_000;
const MAX_HOURS = 8_760;
const TOKEN = /^[0-9a-f]{32}$/;

export type InvitationsHost = Host<typeof INVITATION_SETTINGS>;

/** An invitation that somebody has the token of. */
type Presented = { readonly invitation: Invitation; readonly token: string };

export class InvitationBook implements InvitationsService {
  readonly #host: Pick<
    InvitationsHost,
    'accounts' | 'administration' | 'clock' | 'domain' | 'randomId' | 'reader' | 'web' | 'writer'
  >;
  readonly #settings: Values<typeof INVITATION_SETTINGS>;
  readonly #groups: GroupsService;
  readonly #listeners = new Set<() => void>();
  readonly progress: InvitationProgress;

  constructor(host: InvitationsHost) {
    this.#host = host;
    this.#settings = host.config;
    this.#groups = host.use(GROUPS);
    this.progress = new InvitationProgress(host, () => this.changed());
  }

  list(): readonly FollowedInvitation[] {
    return this.progress.follow(this.#all());
  }

  /** By its token; undefined when there is none, or none any more. */
  find(token: string): Presented | undefined {
    const presented = token.trim().toLowerCase();
    if (!TOKEN.test(presented)) return undefined;
    const invitation = this.findByHash(hashOf(presented));
    return invitation && { invitation, token: presented };
  }

  /** By what is kept of its token: SHA-256, which gives nobody the token. */
  findByHash(hash: Uint8Array): Invitation | undefined {
    const row = store.readByHash(this.#host.reader, hash);
    return row && this.#read(row);
  }

  /** As it is at this moment. */
  reread({ id }: Invitation): Invitation | undefined {
    const row = store.readById(this.#host.reader, id);
    return row && this.#read(row);
  }

  isAccountAwaited(): boolean {
    return store.isAccountAwaited(this.#host.reader, this.#now());
  }

  /**
   * True for a name that an invitation keeps for somebody (XEP-0401 section 6.2). SECURITY: or that would make whoever
   * takes it an administrator, as the setting `admin.jids` can say of accounts which are not there yet; and for what
   * looks like one of these, so that nobody is there under that look before its owner comes.
   */
  isReserved(localpart: string): boolean {
    return this.#host.administration.isLikeGranted(localpart) || this.#isAwaited(localpart);
  }

  openOf(creator: string): number {
    return store.countOpenOf(this.#host.reader, creator, this.#now());
  }

  async create(wish: InvitationWish): Promise<IssuedInvitation> {
    const { accounts, clock, randomId, reader, writer } = this.#host;
    const localpart = this.#checkName(wish);
    for (const name of [wish.inviter, wish.creator]) if (name !== undefined) this.#refuseNobody(name);
    if (wish.purpose === 'contact' && wish.inviter === undefined) {
      throw new DeedError('invalid', 'It must be said whose contact the invited person becomes.');
    }
    if (!accounts.roles.has(wish.role)) throw new DeedError('not-found', `There is no role “${wish.role}”.`);
    const maxUses = localpart === undefined ? wish.maxUses : 1;
    if (!isWholeNumber(maxUses, MAX_USES)) {
      throw new DeedError('invalid', `An invitation can be used 1 to ${MAX_USES} times.`);
    }
    const hours = wish.lifetimeHours ?? this.#settings.lifetimeHours;
    if (!isWholeNumber(hours, MAX_HOURS)) {
      throw new DeedError('invalid', `An invitation is good for 1 to ${MAX_HOURS} hours.`);
    }
    const { accountLifetimeHours } = wish;
    if (accountLifetimeHours !== undefined && !isWholeNumber(accountLifetimeHours, MAX_HOURS)) {
      throw new DeedError('invalid', `A guest's account lasts 1 to ${MAX_HOURS} hours.`);
    }
    if (store.countOpen(reader, clock.now()) >= this.#settings.maxOpen) {
      throw new DeedError('conflict', 'There are too many open invitations. Revoke some first.');
    }
    const groups = wish.groups.map((name) => this.#findGroup(name));
    const token = randomId(TOKEN_BYTES);
    const row: store.InvitationRow = {
      id: randomId(ID_BYTES),
      purpose: wish.purpose,
      localpart: wish.purpose === 'account' ? (localpart ?? null) : null,
      owner: wish.purpose === 'password' ? (localpart ?? null) : null,
      role: wish.role,
      groups: JSON.stringify([...new Set(groups)]),
      inviter: wish.inviter ?? null,
      creator: wish.creator ?? null,
      maxUses,
      usesLeft: maxUses,
      createdAt: clock.now(),
      expiresAt: clock.now() + hours * HOUR_MS,
      revokedAt: null,
      accountHours: wish.purpose === 'account' ? (accountLifetimeHours ?? null) : null,
    };
    await writer.write([store.insertInvitation(row, hashOf(token))]);
    this.changed();
    return this.#issue(this.#read(row), token);
  }

  async revoke(id: string): Promise<void> {
    const { reader, writer } = this.#host;
    const row = store.readById(reader, id);
    if (row === undefined) throw new DeedError('not-found', 'There is no such invitation.');
    if (this.#read(row).state !== 'open')
      throw new DeedError('conflict', 'This invitation cannot be used any more anyway.');
    await writer.write([store.revoke(id, this.#now())]);
    this.changed();
  }

  /** The account has another password than when they were made. */
  async revokeResets(localpart: string): Promise<void> {
    await this.#host.writer.write([store.revokeOwned(localpart, this.#now())]);
    this.changed();
  }

  /** Forgets what has been over for long. */
  async sweep(): Promise<void> {
    await this.#host.writer.write([store.deleteExpiredBefore(this.#now() - MEMORY_MS)]);
    this.progress.keepOnly(this.#all());
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #all(): readonly Invitation[] {
    return store.readAll(this.#host.reader).map((row) => this.#read(row));
  }

  #issue(invitation: Invitation, token: string): IssuedInvitation {
    const { domain, web } = this.#host;
    return { ...invitation, token, uri: invitationUri(invitation, domain, token), page: joinPageLink(web, token) };
  }

  /** The prepared name, if there is one. @throws DeedError */
  #checkName({ purpose, localpart: wanted }: InvitationWish): string | undefined {
    const { accounts } = this.#host;
    if (wanted === undefined || purpose === 'contact') {
      if (purpose === 'password') throw new DeedError('invalid', 'It must be said who gets a new password.');
      return undefined;
    }
    const localpart = prepareLocalpart(wanted);
    if (purpose === 'password') {
      if (localpart !== undefined && accounts.get(localpart)?.isGuest === false) return localpart;
      throw new DeedError('not-found', `There is no account “${wanted}”.`);
    }
    if (localpart === undefined || localpart === '') {
      throw new DeedError('invalid', `“${wanted}” cannot be the name of an account.`);
    }
    if (accounts.has(localpart)) throw new DeedError('conflict', `The name “${localpart}” is taken.`);
    const fault = accounts.nameFault(localpart);
    if (fault !== undefined) throw new DeedError(fault.code === 'conflict' ? 'conflict' : 'invalid', fault.message);
    if (this.#isAwaited(localpart)) {
      throw new DeedError('conflict', `There is an open invitation for “${localpart}”, or a name like it, already.`);
    }
    return localpart;
  }

  #isAwaited(localpart: string): boolean {
    return store.readAwaitedNames(this.#host.reader, this.#now()).some((name) => looksLike(localpart, name));
  }

  /** The id of a group that is called so. @throws DeedError */
  #findGroup(idOrName: string): string {
    const group = this.#groups.find(idOrName);
    if (group !== undefined) return group.id;
    throw new DeedError('not-found', `There is no group “${idOrName}”.`);
  }

  #refuseNobody(localpart: string): void {
    if (this.#host.accounts.get(localpart)?.isGuest === false) return;
    throw new DeedError('not-found', `There is no account “${localpart}”.`);
  }

  #read(row: store.InvitationRow): Invitation {
    const invitation: Omit<Invitation, 'state'> = {
      id: row.id,
      purpose: row.purpose,
      localpart: row.localpart ?? row.owner ?? undefined,
      role: row.role,
      groups: (JSON.parse(row.groups) as string[]).flatMap((id) => this.#groups.find(id)?.name ?? []),
      inviter: row.inviter ?? undefined,
      creator: row.creator ?? undefined,
      maxUses: row.maxUses,
      usesLeft: row.usesLeft,
      createdAtMs: row.createdAt,
      expiresAtMs: row.expiresAt,
      accountLifetimeHours: row.accountHours ?? undefined,
    };
    return { ...invitation, state: this.#stateOf(invitation, row.revokedAt) };
  }

  #stateOf(invitation: Omit<Invitation, 'state'>, revokedAt: number | null): InvitationState {
    const { accounts, administration } = this.#host;
    const { usesLeft, expiresAtMs, inviter, creator } = invitation;
    if (revokedAt !== null) return 'revoked';
    if (usesLeft <= 0) return 'used';
    if (expiresAtMs <= this.#now()) return 'expired';
    // Whoever is switched off invites nobody meanwhile.
    const isOff = (name: string | undefined) => name !== undefined && accounts.get(name)?.isEnabled !== true;
    if (isOff(inviter) || isOff(creator)) return 'revoked';
    // SECURITY: it gives no more than who made it could give now, nor a password of somebody who has risen above him.
    const isTooMuch = creator !== undefined && !administration.stillReaches(creator, 'invitations.create', invitation);
    return isTooMuch ? 'revoked' : 'open';
  }

  #now(): number {
    return this.#host.clock.now();
  }
}

/** With which an account can be made. */
export function givesAccount({ purpose }: { readonly purpose: InvitationPurpose }): boolean {
  return purpose === 'account';
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function isWholeNumber(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
