/** XEP-0359 for accounts: the id under which a message is archived, and none in our name that is not ours. */
import { parseJid } from '../../jid/jid.ts';
import { type Element, el } from '../../xml/element.ts';
import { NS_SID } from './namespaces.ts';

/** SECURITY (section 3): an id in the name of `owner`, a bare JID, is for the archive alone to give. */
export function withoutForgedIds(message: Element, owner: string): Element {
  return message.without((child) => child.xmlns === NS_SID && child.name === 'stanza-id' && isBy(child, owner));
}

export function stanzaId(owner: string, id: string): Element {
  return el('stanza-id', NS_SID, { by: owner, id });
}

/** An address has many spellings; whoever reads the id may prepare it first. */
function isBy(child: Element, owner: string): boolean {
  const by = child.attr('by');
  return by === owner || (by !== undefined && parseJid(by)?.bare === owner);
}
