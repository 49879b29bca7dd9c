/**
 * The reader and libexpat give the same verdict. What passes here goes on to servers and clients that read with libexpat:
 * if it refused, one stanza would end the streams of all who receive it.
 *
 * Only in these points the reader is stricter on purpose, and then it says so: RFC 6120 forbids comments, instructions,
 * document types and entities (section 11.1), other encodings, takes U+FEFF at the beginning as a character (section
 * 11.6), and knows no text between stanzas. XML 1.0 section 2.8 wants a version number that begins with "1.".
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isNCName } from '../../server/xml/names.ts';
import { recordReader } from '../xml/recorder.ts';
import { NASTY_DOCUMENTS } from './cases/xml/nasty.ts';

const SCRIPT = fileURLToPath(new URL('./xml-against-expat.py', import.meta.url));

function verdictsOfExpat(documents: readonly Uint8Array[]): boolean[] {
  const input = documents.map((document) => Buffer.from(document).toString('hex')).join('\n');
  const { stdout, status, stderr, error } = spawnSync('python3', [SCRIPT], {
    input: `${input}\n`,
    encoding: 'utf8',
    timeout: 8000,
    maxBuffer: 1 << 24,
  });
  if (error !== undefined || status !== 0) throw new Error(`python3 failed: ${error?.message ?? stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line === '1');
}

/** `well-formed`, or the condition; the document is read as a whole stream of its own, in chunks of that size. */
function verdictOfReader(document: Uint8Array, chunkBytes: number): string {
  const { feed, events, reader } = recordReader();
  for (let at = 0; at < document.length; at += chunkBytes) feed(document.subarray(at, at + chunkBytes));
  feed('\n'); // The end of the document: what is broken off now stays so.
  const last = events.at(-1);
  if (last === 'closed') return reader.isInsideElement ? 'incomplete' : 'well-formed';
  return last === undefined || /^(opened|<)/.test(last) ? 'incomplete' : last;
}

function isStricterOnPurpose(document: Uint8Array, verdict: string): boolean {
  if (document.includes(0)) return true; // libexpat takes it for UTF-16 and was right
  const text = Buffer.from(document).toString();
  if (verdict === 'restricted-xml') return /<!|<\?|&/.test(text);
  if (verdict === 'bad-format') return true;
  if (verdict === 'unsupported-encoding') return /^<\?xml[^>]*encoding/.test(text);
  return (
    verdict === 'not-well-formed' &&
    (text.startsWith('\ufeff') || /^<\?xml\s+version\s*=\s*["'](?!1\.\d+["'])/.test(text))
  );
}

/** Compares the verdicts on all documents; gives those on which they differ without reason. */
function disagreements(documents: readonly Uint8Array[]): string[] {
  const expected = verdictsOfExpat(documents);
  expect(expected).toHaveLength(documents.length);
  return documents.flatMap((document, i) => {
    const whole = verdictOfReader(document, document.length + 1);
    const inParts = verdictOfReader(document, 1 + (i % 5));
    const agrees =
      (whole === 'well-formed') === expected[i] || (expected[i] === true && isStricterOnPurpose(document, whole));
    const isSteady = whole === inParts;
    return agrees && isSteady
      ? []
      : [`${JSON.stringify(Buffer.from(document).toString())}: expat ${expected[i]}, reader ${whole} / ${inParts}`];
  });
}

test('on documents that are known to be nasty', () => {
  expect(disagreements(NASTY_DOCUMENTS.map((document) => Buffer.from(document)))).toEqual([]);
});

test('on every character of the basic plane as the beginning and as the middle of a name', () => {
  const characters = Array.from({ length: 0xffff - 0x21 }, (_, i) => String.fromCharCode(0x21 + i)).filter(
    (character) => character.isWellFormed() && !'/>:'.includes(character),
  );
  const names = characters.flatMap((character) => [character, `a${character}`]);
  const expected = verdictsOfExpat(names.map((name) => Buffer.from(`<${name}/>`)));
  expect(names.filter((name, i) => isNCName(name) !== expected[i])).toEqual([]);
});

/** Pieces that together are well-formed often enough, and nearly so most of the time. */
const fragment = fc.constantFrom(
  ...[
    '<a>',
    '</a>',
    '<a/>',
    '<b:a>',
    '</b:a>',
    "<b:a xmlns:b='c'>",
    "<a xmlns='c'>",
    "<a xmlns=''>",
    '<',
    '>',
    '/',
    '</',
    '/>',
    '=',
    "'",
    '"',
    ' ',
  ],
  ...[
    "<a b='1'>",
    " b='1'",
    " b:c='1'",
    " xml:lang='en'",
    " xmlns:b='d'",
    " xmlns:e='d'",
    " e:c='2'",
    '&amp;',
    '&lt;',
    '&#65;',
    '&#x1;',
    '&',
    ';',
    '&x;',
  ],
  ...[
    '<![CDATA[',
    ']]>',
    ']]',
    ']',
    '<![CDATA[x]]>',
    '<!--',
    '-->',
    '<?',
    '?>',
    '<!',
    '\r',
    '\n',
    '\r\n',
    '\t',
    'text',
    'ü',
    '🎈',
    '\0',
    '\ufffe',
    ':',
    'xmlns',
    'é',
  ],
);

test('on random mixtures of markup', () => {
  const document = fc
    .array(fragment, { maxLength: 12 })
    .map((parts) => Buffer.from(`<a xmlns:b='u'>${parts.join('')}</a>`));
  expect(disagreements(fc.sample(document, 3000))).toEqual([]);
});

test('on well-formed and nasty documents with a few bytes changed', () => {
  const seeds = [
    ...NASTY_DOCUMENTS.map((seed) => Buffer.from(seed)),
    ...[
      "<?xml version='1.0' encoding='UTF-8'?>\r\n<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='a'><message to='b@c' xml:lang='de'><body>Grüße &amp; 🎈 &#x41;<![CDATA[ ]] ]]></body><x xmlns='jabber:x'/></message></stream:stream>",
      "<s><p:a xmlns:p='urn:p' xmlns:q='urn:q' p:b='1' q:b='2' b='3'><q:c><d xmlns='urn:d'/></q:c></p:a ></s>",
    ].flatMap((seed) => Array.from({ length: 200 }, () => Buffer.from(seed))),
  ];
  const change = fc.record({
    at: fc.nat(),
    remove: fc.integer({ min: 0, max: 2 }),
    insert: fc.oneof(
      fragment.map((part) => Buffer.from(part)),
      fc.uint8Array({ maxLength: 2 }),
    ),
  });
  const document = fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([seed, changes]) =>
      changes.reduce((bytes, { at, remove, insert }) => {
        const start = at % (bytes.length + 1);
        return Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
      }, seed),
    );
  expect(disagreements(fc.sample(document, 3000))).toEqual([]);
});
