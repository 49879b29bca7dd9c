/** Ad-hoc commands as modules declare them: thin doors to a deed (XEP-0050 carries them). */
import type { Role } from '../accounts/roles.ts';
import type { DeedName } from '../administration/deeds.ts';
import type { Jid } from '../jid/jid.ts';
import type { StanzaError } from '../stanza/error.ts';
import type { Form } from '../stanza/form.ts';
import type { Element } from '../xml/element.ts';

/** The values of a submitted form by field name. */
export type FormValues = ReadonlyMap<string, readonly string[]>;

/** The next form to fill in, or the end with what there is to tell. */
export type CommandStep =
  | { readonly kind: 'form'; readonly form: Form; readonly next: (values: FormValues) => CommandOutcome }
  | {
      readonly kind: 'done';
      readonly form?: Form;
      /** In place of `form`, for what no form of ours can say. */
      readonly payload?: Element;
      readonly note?: string;
    };

export type CommandOutcome = CommandStep | StanzaError | Promise<CommandStep | StanzaError>;

interface CommandBase {
  readonly node: string;
  /** As shown to people. */
  readonly title: string;
  /** True for what is answered but offered in no list. */
  readonly isUnlisted?: boolean;
  start(by: Jid): CommandOutcome;
}

/** Who may run it: everybody from a role on, or whoever has the permission that its deed needs. */
export type Command = CommandBase &
  (
    | { readonly minimumRole: Role; readonly deed?: never }
    | {
        /** Which it is a door to. The deed itself asks for permission once more, and enters the audit log. */
        readonly deed: DeedName;
        readonly minimumRole?: never;
      }
  );
