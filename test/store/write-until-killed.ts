/** Writes notes and prints the number of each one that it was told is on disk, until it is killed. `<database file>` */
import { writeSync } from 'node:fs';
import { Database } from '../../server/store/database.ts';
import { NOTES, note } from './notes.ts';

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const [, , path = ''] = process.argv;
const database = await Database.open({ path, migrations: NOTES, log });
let id = database.reader.get<{ last: number | null }>('SELECT MAX(id) AS last FROM note')?.last ?? 0;

async function writeForever(): Promise<never> {
  for (;;) {
    const mine = ++id;
    await database.writer.write([note(mine)]);
    writeSync(1, `${mine}\n`);
  }
}

await Promise.all(Array.from({ length: 20 }, writeForever));
