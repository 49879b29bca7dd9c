/** XEP-0352: Client State Indication. Spares the battery of a phone whose owner is not looking at it. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { defineModule } from '../../modulehost/module.ts';
import { Hold } from '../../session/hold.ts';
import type { Session } from '../../session/session.ts';
import type { Stream } from '../../stream/stream.ts';
import { StreamError } from '../../stream/stream-error.ts';
import { el } from '../../xml/element.ts';
import { urgencyOf, type Waiting } from './urgency.ts';

const NS_CSI = 'urn:xmpp:csi:0';
/** UTF-16 units: some pages of presence; pictures that contacts publish must not pile up for a phone that sleeps for days. */
const MAX_HELD_SIZE = 256 * 1024;

export const clientState = defineModule({
  name: 'client-state',
  summary: 'Spares the battery of a phone whose owner is not looking at it.',
  xeps: [{ xep: '0352', version: '1.0.0' }],
  config: {
    holdPresence: setting(z.boolean(), true, 'Tell a phone that is not being looked at later who came and went.'),
    holdTyping: setting(z.boolean(), true, 'Tell a phone that is not being looked at later who is typing.'),
    holdReceipts: setting(
      z.boolean(),
      true,
      'Tell a phone that is not being looked at later which messages have arrived or were read.',
    ),
    holdEvents: setting(
      z.boolean(),
      true,
      'Tell a phone that is not being looked at later of new avatars, nicknames and the like.',
    ),
    maxHeld: setting(
      z.int().min(1).max(10_000),
      // The contacts of a person and the people of some rooms; more at once would keep the radio on for long.
      256,
      'How many of these wait for one device at most. When more come, all are sent.',
    ),
  },

  start({ config, sessions }) {
    const waiting: Waiting = {
      get presence() {
        return config.holdPresence;
      },
      get typing() {
        return config.holdTyping;
      },
      get receipts() {
        return config.holdReceipts;
      },
      get events() {
        return config.holdEvents;
      },
    };

    function sessionOn(stream: Stream): Session | undefined {
      if (stream.account === undefined) return undefined;
      for (const session of sessions.of(stream.account).values()) if (session.stream === stream) return session;
      return undefined;
    }

    function deactivate(session: Session): void {
      if (session.outbox.isInactive) return;
      const self = session.jid.bare;
      session.outbox.deactivate(
        new Hold({
          urgencyOf: (stanza) => urgencyOf(stanza, self, waiting),
          maxStanzas: () => config.maxHeld,
          maxSize: MAX_HELD_SIZE,
        }),
      );
    }

    return {
      streamFeatures: [
        {
          name: 'client-state',
          xmlns: NS_CSI,
          offer: (stream) => (stream.account === undefined ? [] : [el('csi', NS_CSI)]),
          receive(stream, element) {
            const session = sessionOn(stream);
            if (stream.account === undefined) {
              stream.close(new StreamError('not-authorized', 'Sign in first.'));
            } else if (element.name === 'inactive') {
              if (session !== undefined) deactivate(session);
            } else if (element.name === 'active') {
              session?.outbox.activate();
            } else {
              stream.close(
                new StreamError(
                  'unsupported-stanza-type',
                  `<${element.name}/> is not part of client state indication.`,
                ),
              );
            }
          },
        },
      ],
      bind2: [
        {
          name: NS_CSI,
          bound(session, request) {
            if (request.child('inactive', NS_CSI) !== undefined) deactivate(session);
            return undefined;
          },
        },
      ],
      stop() {
        for (const session of sessions.all()) session.outbox.activate();
      },
    };
  },
});
