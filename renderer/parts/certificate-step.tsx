/** The certificate for the domain: what there is, what is under way, and the way to one from a public authority. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { AcmeSummary, Status } from '../../server/control/contract.ts';
import { formatDate } from '../format.ts';
import { useClient } from '../queries.ts';
import { pageAddress } from '../route.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { CertificateProgress } from './certificate-progress.tsx';
import css from './certificate-step.module.css';
import { Fact, Facts } from './facts.tsx';
import { GetCertificate } from './get-certificate.tsx';
import { Icon } from './icons.tsx';
import { Loading } from './notice.tsx';

const words = texts.federation.steps.certificate;

interface CertificateStepProps {
  readonly shown: Status['certificate'] | undefined;
  readonly request: AcmeSummary | undefined;
}

export function CertificateStep({ shown, request }: CertificateStepProps) {
  const isOnline = useClient() !== undefined;
  const [isAsking, setAsking] = useState(false);
  if (shown === undefined || request === undefined) return <Loading rows={3} />;
  const { certificate, failure, refusal, state, omitted } = request;
  const isOwn = shown.source === 'files';
  return (
    <>
      <p className={css.text}>{isOwn ? words.ownFiles : words.text}</p>
      <Facts>
        <Fact name={words.madeBy} value={words.madeByNames[shown.source] ?? shown.source} />
        <Fact name={words.expires}>
          <span className={css.value}>{formatDate(shown.expiresAt)}</span>
          <span className={css.dim}>
            <Ago iso={shown.expiresAt} />
          </span>
        </Fact>
        {certificate === null || !certificate.isInUse ? (
          refusal === null && !isOwn ? (
            <Fact name={words.wanted} value={request.names.join(', ')} />
          ) : null
        ) : (
          <>
            <Fact name={words.names} value={certificate.names.join(', ')} />
            <Fact name={words.renews}>
              <span className={css.value}>{formatDate(certificate.renewAt)}</span>
              <span className={css.dim}>
                <Ago iso={certificate.renewAt} />
              </span>
            </Fact>
          </>
        )}
        {omitted.length === 0 ? null : <Fact name={words.omitted} value={omitted.join(', ')} />}
      </Facts>
      {refusal === null ? null : <p className={css.note}>{refusal}</p>}
      {certificate !== null && !certificate.isInUse ? <p className={css.note}>{words.unused}</p> : null}
      {failure === null || state !== 'idle' ? null : (
        <Failure failure={failure} nextAttemptAt={request.nextAttemptAt} />
      )}
      {state === 'idle' ? null : <CertificateProgress request={request} />}
      <div className={css.actions}>
        {state === 'idle' && refusal === null && !isOwn ? (
          <Button
            size="sm"
            variant={certificate?.isInUse === true && failure === null ? 'default' : 'filled'}
            leftSection={<Icon name="shield" size={16} />}
            disabled={!isOnline}
            onClick={() => setAsking(true)}
          >
            {failure !== null ? words.again : certificate === null ? words.get : words.renew}
          </Button>
        ) : null}
        {isOwn ? (
          <a className={css.link} href={pageAddress('settings')}>
            {words.ownFilesLink}
          </a>
        ) : null}
      </div>
      <GetCertificate isOpen={isAsking} close={() => setAsking(false)} />
    </>
  );
}

type FailureProps = Pick<AcmeSummary, 'nextAttemptAt'> & { readonly failure: NonNullable<AcmeSummary['failure']> };

function Failure({ failure: { text, fix, at }, nextAttemptAt }: FailureProps) {
  return (
    <div className={css.failure} role="alert">
      <Icon name="error" size={20} />
      <div>
        <p className={css.sentence}>{text}</p>
        {fix === null ? null : <p>{fix}</p>}
        <p className={css.dim}>
          <Ago iso={at} />
          {nextAttemptAt === null ? null : (
            <>
              {' · '}
              {words.nextAttempt} <Ago iso={nextAttemptAt} />
            </>
          )}
        </p>
      </div>
    </div>
  );
}
