/** One report: about whom, by whom, and in which words. */
import { Button } from '@mantine/core';
import type { ReportSummary } from '../../server/control/contract.ts';
import { useClient, useDeed } from '../queries.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { Card } from './card.tsx';
import css from './report-card.module.css';
import { tell, tellFailure } from './tell.ts';

const words = texts.reports;

export function ReportCard({ report }: { readonly report: ReportSummary }) {
  const { id, reported, reporter, reason, text, messages, at, isResolved } = report;
  const isOnline = useClient() !== undefined;
  const resolve = useDeed((client, input: { id: string }) => client.reports.resolve(input), ['reports']);
  const done = (): void => {
    resolve.mutateAsync({ id }).then(() => tell(words.told), tellFailure);
  };
  return (
    <Card
      title={reported}
      aside={
        isResolved ? (
          <span className={css.state}>{words.resolved}</span>
        ) : (
          <Button
            variant="default"
            size="xs"
            loading={resolve.isPending}
            disabled={!isOnline}
            aria-label={words.resolveName(reported)}
            onClick={done}
          >
            {words.resolve}
          </Button>
        )
      }
    >
      <p className={css.about}>
        <span className={css.reason} data-reason={reason}>
          {words.reasons[reason]}
        </span>
        <span>{words.by(reporter)}</span>
        <Ago iso={at} />
      </p>
      {text === undefined ? null : <p className={css.text}>{text}</p>}
      {messages.length === 0 ? null : (
        <>
          <h3 className={css.heading}>{words.messages}</h3>
          <ul className={css.messages}>
            {messages.map((message) => (
              <li key={message.id} className={css.message} data-unknown={message.body === undefined}>
                {message.body ?? words.unknownMessage}
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}
