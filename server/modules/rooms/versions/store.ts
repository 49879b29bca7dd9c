/** The table of the changes of affiliations. They are written together with the affiliations themselves. */
import type { Reader } from '../../../store/reader.ts';
import type { Change } from '../../../store/writer.ts';
import type { Affiliation } from '../privileges.ts';
import type { AffiliationVersions, VersionChange } from './affiliation-versions.ts';

export const VERSION_TABLE = `
  CREATE TABLE rooms_affiliation_change (
    room TEXT NOT NULL,
    position INTEGER NOT NULL,
    version TEXT NOT NULL,
    jid TEXT NOT NULL,
    before TEXT NOT NULL,
    PRIMARY KEY (room, position)
  ) STRICT, WITHOUT ROWID;
`;

const WRITE = `INSERT OR REPLACE INTO rooms_affiliation_change (room, position, version, jid, before)
  VALUES (?, ?, ?, ?, ?)`;
const FORGET = 'DELETE FROM rooms_affiliation_change WHERE room = ? AND position < ?';

export function readVersions(reader: Reader, room: string): readonly VersionChange[] {
  return reader
    .all<{ position: number; version: string; jid: string; before: string }>(
      'SELECT position, version, jid, before FROM rooms_affiliation_change WHERE room = ? ORDER BY position',
      room,
    )
    .map((row) => ({ ...row, before: row.before as Affiliation }));
}

/** What `changes` add to the table, and what is beyond the memory of the room now. */
export function versionChanges(
  room: string,
  versions: AffiliationVersions,
  changes: readonly VersionChange[],
): readonly Change[] {
  if (changes.length === 0) return [];
  const written = changes.map(({ position, version, jid, before }) => ({
    sql: WRITE,
    params: [room, position, version, jid, before],
  }));
  const earliest = versions.changes[0]?.position ?? 0;
  return [...written, { sql: FORGET, params: [room, earliest] }];
}

export function versionRemoval(room: string): Change {
  return { sql: 'DELETE FROM rooms_affiliation_change WHERE room = ?', params: [room] };
}
