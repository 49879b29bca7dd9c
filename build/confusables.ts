/**
 * Writes server/accounts/confusables-table.ts from the Unicode Consortium's confusables.txt (UTS #39 section 4), of which
 * it keeps what can be in a name. Run it with the path of a newer file, which is at https://www.unicode.org/Public/security/.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isIdentifierClass } from '../server/jid/precis-classes.ts';

const TABLE = join(import.meta.dirname, '../server/accounts/confusables-table.ts');
const LINE_LENGTH = 110;

const path = process.argv[2];
if (path === undefined) {
  process.stderr.write('Give the path of confusables.txt.\n');
  process.exit(1);
}
const text = readFileSync(path, 'utf8');
const version = /# Version: (\S+)/.exec(text)?.[1] ?? 'unknown';
const year = /# © (\d+)/.exec(text)?.[1] ?? '';

const all = new Map<string, string>();
for (const line of text.split('\n')) {
  const [source, target] = line.replace(/#.*$/, '').split(';');
  if (source === undefined || target === undefined) continue;
  all.set(readPoints(source), readPoints(target));
}

/** Names are in lower case, so what looks like a capital letter looks like the small one's namesake too: 0 is an o. */
function prototypeOf(source: string): string {
  let prototype = source;
  for (let round = 0; round < 10; round++) {
    const next = [...prototype].map((point) => all.get(point) ?? point).join('');
    const folded = next.toLowerCase().normalize('NFD');
    if (folded === prototype) return prototype;
    prototype = folded;
  }
  throw new Error(`The prototype of ${source} cannot be found.`);
}

/** Of the decomposed, lower-case string that a name is. */
function canBeInName(point: string): boolean {
  return point.toLowerCase() === point && (isIdentifierClass(point) || /\p{M}/u.test(point));
}

const sourcesOf = new Map<string, string[]>();
for (const source of all.keys()) {
  if (!canBeInName(source)) continue;
  const prototype = prototypeOf(source);
  if (prototype !== source) sourcesOf.set(prototype, [...(sourcesOf.get(prototype) ?? []), source]);
}
const entries = [...sourcesOf]
  .map(
    ([prototype, sources]) => `${writePoints(prototype, '+')}=${sources.map((one) => writePoints(one, '+')).join(',')}`,
  )
  .sort();
const lines: string[] = [];
let line = '';
for (const entry of entries) {
  for (const piece of splitEntry(entry)) {
    if (line !== '' && line.length + 1 + piece.length > LINE_LENGTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? piece : `${line} ${piece}`;
  }
}
lines.push(line);

writeFileSync(
  TABLE,
  `/**
 * What looks alike (UTS #39 section 4): \`prototype=source,source\` in hexadecimal code points.
 * Made by build/confusables.ts from confusables.txt ${version}, © ${year} Unicode, Inc. (https://www.unicode.org/license.txt).
 */
export const CONFUSABLES = \`
${lines.join('\n')}
\`;
`,
);

/** A prototype with so many sources that they fill more than a line is repeated. */
function splitEntry(entry: string): string[] {
  const [prototype = '', sources = ''] = entry.split('=');
  const pieces: string[] = [];
  let piece = '';
  for (const source of sources.split(',')) {
    if (piece !== '' && piece.length + 1 + source.length > LINE_LENGTH) {
      pieces.push(piece);
      piece = '';
    }
    piece = piece === '' ? `${prototype}=${source}` : `${piece},${source}`;
  }
  return [...pieces, piece];
}

function readPoints(hex: string): string {
  return String.fromCodePoint(
    ...hex
      .trim()
      .split(/\s+/)
      .map((point) => Number.parseInt(point, 16)),
  );
}

function writePoints(points: string, separator: string): string {
  return [...points].map((point) => point.codePointAt(0)?.toString(16)).join(separator);
}
