/** XEP-0133: Service Administration. Lets administrators look after accounts and sessions from within their chat client. */
import { AccountError } from '../accounts/account-error.ts';
import { type Jid, parseJid } from '../jid/jid.ts';
import type { Command, CommandOutcome, CommandStep, FormValues } from '../modulehost/commands.ts';
import { defineModule, type Host } from '../modulehost/module.ts';
import { VCARD } from '../modulehost/services.ts';
import type { Session } from '../session/session.ts';
import { type StanzaCondition, StanzaError } from '../stanza/error.ts';
import type { Field } from '../stanza/form.ts';
import { type Element, el } from '../xml/element.ts';

const NS_ADMIN = 'http://jabber.org/protocol/admin';
const NS_VCARD = 'vcard-temp';

/** XEP-0133 section 5, and what RFC 6120 has for the rest. */
const CONDITIONS = {
  conflict: 'conflict',
  'invalid-name': 'not-acceptable',
  'weak-password': 'not-acceptable',
  'not-found': 'item-not-found',
  'last-admin': 'not-allowed',
} as const satisfies Record<AccountError['code'], StanzaCondition>;

const ACCOUNT_JIDS = { name: 'accountjids', type: 'jid-multi', isRequired: true } as const;
const ACCOUNT_JID = { name: 'accountjid', type: 'jid-single', isRequired: true } as const;
const PASSWORD = {
  name: 'password',
  type: 'text-private',
  label: 'The password for this account',
  isRequired: true,
} as const;

export const adminCommands = defineModule({
  name: 'admin-commands',
  summary: 'Lets administrators look after accounts and sessions from within their chat client.',
  xeps: [{ xep: '0133', version: '1.3.1' }],
  needs: [VCARD],
  start: (host) => ({
    commands: [
      addUser(host),
      deleteUser(host),
      endUserSession(host),
      changeUserPassword(host),
      getOnlineUsersNum(host),
    ],
  }),
});

/** Section 4.1. The passwords are required here, because an account without one could not be used. */
function addUser(host: Host): Command {
  const vcards = host.use(VCARD);
  const fields: readonly Field[] = [
    { ...ACCOUNT_JID, label: 'The Jabber ID for the account to be added' },
    PASSWORD,
    { name: 'password-verify', type: 'text-private', label: 'Retype password', isRequired: true },
    { name: 'email', type: 'text-single', label: 'Email address' },
    { name: 'given_name', type: 'text-single', label: 'Given name' },
    { name: 'surname', type: 'text-single', label: 'Family name' },
  ];
  const text = { title: 'Adding a User', instructions: 'Fill out this form to add a user.' };
  return formCommand('add-user', 'Add User', text, fields, (values) => {
    const jid = parseJid(only(values, 'accountjid'));
    if (jid === undefined || jid.local === '' || jid.resource !== '' || jid.domain !== host.domain) {
      return new StanzaError(
        'not-acceptable',
        `The accounts of this server have addresses such as ann@${host.domain}.`,
      );
    }
    const password = only(values, 'password');
    if (password !== only(values, 'password-verify'))
      return new StanzaError('not-acceptable', 'The two passwords differ.');
    return refusable(async () => {
      await host.accounts.create({ localpart: jid.local, password, role: 'member' });
      const card = cardOf(values);
      if (card.elements.length > 0) await vcards.write(jid.local, card);
      return done(`${jid.bare} has been added.`);
    });
  });
}

/** Section 4.2. */
function deleteUser(host: Host): Command {
  const fields: readonly Field[] = [{ ...ACCOUNT_JIDS, label: 'The Jabber ID(s) to delete' }];
  const text = { title: 'Deleting a User', instructions: 'Fill out this form to delete a user.' };
  return formCommand('delete-user', 'Delete User', text, fields, (values, by) => {
    const accounts = new Set<string>();
    for (const value of all(values, 'accountjids')) {
      const jid = accountOf(host, value);
      if (jid instanceof StanzaError) return jid;
      accounts.add(jid.local);
    }
    // The answer could not reach its session any more, and the next administrator may be nobody.
    if (by.domain === host.domain && accounts.has(by.local)) {
      return new StanzaError('not-allowed', 'You cannot delete the account that you are using.');
    }
    return refusable(async () => {
      for (const account of accounts) await host.accounts.remove(account);
      return done(
        accounts.size === 1 ? 'The account has been deleted.' : `${accounts.size} accounts have been deleted.`,
      );
    });
  });
}

/** Section 4.5: a bare JID stands for all sessions of its account, a full JID for one. */
function endUserSession(host: Host): Command {
  const fields: readonly Field[] = [{ ...ACCOUNT_JIDS, label: 'The Jabber ID(s) for which to end sessions' }];
  const text = { title: 'Ending a User Session', instructions: "Fill out this form to end a user's session." };
  return formCommand('end-user-session', 'End User Session', text, fields, (values, by) => {
    const ending = new Set<Session>();
    for (const value of all(values, 'accountjids')) {
      const jid = parseJid(value);
      if (jid === undefined || jid.resource === '') {
        const account = accountOf(host, value);
        if (account instanceof StanzaError) return account;
        for (const session of host.sessions.of(account.local).values()) ending.add(session);
        continue;
      }
      const session = jid.domain === host.domain ? host.sessions.get(jid.local, jid.resource) : undefined;
      if (session === undefined) return new StanzaError('item-not-found', `${jid.full} is not connected.`);
      ending.add(session);
    }
    const end = (session: Session) => {
      host.lifecycle.end(session, { condition: 'policy-violation', text: 'An administrator ended this session.' });
    };
    for (const session of ending) {
      if (session.jid.full !== by.full) end(session);
      else queueMicrotask(() => end(session)); // once the answer is on its way
    }
    return done(ending.size === 1 ? 'One session has been ended.' : `${ending.size} sessions have been ended.`);
  });
}

/** Section 4.7. */
function changeUserPassword(host: Host): Command {
  const fields: readonly Field[] = [{ ...ACCOUNT_JID, label: 'The Jabber ID for this account' }, PASSWORD];
  const text = { title: 'Changing a User Password', instructions: "Fill out this form to change a user's password." };
  return formCommand('change-user-password', 'Change User Password', text, fields, (values, by) => {
    const jid = accountOf(host, only(values, 'accountjid'));
    if (jid instanceof StanzaError) return jid;
    return refusable(async () => {
      const ownResource = by.bare === jid.bare ? by.resource : undefined;
      await host.accounts.setPassword(jid.local, only(values, 'password'), ownResource);
      return done(`The password of ${jid.bare} has been changed.`);
    });
  });
}

/** Section 4.15: accounts with at least one session, not sessions. */
function getOnlineUsersNum(host: Host): Command {
  return {
    node: `${NS_ADMIN}#get-online-users-num`,
    title: 'Get Number of Online Users',
    minimumRole: 'admin',
    start: () => ({
      kind: 'done',
      form: {
        type: 'result',
        formType: NS_ADMIN,
        fields: [
          { name: 'onlineusersnum', label: 'The number of online users', values: [String(host.sessions.accountCount)] },
        ],
      },
    }),
  };
}

/** A command of one form. */
function formCommand(
  name: string,
  title: string,
  text: { readonly title: string; readonly instructions: string },
  fields: readonly Field[],
  submitted: (values: FormValues, by: Jid) => CommandOutcome,
): Command {
  return {
    node: `${NS_ADMIN}#${name}`,
    title,
    minimumRole: 'admin',
    start: (by) => ({
      kind: 'form',
      form: { type: 'form', formType: NS_ADMIN, ...text, fields },
      next: (values) => submitted(values, by),
    }),
  };
}

function done(note: string): CommandStep {
  return { kind: 'done', note };
}

/** The account's own refusals become answers; anything else stays a fault. */
async function refusable(deed: () => Promise<CommandStep>): Promise<CommandStep | StanzaError> {
  try {
    return await deed();
  } catch (error) {
    if (error instanceof AccountError) return new StanzaError(CONDITIONS[error.code], error.message);
    throw error;
  }
}

/** The bare JID of an account here. */
function accountOf(host: Host, text: string): Jid | StanzaError {
  const jid = parseJid(text);
  const isAccount = jid?.domain === host.domain && jid.resource === '' && host.accounts.has(jid.local);
  return jid !== undefined && isAccount ? jid : new StanzaError('item-not-found', `There is no account ${text} here.`);
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

function only(values: FormValues, name: string): string {
  return values.get(name)?.[0] ?? '';
}

function all(values: FormValues, name: string): readonly string[] {
  return (values.get(name) ?? []).filter((value) => value !== '');
}
