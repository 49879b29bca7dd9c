/** Certificates by which servers are known. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Pins } from '../../server/federation/pins.ts';
import { FEDERATION_MIGRATIONS } from '../../server/federation/store.ts';
import { createLogger } from '../../server/log/log.ts';
import { Database } from '../../server/store/database.ts';

const HEX = 'ab'.repeat(32);
const SHOWN = Array.from({ length: 32 }, () => 'AB').join(':');

let database: Database;
const open = () => new Pins({ reader: database.reader, writer: database.writer, now: () => 7 });

beforeEach(() => {
  database = Database.inMemory({
    migrations: FEDERATION_MIGRATIONS,
    log: createLogger('silent', { write: () => undefined }),
  });
});
afterEach(() => database.close());

describe('a pin', () => {
  test('is taken as programs show it, and is there after a restart', async () => {
    expect(await open().add(' XN--BCHER-KVA.example ', SHOWN)).toBe('bücher.example');
    const pins = open();
    expect(pins.list()).toEqual([{ domain: 'bücher.example', fingerprint: HEX, atMs: 7 }]);
    expect(pins.of('bücher.example')).toEqual([HEX]);
    expect(pins.has('other.example')).toBe(false);
  });

  test('a domain may have several, as while its certificate changes', async () => {
    const pins = open();
    await pins.add('a.example', HEX);
    await pins.add('a.example', 'cd'.repeat(32));
    expect(pins.of('a.example')).toHaveLength(2);
    await pins.remove('a.example', SHOWN);
    expect(open().of('a.example')).toEqual(['cd'.repeat(32)]);
    await pins.remove('a.example', 'cd'.repeat(32));
    expect(pins.has('a.example')).toBe(false);
  });

  test('is refused with a sentence', async () => {
    const pins = open();
    await pins.add('a.example', HEX);
    await expect(pins.add('a.example', SHOWN)).rejects.toMatchObject({ code: 'conflict' });
    await expect(pins.add('not a domain', HEX)).rejects.toMatchObject({ code: 'invalid' });
    await expect(pins.add('a.example', 'ab')).rejects.toMatchObject({ code: 'invalid' });
    await expect(pins.remove('b.example', HEX)).rejects.toMatchObject({ code: 'not-found' });
  });
});
