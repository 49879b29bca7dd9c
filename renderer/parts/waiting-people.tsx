/** Who registered and waits: the first thing on the page, because somebody sits in front of a closed door. */
import { Button } from '@mantine/core';
import { useId } from 'react';
import type { AccountSummary } from '../../server/control/contract.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { PersonMark } from './person-mark.tsx';
import { tell, tellFailure } from './tell.ts';
import css from './waiting-people.module.css';

const words = texts.lifetimes.waiting;

export function WaitingPeople({ accounts }: { readonly accounts: readonly AccountSummary[] }) {
  const titleId = useId();
  if (accounts.length === 0) return null;
  return (
    <section className={css.waiting} aria-labelledby={titleId}>
      <h2 className={css.title} id={titleId}>
        {words.title}
      </h2>
      <p className={css.hint}>{words.text}</p>
      <ul className={css.list}>
        {accounts.map((account) => (
          <WaitingPerson key={account.localpart} account={account} />
        ))}
      </ul>
    </section>
  );
}

function WaitingPerson({ account: { localpart, jid, createdAt } }: { readonly account: AccountSummary }) {
  const isOnline = useClient() !== undefined;
  const settle = useDeed(
    (client, verdict: 'approve' | 'refuse') => client.accounts[verdict]({ localpart }),
    ['accounts', 'audit'],
  );
  // The row may be gone before the answer is there, and callbacks given to `mutate` with it.
  const carryOut = (verdict: 'approve' | 'refuse', told: string): void => {
    settle.mutateAsync(verdict).then(() => tell(told), tellFailure);
  };
  return (
    <li className={css.person}>
      <PersonMark name={localpart} />
      <div className={css.names}>
        <span className={css.name}>{localpart}</span>
        <span className={css.about}>
          {words.asked(jid)} <Ago iso={createdAt} />
        </span>
      </div>
      <div className={css.deeds}>
        <Button
          variant="default"
          size="xs"
          disabled={!isOnline || settle.isPending}
          aria-label={words.refuseName(localpart)}
          onClick={() => carryOut('refuse', words.refused(localpart))}
        >
          {words.refuse}
        </Button>
        <Button
          size="xs"
          disabled={!isOnline || settle.isPending}
          aria-label={words.approveName(localpart)}
          onClick={() => carryOut('approve', words.approved(localpart))}
        >
          {words.approve}
        </Button>
      </div>
    </li>
  );
}
