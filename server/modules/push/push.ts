/** XEP-0357: Push Notifications. Wakes phones whose app is not running when something comes for their owner. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { type Jid, parseJid } from '../../jid/jid.ts';
import { defineModule } from '../../modulehost/module.ts';
import { PUSH, provide, ROSTER } from '../../modulehost/services.ts';
import { type Answer, iqSet, type Request, type RequestHandler } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Message } from '../../stanza/stanza.ts';
import { Devices } from './devices.ts';
import {
  NS_ENCRYPT,
  NS_ENCRYPT_AES_128_GCM,
  NS_FILTER_GROUPCHAT,
  NS_FILTER_MUTED,
  NS_FILTER_UNKNOWN,
  NS_JINGLE,
  NS_PRIORITY,
  NS_PUBSUB,
  NS_PUSH,
} from './namespaces.ts';
import { occasionOf, subscriptionOccasion } from './occasion.ts';
import { type Registration, readRegistration } from './registration.ts';
import { Registrations } from './registrations.ts';
import { ServiceStates } from './service-states.ts';
import { PUSH_MIGRATIONS } from './store.ts';
import { Wakes } from './wakes.ts';

export const push = defineModule({
  name: 'push',
  summary: 'Wakes phones whose app is not running when something comes for their owner.',
  xeps: [{ xep: '0357', version: '0.4.1' }],
  features: [NS_PUSH],
  accountFeatures: [
    NS_PUSH,
    NS_ENCRYPT,
    NS_ENCRYPT_AES_128_GCM,
    NS_FILTER_GROUPCHAT,
    NS_FILTER_MUTED,
    NS_FILTER_UNKNOWN,
    NS_JINGLE,
    NS_PRIORITY,
  ],
  migrations: PUSH_MIGRATIONS,
  provides: [PUSH],
  needs: [ROSTER],
  config: {
    sender: setting(
      z.boolean(),
      false,
      'Tell the services that wake phones who wrote. They belong to the makers of the apps, and to Apple or Google.',
    ),
    body: setting(
      z.enum(['none', 'placeholder', 'text']),
      'placeholder',
      'What the services that wake phones are told of a message: nothing, that there is one, or its text.',
    ),
    unconfirmedSeconds: setting(
      z.int().min(5).max(600),
      30,
      'How long a phone may leave a message unconfirmed before it is woken although it seems to be connected, in seconds.',
    ),
    maxDevices: setting(
      z.int().min(1).max(1_000),
      20,
      'How many phones of one account are woken at most. The one that was not used for longest makes room.',
    ),
  },

  start(host) {
    const { accounts, clock, config, log, ownRequests, randomId, reader, router, sessions, writer } = host;
    const roster = host.use(ROSTER);
    const canReach = (domain: string) => router.routes.has(domain) || router.remote !== undefined;
    const registrations = new Registrations({ reader, writer, maxPerAccount: () => config.maxDevices });
    const states = new ServiceStates({ registrations, canReach, now: () => clock.now() });
    const wakes = new Wakes({ clock, log, randomId, ownRequests, registrations, states, policy: config, canReach });
    const devices = new Devices({
      clock,
      domain: host.domain,
      sessions,
      registrations,
      wakes,
      unconfirmedMs: () => config.unconfirmedSeconds * 1_000,
      isContact: (account, contact) => roster.hasContact(account, contact),
    });

    function enable({ payload, sender }: Request): Answer | Promise<Answer> {
      if (sender === undefined) return notAllowed();
      const { account, jid } = sender;
      const registration = readRegistration(payload, { account, resource: jid.resource, atMs: clock.now() });
      if (registration instanceof StanzaError) return registration;
      return registrations.enable(registration).then(() => undefined);
    }

    function disable({ payload, account }: Request): Answer | Promise<Answer> {
      const service = parseJid(payload.attr('jid') ?? '');
      if (service === undefined) return new StanzaError('bad-request', 'Name the push service in “jid”.');
      return registrations.disable(account, service.full, payload.attr('node')).then(() => undefined);
    }

    /** Section 8: a service that stops taking notifications may say so; the message is for the server. */
    function isRevoked({ from, to, element }: Message, account: string): boolean {
      const registered = registrations.of(account);
      if (registered.length === 0) return false;
      const pubsub = element.child('pubsub', NS_PUBSUB);
      const affiliation = pubsub?.child('affiliation');
      if (affiliation?.attr('affiliation') !== 'none' || affiliation.attr('jid') !== to.bare) return false;
      const revoked = registered.filter(
        ({ service, node }) => service.full === from.full && node === (pubsub?.attr('node') ?? ''),
      );
      for (const registration of revoked) registrations.remove(registration);
      return revoked.length > 0;
    }

    function subscriptionAsked(account: string, from: Jid, element: Registration['request']): void {
      if (registrations.of(account).length === 0 || roster.isSubscribed(account, from.bare)) return;
      devices.tell(account, subscriptionOccasion(element, from));
    }

    for (const account of new Set([...registrations.all()].map((registration) => registration.account)))
      if (!accounts.has(account)) registrations.clear(account);
    devices.watchRestored();

    return {
      iq: [
        iqSet([NS_PUSH, 'enable'], ['self'], enable),
        iqSet([NS_PUSH, 'disable'], ['self'], disable),
        iqSet([NS_PUSH, 'enable'], ['account'], refuseOthers),
        iqSet([NS_PUSH, 'disable'], ['account'], refuseOthers),
      ],
      message: {
        inbound: {
          guard: (message, account) => (isRevoked(message, account) ? 'handled' : undefined),
          copy(message, account) {
            if (registrations.of(account).length === 0 || message.from.bare === message.to.bare) return;
            const occasion = occasionOf(message.element);
            if (occasion !== undefined) devices.tell(account, occasion);
          },
        },
      },
      presence: {
        inbound: {
          record({ type, from, element }, account) {
            if (type === 'subscribe') subscriptionAsked(account, from, element);
          },
        },
      },
      session: {
        bound: (session) => devices.isBack(session),
        streamLost(session) {
          devices.lost(session);
          return false;
        },
        ended: (session) => devices.ended(session),
      },
      account: {
        // What a crash between removing an account and removing its registrations left must not reach the next of that name.
        created: ({ localpart }) => registrations.clear(localpart),
        removed: ({ localpart }) => registrations.clear(localpart),
      },
      provides: [
        provide(PUSH, {
          notify(account, message) {
            const occasion = registrations.of(account).length === 0 ? undefined : occasionOf(message);
            if (occasion !== undefined) devices.tell(account, occasion);
          },
          services: (account) => states.list(account),
        }),
      ],
      stop() {
        devices.stop();
        wakes.stop();
      },
    };
  },
});

/** Waking an account's devices is the business of its own clients. */
const refuseOthers: RequestHandler = () => notAllowed();

function notAllowed(): StanzaError {
  return new StanzaError('not-allowed', 'Push notifications are for one’s own devices.');
}
