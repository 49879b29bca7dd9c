/** A link with which somebody chooses a new password, for the eye of a camera as well. It is shown this once. */
import { Button } from '@mantine/core';
import { useEffect } from 'react';
import { formatDateTime } from '../format.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { CopyButton } from './copy-button.tsx';
import { InviteProgress } from './invite-progress.tsx';
import { QrCode } from './qr-code.tsx';
import { Refusal } from './refusal.tsx';
import css from './reset-link.module.css';

const words = texts.invite.reset;

export function ResetLink({ localpart }: { readonly localpart: string }) {
  const isOnline = useClient() !== undefined;
  const create = useDeed(
    (client, name: string) => client.invitations.createReset({ localpart: name }),
    ['invitations'],
  );
  const { data: issued, reset: forget } = create;
  useEffect(() => {
    // SECURITY: the link of one person must not stand beside the name of another.
    if (issued !== undefined && issued.localpart !== localpart) forget();
  }, [issued, localpart, forget]);
  return (
    <section className={css.section} aria-label={words.title}>
      <h3 className={css.title}>{words.title}</h3>
      {issued === undefined ? (
        <>
          <p className={css.hint}>{words.hint}</p>
          <Refusal error={create.error} />
          <Button
            variant="default"
            size="xs"
            disabled={!isOnline}
            loading={create.isPending}
            onClick={() => create.mutate(localpart)}
          >
            {words.submit}
          </Button>
        </>
      ) : issued.page === undefined ? (
        <p className={css.hint} role="alert">
          {words.noPage}
        </p>
      ) : (
        <>
          <p className={css.hint}>{words.until(formatDateTime(issued.expiresAt))}</p>
          <div className={css.code}>
            <QrCode text={issued.page} name={words.code} />
            <CopyButton text={issued.page} what={words.link} isWide />
          </div>
          <InviteProgress issued={issued} />
        </>
      )}
    </section>
  );
}
