/**
 * XEP-0283: Moved. When a contact asks from a new address and the old one confirms the move, the new one takes the old
 * one's place in the contact list.
 */

import type { Timer } from '../clock/clock.ts';
import { bareJid, type Jid, joinJid, parseJid } from '../jid/jid.ts';
import { defineModule } from '../modulehost/module.ts';
import { BLOCKING, ROSTER } from '../modulehost/services.ts';
import type { Verdict } from '../router/stages.ts';
import { NS_STANZA_ERROR } from '../stanza/error.ts';
import { type Iq, NS_CLIENT, type Presence } from '../stanza/stanza.ts';
import { type Element, el } from '../xml/element.ts';

const NS_MOVED = 'urn:xmpp:moved:1';
const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const ID_BYTES = 12;
/** A server that has not answered after this is treated as one that knows of no move. */
const TIMEOUT_MS = 30_000;
/** Moves that are being confirmed. SECURITY: each costs a question to another server; further ones are plain requests. */
const MAX_PENDING = 500;
const MAX_PENDING_PER_ACCOUNT = 5;

/** A request that waits for what the old address says. */
interface Pending {
  readonly account: string;
  /** The old address, bare. */
  readonly former: Jid;
  readonly request: Presence & { readonly to: Jid };
  readonly timer: Timer;
}

export const moved = defineModule({
  name: 'moved',
  summary: 'Keeps contacts who move to another address, once their old address has confirmed it.',
  xeps: [{ xep: '0283', version: '0.2.0' }],
  needs: [ROSTER, BLOCKING],

  start(host) {
    const { clock, domain, router, log } = host;
    const roster = host.use(ROSTER);
    const blocking = host.use(BLOCKING);
    /** By the id of the question. */
    const pending = new Map<string, Pending>();
    /** Requests that go on as any other, whatever they say of a move. */
    const plain = new WeakSet<Element>();

    /** Section 4.4: holds a request back until it is known whether it comes from a contact. */
    function guard(presence: Presence, account: string): Verdict {
      const { type, from, to } = presence;
      if (type !== 'subscribe' && type !== 'unsubscribe') return undefined;
      // Whoever asks anew, or takes the request back, is not waiting for the earlier one any more.
      for (const [id, each] of pending)
        if (each.account === account && each.request.from.bare === from.bare) forget(id);
      if (type === 'unsubscribe' || to === undefined || plain.has(presence.element)) return undefined;
      const former = formerAddress(presence.element);
      if (former === undefined || former.bare === from.bare || former.bare === bareJid(to).bare) return undefined;
      if (!roster.isSubscribed(account, former.bare) || roster.isSubscribed(account, from.bare)) return undefined;
      if (pending.size >= MAX_PENDING || countOf(account) >= MAX_PENDING_PER_ACCOUNT) return undefined;
      ask(account, former, { ...presence, to });
      return 'handled';
    }

    function ask(account: string, former: Jid, request: Pending['request']): void {
      const id = host.randomId(ID_BYTES);
      const timer = clock.after(TIMEOUT_MS, () => goOn(id));
      pending.set(id, { account, former, request, timer });
      const from = joinJid(account, domain);
      const items = el('items', NS_PUBSUB, { node: NS_MOVED }, el('item', NS_PUBSUB, { id: 'current' }));
      const payload = el('pubsub', NS_PUBSUB, undefined, items);
      const element = el('iq', NS_CLIENT, { type: 'get', id, from: from.bare, to: former.bare }, payload);
      const asked = router.route({ kind: 'iq', type: 'get', id, element, from, to: former, payload });
      asked?.catch((error) => log.error({ err: error }, 'the old address of a contact could not be asked'));
    }

    /** SECURITY: what counts is an answer of the old address itself, to a question of that very account. */
    function settle(iq: Iq, account: string): Verdict {
      const waiting = pending.get(iq.id);
      if (waiting === undefined || (iq.type !== 'result' && iq.type !== 'error')) return undefined;
      if (waiting.account !== account || iq.to.resource !== '' || iq.from.full !== waiting.former.full)
        return undefined;
      const { former, request } = waiting;
      const isConfirmed = newAddress(iq)?.full === request.from.bare;
      const isWanted = !blocking.isBlocked(account, request.from);
      if (isConfirmed && isWanted && roster.takeOver(account, former, request)) {
        forget(iq.id);
        log.info({ account, former: former.bare, address: request.from.bare }, 'a contact has moved');
      } else goOn(iq.id);
      return 'handled';
    }

    /** Nothing is known of a move: its owner decides about the request as about any other. */
    function goOn(id: string): void {
      const waiting = pending.get(id);
      if (waiting === undefined) return;
      forget(id);
      plain.add(waiting.request.element);
      void router.route(waiting.request);
    }

    function forget(id: string): void {
      pending.get(id)?.timer.cancel();
      pending.delete(id);
    }

    function countOf(account: string): number {
      let count = 0;
      for (const each of pending.values()) if (each.account === account) count++;
      return count;
    }

    return {
      presence: { inbound: { guard } },
      passingIq: { inbound: { guard: settle } },
      account: {
        removed: ({ localpart }) => {
          for (const [id, { account }] of pending) if (account === localpart) forget(id);
        },
      },
      // What waits is held in memory alone: its owner shall find it as a request after the next start.
      stop: () => {
        for (const id of [...pending.keys()]) goOn(id);
      },
    };
  },
});

/** `<old-jid/>`, which must be a bare JID of a person (section 4.3). */
function formerAddress(request: Element): Jid | undefined {
  return personIn(request.child('moved', NS_MOVED)?.childText('old-jid'));
}

/** Where the old address says that its owner has gone: the statement, or the `<gone/>` of RFC 6120 section 8.3.3.5. */
function newAddress({ type, payload, element }: Iq): Jid | undefined {
  if (type === 'error') {
    const uri = element.child('error')?.childText('gone', NS_STANZA_ERROR) ?? '';
    return personIn(/^xmpp:([^?#]+)/i.exec(uri.trim())?.[1], 'percent-encoded');
  }
  const items = payload?.is('pubsub', NS_PUBSUB) === true ? payload.child('items') : undefined;
  if (items?.attr('node') !== NS_MOVED) return undefined;
  const current = items.elements.find((item) => item.is('item', NS_PUBSUB) && item.attr('id') === 'current');
  return personIn(current?.child('moved', NS_MOVED)?.childText('new-jid'));
}

function personIn(text: string | undefined, encoding?: 'percent-encoded'): Jid | undefined {
  try {
    const decoded = encoding === undefined ? text : decodeURIComponent(text ?? '');
    const jid = parseJid(decoded?.trim() ?? '');
    return jid === undefined || jid.local === '' || jid.resource !== '' ? undefined : jid;
  } catch {
    return undefined; // no percent-encoding
  }
}
