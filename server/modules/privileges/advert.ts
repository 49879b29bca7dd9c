/** What a component is told about its privileges (XEP-0356 sections 4.2, 5.2, 6.2, 7.2 and 7.5). */
import { allows, type ComponentGrants } from '../../administration/component-grants.ts';
import { type Element, el } from '../../xml/element.ts';

export const NS_PRIVILEGE = 'urn:xmpp:privilege:2';

/** True when a component hears of changes in contact lists. */
export function isPushedTo({ roster, rosterPush }: ComponentGrants): boolean {
  return rosterPush && allows(roster, 'get');
}

/** The `<privilege/>`; empty without any privilege, which takes back what was told before. */
export function privilegeAdvert(grants: ComponentGrants): Element {
  const { roster, message, presence, iq } = grants;
  const perm = (access: string, attributes: Readonly<Record<string, string>>, namespaces: readonly Element[] = []) =>
    el('perm', NS_PRIVILEGE, { access, ...attributes }, namespaces);
  const perms = [
    roster === 'none' ? undefined : perm('roster', { type: roster, push: String(isPushedTo(grants)) }),
    message === 'none' ? undefined : perm('message', { type: message }),
    iq.length === 0
      ? undefined
      : perm(
          'iq',
          {},
          iq.map(({ xmlns, access }) => el('namespace', NS_PRIVILEGE, { ns: xmlns, type: access })),
        ),
    presence === 'none' ? undefined : perm('presence', { type: presence }),
  ];
  return el('privilege', NS_PRIVILEGE, undefined, perms);
}
