/** Probes for the web suite of XEP-0479 (section 2.2): the same login by WebSocket and by BOSH. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import type { Element } from '../../../server/xml/element.ts';
import { parseXml } from '../../../server/xml/parse.ts';
import { fetchText, trusting } from '../../e2e/https.ts';
import { createScramClient } from '../../scene/scram-client.ts';
import { DOMAIN, type Lab } from './lab.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const NS_HTTPBIND = 'http://jabber.org/protocol/httpbind';

/** What both ways have: a new stream, to its features, and an answer to an element. */
interface Way {
  open(): Promise<Element>;
  ask(xml: string): Promise<Element>;
}

async function logsIn(lab: Lab, { open, ask }: Way): Promise<void> {
  const features = await open();
  expect(features.child('mechanisms', NS_SASL), features.toXml()).toBeDefined();
  const password = lab.passwordOf('romeo');
  const nonce = randomBytes(12).toString('hex');
  const scram = createScramClient({ hash: 'sha256', username: 'romeo', password, nonce });
  const challenge = await ask(`<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-256'>${btoa(scram.first)}</auth>`);
  const final = btoa(scram.final(atob(challenge.text())));
  const outcome = await ask(`<response xmlns='${NS_SASL}'>${final}</response>`);
  expect(outcome.is('success', NS_SASL), outcome.toXml()).toBe(true);
  expect((await open()).child('bind', NS_BIND)).toBeDefined();
  const bound = await ask(`<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='${NS_BIND}'/></iq>`);
  expect(bound.child('bind', NS_BIND)?.childText('jid')).toMatch(new RegExp(`^romeo@${DOMAIN}/`));
}

const portOf = ({ server }: Lab): number => server.process.ports.web;

/** RFC 7395: each frame is one element. */
export async function webSocket(lab: Lab): Promise<void> {
  const socket = new WebSocket(`wss://${DOMAIN}:${portOf(lab)}/xmpp-websocket`, 'xmpp', trusting(lab.server));
  const frames: string[] = [];
  let wake: (() => void) | undefined;
  socket.on('message', (data) => {
    frames.push(String(data));
    wake?.();
  });
  const next = async (): Promise<Element> => {
    for (;;) {
      const frame = frames.shift();
      if (frame !== undefined) return parseXml(frame);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  expect(socket.protocol).toBe('xmpp');
  await logsIn(lab, {
    async open() {
      socket.send(`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${DOMAIN}' version='1.0'/>`);
      expect((await next()).is('open', 'urn:ietf:params:xml:ns:xmpp-framing')).toBe(true);
      return await next();
    },
    async ask(xml) {
      socket.send(xml);
      return await next();
    },
  });
  socket.terminate();
}

/** XEP-0206: each answer comes in the body that answers, or in the next one. */
export async function bosh(lab: Lab): Promise<void> {
  let rid = 1_000_000;
  let sid = '';
  const say = async (attributes: string, inside = ''): Promise<Element> => {
    const body = `<body xmlns='${NS_HTTPBIND}' rid='${rid++}' ${attributes}>${inside}</body>`;
    const headers = { 'content-type': 'text/xml; charset=utf-8' };
    const answer = await fetchText(lab.server, `https://${DOMAIN}:${portOf(lab)}/http-bind`, {
      method: 'POST',
      headers,
      body,
    });
    expect(answer.status, answer.body).toBe(200);
    return parseXml(answer.body);
  };
  const firstOf = async (body: Element): Promise<Element> =>
    body.elements[0] ?? (await firstOf(await say(`sid='${sid}'`)));
  await logsIn(lab, {
    async open() {
      if (sid !== '')
        return await firstOf(await say(`sid='${sid}' to='${DOMAIN}' xmpp:restart='true' xmlns:xmpp='urn:xmpp:xbosh'`));
      const body = await say(
        `to='${DOMAIN}' hold='1' wait='5' ver='1.11' content='text/xml; charset=utf-8' xml:lang='en' ` +
          `xmpp:version='1.0' xmlns:xmpp='urn:xmpp:xbosh'`,
      );
      sid = body.attr('sid') ?? '';
      return await firstOf(body);
    },
    ask: async (xml) => await firstOf(await say(`sid='${sid}'`, xml)),
  });
}
