/** RFC 6121 sections 2 to 4 and XEP-0237: the contact list, who may see whose presence, and presence itself. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { parseJid } from '../../jid/jid.ts';
import { defineModule } from '../../modulehost/module.ts';
import { provide, ROSTER, type RosterService } from '../../modulehost/services.ts';
import { iqGet, iqSet } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { StreamFeature } from '../../stream/feature.ts';
import { el } from '../../xml/element.ts';
import { type Contact, NS_ROSTER } from './contact.ts';
import { haveSameGroups } from './merged.ts';
import { Moves } from './moves.ts';
import { Outward } from './outward.ts';
import { Presences } from './presence.ts';
import { Probes } from './probes.ts';
import { RosterPushes } from './pushes.ts';
import { RosterRequests } from './roster-requests.ts';
import { Rosters } from './rosters.ts';
import { RosterSharing } from './sharing.ts';
import { ROSTER_MIGRATIONS } from './store.ts';
import { canSee, isSeenBy, type Subscription } from './subscription.ts';
import { Subscriptions } from './subscriptions.ts';

const NS_VERSIONING = 'urn:xmpp:features:rosterver';
const NS_PRE_APPROVAL = 'urn:xmpp:features:pre-approval';

/** Rosters without sessions in memory: those of an office, so that messages to absent colleagues cost no reading. */
const MAX_IDLE_ROSTERS = 500;

const QUERY = [NS_ROSTER, 'query'] as const;

export const roster = defineModule({
  name: 'roster',
  summary: 'Keeps everyone’s contact list and shows people who is online.',
  xeps: [{ xep: '0237', version: '1.3' }],
  features: [NS_ROSTER],
  migrations: ROSTER_MIGRATIONS,
  config: {
    maxItems: setting(z.int().min(1).max(10_000), 1_000, 'The most contacts that one contact list may have.'),
    maxGroups: setting(z.int().min(0).max(1_000), 50, 'The most groups that one contact may be in.'),
    maxNameLength: setting(
      z.int().min(1).max(1_023),
      255,
      'The most characters that the name of a contact or of a group may have.',
    ),
    maxRequests: setting(
      z.int().min(1).max(10_000),
      200,
      'The most contact requests that wait for one person’s answer. Further ones are refused.',
    ),
  },

  provides: [ROSTER],
  start(host) {
    const { domain, config, router, sessions, accounts, reader, writer, lifecycle, randomId } = host;
    const rosters = new Rosters({
      reader,
      writer,
      isOnline: (account) => sessions.of(account).size > 0,
      maxIdle: MAX_IDLE_ROSTERS,
      shared: () => sharing.source,
    });
    const subscriptionOf = (account: string, contact: string): Subscription =>
      rosters.of(account).contacts.get(contact)?.subscription ?? 'none';
    const isSubscribed = (account: string, contact: string) => isSeenBy(subscriptionOf(account, contact));
    const outward = new Outward({ domain, router });
    const pushes = new RosterPushes({ domain, sessions, randomId });
    const limits = () => config;
    const subscriptions = new Subscriptions({ rosters, pushes, outward, router, accounts, sessions, limits });
    const moves = new Moves({ rosters, pushes, outward, subscriptions, limits });
    const sharing = new RosterSharing({ rosters, pushes, subscriptions });
    const probes = new Probes({ outward, sessions, isSubscribed });
    const now = () => host.clock.now();
    const presences = new Presences({
      rosters,
      subscriptions,
      probes,
      outward,
      router,
      sessions,
      lifecycle,
      randomId,
      now,
    });
    const requests = new RosterRequests({
      domain,
      rosters,
      pushes,
      limits,
      removed: (account, before) => subscriptions.cancel(account, before),
    });

    const service: RosterService = {
      isSubscribed,
      isSubscribedTo: (account, contact) => canSee(subscriptionOf(account, contact)),
      hasContact: (account, contact) => isKnown(rosters.of(account).contacts.get(contact)),
      withdrawPresence(account, contact) {
        const jid = parseJid(contact);
        if (jid !== undefined) presences.withdraw(account, jid);
      },
      sharePresence(account, contact) {
        const jid = parseJid(contact);
        if (jid !== undefined && isSubscribed(account, contact)) subscriptions.showAvailable(account, jid);
      },
      greet: (isBack) => presences.greet(isBack),
      leave: (isLeft) => presences.leave(isLeft),
      *contacts(account) {
        for (const contact of rosters.of(account).contacts.values()) if (isKnown(contact)) yield contact.jid.bare;
      },
      *entries(account) {
        for (const { jid, isListed, name, subscription, groups } of rosters.of(account).contacts.values())
          if (isListed) yield { jid: jid.bare, name, subscription, groups };
      },
      groups: (account, contact) => rosters.of(account).contacts.get(contact)?.groups ?? [],
      onChange(listener) {
        const accessOf = ({ subscription, groups }: Contact) => ({ isSubscribed: isSeenBy(subscription), groups });
        const tell = (account: string, before: Contact, after: Contact) => {
          // Names of everybody come and go with their profiles, and are nothing to those who ask about access.
          if (before.subscription === after.subscription && haveSameGroups(before, after)) return;
          listener({ account, contact: after.jid, before: accessOf(before), after: accessOf(after) });
        };
        rosters.listeners.add(tell);
        return () => rosters.listeners.delete(tell);
      },
      onPush(listener) {
        pushes.listeners.add(listener);
        return () => pushes.listeners.delete(listener);
      },
      hideFrom: (isHidden) => outward.hideFrom(isHidden),
      async befriend(account, other) {
        if (account === other || !accounts.has(account) || !accounts.has(other)) return;
        const both = [
          subscriptions.settle(account, outward.bareOf(other)),
          subscriptions.settle(other, outward.bareOf(account)),
        ];
        await Promise.all(both);
      },
      takeOver: (account, former, request) => moves.take(account, former, request),
      share: (source) => sharing.begin(source),
    };

    const forbidden = () => new StanzaError('forbidden', 'This is somebody else’s contact list.');
    return {
      provides: [provide(ROSTER, service)],
      streamFeatures: [
        informative('roster versioning', 'ver', NS_VERSIONING),
        informative('subscription pre-approval', 'sub', NS_PRE_APPROVAL),
      ],
      iq: [
        iqGet(QUERY, ['self'], (request) => requests.get(request)),
        iqSet(QUERY, ['self'], (request) => requests.set(request)),
        iqGet(QUERY, ['account'], forbidden),
        iqSet(QUERY, ['account'], forbidden),
      ],
      presence: { handler: presences },
      session: { ended: (session) => presences.ended(session) },
      account: {
        // What a crash between removing an account and removing its roster left must not reach the next of that name.
        created: ({ localpart }) => {
          rosters.clear(localpart);
        },
        removed({ localpart }) {
          const { contacts, own } = rosters.of(localpart);
          const ofGroups = [...contacts.values()].filter(({ shared }) => shared !== undefined);
          for (const { jid } of ofGroups) subscriptions.showUnavailable(localpart, jid);
          for (const contact of [...own.values()]) subscriptions.cancel(localpart, contact);
          rosters.clear(localpart);
          rosters.forgetNotes(outward.bareOf(localpart).bare).catch(() => undefined); // logged by the writer
        },
      },
    };
  },
});

/** In the list, or brought together with the account by a group that shows it to them alone. */
function isKnown(contact: Contact | undefined): boolean {
  return contact !== undefined && (contact.isListed || contact.shared !== undefined);
}

/** A stream feature that only tells that something is supported; nobody answers to it (sections 2.6.1 and 3.4). */
function informative(name: string, element: string, xmlns: string): StreamFeature {
  return { name, offer: (stream) => (stream.account === undefined ? [] : [el(element, xmlns)]) };
}
