/** The two codes of an invitation, and what it is good for. */
import type { IssuedInvitationSummary } from '../../server/control/contract.ts';
import { formatDateTime, formatDuration } from '../format.ts';
import { texts } from '../texts.ts';
import { CopyButton } from './copy-button.tsx';
import css from './invite.module.css';
import { QrCode } from './qr-code.tsx';

const words = texts.invite;
const HOUR_MS = 3_600_000;

export function InviteLinks({ issued }: { readonly issued: IssuedInvitationSummary }) {
  const { page, uri, maxUses, expiresAt, accountLifetimeHours } = issued;
  const { facts } = words;
  return (
    <>
      <p className={css.facts}>
        {facts.goodFor(maxUses, formatDateTime(expiresAt))}{' '}
        {accountLifetimeHours === undefined ? null : facts.guest(formatDuration(accountLifetimeHours * HOUR_MS))}
      </p>
      <div className={css.codes}>
        {page === undefined ? null : <Code text={page} about={words.page} />}
        {uri === undefined ? null : <Code text={uri} about={words.app} />}
      </div>
      {page === undefined ? (
        <p className={css.warn} role="alert">
          {words.page.none}
        </p>
      ) : (
        <p className={css.hint}>{words.sameNetwork}</p>
      )}
      <p className={css.hint}>{words.onceOnly}</p>
    </>
  );
}

interface CodeProps {
  readonly text: string;
  readonly about: { readonly title: string; readonly text: string; readonly code: string; readonly link: string };
}

function Code({ text, about }: CodeProps) {
  return (
    <section className={css.code} aria-label={about.title}>
      <h3 className={css.title}>{about.title}</h3>
      <QrCode text={text} name={about.code} />
      <p className={css.hint}>{about.text}</p>
      <CopyButton text={text} what={about.link} isWide />
      <code className={css.link}>{text}</code>
    </section>
  );
}
