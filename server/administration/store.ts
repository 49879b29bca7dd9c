/** The audit log's table. */
import type { Migration } from '../store/migrations.ts';
import type { Reader } from '../store/reader.ts';
import type { Change } from '../store/writer.ts';
import type { Door } from './actor.ts';
import type { Outcome } from './audit.ts';

export const AUDIT_MIGRATIONS: readonly Migration[] = [
  {
    owner: 'audit',
    version: 1,
    sql: `
      CREATE TABLE audit_entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at_ms INTEGER NOT NULL,
        actor TEXT NOT NULL,
        door TEXT NOT NULL,
        deed TEXT NOT NULL,
        subject TEXT,
        detail TEXT,
        outcome TEXT NOT NULL,
        reason TEXT
      ) STRICT;
      CREATE INDEX audit_entry_at ON audit_entry (at_ms);
    `,
  },
];

export interface AuditRow {
  readonly id: number;
  readonly atMs: number;
  readonly actor: string;
  readonly door: Door;
  readonly deed: string;
  readonly subject: string | null;
  readonly detail: string | null;
  readonly outcome: Outcome;
  readonly reason: string | null;
}

export function insertEntry(row: Omit<AuditRow, 'id'>): Change {
  const { atMs, actor, door, deed, subject, detail, outcome, reason } = row;
  return {
    sql: `INSERT INTO audit_entry (at_ms, actor, door, deed, subject, detail, outcome, reason)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    params: [atMs, actor, door, deed, subject, detail, outcome, reason],
  };
}

export function deleteEntriesBefore(atMs: number): Change {
  return { sql: 'DELETE FROM audit_entry WHERE at_ms < ?', params: [atMs] };
}

export interface EntriesQuery {
  readonly before: number;
  readonly limit: number;
  readonly actor: string | null;
  readonly deed: string | null;
  readonly outcome: string | null;
  /** A part of actor, subject or detail. */
  readonly text: string | null;
}

/** The newest first. */
export function readEntries(reader: Reader, query: EntriesQuery): AuditRow[] {
  const { before, limit, actor, deed, outcome, text } = query;
  return reader.all<AuditRow>(
    `SELECT id, at_ms AS atMs, actor, door, deed, subject, detail, outcome, reason FROM audit_entry
     WHERE id < ? AND (? IS NULL OR actor = ?)
       AND (? IS NULL OR deed = ? OR substr(deed, 1, length(?) + 1) = ? || '.')
       AND (? IS NULL OR outcome = ?)
       AND (? IS NULL OR instr(lower(actor || ' ' || ifnull(subject, '') || ' ' || ifnull(detail, '')), lower(?)) > 0)
     ORDER BY id DESC LIMIT ?`,
    before,
    actor,
    actor,
    deed,
    deed,
    deed,
    deed,
    outcome,
    outcome,
    text,
    text,
    limit,
  );
}
