/** Whether a person can sign in, and until when. */
import type { AccountSummary } from '../../server/control/contract.ts';
import { useNow } from '../clock.ts';
import { formatDateTime, formatSince } from '../format.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { Icon } from './icons.tsx';
import css from './table.module.css';

const words = texts.lifetimes;

export function PersonState({ account }: { readonly account: AccountSummary }) {
  const nowMs = useNow();
  const { status, expiresAt, vanishesAt } = account;
  const isOut = status !== 'enabled';
  return (
    <>
      <span className={css.state} data-disabled={isOut}>
        <Icon name={status === 'deleted' ? 'trash' : isOut ? 'ban' : 'check'} size={15} />
        {stateName(status)}
      </span>
      {status === 'deleted' && vanishesAt !== undefined ? (
        <span className={css.until}>
          {words.vanishes} <Ago iso={vanishesAt} />
        </span>
      ) : expiresAt === undefined ? null : (
        <span className={css.until} title={formatDateTime(expiresAt)}>
          {words.guestUntil(formatSince(expiresAt, nowMs))}
        </span>
      )}
    </>
  );
}

export function stateName(status: AccountSummary['status']): string {
  switch (status) {
    case 'enabled':
      return texts.people.allowed;
    case 'disabled':
      return texts.people.disabled;
    case 'pending':
      return words.waiting.title;
    case 'deleted':
      return words.deleted;
  }
}
