import { describe, expect, test } from 'vitest';
import { XmlReader } from '../../server/xml/reader.ts';
import { ROOMY, recordReader, recordStream, STREAM_HEADER } from './recorder.ts';

describe('a stream', () => {
  test('is announced with its header, its default namespace and its prefixes', () => {
    const { events, declared } = recordReader().feed(`<?xml version='1.0'?>${STREAM_HEADER}`);
    expect(events).toEqual([
      "opened <stream xmlns='http://etherx.jabber.org/streams' to='example.org' version='1.0'/>",
    ]);
    expect(declared).toEqual([
      ['', 'jabber:client'],
      ['stream', 'http://etherx.jabber.org/streams'],
    ]);
  });

  test('that declares no default namespace has none', () => {
    expect(recordReader().feed("<s:stream xmlns:s='urn:s'>").declared).toEqual([
      ['', ''],
      ['s', 'urn:s'],
    ]);
  });

  test('is reported as closed, also when it was never more than one tag', () => {
    expect(recordStream().feed('<a/></stream:stream>').events).toEqual(['<a/>', 'closed']);
    expect(recordReader().feed('<stream/>').events).toEqual(['opened <stream/>', 'closed']);
  });

  test('may be followed by whitespace and by nothing else', () => {
    expect(recordStream().feed('</stream:stream>\r\n ').events).toEqual(['closed']);
    expect(recordStream().feed('</stream:stream> <a/>').events).toEqual(['closed', 'not-well-formed']);
    expect(recordStream().feed('</stream:stream>', 'x').events).toEqual(['closed', 'not-well-formed']);
    expect(recordReader().feed('<stream/>x').events).toEqual(['opened <stream/>', 'closed', 'not-well-formed']);
    expect(recordStream().feed('</stream:stream><!-- -->').events).toEqual(['closed', 'restricted-xml']);
    expect(recordStream().feed('</stream:stream></stream:stream>').events).toEqual(['closed', 'not-well-formed']);
    expect(recordStream({ maxStanzaBytes: 20 }).feed('</stream:stream><', 'a'.repeat(20)).events).toEqual([
      'closed',
      'policy-violation',
    ]);
  });

  test('delivers each element with the last of its bytes', () => {
    const { events, reader, feed } = recordStream();
    feed('<a', '/');
    expect(events).toEqual([]);
    feed('><b></b');
    expect(events).toEqual(['<a/>']);
    expect(reader.isInsideElement).toBe(true);
    feed('>');
    expect(events).toEqual(['<a/>', '<b/>']);
    expect(reader.isInsideElement).toBe(false);
  });

  test('gives the same events however it is cut into chunks', () => {
    const text = `<?xml version="1.0" encoding='UTF-8'?>\r\n${STREAM_HEADER}
      <message id='1\r\n2&#13;3' xml:lang='de'><body>Grüße 🎈 &lt;]]&gt; <![CDATA[a]]b]]> \r\n\r</body></message>
      \t<x:y xmlns:x='urn:x' x:a='&quot;' b="'"><x:z/><w xmlns=''/></x:y ></stream:stream>\n`;
    const bytes = Buffer.from(text);
    const whole = recordReader().feed(bytes).events;
    expect(whole).toHaveLength(4);
    for (const size of [1, 2, 3, 7, 64]) {
      const { events, feed } = recordReader();
      for (let at = 0; at < bytes.length; at += size) feed(bytes.subarray(at, at + size));
      expect(events).toEqual(whole);
    }
  });

  test('of one very large chunk is read to its end', () => {
    const { elements } = recordStream().feed('<a>ü</a>'.repeat(10_000));
    expect(elements).toHaveLength(10_000);
    expect(elements.every((element) => element.text() === 'ü')).toBe(true);
  });
});

describe('an element', () => {
  test('takes its namespace from the stream header, its ancestors or itself', () => {
    const [element] = recordStream().feed(
      "<iq><query xmlns='urn:q'><item/><stream:x/><none xmlns=''><deep/></none></query><p:a xmlns:p='urn:p'><p:b/></p:a></iq>",
    ).elements;
    expect(element?.is('iq', 'jabber:client')).toBe(true);
    const query = element?.child('query', 'urn:q');
    expect(query?.child('item')?.xmlns).toBe('urn:q');
    expect(query?.child('x', 'http://etherx.jabber.org/streams')).toBeDefined();
    expect(query?.child('none', '')?.child('deep')?.xmlns).toBe('');
    expect(element?.child('a', 'urn:p')?.child('b')?.xmlns).toBe('urn:p');
  });

  test('sees a prefix with the innermost meaning, and the outer one again after it', () => {
    const [element] = recordStream().feed("<a xmlns:p='urn:1'><p:b xmlns:p='urn:2'><p:c/></p:b><p:d/></a>").elements;
    expect(element?.elements.map((child) => child.xmlns)).toEqual(['urn:2', 'urn:1']);
    expect(element?.elements[0]?.elements[0]?.xmlns).toBe('urn:2');
  });

  test('does not lend its prefixes to the next one', () => {
    expect(recordStream().feed("<a xmlns:p='urn:1'/><p:b/>").events).toEqual(['<a/>', 'not-well-formed']);
  });

  test('keeps its attributes in order, without declarations, by expanded name', () => {
    const [element] = recordStream().feed(
      "<a z='1' xmlns='urn:d' xml:lang='en' xmlns:p='urn:}p' p:z='2' __proto__='3' xml:space='preserve' b='4'/>",
    ).elements;
    expect(element?.attributes).toEqual([
      ...['z', '1', 'xml:lang', 'en', '{urn:}p}z', '2'],
      ...['__proto__', '3', 'xml:space', 'preserve', 'b', '4'],
    ]);
  });

  test('may declare a prefix after it was used in the same tag', () => {
    expect(recordStream().feed("<p:a p:b='1' xmlns:p='urn:p'/>").elements[0]?.attributes).toEqual(['{urn:p}b', '1']);
  });

  test('has adjacent text, character references and CDATA as one piece', () => {
    const [element] = recordStream().feed(
      '<a>1&amp;2<![CDATA[<3>]]><![CDATA[]]>4&#x35;\r\n<b/>6<![CDATA[]]></a>',
    ).elements;
    expect(element?.children.filter((child) => typeof child === 'string')).toEqual(['1&2<3>45\n', '6']);
  });

  test('that holds nothing has no children', () => {
    const { elements } = recordStream().feed('<a/><a></a><a><![CDATA[]]></a>');
    expect(elements.map((element) => element.children.length)).toEqual([0, 0, 0]);
  });

  test('keeps white space that is its own', () => {
    expect(recordStream().feed('<a> <b/>\n</a>').elements[0]?.children).toHaveLength(3);
  });

  test('in the namespace of xml: is read and can be passed on', () => {
    expect(recordStream().feed('<xml:a><b/></xml:a>').events).toEqual(["<xml:a><b xmlns='jabber:client'/></xml:a>"]);
  });
});

describe('stopping', () => {
  test('in the middle of a chunk discards the rest of it', () => {
    const { events, feed } = recordStream({}, (reader) => reader.stop());
    feed('<starttls/><a/><b', '/><c/>');
    expect(events).toEqual(['<starttls/>']);
  });

  test('hides even what is not well-formed afterwards', () => {
    expect(recordStream({}, (reader) => reader.stop()).feed('<auth/>\x16\x03\x01').events).toEqual(['<auth/>']);
  });

  test('may come from outside as well', () => {
    const { events, feed, reader } = recordStream();
    feed('<a/><b');
    reader.stop();
    feed('/>');
    expect(events).toEqual(['<a/>']);
  });

  test('in the stream header gives no element', () => {
    const seen: string[] = [];
    const reader: XmlReader = new XmlReader(
      {
        streamOpened: () => reader.stop(),
        element: (element) => seen.push(element.name),
        streamClosed: () => seen.push('closed'),
      },
      ROOMY,
    );
    reader.write(Buffer.from('<s><a/></s>'));
    expect(seen).toEqual([]);
  });

  test('is what an event that throws does, and the error is passed on', () => {
    const { feed, events } = recordStream({}, () => {
      throw new RangeError('a mistake elsewhere');
    });
    expect(() => feed('<a/><b/>')).toThrow(RangeError);
    feed('<c/>');
    expect(events).toEqual(['<a/>']);
  });

  test('is what an error does: nothing is delivered after it', () => {
    expect(recordStream().feed('<a/><!-- --><b/>', '<c/>').events).toEqual(['<a/>', 'restricted-xml']);
  });
});

describe('refused with its condition', () => {
  const inside: Record<string, readonly string[]> = {
    'restricted-xml': [
      '<!-- a comment -->',
      '<a><!-- a comment --></a>',
      '<?a pi?>',
      '<!DOCTYPE a>',
      '<a><?a pi?></a>',
      '<a>&nbsp;</a>',
      "<a b='&nbsp;'/>",
    ],
    'bad-format': ['text', ' text', '&#32;', '&amp;', '<![CDATA[ ]]>', '<a/>text', '\u00a0', '\0'],
    'not-well-formed': [
      '<a></b>',
      '</a>',
      '<a b/>',
      '<a b=c/>',
      "<a b='1' b='2'/>",
      "<a b='1'c='2'/>",
      "<a b='<'/>",
      '<a>]]></a>',
      '<a>&;</a>',
      '<a>& amp;</a>',
      '<a>&</a>;',
      '<a></b>',
      '<a></a.>',
      '<a>\u0001</a>',
      '<a>\0</a>',
      '<a>\ufffe</a>',
      '<a>&#0;</a>',
      '<a>&#xD800;</a>',
      '<a>&#x110000;</a>',
      '<a>&#X41;</a>',
      '<1/>',
      '< a/>',
      '<a/ >',
      "<?xml version='1.0'?>",
      '<p:a/>',
      "<a p:b='1'/>",
      '<a:b:c/>',
      '<:a/>',
      "<a: xmlns:a='urn:a'/>",
      "<a:1 xmlns:a='urn:a'/>",
      "<a a:='1'/>",
      '<xmlns:a/>',
      "<a xmlns:p=''/>",
      "<a xmlns:xmlns='urn:a'/>",
      "<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>",
      "<a xmlns:xml='urn:a'/>",
      "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
      "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
      "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
      "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
      "<a xmlns:p='urn:a' xmlns:q='urn:a' p:b='1' q:b='2'/>",
      "<a xmlns='urn:a' xmlns='urn:b'/>",
      '<\u2160/>', // a name in the fifth edition of XML 1.0 only
    ],
  };
  for (const [condition, inputs] of Object.entries(inside)) {
    test.each(inputs)(`${condition}: %j between stanzas or in one`, (input) => {
      const [first, ...more] = recordStream().feed(input, '<last/>').events;
      expect(input.startsWith('<a/>') ? more : [first, ...more]).toEqual([condition]);
    });
  }

  test('not-well-formed: an element or stream with the wrong closing tag, before it is delivered', () => {
    for (const text of ['<a></b>', '<a></ab>', '<ab></a>', '<a><b></a></b>', '<a></a.\r\n>', '</stream:stream2>']) {
      expect(recordStream().feed(text).events).toEqual(['not-well-formed']);
      expect(recordStream().feed(...text).events).toEqual(['not-well-formed']);
      expect(recordStream().feed(text.slice(0, 4), text.slice(4)).events).toEqual(['not-well-formed']);
    }
    expect(recordStream().feed('<a><b></b\r\n></a\t\r', '\n', '>').elements).toHaveLength(1);
  });

  const beginnings: Record<string, readonly (string | Uint8Array)[]> = {
    'restricted-xml': ['<!-- --><s>', '<?pi?><s>', '<!DOCTYPE s><s>', "<!DOCTYPE s [<!ENTITY a 'b'>]><s>"],
    'not-well-formed': [
      'text<s>',
      '&amp;<s>',
      '<![CDATA[ ]]><s>',
      '\ufeff<s>',
      '<?xml?><s>',
      "<?xml version='2.0'?><s>",
      "<?xml version='1.0' standalone='maybe'?><s>",
      "<?xml encoding='UTF-8'?><s>",
      " <?xml version='1.0'?><s>",
      "<?xml version='1.0'?><?xml version='1.0'?><s>",
      Buffer.from('<s>', 'utf16le'),
    ],
    'unsupported-encoding': [
      "<?xml version='1.0' encoding='ISO-8859-1'?><s>",
      "<?xml version='1.0' encoding='UTF-16'?><s>",
      Buffer.from('\ufeff<s>', 'utf16le'),
      Buffer.from('<s a="ü">', 'latin1'),
    ],
  };
  for (const [condition, inputs] of Object.entries(beginnings)) {
    test.each(inputs)(`${condition}: %j at the beginning`, (input) => {
      expect(recordReader().feed(input).events).toEqual([condition]);
    });
  }

  test.each([
    ['a byte that never begins a character', [0xff]],
    ['an overlong form', [0xc0, 0xbc]],
    ['an overlong form of three bytes', [0xe0, 0x80, 0xbc]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a character that is broken off', [0xe2, 0x82, 0x3c]],
    ['a continuation without a beginning', [0x80]],
  ])('unsupported-encoding: %s, in one chunk or byte by byte', (_, bytes) => {
    expect(recordStream().feed('<a>', Uint8Array.from(bytes)).events).toEqual(['unsupported-encoding']);
    expect(recordStream().feed('<a>', ...bytes.map((byte) => Uint8Array.of(byte))).events).toEqual([
      'unsupported-encoding',
    ]);
  });

  test('unsupported-encoding: what came before in the same chunk is delivered', () => {
    expect(recordStream().feed(Buffer.from('<a>\xc3\xbc</a>\xff<b/>', 'latin1')).events).toEqual([
      '<a>ü</a>',
      'unsupported-encoding',
    ]);
    expect(recordStream({}, (reader) => reader.stop()).feed(Buffer.from('<a/>\xff', 'latin1')).events).toEqual([
      '<a/>',
    ]);
  });
});

describe('accepted', () => {
  test.each([
    '<s>',
    ' \r\n<s>',
    "<?xml version='1.0'?><s>",
    "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<s>",
    "<?xml version='1.1'?><s>", // XML 1.0, section 2.8: read as 1.0
    '<straße>',
  ])('%j as a beginning', (input) => {
    expect(recordReader().feed(input).events).toHaveLength(1);
    expect(recordReader().feed(input).events[0]).toMatch(/^opened/);
  });

  test('a version number of 1.1 does not make it XML 1.1', () => {
    const { events } = recordReader().feed("<?xml version='1.1'?><s><a>&#1;</a>");
    expect(events).toEqual(['opened <s/>', 'not-well-formed']);
  });
});

describe('the size of an element', () => {
  test('is counted in bytes from its < to its >, and exactly the limit passes', () => {
    for (const text of ['<a>123456789</a>', '<a>1üü4567</a>', "<abcdefg h='1'/>", '<a>🎈12345</a>']) {
      const bytes = Buffer.from(text);
      expect(bytes).toHaveLength(16);
      for (const chunks of [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))]) {
        expect(recordStream({ maxStanzaBytes: 16 }).feed(...chunks).events).toHaveLength(1);
        expect(recordStream({ maxStanzaBytes: 16 }).feed(...chunks).elements).toHaveLength(1);
        expect(recordStream({ maxStanzaBytes: 15 }).feed(...chunks).events).toEqual(['policy-violation']);
      }
    }
  });

  test('counts neither its neighbours nor the whitespace around it', () => {
    const { elements, events } = recordStream({ maxStanzaBytes: 10 }).feed(`${' '.repeat(50)}<a>123</a>\n`.repeat(9));
    expect(elements).toHaveLength(9);
    expect(events).toHaveLength(9);
  });

  test.each([
    ['text', '<a>', 'x'],
    ['a name', '<a', 'a'],
    ['an attribute', "<a b='", 'x'],
    ['attributes of one tag', '<a', " b=''"],
    ['whitespace in a tag', '<a', ' '],
    ['children', '<a>', '<b/>'],
    ['an entity', '<a>&', 'x'],
    ['CDATA', '<a><![CDATA[', 'x'],
    ['a comment', '<a><!--', 'x'],
    ['a processing instruction', '<a><?a ', 'x'],
    ['a closing tag', '<a></', 'a'],
    ['the closing tag of the stream', '</', 'a'],
  ])('is refused when %s never ends', (_, beginning, more) => {
    const { feed, events } = recordStream({ maxStanzaBytes: 1000 });
    feed(beginning);
    for (let fed = 0; fed < 1000; fed += more.length) feed(more);
    expect(events).toEqual(['policy-violation']);
  });

  test.each([
    ['whitespace', ' '],
    ['a name', '<aaaaaaaaaa'],
    ['an attribute', "<a b='          "],
    ['a document type declaration', '<!DOCTYPE a [          '],
    ['an XML declaration', "<?xml version='1.0' encoding='aaaaaaaa"],
  ])('is refused before the stream header is complete: %s', (_, beginning) => {
    const { feed, events } = recordReader({ maxStanzaBytes: 100 });
    feed(beginning, beginning.slice(-1).repeat(60));
    expect(events).toEqual([]);
    feed(beginning.slice(-1).repeat(60));
    expect(events).toEqual(['policy-violation']);
  });

  test('that is too large is never delivered, also when all of it comes in one chunk', () => {
    expect(recordStream({ maxStanzaBytes: 100 }).feed(`<a/><a>${'x'.repeat(100)}</a>`).events).toEqual([
      '<a/>',
      'policy-violation',
    ]);
  });

  test('is looked at while a chunk is read, not only at its end', () => {
    const error = recordStream({ maxStanzaBytes: 100 }).feed(`<a>${'x'.repeat(100_000)}<!-- -->`).events;
    expect(error).toEqual(['policy-violation']);
  });

  test.each([
    ['elements with a prefix', (uri: string) => `<a xmlns:p='${uri}'>${'<p:b/>'.repeat(20)}</a>`],
    ['attributes with a prefix', (uri: string) => `<a xmlns:p='${uri}'>${"<b p:c=''/>".repeat(20)}</a>`],
    ['the default namespace', (uri: string) => `<p:a xmlns:p='p' xmlns='${uri}'>${'<b/>'.repeat(20)}</p:a>`],
  ])('counts a namespace at each place where it has to be written: %s', (_, stanza) => {
    const text = stanza('u'.repeat(100));
    const written = recordStream().feed(text).elements[0]?.toXml('jabber:client') ?? '';
    expect(written.length).toBeGreaterThan(2000);
    expect(recordStream({ maxStanzaBytes: 1000 }).feed(text).events).toEqual(['policy-violation']);
    expect(recordStream({ maxStanzaBytes: text.length + 2000 }).feed(text, text).elements).toHaveLength(2);
  });

  test('counts a namespace that the stream header declares', () => {
    const header = `<s:stream xmlns:s='urn:s' xmlns:p='${'u'.repeat(100)}'>`;
    const { feed, reader, events } = recordReader().feed(header);
    reader.limits = { ...ROOMY, maxStanzaBytes: 1000 };
    feed(`<a>${'<p:b/>'.repeat(20)}</a>`);
    expect(events.at(-1)).toBe('policy-violation');
  });

  test('counts a namespace once where the tag itself declares it', () => {
    const text = `<a>${`<b xmlns='${'u'.repeat(100)}'><c/><c/></b>`.repeat(5)}</a>`;
    expect(recordStream({ maxStanzaBytes: text.length }).feed(text, text).elements).toHaveLength(2);
  });

  test('may be raised from within an event, for what follows', () => {
    const { feed, elements } = recordStream({ maxStanzaBytes: 20 }, (reader) => {
      reader.limits = { ...ROOMY, maxStanzaBytes: 200 };
    });
    feed(`<auth/><a>${'x'.repeat(100)}</a>`);
    expect(elements).toHaveLength(2);
  });
});

test('whitespace between stanzas may go on for ever and takes no memory', () => {
  const { reader, events, feed } = recordStream({ maxStanzaBytes: 100 });
  const megabyte = Buffer.alloc(1 << 20, ' ');
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 64; i++) reader.write(megabyte);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(48 << 20);
  expect(reader.isInsideElement).toBe(false);
  feed('<a/>');
  expect(events).toEqual(['<a/>']);
});

test('elements may be nested as deep as the limit says', () => {
  const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
  expect(recordStream({ maxDepth: 5 }).feed(nested(5)).elements).toHaveLength(1);
  expect(recordStream({ maxDepth: 5 }).feed(nested(6)).events).toEqual(['policy-violation']);
});

test('an element may have as many attributes as the limit says, declarations included', () => {
  const many = (count: number) =>
    `<a xmlns:p='urn:p'${Array.from({ length: count - 1 }, (_, i) => ` b${i}=''`).join('')}/>`;
  expect(recordStream({ maxAttributes: 5 }).feed(many(5), many(5)).elements).toHaveLength(2);
  expect(recordStream({ maxAttributes: 5 }).feed(many(6)).events).toEqual(['policy-violation']);
});

test('an error says nothing of what was read', () => {
  const { reader } = recordStream();
  expect(() => reader.write(Buffer.from('<secret p:password="1"/>'))).toThrow('A namespace prefix is not declared.');
});
