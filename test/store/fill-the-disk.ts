/** Writes until the disk takes no more, then prints what the writer says and whether the rest was kept. `<database file>` */
import { Database } from '../../server/store/database.ts';
import { StoreError } from '../../server/store/store-error.ts';
import { NOTES, note } from './notes.ts';

const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const [, , path = ''] = process.argv;
const fatal: string[] = [];
const database = await Database.open({ path, migrations: NOTES, log, onFatal: (error) => fatal.push(error.code) });

const codeOf = (error: unknown) => (error instanceof StoreError ? error.code : String(error));
const written: number[] = [];
const refused = new Set<string>();
for (let id = 1; refused.size === 0 && id < 1000; id += 2) {
  await Promise.all(
    [id, id + 1].map((one) =>
      database.writer.write([note(one, 'x'.repeat(8000))]).then(
        () => written.push(one),
        (error: unknown) => refused.add(codeOf(error)),
      ),
    ),
  );
}
const later = await database.writer.write([note(1_000_000)]).catch(codeOf);
const flushed = await database.writer.flush().catch(codeOf);
const stored = database.reader.all<{ id: number }>('SELECT id FROM note ORDER BY id').map(({ id }) => id);
await database.close();
process.stdout.write(JSON.stringify({ written, stored, refused: [...refused], later, flushed, fatal }));
