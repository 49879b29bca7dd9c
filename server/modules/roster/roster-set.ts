/** What a client may ask for in a roster set (RFC 6121 sections 2.1.5, 2.3 to 2.5). */
import { type Jid, parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Element } from '../../xml/element.ts';
import { NS_ROSTER } from './contact.ts';

export interface ItemLimits {
  /** In characters. */
  readonly maxNameLength: number;
  readonly maxGroups: number;
}

/** An item to be removed, or written exactly as given. */
export type RosterSet =
  | { readonly kind: 'remove'; readonly jid: Jid }
  | { readonly kind: 'write'; readonly jid: Jid; readonly name: string; readonly groups: readonly string[] };

/**
 * Reads `<query/>`. Whatever it says of `ask`, `approved` and of any subscription but `remove` is ignored
 * (sections 2.1.2.1, 2.1.2.2, 2.1.5).
 */
export function readRosterSet(query: Element, limits: ItemLimits): RosterSet | StanzaError {
  const [item, ...others] = query.elements;
  if (item === undefined || others.length > 0 || !item.is('item', NS_ROSTER)) {
    return new StanzaError('bad-request', 'A roster set has exactly one item.');
  }
  const address = item.attr('jid');
  if (address === undefined) return new StanzaError('bad-request', 'A roster item needs a jid.');
  const jid = parseJid(address);
  if (jid === undefined) return new StanzaError('jid-malformed', 'The jid of the item is not a valid JID.');
  if (jid.resource !== '') return new StanzaError('bad-request', 'A roster item is a bare JID, without a resource.');
  if (item.attr('subscription') === 'remove') return { kind: 'remove', jid };
  const name = item.attr('name') ?? '';
  if (name.length > limits.maxNameLength) return new StanzaError('not-acceptable', 'The name is too long.');
  const groups = readGroups(item, limits);
  return groups instanceof StanzaError ? groups : { kind: 'write', jid, name, groups };
}

function readGroups(item: Element, limits: ItemLimits): readonly string[] | StanzaError {
  const groups: string[] = [];
  for (const child of item.elements) {
    if (!child.is('group', NS_ROSTER)) continue;
    const group = child.text();
    if (group === '') return new StanzaError('not-acceptable', 'A group needs a name.');
    if (group.length > limits.maxNameLength)
      return new StanzaError('not-acceptable', 'The name of a group is too long.');
    if (groups.includes(group)) return new StanzaError('bad-request', 'The item is in one group twice.');
    groups.push(group);
    if (groups.length > limits.maxGroups) return new StanzaError('not-acceptable', 'The item is in too many groups.');
  }
  return groups;
}
