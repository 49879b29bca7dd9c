/** Files: what people share, and how to take it away. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { FileSummary } from '../../server/control/contract.ts';
import { formatBytes } from '../format.ts';
import { FilesTable } from '../parts/files-table.tsx';
import { LoadFailure, Loading, Notice } from '../parts/notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { RemoveFile } from '../parts/remove-file.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { sentenceOf, useFiles, useFileUsage } from '../queries.ts';
import { texts } from '../texts.ts';
import css from './page.module.css';

const words = texts.files;
const PAGE = 100;

export function FilesPage() {
  const [query, setQuery] = useState('');
  const [limit, setLimit] = useState(PAGE);
  const [removing, setRemoving] = useState<FileSummary>();
  const text = query.trim();
  const files = useFiles(text, limit);
  const { data: usage } = useFileUsage();
  const { data } = files;

  return (
    <>
      <PageHead
        title={texts.pages.files}
        text={usage === undefined ? undefined : words.intro(usage.files, formatBytes(usage.bytes))}
      >
        <SearchField label={words.search} value={query} change={setQuery} />
      </PageHead>
      <div className={css.sheet}>
        {data === undefined ? (
          files.isError ? (
            <LoadFailure sentence={sentenceOf(files.error)} retry={() => void files.refetch()} />
          ) : (
            <div className={css.padded}>
              <Loading rows={7} />
            </div>
          )
        ) : data.files.length > 0 ? (
          <FilesTable files={data.files} remove={setRemoving} />
        ) : text === '' ? (
          <Notice icon="files" title={words.empty} text={words.emptyText} />
        ) : (
          <Notice icon="search" title={words.nothingFound(text)} text={words.nothingFoundText} />
        )}
      </div>
      {data !== undefined && data.total > data.files.length ? (
        <Button className={css.more} variant="default" onClick={() => setLimit(limit + PAGE)}>
          {texts.table.more}
        </Button>
      ) : null}
      <RemoveFile file={removing} close={() => setRemoving(undefined)} />
    </>
  );
}
