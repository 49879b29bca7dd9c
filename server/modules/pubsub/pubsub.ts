/** XEP-0060: Publish-Subscribe. Nodes to which things are published, and whose subscribers hear of them. */
import { joinJid } from '../../jid/jid.ts';
import { NS_DISCO_INFO } from '../../modulehost/disco-info.ts';
import { defineModule } from '../../modulehost/module.ts';
import { NODES } from '../../modulehost/nodes.ts';
import { provide, ROSTER } from '../../modulehost/services.ts';
import type { Answer } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Iq, Presence } from '../../stanza/stanza.ts';
import { Engine } from './engine.ts';
import { endLeases } from './expiry.ts';
import { GET_PENDING, NS_PUBSUB, NS_PUBSUB_OWNER } from './namespaces.ts';
import { createNodes } from './own-nodes.ts';
import { answerPending, NS_COMMANDS } from './pending.ts';
import { forgetUser } from './removed-user.ts';
import { answer } from './requests.ts';
import { SeenPresences } from './seen-presences.ts';
import { answerInfo, answerItems, NS_DISCO_ITEMS } from './service-disco.ts';
import { ServiceFront } from './service-front.ts';
import { ServicePresence } from './service-presence.ts';
import { ServiceRoute } from './service-route.ts';
import { PUBSUB_SETTINGS } from './settings.ts';
import { Spaces } from './spaces.ts';
import { MIGRATIONS, PubSubStore } from './store.ts';

/** Below the server's domain; never resolved by anybody on the local network. */
const SUBDOMAIN = 'pubsub';
const LEASE_SWEEP_MS = 60_000;
const NS_PING = 'urn:xmpp:ping';

export const pubsub = defineModule({
  name: 'pubsub',
  summary: 'Nodes to which people publish, and whose subscribers are told what is new.',
  xeps: [{ xep: '0060', version: '1.30.0' }],
  needs: [ROSTER],
  provides: [NODES],
  config: PUBSUB_SETTINGS,
  migrations: MIGRATIONS,

  start(host) {
    const jid = joinJid('', `${SUBDOMAIN}.${host.domain}`);
    const roster = host.use(ROSTER);
    const seen = new SeenPresences();
    const front = new ServiceFront(host, roster, seen);
    const spaces = new Spaces({
      store: new PubSubStore(host.reader),
      writer: host.writer,
      defaults: () => front.defaults(),
      imposed: () => front.imposed(),
      maxIdle: 1,
    });
    const engine = new Engine({
      front,
      spaces,
      router: host.router,
      now: () => host.clock.now(),
      randomId: host.randomId,
      log: host.log,
    });
    const space = () => spaces.of(jid);
    const presence = new ServicePresence({ engine, space, seen, sessions: host.sessions, domain: host.domain });

    function answerIq(iq: Iq): Answer | Promise<Answer> {
      const { payload, type } = iq;
      if (payload === undefined) return new StanzaError('bad-request');
      switch (`${type} ${payload.xmlns} ${payload.name}`) {
        case `get ${NS_DISCO_INFO} query`:
          return answerInfo(engine, space(), iq, payload);
        case `get ${NS_DISCO_ITEMS} query`:
          return answerItems(engine, space(), iq, payload);
        case `get ${NS_PING} ping`:
          return undefined;
        case `set ${NS_COMMANDS} command`:
          return answerPending(engine, space(), iq, payload, GET_PENDING);
        case `${type} ${NS_PUBSUB} pubsub`:
        case `${type} ${NS_PUBSUB_OWNER} pubsub`:
          return answer(engine, space(), iq, payload);
        default:
          return new StanzaError('service-unavailable');
      }
    }

    const route = new ServiceRoute({
      engine,
      router: host.router,
      space,
      answer: answerIq,
      sawPresence: (stanza: Presence) => presence.came(stanza),
    });
    const leases = host.clock.every(LEASE_SWEEP_MS, () => endLeases(engine));

    return {
      provides: [provide(NODES, createNodes(engine, space, front.reserved))],
      routes: [{ domain: jid.bare, name: 'Nodes', route }],
      session: { presenceChanged: (session, before) => presence.changed(session, before.isAvailable) },
      account: {
        /** Whoever gets the same name later has nothing of it. */
        removed: ({ localpart }) => forgetUser(engine, space(), joinJid(localpart, host.domain)),
      },
      stop() {
        leases.cancel();
        return host.writer.flush();
      },
    };
  },
});
