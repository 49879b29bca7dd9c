/** The `<body/>` that wraps all that goes either way (XEP-0124 section 6, XEP-0206 section 2). */
import { NS_STREAMS } from '../../stream/stream-error.ts';
import { createElement, type Element } from '../../xml/element.ts';
import { type ReaderLimits, XmlError, XmlReader } from '../../xml/reader.ts';
import { escapeAttribute } from '../../xml/serializer.ts';

export const NS_BOSH = 'http://jabber.org/protocol/httpbind';
export const NS_XBOSH = 'urn:xmpp:xbosh';
const NS_CLIENT = 'jabber:client';
const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

/**
 * A whole body of a request, its payloads as children.
 *
 * @param limits for the tag; `limitsFor` gives those for the payloads, once the tag is known.
 * @throws XmlError
 */
export function readBody(bytes: Uint8Array, limits: ReaderLimits, limitsFor: (tag: Element) => ReaderLimits): Element {
  let tag: Element | undefined;
  let isComplete = false;
  const payloads: Element[] = [];
  const reader = new XmlReader(
    {
      streamOpened: (header) => {
        tag = header;
        if (header.is('body', NS_BOSH)) reader.limits = limitsFor(header);
        else reader.stop();
      },
      element: (payload) => payloads.push(asStanza(payload)),
      streamClosed: () => {
        isComplete = true;
      },
    },
    limits,
  );
  reader.write(bytes);
  if (tag?.is('body', NS_BOSH) !== true) throw new XmlError('bad-format', 'A request is a <body/> of BOSH.');
  if (!isComplete) throw new XmlError('not-well-formed', 'The body has no end.');
  return createElement('body', NS_BOSH, tag.attributes, payloads);
}

/** `attributes` are of the body itself; what is undefined is left out. */
export function writeBody(attributes: Readonly<Record<string, string | undefined>>, payloads: string): string {
  let tag = `<body xmlns='${NS_BOSH}'`;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) tag += ` ${name}='${escapeAttribute(value)}'`;
  }
  // XEP-0206 section 2: where stream features or a stream error may be among the payloads.
  return payloads === '' ? `${tag}/>` : `${tag} xmlns:stream='${NS_STREAMS}'>${payloads}</body>`;
}

/** COMPAT (XEP-0206 section 2): many clients leave the namespace of stanzas to be guessed. */
function asStanza(payload: Element): Element {
  return payload.xmlns === NS_BOSH && STANZAS.has(payload.name) ? inClientNamespace(payload) : payload;
}

function inClientNamespace(element: Element): Element {
  const children = element.children.map((child) =>
    typeof child !== 'string' && child.xmlns === NS_BOSH ? inClientNamespace(child) : child,
  );
  return createElement(element.name, NS_CLIENT, element.attributes, children);
}
