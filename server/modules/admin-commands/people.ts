/** XEP-0133 sections 4.8 to 4.10 and 4.13 to 4.22: what administrators are told about people. */
import type { Attendance, RosterEntry } from '../../administration/deeds.ts';
import type { Command } from '../../modulehost/commands.ts';
import type { Host } from '../../modulehost/module.ts';
import { type Field, formElement } from '../../stanza/form.ts';
import { type Element, el } from '../../xml/element.ts';
import {
  ACCOUNT_JID,
  ACCOUNT_JIDS,
  accountOf,
  accountsOf,
  formCommand,
  NS_ADMIN,
  only,
  plainCommand,
  told,
} from './form-command.ts';

const NS_ROSTER = 'jabber:iq:roster';

/** As section 4.18 has them; the nodes of the last two and the field of the last one are not as the others would suggest. */
const ATTENDANCES = [
  {
    which: 'registered',
    name: 'Registered',
    node: 'get-registered-users-list',
    field: 'registereduserjids',
    all: 'all',
  },
  {
    which: 'disabled',
    name: 'Disabled',
    node: 'get-disabled-users-list',
    field: 'disableduserjids',
    all: 'all disabled',
  },
  { which: 'online', name: 'Online', node: 'get-online-users-list', field: 'onlineuserjids', all: 'all online' },
  { which: 'active', name: 'Active', node: 'get-active-users', field: 'activeuserjids', all: 'active' },
  { which: 'idle', name: 'Idle', node: 'get-idle-users', field: 'activeuserjids', all: 'idle' },
] as const satisfies readonly { readonly which: Attendance; readonly [word: string]: string }[];

const NUMBERS = ['25', '50', '75', '100', '150', '200'];
const MAX_ITEMS: Field = {
  name: 'max_items',
  type: 'list-single',
  label: 'Maximum number of items to show',
  options: [...NUMBERS.map((value) => ({ label: value, value })), { label: 'None', value: 'none' }],
};

export function peopleCommands(host: Host): readonly Command[] {
  const jidOf = (localpart: string) => `${localpart}@${host.domain}`;
  return [
    ...ATTENDANCES.map(({ which, name }) =>
      plainCommand(
        host,
        { name: `get-${which}-users-num`, label: `Get Number of ${name} Users`, deed: 'people.count' },
        async (perform) => {
          const count = await perform('people.count', { which });
          return told({ name: `${which}usersnum`, label: `The number of ${which} users`, values: [String(count)] });
        },
      ),
    ),
    ...ATTENDANCES.map(({ which, name, node, field, all }) =>
      formCommand(host, {
        name: node,
        label: `Get List of ${name} Users`,
        deed: 'people.list',
        title: `Requesting List of ${name} Users`,
        instructions: `Fill out this form to request the ${which} users of this service.`,
        fields: [MAX_ITEMS],
        async submitted(values, perform) {
          const people = await perform('people.list', { which });
          const most = Number.parseInt(only(values, 'max_items'), 10);
          const shown = people.slice(0, Number.isNaN(most) ? people.length : most).map(jidOf);
          return told({ name: field, type: 'jid-multi', label: `The list of ${all} users`, values: shown });
        },
      }),
    ),
    formCommand(host, {
      name: 'get-user-roster',
      label: 'Get User Roster',
      deed: 'people.roster',
      title: "Getting a User's Roster",
      instructions: "Fill out this form to get a user's roster.",
      fields: [{ ...ACCOUNT_JIDS, label: 'The Jabber ID(s) for which to retrieve the roster' }],
      async submitted(values, perform) {
        const accounts = accountsOf(host, values);
        const rosters: Element[] = [];
        for (const localpart of accounts) rosters.push(rosterElement(await perform('people.roster', { localpart })));
        const fields = [{ name: 'accountjids', values: accounts.map(jidOf) }];
        // Section 4.8 has the roster within the form; several are in the order of the addresses.
        const form = formElement({ type: 'result', formType: NS_ADMIN, fields });
        return { kind: 'done', payload: form.withChildren([...form.children, ...rosters]) };
      },
    }),
    formCommand(host, {
      name: 'get-user-lastlogin',
      label: 'Get User Last Login Time',
      deed: 'people.lastLogin',
      title: "Getting a User's Last Login Time",
      instructions: "Fill out this form to get a user's last login time.",
      fields: [{ ...ACCOUNT_JIDS, label: 'The Jabber ID(s) for which to retrieve the last login time' }],
      async submitted(values, perform) {
        const accounts = accountsOf(host, values);
        const times: string[] = [];
        for (const localpart of accounts) {
          const atMs = await perform('people.lastLogin', { localpart });
          times.push(atMs === undefined ? '' : dateTime(atMs)); // who never came has none, and the order stays
        }
        return told({ name: 'accountjids', values: accounts.map(jidOf) }, { name: 'lastlogin', values: times });
      },
    }),
    formCommand(host, {
      name: 'user-stats',
      label: 'Get User Statistics',
      deed: 'people.statistics',
      title: 'Get User Statistics',
      instructions: 'Fill out this form to gather user statistics.',
      fields: [{ ...ACCOUNT_JID, label: 'The Jabber ID for statistics' }],
      async submitted(values, perform) {
        const { local: localpart } = accountOf(host, only(values, 'accountjid'));
        const { addresses, rosterSize, resources } = await perform('people.statistics', { localpart });
        return told(
          { name: 'ipaddresses', label: 'The IP addresses of an account’s online sessions', values: addresses },
          { name: 'rostersize', label: 'The number of roster items', values: [String(rosterSize)] },
          { name: 'onlineresources', label: 'The names of an account’s online sessions', values: resources },
        );
      },
    }),
  ];
}

function rosterElement(entries: readonly RosterEntry[]): Element {
  return el(
    'query',
    NS_ROSTER,
    undefined,
    entries.map(({ jid, name, subscription, groups }) =>
      el(
        'item',
        NS_ROSTER,
        { jid, name: name === '' ? undefined : name, subscription },
        groups.map((group) => el('group', NS_ROSTER, undefined, group)),
      ),
    ),
  );
}

/** XEP-0082, in whole seconds. */
function dateTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
