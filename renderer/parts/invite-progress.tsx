/** What happens with an invitation, as it happens. */
import type { InvitationSummary, IssuedInvitationSummary } from '../../server/control/contract.ts';
import { arrivalsOf, type ProgressStep, progressSteps } from '../invite-progress.ts';
import { useInvitations } from '../queries.ts';
import { texts } from '../texts.ts';
import { Icon, type IconName } from './icons.tsx';
import css from './invite.module.css';
import { Spoken } from './spoken.tsx';

const words = texts.invite.progress;
const marks: Readonly<Record<ProgressStep['state'], IconName>> = {
  done: 'check',
  waiting: 'waiting',
  skipped: 'more',
};

export function InviteProgress({ issued }: { readonly issued: IssuedInvitationSummary }) {
  const { data: invitations } = useInvitations();
  const followed = invitations?.find(({ id }) => id === issued.id) ?? { ...issued, redeemedBy: [] };
  const steps = progressSteps(followed);
  const last = steps.findLast(({ state }) => state === 'done');
  const over = followed.state === 'expired' || followed.state === 'revoked' ? words.over[followed.state] : undefined;
  return (
    <section className={css.progress}>
      <h3 className={css.title}>{words.title}</h3>
      <ol className={css.steps} data-testid="invite-progress">
        {steps.map(({ key, text, state }) => (
          <li key={key} className={css.step} data-state={state}>
            <Icon name={marks[state]} size={16} />
            {text}
          </li>
        ))}
      </ol>
      {followed.maxUses > 1 ? <Many invitation={followed} /> : null}
      {over === undefined ? null : <p className={css.warn}>{over}</p>}
      <Spoken text={over ?? last?.text ?? ''} />
    </section>
  );
}

/** A link for many names those who came by it. */
function Many({ invitation }: { readonly invitation: InvitationSummary }) {
  const { maxUses, usesLeft } = invitation;
  const names = arrivalsOf(invitation).map(({ localpart }) => localpart);
  return (
    <p className={css.hint}>
      {words.ofMany(maxUses - usesLeft, maxUses)}
      {names.length === 0 ? '' : `: ${names.join(', ')}`}
    </p>
  );
}
