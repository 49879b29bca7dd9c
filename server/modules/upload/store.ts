/** What is known of uploaded files; their content lies beside the database, under their ids. */
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import type { Purpose, UploadedFile } from './uploaded-file.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `
      CREATE TABLE upload_file (
        id TEXT NOT NULL PRIMARY KEY,
        account TEXT NOT NULL,
        name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        size INTEGER NOT NULL,
        purpose TEXT NOT NULL,
        requested_at INTEGER NOT NULL,
        uploaded_at INTEGER,
        expires_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX upload_file_account ON upload_file (account);
    `,
  },
];

interface Row {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly media_type: string;
  readonly size: number;
  readonly purpose: string;
  readonly requested_at: number;
  readonly uploaded_at: number | null;
  readonly expires_at: number | null;
}

export class FileStore {
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  all(): readonly UploadedFile[] {
    return this.#reader.all<Row>('SELECT * FROM upload_file ORDER BY requested_at, id').map(readRow);
  }

  /** Resolves when it is on disk, as all below. */
  add(file: UploadedFile): Promise<void> {
    const { id, account, name, mediaType, size, purpose, requestedAtMs, expiresAtMs } = file;
    return this.#writer.write([
      {
        sql: `INSERT INTO upload_file (id, account, name, media_type, size, purpose, requested_at, expires_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        params: [id, account, name, mediaType, size, purpose, requestedAtMs, expiresAtMs ?? null],
      },
    ]);
  }

  uploaded(id: string, atMs: number): Promise<void> {
    return this.#writer.write([{ sql: 'UPDATE upload_file SET uploaded_at = ? WHERE id = ?', params: [atMs, id] }]);
  }

  remove(ids: readonly string[]): Promise<void> {
    return this.#writer.write(ids.map((id) => ({ sql: 'DELETE FROM upload_file WHERE id = ?', params: [id] })));
  }
}

function readRow(row: Row): UploadedFile {
  return {
    id: row.id,
    account: row.account,
    name: row.name,
    mediaType: row.media_type,
    size: row.size,
    purpose: row.purpose as Purpose,
    requestedAtMs: row.requested_at,
    uploadedAtMs: row.uploaded_at ?? undefined,
    expiresAtMs: row.expires_at ?? undefined,
  };
}
