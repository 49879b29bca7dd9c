/** XEP-0220: Server Dialback, and the key of XEP-0185: the elements, read and written. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { prepareDomainpart } from '../../jid/domainpart.ts';
import { NS_STANZA_ERROR, StanzaError } from '../../stanza/error.ts';
import { NS_SERVER } from '../../stanza/server-namespace.ts';
import { StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import { escapeAttribute, escapeText } from '../../xml/serializer.ts';

export const NS_DIALBACK = 'jabber:server:dialback';
/** What others make of a key is theirs to choose; ours is 64 digits long. */
const MAX_KEY_LENGTH = 1_000;
const MAX_ID_LENGTH = 1_000;

/** What a key says: the originating server may speak for its domain on that stream to the receiving server. */
export interface KeyFacts {
  readonly receiving: string;
  readonly originating: string;
  readonly streamId: string;
}

/** XEP-0185 section 2. */
export function dialbackKey(secret: Buffer, { receiving, originating, streamId }: KeyFacts): string {
  const hashed = createHash('sha256').update(secret).digest('hex');
  return createHmac('sha256', hashed).update(`${receiving} ${originating} ${streamId}`).digest('hex');
}

/** SECURITY: takes as long for a near miss as for a far one. */
export function isDialbackKey(given: string, secret: Buffer, facts: KeyFacts): boolean {
  const expected = Buffer.from(dialbackKey(secret, facts));
  const proof = Buffer.from(given);
  return proof.length === expected.length && timingSafeEqual(proof, expected);
}

export interface DialbackElement {
  /** `result` asks for the right to send, or answers; `verify` asks the authoritative server, or answers. */
  readonly name: 'result' | 'verify';
  /** Prepared domains. */
  readonly from: string;
  readonly to: string;
  /** Of the stream that the key is for; on a `verify` only, else empty. */
  readonly id: string;
  /** Undefined on a request. */
  readonly type: 'valid' | 'invalid' | 'error' | undefined;
  /** Of a request. */
  readonly key: string;
  /** Of an error: its condition and text. */
  readonly failure: { readonly condition: string; readonly text: string | undefined } | undefined;
}

export function readDialback(element: Element): DialbackElement | StreamError {
  const { name } = element;
  if (name !== 'result' && name !== 'verify') {
    return new StreamError('unsupported-stanza-type', `<db:${name}/> is not known here.`);
  }
  const from = prepareDomainpart(element.attr('from') ?? '');
  const to = prepareDomainpart(element.attr('to') ?? '');
  if (from === undefined || to === undefined) {
    return new StreamError('improper-addressing', 'Dialback is between two domains, named in “from” and “to”.');
  }
  const id = element.attr('id') ?? '';
  if (name === 'verify' && (id === '' || id.length > MAX_ID_LENGTH)) {
    return new StreamError('bad-format', 'A request to verify names the stream in “id”.');
  }
  const type = element.attr('type');
  if (type !== undefined && type !== 'valid' && type !== 'invalid' && type !== 'error') {
    return new StreamError('bad-format', 'Dialback ends valid, invalid or with an error.');
  }
  const key = type === undefined ? element.text().trim() : '';
  if (key.length > MAX_KEY_LENGTH) return new StreamError('policy-violation', 'The dialback key is too long.');
  return { name, from, to, id: name === 'verify' ? id : '', type, key, failure: readFailure(element) };
}

function readFailure(element: Element): DialbackElement['failure'] {
  const error = element.child('error', NS_SERVER);
  if (error === undefined) return undefined;
  const condition = error.elements.find((child) => child.xmlns === NS_STANZA_ERROR && child.name !== 'text');
  return { condition: condition?.name ?? 'undefined-condition', text: error.childText('text', NS_STANZA_ERROR) };
}

interface Addresses {
  readonly name: 'result' | 'verify';
  readonly from: string;
  readonly to: string;
  readonly id?: string;
}

/** A request. Its prefix is the one that our stream headers declare. */
export function dialbackRequest(addresses: Addresses, key: string): string {
  return `<db:${addresses.name}${attributes(addresses)}>${escapeText(key)}</db:${addresses.name}>`;
}

/** The answer to `request`. */
export function dialbackAnswer(request: DialbackElement, outcome: 'valid' | 'invalid' | StanzaError): string {
  const { name, from, to, id } = request;
  const back = attributes({ name, from: to, to: from, ...(id !== '' && { id }) });
  if (outcome instanceof StanzaError) {
    return `<db:${name}${back} type='error'>${outcome.toElement(NS_SERVER).toXml(NS_SERVER)}</db:${name}>`;
  }
  return `<db:${name}${back} type='${outcome}'/>`;
}

function attributes({ from, to, id }: Addresses): string {
  const streamId = id === undefined ? '' : ` id='${escapeAttribute(id)}'`;
  return ` from='${escapeAttribute(from)}' to='${escapeAttribute(to)}'${streamId}`;
}
