/**
 * What the chat server offers to whoever has not signed in, and on which way it can be reached: asked as any client asks,
 * by opening a stream and reading its features (RFC 6120 section 4.3.2).
 */

const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const NS_HTTPBIND = 'http://jabber.org/protocol/httpbind';
const NS_REGISTER = 'http://jabber.org/features/iq-register';
const ANSWER_MS = 8_000;

export interface Offer {
  readonly way: 'websocket' | 'bosh';
  /** True when people may make an account here (XEP-0077). */
  readonly registration: boolean;
  /** True when people may come without an account (XEP-0175). */
  readonly guests: boolean;
}

export interface Addresses {
  readonly webSocket: string;
  readonly bosh: string;
}

/** Tries WebSocket (RFC 7395) first. Undefined when there is no answer on either way. */
export async function askOffer(domain: string, { webSocket, bosh }: Addresses): Promise<Offer | undefined> {
  const byWebSocket = await inTime(askByWebSocket(domain, webSocket));
  if (byWebSocket !== undefined) return { way: 'websocket', ...readFeatures(byWebSocket) };
  const byBosh = await inTime(askByBosh(domain, bosh));
  return byBosh === undefined ? undefined : { way: 'bosh', ...readFeatures(byBosh) };
}

function askByWebSocket(domain: string, address: string): Promise<Element | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address, 'xmpp');
    const close = `<close xmlns='${NS_FRAMING}'/>`;
    socket.onopen = () => socket.send(write('open', NS_FRAMING, { to: domain, version: '1.0' }));
    socket.onclose = () => resolve(undefined);
    socket.onmessage = ({ data }) => {
      const element = parse(String(data));
      if (element?.localName !== 'features') return;
      socket.send(close);
      resolve(element);
    };
    setTimeout(() => socket.close(), ANSWER_MS);
  });
}

/** XEP-0206 section 2: the features come with the answer that makes the session, or with the next one. */
async function askByBosh(domain: string, address: string): Promise<Element | undefined> {
  let rid = 1 + Math.floor(Math.random() * 1_000_000);
  const terms = { to: domain, wait: '5', hold: '1', ver: '1.6', content: 'text/xml; charset=utf-8' };
  const xmpp = { 'xmpp:version': '1.0', 'xmlns:xmpp': 'urn:xmpp:xbosh' };
  const opened = await post(address, { ...terms, ...xmpp, rid: String(rid) });
  const sid = opened?.getAttribute('sid');
  if (opened === undefined || sid === null || sid === undefined) return undefined;
  const inside = (body: Element | undefined) =>
    [...(body?.children ?? [])].find((child) => child.localName === 'features');
  const features = inside(opened) ?? inside(await post(address, { rid: String(++rid), sid }));
  await post(address, { rid: String(++rid), sid, type: 'terminate' });
  return features;
}

async function post(address: string, attributes: Readonly<Record<string, string>>): Promise<Element | undefined> {
  try {
    const body = write('body', NS_HTTPBIND, attributes);
    const answer = await fetch(address, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/xml; charset=utf-8' },
    });
    return answer.ok ? parse(await answer.text()) : undefined;
  } catch {
    return undefined;
  }
}

function readFeatures(features: Element): Pick<Offer, 'registration' | 'guests'> {
  const mechanisms = [...features.getElementsByTagNameNS('*', 'mechanism')].map((mechanism) => mechanism.textContent);
  return {
    registration: features.getElementsByTagNameNS(NS_REGISTER, 'register').length > 0,
    guests: mechanisms.includes('ANONYMOUS'),
  };
}

function write(name: string, xmlns: string, attributes: Readonly<Record<string, string>>): string {
  const element = document.implementation.createDocument(xmlns, name).documentElement;
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute.startsWith('xmlns:')) element.setAttributeNS('http://www.w3.org/2000/xmlns/', attribute, value);
    else if (attribute.startsWith('xmpp:')) element.setAttributeNS('urn:xmpp:xbosh', attribute, value);
    else element.setAttribute(attribute, value);
  }
  return new XMLSerializer().serializeToString(element);
}

function parse(text: string): Element | undefined {
  const root = new DOMParser().parseFromString(text, 'text/xml').documentElement;
  return root.localName === 'parsererror' ? undefined : root;
}

function inTime<T>(answer: Promise<T | undefined>): Promise<T | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, ANSWER_MS, undefined));
  return Promise.race([answer, late]);
}
