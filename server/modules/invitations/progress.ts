/** How far invitations have come, for whoever waits beside them: opened, used, signed in for the first time. */
import type { FollowedInvitation, Invitation, InvitationUse } from '../../administration/invitation.ts';
import type { InvitationsHost } from './book.ts';
import * as store from './store.ts';

/** A link for a whole club is followed by its newest members. */
const USES_SHOWN = 20;

export class InvitationProgress {
  readonly #host: Pick<InvitationsHost, 'clock' | 'domain' | 'log' | 'reader' | 'writer'>;
  readonly #changed: () => void;
  /**
   * When the page was opened first, by the invitation's id. In memory alone: whoever opens pages must not be able to make
   * the disk write.
   */
  readonly #openedAtMs = new Map<string, number>();
  /** Bare JIDs of those who have an account by an invitation and did not come yet. */
  readonly #absent: Set<string>;

  constructor(host: InvitationsHost, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
    this.#absent = new Set(store.readAbsentNewcomers(host.reader).map(({ jid }) => jid));
  }

  /** Together with how far each has come. */
  follow(invitations: readonly Invitation[]): readonly FollowedInvitation[] {
    const uses = Map.groupBy(store.readUses(this.#host.reader, USES_SHOWN), ({ invitation }) => invitation);
    return invitations.map((invitation) => ({
      ...invitation,
      openedAtMs: this.#openedAtMs.get(invitation.id),
      uses: (uses.get(invitation.id) ?? []).map(readUse),
    }));
  }

  /** Somebody looks at the page with the token of this invitation. */
  opened({ id, state }: Invitation): void {
    if (state !== 'open' || this.#openedAtMs.has(id)) return;
    this.#openedAtMs.set(id, this.#host.clock.now());
    this.#changed();
  }

  /** An account was made. */
  joined(localpart: string): void {
    this.#absent.add(this.#jidOf(localpart));
  }

  /** Somebody is here, who may be new. */
  arrived(localpart: string): void {
    const { clock, log, writer } = this.#host;
    const jid = this.#jidOf(localpart);
    if (!this.#absent.delete(jid)) return;
    writer.write([store.markSignedIn(jid, clock.now())]).then(
      () => this.#changed(),
      (error: unknown) => log.error({ err: error, account: localpart }, 'a first sign-in could not be noted'),
    );
  }

  left(localpart: string): void {
    this.#absent.delete(this.#jidOf(localpart));
  }

  /** Forgets those that are none of these. */
  keepOnly(invitations: readonly Invitation[]): void {
    const kept = new Set(invitations.map(({ id }) => id));
    for (const id of this.#openedAtMs.keys()) if (!kept.has(id)) this.#openedAtMs.delete(id);
  }

  #jidOf(localpart: string): string {
    return `${localpart}@${this.#host.domain}`;
  }
}

function readUse({ jid, at, signedInAt }: store.UseRow): InvitationUse {
  return { jid, atMs: at, signedInAtMs: signedInAt ?? undefined };
}
