/** The stream header (RFC 6120 section 4.7): read from the client, written by the server. */
import { type Jid, parseJid } from '../jid/jid.ts';
import type { Element } from '../xml/element.ts';
import { escapeAttribute } from '../xml/serializer.ts';
import { NS_STREAMS, StreamError } from './stream-error.ts';

const NS_CLIENT = 'jabber:client';
/**
 * The shape of a language tag (RFC 5646 section 2.1) and a length that no real one has (section 4.4.1 advises 35).
 * SECURITY: the tag is added to every stanza of the client's that states none, and must not be a way to make them grow.
 */
const LANGUAGE_TAG = /^(?=.{1,64}$)[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;

export interface ClientHeader {
  /** Whom the client claims to be, as it may once the stream is encrypted (section 4.7.1). */
  readonly from: Jid | undefined;
  readonly lang: string | undefined;
}

/** What the client asks for, or the error that ends the stream. */
export function readClientHeader(
  header: Element,
  defaultNamespace: string,
  prefixes: ReadonlyMap<string, string>,
  domain: string,
): ClientHeader | StreamError {
  if (header.name !== 'stream') return new StreamError('bad-format', 'A stream begins with <stream:stream>.');
  if (header.xmlns !== NS_STREAMS || defaultNamespace !== NS_CLIENT) {
    return new StreamError('invalid-namespace', `This stream is of the namespaces ${NS_STREAMS} and ${NS_CLIENT}.`);
  }
  if (prefixes.get('stream') !== NS_STREAMS) {
    return new StreamError('bad-namespace-prefix', 'The stream namespace needs the prefix “stream”.');
  }
  const version = header.attr('version');
  if (version === undefined || !/^0*[1-9]\d*\.\d+$/.test(version)) {
    return new StreamError('unsupported-version', 'This server speaks XMPP 1.0.');
  }
  const to = header.attr('to');
  if (to === undefined) return new StreamError('improper-addressing', 'The stream header names no domain in “to”.');
  if (parseJid(to)?.full !== domain) return new StreamError('host-unknown', `This server serves ${domain}.`);
  const from = header.attr('from');
  const claimed = from === undefined ? undefined : parseJid(from);
  // XEP-0388 section 2.1: also when it names another domain than `to`.
  if (from !== undefined && claimed?.domain !== domain) return new StreamError('invalid-from');
  return { from: claimed, lang: readLanguage(header) };
}

/** Undefined also for what is no language tag: then the stream has no language. */
function readLanguage(header: Element): string | undefined {
  const lang = header.attr('xml:lang');
  return lang !== undefined && LANGUAGE_TAG.test(lang) ? lang : undefined;
}

/** Our own header, in answer to the client's (section 4.7). */
export interface ServerHeader {
  readonly domain: string;
  readonly id: string;
  /** The bare JID that the client said it is. */
  readonly to: string | undefined;
}

export function serverHeader(header: ServerHeader): string {
  return `<?xml version='1.0'?><stream:stream xmlns='${NS_CLIENT}' xmlns:stream='${NS_STREAMS}'${serverHeaderAttributes(header)}>`;
}

/** `id`, `from`, `version`, `xml:lang`, and `to` if the client said who it is; with a space in front. */
export function serverHeaderAttributes({ domain, id, to }: ServerHeader): string {
  const addressee = to === undefined ? '' : ` to='${escapeAttribute(to)}'`;
  return ` id='${id}' from='${escapeAttribute(domain)}'${addressee} version='1.0' xml:lang='en'`;
}
