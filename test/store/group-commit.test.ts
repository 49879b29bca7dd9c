import { expect, test } from 'vitest';
import { openInMemory } from '../../server/store/connection.ts';
import { GroupCommit } from '../../server/store/group-commit.ts';
import { applyMigrations } from '../../server/store/migrations.ts';
import { lostError } from '../../server/store/store-error.ts';
import { NOTES, note } from './notes.ts';

test('a full disk loses the whole group and leaves no transaction open', () => {
  const connection = openInMemory();
  applyMigrations(connection, NOTES, () => 0);
  connection.pragma(`max_page_count = ${Number(connection.pragma('page_count', { simple: true })) + 1}`);
  const group = new GroupCommit(connection);
  const outcome = group.commit([[note(1)], [note(2, 'x'.repeat(100_000))], [note(3)]]);
  expect(outcome).toMatchObject({ kind: 'lost', fault: { sqliteCode: 'SQLITE_FULL' } });
  expect(outcome.kind === 'lost' && lostError(outcome.fault).code).toBe('disk-full');
  expect(connection.inTransaction).toBe(false);
  expect(connection.prepare('SELECT COUNT(*) AS count FROM note').get()).toEqual({ count: 0 });
});

test('many units are one transaction', () => {
  const connection = openInMemory();
  applyMigrations(connection, NOTES, () => 0);
  const statements: string[] = [];
  const spy = new Proxy(connection, {
    get(target, key) {
      if (key === 'prepare') {
        return (sql: string) => {
          const statement = target.prepare(sql);
          const run = statement.run.bind(statement);
          statement.run = (...params) => {
            statements.push(sql);
            return run(...params);
          };
          return statement;
        };
      }
      return Reflect.get(target, key, target);
    },
  });
  expect(new GroupCommit(spy).commit([[note(1)], [note(2), note(3)], [note(4)]])).toEqual({
    kind: 'committed',
    failures: [],
  });
  const insert = note(1).sql;
  expect(statements).toEqual([
    'BEGIN IMMEDIATE',
    insert,
    'SAVEPOINT unit',
    insert,
    insert,
    'RELEASE unit',
    insert,
    'COMMIT',
  ]);
});
