/** One person: who they are on this server, and every device that is connected, with the means to send it away. */
import { Button } from '@mantine/core';
import type { AccountSummary, SessionSummary } from '../../server/control/contract.ts';
import { formatDate, splitJid } from '../format.ts';
import { useClient, useDeed, useGroups, useSessions } from '../queries.ts';
import { roleName } from '../role-name.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { CopyButton } from './copy-button.tsx';
import { DeviceAccess } from './device-access.tsx';
import { Notice } from './notice.tsx';
import css from './person-drawer.module.css';
import { PersonEnd } from './person-end.tsx';
import { PersonMark } from './person-mark.tsx';
import { stateName } from './person-state.tsx';
import { Presence } from './presence.tsx';
import { ResetLink } from './reset-link.tsx';
import section from './section.module.css';
import { SideSheet } from './side-sheet.tsx';
import { tell, tellFailure } from './tell.ts';
import { useLast } from './use-last.ts';

const words = texts.people;

interface PersonDrawerProps {
  readonly account: AccountSummary | undefined;
  readonly close: () => void;
}

export function PersonDrawer({ account, close }: PersonDrawerProps) {
  const shown = useLast(account);
  return (
    <SideSheet isOpen={account !== undefined} title={shown?.localpart} close={close}>
      {shown === undefined ? null : <Person account={shown} />}
    </SideSheet>
  );
}

function Person({ account }: { readonly account: AccountSummary }) {
  const { localpart, jid, role, createdAt, lastSeen, status } = account;
  const { data: sessions } = useSessions();
  const { data: groups = [] } = useGroups();
  const groupNames = groups.filter(({ members }) => members.includes(localpart)).map(({ name }) => name);
  const own = (sessions ?? []).filter((session) => splitJid(session.jid).bare === jid);
  return (
    <>
      <div className={css.person}>
        <PersonMark name={localpart} isFaded={status !== 'enabled'} />
        <span className={css.jid}>{jid}</span>
        <CopyButton text={jid} what={words.dialog.addressName} />
      </div>
      <dl className={css.facts}>
        <div>
          <dt>{words.drawer.role}</dt>
          <dd>{roleName(role)}</dd>
        </div>
        <div>
          <dt>{texts.groups.ofPerson}</dt>
          <dd>{groupNames.join(', ') || texts.groups.ofNobody}</dd>
        </div>
        <div>
          <dt>{words.drawer.created}</dt>
          <dd>{formatDate(createdAt)}</dd>
        </div>
        <div>
          <dt>{words.drawer.lastSeen}</dt>
          <dd>{own.length > 0 ? words.online : lastSeen === undefined ? words.never : <Ago iso={lastSeen} />}</dd>
        </div>
        <div>
          <dt>{words.columns.state}</dt>
          <dd>{stateName(status)}</dd>
        </div>
      </dl>
      <h3 className={section.title}>{words.drawer.devices}</h3>
      {own.length === 0 ? (
        <Notice icon="device" title={words.drawer.none} text={words.drawer.noneText} />
      ) : (
        <>
          <ul className={section.list}>
            {own.map((session) => (
              <Device key={session.jid} session={session} />
            ))}
          </ul>
          <p className={section.after}>{words.drawer.disconnectHint}</p>
        </>
      )}
      <DeviceAccess localpart={localpart} />
      <PersonEnd account={account} />
      <ResetLink localpart={localpart} />
    </>
  );
}

function Device({ session }: { readonly session: SessionSummary }) {
  const { jid, client, address, since, isResumable } = session;
  const { resource } = splitJid(jid);
  const isOnline = useClient() !== undefined;
  const end = useDeed((api, input: { jid: string }) => api.sessions.end(input), ['sessions']);
  // The row may be gone before the answer is there, and callbacks given to `mutate` with it.
  const disconnect = (): void => {
    end.mutateAsync({ jid }).then(() => tell(words.told.disconnected(client ?? resource)), tellFailure);
  };
  return (
    <li className={section.item}>
      <div className={section.about}>
        <span className={section.name}>{client ?? resource}</span>
        <Presence session={session} />
        {client === undefined ? null : <span className={section.dim}>{resource}</span>}
        <span className={section.dim}>
          {words.drawer.from(address)} <Ago iso={since} />
        </span>
        {isResumable ? <span className={section.dim}>{words.drawer.resumable}</span> : null}
      </div>
      <Button
        variant="default"
        size="xs"
        loading={end.isPending}
        disabled={!isOnline}
        aria-label={words.drawer.disconnectName(client ?? resource)}
        onClick={disconnect}
      >
        {words.drawer.disconnect}
      </Button>
    </li>
  );
}
