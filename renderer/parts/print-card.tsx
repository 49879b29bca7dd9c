/** A card to print and hand over: the code, whose server it is, and what to do. On the screen it is not seen. */
import { Button } from '@mantine/core';
import { createPortal } from 'react-dom';
import type { IssuedInvitationSummary } from '../../server/control/contract.ts';
import { formatDateTime, groupFingerprint } from '../format.ts';
import { useStatus } from '../queries.ts';
import { texts } from '../texts.ts';
import { Icon } from './icons.tsx';
import css from './print-card.module.css';
import { QrCode } from './qr-code.tsx';

const words = texts.invite;

export function PrintCard({ issued }: { readonly issued: IssuedInvitationSummary }) {
  const { data: status } = useStatus();
  const link = issued.page ?? issued.uri;
  if (status === undefined || link === undefined) return null;
  const { domain, certificate } = status;
  const { card } = words;
  const page = issued.page?.replace(/#.*/, '');
  return (
    <>
      <Button variant="default" leftSection={<Icon name="print" />} onClick={() => window.print()}>
        {words.print}
      </Button>
      {createPortal(
        <article className={css.card} data-print="card">
          <h1 className={css.title}>{card.title(domain)}</h1>
          {issued.localpart === undefined ? null : (
            <p className={css.name}>{card.forName(`${issued.localpart}@${domain}`)}</p>
          )}
          <div className={css.columns}>
            <div className={css.code}>
              <QrCode text={link} name={words.page.code} />
            </div>
            <ol className={css.steps}>
              {card.steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </div>
          <dl className={css.facts}>
            <dt>{card.address}</dt>
            <dd>{domain}</dd>
            {page === undefined ? null : (
              <>
                <dt>{card.page}</dt>
                <dd>{page}</dd>
              </>
            )}
            {certificate.words === undefined ? null : (
              <>
                <dt>{card.words}</dt>
                <dd className={css.words}>{certificate.words}</dd>
              </>
            )}
            <dt>{card.fingerprint}</dt>
            <dd className={css.fingerprint}>{groupFingerprint(certificate.fingerprint).join(' ')}</dd>
            <dt>{card.until}</dt>
            <dd>{formatDateTime(issued.expiresAt)}</dd>
          </dl>
        </article>,
        document.body,
      )}
    </>
  );
}
