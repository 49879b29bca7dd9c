/** Ad-hoc commands as modules declare them: thin doors to a deed (XEP-0050 carries them). */
import type { Role } from '../accounts/roles.ts';
import type { Jid } from '../jid/jid.ts';
import type { StanzaError } from '../stanza/error.ts';
import type { Form } from '../stanza/form.ts';

/** The values of a submitted form by field name. */
export type FormValues = ReadonlyMap<string, readonly string[]>;

/** The next form to fill in, or the end with what there is to tell. */
export type CommandStep =
  | { readonly kind: 'form'; readonly form: Form; readonly next: (values: FormValues) => CommandOutcome }
  | { readonly kind: 'done'; readonly form?: Form; readonly note?: string };

export type CommandOutcome = CommandStep | StanzaError | Promise<CommandStep | StanzaError>;

export interface Command {
  readonly node: string;
  /** As shown to people. */
  readonly title: string;
  readonly minimumRole: Role;
  start(by: Jid): CommandOutcome;
}
