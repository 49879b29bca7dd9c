/** XEP-0030: Service Discovery. Tells what the server and its accounts are and can do. */
import type { DiscoInfo, DiscoItem } from '../modulehost/disco.ts';
import { discoInfoElement, NS_DISCO_INFO } from '../modulehost/disco-info.ts';
import { defineModule, type Host } from '../modulehost/module.ts';
import { ROSTER } from '../modulehost/services.ts';
import { iqGet, type Request } from '../router/iq-table.ts';
import { StanzaError } from '../stanza/error.ts';
import { type Element, el } from '../xml/element.ts';

const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';

export const disco = defineModule({
  name: 'disco',
  summary: 'Tells clients what the server and its accounts are and can do.',
  xeps: [
    { xep: '0030', version: '2.5.0' },
    { xep: '0128', version: '1.0.1' },
  ],
  identities: [{ category: 'server', type: 'im', name: 'Snug' }],
  features: [NS_DISCO_INFO, NS_DISCO_ITEMS],
  accountIdentities: [{ category: 'account', type: 'registered' }],
  accountFeatures: [NS_DISCO_INFO, NS_DISCO_ITEMS],
  needs: [ROSTER],

  start(host) {
    const roster = host.use(ROSTER);

    /**
     * SECURITY (section 8): only who may see an account's presence learns anything about it. To everybody else it is as
     * if there were no such account, and that is answered with `service-unavailable` (RFC 6121 section 8.5.1). The empty
     * list that section 8 has for disco#items would tell an account from none.
     */
    function isHidden({ addressee, account, iq }: Request): boolean {
      return addressee === 'account' && !roster.isSubscribed(account, iq.from.bare);
    }

    function info(request: Request): Element | StanzaError {
      const isGuest = host.accounts.get(request.account)?.isGuest === true;
      if (!isGuest && isHidden(request)) return new StanzaError('service-unavailable');
      const node = nodeOf(request);
      if (node === undefined) {
        if (request.addressee === 'server') return discoInfoElement(request.payload.attr('node'), host.disco.server());
        return discoInfoElement(
          request.payload.attr('node'),
          isGuest ? guestInfo(host.disco.account()) : host.disco.account(),
        );
      }
      const found = host.disco.nodeInfo(node, request) ?? new StanzaError('item-not-found');
      return found instanceof StanzaError ? found : discoInfoElement(request.payload.attr('node'), found);
    }

    function items(request: Request): Element | StanzaError {
      if (isHidden(request)) return new StanzaError('service-unavailable');
      const node = nodeOf(request);
      if (node === undefined)
        return itemsElement(request, request.addressee === 'server' ? host.disco.items() : accountItems(request));
      const found = host.disco.nodeItems(node, request) ?? new StanzaError('item-not-found');
      return found instanceof StanzaError ? found : itemsElement(request, found);
    }

    const accountItems = (request: Request) => [...resources(host, request), ...host.disco.accountItems(request)];

    return {
      iq: [
        iqGet([NS_DISCO_INFO, 'query'], ['server', 'self', 'account'], info),
        iqGet([NS_DISCO_ITEMS, 'query'], ['server', 'self', 'account'], items),
      ],
    };
  },
});

/** Section 4.2: a node is never empty, so an empty one is the same as none. */
function nodeOf({ payload }: Request): string | undefined {
  const node = payload.attr('node');
  return node === '' ? undefined : node;
}

/** Section 4.1: an account's items are its resources; contacts see those that are available, as in presence. */
function resources(host: Host, { account, addressee }: Request): readonly DiscoItem[] {
  return [...host.sessions.of(account).values()]
    .filter((session) => addressee === 'self' || session.isAvailable)
    .map((session) => ({ jid: session.jid.full }));
}

/** XEP-0175 section 5: whoever asks is told that an account is a guest's. */
function guestInfo({ identities, ...info }: DiscoInfo): DiscoInfo {
  const others = identities.filter(({ category }) => category !== 'account');
  return { ...info, identities: [{ category: 'account', type: 'anonymous' }, ...others] };
}

function itemsElement({ payload }: Request, items: readonly DiscoItem[]): Element {
  return el(
    'query',
    NS_DISCO_ITEMS,
    { node: payload.attr('node') },
    items.map(({ jid, node, name }) => el('item', NS_DISCO_ITEMS, { jid, node, name })),
  );
}
