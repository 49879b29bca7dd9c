/**
 * Who of an account's sessions gets a message: RFC 6121 section 8.5, every row of its table. Pure, so that the table
 * can be tested as a table.
 *
 * Where the RFC leaves a choice: `chat` and `normal` to a bare JID go to *all* available resources whose priority is
 * not negative, so that every device shows the message without knowing of carbons; a message of another type to a
 * resource that is gone is refused rather than dropped, so that the sender knows.
 */
import type { MessageType } from '../stanza/stanza.ts';

/** What the rules look at in a session. */
interface Recipient {
  readonly isAvailable: boolean;
  readonly priority: number;
}

/** The recipients; or nobody is there and it may be kept; or it is dropped; or it is refused. */
export type Delivery<R> = readonly R[] | 'absent' | 'ignore' | 'refuse';

export function chooseRecipients<R extends Recipient>(
  type: MessageType,
  resource: string,
  sessions: ReadonlyMap<string, R>,
): Delivery<R> {
  if (resource !== '') {
    const addressed = sessions.get(resource);
    // Section 8.5.3.1. A resource that is connected but not available gets what is addressed to it as well: whoever
    // writes to a full JID has it from that very client.
    if (addressed !== undefined) return [addressed];
    if (type === 'error') return 'ignore';
    if (type !== 'chat') return 'refuse'; // section 8.5.3.2.1
  }
  switch (type) {
    case 'error':
      return 'ignore';
    case 'groupchat':
      return 'refuse';
    default: {
      const reachable: R[] = [];
      for (const session of sessions.values()) {
        if (session.isAvailable && session.priority >= 0) reachable.push(session);
      }
      if (reachable.length > 0) return reachable;
      return type === 'headline' ? 'ignore' : 'absent';
    }
  }
}
