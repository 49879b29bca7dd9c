/** The audit log: who changed what, the newest first. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { AuditTable } from '../parts/audit-table.tsx';
import { LoadFailure, Loading, Notice } from '../parts/notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { sentenceOf, useAudit } from '../queries.ts';
import { texts } from '../texts.ts';
import css from './page.module.css';

const words = texts.audit;
const PAGE = 100;
/** What the contract gives at once. */
const MOST = 500;

export function AuditPage() {
  const [query, setQuery] = useState('');
  const [limit, setLimit] = useState(PAGE);
  const text = query.trim();
  const audit = useAudit(text, limit);
  const { data: entries } = audit;

  return (
    <>
      <PageHead title={texts.pages.audit} text={words.intro}>
        <SearchField label={words.search} value={query} change={setQuery} />
      </PageHead>
      <div className={css.sheet}>
        {entries === undefined ? (
          audit.isError ? (
            <LoadFailure sentence={sentenceOf(audit.error)} retry={() => void audit.refetch()} />
          ) : (
            <div className={css.padded}>
              <Loading rows={7} />
            </div>
          )
        ) : entries.length > 0 ? (
          <AuditTable entries={entries} />
        ) : text === '' ? (
          <Notice icon="audit" title={words.empty} text={words.emptyText} />
        ) : (
          <Notice icon="search" title={words.nothingFound(text)} text={words.nothingFoundText} />
        )}
      </div>
      {entries?.length === limit && limit < MOST ? (
        <Button className={css.more} variant="default" onClick={() => setLimit(Math.min(limit + PAGE, MOST))}>
          {texts.table.more}
        </Button>
      ) : null}
    </>
  );
}
