/** Inviting somebody: one press makes the link; its codes, and how far it has come, are seen until the sheet is closed. */
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { IssuedInvitationSummary } from '../../server/control/contract.ts';
import { texts } from '../texts.ts';
import { InvitationList } from './invitation-list.tsx';
import { InviteForm } from './invite-form.tsx';
import { InviteLinks } from './invite-links.tsx';
import { InviteProgress } from './invite-progress.tsx';
import { PrintCard } from './print-card.tsx';
import css from './section.module.css';
import { SideSheet } from './side-sheet.tsx';

const words = texts.invite;

export function InviteSheet({ isOpen, close }: { readonly isOpen: boolean; readonly close: () => void }) {
  const [issued, setIssued] = useState<IssuedInvitationSummary>();
  const body = useFocusOnChange(issued);
  useEffect(() => {
    // SECURITY: the link must not wait here for the next time that the sheet opens.
    if (!isOpen) setIssued(undefined);
  }, [isOpen]);
  return (
    <SideSheet
      isOpen={isOpen}
      title={issued === undefined ? words.title : words.readyTitle}
      close={close}
      closesOnClickOutside={false}
    >
      <div ref={body} tabIndex={-1} className={css.body}>
        {issued === undefined ? (
          <>
            <p className={css.intro}>{words.intro}</p>
            <InviteForm onIssued={setIssued} />
            <InvitationList />
          </>
        ) : (
          <Issued issued={issued} again={() => setIssued(undefined)} close={close} />
        )}
      </div>
    </SideSheet>
  );
}

interface IssuedProps {
  readonly issued: IssuedInvitationSummary;
  readonly again: () => void;
  readonly close: () => void;
}

function Issued({ issued, again, close }: IssuedProps) {
  return (
    <>
      <InviteLinks issued={issued} />
      <InviteProgress issued={issued} />
      <p className={css.hint}>{words.push}</p>
      <div className={css.actions}>
        <PrintCard issued={issued} />
        <Button variant="default" onClick={again}>
          {words.again}
        </Button>
        <Button onClick={close}>{texts.done}</Button>
      </div>
    </>
  );
}

/** What was pressed is gone with the view it stood in, so the focus goes to where the next one begins. */
function useFocusOnChange(view: unknown) {
  const body = useRef<HTMLDivElement>(null);
  const shown = useRef(view);
  useEffect(() => {
    if (shown.current === view) return;
    shown.current = view;
    body.current?.focus({ preventScroll: true });
    body.current?.closest('[role="dialog"]')?.scrollTo({ top: 0 });
  }, [view]);
  return body;
}
