/** The stream features between servers: what is offered, and what the other side offers. */

import { NS_SM } from '../../router/management-elements.ts';
import { NS_SERVER } from '../../stanza/server-namespace.ts';
import { type Element, el } from '../../xml/element.ts';
import { MANAGEMENT_FEATURE } from './management-elements.ts';

export const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
/** XEP-0288. */
export const NS_BIDI = 'urn:xmpp:bidi';
const NS_BIDI_FEATURE = 'urn:xmpp:features:bidi';
const NS_DIALBACK_FEATURE = 'urn:xmpp:features:dialback';
/** XEP-0478. */
const NS_LIMITS = 'urn:xmpp:stream-limits:0';

export interface OwnLimits {
  readonly maxBytes: number;
  readonly idleSeconds: number;
}

function limitsElement({ maxBytes, idleSeconds }: OwnLimits): Element {
  return el(
    'limits',
    NS_LIMITS,
    {},
    el('max-bytes', NS_LIMITS, {}, String(maxBytes)),
    el('idle-seconds', NS_LIMITS, {}, String(idleSeconds)),
  );
}

/** Before TLS, which must come first (RFC 7590 section 3.1). */
export function plainFeatures(): string {
  return `<stream:features><starttls xmlns='${NS_TLS}'><required/></starttls></stream:features>`;
}

/** With TLS, before the domain is proven. EXTERNAL only for those whose certificate is trusted (XEP-0178 section 3). */
export function openFeatures(limits: OwnLimits, isExternalOffered: boolean): string {
  const mechanisms = isExternalOffered
    ? `<mechanisms xmlns='${NS_SASL}'><mechanism>EXTERNAL</mechanism></mechanisms>`
    : '';
  return (
    `<stream:features>${mechanisms}<dialback xmlns='${NS_DIALBACK_FEATURE}'><errors/></dialback>` +
    `<bidi xmlns='${NS_BIDI_FEATURE}'/>${MANAGEMENT_FEATURE}${limitsElement(limits).toXml(NS_SERVER)}</stream:features>`
  );
}

/** After EXTERNAL: more pairs of domains may follow by dialback. */
export function provenFeatures(limits: OwnLimits): string {
  return (
    `<stream:features><dialback xmlns='${NS_DIALBACK_FEATURE}'><errors/></dialback>` +
    `${MANAGEMENT_FEATURE}${limitsElement(limits).toXml(NS_SERVER)}</stream:features>`
  );
}

/** Asks for a bidirectional stream; it is the only place where we can state our limits (XEP-0478 section 3.2). */
export function bidiXml(limits: OwnLimits): string {
  return el('bidi', NS_BIDI, {}, limitsElement(limits)).toXml();
}

export interface PeerFeatures {
  readonly hasTls: boolean;
  readonly hasExternal: boolean;
  readonly hasDialback: boolean;
  readonly hasBidi: boolean;
  readonly hasManagement: boolean;
  readonly maxBytes: number | undefined;
}

export function readFeatures(features: Element): PeerFeatures {
  const mechanisms = features.child('mechanisms', NS_SASL);
  return {
    hasTls: features.child('starttls', NS_TLS) !== undefined,
    hasExternal:
      mechanisms?.elements.some((child) => child.name === 'mechanism' && child.text() === 'EXTERNAL') ?? false,
    hasDialback: features.child('dialback', NS_DIALBACK_FEATURE) !== undefined,
    hasBidi: features.child('bidi', NS_BIDI_FEATURE) !== undefined,
    hasManagement: features.child('sm', NS_SM) !== undefined,
    maxBytes: readMaxBytes(features),
  };
}

/** Of the child `<limits/>` of features or `<bidi/>`; undefined when the peer states none, or nonsense. */
export function readMaxBytes(parent: Element): number | undefined {
  const text = parent.child('limits', NS_LIMITS)?.childText('max-bytes')?.trim() ?? '';
  return /^\d{1,10}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}
