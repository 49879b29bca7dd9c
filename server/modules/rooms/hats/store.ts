/** The tables of hats. Those of rooms that do not stay are kept as well, and swept away with the next start. */
import type { Reader } from '../../../store/reader.ts';
import type { Writer } from '../../../store/writer.ts';
import type { Hat, Hats } from './hats.ts';

export const HAT_TABLES = `
  CREATE TABLE rooms_hat (
    room TEXT NOT NULL,
    uri TEXT NOT NULL,
    position INTEGER NOT NULL,
    title TEXT NOT NULL,
    hue TEXT,
    lang TEXT,
    PRIMARY KEY (room, uri)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rooms_hat_wearer (
    room TEXT NOT NULL,
    jid TEXT NOT NULL,
    uri TEXT NOT NULL,
    PRIMARY KEY (room, jid, uri)
  ) STRICT, WITHOUT ROWID;
`;

const WRITE_HAT = `INSERT INTO rooms_hat (room, uri, position, title, hue, lang)
  VALUES (?, ?, (SELECT COALESCE(MAX(position), 0) + 1 FROM rooms_hat WHERE room = ?), ?, ?, ?)
  ON CONFLICT (room, uri) DO UPDATE SET title = excluded.title, hue = excluded.hue, lang = excluded.lang`;
const ORPHANS = 'room NOT IN (SELECT room FROM rooms_room)';

export class HatStore {
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  /** Fills in what a room had. */
  load(room: string, hats: Hats): void {
    const found = this.#reader.all<{ uri: string; title: string; hue: string | null; lang: string | null }>(
      'SELECT uri, title, hue, lang FROM rooms_hat WHERE room = ? ORDER BY position',
      room,
    );
    if (found.length === 0) return;
    for (const { uri, title, hue, lang } of found)
      hats.set({ uri, title, hue: hue ?? undefined, lang: lang ?? undefined });
    const wearers = this.#reader.all<{ jid: string; uri: string }>(
      'SELECT jid, uri FROM rooms_hat_wearer WHERE room = ?',
      room,
    );
    for (const { jid, uri } of wearers) hats.assign(jid, uri);
  }

  /** All below resolve when it is on disk. */
  write(room: string, { uri, title, hue, lang }: Hat): Promise<void> {
    return this.#writer.write([{ sql: WRITE_HAT, params: [room, uri, room, title, hue ?? null, lang ?? null] }]);
  }

  remove(room: string, uri: string): Promise<void> {
    return this.#writer.write([
      { sql: 'DELETE FROM rooms_hat WHERE room = ? AND uri = ?', params: [room, uri] },
      { sql: 'DELETE FROM rooms_hat_wearer WHERE room = ? AND uri = ?', params: [room, uri] },
    ]);
  }

  assign(room: string, jid: string, uri: string): Promise<void> {
    return this.#writer.write([
      { sql: 'INSERT OR IGNORE INTO rooms_hat_wearer (room, jid, uri) VALUES (?, ?, ?)', params: [room, jid, uri] },
    ]);
  }

  unassign(room: string, jid: string, uri: string): Promise<void> {
    return this.#writer.write([
      { sql: 'DELETE FROM rooms_hat_wearer WHERE room = ? AND jid = ? AND uri = ?', params: [room, jid, uri] },
    ]);
  }

  /** Whoever gets the same name later has nothing of it. */
  forget(room: string, jid: string): Promise<void> {
    return this.#writer.write([
      { sql: 'DELETE FROM rooms_hat_wearer WHERE room = ? AND jid = ?', params: [room, jid] },
    ]);
  }

  removeRoom(room: string): Promise<void> {
    return this.#writer.write([
      { sql: 'DELETE FROM rooms_hat WHERE room = ?', params: [room] },
      { sql: 'DELETE FROM rooms_hat_wearer WHERE room = ?', params: [room] },
    ]);
  }

  /** What is left of rooms that did not outlast the last run. */
  sweep(): Promise<void> {
    return this.#writer.write([
      { sql: `DELETE FROM rooms_hat WHERE ${ORPHANS}`, params: [] },
      { sql: `DELETE FROM rooms_hat_wearer WHERE ${ORPHANS}`, params: [] },
    ]);
  }
}
