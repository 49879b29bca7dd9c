/** Stream errors (RFC 6120 section 4.9). */
import { type Element, el } from '../xml/element.ts';

export const NS_STREAMS = 'http://etherx.jabber.org/streams';
const NS_STREAM_ERROR = 'urn:ietf:params:xml:ns:xmpp-streams';

/** The conditions of RFC 6120 section 4.9.3. */
const CONDITIONS = [
  'bad-format',
  'bad-namespace-prefix',
  'conflict',
  'connection-timeout',
  'host-gone',
  'host-unknown',
  'improper-addressing',
  'internal-server-error',
  'invalid-from',
  'invalid-namespace',
  'invalid-xml',
  'not-authorized',
  'not-well-formed',
  'policy-violation',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'restricted-xml',
  'see-other-host',
  'system-shutdown',
  'undefined-condition',
  'unsupported-encoding',
  'unsupported-feature',
  'unsupported-stanza-type',
  'unsupported-version',
] as const;

export type StreamCondition = (typeof CONDITIONS)[number];

const KNOWN: ReadonlySet<string> = new Set(CONDITIONS);

/** Ends a stream. Not recoverable: whoever gets one closes (RFC 6120 section 4.9.1.1). */
export class StreamError {
  readonly condition: StreamCondition;
  readonly text: string | undefined;
  /** Application-specific condition (RFC 6120 section 4.9.4). */
  readonly application: Element | undefined;

  constructor(condition: string, text?: string, application?: Element) {
    this.condition = KNOWN.has(condition) ? (condition as StreamCondition) : 'undefined-condition';
    this.text = text;
    this.application = application;
  }

  /** As it is written inside a stream; `declaration` is of the prefix `stream`, where no header declares it. */
  toXml(declaration = ''): string {
    const children = [
      el(this.condition, NS_STREAM_ERROR),
      this.text === undefined ? undefined : el('text', NS_STREAM_ERROR, { 'xml:lang': 'en' }, this.text),
      this.application,
    ];
    return `<stream:error${declaration}>${children.map((child) => child?.toXml() ?? '').join('')}</stream:error>`;
  }
}
