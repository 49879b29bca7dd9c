/** What a component is told about the namespaces that it answers for (XEP-0355 section 4.2). */
import type { ComponentGrants } from '../../administration/component-grants.ts';
import { type Element, el } from '../../xml/element.ts';

export const NS_DELEGATION = 'urn:xmpp:delegation:2';

/** The `<delegation/>`; empty without any namespace, which takes back what was told before. */
export function delegationAdvert({ delegated }: ComponentGrants): Element {
  const namespaces = delegated.map(({ xmlns, attributes }) =>
    el(
      'delegated',
      NS_DELEGATION,
      { namespace: xmlns },
      attributes.map((name) => el('attribute', NS_DELEGATION, { name })),
    ),
  );
  return el('delegation', NS_DELEGATION, undefined, namespaces);
}
