/** The certificates as people compare them, and how devices come to trust them. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { TrustSummary } from '../../server/control/contract.ts';
import { formatDate, groupFingerprint } from '../format.ts';
import { sentenceOf, useClient, useTrust } from '../queries.ts';
import { saveText } from '../save-text.ts';
import { texts } from '../texts.ts';
import { Card } from './card.tsx';
import { CopyButton } from './copy-button.tsx';
import { Fact, Facts } from './facts.tsx';
import { Icon } from './icons.tsx';
import { LoadFailure, Loading } from './notice.tsx';
import { RotateCertificates } from './rotate-certificates.tsx';
import css from './trust-card.module.css';
import { TrustHere } from './trust-here.tsx';

const words = texts.network.trust;
const PEM_TYPE = 'application/x-x509-ca-cert';

export function TrustCard() {
  const trust = useTrust();
  const { data } = trust;
  return (
    <Card title={words.title} text={data !== undefined && data.authority === undefined ? words.publicText : words.text}>
      {data === undefined ? (
        trust.isError ? (
          <LoadFailure sentence={sentenceOf(trust.error)} retry={() => void trust.refetch()} />
        ) : (
          <Loading rows={5} />
        )
      ) : (
        <Certificates trust={data} />
      )}
    </Card>
  );
}

function Certificates({ trust }: { readonly trust: TrustSummary }) {
  const { authority, certificate, page, here, domain } = trust;
  const isOnline = useClient() !== undefined;
  const [isRotating, setRotating] = useState(false);
  return (
    <>
      {authority === undefined ? null : (
        <>
          <Head name={words.words} text={authority.words} copied={words.wordsName} />
          <p className={css.words}>{authority.words}</p>
          <Head name={words.fingerprint} text={authority.fingerprint} copied={words.fingerprintName} />
          <Fingerprint of={authority.fingerprint} />
        </>
      )}
      <Head name={words.ownFingerprint} text={certificate.fingerprint} copied={words.ownFingerprintName} />
      {authority === undefined ? null : <p className={css.hint}>{words.ownHint}</p>}
      <Fingerprint of={certificate.fingerprint} />
      <Facts>
        <Fact name={words.expires} value={formatDate(certificate.expiresAt)} />
        {authority === undefined ? null : (
          <Fact name={words.authorityExpires} value={formatDate(authority.expiresAt)} />
        )}
        {page === undefined ? null : <Fact name={words.page} value={page} copied={words.pageName} />}
      </Facts>
      {here === undefined ? null : <TrustHere here={here} />}
      {authority === undefined ? null : (
        <div className={css.actions}>
          <Button
            variant="default"
            size="sm"
            leftSection={<Icon name="down" size={16} />}
            onClick={() => saveText(`${domain}.crt`, authority.pem, PEM_TYPE)}
          >
            {words.download}
          </Button>
          <Button variant="default" size="sm" disabled={!isOnline} onClick={() => setRotating(true)}>
            {words.rotate}
          </Button>
        </div>
      )}
      <RotateCertificates isOpen={isRotating} close={() => setRotating(false)} />
    </>
  );
}

function Head({ name, text, copied }: { readonly name: string; readonly text: string; readonly copied: string }) {
  return (
    <div className={css.head}>
      <h3 className={css.name}>{name}</h3>
      <CopyButton text={text} what={copied} />
    </div>
  );
}

function Fingerprint({ of }: { readonly of: string }) {
  return (
    <p className={css.fingerprint}>
      {groupFingerprint(of).map((group, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups may repeat, and their places are what they are
        <span key={index}>{group}</span>
      ))}
    </p>
  );
}
