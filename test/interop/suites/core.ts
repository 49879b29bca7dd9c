/** Probes for the core suite of XEP-0479 (section 2.1). */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { connectControl } from '../../../server/control/client.ts';
import type { Element } from '../../../server/xml/element.ts';
import { XmlReader } from '../../../server/xml/reader.ts';
import { TlsClient } from '../../e2e/tls-client.ts';
import { DOMAIN, featuresOf, granted, isMessage, isPresence, type Lab, publish, refused } from './lab.ts';

const NS_CAPS = 'http://jabber.org/protocol/caps';
const NS_NICK = 'http://jabber.org/protocol/nick';
const NS_EVENT = 'http://jabber.org/protocol/pubsub#event';

export async function streamsAndStanzas(lab: Lab): Promise<void> {
  const romeo = await lab.login('romeo', 'starttls');
  const [plain, encrypted, signedIn] = romeo.features;
  expect(plain?.child('starttls', 'urn:ietf:params:xml:ns:xmpp-tls')).toBeDefined();
  expect(encrypted?.child('mechanisms', 'urn:ietf:params:xml:ns:xmpp-sasl')).toBeDefined();
  expect(signedIn?.child('bind', 'urn:ietf:params:xml:ns:xmpp-bind')).toBeDefined();
  const juliet = await lab.arrive('juliet');
  romeo.send(`<message to='${juliet.jid}'><body>Core</body></message>`);
  const message = await juliet.next(isMessage('Core'), 'a message');
  expect(message.attr('from')).toBe(romeo.jid);
  expect(await refused(romeo, 'get', `<query xmlns='urn:example:nothing'/>`, DOMAIN)).toBe('service-unavailable');
}

/** Nothing but STARTTLS before TLS, whatever a client tries (RFC 7590 section 3.1, RFC 6120 section 13.8). */
export async function nothingInTheClear(lab: Lab): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: lab.server.process.ports.c2s });
  let heard = '';
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString();
    if (heard.endsWith('</stream:features>'))
      socket.write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>`);
  });
  socket.write(
    `<stream:stream to='${DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
  );
  await expect.poll(() => heard).toMatch(/<\/stream:features>.+/s);
  socket.destroy();
  expect(heard).toMatch(/<starttls [^>]*><required\/>/);
  expect(heard).not.toMatch(/<mechanism>|<success/);
  const secured = lab.take(await TlsClient.connect(lab.server, 'starttls'));
  expect(['TLSv1.2', 'TLSv1.3']).toContain(secured.tlsVersion);
}

export async function directTls(lab: Lab): Promise<void> {
  const romeo = await lab.login('romeo', 'direct');
  expect(romeo.protocol).toBe('xmpp-client');
  await granted(romeo, 'get', `<ping xmlns='urn:xmpp:ping'/>`, DOMAIN);
}

export async function discovery(lab: Lab): Promise<void> {
  const romeo = await lab.login('romeo');
  const items = 'http://jabber.org/protocol/disco#items';
  expect(await featuresOf(romeo, DOMAIN)).toEqual(
    expect.arrayContaining(['http://jabber.org/protocol/disco#info', items]),
  );
  const answer = await granted(romeo, 'get', `<query xmlns='${items}'/>`, DOMAIN);
  const jids = answer.child('query', items)?.elements.map((item) => item.attr('jid') ?? '') ?? [];
  expect(jids).toContain(`rooms.${DOMAIN}`);
  for (const jid of jids) expect(await featuresOf(romeo, jid)).not.toEqual([]);
}

/** What the server's hash stands for is what the server says of itself. */
export async function capabilities(lab: Lab): Promise<void> {
  const romeo = await lab.login('romeo');
  const caps = romeo.features.at(-1)?.child('c', NS_CAPS);
  const node = `${caps?.attr('node')}#${caps?.attr('ver')}`;
  expect(await featuresOf(romeo, DOMAIN, node)).toEqual(await featuresOf(romeo, DOMAIN));
}

/** Outside of the server, and yet part of it (XEP-0114): what is said to its domain goes to it. */
export async function component(lab: Lab): Promise<void> {
  const control = await connectControl(lab.server.dataDir);
  const { domain, secret, port } = await control.components.add({ name: 'echo' });
  const socket = connect({ host: '127.0.0.1', port: port ?? 0 });
  const arrived: Element[] = [];
  const proved = Promise.withResolvers<void>();
  const reader = new XmlReader(
    {
      streamOpened: (header) => {
        const proof = createHash('sha1')
          .update(`${header.attr('id')}${secret}`)
          .digest('hex');
        socket.write(`<handshake>${proof}</handshake>`);
      },
      element(element) {
        if (element.name === 'handshake') proved.resolve();
        else arrived.push(element);
      },
      streamClosed: () => undefined,
    },
    { maxDepth: 100, maxAttributes: 64, maxStanzaBytes: 1024 * 1024 },
  );
  socket.on('data', (chunk: Buffer) => reader.write(chunk));
  socket.write(
    `<stream:stream to='${domain}' xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>`,
  );
  await proved.promise;
  const romeo = await lab.login('romeo');
  romeo.send(`<message to='anybody@${domain}'><body>Hello?</body></message>`);
  await expect.poll(() => arrived.map((stanza) => stanza.childText('body'))).toEqual(['Hello?']);
  socket.write(`<message from='anybody@${domain}' to='${romeo.jid}'><body>Hello!</body></message>`);
  await romeo.next(isMessage('Hello!'), 'an answer');
  socket.destroy();
}

/** News for a device that has told by its capabilities that it wants them. */
export async function personalEvents(lab: Lab): Promise<void> {
  const phone = await lab.login('romeo');
  const feature = `${NS_NICK}+notify`;
  const ver = createHash('sha1').update(`client/phone//Probe<${feature}<`).digest('base64');
  phone.send(`<presence><c xmlns='${NS_CAPS}' hash='sha-1' node='urn:example:probe' ver='${ver}'/></presence>`);
  const question = await phone.next((stanza) => stanza.name === 'iq' && stanza.attr('type') === 'get', 'a question');
  const info = 'http://jabber.org/protocol/disco#info';
  phone.send(
    `<iq type='result' id='${question.attr('id')}' to='${question.attr('from')}'>` +
      `<query xmlns='${info}' node='urn:example:probe#${ver}'>` +
      `<identity category='client' type='phone' name='Probe'/><feature var='${feature}'/></query></iq>`,
  );
  const desk = await lab.login('romeo');
  await publish(desk, { node: NS_NICK, id: 'current', payload: `<nick xmlns='${NS_NICK}'>Roméo</nick>` });
  const event = await phone.next((stanza) => stanza.child('event', NS_EVENT) !== undefined, 'news');
  const item = event.child('event', NS_EVENT)?.child('items')?.child('item');
  expect(item?.childText('nick', NS_NICK)).toBe('Roméo');
}

/** RFC 6121: two people who did not know each other see each other. */
export async function contacts(lab: Lab): Promise<void> {
  const [romeo, juliet] = [await lab.arrive('romeo'), await lab.arrive('juliet')];
  for (const client of [romeo, juliet]) await granted(client, 'get', `<query xmlns='jabber:iq:roster'/>`);
  for (const [asks, answers] of [
    [romeo, juliet],
    [juliet, romeo],
  ] as const) {
    asks.send(`<presence type='subscribe' to='${answers.bareJid}'/>`);
    await answers.next((stanza) => stanza.attr('type') === 'subscribe', 'a request');
    answers.send(`<presence type='subscribed' to='${asks.bareJid}'/>`);
    await asks.next(isPresence(answers.jid), 'presence of the contact');
  }
  const roster = await granted(romeo, 'get', `<query xmlns='jabber:iq:roster'/>`);
  const [item] = roster.child('query', 'jabber:iq:roster')?.elements ?? [];
  expect([item?.attr('jid'), item?.attr('subscription')]).toEqual([juliet.bareJid, 'both']);
}
