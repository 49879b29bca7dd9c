/** Reports: what people complain about, those that wait first. */
import { LoadFailure, Loading, Notice } from '../parts/notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { ReportCard } from '../parts/report-card.tsx';
import { sentenceOf, useReports } from '../queries.ts';
import { texts } from '../texts.ts';
import css from './page.module.css';
import own from './reports.module.css';

const words = texts.reports;

export function ReportsPage() {
  const reports = useReports();
  const { data } = reports;
  const isEmpty = data?.length === 0;
  return (
    <>
      <PageHead title={texts.pages.reports} text={words.intro} />
      {data === undefined || isEmpty ? (
        <div className={css.sheet}>
          {isEmpty ? (
            <Notice icon="reports" title={words.empty} text={words.emptyText} />
          ) : reports.isError ? (
            <LoadFailure sentence={sentenceOf(reports.error)} retry={() => void reports.refetch()} />
          ) : (
            <div className={css.padded}>
              <Loading rows={5} />
            </div>
          )}
        </div>
      ) : (
        <div className={own.list}>
          {data.map((report) => (
            <ReportCard key={report.id} report={report} />
          ))}
        </div>
      )}
    </>
  );
}
