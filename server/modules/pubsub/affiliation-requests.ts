/** Owners' lists of affiliations (XEP-0060 section 8.9). */
import { type Jid, parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import { settle } from './authorization.ts';
import type { Engine, PubSubRequest } from './engine.ts';
import { endSubscription } from './expiry.ts';
import { NS_PUBSUB_OWNER } from './namespaces.ts';
import { type Affiliation, isAffiliation, type PubSubNode } from './node.ts';
import { findOwned, ownerResult } from './owner-requests.ts';
import type { Space } from './spaces.ts';
import { writeAffiliation } from './store.ts';

export function showAffiliations(request: PubSubRequest): Element | StanzaError {
  const node = findOwned(request);
  if (node instanceof StanzaError) return node;
  const affiliations = Array.from(node.affiliations, ([jid, affiliation]) => affiliationElement(jid, affiliation));
  return ownerResult(el('affiliations', NS_PUBSUB_OWNER, { node: node.id }, affiliations));
}

/** Section 8.9.2: what can be changed is; what cannot comes back as it is. */
export function changeAffiliations(request: PubSubRequest): Promise<undefined | StanzaError> | StanzaError {
  const { engine, space, action } = request;
  const node = findOwned(request);
  if (node instanceof StanzaError) return node;
  const wanted = readAffiliations(action);
  if (wanted instanceof StanzaError) return wanted;
  const { maxAffiliations } = engine.front.limits();
  const refused: Element[] = [];
  const changed: Jid[] = [];
  for (const { jid, affiliation } of wanted) {
    const current = node.affiliations.get(jid.bare) ?? 'none';
    if (current === affiliation) continue;
    const isLastOwner = current === 'owner' && node.affiliated('owner').length === 1;
    const isOneTooMany = current === 'none' && node.affiliations.size >= maxAffiliations;
    if (isLastOwner || isOneTooMany || (engine.front.ownsEverything(space, jid) && current === 'owner')) {
      refused.push(affiliationElement(jid.bare, current));
      continue;
    }
    node.setAffiliation(jid, affiliation);
    changed.push(jid);
  }
  const service = space.jid.bare;
  const written = engine.spaces.write(
    space,
    changed.map(({ bare }) => writeAffiliation(service, node, bare)),
  );
  return written.then(() => {
    for (const jid of changed) followUp(engine, space, node, jid);
    if (refused.length === 0) return undefined;
    const list = el('affiliations', NS_PUBSUB_OWNER, { node: node.id }, refused);
    return new StanzaError('not-acceptable', 'Some of these affiliations cannot be as they should.', {
      returned: ownerResult(list),
    });
  });
}

/** Section 8.7 note: who may subscribe now waits no longer, and who is banned is no subscriber any more. */
function followUp(engine: Engine, space: Space, node: PubSubNode, user: Jid): void {
  const affiliation: Affiliation = node.affiliations.get(user.bare) ?? 'none';
  const isBarred = affiliation === 'outcast' || affiliation === 'publish-only';
  const isUnlisted = affiliation === 'none' && node.configuration.access_model === 'whitelist';
  for (const { jid, state } of [...node.subscriptionsOf(user)]) {
    if (isBarred || isUnlisted) endSubscription(engine, space, node, jid.full);
    else if (state === 'pending' && affiliation !== 'none') settle(engine, space, node, jid, true);
  }
}

function readAffiliations(action: Element): readonly { jid: Jid; affiliation: Affiliation }[] | StanzaError {
  const wanted = new Map<string, { jid: Jid; affiliation: Affiliation }>();
  for (const item of action.elements) {
    if (!item.is('affiliation', NS_PUBSUB_OWNER)) continue;
    const jid = parseJid(item.attr('jid') ?? '');
    const affiliation = item.attr('affiliation');
    if (jid === undefined) return new StanzaError('jid-malformed', 'An affiliation has no valid JID.');
    if (affiliation === undefined) continue; // section 8.9.2.1 note: not to be changed
    if (!isAffiliation(affiliation)) return new StanzaError('bad-request', 'There is no such affiliation.');
    if (wanted.has(jid.bare)) return new StanzaError('bad-request', 'Somebody is listed twice.');
    wanted.set(jid.bare, { jid, affiliation });
  }
  return wanted.size === 0 ? new StanzaError('bad-request', 'There is no affiliation.') : [...wanted.values()];
}

function affiliationElement(jid: string, affiliation: Affiliation): Element {
  return el('affiliation', NS_PUBSUB_OWNER, { jid, affiliation });
}
