/** The journal's tables: sessions with stream management, and the stanzas that their clients have not acknowledged. */
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `
      CREATE TABLE stream_management_session (
        id TEXT PRIMARY KEY,
        account TEXT NOT NULL,
        resource TEXT NOT NULL,
        is_resumable INTEGER NOT NULL,
        max_seconds INTEGER NOT NULL,
        lang TEXT,
        bound_at_ms INTEGER NOT NULL,
        presence TEXT,
        presence_at_ms INTEGER NOT NULL,
        priority INTEGER NOT NULL,
        enabled TEXT NOT NULL,
        directed TEXT NOT NULL,
        handled INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        acknowledged INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE stream_management_stanza (
        session TEXT NOT NULL REFERENCES stream_management_session (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        at_ms INTEGER NOT NULL,
        stanza TEXT NOT NULL,
        -- Names what other sessions got as well; received is 1 when one of them is known to have it.
        copies TEXT,
        is_received INTEGER NOT NULL,
        PRIMARY KEY (session, number)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX stream_management_stanza_copies ON stream_management_stanza (copies) WHERE copies IS NOT NULL;
    `,
  },
] as const;

export interface SessionRow {
  readonly id: string;
  readonly account: string;
  readonly resource: string;
  readonly isResumable: number;
  readonly maxSeconds: number;
  readonly lang: string | null;
  readonly boundAtMs: number;
  readonly presence: string | null;
  readonly presenceAtMs: number;
  readonly priority: number;
  /** Separated by spaces. */
  readonly enabled: string;
  /** Full JIDs, one a line. */
  readonly directed: string;
  readonly handled: number;
  readonly sent: number;
  readonly acknowledged: number;
}

export interface StanzaRow {
  readonly session: string;
  readonly number: number;
  readonly atMs: number;
  readonly stanza: string;
  readonly copies: string | null;
  readonly isReceived: number;
}

export function readSessions(reader: Reader): SessionRow[] {
  return reader.all<SessionRow>(`
    SELECT id, account, resource, is_resumable AS isResumable, max_seconds AS maxSeconds, lang, bound_at_ms AS boundAtMs,
      presence, presence_at_ms AS presenceAtMs, priority, enabled, directed, handled, sent, acknowledged
    FROM stream_management_session`);
}

/** By number. */
export function readStanzas(reader: Reader, session: string, acknowledged: number): StanzaRow[] {
  return reader.all<StanzaRow>(
    `SELECT session, number, at_ms AS atMs, stanza, copies, is_received AS isReceived
     FROM stream_management_stanza WHERE session = ? AND number > ? ORDER BY number`,
    session,
    acknowledged,
  );
}

export function putSession(row: SessionRow): Change {
  return {
    sql: `
      INSERT INTO stream_management_session (id, account, resource, is_resumable, max_seconds, lang, bound_at_ms, presence,
        presence_at_ms, priority, enabled, directed, handled, sent, acknowledged)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET presence = excluded.presence,
        presence_at_ms = excluded.presence_at_ms, priority = excluded.priority, enabled = excluded.enabled,
        directed = excluded.directed, handled = excluded.handled, sent = excluded.sent, acknowledged = excluded.acknowledged`,
    params: [
      row.id,
      row.account,
      row.resource,
      row.isResumable,
      row.maxSeconds,
      row.lang,
      row.boundAtMs,
      row.presence,
      row.presenceAtMs,
      row.priority,
      row.enabled,
      row.directed,
      row.handled,
      row.sent,
      row.acknowledged,
    ],
  };
}

export function putCounts(row: Pick<SessionRow, 'id' | 'handled' | 'sent' | 'acknowledged'>): Change {
  return {
    sql: 'UPDATE stream_management_session SET handled = ?, sent = ?, acknowledged = ? WHERE id = ?',
    params: [row.handled, row.sent, row.acknowledged, row.id],
  };
}

export function deleteSession(id: string): Change {
  return { sql: 'DELETE FROM stream_management_session WHERE id = ?', params: [id] };
}

export function putStanza(row: StanzaRow): Change {
  return {
    sql: `
      INSERT OR REPLACE INTO stream_management_stanza (session, number, at_ms, stanza, copies, is_received)
      VALUES (?, ?, ?, ?, ?, ?)`,
    params: [row.session, row.number, row.atMs, row.stanza, row.copies, row.isReceived],
  };
}

/** Forgets what the client has acknowledged, and notes at its copies for other sessions that somebody has the message. */
export function trimStanzas(session: string, acknowledged: number): readonly Change[] {
  return [
    {
      sql: `
        UPDATE stream_management_stanza SET is_received = 1
        WHERE copies IN (
          SELECT copies FROM stream_management_stanza WHERE session = ? AND number <= ? AND copies IS NOT NULL
        )`,
      params: [session, acknowledged],
    },
    { sql: 'DELETE FROM stream_management_stanza WHERE session = ? AND number <= ?', params: [session, acknowledged] },
  ];
}

export function deleteStanzas(session: string): Change {
  return { sql: 'DELETE FROM stream_management_stanza WHERE session = ?', params: [session] };
}
