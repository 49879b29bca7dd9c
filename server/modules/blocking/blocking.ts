/** XEP-0191: Blocking Command. Lets a person refuse everything from an address: to it, the person seems to be offline. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';
import { type Jid, parseJid } from '../../jid/jid.ts';
import { defineModule } from '../../modulehost/module.ts';
import { BLOCKING, type BlockedListener, type BlockingService, provide, ROSTER } from '../../modulehost/services.ts';
import { iqGet, iqSet, type Request } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { type BlockList, BlockLists, matches } from './block-lists.ts';
import { createInboundGuards, createOutboundGuard } from './guards.ts';
import { createPresenceChange } from './presence.ts';
import { BlockingStore, MIGRATIONS } from './store.ts';

const NS_BLOCKING = 'urn:xmpp:blocking';
/** In `enabled` of the sessions that asked for the list and so hear of its changes. */
const INTERESTED = 'blocking';
const ID_BYTES = 8;

export const blocking = defineModule({
  name: 'blocking',
  summary: 'Lets a person refuse everything from an address, which then sees that person as offline.',
  xeps: [{ xep: '0191', version: '1.3' }],
  features: [NS_BLOCKING],
  needs: [ROSTER],
  migrations: MIGRATIONS,
  config: {
    maxItems: setting(
      z.int().min(1).max(100_000),
      // Far beyond what anybody types; lists of spammers that some clients import have hundreds.
      2_000,
      'How many addresses an account may block.',
    ),
  },

  provides: [BLOCKING],
  start(host) {
    const { domain, sessions, router } = host;
    const roster = host.use(ROSTER);
    const store = new BlockingStore(host.reader, host.writer);
    const lists = new BlockLists(store);
    const listeners = new Set<BlockedListener>();

    const service: BlockingService = {
      isBlocked(account, address) {
        const list = lists.of(account);
        return list.size > 0 && matches(list, address) && canBlock(account, address);
      },
      onBlocked(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };

    /**
     * An account cannot cut off its own devices (section 4, note 2), nor the server it lives on: whoever blocks the
     * server's domain means the people there, not the services of his own account.
     */
    function canBlock(account: string, address: Jid): boolean {
      return address.domain !== domain || (address.local !== account && address.local !== '');
    }

    const changePresence = createPresenceChange({ domain, roster, sessions, router, canBlock });
    const outbound = createOutboundGuard(service.isBlocked);
    const inbound = createInboundGuards(service.isBlocked);

    /** Section 3.2. Whoever asks also wants to hear of changes. */
    async function get({ account, sender }: Request): Promise<Element> {
      sender?.enabled.add(INTERESTED);
      const list = lists.of(account);
      await store.settled();
      return el('blocklist', NS_BLOCKING, undefined, itemsOf(list));
    }

    /** Section 3.3. */
    function block({ account, payload }: Request): Promise<undefined> | StanzaError {
      const jids = readItems(payload);
      if (jids instanceof StanzaError) return jids;
      const before = lists.of(account);
      const { maxItems } = host.config;
      const added = jids.filter((jid) => !before.has(jid)).length;
      if (added > 0 && before.size + added > maxItems) {
        return new StanzaError('policy-violation', `An account may block at most ${maxItems} addresses here.`);
      }
      const blocked = changed(account, 'block', jids, before, lists.add(account, jids));
      return listeners.size === 0 ? blocked : blocked.then(() => tellBlocked(account, payload));
    }

    async function tellBlocked(account: string, payload: Element): Promise<undefined> {
      const pending: (Promise<void> | undefined)[] = [];
      for (const item of payload.elements) {
        const address = item.is('item', NS_BLOCKING) ? parseJid(item.attr('jid') ?? '') : undefined;
        if (address === undefined) continue;
        for (const listener of listeners) pending.push(listener(account, address, item));
      }
      await Promise.all(pending);
    }

    /** Sections 3.4 and 3.5: an empty request unblocks everybody. */
    function unblock({ account, payload }: Request): Promise<undefined> | StanzaError {
      const isForAll = payload.elements.length === 0;
      const jids = isForAll ? [] : readItems(payload);
      if (jids instanceof StanzaError) return jids;
      const before = lists.of(account);
      return changed(
        account,
        'unblock',
        jids,
        before,
        isForAll ? lists.removeAll(account) : lists.remove(account, jids),
      );
    }

    /** Nobody hears of a change, neither by presence nor by the result, before it is on disk. */
    async function changed(
      account: string,
      name: 'block' | 'unblock',
      jids: readonly string[],
      before: BlockList,
      written: Promise<void>,
    ): Promise<undefined> {
      const after = lists.of(account);
      await written;
      changePresence(account, before, after);
      const news = el(name, NS_BLOCKING, undefined, itemsOf(jids));
      for (const session of sessions.of(account).values()) {
        if (session.enabled.has(INTERESTED)) session.send(pushOf(session.jid, news));
      }
    }

    function pushOf({ full }: Jid, payload: Element): Element {
      return el('iq', NS_CLIENT, { type: 'set', id: host.randomId(ID_BYTES), to: full }, payload);
    }

    const show = roster.hideFrom(service.isBlocked);

    return {
      provides: [provide(BLOCKING, service)],
      iq: [
        iqGet([NS_BLOCKING, 'blocklist'], ['self'], get),
        iqSet([NS_BLOCKING, 'block'], ['self'], block),
        iqSet([NS_BLOCKING, 'unblock'], ['self'], unblock),
      ],
      message: { outbound: { guard: outbound }, inbound: { guard: inbound.message } },
      presence: { outbound: { guard: outbound }, inbound: { guard: inbound.presence } },
      passingIq: { outbound: { guard: outbound }, inbound: { guard: inbound.iq } },
      account: { removed: ({ localpart }) => void lists.removeAll(localpart) },
      stop: show,
    };
  },
});

function itemsOf(jids: Iterable<string>): readonly Element[] {
  return Array.from(jids, (jid) => el('item', NS_BLOCKING, { jid }));
}

/** The JIDs of the items, prepared; or what is wrong with them. At least one, of whatever shape. */
function readItems(payload: Element): readonly string[] | StanzaError {
  const jids = new Set<string>();
  for (const item of payload.elements) {
    if (!item.is('item', NS_BLOCKING)) continue;
    const text = item.attr('jid');
    if (text === undefined) return new StanzaError('bad-request', 'An item has no JID.');
    const jid = parseJid(text);
    if (jid === undefined) return new StanzaError('jid-malformed', 'An item is not a valid JID.');
    jids.add(jid.full);
  }
  return jids.size === 0 ? new StanzaError('bad-request', 'There is no item.') : [...jids];
}
