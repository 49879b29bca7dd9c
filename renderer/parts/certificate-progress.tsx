/** How far the request for a certificate is; and, where a record is made by hand, which one, and the way on. */
import { Button } from '@mantine/core';
import type { AcmeSummary } from '../../server/control/contract.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import css from './certificate-step.module.css';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icons.tsx';
import { Refusal } from './refusal.tsx';

const words = texts.federation.steps.certificate;
const { columns } = texts.federation.steps.records;
const STEPS = ['ordering', 'preparing', 'checking', 'issuing'] as const;

export function CertificateProgress({ request }: { readonly request: AcmeSummary }) {
  const { state, step, note } = request;
  const isOnline = useClient() !== undefined;
  const goOn = useDeed((client, _: undefined) => client.certificate.acme.continueDns(), ['acme']);
  const giveUp = useDeed((client, _: undefined) => client.certificate.acme.cancel(), ['acme']);
  const now = step === null ? -1 : STEPS.indexOf(step);
  const isWaiting = state === 'waiting-for-dns';
  return (
    <>
      <ol className={css.progress} aria-label={words.progress}>
        {STEPS.map((name, index) => (
          <li key={name} aria-current={index === now ? 'step' : undefined} data-done={index < now}>
            <span className={css.place}>
              {index < now ? (
                <Icon name="check" size={16} />
              ) : index === now ? (
                <Icon name="waiting" size={16} />
              ) : (
                <span className={css.dot} />
              )}
            </span>
            {words.progressSteps[name]}
          </li>
        ))}
      </ol>
      {isWaiting ? (
        <>
          <p className={css.note}>{words.byHand}</p>
          <ProofRecords records={request.records} />
        </>
      ) : null}
      {note === null ? null : (
        <p className={css.note} role="status">
          {note}
        </p>
      )}
      <Refusal error={goOn.error ?? giveUp.error} />
      <div className={css.actions}>
        {isWaiting ? (
          <Button size="sm" disabled={!isOnline} loading={goOn.isPending} onClick={() => goOn.mutate(undefined)}>
            {words.continue}
          </Button>
        ) : null}
        <Button
          size="sm"
          variant="default"
          disabled={!isOnline}
          loading={giveUp.isPending}
          onClick={() => giveUp.mutate(undefined)}
        >
          {words.cancel}
        </Button>
      </div>
    </>
  );
}

function ProofRecords({ records }: Pick<AcmeSummary, 'records'>) {
  return (
    <table className={css.records} aria-label={words.recordsTable}>
      <thead>
        <tr>
          <th scope="col">{columns.type}</th>
          <th scope="col">{columns.name}</th>
          <th scope="col">{columns.wanted}</th>
        </tr>
      </thead>
      <tbody>
        {records.map(({ type, name, value }) => (
          <tr key={`${name} ${value}`}>
            <td>{type}</td>
            <td>
              <span className={css.copied}>
                <code>{name}</code>
                <CopyButton text={name} what={words.recordName(name)} />
              </span>
            </td>
            <td>
              <span className={css.copied}>
                <code>{value}</code>
                <CopyButton text={value} what={words.recordValue(name)} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
