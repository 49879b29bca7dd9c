/** What a component is told about its privileges (XEP-0356 sections 4.2, 5.2, 6.2, 7.2 and 7.5). */
import { allows, type ComponentGrants } from '../../modulehost/components.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';

export const NS_PRIVILEGE = 'urn:xmpp:privilege:2';

/** True when a component hears of changes in contact lists. */
export function isPushedTo({ roster, rosterPush }: ComponentGrants): boolean {
  return rosterPush && allows(roster, 'get');
}

export function hasPrivileges({ roster, message, presence, iq }: ComponentGrants): boolean {
  return roster !== 'none' || message !== 'none' || presence !== 'none' || iq.length > 0;
}

export interface AdvertOptions {
  readonly from: string;
  readonly to: string;
  readonly id: string;
}

/** The `<message/>`; without any privilege its `<privilege/>` is empty, which takes back what was told before. */
export function privilegeAdvert(grants: ComponentGrants, { from, to, id }: AdvertOptions): Element {
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
  return el('message', NS_CLIENT, { from, to, id }, el('privilege', NS_PRIVILEGE, undefined, perms));
}
