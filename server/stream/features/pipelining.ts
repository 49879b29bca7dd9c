/**
 * XEP-0509: Initial Authentication Pipelining. A client may sign in before it has seen what is on offer: it says which
 * offer it counts on, and is refused without prejudice when that is not the one of today.
 *
 * TLS early data, which could be replayed, is not accepted by the listeners, so nothing of this can come in it.
 */
import { createHash } from 'node:crypto';
import { el } from '../../xml/element.ts';
import type { StreamFeature } from '../feature.ts';
import type { InlineFeature } from './sasl2-inline.ts';

const NS_PIPELINING = 'urn:xmpp:iap:0';
/** In `stream.negotiation`. */
const NAME = 'pipelining';
/** 128 bits: two offers never share a version by chance. */
const VERSION_BYTES = 16;

/** The last of all stream features: the version stands for everything that is offered before it. */
export const configVersion: StreamFeature = {
  name: NAME,
  xeps: [{ xep: '0509', version: '0.2.0' }],

  offer(stream, before) {
    if (stream.transport.tls === undefined || stream.account !== undefined) return [];
    const hash = createHash('sha256');
    for (const element of before) hash.update(element.toXml());
    const value = hash.digest().subarray(0, VERSION_BYTES).toString('base64');
    stream.negotiation.set(NAME, value);
    return [el('config-version', NS_PIPELINING, { scheme: 'opaque', value })];
  },
};

export const pipelining: InlineFeature = {
  name: NAME,

  refuse({ stream, element }) {
    const version = element.child('config-version', NS_PIPELINING);
    if (version === undefined || version.attr('value') === stream.negotiation.get(NAME)) return undefined;
    return {
      condition: 'aborted',
      detail: el('config-version-mismatch', NS_PIPELINING),
      text: 'The server offers something else than it did the last time.',
    };
  },
};
