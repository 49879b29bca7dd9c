/** What the serializer writes, the reader reads as the same tree; and so it does with any other way of writing it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createElement, type Element, type Node } from '../../server/xml/element.ts';
import { NS_XML } from '../../server/xml/namespaces.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { escapeAttribute, escapeText } from '../../server/xml/serializer.ts';
import { recordReader, recordStream } from '../xml/recorder.ts';

const name = fc.oneof(
  fc.constantFrom(
    'message',
    'body',
    'x',
    'größe',
    '__proto__',
    'constructor',
    'xmlnsa',
    'a0',
    'xml',
    '名',
    '_',
    'a-b.c1',
  ),
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9._-]{0,8}$/).filter((text) => text !== 'xmlns'),
);
const namespace = fc.constantFrom('', 'jabber:client', 'urn:a', 'urn:}b', `u'<&">\r\n\t`, ' urn:a ', '🎈', NS_XML);
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('\r', '\n', '\r\n', '\t', ' ', ']]>', '&amp;', '<', "'", '"', '🎈', '\u0085'),
      fc.string({ unit: 'binary' }),
    ),
    {
      maxLength: 4,
    },
  )
  .map((parts) => parts.join('').replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, ''));
const attributeName = fc.oneof(
  name,
  name.map((local) => `xml:${local}`),
  fc.tuple(namespace, name).map(([uri, local]) => (uri === '' || uri === NS_XML ? local : `{${uri}}${local}`)),
);
const attributes = fc.uniqueArray(fc.tuple(attributeName, text), { maxLength: 4, selector: ([key]) => key });

const { element } = fc.letrec<{ element: Element; node: Node }>((tie) => ({
  node: fc.oneof({ depthSize: 'small' }, text, tie('element')),
  element: fc
    .tuple(name, namespace, attributes, fc.array(tie('node'), { maxLength: 4 }))
    .map(([local, xmlns, pairs, children]) => createElement(local, xmlns, pairs.flat(), joinText(children))),
}));

/** Adjacent text is one node once it has been read, and empty text is none. */
function joinText(nodes: readonly Node[]): Node[] {
  const joined: Node[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (typeof node === 'string' && typeof last === 'string') joined[joined.length - 1] = last + node;
    else if (node !== '') joined.push(node);
  }
  return joined;
}

type Tree = string | readonly [name: string, xmlns: string, attributes: readonly string[], children: readonly Tree[]];

function asTree(node: Node): Tree {
  if (typeof node === 'string') return node;
  return [node.name, node.xmlns, node.attributes, node.children.map(asTree)];
}

test('a tree that was written and read again is the same tree', () => {
  fc.assert(
    fc.property(element, (original) => {
      expect(asTree(parseXml(original.toXml()))).toEqual(asTree(original));
    }),
    { numRuns: 1000 },
  );
});

test('so it is in a stream, in whatever chunks it comes', () => {
  fc.assert(
    fc.property(fc.array(element, { maxLength: 3 }), fc.integer({ min: 1, max: 40 }), (originals, size) => {
      const { elements, feed, events } = recordStream();
      const bytes = Buffer.from(originals.map((original) => original.toXml('jabber:client')).join('\n'));
      for (let at = 0; at < bytes.length; at += size) feed(bytes.subarray(at, at + size));
      expect(elements.map(asTree)).toEqual(originals.map(asTree));
      expect(events).toHaveLength(originals.length);
    }),
    { numRuns: 500 },
  );
});

test('a tree is the same with any prefixes, quotes, CDATA and references', () => {
  fc.assert(
    fc.property(element, fc.infiniteStream(fc.nat(99)), (original, choices) => {
      const choose = (count: number): number => (choices.next().value ?? 0) % count;
      const xml = writeOtherwise(original, new Map([['', '']]), choose);
      const { elements } = recordReader().feed(`<root>${xml}</root>`);
      expect(elements.map(asTree)).toEqual([asTree(original)]);
    }),
    { numRuns: 1000 },
  );
});

/** Writes an element as no sensible program would. `scope` holds the prefixes, the empty one for the default. */
function writeOtherwise(
  element: Element,
  scope: ReadonlyMap<string, string>,
  choose: (count: number) => number,
): string {
  const inner = new Map(scope);
  /** Prefixes that this tag uses, so that they must not get another meaning on it. */
  const taken = new Set<string>();
  function prefixFor(uri: string, mayBeDefault: boolean): string {
    if (uri === NS_XML) return 'xml:';
    const known = [...inner].filter(([prefix, bound]) => bound === uri && (mayBeDefault || prefix !== ''));
    const reused = known[choose(known.length + 1)]?.[0];
    if (reused !== undefined) {
      taken.add(reused);
      return reused === '' ? '' : `${reused}:`;
    }
    const free = ['', 'p', 'q', 'xmlx', 'é', ...Array.from({ length: 8 }, (_, i) => `r${i}`)].filter(
      (prefix) => !taken.has(prefix) && (prefix === '' ? mayBeDefault : uri !== ''),
    );
    const prefix = free[choose(free.length)] as string;
    taken.add(prefix);
    inner.set(prefix, uri);
    return prefix === '' ? '' : `${prefix}:`;
  }

  const tagName = prefixFor(element.xmlns, true) + element.name;
  // From here on the default namespace stays as it is, for the element is in it or has a prefix.
  taken.add('');
  const parts: string[] = [];
  for (let i = 0; i < element.attributes.length; i += 2) {
    const key = element.attributes[i] as string;
    const end = key.lastIndexOf('}');
    const written = key.startsWith('{') ? prefixFor(key.slice(1, end), false) + key.slice(end + 1) : key;
    parts.push(attribute(written, element.attributes[i + 1] as string, choose));
  }
  for (const prefix of taken) {
    const uri = inner.get(prefix);
    if (uri === undefined || uri === scope.get(prefix)) continue;
    parts.splice(choose(parts.length + 1), 0, attribute(prefix === '' ? 'xmlns' : `xmlns:${prefix}`, uri, choose));
  }
  const tag = [tagName, ...parts].join([' ', '\n', ' \t'][choose(3)]);
  const inside = element.children
    .map((child) => (typeof child === 'string' ? writeText(child, choose) : writeOtherwise(child, inner, choose)))
    .join('');
  if (inside === '' && choose(2) === 0) return `<${tag} />`;
  return `<${tag}>${inside}</${tagName}${choose(2) === 0 ? '' : '\r\n'}>`;
}

function attribute(name: string, value: string, choose: (count: number) => number): string {
  const quote = choose(2) === 0 ? '"' : "'";
  const equals = ['=', ' = ', '\n='][choose(3)];
  return `${name}${equals}${quote}${choose(3) === 0 ? asReferences(value) : escapeAttribute(value)}${quote}`;
}

function writeText(value: string, choose: (count: number) => number): string {
  const half = choose(value.length + 1);
  const cut = value.slice(0, half).isWellFormed() ? half : 0;
  return [value.slice(0, cut), value.slice(cut)]
    .map((part) => {
      const way = choose(3);
      if (way === 0) return asReferences(part);
      return way === 1 && !/\r|\]/.test(part) ? `<![CDATA[${part}]]>` : escapeText(part);
    })
    .join('');
}

function asReferences(value: string): string {
  return Array.from(value, (character) => `&#x${(character.codePointAt(0) ?? 0).toString(16)};`).join('');
}
