/** XEP-0478: Stream Limits Advertisement. So that a client learns what is too large before it sends it. */
import { el } from '../../xml/element.ts';
import type { StreamFeature } from '../feature.ts';
import type { Stream } from '../stream.ts';

const NS_LIMITS = 'urn:xmpp:stream-limits:0';

/** `idleSeconds` is after how much silence the server looks whether the client is still there; undefined when it does not. */
export function createLimits(idleSeconds: (stream: Stream) => number | undefined): StreamFeature {
  return {
    name: 'limits',
    xeps: [{ xep: '0478', version: '0.2.0' }],

    offer(stream) {
      if (stream.transport.tls === undefined) return []; // RFC 6120 section 5.3.1: nothing beside STARTTLS
      const idle = idleSeconds(stream);
      return [
        el(
          'limits',
          NS_LIMITS,
          undefined,
          el('max-bytes', NS_LIMITS, undefined, String(stream.maxStanzaBytes)),
          idle === undefined ? undefined : el('idle-seconds', NS_LIMITS, undefined, String(idle)),
        ),
      ];
    },
  };
}
