/** XEP-0401: Ad-hoc Account Invitation Generation. The two commands with which people invite from within their client. */
import { isAtLeast } from '../../accounts/roles.ts';
import { DeedError } from '../../administration/deed-error.ts';
import type { InvitationWish, IssuedInvitation } from '../../administration/invitation.ts';
import type { Jid } from '../../jid/jid.ts';
import type { Command, CommandStep, FormValues } from '../../modulehost/commands.ts';
import { type StanzaCondition, StanzaError } from '../../stanza/error.ts';
import { isTrue } from '../../stanza/form.ts';
import type { InvitationBook, InvitationsHost } from './book.ts';

const NS_INVITE = 'urn:xmpp:invite';
const NS_RESULT = 'urn:xmpp:invite#invitation';

const CONDITIONS: Readonly<Record<DeedError['code'], StanzaCondition>> = {
  forbidden: 'forbidden',
  'not-found': 'item-not-found',
  conflict: 'conflict',
  invalid: 'not-acceptable',
  refused: 'not-allowed',
};

export function createCommands(host: InvitationsHost, book: InvitationBook): readonly Command[] {
  const { administration, config, log } = host;

  function mayMakeAccounts(by: Jid): boolean {
    return administration.chatting(by).permissions.has('people.write');
  }

  /** Through the deed, which asks for permission and keeps the audit log. */
  function createAs(by: Jid, wish: InvitationWish): Promise<IssuedInvitation> {
    return administration.perform(administration.chatting(by), 'invitations.create', wish);
  }

  /** What people do for themselves is told by the ordinary log; how much of it is bounded. */
  async function createForMember(by: Jid): Promise<IssuedInvitation> {
    if (config.members === 'nothing') throw new DeedError('forbidden', 'Only administrators invite people here.');
    if (book.openOf(by.local) >= config.maxOpenPerMember) {
      throw new DeedError(
        'conflict',
        `You have ${config.maxOpenPerMember} open invitations. Wait until some are used.`,
      );
    }
    const issued = await book.create(wishOf(by, config.members === 'accounts' ? 'account' : 'contact'));
    log.info({ account: by.local, invitation: issued.id }, 'invitation made');
    return issued;
  }

  const invite: Command = {
    node: `${NS_INVITE}#invite`,
    title: 'Invite user',
    minimumRole: 'member',
    start: (by) =>
      refusable(async () => {
        const role = host.roleOf(by);
        if (role === undefined || !isAtLeast(role, 'member')) throw new DeedError('forbidden', 'Guests invite nobody.');
        return told(mayMakeAccounts(by) ? await createAs(by, wishOf(by, 'account')) : await createForMember(by));
      }),
  };

  const createAccount: Command = {
    node: `${NS_INVITE}#create-account`,
    title: 'Create account',
    deed: 'invitations.create',
    start: (by) => ({
      kind: 'form',
      form: {
        type: 'form',
        title: 'Inviting somebody',
        instructions: 'Choose a name for the new account, or leave it to whoever comes.',
        fields: [
          { name: 'username', type: 'text-single', label: 'Username' },
          { name: 'roster-subscription', type: 'boolean', label: 'Roster subscription', values: ['true'] },
        ],
      },
      next: (values: FormValues) =>
        refusable(async () => {
          const localpart = values.get('username')?.[0]?.trim() || undefined;
          const isContact = isTrue(values.get('roster-subscription'));
          const wish = { ...wishOf(by, 'account'), localpart, inviter: isContact ? by.local : undefined };
          return told(await createAs(by, wish));
        }),
    }),
  };

  return [invite, createAccount];
}

function wishOf(by: Jid, purpose: 'account' | 'contact'): InvitationWish {
  return { purpose, role: 'member', groups: [], inviter: by.local, creator: by.local, maxUses: 1 };
}

function told({ uri, page, expiresAtMs }: IssuedInvitation): CommandStep {
  const expire = new Date(expiresAtMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    kind: 'done',
    form: {
      type: 'result',
      formType: NS_RESULT,
      fields: [
        { name: 'uri', type: 'text-single', values: uri === undefined ? [] : [uri] },
        ...(page === undefined ? [] : [{ name: 'landing-url', type: 'text-single', values: [page] } as const]),
        { name: 'expire', type: 'text-single', values: [expire] },
      ],
    },
  };
}

async function refusable(deed: () => Promise<CommandStep>): Promise<CommandStep | StanzaError> {
  try {
    return await deed();
  } catch (error) {
    if (error instanceof DeedError) return new StanzaError(CONDITIONS[error.code], error.message);
    throw error;
  }
}
