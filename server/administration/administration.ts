/** The one place through which every administrative deed passes: permission, escalation, the deed itself, audit. */
import { AccountError } from '../accounts/account-error.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { EVERYTHING, meets, NOTHING, type Permissions, type Requirement } from '../accounts/permissions.ts';
import { looksLike } from '../accounts/skeleton.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Jid } from '../jid/jid.ts';
import type { Actor } from './actor.ts';
import type { AuditLog, Outcome } from './audit.ts';
import { DeedError } from './deed-error.ts';
import { DEED_RULES, type Powers } from './deed-rules.ts';
import type { Carriers, DeedName, InputOf, OutputOf } from './deeds.ts';

export interface AdministrationOptions {
  readonly domain: string;
  readonly accounts: Accounts;
  readonly audit: AuditLog;
  readonly carriers: Carriers;
  /** Bare JIDs that are administrators whatever their role. */
  readonly adminJids: () => readonly string[];
  readonly isSecret: (key: string) => boolean;
}

export class Administration {
  readonly #options: AdministrationOptions;
  readonly #powers: Powers;

  constructor(options: AdministrationOptions) {
    this.#options = options;
    this.#powers = {
      ofAccount: (localpart) => this.permissionsOf(localpart),
      ofRole: (name) => options.accounts.roles.permissionsOf(name),
      isSecret: options.isSecret,
    };
  }

  /** Whether the account is an administrator by the setting `admin.jids`, whatever its role. */
  isGranted(localpart: string): boolean {
    const { adminJids, domain } = this.#options;
    return adminJids().includes(`${localpart}@${domain}`);
  }

  /** Whether a name could be mistaken for that of such an administrator, or is it. */
  isLikeGranted(localpart: string): boolean {
    const { adminJids, domain } = this.#options;
    return adminJids().some((jid) => jid.endsWith(`@${domain}`) && looksLike(localpart, jid.split('@')[0] ?? ''));
  }

  /** What an account may do to the server, whether it exists already or not. */
  permissionsOf(localpart: string): Permissions {
    const { accounts } = this.#options;
    if (this.isGranted(localpart)) return EVERYTHING;
    return accounts.roles.permissionsOf(accounts.get(localpart)?.role ?? 'limited');
  }

  /** Somebody who came through chat. His permissions are those of this moment. */
  chatting(by: Jid): Actor {
    const { domain, accounts } = this.#options;
    const isOurs = by.domain === domain && accounts.get(by.local)?.isEnabled === true;
    return {
      name: by.bare,
      door: 'chat',
      permissions: isOurs ? this.permissionsOf(by.local) : NOTHING,
      resource: by.resource,
    };
  }

  /** Whether the account, as it is now, reaches as far as a deed of its own from before. SECURITY: see `DeedRule.reach`. */
  stillReaches<D extends DeedName>(localpart: string, deed: D, input: InputOf<D>): boolean {
    return meetsAll(this.permissionsOf(localpart), DEED_RULES[deed].reach(input, this.#powers));
  }

  /**
   * Does it, and enters it in the audit log whatever came of it; settles when both are on disk.
   * @throws DeedError, AccountError or ConfigError with a sentence for the actor; anything else is a fault
   */
  async perform<D extends DeedName>(actor: Actor, deed: D, input: InputOf<D>): Promise<OutputOf<D>> {
    const rule = DEED_RULES[deed];
    const subject = rule.subject(input, this.#powers);
    const enter = (outcome: Outcome, reason?: string): Promise<void> =>
      this.#options.audit.append({ actor, deed, subject, outcome, ...(reason === undefined ? {} : { reason }) });
    if (!meets(actor.permissions, rule.permission)) {
      await enter('forbidden');
      throw new DeedError('forbidden', 'Your role does not allow this.');
    }
    if (!meetsAll(actor.permissions, rule.reach(input, this.#powers))) {
      await enter('forbidden', 'It would reach beyond the role of who did it.');
      throw new DeedError('forbidden', 'This would reach beyond what your own role allows.');
    }
    let output: OutputOf<D>;
    try {
      output = await this.#options.carriers[deed](input);
    } catch (error) {
      const reason = reasonOf(error);
      await enter(reason === undefined ? 'failed' : 'refused', reason);
      throw error;
    }
    await enter('done');
    return output;
  }

  /** Enters the attempt of somebody who was turned away before his deed was known in full. */
  async turnedAway(actor: Actor, deed: DeedName): Promise<void> {
    await this.#options.audit.append({ actor, deed, subject: {}, outcome: 'forbidden' });
  }
}

function meetsAll(permissions: Permissions, requirements: Iterable<Requirement>): boolean {
  for (const requirement of requirements) if (!meets(permissions, requirement)) return false;
  return true;
}

/** Why it was refused; undefined for a fault. SECURITY: what a setting refuses repeats its value, which may be a secret. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof ConfigError) return 'The value is not one that the setting takes.';
  return error instanceof DeedError || error instanceof AccountError ? error.message : undefined;
}
