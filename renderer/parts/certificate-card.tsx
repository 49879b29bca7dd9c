/** The certificate as people compare it: the fingerprint in groups, and until when it holds. */
import type { Status } from '../../server/control/contract.ts';
import { formatDate, groupFingerprint } from '../format.ts';
import { pageAddress } from '../route.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { Card } from './card.tsx';
import css from './certificate-card.module.css';
import { CopyButton } from './copy-button.tsx';

const words = texts.overview.certificate;

export function CertificateCard({ certificate }: { readonly certificate: Status['certificate'] }) {
  const { fingerprint, expiresAt, source, words: sixWords } = certificate;
  return (
    <Card title={words.title} text={words.text}>
      <div className={css.head}>
        <span className={css.name}>{words.fingerprint}</span>
        <CopyButton text={fingerprint} what={words.name} />
      </div>
      <p className={css.fingerprint}>
        {groupFingerprint(fingerprint).map((group, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups may repeat, and their places are what they are
          <span key={index}>{group}</span>
        ))}
      </p>
      <dl className={css.list}>
        {sixWords === undefined ? null : (
          <div>
            <dt>{words.words}</dt>
            <dd>
              <a href={pageAddress('network')}>{sixWords}</a>
            </dd>
          </div>
        )}
        <div>
          <dt>{words.expires}</dt>
          <dd>
            {formatDate(expiresAt)}{' '}
            <span className={css.dim}>
              <Ago iso={expiresAt} />
            </span>
          </dd>
        </div>
        <div>
          <dt>{words.source}</dt>
          <dd>{words.sources[source] ?? source}</dd>
        </div>
      </dl>
    </Card>
  );
}
