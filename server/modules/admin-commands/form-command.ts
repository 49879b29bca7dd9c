/** What all commands of XEP-0133 have in common: one form, one deed, and refusals in the XEP's own terms. */
import { AccountError } from '../../accounts/account-error.ts';
import { DeedError } from '../../administration/deed-error.ts';
import type { DeedName, InputOf, OutputOf } from '../../administration/deeds.ts';
import { ConfigError } from '../../config/config-error.ts';
import { type Jid, parseJid } from '../../jid/jid.ts';
import type { Command, CommandOutcome, CommandStep, FormValues } from '../../modulehost/commands.ts';
import type { Host } from '../../modulehost/module.ts';
import { type StanzaCondition, StanzaError } from '../../stanza/error.ts';
import type { Field } from '../../stanza/form.ts';

export const NS_ADMIN = 'http://jabber.org/protocol/admin';

/** XEP-0133 section 5, and what RFC 6120 has for the rest. */
const CONDITIONS = {
  conflict: 'conflict',
  'invalid-name': 'not-acceptable',
  'invalid-time': 'not-acceptable',
  'weak-password': 'not-acceptable',
  'not-found': 'item-not-found',
  'last-admin': 'not-allowed',
  forbidden: 'forbidden',
  invalid: 'not-acceptable',
  refused: 'not-allowed',
} as const satisfies Record<AccountError['code'] | DeedError['code'], StanzaCondition>;

export const ACCOUNT_JIDS = { name: 'accountjids', type: 'jid-multi', isRequired: true } as const;
export const ACCOUNT_JID = { name: 'accountjid', type: 'jid-single', isRequired: true } as const;

/** Does a deed for whoever runs the command. */
export type Perform = <D extends DeedName>(deed: D, input: InputOf<D>) => Promise<OutputOf<D>>;

export interface FormCommand {
  /** Behind the `#` of the node. */
  readonly name: string;
  /** As in the list of commands. */
  readonly label: string;
  /** What it does: says who may run it. */
  readonly deed: DeedName;
  readonly title: string;
  readonly instructions: string;
  readonly fields: readonly Field[] | (() => readonly Field[] | Promise<readonly Field[]>);
  /** The deeds' refusals may be thrown. */
  readonly submitted: (values: FormValues, perform: Perform, by: Jid) => CommandOutcome;
}

/** A command of one form. */
export function formCommand(host: Host, command: FormCommand): Command {
  const { name, label, deed, title, instructions, fields, submitted } = command;
  return {
    node: `${NS_ADMIN}#${name}`,
    title: label,
    deed,
    start: async (by) => ({
      kind: 'form',
      form: {
        type: 'form',
        formType: NS_ADMIN,
        title,
        instructions,
        fields: typeof fields === 'function' ? await fields() : fields,
      },
      next: (values) => refusable(() => submitted(values, performAs(host, by), by)),
    }),
  };
}

/** A command that asks nothing. */
export function plainCommand(
  host: Host,
  { name, label, deed }: Pick<FormCommand, 'name' | 'label' | 'deed'>,
  run: (perform: Perform) => CommandOutcome,
): Command {
  return {
    node: `${NS_ADMIN}#${name}`,
    title: label,
    deed,
    start: (by) => refusable(() => run(performAs(host, by))),
  };
}

function performAs(host: Host, by: Jid): Perform {
  return (deed, input) => host.administration.perform(host.administration.chatting(by), deed, input);
}

export function done(note: string): CommandStep {
  return { kind: 'done', note };
}

/** The end of a command that tells something. */
export function told(...fields: readonly Field[]): CommandStep {
  return { kind: 'done', form: { type: 'result', formType: NS_ADMIN, fields } };
}

/** Refusals become answers; anything else stays a fault. */
async function refusable(deed: () => CommandOutcome): Promise<CommandStep | StanzaError> {
  try {
    return await deed();
  } catch (error) {
    if (error instanceof AccountError || error instanceof DeedError) {
      return new StanzaError(CONDITIONS[error.code], error.message);
    }
    if (error instanceof ConfigError) return new StanzaError('not-acceptable', error.message);
    throw error;
  }
}

/** The bare JID of an account here. @throws DeedError when it is none */
export function accountOf(host: Host, text: string): Jid {
  const jid = parseJid(text);
  const isAccount = jid?.domain === host.domain && jid.resource === '' && host.accounts.has(jid.local);
  if (jid !== undefined && isAccount) return jid;
  throw new DeedError('not-found', `There is no account ${text} here.`);
}

/** The accounts of `accountjids`, each once. @throws DeedError when one of them is none */
export function accountsOf(host: Host, values: FormValues): readonly string[] {
  return [...new Set(all(values, 'accountjids').map((text) => accountOf(host, text).local))];
}

export function only(values: FormValues, name: string): string {
  return values.get(name)?.[0] ?? '';
}

export function all(values: FormValues, name: string): readonly string[] {
  return (values.get(name) ?? []).filter((value) => value !== '');
}

/** The lines of a `text-multi` field. */
export function textOf(values: FormValues, name: string): string {
  return (values.get(name) ?? []).join('\n').trim();
}

export function counted(count: number, one: string, many: string): string {
  return count === 1 ? `One ${one}` : `${count} ${many}`;
}
