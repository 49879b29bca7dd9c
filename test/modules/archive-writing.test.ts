/** What is kept and not on disk yet: with the writer on its own thread, as it is outside of scenes. */
import { expect, test } from 'vitest';
import { systemClock } from '../../server/clock/clock.ts';
import { parseJid } from '../../server/jid/jid.ts';
import type { Logger } from '../../server/log/log.ts';
import { Archives } from '../../server/modules/archive/archives.ts';
import { ARCHIVE_MIGRATIONS } from '../../server/modules/archive/store.ts';
import { TextIndex } from '../../server/modules/archive/text-index.ts';
import { Database } from '../../server/store/database.ts';
import { el } from '../../server/xml/element.ts';
import { freshDirectory } from '../store/fresh-directory.ts';

const OWNER = 'romeo@localhost';
const log: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => log,
};

async function open() {
  const migrations = ARCHIVE_MIGRATIONS.map((migration) => ({ ...migration, owner: 'archive' }));
  const database = await Database.open({ path: `${freshDirectory()}/snug.db`, migrations, log });
  const { reader, writer } = database;
  const words = new TextIndex({ reader, writer, clock: systemClock });
  let drawn = 0;
  const randomId = (bytes: number) => String(++drawn % 10).repeat(bytes * 2);
  const archives = new Archives({ reader, writer, clock: systemClock, randomId, words });
  const partner = parseJid('juliet@localhost/balcony');
  if (partner === undefined) throw new Error('not a JID');
  const keep = (messageId: string) => {
    const id = archives.newId();
    const body = el('body', 'jabber:client', undefined, messageId);
    const element = el('message', 'jabber:client', { id: messageId, from: OWNER, to: partner.full }, body);
    archives.keep(OWNER, partner, { id, atMs: systemClock.now(), element });
    return id;
  };
  const latest = (limit = 100) => archives.latest(OWNER, limit).map(({ element }) => element.childText('body'));
  return { database, writer, archives, words, keep, latest, partner: partner.bare };
}

const TOMBSTONE = el('message', 'jabber:client', { id: 'b' }, el('body', 'jabber:client', undefined, 'gone'));

test('every read knows it at once, and the same once it is on disk', async () => {
  const { database, writer, archives, keep, latest, partner } = await open();
  keep('a');
  const second = keep('b');
  expect(writer.isIdle).toBe(false);
  expect(latest()).toEqual(['a', 'b']);
  expect(archives.find(OWNER, second)?.element.childText('body')).toBe('b');
  expect(archives.find('juliet@localhost', second)).toBeUndefined();
  expect(archives.findByMessageId(OWNER, partner, 'b', 10).map(({ id }) => id)).toEqual([second]);
  await archives.settled();
  keep('c');
  expect(latest()).toEqual(['a', 'b', 'c']);
  expect(latest(2)).toEqual(['b', 'c']);
  await archives.settled();
  expect(archives.settled()).toBeUndefined();
  expect(latest()).toEqual(['a', 'b', 'c']);
  await database.close();
});

test('what replaces a message is seen at once, whether that was on disk or not', async () => {
  const { database, archives, keep, latest } = await open();
  const early = keep('a');
  await archives.settled();
  const late = keep('b');
  expect(archives.replace(OWNER, early, TOMBSTONE)).toBe(true);
  expect(archives.replace(OWNER, late, TOMBSTONE)).toBe(true);
  expect(archives.replace(OWNER, `${late.slice(0, -1)}x`, TOMBSTONE)).toBe(false);
  expect(archives.replace('juliet@localhost', late, TOMBSTONE)).toBe(false);
  expect(latest()).toEqual(['gone', 'gone']);
  await archives.settled();
  expect(latest()).toEqual(['gone', 'gone']);
  expect(archives.find(OWNER, early)?.element.childText('body')).toBe('gone');
  await database.close();
});

test('only the last message of all can be taken back', async () => {
  const { database, archives, keep, latest } = await open();
  const first = keep('a');
  const last = keep('b');
  archives.withdraw(OWNER, first);
  archives.withdraw(OWNER, last);
  expect(latest()).toEqual(['a']);
  await archives.settled();
  expect(latest()).toEqual(['a']);
  await database.close();
});

test('an archive that goes is gone at once, and what comes afterwards stays', async () => {
  const { database, archives, words, keep, latest } = await open();
  for (let i = 0; i < 1_300; i++) keep(`${i}`);
  await words.settled();
  const waiting = keep('waiting');
  const gone = archives.remove(OWNER);
  expect(latest()).toEqual([]);
  expect(archives.find(OWNER, waiting)).toBeUndefined();
  keep('new');
  expect(latest()).toEqual(['new']);
  await gone;
  await words.settled();
  expect(latest()).toEqual(['new']);
  const count = (table: string) => database.reader.get(`SELECT count(*) AS n FROM ${table}`);
  expect(count('archive_message')).toEqual({ n: 1 });
  expect(
    database.reader.all(`SELECT rowid FROM archive_text WHERE archive_text MATCH 'text : (1* OR new)'`).length,
  ).toBe(1);
  await database.close();
});
