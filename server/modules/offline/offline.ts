/** XEP-0160: Offline Messages. Keeps messages for people who are away, and delivers them when they are back. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { StanzaError } from '../../stanza/error.ts';
import { Mailboxes } from './mailboxes.ts';
import { OFFLINE_MIGRATIONS } from './store.ts';
import { worthOf } from './worth-keeping.ts';

export const offline = defineModule({
  name: 'offline',
  summary: 'Keeps messages for people who are away, and delivers them when they are back.',
  xeps: [
    { xep: '0160', version: '1.0.1' },
    { xep: '0203', version: '2.0' },
    { xep: '0334', version: '1.0.0' },
  ],
  features: ['msgoffline'],
  migrations: OFFLINE_MIGRATIONS,
  config: {
    maxMessages: setting(
      z.int().min(0).max(100_000),
      1_000,
      'The most messages that are kept for one account that is away. Further ones go back to their senders.',
    ),
    maxBytes: setting(
      z.int().min(10_000).max(10_000_000_000),
      // A thousand long messages with room to spare. Whoever may write to people here must not be able to fill the disk.
      32 * 1024 * 1024,
      'The most bytes that the messages kept for one account may take. Further ones go back to their senders.',
    ),
  },

  start({ domain, config, reader, writer, clock, sessions }) {
    const mailboxes = new Mailboxes({
      domain,
      reader,
      writer,
      clock,
      maxMessages: () => config.maxMessages,
      maxBytes: () => config.maxBytes,
    });
    return {
      absent(message, account) {
        switch (worthOf(message)) {
          case 'refuse':
            return undefined;
          case 'drop':
            return 'handled';
          case 'keep':
            return mailboxes.keep(account, message.element)
              ? 'handled'
              : new StanzaError('service-unavailable', 'Too many messages are waiting for this person.');
        }
      },
      session: {
        presenceChanged(session, before) {
          const isBack = isReachable(session) && !isReachable(before);
          if (isBack) mailboxes.deliver(session);
        },
        ended(ended) {
          if (!mailboxes.takeBack(ended)) return;
          const other = [...sessions.of(ended.account).values()].find(isReachable);
          if (other !== undefined) mailboxes.deliver(other);
        },
      },
      account: {
        // What a crash between removing an account and removing its messages left must not reach the next of that name.
        created: ({ localpart }) => mailboxes.clear(localpart),
        removed: ({ localpart }) => mailboxes.clear(localpart),
      },
    };
  },
});

/** Messages for an account go to resources with a priority that is not negative (RFC 6121 section 8.5.2.1.1). */
function isReachable({ isAvailable, priority }: { readonly isAvailable: boolean; readonly priority: number }): boolean {
  return isAvailable && priority >= 0;
}
