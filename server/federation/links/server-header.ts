/** The stream header between servers (RFC 6120 section 4.7, XEP-0220 section 2.4.1). */
import { prepareDomainpart } from '../../jid/domainpart.ts';
import { NS_SERVER } from '../../stanza/server-namespace.ts';
import { NS_STREAMS, StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import { escapeAttribute } from '../../xml/serializer.ts';
import { NS_DIALBACK } from './dialback.ts';

const MAX_ID_LENGTH = 1_000;

export interface ServerStreamHeader {
  /** Prepared domains; undefined when the header names none. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Empty when the header has none. */
  readonly id: string;
  /** Whether the peer declared the namespace of dialback, as those do who know it. */
  readonly knowsDialback: boolean;
}

/** What the other server says, or the error that ends the stream. */
export function readServerHeader(
  header: Element,
  defaultNamespace: string,
  prefixes: ReadonlyMap<string, string>,
): ServerStreamHeader | StreamError {
  if (header.name !== 'stream') return new StreamError('bad-format', 'A stream begins with <stream:stream>.');
  if (header.xmlns !== NS_STREAMS || defaultNamespace !== NS_SERVER) {
    return new StreamError('invalid-namespace', `This stream is of the namespaces ${NS_STREAMS} and ${NS_SERVER}.`);
  }
  if (prefixes.get('stream') !== NS_STREAMS) {
    return new StreamError('bad-namespace-prefix', 'The stream namespace needs the prefix “stream”.');
  }
  const version = header.attr('version');
  if (version === undefined || !/^0*[1-9]\d*\.\d+$/.test(version)) {
    return new StreamError(
      'unsupported-version',
      'This server speaks XMPP 1.0, for older versions have no encryption.',
    );
  }
  const from = readDomain(header.attr('from'));
  if (from === null) return new StreamError('invalid-from', 'The address in “from” is not a domain.');
  const to = readDomain(header.attr('to'));
  if (to === null) return new StreamError('improper-addressing', 'The address in “to” is not a domain.');
  const id = header.attr('id') ?? '';
  if (id.length > MAX_ID_LENGTH) return new StreamError('policy-violation', 'The stream id is too long.');
  return { from, to, id, knowsDialback: [...prefixes.values()].includes(NS_DIALBACK) };
}

/** Undefined when there is none, null when it is none. */
function readDomain(address: string | undefined): string | undefined | null {
  return address === undefined ? undefined : (prepareDomainpart(address) ?? null);
}

export interface OwnHeader {
  readonly from: string;
  readonly to: string | undefined;
  /** Of the answering side. */
  readonly id?: string;
}

/** Our own header. `db` is declared because dialback elements bear that prefix (XEP-0220 section 2). */
export function serverStreamHeader({ from, to, id }: OwnHeader): string {
  const addressee = to === undefined ? '' : ` to='${escapeAttribute(to)}'`;
  const streamId = id === undefined ? '' : ` id='${escapeAttribute(id)}'`;
  return (
    `<?xml version='1.0'?><stream:stream xmlns='${NS_SERVER}' xmlns:stream='${NS_STREAMS}' xmlns:db='${NS_DIALBACK}'` +
    `${streamId} from='${escapeAttribute(from)}'${addressee} version='1.0' xml:lang='en'>`
  );
}
