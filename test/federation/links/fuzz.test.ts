/** Whatever another server sends, right or wrong in any place: nothing breaks but its own stream. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDialback } from '../../../server/federation/links/dialback.ts';
import { readServerStanza } from '../../../server/federation/links/inbound.ts';
import { StreamError } from '../../../server/stream/stream-error.ts';
import { createElement } from '../../../server/xml/element.ts';
import { identityOf, Network } from './linked-servers.ts';
import { RawPeer } from './raw-peer.ts';

const SM = "xmlns='urn:xmpp:sm:3'";
const FROM_TO = "from='juliet@capulet.example/balcony' to='romeo@montague.example'";
/** What a peer may say once it is proven, all of it right. */
const TRANSCRIPT = [
  `<enable ${SM} resume='true'/>`,
  `<message ${FROM_TO} type='chat' id='1'><body>Hi</body><delay xmlns='urn:xmpp:delay' stamp='x' from='a'/></message>`,
  `<presence ${FROM_TO} type='subscribe'/>`,
  `<iq ${FROM_TO} type='get' id='2'><ping xmlns='urn:xmpp:ping'/></iq>`,
  `<iq ${FROM_TO} type='error' id='2'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
  `<r ${SM}/>`,
  `<a ${SM} h='0'/>`,
  `<resume ${SM} previd='x' h='1'/>`,
  "<db:result from='rooms.capulet.example' to='montague.example'>key</db:result>",
  "<db:verify from='capulet.example' to='montague.example' id='x'>key</db:verify>",
  "<bidi xmlns='urn:xmpp:bidi'><limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>9000</max-bytes></limits></bidi>",
  "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
  '</stream:stream>',
];
const FEATURES = [
  "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>" +
    `<dialback xmlns='urn:xmpp:features:dialback'/><sm ${SM}/><bidi xmlns='urn:xmpp:features:bidi'/></stream:features>`,
  "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
  "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
  "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
  "<db:result from='capulet.example' to='montague.example' type='valid'/>",
  "<db:result from='capulet.example' to='montague.example' type='error'/>",
  `<enabled ${SM} id='x' resume='true'/>`,
  `<failed ${SM}/>`,
];

interface Change {
  readonly at: number;
  readonly drop: number;
  readonly insert: string;
}

const piece = fc.oneof(
  fc.constantFrom(
    '<',
    '>',
    '/',
    "'",
    '&',
    '&#0;',
    ' ',
    '\0',
    '\ud800',
    "xmlns=''",
    'xml:lang=',
    '<a>',
    ']]>',
    '<![CDATA[',
  ),
  fc.string({ maxLength: 8 }),
);
const change: fc.Arbitrary<Change> = fc.record({ at: fc.nat(2_000), drop: fc.nat(20), insert: piece });

/** Lines of the transcript in any order, and then changed in some places. */
function mutated(transcript: readonly string[]): fc.Arbitrary<string> {
  const lines = fc.array(fc.constantFrom(...transcript), { minLength: 1, maxLength: 6 });
  return fc.tuple(lines, fc.array(change, { maxLength: 3 })).map(([chosen, changes]) => {
    let text = chosen.join('');
    for (const { at, drop, insert } of changes) {
      const place = at % (text.length + 1);
      text = text.slice(0, place) + insert + text.slice(place + drop);
    }
    return text;
  });
}

test('on a stream to us', { timeout: 60_000 }, async () => {
  await using network = new Network();
  const server = await network.server({
    domain: 'montague.example',
    limits: { maxHalfOpenPerAddress: 1_000, maxStreamsPerDomain: 1_000, maxStreamsPerAddress: 1_000 },
  });
  const capulet = await identityOf('capulet.example');
  await fc.assert(
    fc.asyncProperty(mutated(TRANSCRIPT), async (text) => {
      const peer = await RawPeer.connect(server);
      await peer.proves('capulet.example', 'montague.example', capulet);
      peer.write(text);
      await new Promise(setImmediate);
      peer.drops();
    }),
    { numRuns: 150, interruptAfterTimeLimit: 8_000 },
  );
  const honest = await RawPeer.connect(server);
  await honest.proves('capulet.example', 'montague.example', capulet);
  honest.write(`<message ${FROM_TO} id='after'/>`);
  for (;;) if ((await server.received.next()).element.attr('id') === 'after') break;
  for (const { from, to } of server.received.all)
    expect([from.domain.endsWith('capulet.example'), to.domain]).toEqual([true, 'montague.example']);
});

test('on a stream that we have opened', { timeout: 60_000 }, async () => {
  await using network = new Network();
  const server = await network.server({ domain: 'montague.example' });
  const capulet = await identityOf('capulet.example');
  const peers = await RawPeer.listen(network, 'capulet.example');
  await fc.assert(
    fc.asyncProperty(mutated([...FEATURES, ...TRANSCRIPT]), async (text) => {
      const tested = server.links.test('capulet.example');
      const peer = await peers.next();
      await peer.admits("id='x' from='capulet.example' to='montague.example'", capulet);
      peer.opens("id='x' from='capulet.example' to='montague.example'");
      peer.write(FEATURES[0] + text);
      await new Promise(setImmediate);
      peer.drops();
      await tested;
      server.links.close('capulet.example', 'Next.');
    }),
    { numRuns: 100, interruptAfterTimeLimit: 8_000 },
  );
  for (const { from, to } of server.received.all)
    expect([from.domain, to.domain]).toEqual(['capulet.example', 'montague.example']);
});

test('elements of any shape are read or refused, and never break anything', () => {
  const name = fc.constantFrom('message', 'presence', 'iq', 'result', 'verify', 'error', 'body');
  const xmlns = fc.constantFrom('jabber:server', 'jabber:client', 'jabber:server:dialback', 'urn:x');
  const address = fc.oneof(
    fc.constantFrom('juliet@capulet.example/x', 'CAPULET.example.', 'romeo@montague.example', '@', '[::1]', 'x@'),
    fc.string({ maxLength: 30 }),
  );
  const attributes = fc
    .dictionary(fc.constantFrom('from', 'to', 'type', 'id', 'xml:lang'), address)
    .map((all) => Object.entries(all).flat());
  const leaf = fc
    .tuple(name, xmlns, attributes, fc.string())
    .map(([n, ns, attrs, text]) => createElement(n, ns, attrs, [text]));
  const tree = fc
    .tuple(name, xmlns, attributes, fc.array(leaf, { maxLength: 3 }))
    .map(([n, ns, attrs, children]) => createElement(n, ns, attrs, children));
  const rules = {
    ownDomain: 'montague.example',
    isLocal: (domain: string) => domain === 'montague.example',
    isProven: () => true,
    isProvenSender: (domain: string) => domain === 'capulet.example',
  };
  fc.assert(
    fc.property(tree, (element) => {
      const dialback = readDialback(element);
      if (!(dialback instanceof StreamError)) expect(['result', 'verify']).toContain(dialback.name);
      const inbound = readServerStanza(element, rules);
      if (!('stanza' in inbound)) return;
      expect(inbound.stanza.from.domain).toBe('capulet.example');
      expect(inbound.stanza.element.attr('from')).toBe(inbound.stanza.from.full);
    }),
    { numRuns: 3_000 },
  );
});
