/** What a server may try that has proven its domain, and what comes of it. */
import { describe, expect, test } from 'vitest';
import { identityOf, type LinkedServer, Network, type ServerOptions } from './linked-servers.ts';
import { RawPeer } from './raw-peer.ts';

const SM = "xmlns='urn:xmpp:sm:3'";
const ASK = "<db:verify from='capulet.example' to='montague.example' id='x'>k</db:verify>";

const open = (network: Network, options: Partial<ServerOptions> = {}) =>
  network.server({ domain: 'montague.example', ...options });

async function proven(server: LinkedServer, isBidirectional = false): Promise<RawPeer> {
  const peer = await RawPeer.connect(server);
  const attributes = "from='capulet.example' to='montague.example'";
  await peer.secures(attributes, await identityOf('capulet.example'));
  if (isBidirectional) peer.write("<bidi xmlns='urn:xmpp:bidi'/>");
  peer.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
  await peer.expects('success');
  peer.restarts();
  peer.opens(attributes);
  await peer.expects('stream');
  await peer.expects('features');
  return peer;
}

async function enabled(peer: RawPeer): Promise<string> {
  peer.write(`<enable ${SM} resume='true'/>`);
  return (await peer.expects('enabled')).attr('id') ?? '';
}

const toCapulet = (id: string, body = '') =>
  `<message from='romeo@montague.example' to='juliet@capulet.example' id='${id}'><body>${body}</body></message>`;

describe('addresses', () => {
  test.for([
    ['Juliet@Capulet.Example./Balcony', 'juliet@capulet.example/Balcony'],
    ['CAPULET.EXAMPLE', 'capulet.example'],
    ['capulet.example/x', 'capulet.example/x'],
  ] as const)('%s goes on as %s', async ([from, canonical]) => {
    await using network = new Network();
    const server = await open(network);
    const peer = await proven(server);
    peer.write(`<message from='${from}' to='ROMEO@Montague.Example.'/>`);
    const { element } = await server.received.next();
    expect([element.attr('from'), element.attr('to')]).toEqual([canonical, 'romeo@montague.example']);
  });

  test.for([
    'juliet@balcony.capulet.example',
    'juliet@xcapulet.example',
    'capulet.example@verona.example',
    'juliet@verona.example/capulet.example',
    'juliet@\u0441apulet.example',
  ])('%s does not speak for the proven domain', async (from) => {
    await using network = new Network();
    const server = await open(network);
    const peer = await proven(server);
    peer.write(`<message from='${from}' to='romeo@montague.example'/>`);
    expect(await peer.expectsError()).toBe('invalid-from');
    expect(server.received.all).toEqual([]);
  });

  test('with a prefix are no addresses', async () => {
    await using network = new Network();
    const server = await open(network);
    const peer = await proven(server);
    peer.write("<message xmlns:x='urn:x' x:from='juliet@capulet.example' to='romeo@montague.example'/>");
    expect(await peer.expectsError()).toBe('improper-addressing');
  });

  test('of a domain that has become ours since it was proven are ours', async () => {
    await using network = new Network();
    const services = ['rooms.montague.example'];
    const server = await open(network, { services });
    const peer = await proven(server);
    services.push('capulet.example');
    peer.write("<message from='juliet@capulet.example' to='romeo@montague.example'/>");
    expect(await peer.expectsError()).toBe('invalid-from');
    expect(server.received.all).toEqual([]);
  });
});

describe('stream management', () => {
  test('a count beyond what was sent takes no stream over, and what is sent then arrives by the old one', async () => {
    await using network = new Network();
    const server = await open(network);
    const first = await proven(server, true);
    const id = await enabled(first);
    server.send(toCapulet('one'));
    await first.expects('message');
    await first.expects('r');
    const second = await proven(server, true);
    second.write(`<resume ${SM} previd='${id}' h='7'/>`);
    expect(await second.expectsError()).toBe('undefined-condition');
    first.write(`<a ${SM} h='1'/>`);
    await server.delivered.next();
    server.send(toCapulet('two'));
    expect((await first.expects('message')).attr('id')).toBe('two');
  });

  test('a domain that has been denied meanwhile does not come back with a stream of another one', async () => {
    await using network = new Network();
    let denied = '';
    const server = await open(network, { may: (domain) => (domain === denied ? 'Not that one.' : true) });
    const first = await proven(server);
    first.write("<db:result from='rooms.capulet.example' to='montague.example'>key</db:result>");
    expect((await first.expects('result')).attr('type')).toBe('valid');
    const id = await enabled(first);
    first.drops();
    denied = 'rooms.capulet.example';
    const second = await proven(server);
    second.write(`<resume ${SM} previd='${id}' h='0'/>`);
    await second.expects('resumed');
    second.write("<message from='cellar@rooms.capulet.example' to='romeo@montague.example'/>");
    expect(await second.expectsError()).toBe('invalid-from');
    expect(server.received.all).toEqual([]);
  });

  test('who reads and acknowledges nothing cannot make us keep more than the limit', async () => {
    await using network = new Network();
    const server = await open(network, { limits: { maxQueuedBytes: 50_000 } });
    const peer = await proven(server, true);
    await enabled(peer);
    for (let i = 0; i < 4; i++) server.send(toCapulet(String(i), 'x'.repeat(10_000)));
    for (let i = 0; i < 4; i++) await peer.expects('message');
    await peer.expects('r');
    peer.write(ASK);
    await peer.expects('verify'); // so nothing waits for the socket any more
    server.send(toCapulet('one too many', 'x'.repeat(10_000)));
    expect(server.returned.all.map(({ error }) => error.condition)).toEqual(['resource-constraint']);
  });

  test('who is heard and acknowledges nothing is let go after a while', async () => {
    await using network = new Network();
    const server = await open(network);
    const peer = await proven(server, true);
    await enabled(peer);
    server.send(toCapulet('one'));
    await peer.expects('message');
    await peer.expects('r');
    let heard = 0;
    for (;;) {
      server.clock.advance(20_000);
      peer.write(ASK);
      if ((await peer.next()) === 'closed') break;
      heard++;
    }
    expect(heard).toBe(14);
  });
});

test('what waits for all servers together is bounded, and each may have a little in any case', async () => {
  await using network = new Network();
  const server = await open(network, { limits: { maxQueuedBytesInAll: 30_000, minQueuedBytes: 5_000 } });
  const to = (domain: string, size: number) =>
    server.send(`<message from='romeo@montague.example' to='${domain}'><body>${'x'.repeat(size)}</body></message>`);
  for (let i = 0; i < 10; i++) to('one.example', 10_000);
  expect(server.returned.all.length).toBe(8);
  to('two.example', 1_000);
  expect(server.returned.all.length).toBe(8);
  to('two.example', 10_000);
  expect(server.returned.all.length).toBe(9);
});

test('domains where nobody answers do not keep others from being reached', async () => {
  await using network = new Network();
  const server = await open(network, { limits: { maxLinks: 2 } });
  const capulet = await network.server({ domain: 'capulet.example' });
  for (const name of ['one', 'two', 'three']) {
    network.name(`${name}.example`, 1);
    server.send(`<message from='romeo@montague.example' to='${name}.example' id='${name}'/>`);
  }
  server.send(toCapulet('heard'));
  expect((await capulet.received.next()).element.attr('id')).toBe('heard');
  expect(server.returned.all.map(({ element, error }) => [element.attr('id'), error.condition])).toEqual([
    ['one', 'remote-server-timeout'],
    ['two', 'remote-server-timeout'],
  ]);
});

test('streams from one address are bounded, whatever domains they prove', async () => {
  await using network = new Network();
  const server = await open(network, { limits: { maxStreamsPerAddress: 2 } });
  const peers = [];
  for (const domain of ['one.example', 'two.example']) {
    const peer = await RawPeer.connect(server);
    await peer.proves(domain, 'montague.example', await identityOf(domain));
    peers.push(peer);
  }
  const third = await RawPeer.connect(server);
  await third.secures("from='three.example' to='montague.example'", await identityOf('three.example'));
  third.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
  expect(await third.expectsError()).toBe('resource-constraint');
});

test('endless spaces without a proof end the stream', async () => {
  await using network = new Network();
  const server = await open(network);
  const peer = await RawPeer.connect(server);
  await peer.secures("from='capulet.example' to='montague.example'", await identityOf('capulet.example'));
  peer.write(' '.repeat(300_000));
  expect(await peer.expectsError()).toBe('policy-violation');
});

test('a certificate that makes judging fail proves nothing, and harms nobody', async () => {
  await using network = new Network();
  const server = await open(network, {
    trusts: () => {
      throw new TypeError('a flaw in reading certificates');
    },
  });
  const peer = await RawPeer.connect(server);
  const features = await peer.secures(
    "from='capulet.example' to='montague.example'",
    await identityOf('capulet.example'),
  );
  expect(features.child('mechanisms', 'urn:ietf:params:xml:ns:xmpp-sasl')).toBeUndefined();
});

test('a large chunk is read in the order in which it came, to its end', async () => {
  await using network = new Network();
  const server = await open(network);
  const peer = await proven(server);
  const count = 1_000;
  const one = (id: number) => `<message from='juliet@capulet.example' to='romeo@montague.example' id='${id}'/>`;
  peer.write(`${Array.from({ length: count }, (_, id) => one(id)).join('')}</stream:stream>`);
  expect(await peer.next()).toBe('closed');
  expect(server.received.all.map(({ element }) => element.attr('id'))).toEqual(
    Array.from({ length: count }, (_, id) => String(id)),
  );
});
