/** XEP-0163: Personal Eventing Protocol. People publish what concerns them, and their contacts hear of it. */
import { joinJid } from '../../jid/jid.ts';
import { defineModule } from '../../modulehost/module.ts';
import { BLOCKING, PEP, provide, ROSTER, type RosterChange } from '../../modulehost/services.ts';
import { type Answer, iqGet, iqSet, type Request } from '../../router/iq-table.ts';
import type { Verdict } from '../../router/stages.ts';
import type { Session } from '../../session/session.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Iq, Message } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';
import { decide, isDecision } from './authorization.ts';
import { bounced } from './bounces.ts';
import { describeNode, listItems, listNodes } from './disco.ts';
import { Engine } from './engine.ts';
import { endLeases } from './expiry.ts';
import { ACCOUNT_FEATURES } from './features.ts';
import { Interests } from './interests.ts';
import { GET_PENDING, NS_PUBSUB, NS_PUBSUB_OWNER } from './namespaces.ts';
import { answerPending, NS_COMMANDS } from './pending.ts';
import { PepFront } from './pep-front.ts';
import { PepPresence } from './pep-presence.ts';
import { createPepService } from './pep-service.ts';
import { forgetEverywhere } from './removed-user.ts';
import { answer } from './requests.ts';
import { SeenPresences } from './seen-presences.ts';
import { PEP_SETTINGS } from './settings.ts';
import { Spaces } from './spaces.ts';
import { PubSubStore } from './store.ts';

/** Accounts whose nodes stay in memory although nothing is being written: those of an office. */
const MAX_IDLE_ACCOUNTS = 500;
const LEASE_SWEEP_MS = 60_000;

export const pep = defineModule({
  name: 'pep',
  summary: 'Lets people publish what concerns them, such as a picture or bookmarks, to their contacts and devices.',
  xeps: [
    { xep: '0163', version: '1.2.2' },
    { xep: '0222', version: '1.1.0' },
    { xep: '0223', version: '1.1.1' },
  ],
  accountIdentities: [{ category: 'pubsub', type: 'pep' }],
  accountFeatures: ACCOUNT_FEATURES,
  needs: [ROSTER, BLOCKING],
  provides: [PEP],
  config: PEP_SETTINGS,

  start(host) {
    const { domain, sessions, router } = host;
    const roster = host.use(ROSTER);
    const seen = new SeenPresences();
    const interests = new Interests({
      clock: host.clock,
      send: (iq) => void router.route(iq)?.catch((error) => host.log.error({ err: error }, 'a question failed')),
    });
    const blocking = host.use(BLOCKING);
    const meet = (session: Session) => presence.meet(session);
    const privateNodes = new Set<string>();
    const front = new PepFront({
      domain,
      config: host.config,
      sessions,
      roster,
      blocking,
      interests,
      seen,
      privateNodes,
      meet,
    });
    const spaces = new Spaces({
      store: new PubSubStore(host.reader),
      writer: host.writer,
      defaults: () => front.defaults(),
      imposed: (id) => front.imposed(id),
      maxIdle: MAX_IDLE_ACCOUNTS,
    });
    const now = () => host.clock.now();
    const engine = new Engine({ front, spaces, router, now, randomId: host.randomId, log: host.log });
    const presence = new PepPresence({ domain, engine, interests, roster, sessions, seen });
    const spaceOf = (account: string) => engine.spaces.of(joinJid(account, domain));

    function request({ iq, payload, account }: Request): Answer | Promise<Answer> {
      const answered = answer(engine, spaceOf(account), iq, payload);
      const isStranger = !router.routes.has(iq.from.domain) && !roster.isSubscribed(account, iq.from.bare);
      // SECURITY: as an account that does not exist; what strangers have here, they know of it.
      return isStranger && isNothing(payload, answered) ? new StanzaError('service-unavailable') : answered;
    }
    const settle = (iq: Iq): Verdict => (interests.settle(iq) ? 'handled' : undefined);

    /** An owner's answer to a request for approval goes to their own account (section 8.6). */
    function takeDecision(message: Message): Verdict {
      if (message.to.full !== message.from.bare || !isDecision(message)) return undefined;
      return decide(engine, spaceOf(message.to.local), message) ?? 'handled';
    }

    function follow(change: RosterChange): void {
      try {
        presence.rosterChanged(change);
      } catch (error) {
        host.log.error({ err: error, account: change.account }, 'a change of a contact list could not be followed');
      }
    }

    /** Of an account that is gone: its own nodes, and what it has to do with those of others. */
    function forget(localpart: string): void {
      const jid = joinJid(localpart, domain);
      const gone = Promise.all([spaces.clear(jid), forgetEverywhere(engine, host.writer, jid)]);
      gone.catch(() => undefined); // the writer has logged it
    }

    host.disco.answerNodes(NS_PUBSUB, {
      info: (node, { addressee, account, iq }) =>
        addressee === 'server' ? undefined : describeNode(engine, spaceOf(account), node, iq.from),
      items: (node, { addressee, account, iq }) =>
        addressee === 'server' ? undefined : listItems(engine, spaceOf(account), node, iq.from),
    });
    const unlist = host.disco.addAccountItems(({ account, iq }) => listNodes(engine, spaceOf(account), iq.from));
    // What a change of the contact list brings comes behind the stanzas that belong to it.
    const stopListening = roster.onChange((change) => setImmediate(() => follow(change)));
    const leases = host.clock.every(LEASE_SWEEP_MS, () => endLeases(engine));

    return {
      provides: [provide(PEP, createPepService(engine, domain, privateNodes))],
      iq: [
        iqGet([NS_PUBSUB, 'pubsub'], ['self', 'account'], request),
        iqSet([NS_PUBSUB, 'pubsub'], ['self', 'account'], request),
        iqGet([NS_PUBSUB_OWNER, 'pubsub'], ['self', 'account'], request),
        iqSet([NS_PUBSUB_OWNER, 'pubsub'], ['self', 'account'], request),
        iqSet([NS_COMMANDS, 'command'], ['self'], ({ iq, payload, account }) =>
          answerPending(engine, spaceOf(account), iq, payload, GET_PENDING),
        ),
      ],
      message: {
        outbound: { guard: takeDecision },
        inbound: {
          record(message, account) {
            if (message.type === 'error' && message.to.resource === '') bounced(engine, spaceOf(account), message);
            return undefined;
          },
        },
      },
      passingIq: { outbound: { guard: settle }, inbound: { guard: settle } },
      presence: {
        outbound: {
          copy(stanza, session) {
            presence.announced(stanza, session);
            return undefined;
          },
        },
        inbound: {
          record(stanza, account) {
            presence.came(stanza, account);
            return undefined;
          },
        },
      },
      session: { presenceChanged: (session) => presence.changed(session) },
      account: {
        // What a crash between removing an account and its nodes left must not reach the next of that name.
        created: ({ localpart }) => forget(localpart),
        removed({ localpart }) {
          presence.removed(localpart);
          forget(localpart);
        },
      },
      stop() {
        unlist();
        stopListening();
        leases.cancel();
        interests.stop();
        return host.writer.flush();
      },
    };
  },
});

/** True for what every account answers alike: lists without anything in them, and defaults. */
function isNothing(payload: Element, answered: Answer | Promise<Answer>): boolean {
  const [asked] = payload.elements;
  if (asked?.attr('node') !== undefined || answered === undefined) return false;
  if (answered instanceof Promise || answered instanceof StanzaError) return false;
  return asked?.name === 'default' || answered.elements.every(({ elements }) => elements.length === 0);
}
