/** A schema to store something in, and its two statements. */
import type { Migration } from '../../server/store/migrations.ts';
import type { Change } from '../../server/store/writer.ts';

export const NOTES: readonly Migration[] = [
  {
    owner: 'notes',
    version: 1,
    sql: `CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
          CREATE TABLE page (note INTEGER NOT NULL REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED) STRICT`,
  },
];

export const ALL_NOTES = 'SELECT id, text FROM note ORDER BY id';

export function note(id: number, text = `note ${id}`): Change {
  return { sql: 'INSERT INTO note (id, text) VALUES (?, ?)', params: [id, text] };
}

/** Its foreign key is looked at only when the transaction commits. */
export function page(ofNote: number): Change {
  return { sql: 'INSERT INTO page (note) VALUES (?)', params: [ofNote] };
}
