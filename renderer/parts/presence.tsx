/** How available a device is, as its presence says. The dot's fill says it too, for those who do not see its colour. */
import type { SessionSummary } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';
import css from './presence.module.css';

const words = texts.overview.online;

export function Presence({ session }: { readonly session: Pick<SessionSummary, 'priority' | 'show'> }) {
  const { priority, show } = session;
  const shows: Readonly<Record<string, string>> = words.shows;
  const said = priority === null ? words.noPresence : show === undefined ? words.available : (shows[show] ?? show);
  const kind =
    priority === null ? 'none' : show === undefined || show === 'chat' ? 'here' : show === 'dnd' ? 'busy' : 'away';
  return (
    <span className={css.presence}>
      <span className={css.dot} data-kind={kind} aria-hidden="true" />
      {said}
    </span>
  );
}
