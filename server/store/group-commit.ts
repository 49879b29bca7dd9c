/**
 * Group commit: many write units, one transaction, one fsync.
 *
 * A unit that the database refuses is taken back alone. Anything worse than a refused statement loses the whole group:
 * after a failed write or sync nobody knows what the disk holds, and nothing may pretend success.
 */
import type Sqlite from 'better-sqlite3';
import { type Fault, isHarmless, readFault } from './store-error.ts';
import type { Change } from './writer.ts';

export interface UnitFailure {
  /** Position of the unit in its group. */
  readonly index: number;
  readonly fault: Fault;
}

export type GroupOutcome =
  | { readonly kind: 'committed'; readonly failures: readonly UnitFailure[] }
  | { readonly kind: 'lost'; readonly fault: Fault };

/** Applies groups to one connection. Its prepared statements live as long as it does. */
export class GroupCommit {
  readonly #connection: Sqlite.Database;
  readonly #statements = new Map<string, Sqlite.Statement>();

  constructor(connection: Sqlite.Database) {
    this.#connection = connection;
  }

  /** Commits `units` in order. Never throws. */
  commit(units: readonly (readonly Change[])[]): GroupOutcome {
    try {
      return { kind: 'committed', failures: this.#commitTogether(units) ?? this.#commitOneByOne(units) };
    } catch (error) {
      this.#rollback();
      return { kind: 'lost', fault: readFault(error) };
    }
  }

  /** Undefined when a unit spoiled the transaction for all: each must then be tried on its own. */
  #commitTogether(units: readonly (readonly Change[])[]): UnitFailure[] | undefined {
    const failures: UnitFailure[] = [];
    this.#run('BEGIN IMMEDIATE');
    for (const [index, unit] of units.entries()) {
      const fault = this.#apply(unit);
      if (fault !== undefined) failures.push({ index, fault });
      // A conflict clause or trigger with ROLLBACK ends the transaction of everybody.
      if (!this.#connection.inTransaction) return undefined;
    }
    // A deferred foreign key complains only here, and does not say for whom.
    return this.#end() === undefined ? failures : undefined;
  }

  #commitOneByOne(units: readonly (readonly Change[])[]): UnitFailure[] {
    const failures: UnitFailure[] = [];
    for (const [index, unit] of units.entries()) {
      this.#run('BEGIN IMMEDIATE');
      const fault = this.#apply(unit) ?? (this.#connection.inTransaction ? this.#end() : undefined);
      if (fault !== undefined) failures.push({ index, fault });
      this.#rollback();
    }
    return failures;
  }

  /** The reason why the unit was refused and taken back, or undefined. Throws when the disk is in doubt. */
  #apply(unit: readonly Change[]): Fault | undefined {
    // SQLite takes back a single failed statement by itself; a savepoint would add a fifth to the cost of a row.
    const needsSavepoint = unit.length > 1;
    if (needsSavepoint) this.#run('SAVEPOINT unit');
    try {
      for (const change of unit) this.#run(change.sql, change.params);
      if (needsSavepoint) this.#run('RELEASE unit');
      return undefined;
    } catch (error) {
      const fault = readFault(error);
      if (!isHarmless(fault)) throw error;
      if (needsSavepoint && this.#connection.inTransaction) {
        this.#run('ROLLBACK TO unit');
        this.#run('RELEASE unit');
      }
      return fault;
    }
  }

  /** Commits; the fault when the database refused to, with everything taken back. Throws when the disk is in doubt. */
  #end(): Fault | undefined {
    try {
      this.#run('COMMIT');
      return undefined;
    } catch (error) {
      const fault = readFault(error);
      if (!isHarmless(fault)) throw error;
      this.#rollback();
      return fault;
    }
  }

  #rollback(): void {
    try {
      if (this.#connection.inTransaction) this.#run('ROLLBACK');
    } catch {
      // The disk failed a moment ago and is reported already; SQLite takes the transaction back when it opens again.
    }
  }

  #run(sql: string, params?: readonly unknown[]): void {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    if (params === undefined) statement.run();
    else statement.run(params);
  }
}
