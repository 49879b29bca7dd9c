/** Reports on disk, the reported messages with them. */
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import { type KeptMessage, type KeptReport, reasonOf } from './kept-report.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `
      CREATE TABLE reports_report (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        at INTEGER NOT NULL,
        reporter TEXT NOT NULL,
        reported TEXT NOT NULL,
        reason TEXT NOT NULL,
        text TEXT,
        may_tell_origin INTEGER NOT NULL,
        may_tell_others INTEGER NOT NULL,
        resolved_at INTEGER
      ) STRICT;
      CREATE INDEX reports_report_reporter ON reports_report (reporter);
      CREATE TABLE reports_message (
        report TEXT NOT NULL REFERENCES reports_report (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        at INTEGER,
        body TEXT,
        PRIMARY KEY (report, position)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

interface ReportRow {
  readonly id: string;
  readonly at: number;
  readonly reporter: string;
  readonly reported: string;
  readonly reason: string;
  readonly text: string | null;
  readonly may_tell_origin: number;
  readonly may_tell_others: number;
  readonly resolved_at: number | null;
}

interface MessageRow {
  readonly report: string;
  readonly id: string;
  readonly at: number | null;
  readonly body: string | null;
}

/** Open ones first, then by age; not by the clock, which may be set back. */
const ORDER = 'ORDER BY resolved_at IS NOT NULL, number DESC';

export class ReportStore {
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  list(): readonly KeptReport[] {
    const messages = new Map<string, KeptMessage[]>();
    const rows = this.#reader.all<MessageRow>('SELECT * FROM reports_message ORDER BY report, position');
    for (const { report, id, at, body } of rows) {
      const list = messages.get(report) ?? [];
      messages.set(report, list);
      list.push({ id, atMs: at ?? undefined, body: body ?? undefined });
    }
    return this.#reader
      .all<ReportRow>(`SELECT * FROM reports_report ${ORDER}`)
      .map((row) => readRow(row, messages.get(row.id) ?? []));
  }

  isOpen(id: string): boolean {
    return this.#reader.get('SELECT 1 FROM reports_report WHERE id = ? AND resolved_at IS NULL', id) !== undefined;
  }

  /** Keeps it, and of all no more than `maxReports`: those that are dealt with go first, then the oldest. */
  add(report: KeptReport, maxReports: number): Promise<void> {
    const { id, atMs, reporter, reported, reasonUrn, text, mayTellOrigin, mayTellOthers } = report;
    return this.#writer.write([
      {
        sql: `INSERT INTO reports_report (id, at, reporter, reported, reason, text, may_tell_origin, may_tell_others)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        params: [id, atMs, reporter, reported, reasonUrn, text ?? null, Number(mayTellOrigin), Number(mayTellOthers)],
      },
      ...report.messages.map((message, position) => ({
        sql: 'INSERT INTO reports_message (report, position, id, at, body) VALUES (?, ?, ?, ?, ?)',
        params: [id, position, message.id, message.atMs ?? null, message.body ?? null],
      })),
      ...remove(`id IN (SELECT id FROM reports_report ${ORDER} LIMIT -1 OFFSET ?)`, maxReports),
    ]);
  }

  resolve(id: string, atMs: number): Promise<void> {
    return this.#writer.write([
      { sql: 'UPDATE reports_report SET resolved_at = ? WHERE id = ? AND resolved_at IS NULL', params: [atMs, id] },
    ]);
  }

  removeOf(reporter: string): Promise<void> {
    return this.#writer.write(remove('reporter = ?', reporter));
  }
}

/** The messages first: what they belong to is found by it. */
function remove(condition: string, value: string | number) {
  return [
    {
      sql: `DELETE FROM reports_message WHERE report IN (SELECT id FROM reports_report WHERE ${condition})`,
      params: [value],
    },
    { sql: `DELETE FROM reports_report WHERE ${condition}`, params: [value] },
  ];
}

function readRow(row: ReportRow, messages: readonly KeptMessage[]): KeptReport {
  return {
    id: row.id,
    atMs: row.at,
    reporter: row.reporter,
    reported: row.reported,
    reason: reasonOf(row.reason),
    reasonUrn: row.reason,
    text: row.text ?? undefined,
    messages,
    mayTellOrigin: row.may_tell_origin === 1,
    mayTellOthers: row.may_tell_others === 1,
    isResolved: row.resolved_at !== null,
  };
}
