/** What may be granted to a component at all. */
import { allows, type ComponentGrants } from '../../administration/component-grants.ts';

const NS_DELEGATION = 'urn:xmpp:delegation:2';
/** Each of them costs two questions when the component connects, and every server has fewer features. */
const MAX_NAMESPACES = 100;

/** A sentence that says why this cannot be granted; `others` are the grants of the other components. */
export function findGrantsFault(grants: ComponentGrants, others: readonly ComponentGrants[]): string | undefined {
  const { presence, roster, iq, delegated } = grants;
  if (presence === 'roster' && !allows(roster, 'get')) {
    // XEP-0356 section 7.4
    return 'To see who of people’s contacts is online, the component must be allowed to read contact lists.';
  }
  if (iq.length > MAX_NAMESPACES || delegated.length > MAX_NAMESPACES) {
    return `At most ${MAX_NAMESPACES} namespaces can be granted.`;
  }
  const own = delegated.map(({ xmlns }) => xmlns);
  // XEP-0355 section 8, rule 5
  if (own.includes(NS_DELEGATION)) return `${NS_DELEGATION} itself cannot be delegated.`;
  const twice = repeated(own) ?? repeated(iq.map(({ xmlns }) => xmlns));
  if (twice !== undefined) return `${twice} is named twice.`;
  const taken = own.find((xmlns) => others.some((other) => other.delegated.some((theirs) => theirs.xmlns === xmlns)));
  return taken === undefined ? undefined : `${taken} is delegated to another component already.`;
}

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, i) => names.indexOf(name) !== i);
}
