/** XEP-0160: Offline Messages. Keeps messages for people who are away, and delivers them when they are back. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { ACCOUNT_ARCHIVE } from '../../modulehost/services.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Element } from '../../xml/element.ts';
import { isReachable, Mailboxes } from './mailboxes.ts';
import { OFFLINE_MIGRATIONS } from './store.ts';
import { worthOf } from './worth-keeping.ts';

const NS_SID = 'urn:xmpp:sid:0';

export const offline = defineModule({
  name: 'offline',
  summary: 'Keeps messages for people who are away, and delivers them when they are back.',
  xeps: [
    { xep: '0160', version: '1.0.1' },
    { xep: '0203', version: '2.0' },
    { xep: '0334', version: '1.0.0' },
  ],
  features: ['msgoffline'],
  needs: [ACCOUNT_ARCHIVE],
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

  start({ domain, config, reader, writer, clock, sessions, use }) {
    const archive = use(ACCOUNT_ARCHIVE);
    const mailboxes = new Mailboxes({
      domain,
      reader,
      writer,
      clock,
      maxMessages: () => config.maxMessages,
      maxBytes: () => config.maxBytes,
    });
    // Sessions that come back with the server are as available as they were, but what they were given from here and had not
    // acknowledged was left to this mailbox.
    for (const session of sessions.all()) if (isReachable(session)) mailboxes.deliver(session);

    return {
      absent(message, account) {
        const archiveId = archiveIdOf(message.element, message.to.bare);
        switch (worthOf(message)) {
          case 'refuse':
            // A retraction is archived whatever its hints say (XEP-0424 section 5), and so it has not got lost.
            return archiveId === undefined ? undefined : 'handled';
          case 'drop':
            return 'handled';
          case 'keep': {
            if (mailboxes.keep(account, message.element, archiveId)) return 'handled';
            // What goes back to its sender is not to be found later (XEP-0313 section 6.1).
            if (archiveId !== undefined) archive.withdraw(message.to.bare, archiveId);
            return new StanzaError('service-unavailable', 'Too many messages are waiting for this person.');
          }
        }
      },
      bind2: [
        {
          bound({ account }) {
            mailboxes.leaveToArchive(account);
            return undefined;
          },
        },
      ],
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
      stop: archive.onShown((session, id) => mailboxes.show(session, id)),
      account: {
        // What a crash between removing an account and removing its messages left must not reach the next of that name.
        created: ({ localpart }) => mailboxes.clear(localpart),
        removed: ({ localpart }) => mailboxes.clear(localpart),
      },
    };
  },
});

/** The id that the account's archive has given the message (XEP-0359). */
function archiveIdOf(message: Element, owner: string): string | undefined {
  return message.elements.find((child) => child.is('stanza-id', NS_SID) && child.attr('by') === owner)?.attr('id');
}
