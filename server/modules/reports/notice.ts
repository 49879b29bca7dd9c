/** The message by which administrators hear of a report. */
import type { Report } from '../../modulehost/services.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';

const NS_HINTS = 'urn:xmpp:hints';

/** From the server; `headline` reaches those who are online, `normal` waits for the others. */
export function noticeOf(
  { id, reporter, reported, reason, text, messages }: Report,
  addresses: { readonly from: string; readonly to: string },
  type: 'headline' | 'normal',
): Element {
  const shown =
    messages.length === 0 ? '' : `, showing ${messages.length === 1 ? 'a message' : `${messages.length} messages`}`;
  const sentence = `${reporter} has blocked ${reported} and reports ${reason}${shown}.`;
  return el(
    'message',
    NS_CLIENT,
    { ...addresses, type, id: `report-${id}` },
    el('subject', NS_CLIENT, undefined, `Report about ${reported}`),
    el('body', NS_CLIENT, undefined, text === undefined ? sentence : `${sentence}\n\n${text}`),
    type === 'headline' ? el('no-store', NS_HINTS) : undefined,
  );
}
