/** Roles of an installation's own: a name and what its holders may do to the server. All of them are held in memory. */
import type { Reader } from '../store/reader.ts';
import type { Writer } from '../store/writer.ts';
import { AccountError } from './account-error.ts';
import { EVERYTHING, isPermission, NOTHING, type Permission, type Permissions } from './permissions.ts';
import { isRole, ROLES } from './roles.ts';
import * as store from './store.ts';

/** More than anybody could tell apart. */
const MAX_ROLES = 100;
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,63}$/u;

export interface RoleDefinition {
  readonly name: string;
  /** In the order of `PERMISSIONS`. */
  readonly permissions: readonly Permission[];
  /** True for those that every server has, and that cannot be changed. */
  readonly isBuiltIn: boolean;
}

export interface CustomRolesOptions {
  readonly reader: Reader;
  readonly writer: Writer;
  /** How many accounts have the role. */
  readonly holders: (name: string) => number;
  /** Runs a change when those before it are done, changes of accounts included. */
  readonly inTurn: <T>(change: () => Promise<T>) => Promise<T>;
}

/** Reading is synchronous. A change resolves once it is on disk, or rejects with an AccountError. */
export class CustomRoles {
  readonly #options: CustomRolesOptions;
  readonly #roles = new Map<string, Permissions>();

  constructor(options: CustomRolesOptions) {
    this.#options = options;
    for (const { name, permissions } of store.readRoles(options.reader)) {
      // A version of Snug that comes later may know permissions that this one does not.
      this.#roles.set(name, new Set((JSON.parse(permissions) as string[]).filter(isPermission)));
    }
  }

  has(name: string): boolean {
    return isRole(name) || this.#roles.has(name);
  }

  /** What the role allows; nothing when there is no such role. */
  permissionsOf(name: string): Permissions {
    return name === 'admin' ? EVERYTHING : (this.#roles.get(name) ?? NOTHING);
  }

  /** Those that every server has, then the others by name. */
  list(): readonly RoleDefinition[] {
    const builtIn = ROLES.map((name) => ({ name, isBuiltIn: true }));
    const custom = [...this.#roles.keys()].sort().map((name) => ({ name, isBuiltIn: false }));
    return [...builtIn, ...custom].map((role) => ({ ...role, permissions: ordered(this.permissionsOf(role.name)) }));
  }

  /** Errors: `invalid-name`, `conflict`. */
  create(name: string, permissions: Iterable<Permission>): Promise<void> {
    return this.#options.inTurn(async () => {
      const chosen = name.trim().normalize('NFC');
      if (!NAME.test(chosen)) {
        throw new AccountError(
          'invalid-name',
          'The name of a role is 1 to 64 letters, digits, spaces, dots and dashes.',
        );
      }
      const isTaken = [...ROLES, ...this.#roles.keys()].some((other) => other.toLowerCase() === chosen.toLowerCase());
      if (isTaken) throw new AccountError('conflict', `There is a role "${chosen}" already.`);
      if (this.#roles.size >= MAX_ROLES) throw new AccountError('conflict', `There are ${MAX_ROLES} roles already.`);
      await this.#put(chosen, permissions);
    });
  }

  /** Holds for everybody who has the role, at once. Errors: `not-found`, `conflict` for one that every server has. */
  update(name: string, permissions: Iterable<Permission>): Promise<void> {
    return this.#options.inTurn(async () => {
      this.#refuseUnlessCustom(name);
      await this.#put(name, permissions);
    });
  }

  /** Errors: `not-found`, `conflict` while somebody has it, and for one that every server has. */
  remove(name: string): Promise<void> {
    return this.#options.inTurn(async () => {
      this.#refuseUnlessCustom(name);
      const holders = this.#options.holders(name);
      if (holders > 0) {
        const who = holders === 1 ? 'One account has' : `${holders} accounts have`;
        throw new AccountError('conflict', `${who} the role "${name}". Give another role there first.`);
      }
      await this.#options.writer.write([store.deleteRole(name)]);
      this.#roles.delete(name);
    });
  }

  async #put(name: string, permissions: Iterable<Permission>): Promise<void> {
    const chosen = new Set(permissions);
    await this.#options.writer.write([store.upsertRole(name, JSON.stringify(ordered(chosen)))]);
    this.#roles.set(name, chosen);
  }

  #refuseUnlessCustom(name: string): void {
    if (isRole(name)) throw new AccountError('conflict', `The role "${name}" cannot be changed.`);
    if (!this.#roles.has(name)) throw new AccountError('not-found', `There is no role "${name}".`);
  }
}

function ordered(permissions: Permissions): readonly Permission[] {
  return [...EVERYTHING].filter((permission) => permissions.has(permission));
}
