/** The stream header of a component (XEP-0114 section 3) and the proof that it knows the secret. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { parseJid } from '../../jid/jid.ts';
import { NS_COMPONENT } from '../../stanza/component-namespace.ts';
import { NS_STREAMS, StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import { escapeAttribute } from '../../xml/serializer.ts';

/** The domain of the component that a header names, or the error that ends the stream. */
export function readComponentHeader(
  header: Element,
  defaultNamespace: string,
  prefixes: ReadonlyMap<string, string>,
): string | StreamError {
  if (header.name !== 'stream') return new StreamError('bad-format', 'A stream begins with <stream:stream>.');
  if (header.xmlns !== NS_STREAMS || defaultNamespace !== NS_COMPONENT) {
    return new StreamError('invalid-namespace', `This stream is of the namespaces ${NS_STREAMS} and ${NS_COMPONENT}.`);
  }
  if (prefixes.get('stream') !== NS_STREAMS) {
    return new StreamError('bad-namespace-prefix', 'The stream namespace needs the prefix “stream”.');
  }
  const to = header.attr('to');
  if (to === undefined) return new StreamError('improper-addressing', 'The stream header names no component in “to”.');
  const jid = parseJid(to);
  if (jid === undefined || jid.full !== jid.domain) {
    return new StreamError('host-unknown', 'A component is named by its domain alone.');
  }
  return jid.domain;
}

/** `from` is the component's own name, as the XEP has it. */
export function componentHeader(from: string, id: string): string {
  return (
    `<?xml version='1.0'?><stream:stream xmlns:stream='${NS_STREAMS}' xmlns='${NS_COMPONENT}'` +
    ` from='${escapeAttribute(from)}' id='${id}'>`
  );
}

/** SHA-1 of stream id and secret, in lower-case hexadecimal digits. SECURITY: takes as long for a near miss as for a far one. */
export function isHandshake(given: string, streamId: string, secret: string): boolean {
  const expected = Buffer.from(createHash('sha1').update(streamId).update(secret).digest('hex'));
  const proof = Buffer.from(given);
  return proof.length === expected.length && timingSafeEqual(proof, expected);
}
