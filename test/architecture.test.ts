/** The direction of imports (ARCHITECTURE.md): a room imports only from rows below it, a module never a sibling. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SERVER = join(ROOT, 'server');

const ROWS: readonly (readonly string[])[] = [
  ['xml', 'jid', 'log', 'clock'],
  ['stanza', 'store', 'config'],
  ['accounts', 'stream', 'session', 'certificates'],
  ['router', 'administration'],
  ['modulehost'],
  ['modules', 'federation', 'listeners', 'lan', 'domain-check', 'port-mapping'],
  ['control'],
];
/** Files beside the rooms, and the rooms of entries, see everything. */
const TOP_ROW = ROWS.length;
const ENTRY_ROOMS = ['cli'];

interface Import {
  readonly from: string;
  readonly to: string;
}

function rowOf(room: string): number {
  const row = ROWS.findIndex((rooms) => rooms.includes(room));
  return row < 0 ? TOP_ROW : row;
}

/** The room of a file below server/, or the empty string for one beside the rooms. */
function roomOf(path: string): string {
  const [first = '', ...rest] = relative(SERVER, path).split(sep);
  return rest.length === 0 ? '' : first;
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory()
      ? filesBelow(path)
      : path.endsWith('.ts') && !path.endsWith('.d.ts')
        ? [path]
        : [];
  });
}

function specifiers(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string);
}

const files = filesBelow(SERVER);
const imports: readonly Import[] = files.flatMap((from) =>
  specifiers(from)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => ({ from, to: resolve(dirname(from), specifier) })),
);

const short = ({ from, to }: Import) => `${relative(ROOT, from)} imports ${relative(ROOT, to)}`;

describe('the direction of imports', () => {
  test('every room under server/ has its row', () => {
    const rooms = new Set(files.map(roomOf).filter((room) => room !== '' && !ENTRY_ROOMS.includes(room)));
    expect([...rooms].filter((room) => rowOf(room) === TOP_ROW)).toEqual([]);
  });

  test('a room imports only from rooms of lower rows', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [here, there] = [roomOf(from), roomOf(to)];
      return here !== there && rowOf(there) >= rowOf(here) && rowOf(here) !== TOP_ROW;
    });
    expect(wrong.map(short)).toEqual([]);
  });

  test('a module imports no sibling module', () => {
    const nameOf = (path: string) => (relative(join(SERVER, 'modules'), path).split(sep)[0] ?? '').replace(/\.ts$/, '');
    const wrong = imports.filter(
      ({ from, to }) =>
        roomOf(from) === 'modules' &&
        roomOf(to) === 'modules' &&
        nameOf(from) !== 'index' &&
        nameOf(from) !== nameOf(to),
    );
    expect(wrong.map(short)).toEqual([]);
  });

  test('the contract imports nothing but the schema libraries', () => {
    const parts = filesBelow(join(SERVER, 'control', 'contract'));
    const foreign = [join(SERVER, 'control', 'contract.ts'), ...parts].flatMap((file) =>
      specifiers(file)
        .filter((name) => !/^(zod|@orpc\/contract)$/.test(name))
        .map((name) => resolve(dirname(file), name))
        .filter((path) => !parts.includes(path)),
    );
    expect(foreign).toEqual([]);
  });

  test('nothing under server/ imports electron', () => {
    expect(files.filter((file) => specifiers(file).some((name) => /^electron(\/|$)/.test(name)))).toEqual([]);
  });

  test('the window and the shell import nothing of the server but the contract', () => {
    const contract = join(SERVER, 'control', 'contract.ts');
    const wrong = ['electron', 'renderer']
      .flatMap((folder) => filesBelow(join(ROOT, folder)))
      .flatMap((from) => specifiers(from).map((specifier) => ({ from, to: resolve(dirname(from), specifier) })))
      .filter(({ to }) => to.startsWith(SERVER + sep) && to !== contract);
    expect(wrong.map(short)).toEqual([]);
  });

  test('SQL is written only in files called store.ts, and in the store itself', () => {
    const sql = /\b(SELECT\s+[\w*(]|INSERT\s+(OR\s+\w+\s+)?INTO|DELETE\s+FROM|UPDATE\s+\w+\s+SET|CREATE\s+TABLE)\b/;
    const wrong = files.filter(
      (file) => roomOf(file) !== 'store' && !file.endsWith(`${sep}store.ts`) && sql.test(readFileSync(file, 'utf8')),
    );
    expect(wrong.map((file) => relative(ROOT, file))).toEqual([]);
  });

  test('no folder or file is called after nothing in particular', () => {
    const vague = /(^|[/-])(utils?|helpers?|common|shared|manager|misc)([./-]|$)/;
    expect(files.map((file) => relative(ROOT, file)).filter((file) => vague.test(file))).toEqual([]);
  });
});
