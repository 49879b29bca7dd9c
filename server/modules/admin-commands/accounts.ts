/** XEP-0133 sections 4.1 to 4.4, 4.7 and 4.29: accounts that come, go and change. */
import { DeedError } from '../../administration/deed-error.ts';
import { type Jid, parseJid } from '../../jid/jid.ts';
import type { Command, CommandStep, FormValues } from '../../modulehost/commands.ts';
import type { Host } from '../../modulehost/module.ts';
import { VCARD } from '../../modulehost/services.ts';
import { type Element, el } from '../../xml/element.ts';
import {
  ACCOUNT_JID,
  ACCOUNT_JIDS,
  accountOf,
  accountsOf,
  all,
  counted,
  done,
  formCommand,
  only,
  type Perform,
} from './form-command.ts';

const NS_VCARD = 'vcard-temp';
const PASSWORD = {
  name: 'password',
  type: 'text-private',
  label: 'The password for this account',
  isRequired: true,
} as const;

export function accountCommands(host: Host): readonly Command[] {
  return [
    addUser(host),
    formCommand(host, {
      name: 'delete-user',
      label: 'Delete User',
      deed: 'accounts.delete',
      title: 'Deleting a User',
      instructions: 'Fill out this form to delete a user.',
      fields: [{ ...ACCOUNT_JIDS, label: 'The Jabber ID(s) to delete' }],
      submitted: (values, perform, by) => eachButOneself(host, values, by, 'deleted', perform, 'accounts.delete'),
    }),
    formCommand(host, {
      name: 'disable-user',
      label: 'Disable User',
      deed: 'accounts.disable',
      title: 'Disabling a User',
      instructions: 'Fill out this form to disable a user.',
      fields: [{ ...ACCOUNT_JIDS, label: 'The Jabber ID(s) to disable' }],
      submitted: (values, perform, by) => eachButOneself(host, values, by, 'disabled', perform, 'accounts.disable'),
    }),
    formCommand(host, {
      name: 'reenable-user',
      label: 'Re-Enable User',
      deed: 'accounts.enable',
      title: 'Re-Enable a User',
      instructions: 'Fill out this form to re-enable a user.',
      fields: [{ ...ACCOUNT_JIDS, label: 'The Jabber ID(s) to re-enable' }],
      submitted: (values, perform, by) => eachButOneself(host, values, by, 'enabled', perform, 'accounts.enable'),
    }),
    formCommand(host, {
      name: 'change-user-password',
      label: 'Change User Password',
      deed: 'accounts.setPassword',
      title: 'Changing a User Password',
      instructions: "Fill out this form to change a user's password.",
      fields: [{ ...ACCOUNT_JID, label: 'The Jabber ID for this account' }, PASSWORD],
      async submitted(values, perform, by) {
        const jid = accountOf(host, only(values, 'accountjid'));
        const ownResource = by.bare === jid.bare ? by.resource : undefined;
        const password = only(values, 'password');
        await perform('accounts.setPassword', { localpart: jid.local, password, ownResource });
        return done(`The password of ${jid.bare} has been changed.`);
      },
    }),
    formCommand(host, {
      name: 'edit-admin',
      label: 'Edit Admin List',
      deed: 'accounts.setAdmins',
      title: 'Editing the Admin List',
      instructions: 'Fill out this form to edit the list of entities who have administrative privileges.',
      fields: () => [{ name: 'adminjids', type: 'jid-multi', label: 'The admin list', values: administrators(host) }],
      async submitted(values, perform) {
        const jids = all(values, 'adminjids').map((text) => accountOf(host, text));
        await perform('accounts.setAdmins', { localparts: [...new Set(jids.map(({ local }) => local))] });
        return done(`${counted(jids.length, 'account is', 'accounts are')} administrators now.`);
      },
    }),
  ];
}

/** Section 4.1. The passwords are required here, because an account without one could not be used. */
function addUser(host: Host): Command {
  const vcards = host.use(VCARD);
  return formCommand(host, {
    name: 'add-user',
    label: 'Add User',
    deed: 'accounts.create',
    title: 'Adding a User',
    instructions: 'Fill out this form to add a user.',
    fields: [
      { ...ACCOUNT_JID, label: 'The Jabber ID for the account to be added' },
      PASSWORD,
      { name: 'password-verify', type: 'text-private', label: 'Retype password', isRequired: true },
      { name: 'email', type: 'text-single', label: 'Email address' },
      { name: 'given_name', type: 'text-single', label: 'Given name' },
      { name: 'surname', type: 'text-single', label: 'Family name' },
    ],
    async submitted(values, perform) {
      const jid = parseJid(only(values, 'accountjid'));
      if (jid === undefined || jid.local === '' || jid.resource !== '' || jid.domain !== host.domain) {
        throw new DeedError('invalid', `The accounts of this server have addresses such as ann@${host.domain}.`);
      }
      const password = only(values, 'password');
      if (password !== only(values, 'password-verify')) throw new DeedError('invalid', 'The two passwords differ.');
      await perform('accounts.create', { localpart: jid.local, password, role: 'member' });
      const card = cardOf(values);
      if (card.elements.length > 0) await vcards.write(jid.local, card);
      return done(`${jid.bare} has been added.`);
    },
  });
}

async function eachButOneself(
  host: Host,
  values: FormValues,
  by: Jid,
  past: string,
  perform: Perform,
  deed: 'accounts.delete' | 'accounts.disable' | 'accounts.enable',
): Promise<CommandStep> {
  const accounts = accountsOf(host, values);
  // The answer could not reach its session any more, and the next administrator may be nobody.
  if (deed !== 'accounts.enable' && accounts.includes(by.local)) {
    throw new DeedError('refused', `You cannot have the account ${past} that you are using.`);
  }
  for (const localpart of accounts) await perform(deed, { localpart });
  return done(`${counted(accounts.length, 'account has', 'accounts have')} been ${past}.`);
}

/** Those by their role and those by the setting `admin.jids`. */
function administrators({ accounts, administration, domain }: Host): string[] {
  return accounts
    .list()
    .filter(({ localpart, role }) => role === 'admin' || administration.isGranted(localpart))
    .map(({ localpart }) => `${localpart}@${domain}`);
}

/** What section 4.1 asks about a person, as vcard-temp (XEP-0054); without children when nothing was said. */
function cardOf(values: FormValues): Element {
  const [email, given, surname] = [only(values, 'email'), only(values, 'given_name'), only(values, 'surname')];
  const text = (name: string, value: string) => (value === '' ? undefined : el(name, NS_VCARD, undefined, value));
  const fullName = `${given} ${surname}`.trim();
  return el(
    'vCard',
    NS_VCARD,
    undefined,
    text('FN', fullName),
    fullName === '' ? undefined : el('N', NS_VCARD, undefined, text('FAMILY', surname), text('GIVEN', given)),
    email === '' ? undefined : el('EMAIL', NS_VCARD, undefined, el('INTERNET', NS_VCARD), text('USERID', email)),
  );
}
