/** The table of the rooms' vCards. Those of rooms that do not stay are kept as well, and swept away with the next start. */
import type { Reader } from '../../../store/reader.ts';
import type { Writer } from '../../../store/writer.ts';
import type { Element } from '../../../xml/element.ts';
import { parseXml } from '../../../xml/parse.ts';

export const CARD_TABLE = `
  CREATE TABLE rooms_card (
    room TEXT NOT NULL PRIMARY KEY,
    hashes TEXT NOT NULL,
    xml TEXT NOT NULL
  ) STRICT;
`;

const WRITE = `INSERT INTO rooms_card (room, hashes, xml) VALUES (?, ?, ?)
  ON CONFLICT (room) DO UPDATE SET hashes = excluded.hashes, xml = excluded.xml`;

export class CardStore {
  readonly #reader: Reader;
  readonly #writer: Writer;

  constructor(reader: Reader, writer: Writer) {
    this.#reader = reader;
    this.#writer = writer;
  }

  /** The hashes of the pictures in a room's card; undefined when it has no card. */
  hashes(room: string): readonly string[] | undefined {
    const row = this.#reader.get<{ hashes: string }>('SELECT hashes FROM rooms_card WHERE room = ?', room);
    return row === undefined ? undefined : row.hashes.split(' ').filter((hash) => hash !== '');
  }

  read(room: string): Element | undefined {
    const row = this.#reader.get<{ xml: string }>('SELECT xml FROM rooms_card WHERE room = ?', room);
    return row === undefined ? undefined : parseXml(row.xml);
  }

  /** Both below resolve when it is on disk. */
  write(room: string, hashes: readonly string[], card: Element): Promise<void> {
    return this.#writer.write([{ sql: WRITE, params: [room, hashes.join(' '), card.toXml()] }]);
  }

  remove(room: string): Promise<void> {
    return this.#writer.write([{ sql: 'DELETE FROM rooms_card WHERE room = ?', params: [room] }]);
  }

  /** What is left of rooms that did not outlast the last run. */
  sweep(): Promise<void> {
    return this.#writer.write([
      { sql: 'DELETE FROM rooms_card WHERE room NOT IN (SELECT room FROM rooms_room)', params: [] },
    ]);
  }
}
