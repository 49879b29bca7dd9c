/** Whether a message in a room speaks to somebody: by reference (XEP-0372, XEP-0513), or by the nickname in its text. */
import type { Occasion } from './occasion.ts';

const NS_REFERENCE = 'urn:xmpp:reference:0';
const NS_MENTIONS = 'urn:xmpp:mentions:0';

const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/** `account` is the bare JID of who may be meant, `nick` the name in the room. */
export function isMentioned({ from, element, body }: Occasion, account: string, nick: string | undefined): boolean {
  const uris = [`xmpp:${account}`];
  if (nick !== undefined) uris.push(`xmpp:${from.bare}/${nick}`, `xmpp:${from.bare}/${encodeURIComponent(nick)}`);
  for (const child of element.elements) {
    if (child.xmlns === NS_REFERENCE && child.attr('type') === 'mention' && uris.includes(child.attr('uri') ?? ''))
      return true;
    if (child.is('mention', NS_MENTIONS)) {
      if (uris.includes(child.attr('uri') ?? '')) return true;
      if (child.attr('mentions') === `${NS_MENTIONS}#channel`) return true;
    }
  }
  return nick !== undefined && nick !== '' && body !== undefined && holdsName(body, nick);
}

/** As a word of its own: “Al” is not meant in “Also”. */
function holdsName(text: string, name: string): boolean {
  return new RegExp(`(?<![\\p{L}\\p{N}])${name.replace(SPECIAL, '\\$&')}(?![\\p{L}\\p{N}])`, 'iu').test(text);
}
