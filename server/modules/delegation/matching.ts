/** Which requests are delegated, and to whom (XEP-0355 sections 4.3 and 7.2). */
import type { Component } from '../../modulehost/components.ts';
import type { Disco } from '../../modulehost/disco.ts';
import type { Request } from '../../router/iq-table.ts';
import { StandIn } from '../../session/stand-in.ts';

const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';

/** Stands for disco#info about bare JIDs, at nodes that the server knows nothing of (section 7.2.4). */
export const REMAINING_INFO = 'urn:xmpp:delegation:2:bare:disco#info:*';
/** Stands for disco#items of bare JIDs, but for nodes that the server has (section 7.2.5). */
export const REMAINING_ITEMS = 'urn:xmpp:delegation:2:bare:disco#items:*';

/** The component that answers a request in place of the server; undefined when the server answers as ever. */
export function findManager(
  request: Request,
  components: readonly Component[],
  disco: Pick<Disco, 'nodeInfo' | 'nodeItems'>,
): Component | undefined {
  const { payload } = request;
  for (const component of components) {
    for (const { xmlns, attributes } of component.grants.delegated) {
      if (!isMeant(xmlns, request, disco) || !attributes.every((name) => payload.attr(name) !== undefined)) continue;
      return isFrom(component.domain, request) ? undefined : component;
    }
  }
  return undefined;
}

function isMeant(xmlns: string, request: Request, disco: Pick<Disco, 'nodeInfo' | 'nodeItems'>): boolean {
  const { iq, payload, account } = request;
  if (xmlns !== REMAINING_INFO && xmlns !== REMAINING_ITEMS) return payload.xmlns === xmlns;
  if (account === '' || iq.type !== 'get' || payload.name !== 'query') return false;
  const node = payload.attr('node') || undefined;
  if (xmlns === REMAINING_ITEMS) {
    if (payload.xmlns !== NS_DISCO_ITEMS) return false;
    return node === undefined || disco.nodeItems(node, request) === undefined;
  }
  return payload.xmlns === NS_DISCO_INFO && node !== undefined && disco.nodeInfo(node, request) === undefined;
}

/** Section 4.3.1: what the manager asks itself, in its own name or in an account's, is not given back to it. */
function isFrom(domain: string, { iq, sender }: Request): boolean {
  return iq.from.domain === domain || (sender instanceof StandIn && sender.principal === domain);
}
