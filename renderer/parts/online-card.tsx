/** Who is online: each connected device with its person, newest first. */
import type { SessionSummary } from '../../server/control/contract.ts';
import { splitJid } from '../format.ts';
import { sentenceOf } from '../queries.ts';
import { pageAddress } from '../route.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { Card } from './card.tsx';
import { LoadFailure, Loading, Notice } from './notice.tsx';
import css from './online-card.module.css';
import { PersonMark } from './person-mark.tsx';
import { Presence } from './presence.tsx';

const words = texts.overview.online;
/** What fits a glance; People has all of them. */
const MAX_SHOWN = 8;

interface OnlineCardProps {
  readonly sessions: readonly SessionSummary[] | undefined;
  readonly failure: unknown;
  readonly retry: () => void;
}

export function OnlineCard({ sessions, failure, retry }: OnlineCardProps) {
  return (
    <Card title={words.title}>
      {sessions === undefined ? (
        failure === null ? (
          <Loading rows={3} />
        ) : (
          <LoadFailure sentence={sentenceOf(failure)} retry={retry} />
        )
      ) : sessions.length === 0 ? (
        <Notice icon="people" title={words.empty} text={words.emptyText} />
      ) : (
        <Sessions sessions={sessions.toSorted((one, other) => other.since.localeCompare(one.since))} />
      )}
    </Card>
  );
}

function Sessions({ sessions }: { readonly sessions: readonly SessionSummary[] }) {
  const hidden = sessions.length - MAX_SHOWN;
  return (
    <>
      <ul className={css.list}>
        {sessions.slice(0, MAX_SHOWN).map((session) => (
          <SessionRow key={session.jid} session={session} />
        ))}
      </ul>
      {hidden > 0 ? (
        <a className={css.more} href={pageAddress('people')}>
          {words.more(hidden)}
        </a>
      ) : null}
    </>
  );
}

function SessionRow({ session }: { readonly session: SessionSummary }) {
  const { localpart, resource } = splitJid(session.jid);
  return (
    <li className={css.row}>
      <PersonMark name={localpart} />
      <div className={css.who}>
        <span className={css.name}>{localpart}</span>
        <Presence session={session} />
      </div>
      <div className={css.device} title={session.jid}>
        <span>{session.client ?? resource}</span>
        <span className={css.dim}>{session.address}</span>
      </div>
      <span className={css.since}>
        <Ago iso={session.since} />
      </span>
    </li>
  );
}
