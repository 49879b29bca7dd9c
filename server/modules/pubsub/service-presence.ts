/** Presence as the service of its own domain knows it: of the accounts here, and of whoever sends it to the service. */

import type { Jid } from '../../jid/jid.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import type { Presence } from '../../stanza/stanza.ts';
import { refuseRetrieval } from './access.ts';
import type { Engine } from './engine.ts';
import { sendLastItem } from './notifications.ts';
import { purgeOf } from './offline-purge.ts';
import type { SeenPresences } from './seen-presences.ts';
import type { Space } from './spaces.ts';
import { endTemporary } from './temporary.ts';

export interface ServicePresenceOptions {
  readonly engine: Engine;
  readonly space: () => Space;
  readonly seen: SeenPresences;
  readonly sessions: Sessions;
  readonly domain: string;
}

export class ServicePresence {
  readonly #options: ServicePresenceOptions;

  constructor(options: ServicePresenceOptions) {
    this.#options = options;
  }

  /** An account's client has shown itself, or gone. */
  changed(session: Session, wasAvailable: boolean): void {
    const { engine, space, sessions } = this.#options;
    if (session.isAvailable) {
      if (!wasAvailable) this.#greet(session.jid);
      return;
    }
    const others = [...sessions.of(session.account).values()].filter((other) => other !== session && other.isAvailable);
    endTemporary(engine, session.jid, others.length === 0);
    if (others.length === 0) purgeOf(engine, space(), session.jid);
  }

  /** Presence that was sent to the service. That of accounts here is known from their sessions. */
  came({ from, type, element }: Presence): void {
    const { space, seen, engine, domain } = this.#options;
    if (from.resource === '' || from.domain === domain) return;
    const { jid } = space();
    if (type === 'available') {
      const isNew = seen.get(jid, from) === undefined;
      if (seen.put(jid, from, element) && isNew) this.#greet(from);
    } else if ((type === 'unavailable' || type === 'error') && seen.remove(jid, from)) {
      endTemporary(engine, from, true);
    }
  }

  /** `on_sub_and_presence`: the last item for a subscriber who comes online. */
  #greet(client: Jid): void {
    const { engine, space } = this.#options;
    for (const node of space().nodes.values()) {
      if (node.configuration.send_last_published_item !== 'on_sub_and_presence') continue;
      const isSubscriber = [...node.subscriptionsOf(client)].some(
        ({ jid, state, options }) =>
          state === 'subscribed' && options.deliver && (jid.resource === '' || jid.full === client.full),
      );
      if (isSubscriber && refuseRetrieval(engine, space(), node, client) === undefined) {
        sendLastItem(engine, space(), node, client);
      }
    }
  }
}
