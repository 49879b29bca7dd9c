/** What the service of its own domain says of itself and its nodes (XEP-0060 section 5, XEP-0030). */
import type { Jid } from '../../jid/jid.ts';
import type { DiscoInfo, DiscoItem, NodeAnswer } from '../../modulehost/disco.ts';
import { discoInfoElement, NS_DISCO_INFO } from '../../modulehost/disco-info.ts';
import type { Answer } from '../../router/iq-table.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Iq } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { describeNode, listItems, listNodes } from './disco.ts';
import type { Engine } from './engine.ts';
import { SERVICE_FEATURES } from './features.ts';
import { GET_PENDING } from './namespaces.ts';
import { NS_COMMANDS } from './pending.ts';
import type { Space } from './spaces.ts';

export const NS_DISCO_ITEMS = 'http://jabber.org/protocol/disco#items';

const NS_PING = 'urn:xmpp:ping';

const SERVICE: DiscoInfo = {
  identities: [{ category: 'pubsub', type: 'service', name: 'Nodes' }],
  features: [NS_COMMANDS, NS_DISCO_INFO, NS_DISCO_ITEMS, NS_PING, ...SERVICE_FEATURES],
};

const COMMAND = { node: GET_PENDING, name: 'Requests that wait for you' };

export function answerInfo(engine: Engine, space: Space, { from }: Iq, query: Element): Answer {
  const node = query.attr('node') || undefined;
  const info = node === undefined ? SERVICE : (describeCommand(node) ?? describeNode(engine, space, node, from));
  if (info === undefined) return new StanzaError('item-not-found');
  if (info instanceof StanzaError) return info;
  return discoInfoElement(node, info);
}

export function answerItems(engine: Engine, space: Space, { from }: Iq, query: Element): Answer {
  const node = query.attr('node') || undefined;
  const items = node === undefined ? listNodes(engine, space, from) : listOf(engine, space, node, from);
  if (items === undefined) return new StanzaError('item-not-found');
  if (items instanceof StanzaError) return items;
  return el(
    'query',
    NS_DISCO_ITEMS,
    { node },
    items.map((item) => el('item', NS_DISCO_ITEMS, { jid: item.jid, node: item.node, name: item.name })),
  );
}

function listOf(engine: Engine, space: Space, node: string, user: Jid): NodeAnswer<readonly DiscoItem[]> {
  if (node === NS_COMMANDS) return [{ jid: space.jid.bare, ...COMMAND }];
  if (node === GET_PENDING) return [];
  return listItems(engine, space, node, user);
}

function describeCommand(node: string): DiscoInfo | undefined {
  if (node === NS_COMMANDS) {
    return {
      identities: [{ category: 'automation', type: 'command-list', name: 'Commands' }],
      features: [NS_COMMANDS],
    };
  }
  if (node !== GET_PENDING) return undefined;
  const identities = [{ category: 'automation', type: 'command-node', name: COMMAND.name }];
  return { identities, features: [NS_COMMANDS, 'jabber:x:data'] };
}
