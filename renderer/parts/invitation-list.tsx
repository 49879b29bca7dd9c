/** The invitations that somebody could still use, and those that were used last. */
import { Button } from '@mantine/core';
import type { InvitationSummary } from '../../server/control/contract.ts';
import { arrivalsOf } from '../invite-progress.ts';
import { sentenceOf, useClient, useDeed, useInvitations } from '../queries.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import css from './invite.module.css';
import { LoadFailure, Loading } from './notice.tsx';
import section from './section.module.css';
import { tell, tellFailure } from './tell.ts';

const words = texts.invite.list;
const RECENT = 3;

export function InvitationList() {
  const invitations = useInvitations();
  const { data } = invitations;
  if (data === undefined && invitations.isError) {
    return <LoadFailure sentence={sentenceOf(invitations.error)} retry={() => void invitations.refetch()} />;
  }
  if (data === undefined) return <Loading rows={2} />;
  const open = data.filter(({ state }) => state === 'open');
  const over = data.filter(({ state }) => state !== 'open').slice(0, RECENT);
  return (
    <section className={css.list}>
      <h3 className={section.title}>{words.title}</h3>
      {open.length === 0 ? <p className={section.hint}>{words.none}</p> : <List invitations={open} />}
      {over.length === 0 ? null : (
        <>
          <h3 className={section.title}>{words.recent}</h3>
          <List invitations={over} />
        </>
      )}
    </section>
  );
}

function List({ invitations }: { readonly invitations: readonly InvitationSummary[] }) {
  return (
    <ul className={section.list}>
      {invitations.map((invitation) => (
        <Entry key={invitation.id} invitation={invitation} />
      ))}
    </ul>
  );
}

function Entry({ invitation }: { readonly invitation: InvitationSummary }) {
  const { id, state, maxUses, usesLeft, openedAt, expiresAt } = invitation;
  const isOnline = useClient() !== undefined;
  const revoke = useDeed((client, input: { id: string }) => client.invitations.revoke(input), ['invitations']);
  // The button is gone before the answer is there, and callbacks given to `mutate` with it.
  const takeBack = (): void => {
    revoke.mutateAsync({ id }).then(() => tell(words.revoked), tellFailure);
  };
  const what = describe(invitation);
  const names = arrivalsOf(invitation).map(({ localpart }) => localpart);
  return (
    <li className={section.item}>
      <div className={section.about}>
        <span className={section.name}>{what}</span>
        <span className={section.dim}>
          {state === 'open' && openedAt !== undefined ? words.seen : words.states[state]}
        </span>
        {state === 'open' ? (
          <span className={section.dim}>
            {words.ends} <Ago iso={expiresAt} />
          </span>
        ) : null}
        {maxUses === 1 ? null : <span className={section.dim}>{words.people(usesLeft, maxUses)}</span>}
        {names.length === 0 ? null : <span className={section.dim}>{words.joined(names.join(', '))}</span>}
      </div>
      {state === 'open' ? (
        <Button
          variant="default"
          size="xs"
          disabled={!isOnline}
          loading={revoke.isPending}
          aria-label={words.revokeName(what)}
          onClick={takeBack}
        >
          {words.revoke}
        </Button>
      ) : null}
    </li>
  );
}

function describe({ purpose, localpart, inviter }: InvitationSummary): string {
  if (purpose === 'password') return words.password(localpart ?? '');
  if (purpose === 'contact') return words.contactOf(inviter ?? '');
  return localpart ?? words.anybody;
}
